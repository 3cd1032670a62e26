package dsp

// Values outside these bounds, ms, are no intervals at all, corrected or not. A shorter one above 0 is a beat counted twice and takes no
// time; any other is a hole.
const leastInterval, mostInterval = 1, 60000

// longestHole is how long a hole may be and still tell how long it was, ms: a day, as between the rows of a recording.
const longestHole = 24 * 3600e3

// given is a series of intervals as somebody brought it. A hole keeps its place, so that nothing is compared across it.
type given struct {
	ms      []float64 // a hole of unknown length is 0
	index   []int     // place in the series brought
	hole    []bool
	refused int // values that are no intervals: holes, and what is too short to be one
}

func takeIn(rrMs []float64) given {
	g := given{ms: make([]float64, 0, len(rrMs)), index: make([]int, 0, len(rrMs)), hole: make([]bool, 0, len(rrMs))}
	for i, v := range rrMs {
		proper := v >= leastInterval && v <= mostInterval
		if !proper {
			g.refused++
		}
		if v > 0 && v < leastInterval {
			continue
		}
		if !(v > 0 && v <= longestHole) {
			v = 0
		}
		g.ms, g.index, g.hole = append(g.ms, v), append(g.index, i), append(g.hole, !proper)
	}
	return g
}

// asGiven is the series without its holes, cut where they were.
func (g *given) asGiven() repaired {
	s := repaired{ms: make([]float64, 0, len(g.ms))}
	for i, v := range g.ms {
		if g.hole[i] {
			s.cut()
			continue
		}
		s.ms = append(s.ms, v)
	}
	return s
}

// judge judges the series with every hole as the longest interval there is: the place of a gap for certain, and no number that the
// arithmetic of artefacts cannot bear. It marks as holes also what only correction finds out: intervals with more missed beats than may
// be put in, and ectopic ones without any other between two holes, which no line could be drawn to.
func (g *given) judge() judgement {
	seen := make([]float64, len(g.ms))
	for i, v := range g.ms {
		seen[i] = v
		if g.hole[i] {
			seen[i] = mostInterval
		}
	}
	j := judgeAll(seen)
	for i := range seen {
		g.hole[i] = g.hole[i] || j.class[i] == ClassMissed && j.parts[i] > mostMissed+1
	}
	for from := 0; from < len(seen); {
		to, sure := from, false
		for ; to < len(seen) && !g.hole[to]; to++ {
			sure = sure || j.class[to] != ClassEctopic
		}
		for ; from < to && !sure; from++ {
			g.hole[from] = true
		}
		from = to + 1
	}
	return j
}
