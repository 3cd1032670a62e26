package report

import (
	"slices"
	"time"

	"hubd/history"
)

// longChart is from when on a drawing shows days instead of minutes: worn hours would be too narrow to see.
const longChart = 3 * day

// dayBar is one day of a measure: from the lower to the upper quartile of its known minutes, with a mark at their middle.
type dayBar struct{ X, Y, Width, Height, Middle, To string }

const dayShare = 0.5 // of a day's width is its bar

func (in *Input) long() bool { return in.To.Sub(in.From) > longChart }

// dayFigures are a measure's middle and spread on each day.
func (in *Input) dayFigures(minutes []history.Minute, x measure) (all []figures) {
	days := in.days()
	for i, begin := range days[:len(days)-1] {
		all = append(all, figuresOf(between(minutes, begin, days[i+1], minuteAt), x))
	}
	return all
}

// dayBars draws known days; a day of which too little is known has none, and one on which nothing was worn is grey.
func (in *Input) dayBars(minutes []history.Minute, all []figures, y func(v float64) float64) (bars []dayBar, gaps []bar) {
	days := in.days()
	for i, f := range all {
		from, length := days[i].Sub(in.From), days[i+1].Sub(days[i])
		if len(between(minutes, days[i], days[i+1], minuteAt)) == 0 {
			gaps = append(gaps, bar{in.x(from), coordinate(in.wide(length))})
		}
		if !f.known() {
			continue
		}
		left := chartLeft + in.wide(from+time.Duration(float64(length)*(1-dayShare)/2))
		wide := in.wide(time.Duration(float64(length) * dayShare))
		top, low := y(f.top), y(f.low)
		bars = append(bars, dayBar{coordinate(left), coordinate(top), coordinate(wide), coordinate(max(1, low-top)), coordinate(y(f.middle)), coordinate(left + wide)})
	}
	return bars, gaps
}

// dayColumns name the days, in the middle of each; of many days only some.
func (in *Input) dayColumns() (all []tick) {
	days := in.days()
	every := (len(days) + 6) / 8
	for i, begin := range days[:len(days)-1] {
		if i%max(1, every) == 0 {
			all = append(all, tick{in.x(begin.Sub(in.From) + days[i+1].Sub(begin)/2), in.dayWords(i, begin)})
		}
	}
	return all
}

// rangeOf gives the smallest lower and the largest upper quartile of the known days.
func rangeOf(all []figures) []float64 {
	var v []float64
	for _, f := range all {
		if f.known() {
			v = append(v, f.low, f.top)
		}
	}
	slices.Sort(v)
	return v
}
