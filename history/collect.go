package history

import (
	"math/bits"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
)

const (
	goodQuality = 0.5              // from here on a second counts as usable
	holdFor     = 15 * time.Second // signals and states come at least every 10 s; older ones tell nothing of now
)

// collector gathers one wearer's minute. Its seconds are those that the pipeline closes, seen by the values that come every second.
type collector struct {
	begin  time.Duration // of the minute, since the run began; a whole number of minutes
	newest time.Duration // of the last event

	signals [2]dsp.Signal // by ChannelKind: pulse and eda, as last told
	state   regulation.State
	stated  bool

	ticked, worn, usable uint64 // a bit for each second of the minute
	states               [regulation.Withdrawn + 1]uint8

	inSession bool
	session   stampedRow // while inSession
	detail    detail
	beats     Intervals // of the minute

	rate, breathing, scl, arousal, vagal series
	rmssd, rsaLn, scrPerMin              dsp.Maybe
}

// series holds one number a second.
type series struct {
	n      int
	values [60]float64
}

func (s *series) add(m dsp.Maybe) {
	if m.Known && s.n < len(s.values) {
		s.values[s.n] = m.Value
		s.n++
	}
}

// median orders the series.
func (s *series) median() dsp.Maybe {
	if s.n == 0 {
		return dsp.Maybe{}
	}
	v := s.values[:s.n]
	slices.Sort(v)
	return dsp.Some((v[(s.n-1)/2] + v[s.n/2]) / 2)
}

// add takes an event of this collector's minute.
func (c *collector) add(e pipeline.Event) {
	if e.At-c.newest > holdFor {
		c.signals, c.stated = [2]dsp.Signal{}, false
	}
	c.newest = max(c.newest, e.At)
	switch v := e.Value.(type) {
	case dsp.Signal:
		if int(v.Channel) < len(c.signals) {
			c.signals[v.Channel] = v
		}
	case regulation.State:
		c.state, c.stated = v, true
	case dsp.HeartRate:
		c.tick(e.At, c.signals[dsp.ChannelPulse])
		c.rate.add(v.BPM)
	case dsp.EDA:
		c.tick(e.At, c.signals[dsp.ChannelEDA])
		c.scl.add(v.SCL)
		c.scrPerMin = newer(v.SCRPerMin, c.scrPerMin)
	case dsp.Respiration:
		c.breathing.add(v.Rate)
	case dsp.HRV:
		if v.Window <= time.Minute {
			c.rmssd, c.rsaLn = newer(v.RMSSD, c.rmssd), newer(v.RSALn, c.rsaLn)
		}
	}
}

func newer(m, before dsp.Maybe) dsp.Maybe {
	if m.Known {
		return m
	}
	return before
}

// tick counts one second of one channel; the state is counted once a second.
func (c *collector) tick(at time.Duration, s dsp.Signal) {
	second := uint64(1) << (at / time.Second % 60)
	if s.Contact {
		c.worn |= second
		if s.Quality >= goodQuality {
			c.usable |= second
		}
	}
	if c.ticked&second != 0 || !c.stated {
		return
	}
	c.ticked |= second
	if int(c.state.Name) < len(c.states) {
		c.states[c.state.Name]++
	}
	c.arousal.add(c.state.Arousal)
	c.vagal.add(c.state.Vagal)
}

// close gives the minute, false where no sensor was worn in it, and starts the one that begins at next. What holds until told
// otherwise, contact and state, goes on.
func (c *collector) close(wearer string, next time.Duration) (Minute, bool) {
	m := Minute{
		Wearer: wearer, Since: c.begin, Worn: secondsOf(c.worn), Usable: secondsOf(c.usable),
		HeartRate: c.rate.median(), RMSSD: c.rmssd, RSALn: c.rsaLn, SCL: c.scl.median(), SCRPerMin: c.scrPerMin,
		Breathing: c.breathing.median(), Arousal: c.arousal.median(), Vagal: c.vagal.median(),
	}
	for i, n := range c.states {
		m.States[i] = time.Duration(n) * time.Second
	}
	*c = collector{
		begin: next, newest: c.newest, signals: c.signals, state: c.state, stated: c.stated,
		inSession: c.inSession, session: c.session, detail: c.detail, beats: c.beats,
	}
	return m, m.Worn > 0
}

func secondsOf(set uint64) time.Duration { return time.Duration(bits.OnesCount64(set)) * time.Second }
