package hub

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/pipeline"
	"hubd/room"
)

func lampsByID(t *testing.T, ids ...string) map[string]*device.Lamp {
	t.Helper()
	lamps := map[string]*device.Lamp{}
	for _, id := range ids {
		l, err := device.New(device.Options{Lamp: id, Dialect: device.Zigbee2MQTT, Topic: "zigbee2mqtt/" + id})
		if err != nil {
			t.Fatal(err)
		}
		lamps[id] = l
	}
	return lamps
}

// gate is a lampGate with what it did.
type gate struct {
	*lampGate
	sent      []string // payloads
	deadlines []time.Time
	lost      []string // lamps reported from the gate itself
	failed    []error
	refuse    error // of the client
}

func newGate(t *testing.T, ids ...string) *gate {
	g := &gate{}
	g.lampGate = &lampGate{
		speed: 1, lamp: lampsByID(t, ids...),
		send: func(m mqtt.Message, deadline time.Time, _ func()) error {
			if g.refuse != nil {
				return g.refuse
			}
			g.sent, g.deadlines = append(g.sent, m.Topic+" "+string(m.Payload)), append(g.deadlines, deadline)
			return nil
		},
		lost: func(r room.LampReport) {
			if r.Lost {
				g.lost = append(g.lost, r.Lamp)
			}
		},
		fail: func(err error) { g.failed = append(g.failed, err) },
	}
	return g
}

func dim(lamp string, percent float64, planned time.Duration) room.LampCommand {
	return room.LampCommand{Lamp: lamp, Brightness: dsp.Some(percent), Transition: time.Second, Planned: planned}
}

func pauseLight(lamp string, planned time.Duration) room.LampCommand {
	c := dim(lamp, 10, planned)
	c.Waits = true
	return c
}

func white(lamp string, kelvin float64, planned time.Duration) room.LampCommand {
	return room.LampCommand{Lamp: lamp, Kelvin: dsp.Some(kelvin), Transition: time.Second, Planned: planned}
}

func TestLampCommandsWaitUntilTheSnapshotIsStored(t *testing.T) {
	const now = 100 * time.Second
	tests := []struct {
		name   string
		add    []room.LampCommand
		stored uint64 // of revision 7
		at     time.Duration
		sent   []string // words of the messages, in order
		lost   []string
		held   int
	}{
		{"not before the snapshot is stored", []room.LampCommand{dim("bed", 40, now)}, 6, now, nil, nil, 1},
		{"as soon as it is stored", []room.LampCommand{dim("bed", 40, now)}, 7, now, []string{`"brightness":10`}, nil, 0},
		{"a pause does not wait", []room.LampCommand{pauseLight("bed", now)}, 6, now, []string{`"brightness":2`}, nil, 0},
		{"a pause goes out however late", []room.LampCommand{pauseLight("bed", 0)}, 6, now, []string{`"brightness":2`}, nil, 0},
		{"two seconds are not too old", []room.LampCommand{dim("bed", 40, now)}, 6, now + lampPatience, nil, nil, 1},
		{"older is lost", []room.LampCommand{dim("bed", 40, now)}, 6, now + lampPatience + 1, nil, []string{"bed"}, 0},
		{"older is lost also when the snapshot was stored meanwhile", []room.LampCommand{dim("bed", 40, now)}, 7, now + lampPatience + 1, nil, []string{"bed"}, 0},
		{"a lamp hubd has let go of is left alone", []room.LampCommand{{Lamp: "bed", Owner: room.OwnerHand, Transition: 1}}, 7, now, nil, nil, 0},
		{"a pause overtakes what waits for that lamp, and undoes it", []room.LampCommand{dim("bed", 80, now), pauseLight("bed", now)}, 7, now, []string{`"brightness":2`}, nil, 0},
		{"what waits for another lamp goes on waiting", []room.LampCommand{dim("shelf", 80, now), pauseLight("bed", now)}, 6, now, []string{"zigbee2mqtt/bed"}, nil, 1},
		{"what waits behind a pause waits", []room.LampCommand{pauseLight("bed", now), dim("bed", 80, now)}, 6, now, []string{`"brightness":2`}, nil, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newGate(t, "bed", "shelf")
			for _, c := range test.add {
				g.add(c)
			}
			var lost []string
			for _, r := range g.flush(test.at, test.stored, 7) {
				if !r.Lost {
					t.Errorf("reported %+v, want lost", r)
				}
				lost = append(lost, r.Lamp)
			}
			if !slices.Equal(lost, test.lost) || len(g.held) != test.held || len(g.sent) != len(test.sent) {
				t.Fatalf("lost %v, held %d, sent %q; want %v, %d, %q", lost, len(g.held), g.sent, test.lost, test.held, test.sent)
			}
			for i, want := range test.sent {
				if !strings.Contains(g.sent[i], want) {
					t.Errorf("sent %s, want %s in it", g.sent[i], want)
				}
			}
		})
	}
}

func TestAnOvertakenChangeOfColourIsPlannedAnew(t *testing.T) {
	g := newGate(t, "bed")
	g.add(white("bed", 4000, 0))
	g.add(pauseLight("bed", 0))
	if !slices.Equal(g.lost, []string{"bed"}) || len(g.held) != 1 {
		t.Errorf("lost %v, held %d: the room still counts on a change that was let go", g.lost, len(g.held))
	}
}

func TestACommandHasWhatIsLeftOfItsTwoSeconds(t *testing.T) {
	g := newGate(t, "bed")
	g.add(dim("bed", 40, 0))
	g.add(pauseLight("bed", 0))
	g.add(dim("bed", 20, 0))
	before := time.Now()
	g.flush(1500*time.Millisecond, 1, 1)
	if len(g.deadlines) != 2 || !g.deadlines[0].IsZero() {
		t.Fatalf("deadlines %v: want none for the pause", g.deadlines)
	}
	if left := g.deadlines[1].Sub(before); left < 500*time.Millisecond || left > 500*time.Millisecond+time.Since(before) {
		t.Errorf("%s are left, want the rest of two seconds", left)
	}
}

func TestALampThatCannotBeToldDoesNotStopTheOthers(t *testing.T) {
	g := newGate(t, "bed", "shelf")
	both := dim("bed", 40, 0)
	both.Kelvin = dsp.Some(2700.0) // one attribute a command, or it is an error
	g.add(both)
	g.add(dim("nowhere", 40, 0))
	g.add(dim("shelf", 40, 0))
	g.flush(0, 1, 1)
	if len(g.failed) != 1 || len(g.sent) != 1 || !strings.HasPrefix(g.sent[0], "zigbee2mqtt/shelf") {
		t.Errorf("failed %v, sent %q; want one failure and the shelf", g.failed, g.sent)
	}
}

func TestWhatTheClientDoesNotTakeIsLost(t *testing.T) {
	g := newGate(t, "bed")
	g.refuse = errors.New("the queue is full")
	g.add(dim("bed", 40, 0))
	g.flush(0, 1, 1)
	if !slices.Equal(g.lost, []string{"bed"}) {
		t.Errorf("lost %v", g.lost)
	}
}

func TestCommandsThatWaitAreBoundedAndAPauseAlwaysFits(t *testing.T) {
	g := newGate(t, "bed", "shelf")
	for range 3 * maxHeld {
		g.add(dim("shelf", 40, 0))
	}
	if len(g.held) != maxHeld || len(g.lost) != 2*maxHeld {
		t.Errorf("%d held, %d lost; want %d, and every other one told as lost", len(g.held), len(g.lost), maxHeld)
	}
	g.add(pauseLight("bed", 0))
	g.flush(0, 0, 1)
	if len(g.sent) != 1 {
		t.Errorf("sent %q, want the pause", g.sent)
	}
}

func TestTheRoomIsToldWhereTheWayToItsLampsIsShut(t *testing.T) {
	g := newGate(t, "bed", "shelf")
	if r := g.way(); len(r) > 0 {
		t.Errorf("without a broker: %+v", r)
	}
	up := false
	g.up = func() bool { return up }
	for _, row := range []struct {
		name string
		up   bool
		want dsp.Maybe // of each lamp; absent: nothing is told
	}{
		{"shut until the broker is there", false, dsp.Some(1)},
		{"told once", false, dsp.Maybe{}},
		{"open with the broker", true, dsp.Some(0)},
		{"told once, too", true, dsp.Maybe{}},
		{"shut again", false, dsp.Some(1)},
	} {
		up = row.up
		var want []room.LampReport
		if row.want.Known {
			want = []room.LampReport{{Lamp: "bed", Shut: row.want}, {Lamp: "shelf", Shut: row.want}}
		}
		if got := g.way(); !slices.Equal(got, want) {
			t.Errorf("%s: got %+v, want %+v", row.name, got, want)
		}
	}
}

// The broker goes away as a session ends, for longer than a restore takes: a loss of power meanwhile must not leave the room as hubd made it.
func TestTheWayBackStaysInTheSettingsUntilTheBrokerHasItsCommands(t *testing.T) {
	b := newBench(t, func(o *pipeline.Options) { o.Room.NoAfter = true })
	up := true
	b.lamps.up = func() bool { return up }
	lampIsOn(b)
	now := time.Duration(0)
	run := func(d time.Duration) {
		for end := now + d; now < end; now += tickEvery {
			b.keeper.write() // what the keeper's goroutine does when it is woken
			b.at(now)
		}
	}
	run(time.Second)
	b.ask(start("a", room.Alone))
	run(time.Minute)
	b.ask(pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket})
	up = false
	run(tickEvery)
	sent := len(b.sent)
	run(15 * time.Minute)
	if s := b.saved[len(b.saved)-1]; !s.Room.Open || len(b.sent) > sent {
		t.Errorf("the way back is stored: %v; sent meanwhile: %v", s.Room.Open, b.sent[sent:])
	}
	up = true
	run(8 * time.Minute)
	if s := b.saved[len(b.saved)-1]; s.Room.Open || len(b.sent) == sent {
		t.Errorf("the way back is stored: %v; sent since: %v", s.Room.Open, b.sent[sent:])
	}
}
