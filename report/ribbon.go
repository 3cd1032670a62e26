package report

import (
	"strconv"
	"time"

	"hubd/history"
	"hubd/regulation"
)

// ribbon is one row of states: a session, or a day.
type ribbon struct {
	Words string
	Y     int
	Parts []ribbonPart
}

// ribbonPart is a stretch in which one state was named longest; what was not worn has no part.
type ribbonPart struct{ X, Width, Class string }

const (
	ribbonHeight = 22 // from one row to the next
	ribbonBins   = 288
)

// ribbons are the states: one row of a session, one a day of anything longer.
func (in *Input) ribbons(own Rows) (all []ribbon) {
	if in.Kind == Session {
		return []ribbon{in.ribbon("", 0, own.Minutes, in.From, in.To)}
	}
	days := in.days()
	for i, begin := range days[:len(days)-1] {
		minutes := within(own.Minutes, begin, days[i+1], minuteAt)
		all = append(all, in.ribbon(in.dayWords(i, begin), i*ribbonHeight, minutes, begin, begin.Add(day)))
	}
	return all
}

func (in *Input) ribbon(words string, y int, minutes []history.Minute, from, to time.Time) ribbon {
	length := to.Sub(from)
	width := max(1, (length+ribbonBins*time.Minute-1)/(ribbonBins*time.Minute)) * time.Minute
	totals := make([]total, int((length+width-1)/width)+1) // the day on which clocks go back has an hour more
	for _, m := range minutes {
		k := min(int(m.At.Sub(from)/width), len(totals)-1)
		t := &totals[k]
		t.worn += m.Worn
		for n, d := range m.States {
			t.states[n] += d
		}
	}
	r := ribbon{Words: words, Y: y}
	place := func(k int) float64 { return chartLeft + chartWidth*min(1, float64(k)*width.Seconds()/length.Seconds()) }
	for k := 0; k < len(totals)-1; {
		from, class := k, totals[k].class()
		for k < len(totals)-1 && totals[k].class() == class {
			k++
		}
		if class != "" {
			r.Parts = append(r.Parts, ribbonPart{coordinate(place(from)), coordinate(place(k) - place(from)), class})
		}
	}
	return r
}

// class is that of the state named longest; empty where nothing was worn.
func (t *total) class() string {
	if t.worn == 0 {
		return ""
	}
	longest := regulation.Unknown
	for n, d := range t.states {
		if d > t.states[longest] {
			longest = regulation.Name(n)
		}
	}
	return stateClass(longest)
}

// ribbonColumns are the words under the ribbons.
func (in *Input) ribbonColumns() (all []tick) {
	if in.Kind == Session {
		return in.columns()
	}
	if in.Without.Times {
		return nil
	}
	for hour := 0; hour < 24; hour += 3 {
		all = append(all, tick{coordinate(chartLeft + chartWidth*float64(hour)/24), strconv.Itoa(hour) + ":00"})
	}
	return all
}
