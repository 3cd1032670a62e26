package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

func TestComfortIsMergedStrictestFirst(t *testing.T) {
	dimRain := map[string]room.Scene{"own": {
		Light: room.Light{Brightness: 1, Kelvin: 1800},
		Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-40), SwellDB: dsp.Some(6), HumHz: dsp.Some(100)},
		Pace:  room.Pace{BreathsPerMin: 6, Hold: time.Second},
	}}
	wearer := func(c room.Comfort) room.WearerOptions { return room.WearerOptions{Cues: true, Comfort: c} }
	for _, row := range []struct {
		name    string
		wearers []room.WearerOptions
		wrong   func(c room.Cue) bool
	}{
		{"nothing is darker than the floor of 3 %", []room.WearerOptions{wearer(room.Comfort{NotSteady: true})},
			func(c room.Cue) bool { return c.Light.Brightness != 3 }},
		{"the higher floor of two counts", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, LightFloor: 8}), wearer(room.Comfort{NotSteady: true})},
			func(c room.Cue) bool { return c.Light.Brightness != 8 }},
		{"never dark is never under 10 %", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"dark"}})},
			func(c room.Cue) bool { return c.Light.Brightness != 10 }},
		{"never red is never under 2200 K", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"red"}})},
			func(c room.Cue) bool { return c.Light.Kelvin != 2200 }},
		{"never rain takes the bed away", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"rain"}})},
			func(c room.Cue) bool { return c.Sound.Bed != "" || !c.Sound.HumHz.Known }},
		{"never rain and tone is silence", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"rain", "tone"}})},
			func(c room.Cue) bool { return c.Sound != room.Sound{} }},
		{"never breath_sound takes the swell away", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"breath_sound"}})},
			func(c room.Cue) bool { return c.Sound.SwellDB.Known || c.Sound.Bed != "rain" }},
		{"never breath_hold takes the hold away", []room.WearerOptions{wearer(room.Comfort{NotSteady: true, Never: []string{"breath_hold"}})},
			func(c room.Cue) bool { return c.Pace.Hold != 0 || c.Pace.BreathsPerMin != 6 }},
		{"steady has no sound and no pacer", []room.WearerOptions{wearer(room.Comfort{NotSteady: true}), wearer(room.Comfort{})},
			func(c room.Cue) bool { return c.Sound != room.Sound{} || c.Pace != room.Pace{} }},
		{"the volume cap holds", []room.WearerOptions{wearer(room.Comfort{NotSteady: true})},
			func(c room.Cue) bool { return c.Sound.LevelDB.Value > -45 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{Wearers: row.wearers, Scenes: dimRain})
			h.must(h.r.SetVolumeCap(nil, h.now, -45))
			h.must(h.r.Scene(nil, h.now, "own"))
			h.run(time.Minute)
			if c := h.lastCue(); row.wrong(c) {
				t.Errorf("cue is %+v", c)
			}
		})
	}
}

func TestOnlyTheComfortOfThoseWhoTakePartCounts(t *testing.T) {
	o := room.Options{Wearers: []room.WearerOptions{{ID: "a", Cues: true, Comfort: room.Comfort{NotSteady: true}}, {ID: "b", Cues: true}}}
	h := newHouse(t, o)
	h.start(0, room.Together)
	h.state(0, regulation.Activated)
	h.run(3 * time.Minute)
	if c := h.lastCue(); c.Scene != "activated" {
		t.Errorf("alone in it, a steers: %+v", c)
	}
	h.start(1, room.Together)
	h.run(time.Minute)
	if c := h.lastCue(); c.Scene != "base" || c.Sound.LevelDB.Known {
		t.Errorf("with b, who is steady: %+v", c)
	}
}

func TestTheWordsOfNever(t *testing.T) {
	for _, w := range []string{"dark", "red", "breath_sound", "voice", "rain", "noise", "tone", "modulated_light", "breath_hold"} {
		if !room.KnownNever(w) {
			t.Errorf("%s is not known", w)
		}
	}
	if room.KnownNever("thunder") {
		t.Error("thunder is known")
	}
}

func TestQuietHours(t *testing.T) {
	clock := func(hour, minute int) func(time.Duration) time.Time {
		return func(time.Duration) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }
	}
	night := room.Options{HasQuiet: true, QuietFrom: 22 * time.Hour, QuietTo: 6*time.Hour + 30*time.Minute}
	bySun := func(begin, end bool) room.Options {
		o := night
		o.FromSunset, o.ToSunrise = begin, end
		o.SunDown = func(wall time.Time) bool { return wall.Hour() < 5 || wall.Hour() >= 18 }
		o.SunSinks = func(wall time.Time) bool { return wall.Hour() >= 12 }
		return o
	}
	inMidsummer := func(begin bool) room.Options { // far in the north the sun sets after midnight
		o := bySun(begin, true)
		o.SunDown = func(wall time.Time) bool { return wall.Hour() == 1 }
		o.SunSinks = func(wall time.Time) bool { return wall.Hour() < 2 || wall.Hour() >= 14 }
		return o
	}
	for _, row := range []struct {
		name  string
		o     room.Options
		wall  func(time.Duration) time.Time
		light float64
	}{
		{"before them the scene is as it is", night, clock(21, 59), 30},
		{"from their beginning the ceiling holds", night, clock(22, 0), 15},
		{"after midnight too", night, clock(3, 0), 15},
		{"until their end", night, clock(6, 29), 15},
		{"and no longer", night, clock(6, 30), 30},
		{"a clock that is not set counts as night", night, func(time.Duration) time.Time { return time.Time{} }, 15},
		{"without quiet hours there is no night", room.Options{}, func(time.Duration) time.Time { return time.Time{} }, 30},
		{"at sunset they begin", bySun(true, true), clock(18, 0), 15},
		{"and not before it", bySun(true, true), clock(17, 59), 30},
		{"they last until sunrise", bySun(true, true), clock(4, 59), 15},
		{"and no longer than that", bySun(true, true), clock(5, 0), 30},
		{"from a time in the evening they wait for it", bySun(false, true), clock(21, 59), 30},
		{"and then last until sunrise", bySun(false, true), clock(4, 59), 15},
		{"until a time in the morning they last, though the sun is up", bySun(true, false), clock(6, 29), 15},
		{"and no longer than that time", bySun(true, false), clock(6, 30), 30},
		{"where the sun sets after midnight they wait for it", inMidsummer(true), clock(0, 30), 30},
		{"and where the clock began them they go on", inMidsummer(false), clock(0, 30), 15},
		{"until it rises", inMidsummer(false), clock(2, 0), 30},
		{"hours within one day", room.Options{HasQuiet: true, QuietFrom: 13 * time.Hour, QuietTo: 15 * time.Hour}, clock(14, 0), 15},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, row.o)
			h.wall = row.wall
			h.run(time.Second)
			h.start(0, room.Alone)
			h.run(time.Minute)
			h.wantLamp("bed", row.light)
		})
	}
}

func TestTheRestoreStaysUnderTheNightCeiling(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true, HasQuiet: true, QuietFrom: 20*time.Hour + time.Minute, QuietTo: 6 * time.Hour})
	h.start(0, room.Alone)
	h.run(2 * time.Minute)
	h.wantLamp("bed", 15)
	if k := h.bulbs["bed"].colour; k > 2200 {
		t.Errorf("colour is %v K at night", k)
	}
	h.take(h.r.End(nil, h.now))
	h.run(4 * time.Minute)
	h.wantLamp("bed", 15)
}

func TestValuesOutOfRangeAreRefused(t *testing.T) {
	h := newHouse(t, room.Options{})
	type set = func([]dsp.Value, time.Duration, float64) ([]dsp.Value, error)
	for name, row := range map[string]struct {
		set  set
		good []float64
		bad  []float64
	}{
		"night ceiling": {h.r.SetNightCeiling, []float64{0, 100}, []float64{-1, 101}},
		"volume cap":    {h.r.SetVolumeCap, []float64{-60, 0}, []float64{-61, 1}},
		"breath pace":   {h.r.SetBreathPace, []float64{4.5, 7}, []float64{4, 7.5, 0}},
	} {
		for _, v := range row.good {
			if _, err := row.set(nil, 0, v); err != nil {
				t.Errorf("%s %v: %v", name, v, err)
			}
		}
		for _, v := range row.bad {
			if _, err := row.set(nil, 0, v); err == nil {
				t.Errorf("%s %v was taken", name, v)
			}
		}
	}
}

func TestSoundNeverRisesFasterThanThreeDecibelsASecond(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(time.Minute)
	if c := h.lastCue(); c.Sound.Bed != "noise" || c.Sound.LevelDB != dsp.Some(-42) {
		t.Errorf("the sound arrives at %+v", c.Sound)
	}
	h.take(h.r.Pause(nil, h.now))
	h.take(h.r.Resume(nil, h.now, 0))
	h.run(time.Minute)
	cues, at := of[room.Cue](h, 0)
	for i := 1; i < len(cues); i++ {
		rise := cues[i].Sound.LevelDB.Or(-60) - cues[i-1].Sound.LevelDB.Or(-60)
		if most := 3 * (at[i] - at[i-1]).Seconds(); rise > most+1e-6 {
			t.Errorf("at %v the sound rises %.2f dB within %v", at[i], rise, at[i]-at[i-1])
		}
	}
}

// Every cue is a message to whoever listens on the broker.
func TestASoundComesAndGoesInFewCues(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(time.Minute)
	rising, _ := of[room.Cue](h, 0)
	if len(rising) > 4 {
		t.Errorf("a session begins with %d cues: want the light, and three steps of the sound", len(rising))
	}
	from := h.now
	h.take(h.r.End(nil, h.now))
	h.run(time.Minute)
	falling, _ := of[room.Cue](h, from)
	if last := falling[len(falling)-1]; len(falling) > 4 || last.Sound != (room.Sound{}) {
		t.Errorf("a session ends with %d cues, the last with %+v", len(falling), last.Sound)
	}
}

// Anybody on the broker may set the night ceiling. It must not be a way to put the light out, which hubd may not put on again.
func TestANightCeilingOfNothingLeavesEnoughToSeeTheDoor(t *testing.T) {
	h := newHouse(t, room.Options{HasQuiet: true, QuietFrom: 0, QuietTo: 24*time.Hour - 1})
	h.start(0, room.Alone)
	h.must(h.r.SetNightCeiling(nil, h.now, 0))
	h.run(2 * time.Minute)
	h.wantLamp("bed", 3)
	if !h.bulbs["bed"].on {
		t.Fatal("the lamp was put out")
	}
	h.must(h.r.SetNightCeiling(nil, h.now, 60))
	h.must(h.r.Scene(nil, h.now, "base"))
	h.run(2 * time.Minute)
	h.wantLamp("bed", 30)
}

func TestANightThatBeginsLowersTheLightAsSlowlyAsTheFadeIs(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true, HasQuiet: true, QuietFrom: 20*time.Hour + time.Minute, QuietTo: 6 * time.Hour})
	h.bulbs["bed"].set(95)
	h.report("bed")
	h.start(0, room.Alone)
	h.run(10 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(45 * time.Second) // the lamp is nearly back when the night begins
	from := h.now
	h.run(2 * time.Minute)
	commands, _ := of[room.LampCommand](h, from)
	if len(commands) == 0 || commands[0].Brightness != dsp.Some(15.0) || commands[0].Transition < 50*time.Second {
		t.Errorf("got %+v", commands)
	}
}

// What somebody wants to be spared while the room is at work holds at once, and what they bear again comes back.
func TestComfortThatChangesInTheMiddle(t *testing.T) {
	moving := room.Comfort{NotSteady: true}
	loud := map[string]room.Scene{"own": {
		Light: room.Light{Brightness: 1, Kelvin: 1800}, Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-40)}, Pace: room.Pace{BreathsPerMin: 6},
	}}
	for _, row := range []struct {
		name    string
		comfort room.Comfort
		want    func(c room.Cue) bool
	}{
		{"steady: no sound and no pacer", room.Comfort{}, func(c room.Cue) bool { return c.Sound == room.Sound{} && c.Pace == room.Pace{} }},
		{"never rain", room.Comfort{NotSteady: true, Never: []string{"rain"}}, func(c room.Cue) bool { return c.Sound == room.Sound{} && c.Pace != room.Pace{} }},
		{"never dark", room.Comfort{NotSteady: true, Never: []string{"dark"}}, func(c room.Cue) bool { return c.Light.Brightness == 10 }},
		{"a floor", room.Comfort{NotSteady: true, LightFloor: 20}, func(c room.Cue) bool { return c.Light.Brightness == 20 }},
	} {
		h := newHouse(t, room.Options{Scenes: loud})
		h.start(0, room.Together)
		h.must(h.r.Scene(nil, h.now, "own"))
		h.run(30 * time.Second)
		if c := h.lastCue(); row.want(c) {
			t.Fatalf("%s: so already: %+v", row.name, c)
		}
		before := len(h.told)
		h.take(h.r.SetComfort(nil, h.now, 0, row.comfort))
		if len(h.told) == before || !row.want(h.lastCue()) {
			t.Errorf("%s: at once the cue is %+v", row.name, h.lastCue())
		}
		h.run(30 * time.Second)
		h.take(h.r.SetComfort(nil, h.now, 0, moving))
		h.run(time.Minute)
		if c := h.lastCue(); row.want(c) || c.Sound.Bed != "rain" || c.Light.Brightness != 3 {
			t.Errorf("%s: borne again, the cue is %+v", row.name, c)
		}
	}
}

func TestComfortOfWhoTakesNoPartChangesNothing(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(time.Minute)
	before := len(h.told)
	h.take(h.r.SetComfort(nil, h.now, 1, room.Comfort{LightFloor: 50}))
	h.take(h.r.SetComfort(nil, h.now, 7, room.Comfort{LightFloor: 50})) // nobody
	for _, x := range h.told[before:] {
		if c, ok := x.value.(room.Cue); ok {
			t.Errorf("a cue comes of it: %+v", c)
		}
	}
}

func TestAVoiceEndsWhereItIsSaidMeanwhileThatNoneIsWanted(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Together)
	h.run(10 * time.Second)
	h.must(h.r.Practice(nil, h.now, "own"))
	h.run(5 * time.Second)
	h.take(h.r.SetComfort(nil, h.now, 0, room.Comfort{NotSteady: true, Never: []string{"voice"}}))
	h.run(time.Second)
	if n := hushes(h); n != 1 {
		t.Errorf("%d cues end the voice, want 1", n)
	}
}
