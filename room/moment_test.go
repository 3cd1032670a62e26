package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// lived is a stretch of one wearer's life: a State a second, as long as that.
type lived struct {
	seconds int
	state   regulation.State
}

func stateOf(n regulation.Name, arousal, vagal float64) regulation.State {
	return regulation.State{Name: n, Confidence: 0.8, Arousal: dsp.Some(arousal), Vagal: dsp.Some(vagal)}
}

var (
	steady   = stateOf(regulation.Settled, 0, 0)
	lively   = stateOf(regulation.Engaged, 2, 0)
	woundUp  = stateOf(regulation.Activated, 1.5, -1.2)
	alarmed  = stateOf(regulation.Activated, 3, -2.5)
	quietLow = stateOf(regulation.Withdrawn, 0, -1.5)
	moving   = regulation.State{Unknown: regulation.ReasonMoving, Arousal: dsp.Some(3), Vagal: dsp.Some(-2)}
	doubtful = regulation.State{Name: regulation.Activated, Confidence: 0.4, Arousal: dsp.Some(1.5), Vagal: dsp.Some(-1.2)}
)

func TestWhenHubdAsksByItself(t *testing.T) {
	for _, row := range []struct {
		name string
		life []lived
		want []string // reasons
	}{
		{"never of a steady or a lively body", []lived{{600, steady}, {600, lively}}, nil},
		{"when someone was wound up for three minutes", []lived{{120, steady}, {200, woundUp}}, []string{"wound_up"}},
		{"not before", []lived{{120, steady}, {170, woundUp}, {120, steady}}, nil},
		{"when someone was quiet and low for three minutes", []lived{{120, steady}, {200, quietLow}}, []string{"quiet_low"}},
		{"at once when both sides turned far within a minute", []lived{{120, steady}, {5, alarmed}}, []string{"turn"}},
		{"not twice within twenty minutes", []lived{{60, steady}, {900, woundUp}, {60, steady}, {100, alarmed}}, []string{"wound_up"}},
		{"again after twenty minutes", []lived{{60, steady}, {1500, woundUp}}, []string{"wound_up", "wound_up"}},
		{"never in effort, nor soon after it", []lived{{60, steady}, {300, moving}, {85, alarmed}, {60, steady}}, nil},
		{"never in doubt", []lived{{60, steady}, {600, doubtful}}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, asking(true, true))
			h.start(0, room.Together)
			h.start(1, room.Together)
			h.live(0, row.life)
			asked, _ := of[room.CheckIn](h, 0)
			var reasons []string
			for _, c := range asked {
				reasons = append(reasons, c.Reason)
				if c.Of != 1 {
					t.Errorf("%+v: want it to be of the first wearer", c)
				}
			}
			if len(reasons) != len(row.want) {
				t.Fatalf("asked for %q, want %q", reasons, row.want)
			}
			for i := range reasons {
				if reasons[i] != row.want[i] {
					t.Errorf("asked for %q, want %q", reasons, row.want)
				}
			}
		})
	}
}

func TestHubdAsksOnlyWhereEveryonePresentWantsIt(t *testing.T) {
	life := []lived{{60, steady}, {190, woundUp}}
	for _, row := range []struct {
		name    string
		options room.Options
		both    bool // take part
		kind    room.SessionKind
		before  func(h *house)
		want    int
	}{
		{"both want it", asking(true, true), true, room.Together, nil, 1},
		{"the other one does not", asking(true, false), true, room.Together, nil, 0},
		{"the other one does not, but is not there", asking(true, false), false, room.Alone, nil, 1},
		{"the hub does not", off(asking(true, true)), true, room.Together, nil, 0},
		{"not at night", asking(true, true), false, room.Night, nil, 0},
		{"not in a practice", asking(true, true), false, room.Alone, func(h *house) {
			h.must(h.r.Practice(nil, h.now, "breath"))
		}, 0},
		{"not outside a session", asking(true, true), false, room.NoSession, nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, row.options)
			if row.kind != room.NoSession {
				h.start(0, row.kind)
			}
			if row.both {
				h.start(1, row.kind)
			}
			if row.before != nil {
				row.before(h)
			}
			h.live(0, life)
			if asked, _ := of[room.CheckIn](h, 0); len(asked) != row.want {
				t.Errorf("asked %d times, want %d", len(asked), row.want)
			}
		})
	}
}

// asking is a room that may ask, of two wearers who want it or not.
func asking(a, b bool) room.Options {
	return room.Options{AskByItself: true, Wearers: []room.WearerOptions{
		{ID: "a", Cues: true, Comfort: room.Comfort{NotSteady: true, Ask: a}}, {ID: "b", Cues: true, Comfort: room.Comfort{NotSteady: true, Ask: b}},
	}}
}

func off(o room.Options) room.Options { o.AskByItself = false; return o }

// live gives a wearer's State every second.
func (h *house) live(wearer int, life []lived) {
	for _, l := range life {
		for range l.seconds {
			h.run(time.Second)
			h.r.Contact(nil, h.now, wearer, true)
			h.take(h.r.State(nil, h.now, wearer, l.state))
		}
	}
}

func TestHubdDoesNotAskWhileAnyoneMoves(t *testing.T) {
	for _, row := range []struct {
		name   string
		joined bool
		want   int
	}{{"who takes part", true, 0}, {"but one who does not take part does not matter", false, 1}} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, asking(true, true))
			h.start(0, room.Together)
			if row.joined {
				h.start(1, room.Together)
			}
			for range 250 {
				h.take(h.r.State(nil, h.now, 1, moving))
				h.live(0, []lived{{1, woundUp}})
			}
			if asked, _ := of[room.CheckIn](h, 0); len(asked) != row.want {
				t.Errorf("asked %d times, want %d", len(asked), row.want)
			}
		})
	}
}

func TestTheNextSessionDoesNotAskSooner(t *testing.T) {
	h := newHouse(t, asking(true, true))
	h.start(0, room.Alone)
	h.live(0, []lived{{200, woundUp}})
	h.take(h.r.End(nil, h.now))
	h.take(h.r.End(nil, h.now)) // the after scene
	h.start(0, room.Alone)
	h.live(0, []lived{{300, woundUp}})
	if asked, _ := of[room.CheckIn](h, 0); len(asked) != 1 {
		t.Errorf("asked %d times within ten minutes, want once", len(asked))
	}
}
