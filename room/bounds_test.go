package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/room"
)

func TestTheStepsOfAPracticeLeaveTheLightAloneWhereSomebodyWantsThat(t *testing.T) {
	for _, row := range []struct {
		name    string
		comfort room.Comfort
		want    []float64 // brightness of each step
	}{
		{"every other one is softer", room.Comfort{NotSteady: true}, []float64{30, 25, 30}},
		{"not where the light shall not be modulated", room.Comfort{NotSteady: true, Never: []string{"modulated_light"}}, []float64{30, 30, 30}},
		{"nor where it shall be steady", room.Comfort{}, []float64{30, 30, 30}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: row.comfort}}})
			h.must(h.r.Practice(nil, h.now, "arrive"))
			for i, want := range row.want {
				h.run(29 * time.Second)
				if got := h.lastCue().Light.Brightness; got != want {
					t.Errorf("step %d is at %v %%, want %v", i, got, want)
				}
				h.wantLamp("bed", want)
				h.run(time.Second)
			}
		})
	}
}

// A pause may find a lamp that rises, and reach it only when the budget of its group does: it must not have got far by then.
func TestALampRisesSoSlowlyThatAPauseCanHoldItInTime(t *testing.T) {
	for _, row := range []struct {
		name  string
		lamps int
		most  float64 // points a second: ten while the budget comes round to each of them
	}{{"one lamp", 1, 5}, {"four in a group", 4, 1.25}} {
		t.Run(row.name, func(t *testing.T) {
			o := room.Options{Scenes: map[string]room.Scene{"own": {Light: room.Light{Brightness: 90}}}}
			for i := range row.lamps {
				o.Lamps = append(o.Lamps, room.LampOptions{ID: string(rune('a' + i)), Group: "g"})
			}
			h := newHouse(t, o)
			for id := range h.bulbs {
				h.bulbs[id].set(10)
				h.report(id)
			}
			h.must(h.r.Scene(nil, h.now, "own"))
			was := map[string]float64{}
			for h.now < 2*time.Minute {
				h.run(time.Second)
				for id, b := range h.bulbs {
					if before, ok := was[id]; ok && b.at(h.now)-before > row.most+0.3 {
						t.Fatalf("at %v lamp %s rises by %.1f points in a second, want %v at most", h.now, id, b.at(h.now)-before, row.most)
					}
					was[id] = b.at(h.now)
				}
			}
			for id := range h.bulbs {
				h.wantLamp(id, 90)
			}
		})
	}
}

// Some lamps are deaf for a moment after a command, and a pause does not wait for that moment to pass. zigbee2mqtt tells such a command as
// done: it would go on to be as bright as it was told before.
func TestALampThatMayBeDeafToAPauseIsToldAgainOnce(t *testing.T) {
	for _, row := range []struct {
		name string
		wait time.Duration // of the pause, after a command
		want []time.Duration
	}{
		{"where the pause came within a second of another command", 500 * time.Millisecond, []time.Duration{tick, tick + time.Second}},
		{"and otherwise it hears it the first time", 1500 * time.Millisecond, []time.Duration{tick}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newTerseHouse(t, room.Options{})
			h.must(h.r.Scene(nil, h.now, "base"))
			h.run(tick + row.wait)
			b := h.bulbs["bed"]
			if len(row.want) > 1 {
				b.deaf = 1
			}
			from := h.now
			h.take(h.r.Pause(nil, h.now))
			h.run(400 * time.Millisecond)
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(10)})) // as done
			h.run(8 * time.Second)
			_, at := of[room.LampCommand](h, from+1)
			for i := range at {
				at[i] -= from
			}
			if d := cmp.Diff(row.want, at); d != "" {
				t.Error(d)
			}
			h.run(time.Minute)
			h.wantLamp("bed", 10)
			if hands(h) > 0 {
				t.Errorf("let go %d times", hands(h))
			}
		})
	}
}

func TestAHumIsAsLoudAsTheBaseSceneAndSoftWhereThatIsSilent(t *testing.T) {
	for _, row := range []struct {
		name string
		base room.Sound
		want float64
	}{
		{"as loud", room.Sound{Bed: "noise", LevelDB: dsp.Some(-50)}, -50},
		{"soft", room.Sound{Bed: "none"}, -42},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{Scenes: map[string]room.Scene{"base": {Sound: row.base}}})
			h.must(h.r.Practice(nil, h.now, "hum"))
			h.run(time.Minute)
			if s := h.lastCue().Sound; s.HumHz != dsp.Some(130) || s.LevelDB != dsp.Some(row.want) {
				t.Errorf("it hums at %+v, want %v dB", s, row.want)
			}
		})
	}
}

func TestAHumIsHeardAloneWhereThereShallBeNoBed(t *testing.T) {
	hum := room.Sound{Bed: "none", HumHz: dsp.Some(130), LevelDB: dsp.Some(-45)}
	o := room.Options{
		Scenes:    map[string]room.Scene{"low": {Sound: hum}},
		Practices: []room.PracticeOptions{{Name: "low", Steps: []room.StepOptions{{Text: "hum", Last: minute, Sound: hum}}}},
	}
	scene := func(h *house) { h.must(h.r.Scene(nil, h.now, "low")) }
	step := func(h *house) { h.must(h.r.Practice(nil, h.now, "low")) }
	for _, row := range []struct {
		name  string
		begin func(h *house)
		never []string
		want  room.Sound
	}{
		{"a scene's", scene, nil, room.Sound{HumHz: dsp.Some(130), LevelDB: dsp.Some(-45)}},
		{"a step's", step, nil, room.Sound{HumHz: dsp.Some(130), LevelDB: dsp.Some(-45)}},
		{"a scene's, where nobody shall hear it", scene, []string{"tone"}, room.Sound{}},
		{"a step's, where nobody shall hear it", step, []string{"tone"}, room.Sound{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			o.Wearers = []room.WearerOptions{{ID: "a", Comfort: room.Comfort{NotSteady: true, Never: row.never}}}
			h := newHouse(t, o)
			row.begin(h)
			h.run(30 * time.Second)
			if got := h.lastCue().Sound; got != row.want {
				t.Errorf("heard is %+v, want %+v", got, row.want)
			}
		})
	}
}

// What a session leaves in memory for its wearers goes after twelve hours: nothing of it may last longer, though it was paused.
func TestAnAfterSceneThatIsPausedEndsTwelveHoursAndTenMinutesAfterItsSessionBegan(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.take(h.r.End(nil, h.now))
	h.take(h.r.Pause(nil, h.now))
	ticks(h, 12*time.Hour+9*time.Minute-10*time.Second)
	if s := h.r.Status(); s.Phase != room.PhasePause || !s.InUse {
		t.Errorf("ten seconds before, the pause is over: %+v", s)
	}
	ticks(h, 10*time.Second)
	if s := h.r.Status(); s.InUse || s.Scene != "" {
		t.Errorf("it goes on: %+v", s)
	}
}
