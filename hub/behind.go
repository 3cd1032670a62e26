package hub

import (
	"log/slog"
	"time"

	"hubd/acquire"
	"hubd/pipeline"
)

const (
	behindEvery = 5 * time.Second // stream time between two looks
	behindShare = 0.02            // of the grid points of a bus; more are lost: the machine cannot keep up
)

// behind tells when this machine is too busy or too slow to read its sensors on time: lost samples look like a bad signal, and
// people would look for the fault on their skin.
type behind struct {
	log   *slog.Logger
	loops []*acquire.Loop
	last  []acquire.Counters
	next  time.Duration
	late  bool
	note  string // for the demo's line; empty while all is on time
}

func (b *behind) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceMetrics}
}

func (b *behind) event(pipeline.Event) {}

func (b *behind) tick(now time.Duration, _ pipeline.Consent) {
	if now < b.next {
		return
	}
	b.next = now + behindEvery
	var taken, lost uint64
	for i, l := range b.loops {
		c := l.Counters()
		taken += c.Samples - b.last[i].Samples
		lost += c.Skipped - b.last[i].Skipped + c.Lost - b.last[i].Lost
		b.last[i] = c
	}
	late := float64(lost) > behindShare*float64(taken+lost)
	if late != b.late {
		b.late, b.note = late, ""
		if late {
			b.note = "this machine is behind: samples are lost"
			b.log.Warn("this machine does not read its sensors in time: samples are lost, and signals look worse than they are", "lost", lost, "taken", taken)
		} else {
			b.log.Info("sensors are read in time again")
		}
	}
}
