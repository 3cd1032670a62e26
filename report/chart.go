package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/history"
)

// The drawing's measures, in its own units.
const (
	chartLeft   = 74
	chartWidth  = 646 // of the field
	chartHeight = 110
	chartBins   = 480 // points at most: more would not be seen
)

// chart is one measure over the time of the report.
type chart struct {
	Name, Unit, About, Words string
	Missing                  bool     // nothing is known: no picture is drawn
	Line                     string   // the path's d: known stretches, each its own
	Days                     []dayBar // instead of a line, where the report is long
	Gaps                     []bar    // where no sensor was worn
	Rows                     []tick
	Columns                  []tick
}

// bar is an upright stretch of a drawing.
type bar struct{ X, Width string }

// tick is a place on an axis and its words.
type tick struct{ At, Words string }

// bin is a short time of the report, with a measure's median in it.
type bin struct {
	worn  bool
	value dsp.Maybe
}

// bins cuts the report's time into equal parts of whole minutes.
func (in *Input) binWidth() time.Duration {
	n := (in.To.Sub(in.From) + chartBins*time.Minute - 1) / (chartBins * time.Minute)
	return max(1, n) * time.Minute
}

func (in *Input) bins(minutes []history.Minute, x measure) []bin {
	width := in.binWidth()
	bins := make([]bin, int((in.To.Sub(in.From)+width-1)/width))
	values := make([][]float64, len(bins))
	for i := range minutes {
		m := &minutes[i]
		k := int(m.At.Sub(in.From) / width)
		bins[k].worn = bins[k].worn || m.Worn > 0
		if v := x.of(m); v.Known {
			values[k] = append(values[k], v.Value)
		}
	}
	for k, v := range values {
		if len(v) > 0 {
			slices.Sort(v)
			bins[k].value = dsp.Some(v[len(v)/2])
		}
	}
	return bins
}

func (in *Input) chart(own Rows, x measure) chart {
	f := figuresOf(own.Minutes, x)
	c := chart{Name: x.name, Unit: x.unit, About: x.about, Words: f.words(x, len(own.Minutes)), Missing: !f.known()}
	if c.Missing {
		return c
	}
	if in.long() {
		days := in.dayFigures(own.Minutes, x)
		if c.Missing = len(rangeOf(days)) == 0; c.Missing {
			return c
		}
		y := c.scale(rangeOf(days), x)
		c.Days, c.Gaps = in.dayBars(own.Minutes, days, y)
		c.Columns = in.dayColumns()
		return c
	}
	bins := in.bins(own.Minutes, x)
	y := c.scale(knownOf(bins), x)
	c.Line, c.Gaps, c.Columns = in.line(bins, y), in.gaps(bins), in.columns()
	return c
}

// scale sets the upright axis around values, and gives the place of a value on it.
func (c *chart) scale(values []float64, x measure) func(v float64) float64 {
	low, high, step := axis(values, x.least)
	y := func(v float64) float64 { return chartHeight * (high - v) / (high - low) }
	for v := low; v <= high+step/2; v += step {
		c.Rows = append(c.Rows, tick{coordinate(y(v)), decimal(v, decimalsOf(step))})
	}
	return y
}

func knownOf(bins []bin) (v []float64) {
	for _, b := range bins {
		if b.value.Known {
			v = append(v, b.value.Value)
		}
	}
	return v
}

// line draws known bins; where one is missing, the line ends and begins anew.
func (in *Input) line(bins []bin, y func(v float64) float64) string {
	var b strings.Builder
	drawn := false
	for k, s := range bins {
		if !s.value.Known {
			drawn = false
			continue
		}
		at := in.x(time.Duration(k)*in.binWidth()+in.binWidth()/2) + " " + coordinate(y(s.value.Value))
		switch {
		case !drawn:
			b.WriteString("M" + at + "h.1") // so that a lone minute is seen
		default:
			b.WriteString("L" + at)
		}
		drawn = true
	}
	return b.String()
}

// gaps are the stretches in which no sensor was worn.
func (in *Input) gaps(bins []bin) (all []bar) {
	for k := 0; k < len(bins); k++ {
		from := k
		for k < len(bins) && !bins[k].worn {
			k++
		}
		if k > from {
			begin, end := time.Duration(from)*in.binWidth(), min(time.Duration(k)*in.binWidth(), in.To.Sub(in.From))
			all = append(all, bar{in.x(begin), coordinate(in.wide(end - begin))})
		}
	}
	return all
}

func (in *Input) x(since time.Duration) string { return coordinate(chartLeft + in.wide(since)) }

func (in *Input) wide(d time.Duration) float64 {
	return chartWidth * d.Seconds() / in.To.Sub(in.From).Seconds()
}

func coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// axis gives a range with whole steps around the values, of which there is one, no smaller than least.
func axis(values []float64, least float64) (low, high, step float64) {
	low, high = slices.Min(values), slices.Max(values)
	if more := least - (high - low); more > 0 {
		low, high = low-more/2, high+more/2
	}
	low = max(low, 0) // none of the measures goes below nought
	high = max(high, low+least)
	step = niceStep((high - low) / 4)
	return math.Floor(low/step) * step, math.Ceil(high/step) * step, step
}

// niceStep is 1, 2 or 5 times a power of ten, at least v.
func niceStep(v float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= v {
			return n * power
		}
	}
	return 10 * power
}

func decimalsOf(step float64) int { return max(0, int(math.Ceil(-math.Log10(step)-1e-9))) }

// columns are the times under a drawing.
func (in *Input) columns() (all []tick) {
	length := in.To.Sub(in.From)
	step := hourStep(length)
	for since := time.Duration(0); since < length; since += step {
		words := strconv.Itoa(int(since.Minutes())) + " min"
		if !in.Without.Times {
			words = in.local(in.From.Add(since)).Format("15:04")
		}
		all = append(all, tick{in.x(since), words})
	}
	return all
}

// hourStep gives six to twelve columns.
func hourStep(length time.Duration) time.Duration {
	for _, minutes := range []time.Duration{1, 5, 10, 15, 30, 60, 120, 180, 360} {
		if step := minutes * time.Minute; length/step <= 10 {
			return step
		}
	}
	return 12 * time.Hour
}
