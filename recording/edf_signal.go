package recording

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// edfSignal is one column on its grid.
type edfSignal struct {
	label     string
	dimension string
	scale     edfScale
	perRecord int
	cells     []int16
}

// newEDFSignal puts a column on its grid and says which cells are filler.
func newEDFSignal(c *Column, d time.Duration) (edfSignal, []edfNote, error) {
	p, err := c.place(d)
	if err != nil {
		return edfSignal{}, nil, err
	}
	scale, err := c.edfScale()
	if err != nil {
		return edfSignal{}, nil, err
	}
	s := edfSignal{label: c.edfLabel(), scale: scale, dimension: scale.dimension(c.Unit), perRecord: p.perRecord}
	var notes []edfNote
	held := 0
	cell := d.Seconds() / float64(p.perRecord)
	for i, at := range p.cells {
		switch missing := at - len(s.cells); {
		case missing == 0:
		case i > 0 && (c.T[i]-c.T[i-1]).Seconds() < edfGapSteps*cell:
			held += missing
		default:
			notes = append(notes, s.unsampled(cell, missing))
		}
		s.fill(at, s.scale.digital(c.V[max(0, i-1)]))
		s.cells = append(s.cells, s.scale.digital(c.V[i]))
	}
	if held > 0 {
		notes = append(notes, edfNote{text: fmt.Sprintf("%s: %d single cells hold the value before, since its time steps are uneven", s.label, held)})
	}
	return s, notes, nil
}

// fill holds a value up to cell end.
func (s *edfSignal) fill(end int, v int16) {
	for len(s.cells) < end {
		s.cells = append(s.cells, v)
	}
}

// unsampled is the annotation for cells from here on in which nothing was sampled.
func (s *edfSignal) unsampled(cell float64, cells int) edfNote {
	return edfNote{
		at: time.Duration(float64(len(s.cells)) * cell * float64(time.Second)), lasts: time.Duration(float64(cells) * cell * float64(time.Second)),
		text: "Bad: " + s.label + " was not sampled",
	}
}

// pad fills the last record.
func (s *edfSignal) pad(records int, d time.Duration) (notes []edfNote) {
	end := records * s.perRecord
	if missing := end - len(s.cells); missing > 0 {
		notes = append(notes, s.unsampled(d.Seconds()/float64(s.perRecord), missing))
		s.fill(end, s.cells[len(s.cells)-1])
	}
	return notes
}

// edfLabel is the kind in capitals, by which programs find an ECG, then what else the name tells. The wearer is not in it.
func (c *Column) edfLabel() string {
	name := c.Name
	for _, unit := range []string{"_mv", "_us", "_adc", "_v", "_g"} {
		if unitOf(name) != Arbitrary {
			name = strings.TrimSuffix(name, unit)
		}
	}
	for _, kind := range []string{"ppg", "ecg", "eda", "acc"} {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			name = strings.ToUpper(kind) + " " + strings.Trim(rest, "_ ")
			break
		}
	}
	if isLight(name, "ir") || isLight(name, "red") {
		name = "PPG " + name
	}
	return edfText(strings.TrimSpace(name), edfLabelWidth)
}

// edfScale maps numbers to 16 bits. lo and hi are those of the header, in units of 10^exponent.
type edfScale struct {
	lo, hi   string
	min, max int // digital
	exponent int // 0, or a multiple of 3 where the numbers would not fit eight characters
}

const (
	edfDigitalMin = math.MinInt16
	edfDigitalMax = math.MaxInt16
	edfNumber     = 8    // characters of a number in the header
	edfWider      = 1.05 // times: a range that rounding to eight characters makes wider is tried in other units
	edfSteps      = edfDigitalMax - edfDigitalMin
	edfCoarsest   = 1e-4 // of the largest value: a step that is larger would lose what was measured
)

// edfScale is the column's own range; of whole counts that fit 16 bits it is the counts themselves, which loses nothing.
func (c *Column) edfScale() (edfScale, error) {
	lo, hi, _ := c.Range()
	if c.Unit == Counts && lo >= edfDigitalMin && hi <= edfDigitalMax && c.whole() {
		low, high := strconv.Itoa(edfDigitalMin), strconv.Itoa(edfDigitalMax)
		return edfScale{lo: low, hi: high, min: edfDigitalMin, max: edfDigitalMax}, nil
	}
	if lo == hi {
		lo, hi = lo-math.Max(1, math.Abs(lo)/2), hi+math.Max(1, math.Abs(hi)/2) // EDF wants a range that is none of 0
	}
	best, least := edfScale{}, math.Inf(1)
	for _, exponent := range []int{0, -3, 3, -6, 6, -9, 9, -12, 12} {
		s, wider := edfScaleAt(lo, hi, exponent)
		if wider < least {
			best, least = s, wider
		}
		if least <= edfWider {
			break
		}
	}
	if least*(hi-lo)/edfSteps > edfCoarsest*math.Max(math.Abs(lo), math.Abs(hi)) {
		return edfScale{}, fmt.Errorf("%s runs from %g to %g, which EDF's numbers of eight characters cannot tell", c.FullName(), lo, hi)
	}
	return best, nil
}

// edfScaleAt gives the range in units of 10^exponent, and how many times wider it became by rounding; infinite where it does not fit.
func edfScaleAt(lo, hi float64, exponent int) (s edfScale, wider float64) {
	unit := math.Pow10(exponent)
	s = edfScale{min: edfDigitalMin, max: edfDigitalMax, exponent: exponent}
	var low, high float64
	s.lo, low = edfOutward(lo/unit, math.Floor)
	s.hi, high = edfOutward(hi/unit, math.Ceil)
	if s.lo == "" || s.hi == "" {
		return s, math.Inf(1)
	}
	return s, (high - low) * unit / (hi - lo)
}

// whole tells whether every value is a whole number.
func (c *Column) whole() bool {
	for _, v := range c.V {
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// edfOutward writes v with as many decimals as eight characters take, rounded away from the range; empty where it does not fit.
func edfOutward(v float64, round func(float64) float64) (string, float64) {
	for decimals := edfNumber - 2; decimals >= 0; decimals-- {
		power := math.Pow10(decimals)
		rounded := round(v*power) / power
		if text := strconv.FormatFloat(rounded, 'f', decimals, 64); len(text) <= edfNumber {
			return text, rounded
		}
	}
	return "", 0
}

// digital gives the nearest step for a value of the column.
func (s edfScale) digital(v float64) int16 {
	lo, hi := s.physical()
	share := (v/math.Pow10(s.exponent) - lo) / (hi - lo)
	d := math.Round(float64(s.min) + share*float64(s.max-s.min))
	return int16(min(max(d, float64(s.min)), float64(s.max)))
}

// physical reads the range back from the header's own text, since that is what a reader will use.
func (s edfScale) physical() (lo, hi float64) {
	lo, _ = strconv.ParseFloat(s.lo, 64) // written by edfOutward
	hi, _ = strconv.ParseFloat(s.hi, 64)
	return lo, hi
}

// dimension is the unit in ASCII, at most eight characters.
func (s edfScale) dimension(u Unit) string {
	text := strings.ReplaceAll(string(u), "µ", "u")
	if s.exponent != 0 {
		text = strings.TrimSpace("1e" + strconv.Itoa(s.exponent) + " " + text)
	}
	return text
}
