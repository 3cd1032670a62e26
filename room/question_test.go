package room_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// newTerseHouse is a house whose lamps report on change only: the goal of a fade at once, and a hand once.
func newTerseHouse(t *testing.T, o room.Options) *house {
	h := newHouse(t, o)
	for _, b := range h.bulbs {
		b.terse = true
	}
	return h
}

// A hand whose one report lies between the two ends of a fade, or of the colours that were asked for, looks like the fade itself.
func TestAHandInTheMiddleOfAFadeWins(t *testing.T) {
	set := func(v float64) func(*bulb) { return func(b *bulb) { b.set(v) } }
	for _, row := range []struct {
		name string
		at   time.Duration // after the start: a fade from 60 to 30 % within 10 s, then one from 3000 to 2400 K
		hand func(b *bulb)
		mute bool
	}{
		{"at a value the fade had a while ago", 7 * time.Second, set(57), false},
		{"at one it has yet to come to", 2 * time.Second, set(40), false},
		{"at the very value it has now", 5 * time.Second, set(45), false},
		{"in its last moment", 9700 * time.Millisecond, set(50), false},
		{"at a lamp that answers no question", 5 * time.Second, set(45), true},
		{"at the colour", 15 * time.Second, func(b *bulb) { b.paint(2600) }, false},
		{"at the colour of a lamp that answers no question", 15 * time.Second, func(b *bulb) { b.paint(2600) }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}}})
			h.mute = row.mute
			h.start(0, room.Alone)
			h.run(row.at)
			h.hand("bed", row.hand)
			b := h.bulbs["bed"]
			percent, kelvin := b.at(h.now), b.white(h.now)
			from := h.now + time.Second // a command of this instant may be on its way
			h.run(2 * time.Minute)
			h.state(0, regulation.Activated)
			h.run(5 * time.Minute)
			h.take(h.r.End(nil, h.now))
			h.run(15 * time.Minute)
			if c, _ := of[room.LampCommand](h, from); hands(h) != 1 || len(c) != 1 {
				t.Errorf("let go %d times; told after the hand: %v", hands(h), c)
			}
			if b.at(h.now) != percent || b.white(h.now) != kelvin {
				t.Errorf("the hand left %.0f %% and %.0f K, the lamp is at %.0f %% and %.0f K", percent, kelvin, b.at(h.now), b.white(h.now))
			}
		})
	}
}

// A hand at the colour, in the first moment of a change of brightness: in one Tick both are looked at, and one says that it was a hand.
func TestALampThatIsLetGoIsAskedNothingMore(t *testing.T) {
	base := room.Scene{Light: room.Light{Brightness: 10, Kelvin: 2353.5}}
	h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Scenes: map[string]room.Scene{"base": base}})
	h.mute = true
	h.hand("bed", func(b *bulb) { b.set(10) })
	h.run(time.Second)
	h.must(h.r.Start(nil, h.now, 0, room.Together)) // nobody wears a sensor: it ends by itself, and the after scene comes
	h.run(16*time.Minute + 600*time.Millisecond)    // the colour has just come to its end
	h.must(h.r.Start(nil, h.now, 0, room.Together))
	h.run(tick)
	h.hand("bed", func(b *bulb) { b.paint(2249.5) })
	h.run(time.Second)
	for range 12 { // on a machine that is so busy that both are due at once
		h.now += 10 * time.Second
		h.take(h.r.Tick(nil, h.now, h.wall(h.now)))
		asked := h.r.Questions()
		if hands(h) == 0 {
			continue
		}
		if len(asked) > 0 {
			t.Errorf("asked as it is let go: %+v", asked)
		}
		return
	}
	t.Error("the hand was not seen")
}

func TestAHandInTheMiddleOfALongFadeStopsItsNextStep(t *testing.T) {
	h := newTerseHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.bulbs["bed"].set(100)
	h.hand("bed", func(*bulb) {})
	h.run(time.Second)
	h.must(h.r.Scene(nil, h.now, "base")) // the lamp is the room's again, and shall go back to 100 % in the end
	h.run(time.Minute)
	h.take(h.r.End(nil, h.now))
	h.run(25 * time.Second) // 30 % to 100 % within a minute, in steps of 10 s
	at := h.bulbs["bed"].at(h.now)
	h.hand("bed", func(b *bulb) { b.set(at - 6) })
	from := h.now
	h.run(5 * time.Minute)
	c, _ := of[room.LampCommand](h, from)
	if len(c) != 1 || c[0].Owner != room.OwnerHand {
		t.Errorf("told after the hand: %v", c)
	}
	h.wantLamp("bed", at-6)
}

func TestAPauseWaitsForNoDoubt(t *testing.T) {
	h := newTerseHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(3 * time.Second)
	h.hand("bed", func(b *bulb) { b.set(40) })
	h.run(time.Second)
	h.take(h.r.Pause(nil, h.now))
	from := h.now
	h.run(tick)
	if c, _ := of[room.LampCommand](h, from); len(c) != 1 || c[0].Owner != room.OwnerHubd {
		t.Errorf("told with the first tick: %v", c)
	}
}

// At once where the lamp says it, and with a white of which the eye sees no more than that it is another.
func TestAHandAtTheColourWinsOnceTheFadeIsOver(t *testing.T) {
	for _, row := range []struct {
		kelvin float64
		hands  int
	}{{2400, 0}, {2410, 0}, {2360, 0}, {2470, 1}, {2340, 1}, {2600, 1}, {3000, 1}} {
		h := newHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}}})
		h.start(0, room.Alone)
		h.run(40 * time.Second)
		h.bulbs["bed"].paint(row.kelvin)
		h.run(2 * time.Second)
		if hands(h) != row.hands {
			t.Errorf("asked for was 2400 K, it shows %.0f K: let go %d times, want %d", row.kelvin, hands(h), row.hands)
		}
	}
}

// zigbee2mqtt counts in whole mireds, and so do most lamps.
func TestWholeMiredsAreNoHand(t *testing.T) {
	for kelvin := 2200.0; kelvin <= 6500; kelvin += 50 {
		h := newHouse(t, room.Options{Scenes: map[string]room.Scene{"own": {Light: room.Light{Brightness: 30, Kelvin: kelvin}}}})
		h.order = nil
		h.must(h.r.Scene(nil, h.now, "own"))
		for range 60 {
			h.run(time.Second)
			rep := h.bulbs["bed"].report("bed", h.now)
			rep.Kelvin.Value = 1e6 / math.Trunc(1e6/rep.Kelvin.Value) // down, as ESPHome does
			h.take(h.r.Lamp(nil, h.now, rep))
		}
		if hands(h) > 0 {
			t.Errorf("%.0f K, told in whole mireds, was taken for a hand", kelvin)
		}
	}
}

func TestTheEndOfALampsUnknownRangeIsNoHand(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.order = nil
	says := func(least float64) {
		for range 60 {
			h.run(time.Second)
			rep := h.bulbs["bed"].report("bed", h.now)
			rep.Kelvin.Value = max(rep.Kelvin.Value, least)
			h.take(h.r.Lamp(nil, h.now, rep))
		}
	}
	h.start(0, room.Alone)
	says(2700)
	from := h.now
	if h.must(h.r.Scene(nil, h.now, "pause")); hands(h) > 0 {
		t.Fatal("a lamp that can do no warmer than 2700 K was taken for a hand")
	}
	says(2700)
	if c := kelvins(h, from); len(c) > 0 {
		t.Errorf("asked again for what it cannot do: %v", c)
	}
	says(3400)
	if hands(h) != 1 {
		t.Errorf("then a hand: let go %d times", hands(h))
	}
}

func TestWhichLampsAreAskedHowTheyAre(t *testing.T) {
	light := func(percent float64) room.LampReport {
		return room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(percent)}
	}
	type words map[time.Duration]room.LampReport
	asked := func(seconds ...float64) (all []time.Duration) {
		for _, s := range seconds {
			all = append(all, time.Duration(s*float64(time.Second)))
		}
		return all
	}
	for _, row := range []struct {
		name string
		says words
		want []time.Duration
	}{
		{"no word", nil, asked(14.05, 18.05, 22.05)},
		{"the goal, at once", words{0: light(30)}, nil},
		{"the goal, after it was asked", words{15 * time.Second: light(30)}, asked(14.05)},
		{"gone", words{time.Second: {Lamp: "bed", Gone: true}}, nil},
		{"on alone tells nothing of its light", words{time.Second: {Lamp: "bed", On: dsp.Some(1)}}, asked(14.05, 18.05, 22.05)},
		{"another lamp's word", words{time.Second: {Lamp: "shelf", Brightness: dsp.Some(30)}}, asked(14.05, 18.05, 22.05)},
		{"a value of the fade, as it passes", words{5 * time.Second: light(45)}, asked(14.05, 18.05, 22.05)},
		{"a value of the fade, then the goal", words{5 * time.Second: light(45), 11 * time.Second: light(30)}, nil},
		{"the goal, then a value of the fade", words{0: light(30), 5 * time.Second: light(45)}, asked(14.05, 18.05, 22.05)},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
			h.start(0, room.Alone)
			h.run(tick)
			h.order = nil // but for what the row says
			for ; h.now < time.Minute; h.run(tick) {
				if rep, ok := row.says[h.now-tick]; ok {
					h.take(h.r.Lamp(nil, h.now, rep))
				}
			}
			if len(h.asked) != len(row.want) {
				t.Fatalf("asked at %v, want %v", h.asked, row.want)
			}
			for i, at := range h.asked {
				if at.Round(tick) != row.want[i] {
					t.Errorf("asked at %v, want %v", h.asked, row.want)
				}
			}
		})
	}
}

func TestQuestionsKeepToTheBudgetAndLeaveThePauseItsToken(t *testing.T) {
	o := room.Options{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		o.Lamps = append(o.Lamps, room.LampOptions{ID: id, Group: "g", Whites: room.Whites{Known: true, None: true}})
	}
	h := newTerseHouse(t, o)
	h.order = nil // not a word
	h.start(0, room.Alone)
	spent, last := 0.0, time.Duration(0)
	for h.now < 2*time.Minute {
		before := len(h.asked)
		from := h.now
		h.run(tick)
		c, _ := of[room.LampCommand](h, from+1)
		spent = max(0, spent-(h.now-last).Seconds()/2) + float64(len(h.asked)-before+len(c))
		last = h.now
		if spent > 2+1e-6 {
			t.Fatalf("at %v %.2f of 3 tokens are spent by commands and questions", h.now, spent)
		}
	}
	if len(h.asked) != 15 {
		t.Errorf("asked %d times, want three times each lamp", len(h.asked))
	}
}

// Some lamps begin a fade anew as they answer: a question must not come with a command.
func TestALampIsNotAskedInTheTickThatCommandsIt(t *testing.T) {
	for _, said := range []bool{true, false} {
		h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
		h.start(0, room.Alone)
		h.run(tick)
		if !said {
			h.order = nil
		}
		h.run(14*time.Second - tick)
		from := h.now
		h.must(h.r.Scene(nil, h.now, "pause"))
		h.run(tick)
		if c, _ := of[room.LampCommand](h, from); len(h.asked) > 0 || len(c) != 1 {
			t.Errorf("the goal was said: %v; asked at %v, told %v", said, h.asked, c)
		}
	}
}

// An unsent command leaves the one before it in force, and the question whether that was done.
func TestAHandAfterAnUnsentCommandWins(t *testing.T) {
	h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
	h.start(0, room.Alone)
	h.run(3 * time.Second)
	h.must(h.r.Scene(nil, h.now, "pause"))
	h.bulbs["bed"].deaf = 1
	h.run(tick)
	_, at := of[room.LampCommand](h, 0)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: at[len(at)-1]}))
	h.hand("bed", func(b *bulb) { b.set(57) })
	rep := h.bulbs["bed"].report("bed", h.now)
	h.now += 2500 * time.Millisecond
	h.take(h.r.Lamp(nil, h.now, rep))
	from := h.now
	h.run(time.Minute)
	if c, _ := of[room.LampCommand](h, from); len(c) != 1 || c[0].Owner != room.OwnerHand {
		t.Errorf("told after the hand: %v", c)
	}
}

// The first command of all is dropped, and before the lamp may be told again somebody dims it to where the room may have sent it.
func TestAHandAfterTheFirstCommandWasDroppedWins(t *testing.T) {
	h := newTerseHouse(t, room.Options{ReportsLate: 500 * time.Millisecond, Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, None: true}}}})
	h.bulbs["bed"].deaf = 1
	h.start(0, room.Alone)
	h.run(tick)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Lost: true, Planned: h.now}))
	h.bulbs["bed"].set(35)
	h.take(h.r.Lamp(nil, h.now, h.bulbs["bed"].report("bed", h.now)))
	from := h.now + 1
	h.run(time.Minute)
	if c, _ := of[room.LampCommand](h, from); len(c) != 1 || c[0].Owner != room.OwnerHand {
		t.Errorf("told after the hand: %v", c)
	}
}

// Both commands got lost in the air. The brightness is told again first, and just then somebody turns the colour to one that the lost
// command would have passed: a late word of it sounds the same.
func TestAHandWhileALostColourWaitsForItsTurnWins(t *testing.T) {
	h := newTerseHouse(t, room.Options{Lamps: []room.LampOptions{{ID: "bed", Whites: room.Whites{Known: true, Min: 2000, Max: 6500}}}})
	b := h.bulbs["bed"]
	b.deaf = 2
	h.start(0, room.Alone)
	told := func() int { return len(first(of[room.LampCommand](h, 0))) }
	for told() < 3 && h.now < time.Minute {
		h.run(tick)
	}
	h.run(500 * time.Millisecond)
	b.paint(2800)
	from := h.now
	rep := b.report("bed", h.now)
	rep.Brightness = dsp.Some(30) // the goal of its fade, as zigbee2mqtt believes it
	h.take(h.r.Lamp(nil, h.now, rep))
	h.run(5 * time.Minute)
	if c, _ := of[room.LampCommand](h, from); len(c) != 1 || c[0].Owner != room.OwnerHand {
		t.Errorf("told after the hand: %v", c)
	}
}
