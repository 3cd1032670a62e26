package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/room"
)

// What random lives of a room have found, each as small as it can be told.

func TestAFadeThatWasHeldUpGoesOnLateAndNeverFaster(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now
	h.now += 2 * time.Minute // the machine stands still
	h.run(2 * time.Minute)
	commands, _ := of[room.LampCommand](h, from+tick)
	for _, c := range commands {
		if c.Brightness.Known && c.Transition < 30*time.Second {
			t.Errorf("most of a restore within %v: %+v", c.Transition, c)
		}
	}
	h.wantLamp("bed", 60)
}

func TestALampThatAHandTookIsForgottenByTheSnapshotAtOnce(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.r.SnapshotChanged()
	h.bulbs["bed"].set(80)
	h.run(time.Second)
	if s := h.r.Snapshot(); !h.r.SnapshotChanged() || !s.Open || len(s.Lamps) > 0 {
		t.Errorf("stored is %+v: after a crash the lamp would be taken from the hand", s)
	}
}

func TestAPauseInARestoreRemembersTheLampsItCommands(t *testing.T) {
	left := room.Snapshot{Open: true} // of a run in which a hand had taken the lamp
	h := newHouse(t, room.Options{Restore: left})
	h.take(h.r.Pause(nil, 0))
	h.run(30 * time.Second)
	h.wantLamp("bed", 10)
	h.take(h.r.Resume(nil, h.now, 0))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
}

func TestWhatAnEarlierSessionOwesIsNotOverwritten(t *testing.T) {
	was := room.LampSnapshot{Lamp: "bed", On: true, Brightness: dsp.Some(90.0), Kelvin: dsp.Some(4000.0),
		AskedBrightness: room.Span{Known: true, Low: 20, High: 30}, AskedKelvin: room.Span{Known: true, Low: 2400, High: 2400}}
	o := room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Restore: room.Snapshot{Open: true, Lamps: []room.LampSnapshot{was}}}
	r := room.New(o)
	if _, err := r.Scene(nil, 0, "base"); err != nil {
		t.Fatal(err)
	}
	r.Lamp(nil, 0, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(26.0), Kelvin: dsp.Some(2400.0)})
	if d := cmp.Diff([]room.LampSnapshot{was}, r.Snapshot().Lamps); d != "" {
		t.Error(d)
	}
}

func TestALampThatIsGoneIsNotRememberedAsOff(t *testing.T) {
	h := newHouse(t, room.Options{SwitchOn: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
	h.must(h.r.Scene(nil, h.now, "neutral")) // takes it back
	if s := h.r.Snapshot(); len(s.Lamps) > 0 {
		t.Errorf("remembered is %+v", s)
	}
}

func TestANightThatStartsInAPausePutsTheRoomBack(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(30 * time.Second)
	h.start(0, room.Night)
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if h.r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
}

func TestNothingLeavesOnceTheSnapshotIsClosed(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now + 5*time.Minute
	h.now += 10 * time.Minute // the machine stands still until the restore is given up
	h.run(time.Minute)
	if commands, _ := of[room.LampCommand](h, from); len(commands) > 0 {
		t.Errorf("got %+v", commands)
	}
}

// A run asked for 20 to 30 %, and 2400 K; what a restart finds elsewhere somebody has moved while no hub was there.
func TestWhatAHandDidWhileNobodyLookedStays(t *testing.T) {
	before := room.LampSnapshot{
		Lamp: "bed", On: true, Brightness: dsp.Some(60), Kelvin: dsp.Some(3000),
		AskedBrightness: room.Span{Known: true, Low: 20, High: 30}, AskedKelvin: room.Span{Known: true, Low: 2400, High: 2400},
	}
	undimmed, untinted, untouched := before, before, before
	undimmed.AskedBrightness, untinted.AskedKelvin = room.Span{}, room.Span{}
	untouched.AskedBrightness, untouched.AskedKelvin = room.Span{}, room.Span{}
	for _, row := range []struct {
		name            string
		left            room.LampSnapshot
		percent, kelvin float64
		back            bool
	}{
		{"where the run left it", before, 20, 2400, true},
		{"on the way there", before, 27, 2400, true},
		{"rounded", before, 18, 2420, true},
		{"brighter", before, 40, 2400, false},
		{"darker", before, 15, 2400, false},
		{"of another white", before, 25, 2700, false},
		{"of the white it had before", before, 25, 3000, false},
		{"only the colour was asked for", undimmed, 60, 2400, true},
		{"only the colour was asked for, and it was dimmed", undimmed, 30, 2400, false},
		{"only the brightness was asked for", untinted, 25, 3000, true},
		{"only the brightness was asked for, and it was tinted", untinted, 25, 2400, false},
		{"nothing was asked for: it is not hubd's to put back", untouched, 25, 2400, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Restore: room.Snapshot{Open: true, Lamps: []room.LampSnapshot{row.left}}}
			h := &house{t: t, r: room.New(o), order: []string{"bed"},
				wall: evening, bulbs: map[string]*bulb{"bed": {on: true, colour: row.kelvin, from: row.percent, to: row.percent}}}
			h.run(5 * time.Minute)
			percent, kelvin := row.percent, row.kelvin
			if row.back {
				percent, kelvin = 60, 3000
			}
			h.wantLamp("bed", percent)
			if is := h.bulbs["bed"].white(h.now); is != kelvin {
				t.Errorf("the lamp shows %.0f K, want %.0f", is, kelvin)
			}
			if h.r.Snapshot().Open {
				t.Error("the snapshot stays open")
			}
		})
	}
}

// What was asked for is stored before it is sent, and given up once the lamp has arrived: else a hand inside of it would be hubd's.
func TestTheSnapshotKnowsWhereEachLampWasPut(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.r.SnapshotChanged()
	h.start(0, room.Alone)
	wants := func(when string, percent, kelvin room.Span) {
		t.Helper()
		s := h.r.Snapshot().Lamps[0]
		if s.AskedBrightness != percent || s.AskedKelvin != kelvin {
			t.Errorf("%s: asked for is %+v and %+v, want %+v and %+v", when, s.AskedBrightness, s.AskedKelvin, percent, kelvin)
		}
	}
	span := func(low, high float64) room.Span { return room.Span{Known: true, Low: low, High: high} }
	h.run(tick)
	wants("with the first command", span(30, 60), room.Span{})
	if !h.r.SnapshotChanged() {
		t.Error("the first command leaves before it is stored")
	}
	h.run(15 * time.Second)
	wants("in the change of colour", span(30, 30), span(2400, 3000))
	h.run(30 * time.Second)
	wants("arrived", span(30, 30), span(2400, 2400))
	h.r.SnapshotChanged()
	h.run(10 * time.Minute)
	if h.r.SnapshotChanged() {
		t.Error("it is written again although nothing happens")
	}
}

// The pause may not have been heard, and its command must not be told again as if it were the restore's, which takes a minute.
func TestARestoreAfterAPauseThatWasPerhapsNotHeardIsAsSlowAsAnyOther(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true, Scenes: map[string]room.Scene{"pause": {Light: room.Light{Brightness: 60}}}})
	h.start(0, room.Alone)
	h.run(3 * time.Second)
	h.must(h.r.Scene(nil, h.now, "after"))
	h.run(tick)
	h.take(h.r.Pause(nil, h.now))
	h.run(tick)
	h.take(h.r.End(nil, h.now))
	from := h.now
	h.run(20 * time.Second)
	commands, at := of[room.LampCommand](h, from)
	for i, c := range commands {
		if is := h.bulbs["bed"]; c.Brightness.Known && c.Transition < 10*time.Second {
			t.Errorf("at %v, with the lamp at %.0f %%: %+v", at[i], is.at(at[i]), c)
		}
	}
	h.run(5 * time.Minute)
	h.wantLamp("bed", 60)
}

func TestARestoreWhoseLastCommandGotLostIsNotOverBeforeItWasToldAgain(t *testing.T) {
	h := newTerseHouse(t, room.Options{NoAfter: true, Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.take(h.r.End(nil, h.now))
	h.run(45 * time.Second) // in steps of ten seconds: one is left
	h.bulbs["bed"].deaf = 1
	h.run(3 * time.Minute)
	if h.wantLamp("bed", 60); h.r.Snapshot().Open || hands(h) > 0 {
		t.Errorf("the snapshot is open: %v; let go %d times", h.r.Snapshot().Open, hands(h))
	}
}
