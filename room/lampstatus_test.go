package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/room"
)

// status is that of the house's only lamp.
func (h *house) status() room.LampStatus { return h.r.Lamps(nil)[0] }

func TestHowItIsWithALamp(t *testing.T) {
	asked := func(asked, reported float64) room.AttributeStatus {
		return room.AttributeStatus{Asked: dsp.Some(asked), Reported: dsp.Some(reported)}
	}
	left := func(reported float64) room.AttributeStatus { return room.AttributeStatus{Reported: dsp.Some(reported)} }
	held := func(reported float64) room.AttributeStatus {
		return room.AttributeStatus{Reported: dsp.Some(reported), Hand: true}
	}
	for _, row := range []struct {
		name string
		live func(h *house)
		want room.LampStatus
	}{
		{"outside a session it is left alone", func(h *house) { h.run(time.Second) },
			room.LampStatus{On: dsp.Some(1), Brightness: left(60), Kelvin: left(3000)}},
		{"in a session it is asked for the scene, and says that it obeyed", func(h *house) {
			h.start(0, room.Alone)
			h.run(20 * time.Second)
		}, room.LampStatus{On: dsp.Some(1), Brightness: asked(30, 30), Kelvin: asked(2400, 2403)}}, // a bulb counts in mired
		{"a hand takes it", func(h *house) {
			h.start(0, room.Alone)
			h.run(20 * time.Second)
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(90), Kelvin: dsp.Some(2400)}))
		}, room.LampStatus{On: dsp.Some(1), Brightness: held(90), Kelvin: held(2400)}},
		{"switched off it says so", func(h *house) {
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(0)}))
		}, room.LampStatus{On: dsp.Some(0), Brightness: left(0), Kelvin: left(3000)}},
		{"cut off at the wall nothing is known of it", func(h *house) {
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
		}, room.LampStatus{Gone: true}},
		{"when it comes back it is there", func(h *house) {
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
			h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(100)}))
		}, room.LampStatus{On: dsp.Some(1), Brightness: left(100)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			row.live(h)
			row.want.Lamp = "bed"
			if d := cmp.Diff(row.want, h.status()); d != "" {
				t.Error(d)
			}
		})
	}
	silent := room.New(room.Options{Lamps: []room.LampOptions{{ID: "attic"}}})
	if d := cmp.Diff([]room.LampStatus{{Lamp: "attic"}}, silent.Lamps(nil)); d != "" {
		t.Errorf("a lamp that has never said how it is: %s", d)
	}
}
