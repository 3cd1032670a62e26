package hub

import (
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

func TestALampThatSaysNothingToACommandIsAskedOnce(t *testing.T) {
	told := func(r room.LampReport) func(*silence, time.Duration) {
		return func(s *silence, _ time.Duration) { s.heard(r) }
	}
	command := func(c room.LampCommand) func(*silence, time.Duration) {
		return func(s *silence, now time.Duration) { s.commanded(now, c) }
	}
	bed := command(room.LampCommand{Lamp: "bed", Brightness: dsp.Some(10), Transition: 10 * time.Second})
	for _, row := range []struct {
		name string
		acts map[time.Duration]func(*silence, time.Duration)
		want []time.Duration // when it is asked
	}{
		{"nothing was asked of it", nil, nil},
		{"no word", map[time.Duration]func(*silence, time.Duration){0: bed}, []time.Duration{14 * time.Second}},
		{"its brightness", map[time.Duration]func(*silence, time.Duration){0: bed, 12 * time.Second: told(room.LampReport{Lamp: "bed", Brightness: dsp.Some(60)})}, nil},
		{"its colour", map[time.Duration]func(*silence, time.Duration){0: bed, 1 * time.Second: told(room.LampReport{Lamp: "bed", Kelvin: dsp.Some(2700)})}, nil},
		{"gone", map[time.Duration]func(*silence, time.Duration){0: bed, 1 * time.Second: told(room.LampReport{Lamp: "bed", Gone: true})}, nil},
		{"on alone tells nothing of its light", map[time.Duration]func(*silence, time.Duration){0: bed, 1 * time.Second: told(room.LampReport{Lamp: "bed", On: dsp.Some(1)})}, []time.Duration{14 * time.Second}},
		{"another lamp's word", map[time.Duration]func(*silence, time.Duration){0: bed, 1 * time.Second: told(room.LampReport{Lamp: "shelf", Brightness: dsp.Some(60)})}, []time.Duration{14 * time.Second}},
		{"a second command before the end of the first", map[time.Duration]func(*silence, time.Duration){0: bed, 8 * time.Second: bed}, []time.Duration{22 * time.Second}},
		{"a hand took it", map[time.Duration]func(*silence, time.Duration){0: bed, 8 * time.Second: command(room.LampCommand{Lamp: "bed", Owner: room.OwnerHand})}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSilence()
			var got []time.Duration
			for now := time.Duration(0); now < time.Minute; now += time.Second {
				if act := row.acts[now]; act != nil {
					act(s, now)
				}
				s.ask(now, func(string) { got = append(got, now) })
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("asked at %v, want %v", got, row.want)
			}
		})
	}
}
