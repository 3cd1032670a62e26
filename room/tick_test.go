package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// fullHouse has five lamps in two groups and two wearers.
func fullHouse(t testing.TB) *house {
	return newHouse(t, room.Options{Lamps: []room.LampOptions{
		{ID: "l1", Group: "g"}, {ID: "l2", Group: "g"}, {ID: "l3", Group: "g"}, {ID: "r1", Group: "h"}, {ID: "r2", Group: "h"}}})
}

func TestATickThatTellsNothingAllocatesNothing(t *testing.T) {
	for _, row := range []struct {
		name  string
		begin func(h *house)
	}{
		{"outside a session", func(*house) {}},
		{"in a session with States", func(h *house) {
			h.start(0, room.Together)
			h.start(1, room.Together)
			h.state(0, regulation.Activated)
			h.state(1, regulation.Settled)
		}},
		{"with a reminder that is not due", func(h *house) {
			h.r = room.New(room.Options{Reminders: []room.ReminderOptions{{At: 12 * time.Hour, Days: everyDay()}}})
			h.run(time.Second)
		}},
		{"in a guided practice", func(h *house) { h.must(h.r.Practice(nil, h.now, "body")) }},
		{"in a breathing practice", func(h *house) { h.must(h.r.Practice(nil, h.now, "breath")) }},
		{"in a pause", func(h *house) { h.start(0, room.Alone); h.take(h.r.Pause(nil, h.now)) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := fullHouse(t)
			row.begin(h)
			h.run(2 * time.Minute)
			dst := make([]dsp.Value, 0, 64)
			allocs := 0.0
			for range 40 {
				var emitted int
				a := testing.AllocsPerRun(1, func() {
					h.now += tick
					emitted += len(h.r.Tick(dst[:0], h.now, evening(h.now)))
					h.r.Status()
				})
				if emitted == 0 {
					allocs += a
				}
			}
			if allocs > 0 {
				t.Errorf("%v allocations in Ticks that told nothing", allocs)
			}
		})
	}
}

func BenchmarkTick(b *testing.B) {
	for name, begin := range map[string]func(h *house){
		"states": func(h *house) {
			h.start(0, room.Together)
			h.start(1, room.Together)
			h.state(0, regulation.Activated)
		},
		"breathing": func(h *house) { h.must(h.r.Practice(nil, h.now, "breath")) },
	} {
		b.Run(name, func(b *testing.B) {
			h := fullHouse(b)
			begin(h)
			h.run(time.Minute)
			dst := make([]dsp.Value, 0, 64)
			wall, began := evening(0), h.now
			b.ReportAllocs()
			for b.Loop() {
				if h.now += time.Microsecond; h.now > began+3*time.Minute {
					h.now = began
				}
				dst = h.r.Tick(dst[:0], h.now, wall)
			}
		})
	}
}
