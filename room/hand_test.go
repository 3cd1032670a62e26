package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

func hands(h *house) int {
	n := 0
	for _, c := range first(of[room.LampCommand](h, 0)) {
		if c.Owner == room.OwnerHand {
			n++
		}
	}
	return n
}

func TestALampThatAHandMovedIsLeftAlone(t *testing.T) {
	for _, row := range []struct {
		name string
		hand func(b *bulb)
	}{
		{"brighter", func(b *bulb) { b.set(70) }},
		{"darker", func(b *bulb) { b.set(12) }},
		{"off", func(b *bulb) { b.on = false }},
		{"another colour", func(b *bulb) { b.colour = 4000 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Alone)
			h.run(30 * time.Second)
			b := h.bulbs["bed"]
			row.hand(b)
			h.run(2 * time.Second)
			if n := hands(h); n != 1 {
				t.Fatalf("the room let go %d times, want once", n)
			}
			from := h.now
			h.state(0, regulation.Activated)
			h.run(5 * time.Minute)
			h.take(h.r.End(nil, h.now))
			h.run(15 * time.Minute)
			if c, _ := of[room.LampCommand](h, from); len(c) > 0 {
				t.Errorf("commands to a lamp that a hand took: %v", c)
			}
			if h.r.Snapshot().Open {
				t.Error("the snapshot stays open")
			}
		})
	}
}

func TestAYieldEndsWithASceneByHandOrInTime(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house)
	}{
		{"a scene by hand", func(h *house) { h.must(h.r.Scene(nil, h.now, "base")) }},
		{"half an hour", func(h *house) { h.run(30 * time.Minute) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{NoAfter: true})
			h.start(0, room.Alone)
			h.run(30 * time.Second)
			h.bulbs["bed"].set(50)
			h.run(2 * time.Second)
			row.act(h)
			h.run(30 * time.Second)
			h.wantLamp("bed", 30)
			h.take(h.r.End(nil, h.now))
			h.run(3 * time.Minute)
			h.wantLamp("bed", 50)
		})
	}
}

func TestReportsOnTheWayAreNoHand(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	from := h.now
	h.state(0, regulation.Activated)
	for range 150 {
		h.run(time.Second)
		if c, _ := of[room.LampCommand](h, from); len(c) > 0 { // optimistic: says at once where it was sent
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: c[len(c)-1].Brightness}))
		}
	}
	if hands(h) > 0 {
		t.Error("an optimistic report was taken for a hand")
	}
	h.wantLamp("bed", 20)
}

func TestALampThatIsOffOrUnknownIsNeverCommanded(t *testing.T) {
	o := room.Options{Lamps: []room.LampOptions{{ID: "off"}, {ID: "on"}, {ID: "silent"}}}
	r := room.New(o)
	r.Lamp(nil, 0, room.LampReport{Lamp: "off", On: dsp.Some(0), Brightness: dsp.Some(80)})
	r.Lamp(nil, 0, room.LampReport{Lamp: "on", On: dsp.Some(1), Brightness: dsp.Some(80)})
	r.Lamp(nil, 0, room.LampReport{Lamp: "nobody", On: dsp.Some(1)})
	values, err := r.Scene(nil, 0, "base")
	if err != nil {
		t.Fatal(err)
	}
	for now := tick; now < time.Minute; now += tick {
		values = r.Tick(values, now, time.Time{})
	}
	n := 0
	for _, v := range values {
		if c, ok := v.(room.LampCommand); ok {
			n++
			if c.Lamp != "on" || c.Kelvin.Known {
				t.Errorf("command %+v", c)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d commands, want one for the lamp that is on", n)
	}
}

func TestALampThatIsOffMayBeSwitchedOnWhereTheOptionsSaySo(t *testing.T) {
	h := newHouse(t, room.Options{SwitchOn: true, NoAfter: true})
	b := h.bulbs["bed"]
	b.on = false
	b.set(0)
	h.report("bed")
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.wantLamp("bed", 30)
	if hands(h) > 0 {
		t.Error("the room took its own switching on for a hand")
	}
	h.take(h.r.End(nil, h.now))
	h.run(3 * time.Minute)
	if b.on {
		t.Errorf("the lamp was off before, and is on at %.0f %%", b.at(h.now))
	}
}

func TestACommandThatGotLostIsPlannedAnew(t *testing.T) {
	t.Run("dropped before it was sent", func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.bulbs["bed"].deaf = 1
		h.start(0, room.Alone)
		h.run(2 * time.Second)
		_, at := of[room.LampCommand](h, 0)
		h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: at[0]}))
		h.run(20 * time.Second)
		h.wantLamp("bed", 30)
	})
	t.Run("swallowed on the way", func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.bulbs["bed"].deaf = 1
		h.start(0, room.Alone)
		h.run(40 * time.Second)
		h.wantLamp("bed", 30)
		if hands(h) > 0 {
			t.Error("a lamp that never moved was taken for a hand")
		}
	})
	t.Run("swallowed twice: let go", func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.bulbs["bed"].deaf = 3 // brightness, colour, brightness again
		h.start(0, room.Alone)
		h.run(time.Minute)
		if hands(h) != 1 {
			t.Errorf("the room let go %d times", hands(h))
		}
	})
}

func TestALampCutOffAtTheWallIsLeftAlone(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.order = nil // says nothing any more
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
	h.bulbs["bed"].set(100)
	h.run(10 * time.Second)
	h.report("bed")
	h.run(time.Minute)
	if hands(h) != 1 || h.bulbs["bed"].at(h.now) != 100 {
		t.Errorf("let go %d times, lamp at %.0f %%", hands(h), h.bulbs["bed"].at(h.now))
	}
}

func TestAfterACrashOnlyLampsStillOnAndUntouchedComeBack(t *testing.T) {
	asked := room.Span{Known: true, Low: 15, High: 70}
	before := room.Snapshot{Open: true, Lamps: []room.LampSnapshot{
		{Lamp: "on", On: true, Brightness: dsp.Some(70), AskedBrightness: asked},
		{Lamp: "off", On: true, Brightness: dsp.Some(70), AskedBrightness: asked},
		{Lamp: "touched", On: true, Brightness: dsp.Some(70), AskedBrightness: asked},
		{Lamp: "late", On: true, Brightness: dsp.Some(70), AskedBrightness: asked},
	}}
	lamps := []room.LampOptions{{ID: "on"}, {ID: "off"}, {ID: "touched"}, {ID: "late"}, {ID: "new"}}
	r := room.New(room.Options{Lamps: lamps, Restore: before})
	say := func(id string, on, brightness float64, now time.Duration) {
		r.Lamp(nil, now, room.LampReport{Lamp: id, On: dsp.Some(on), Brightness: dsp.Some(brightness)})
	}
	say("on", 1, 20, 0)
	say("off", 0, 20, 0)
	say("touched", 1, 20, 0)
	say("new", 1, 20, 0)
	got := map[string]float64{}
	for now := tick; now < 29*time.Minute; now += tick {
		for _, v := range r.Tick(nil, now, evening(now)) {
			if c, ok := v.(room.LampCommand); ok {
				got[c.Lamp] = c.Brightness.Value
			}
		}
		switch now {
		case 2 * time.Second:
			say("touched", 1, 90, now)
		case 20 * time.Minute:
			say("late", 1, 20, now)
		}
	}
	if got["on"] != 70 || got["late"] != 70 || len(got) != 3 || got["touched"] > 35 {
		t.Errorf("last commands: %v", got)
	}
	if r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
}

func TestASnapshotIsGivenUpHalfAnHourAfterACrash(t *testing.T) {
	r := room.New(room.Options{Lamps: []room.LampOptions{{ID: "l"}}, Restore: room.Snapshot{
		Open: true, Lamps: []room.LampSnapshot{{Lamp: "l", On: true, Brightness: dsp.Some(70), AskedBrightness: room.Span{Known: true, Low: 20, High: 70}}}}})
	r.Tick(nil, 29*time.Minute, time.Time{})
	if !r.Snapshot().Open {
		t.Error("closed early")
	}
	r.Tick(nil, 31*time.Minute, time.Time{})
	if r.Snapshot().Open || !r.SnapshotChanged() || r.SnapshotChanged() {
		t.Error("not closed, or not told once")
	}
	r.Lamp(nil, 32*time.Minute, room.LampReport{Lamp: "l", On: dsp.Some(1), Brightness: dsp.Some(10)})
	if v := r.Tick(nil, 33*time.Minute, time.Time{}); len(v) > 0 {
		t.Errorf("commanded after that: %v", v)
	}
}

// A command that was lost leaves the one before it in force, whose report may still be on the way.
func TestALateReportAfterALostCommandIsNoHand(t *testing.T) {
	h := newHouse(t, room.Options{Scenes: map[string]room.Scene{"high": {Light: room.Light{Brightness: 80, Kelvin: 3000}}}})
	h.start(0, room.Alone)
	h.order = nil // says nothing by itself
	h.run(2 * time.Second)
	first, _ := of[room.LampCommand](h, 0)
	h.must(h.r.Scene(nil, h.now, "high"))
	h.run(2 * time.Second)
	all, at := of[room.LampCommand](h, 0)
	if len(first) != 1 || len(all) != 2 {
		t.Fatalf("commands %v", all)
	}
	h.bulbs["bed"].deaf = 1 // whatever comes, this one was not sent
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: at[1]}))
	h.run(3 * time.Second)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: first[0].Brightness}))
	if hands(h) > 0 {
		t.Error("the report of the command before the lost one was taken for a hand")
	}
}

// twoColours are a lamp of whites, and a scene of another white than the one that a session begins with.
func twoColours() room.Options {
	return room.Options{
		Lamps:  []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}},
		Scenes: map[string]room.Scene{"other": {Light: room.Light{Brightness: 60, Kelvin: 2700}}},
	}
}

// The fade of the colour was perhaps stopped by one of brightness, and perhaps not: a lamp that went on says so when the next change of
// colour has just begun.
func TestALateWordOfAColourThatWasPerhapsStoppedIsNoHand(t *testing.T) {
	h := newTerseHouse(t, twoColours())
	h.start(0, room.Alone)
	h.run(11 * time.Second) // from 3000 to 2400 K, for a second by now
	h.must(h.r.Scene(nil, h.now, "other"))
	for len(kelvins(h, 0)) < 2 && h.now < time.Minute {
		h.run(tick)
	}
	late := h.bulbs["bed"].report("bed", h.now)
	late.Kelvin = dsp.Some(2400)
	h.run(200 * time.Millisecond)
	h.take(h.r.Lamp(nil, h.now, late))
	h.run(time.Minute)
	if k := h.bulbs["bed"].white(h.now); hands(h) > 0 || k != 2700 {
		t.Errorf("let go %d times, and it shows %.0f K", hands(h), k)
	}
}

// The colour before the newest was perhaps stopped half way: this lamp goes on with it, and says so all the time, which is no hand. When it has
// said for long that it is at the newest one's goal, and then is found where the one before would have led, somebody put it there.
func TestAHandAtTheGoalOfAColourThatWasStoppedIsSeen(t *testing.T) {
	h := newHouse(t, twoColours())
	h.start(0, room.Alone)
	h.run(11 * time.Second) // from 3000 to 2400 K, for a second by now
	h.must(h.r.Scene(nil, h.now, "other"))
	h.run(2 * time.Minute)
	if k := h.bulbs["bed"].white(h.now); k != 2700 || hands(h) > 0 {
		t.Fatalf("at %.0f K, let go %d times", k, hands(h))
	}
	h.bulbs["bed"].paint(2400)
	h.run(time.Minute)
	if hands(h) != 1 || h.bulbs["bed"].white(h.now) != 2400 {
		t.Errorf("let go %d times, and it shows %.0f K", hands(h), h.bulbs["bed"].white(h.now))
	}
}

// The same of a lamp that did stop, and says no more than what it was told: its one word is as near to where it began as to where it was sent.
func TestAHandAtTheGoalOfAColourThatHadHardlyBegunIsSeen(t *testing.T) {
	h := newTerseHouse(t, room.Options{
		Lamps:  []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}},
		Scenes: map[string]room.Scene{"other": {Light: room.Light{Brightness: 60, Kelvin: 3000}}},
	})
	h.bulbs["bed"].cuts = true
	h.start(0, room.Alone)
	h.run(11 * time.Second) // from 3000 to 2400 K, for a second by now
	h.must(h.r.Scene(nil, h.now, "other"))
	h.run(2 * time.Minute)
	if k := h.bulbs["bed"].white(h.now); k != 3000 || hands(h) > 0 {
		t.Fatalf("at %.0f K, let go %d times", k, hands(h))
	}
	h.hand("bed", func(b *bulb) { b.paint(2400) })
	h.run(time.Minute)
	if hands(h) != 1 || h.bulbs["bed"].white(h.now) != 2400 {
		t.Errorf("let go %d times, and it shows %.0f K", hands(h), h.bulbs["bed"].white(h.now))
	}
}

// Where a lamp has said that it stands where its fade of colour was stopped, it did not go on: a hand near where that would have led is one.
func TestAHandWhereAColourThatDidStopWouldHaveGoneIsSeenInTheFade(t *testing.T) {
	for _, row := range []struct {
		name  string
		after time.Duration // the next fade began
		hand  float64       // kelvin
	}{
		{"on the way that a lamp which went on would be on", 3 * time.Second, 2600},
		{"at the goal that it would have told late", time.Second, 2400},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newTerseHouse(t, room.Options{
				Lamps:      []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}},
				Discretion: room.Discretion{DelayMin: time.Second, DelayMax: time.Second, Fade: 20 * time.Second},
				Scenes:     map[string]room.Scene{"activated": {Light: room.Light{Kelvin: 4000}}},
			})
			h.bulbs["bed"].cuts = true
			h.start(0, room.Alone)
			h.run(10 * time.Second) // from 3000 to 2400 K from now on
			h.state(0, regulation.Activated)
			for len(kelvins(h, 0)) < 2 && h.now < time.Minute {
				h.run(tick)
			}
			h.run(row.after)
			h.hand("bed", func(b *bulb) { b.paint(row.hand) })
			h.run(time.Minute)
			if k := h.bulbs["bed"].white(h.now); hands(h) != 1 || k != row.hand {
				t.Errorf("let go %d times, and it shows %.0f K", hands(h), k)
			}
		})
	}
}

// A hand that turns a lamp by less than shows that it was one, before hubd asked anything of it: where the first command is lost the lamp is
// there still, and not where it was expected.
func TestWhereTheFirstCommandIsLostTheLampIsWhereItSaidItWas(t *testing.T) {
	h := newHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
	h.bulbs["bed"].set(30.3)
	h.run(2 * time.Second)
	h.start(0, room.Together) // with 30 %: there is nothing to ask
	h.run(2 * time.Second)
	h.bulbs["bed"].set(28.9)
	h.run(2 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.bulbs["bed"].deaf = 1
	h.run(tick)
	commands, at := of[room.LampCommand](h, 0)
	if len(commands) != 1 {
		t.Fatalf("commands %v", commands)
	}
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: at[0]}))
	from := h.now
	h.must(h.r.Start(nil, h.now, 0, room.Night)) // in which the room is as it was
	h.run(2 * time.Minute)
	again, _ := of[room.LampCommand](h, from)
	for _, c := range again {
		if c.Brightness.Value > 28.9 {
			t.Errorf("it is put to %.1f %%, where nobody wants it: %+v", c.Brightness.Value, c)
		}
	}
	h.wantLamp("bed", 28.9)
}

func TestALostCommandOfColourSaysNothingOfBrightness(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(13 * time.Second)
	commands, at := of[room.LampCommand](h, 0)
	if len(commands) != 2 || !commands[1].Kelvin.Known {
		t.Fatalf("commands %v", commands)
	}
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: at[1]}))
	from := h.now
	h.run(30 * time.Second)
	again, _ := of[room.LampCommand](h, from)
	if len(again) != 1 || again[0].Kelvin != commands[1].Kelvin {
		t.Errorf("planned anew: %v, want the colour alone", again)
	}
}

// In a demo that runs four times as fast, two seconds of transport are eight of the room's.
func TestHowLateAReportMayBeIsAnOption(t *testing.T) {
	for _, row := range []struct {
		late time.Duration
		want int
	}{{0, 1}, {8 * time.Second, 0}} {
		h := newHouse(t, room.Options{ReportsLate: row.late, Scenes: map[string]room.Scene{"high": {Light: room.Light{Brightness: 80, Kelvin: 3000}}}})
		h.start(0, room.Alone)
		h.order = nil
		h.run(2 * time.Second)
		first, _ := of[room.LampCommand](h, 0)
		h.must(h.r.Scene(nil, h.now, "high"))
		h.run(7 * time.Second)
		h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: first[0].Brightness}))
		from := h.now
		h.run(2 * time.Second)
		if again, _ := of[room.LampCommand](h, from); len(again) != row.want || hands(h) > 0 {
			t.Errorf("reports up to %v late: %d commands after one, want %d; let go %d times", row.late, len(again), row.want, hands(h))
		}
	}
}

func TestALampThatAHandMovesWhileItIsWhereItShallBeIsLeftToIt(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.bulbs["bed"].set(30) // as the base scene has it: no command is needed
	h.report("bed")
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.bulbs["bed"].set(70)
	h.run(5 * time.Minute)
	h.take(h.r.End(nil, h.now))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 70)
}

// The room asks for whites alone: whoever makes a lamp red wants it red, and the next scene must not bleach it.
func TestALampThatAHandMadeRedStaysRed(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(40 * time.Second)
	h.order = nil
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(30), Coloured: true}))
	from := h.now + 1
	h.state(0, regulation.Activated)
	h.run(5 * time.Minute)
	if c, _ := of[room.LampCommand](h, from); hands(h) != 1 || len(c) > 0 {
		t.Errorf("let go %d times, then told %v", hands(h), c)
	}
}

func TestALampThatWasRedBeforeIsDimmedAndStaysRed(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	red := func(percent float64) {
		h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(percent), Coloured: true}))
	}
	h.order = nil
	red(60)
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	red(30)
	h.run(time.Minute)
	if c := kelvins(h, 0); hands(h) > 0 || len(c) > 0 {
		t.Errorf("let go %d times, asked for %v K", hands(h), c)
	}
	h.wantLamp("bed", 30)
}
