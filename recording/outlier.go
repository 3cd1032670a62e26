package recording

import "slices"

// Outlier is a value that stands alone, far from all others of its column. Where a column is mapped by its smallest and largest value
// (design section 6.2) a single one flattens the rest.
type Outlier struct {
	Column string // full name
	Line   int    // of the file
	Value  float64
}

const (
	// outlierSpans is how many times the span of nearly all values one must lie beyond them. A finger that is put on moves the level by
	// many pulses, but it stays there; a pulse that is left a thirtieth of the span still has a thousand steps of the converter.
	outlierSpans = 30
	// outlierShare is the part of the values, at either end, that may lie beyond the span of nearly all.
	outlierShare = 0.01
	// outlierSample bounds how many values the span is read from.
	outlierSample = 10_000
)

// extremes are the smallest and the largest value of a column, and their lines.
type extremes struct {
	low, high         float64
	lowLine, highLine int
}

func (e *extremes) add(v float64, line int) {
	if e.lowLine == 0 || v < e.low {
		e.low, e.lowLine = v, line
	}
	if e.highLine == 0 || v > e.high {
		e.high, e.highLine = v, line
	}
}

// outliers are those of the two that stand alone in their column.
func (e *extremes) outliers(c *Column) (out []Outlier) {
	low, high := nearlyAll(c.V)
	most := outlierSpans * (high - low)
	if most == 0 {
		return nil // nothing that could be flattened
	}
	if e.low < low-most {
		out = append(out, Outlier{c.FullName(), e.lowLine, e.low})
	}
	if e.high > high+most {
		out = append(out, Outlier{c.FullName(), e.highLine, e.high})
	}
	return out
}

// nearlyAll is the span of values without the outermost ones.
func nearlyAll(values []float64) (low, high float64) {
	every := 1 + len(values)/outlierSample
	var some []float64
	for i := 0; i < len(values); i += every {
		some = append(some, values[i])
	}
	slices.Sort(some)
	beyond := int(outlierShare * float64(len(some)))
	return some[beyond], some[len(some)-1-beyond]
}
