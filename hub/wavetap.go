package hub

import (
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

// How fine a wave is: enough to see its form, and no more than a phone draws.
const (
	pulsePoint = 20 * time.Millisecond
	skinPoint  = 100 * time.Millisecond
	waveEvery  = 100 * time.Millisecond // stretches are told
	waveLead   = 0                      // of several optical leads the first is shown
)

// waveTap thins samples for the pages that show waves, and does nothing while none does. It is the processing goroutine's.
type waveTap struct {
	wearers []string
	wanted  func(wearer int) bool
	skin    []dsp.SkinOptions

	waves []thinned // two a wearer: pulse, skin
	told  time.Duration
}

// thinned is one channel of a waveTap: the means of the samples of each cell of time.
type thinned struct {
	cell   time.Duration // number of the cell that is being filled
	sum    float64
	time   time.Duration // sum of T since from
	from   time.Duration
	n      int
	points []pipeline.WavePoint
}

func newWaveTap(wearers []string, o []pipeline.WearerOptions, wanted func(int) bool) *waveTap {
	t := &waveTap{wearers: wearers, wanted: wanted, waves: make([]thinned, 2*len(wearers))}
	for _, w := range o {
		t.skin = append(t.skin, w.Skin)
	}
	return t
}

// follow takes calibrations.
func (t *waveTap) follow(s pipeline.Settings) {
	for i, id := range t.wearers {
		if w, ok := s.Wearer(id); ok && w.OpenCircuit.Known {
			t.skin[i].OpenCircuit, t.skin[i].Scale = w.OpenCircuit.Value, w.SkinScale.Or(1)
		}
	}
}

// block takes the samples that somebody wants to see.
func (t *waveTap) block(b dsp.Block) {
	for i := range b.Samples {
		s := &b.Samples[i]
		w := int(s.Channel.Wearer)
		if s.Channel.Kind > dsp.ChannelEDA || s.Channel.Lead != waveLead || w >= len(t.wearers) {
			continue
		}
		c := &t.waves[2*w+int(s.Channel.Kind)]
		if !t.wanted(w) {
			c.n, c.points = 0, nil // else the next page would begin with a point from before, and a line to it
			continue
		}
		volts, width := s.Volts, pulsePoint
		if s.Channel.Kind == dsp.ChannelEDA {
			volts, width = t.skin[w].Microsiemens(s.Volts), skinPoint
		}
		c.add(s, volts, width)
	}
}

func (c *thinned) add(s *dsp.Sample, v float64, width time.Duration) {
	if cell := s.T / width; cell != c.cell {
		c.close()
		c.cell = cell
	}
	if s.Flags.Has(dsp.FlagGap | dsp.FlagFault | dsp.FlagLeadOff) {
		c.close()
		c.points = append(c.points, pipeline.WavePoint{T: s.T})
	}
	if s.Flags.Has(dsp.FlagFault | dsp.FlagLeadOff) {
		return
	}
	if c.n == 0 {
		c.from, c.time, c.sum = s.T, 0, 0
	}
	c.n, c.sum, c.time = c.n+1, c.sum+v, c.time+s.T-c.from
}

// close ends a cell.
func (c *thinned) close() {
	if c.n > 0 {
		c.points = append(c.points, pipeline.WavePoint{T: c.from + c.time/time.Duration(c.n), Value: dsp.Some(c.sum / float64(c.n))})
	}
	c.n = 0
}

// flush appends the stretches that are due at now. Their points are given away.
func (t *waveTap) flush(dst []pipeline.Event, now time.Duration) []pipeline.Event {
	if now-t.told < waveEvery {
		return dst
	}
	t.told = now
	for i := range t.waves {
		c := &t.waves[i]
		if len(c.points) == 0 {
			continue
		}
		e := pipeline.Event{Wearer: t.wearers[i/2], At: c.points[len(c.points)-1].T, Value: pipeline.Wave{Channel: dsp.ChannelKind(i % 2), Points: c.points}}
		dst, c.points = append(dst, e), nil
	}
	return dst
}
