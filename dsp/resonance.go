package dsp

// resonanceLeast is how many paces have to be judged before one of them is called the best (own: of five, more than half).
const resonanceLeast = 3

// Resonance finds the pace of breathing that one heart answers with its largest swing: near it the baroreflex swings along (Vaschillo et
// al. 2002, doi 10.1023/A:1014587304314). The zero Resonance has tried nothing.
type Resonance struct {
	tried, judged int
	best          Swing
}

// Try takes the swing at one pace. Of equal ones the earlier stays.
func (r *Resonance) Try(s Swing) {
	r.tried++
	if !s.BPM.Known {
		return
	}
	r.judged++
	if !r.best.BPM.Known || s.BPM.Value > r.best.BPM.Value {
		r.best = s
	}
}

// Counts tells how many paces were tried, and of how many the swing could be judged.
func (r *Resonance) Counts() (tried, judged int) { return r.tried, r.judged }

// Best is the swing at the best pace; its BPM is absent where fewer than three paces could be judged.
func (r *Resonance) Best() Swing {
	if r.judged < resonanceLeast {
		return Swing{}
	}
	return r.best
}
