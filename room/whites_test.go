package room_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

// kelvins are the colour temperatures that a lamp was asked for from an instant on.
func kelvins(h *house, from time.Duration) []float64 {
	var all []float64
	commands, _ := of[room.LampCommand](h, from)
	for _, c := range commands {
		if c.Owner == room.OwnerHubd && c.Kelvin.Known {
			all = append(all, c.Kelvin.Value)
		}
	}
	return all
}

func scenes(kelvin float64) map[string]room.Scene {
	return map[string]room.Scene{"base": {Light: room.Light{Brightness: 40, Kelvin: kelvin}}}
}

func TestALampIsAskedOnlyForWhatItCanDo(t *testing.T) {
	for _, row := range []struct {
		name   string
		known  room.Whites // before it says so
		told   room.Whites // while hubd runs
		kelvin float64     // of the scene
		quiet  bool        // night ceiling of 2200 K
		want   float64     // last asked for; 0: nothing
	}{
		{"nothing is known: common lamps do 2200 K", room.Whites{}, room.Whites{}, 1800, false, 2200},
		{"and 6500 K", room.Whites{}, room.Whites{}, 9000, false, 6500},
		{"known beforehand", room.Whites{Known: true, Min: 2700, Max: 5000}, room.Whites{}, 2200, false, 2700},
		{"learnt while it runs", room.Whites{}, room.Whites{Known: true, Min: 2000, Max: 6535}, 1800, false, 2000},
		{"what is learnt replaces what was known", room.Whites{Known: true, Min: 2700, Max: 5000}, room.Whites{Known: true, Min: 2000, Max: 6535}, 2200, false, 2200},
		{"the night ceiling asks no lamp for more warmth than it has", room.Whites{}, room.Whites{Known: true, Min: 2702, Max: 6535}, 4000, true, 2702},
		{"one white only", room.Whites{}, room.Whites{Known: true, None: true}, 2200, false, 0},
		{"one white, known beforehand", room.Whites{Known: true, None: true}, room.Whites{}, 2200, false, 0},
		{"a range upside down is none", room.Whites{}, room.Whites{Known: true, Min: 5000, Max: 2000}, 1800, false, 2200},
		{"nonsense is bounded", room.Whites{}, room.Whites{Known: true, Min: 1, Max: 1e9}, 900, false, 1000},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := room.Options{Scenes: scenes(row.kelvin), Lamps: []room.LampOptions{{ID: "bed", Whites: row.known}}}
			o.HasQuiet, o.QuietFrom, o.QuietTo = row.quiet, 19*time.Hour, 23*time.Hour
			h := newHouse(t, o)
			h.take(h.r.Lamp(nil, 0, room.LampReport{Lamp: "bed", Whites: row.told}))
			h.start(0, room.Alone)
			h.run(5 * time.Minute)
			asked := kelvins(h, 0)
			switch {
			case row.want == 0 && len(asked) > 0:
				t.Errorf("asked for %v K", asked)
			case row.want > 0 && (len(asked) == 0 || asked[len(asked)-1] != row.want):
				t.Errorf("asked for %v K, want %v in the end", asked, row.want)
			case hands(h) > 0:
				t.Error("the lamp was taken for one in somebody's hand")
			}
		})
	}
}

func TestARangeLearntInTheMiddleOfASessionIsFollowed(t *testing.T) {
	h := newHouse(t, room.Options{Scenes: scenes(2200)})
	h.start(0, room.Alone)
	h.run(time.Minute)
	from := h.now
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Whites: room.Whites{Known: true, Min: 2700, Max: 6500}}))
	h.run(2 * time.Minute)
	if asked := kelvins(h, from); len(asked) == 0 || asked[len(asked)-1] != 2700 {
		t.Errorf("asked for %v K after the lamp was known to do 2700 at the warmest", asked)
	}
}

// A lamp of which nobody tells the range stops at its end whatever it is asked for, in every scene that follows.
func TestALampThatStopsAtTheEndOfItsOwnRangeIsNoHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		warmest := rapid.Float64Range(2200, 3000).Draw(t, "warmest") // no white lamp ends between 3000 and 4000 K
		coldest := rapid.Float64Range(4000, 6500).Draw(t, "coldest")
		r := room.New(room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Scenes: map[string]room.Scene{
			"one":   {Light: room.Light{Brightness: 40, Kelvin: rapid.Float64Range(2200, 6500).Draw(t, "one")}},
			"two":   {Light: room.Light{Brightness: 30, Kelvin: rapid.Float64Range(2200, 6500).Draw(t, "two")}},
			"three": {Light: room.Light{Brightness: 20, Kelvin: rapid.Float64Range(2200, 6500).Draw(t, "three")}},
		}})
		kelvin, bright := rapid.Float64Range(warmest, coldest).Draw(t, "was"), 60.0
		now := time.Duration(0)
		report := func() []dsp.Value {
			return r.Lamp(nil, now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(bright), Kelvin: dsp.Some(kelvin)})
		}
		report()
		for _, scene := range []string{"one", "two", "three", "one"} {
			if _, err := r.Scene(nil, now, scene); err != nil {
				t.Fatal(err)
			}
			for end := now + 90*time.Second; now < end; now += tick {
				values := r.Tick(nil, now, evening(now))
				if now%(2*time.Second) == 0 {
					values = append(values, report()...)
				}
				for _, v := range values {
					c, ok := v.(room.LampCommand)
					if ok && c.Owner == room.OwnerHand {
						t.Fatalf("at %v in scene %s the lamp, at %.0f K of %.0f to %.0f, was taken for a hand's", now, scene, kelvin, warmest, coldest)
					}
					if ok {
						bright = c.Brightness.Or(bright)
						kelvin = min(max(c.Kelvin.Or(kelvin), warmest), coldest)
					}
				}
			}
		}
	})
}
