package regulation

import "math"

// Portrait is a Baseline to be shown: what a wearer's rest is like, in the units that people know.
type Portrait struct {
	Minutes  int
	Days     int // different known dates
	Declared int // minutes of declared rests
	Measures []Measure
	Unlike   []string // measures in which it lies far from what is usual: perhaps that is the wearer, perhaps it was no rest
}

// Measure is one line of a Portrait.
type Measure struct {
	Name          string // as in Reason.Feature, and scl and breathing
	Unit          string
	Median        float64
	Lower, Higher float64 // median ∓ 1.4826 MAD, and never under 0: two thirds of the minutes lie between
	Minutes       int     // in which it was known
}

// Portrait sums up the minutes as they are, each counting alike.
func (b Baseline) Portrait() Portrait {
	p := Portrait{Minutes: len(b.Minutes)}
	seen := map[int32]bool{}
	for _, m := range b.Minutes {
		if m.Day != 0 {
			seen[m.Day] = true
		}
		if m.Declared {
			p.Declared++
		}
	}
	p.Days = len(seen)
	for _, r := range b.Unlike() {
		p.Unlike = append(p.Unlike, r.Feature)
	}
	same := func(x float64) float64 { return x }
	p.measure(b, "heart_rate", "/min", same, func(m RestMinute) (float64, bool) { return m.HeartRate.Value, m.HeartRate.Known })
	p.measure(b, "rmssd", "ms at 60/min", math.Exp, func(m RestMinute) (float64, bool) { return m.LnRMSSD.Value, m.LnRMSSD.Known })
	p.measure(b, "rsa", "ln ms²", same, func(m RestMinute) (float64, bool) { return m.RSALn.Value, m.RSALn.Known })
	p.measure(b, "breathing", "/min", same, func(m RestMinute) (float64, bool) { return m.Breathing.Value, m.Breathing.Known })
	p.measure(b, "scr_per_min", "/min", same, func(m RestMinute) (float64, bool) { return m.SCRPerMin.Value, m.SCRPerMin.Known })
	p.measure(b, "scl", "µS", same, func(m RestMinute) (float64, bool) { return m.SCL.Value, m.SCL.Known })
	return p
}

// measure adds one line, shown on the scale that shown leads to.
func (p *Portrait) measure(b Baseline, name, unit string, shown func(float64) float64, of func(RestMinute) (float64, bool)) {
	var values, off []float64
	for _, m := range b.Minutes {
		if x, ok := of(m); ok {
			values = append(values, x)
		}
	}
	if len(values) == 0 {
		return
	}
	median := medianOf(values)
	for _, x := range values {
		off = append(off, math.Abs(x-median))
	}
	spread := madToSpread * medianOf(off)
	p.Measures = append(p.Measures, Measure{
		Name: name, Unit: unit, Median: shown(median), Lower: max(shown(median-spread), 0), Higher: shown(median + spread), Minutes: len(values),
	})
}
