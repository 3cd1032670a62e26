package hub

import (
	"flag"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
	"hubd/wire"
)

var nightHours = flag.Int("night-hours", 1, "hours of sleep whose rows in Home Assistant's recorder are counted")

// What a night may cost in rows of Home Assistant's recorder, per wearer.
const (
	mostAtFull  = 20_000
	mostAtState = 500
)

func TestANightDoesNotFillHomeAssistantsRecorder(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: whole nights")
	}
	for _, row := range []struct {
		name  string
		share pipeline.Share
		kind  room.SessionKind
		most  int
	}{
		{"sensed all night, everything shared", pipeline.ShareFull, room.NoSession, mostAtFull},
		{"sensed all night, the state shared", pipeline.ShareState, room.NoSession, mostAtState},
		{"a session that nobody ended, everything shared", pipeline.ShareFull, room.Alone, mostAtFull},
		{"a session of kind night, everything shared", pipeline.ShareFull, room.Night, mostAtFull},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSleeper(t, row.share, row.kind)
			s.sleep(t, *nightHours)
			rows := s.rows * 8 / *nightHours
			t.Logf("%d rows in eight hours", rows)
			slices.SortFunc(s.entities, func(a, b *recorded) int { return b.rows - a.rows })
			for _, e := range s.entities {
				t.Logf("  %6d %s", e.rows, e.key)
			}
			if rows > row.most {
				t.Errorf("%d rows, want %d at most", rows, row.most)
			}
		})
	}
}

func newSleeper(t *testing.T, share pipeline.Share, kind room.SessionKind) *sleeper {
	t.Helper()
	scene, err := synth.New("night", 1)
	if err != nil {
		t.Fatal(err)
	}
	o := pipeline.Options{Room: room.Options{Seed: 1, Wearers: []room.WearerOptions{{ID: "a", Cues: true, Comfort: room.Comfort{NotSteady: true}}}}}
	o.Wearers = []pipeline.WearerOptions{{
		ID: "a", Share: share, Keep: pipeline.KeepRest, Cues: true, PulseBus: "i2c", SkinBus: "i2c",
		Pulse: dsp.PulseOptions{Kind: dsp.PPG, Leads: 1},
		Skin:  dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: replaySupply, OpenCircuit: openCircuit, StepVolts: replayFullScale / (1 << 15)},
	}}
	o.Settings.Wearers = []pipeline.WearerSettings{{Wearer: "a", Share: share, Keep: pipeline.KeepRest, Cues: true,
		OpenCircuit: dsp.Some(openCircuit), Baseline: scene.Baseline(0, 20_000)}}
	s := &sleeper{recorder: newRecorder(t, share), pipeline: pipeline.New(o), topics: wire.Topics{Hub: "bed"},
		view: wire.NewWearerView("a", dsp.ChannelPulse, dsp.ChannelEDA)}
	if kind != room.NoSession {
		s.pipeline.Command(nil, 0, start("a", kind))
	}
	return s
}

// sleep goes through hours of different nights, each an hour of the scenario.
func (s *sleeper) sleep(t *testing.T, hours int) {
	t.Helper()
	const sampling, tick = 4 * time.Millisecond, 50 * time.Millisecond
	var samples []dsp.Sample
	for hour := range hours {
		scene, err := synth.New("night", uint64(1+hour))
		if err != nil {
			t.Fatal(err)
		}
		begins, next := time.Duration(hour)*time.Hour, time.Duration(0)
		for in := tick; in <= time.Hour; in += tick {
			samples = samples[:0]
			for ; next < in; next += sampling {
				samples = append(samples, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelPulse}, T: begins + next, Volts: scene.Pulse(0, next)})
				if next%(10*sampling) == 0 {
					volts := dsp.GroveVolts(scene.EDA(0, next), replaySupply, openCircuit)
					samples = append(samples, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: begins + next, Volts: volts})
				}
			}
			s.step(t, begins+in, samples)
		}
	}
}
