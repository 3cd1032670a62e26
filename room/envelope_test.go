package room_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

func TestEnvelopeLimitsEveryWish(t *testing.T) {
	day := room.Envelope{BrightnessCeiling: 100, KelvinCeiling: 10000}
	night := room.Envelope{BrightnessCeiling: 15, KelvinCeiling: 2200}
	at := func(percent float64) room.Motion {
		return room.Motion{On: dsp.Some(1), Brightness: dsp.Some(percent), Kelvin: dsp.Some(3000)}
	}
	off, unheard, paused := at(0), at(20), at(20)
	off.On = dsp.Some(0)
	unheard.On = dsp.Maybe{}
	paused.Paused, paused.PauseLimit = true, dsp.Some(30)
	bright := func(percent float64, d time.Duration) room.LampCommand {
		return room.LampCommand{Lamp: "l", Brightness: dsp.Some(percent), Transition: d}
	}
	warm := func(kelvin float64) room.LampCommand {
		return room.LampCommand{Lamp: "l", Kelvin: dsp.Some(kelvin), Transition: time.Second}
	}
	for _, row := range []struct {
		name   string
		e      room.Envelope
		m      room.Motion
		wish   room.LampCommand
		want   room.LampCommand
		leaves bool
	}{
		{"a gentle wish leaves as it is", day, at(30), bright(25, 10*time.Second), bright(25, 10*time.Second), true},
		{"a jump becomes a fade of 20 points a second", day, at(10), bright(90, 0), bright(90, 4*time.Second), true},
		{"there is always a transition", day, at(30), bright(30, 0), bright(30, time.Second), true},
		{"brightness stays under the night ceiling", night, at(10), bright(80, 10*time.Second), bright(15, 10*time.Second), true},
		{"so does colour", night, at(10), warm(4000), warm(2200), true},
		{"above 100 % is 100 %", day, at(95), bright(150, time.Second), bright(100, time.Second), true},
		{"a lamp that is off is not switched on", day, off, bright(30, time.Second), room.LampCommand{}, false},
		{"unless the envelope allows it", room.Envelope{BrightnessCeiling: 100, SwitchOn: true}, off, bright(10, time.Second), bright(10, time.Second), true},
		{"a lamp never heard of is left alone", day, unheard, bright(10, time.Second), room.LampCommand{}, false},
		{"nor is one whose brightness is unknown", day, room.Motion{On: dsp.Some(1)}, bright(10, time.Second), room.LampCommand{}, false},
		{"a pause takes ten seconds", day, paused, bright(10, time.Second), bright(10, 10*time.Second), true},
		{"and is not much brighter", day, paused, bright(80, 10*time.Second), bright(30, 10*time.Second), true},
		{"a command with nothing in it does not leave", day, at(30), room.LampCommand{}, room.LampCommand{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, leaves := row.e.Limit(&row.m, time.Minute, row.wish)
			if leaves != row.leaves || leaves && got != row.want {
				t.Errorf("got %+v, %v; want %+v, %v", got, leaves, row.want, row.leaves)
			}
		})
	}
}
