package pipeline_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// BenchmarkSeconds runs whole seconds of stream time: 250 Hz pulse, 25 Hz skin conductance and 5 Hz motion of each wearer in
// Blocks of 20 ms, a Tick every 50 ms.
func BenchmarkSeconds(b *testing.B) {
	for _, c := range []struct {
		name, scenario string
		wearers        int
	}{{"one wearer", "rest", 1}, {"two wearers", "two-people", 2}} {
		b.Run(c.name, func(b *testing.B) {
			const length = 90 * time.Second
			samples, s := body(b, c.scenario, length)
			o := options(c.wearers)
			rested(&o, s)
			r := newRig(b, o)
			r.start(room.NoSession, []string{"a", "b"}[:c.wearers]...)
			events, taken := make([]pipeline.Event, 0, 256), 0
			i, round, block := 0, time.Duration(0), make([]dsp.Sample, 0, 64)
			var at time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				for end := at + time.Second; at < end; {
					at += 10 * time.Millisecond
					if at%(20*time.Millisecond) == 0 {
						block = block[:0]
						for {
							if i == len(samples) {
								i, round = 0, round+length
							}
							x := samples[i]
							if x.T += round; x.T >= at {
								break
							}
							block = append(block, x)
							i++
						}
						events = r.p.Block(events[:0], dsp.Block{Bus: bus, Until: at, Samples: block})
						taken += len(block)
					}
					if at%tick == 0 {
						events = r.p.Tick(events[:0], at, morning.Add(at))
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(taken), "ns/sample")
			b.ReportMetric(at.Seconds()/b.Elapsed().Seconds(), "×real-time")
		})
	}
}
