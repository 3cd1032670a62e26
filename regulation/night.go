package regulation

import (
	"math"
	"time"

	"hubd/dsp"
)

// night sums up a night in bounded memory; nothing of it is told before the session ends.
type night struct {
	running    bool
	seconds    int // since the session began
	worn       int // s with contact
	usable     int // s with contact and trusted quality
	rates      histogram
	breaths    histogram
	variations histogram // ln RMSSD of 5 min windows
	lowest     dsp.Maybe // bpm, mean of the lowest 5 min window
	window     nightFive
	restless   int
	lastMoved  time.Duration
	moved      bool
	rated      int // s with a heart rate
	breathed   int // s with a breathing rate
	windows    int // 5 min windows
	varied     int // of these, with an RMSSD
}

// nightFive is one window of 5 min.
type nightFive struct {
	seconds, rated int
	rateSum        float64
	squares        float64 // of RMSSD, one value a minute: mean squares of equal windows add up
	minutes        int
}

// start begins a night.
func (n *night) start() {
	*n = night{
		running:    true,
		rates:      histogram{low: 20, width: 0.5},
		breaths:    histogram{low: 3, width: 0.1},
		variations: histogram{low: 0, width: 0.0175}, // ln 1 … ln 1097 ms
	}
}

// step takes one second.
func (n *night) step(t time.Duration, f Features, pulseTrusted, skinTrusted, moving bool) {
	n.seconds++
	n.restlessness(t, moving)
	if f.contact() {
		n.worn++
	}
	if pulseTrusted || (!f.HasPulse && skinTrusted) {
		n.usable++
	}
	w := &n.window
	w.seconds++
	if pulseTrusted && !f.Pulse.Uneven {
		n.pulse(f)
	}
	if w.seconds >= nightWindow {
		n.close()
	}
}

// pulse takes one second of trusted pulse.
func (n *night) pulse(f Features) {
	w := &n.window
	if hr := f.Pulse.HeartRate; hr.Known {
		n.rates.add(hr.Value)
		n.rated++
		w.rateSum += hr.Value
		w.rated++
	}
	if f.Pulse.Breathing.Known && f.Pulse.BreathingQuality >= slowBreathingQuality {
		n.breaths.add(f.Pulse.Breathing.Value)
		n.breathed++
	}
	if w.seconds%60 == 0 && f.Pulse.RMSSD.Known && f.Pulse.RMSSD.Value > 0 {
		w.squares += f.Pulse.RMSSD.Value * f.Pulse.RMSSD.Value
		w.minutes++
	}
}

// close ends a window of 5 min.
func (n *night) close() {
	w := n.window
	n.windows++
	if w.rated >= nightWindowKnown {
		mean := w.rateSum / float64(w.rated)
		if !n.lowest.Known || mean < n.lowest.Value {
			n.lowest = dsp.Some(mean)
		}
	}
	if w.minutes*60 >= nightWindowKnown {
		n.variations.add(math.Log(w.squares/float64(w.minutes)) / 2)
		n.varied++
	}
	n.window = nightFive{}
}

// restlessness counts periods of movement; movements within a minute are one period.
func (n *night) restlessness(t time.Duration, moving bool) {
	if !moving {
		return
	}
	if !n.moved || t-n.lastMoved > nightRestless {
		n.restless++
	}
	n.moved, n.lastMoved = true, t
}

// summary gives the morning's account. Each value is absent where it, or the night, was usable for less than 60 % of the time worn.
func (n *night) summary() Night {
	s := Night{Worn: time.Duration(n.worn) * time.Second, Usable: time.Duration(n.usable) * time.Second}
	if n.worn == 0 || float64(n.usable) < nightUsable*float64(n.worn) {
		return s
	}
	if n.enough(n.rated) {
		s.LowestBPM = n.lowest
		s.MedianBPM = maybe(n.rates.median())
	}
	if n.enough(n.breathed) {
		s.BreathingPerMin = maybe(n.breaths.median())
	}
	if ln, ok := n.variations.median(); ok && n.enough(n.varied*nightWindow) {
		s.RMSSD = dsp.Some(math.Exp(ln))
	}
	s.RestlessPeriods = dsp.Some(float64(n.restless))
	return s
}

// enough tells whether a measure was known for its share of the time worn, but for the window that was cut off by the end.
func (n *night) enough(seconds int) bool {
	worn := n.worn
	if n.windows > 0 {
		worn = min(worn, n.windows*nightWindow)
	}
	return float64(seconds) >= nightUsable*float64(worn)
}

// maybe joins a number and whether it is one.
func maybe(x float64, ok bool) dsp.Maybe {
	if !ok {
		return dsp.Maybe{}
	}
	return dsp.Some(x)
}
