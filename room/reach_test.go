package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// shutOff lets nothing get to the lamps of a house or come from them for a while; what the room asks for meanwhile is a mistake.
func (h *house) shutOff(d time.Duration) {
	h.t.Helper()
	h.way(1)
	from := h.now + 1
	for end := h.now + d; h.now < end; {
		h.now += min(d, 10*time.Second)
		h.take(h.r.Tick(nil, h.now, h.wall(h.now)))
		for _, q := range h.r.Questions() {
			h.t.Errorf("nothing comes from a lamp, and asked was %+v", q)
		}
	}
	if commands, _ := of[room.LampCommand](h, from); len(commands) > 0 {
		h.t.Errorf("nothing gets to a lamp, and asked for was %+v", commands)
	}
	h.way(0)
}

func (h *house) way(shut float64) {
	for _, id := range h.order {
		h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: id, Shut: dsp.Some(shut)}))
	}
}

// dimmed is a house whose session has dimmed the lamp from 60 to 30 %, and ends.
func dimmed(t *testing.T) *house {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(minute)
	h.wantLamp("bed", 30)
	h.take(h.r.End(nil, h.now))
	return h
}

// powerLost begins the room anew from its snapshot. The lamps are where they were, and say so when the way to them is open.
func powerLost(h *house) {
	for _, b := range h.bulbs {
		b.set(b.at(h.now))
		b.paint(b.white(h.now))
	}
	h.r = room.New(room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Restore: h.r.Snapshot()})
	h.now, h.told = 0, nil
}

func TestARestoreWaitsForTheBrokerAndTheSnapshotWithIt(t *testing.T) {
	for _, row := range []struct {
		name   string
		before time.Duration // of the restore, until the broker is away
		away   time.Duration
	}{
		{"away from the beginning", 0, 5 * minute},
		{"away in the middle", 20 * time.Second, 5 * minute},
		{"away for longer than a restore may take", 20 * time.Second, 3 * time.Hour},
		{"away for a moment", 20 * time.Second, time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := dimmed(t)
			h.run(row.before)
			h.shutOff(row.away)
			if !h.r.Snapshot().Open {
				t.Fatal("the snapshot is closed: a loss of power now would leave the lamp as it is")
			}
			is, from := h.bulbs["bed"].at(h.now), h.now
			h.run(30 * time.Second)
			if b := h.bulbs["bed"].at(h.now); b > (is+60)/2+2 {
				t.Errorf("within half a minute it has come from %.0f to %.0f %%", is, b)
			}
			h.run(3 * minute)
			h.wantLamp("bed", 60)
			if c, _ := of[room.LampCommand](h, from); hands(h) > 0 || h.r.Snapshot().Open {
				t.Errorf("let go %d times; the snapshot is open: %v; asked for was %+v", hands(h), h.r.Snapshot().Open, c)
			}
		})
	}
}

func TestPowerLostWhileTheBrokerIsAwayLeavesTheWayBack(t *testing.T) {
	h := dimmed(t)
	h.way(1)
	ticks(h, 5*minute)
	powerLost(h)
	h.shutOff(10 * minute)
	h.run(3 * minute)
	h.wantLamp("bed", 60)
	if hands(h) > 0 || h.r.Snapshot().Open {
		t.Errorf("let go %d times; the snapshot is open: %v", hands(h), h.r.Snapshot().Open)
	}
}

func TestAHandThatComesWhileTheBrokerIsAwayKeepsTheLamp(t *testing.T) {
	h := dimmed(t)
	h.way(1)
	ticks(h, 5*minute)
	h.bulbs["bed"].set(80)
	h.way(0)
	h.report("bed")
	h.run(3 * minute)
	h.wantLamp("bed", 80)
	if hands(h) != 1 || h.r.Snapshot().Open {
		t.Errorf("let go %d times; the snapshot is open: %v", hands(h), h.r.Snapshot().Open)
	}
}

// A broker that never comes back must not keep a way back to a room of another day.
func TestARestoreThatNothingCanReachIsGivenUp(t *testing.T) {
	for _, row := range []struct {
		name  string
		make  func(t *testing.T) *house
		after time.Duration
	}{
		{"half a day after the session", dimmed, 12 * time.Hour},
		{"half a day after a pause that lasted longer", func(t *testing.T) *house {
			h := dimmed(t)
			h.take(h.r.Pause(nil, h.now))
			ticks(h, 13*time.Hour)
			h.take(h.r.Resume(nil, h.now, 0))
			return h
		}, 12 * time.Hour},
		{"half an hour after a crash", func(t *testing.T) *house {
			h := dimmed(t)
			powerLost(h)
			return h
		}, 30 * minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := row.make(t)
			h.way(1)
			ticks(h, row.after-minute)
			if !h.r.Snapshot().Open {
				t.Errorf("given up a minute before")
			}
			ticks(h, 2*minute)
			if h.r.Snapshot().Open {
				t.Errorf("still open")
			}
		})
	}
}

// A lamp that cannot answer has not answered: it is not taken at its last word.
func TestNobodyIsAskedWhileTheBrokerIsAway(t *testing.T) {
	h := newTerseHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(5 * time.Second)
	h.bulbs["bed"].words = nil
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(45)})) // in the middle of its fade
	h.shutOff(5 * minute)
	if hands(h) > 0 {
		t.Errorf("let go %d times", hands(h))
	}
	h.run(minute)
	h.wantLamp("bed", 30)
	if len(h.asked) == 0 || hands(h) > 0 {
		t.Errorf("asked at %v, let go %d times", h.asked, hands(h))
	}
}

// A lamp that is asked in the middle of its fade is rightly not where that ends, and its answer says nothing.
func TestALampIsAskedAfterItsFadeAlsoWhereTheBrokerWasAwayInIt(t *testing.T) {
	h := newTerseHouse(t, room.Options{NoAfter: true})
	h.bulbs["bed"].set(33)
	h.report("bed")
	h.start(0, room.Alone)
	h.run(minute)
	h.take(h.r.End(nil, h.now))
	from := h.now
	h.run(12 * time.Second) // from 30 to 33 % in three steps
	h.shutOff(time.Second)
	h.bulbs["bed"].set(27.2)
	h.report("bed") // as far as it may be from where it was, and further from where it is to be by now
	h.run(2 * minute)
	if len(h.asked) == 0 || h.asked[0] < from+20*time.Second {
		t.Errorf("asked at %v, since %v", h.asked, from)
	}
}
