package report

import (
	"math"
	"strconv"
	"time"
)

// compareRow sets one measure of the week beside the wearer's own four weeks before it. No two people are ever set beside each other.
type compareRow struct{ Name, This, Before, Words string }

const (
	leastWeek  = 30 // known minutes of a week before its middle is set beside another's
	leastWeeks = 2  // weeks before which can be compared with
)

// compare gives the week's rows; none of other kinds.
func (in *Input) compare(own Rows) (all []compareRow) {
	if in.Kind != Week {
		return nil
	}
	var before []Rows
	for k := weeksBefore; k >= 1; k-- {
		from, to := in.From.AddDate(0, 0, -7*k), in.From.AddDate(0, 0, -7*(k-1))
		before = append(before, Rows{Minutes: within(in.Rows.Minutes, from, to, minuteAt)})
	}
	all = append(all, compareWorn(own, before))
	for _, x := range measures() {
		all = append(all, compareMeasure(own, before, x))
	}
	return all
}

func compareWorn(own Rows, before []Rows) compareRow {
	var weeks []string
	for _, b := range before {
		weeks = append(weeks, span(sum(b.Minutes).worn))
	}
	return compareRow{Name: "Worn", This: span(sum(own.Minutes).worn), Before: list(weeks), Words: "What was worn less is known less."}
}

func compareMeasure(own Rows, before []Rows, x measure) compareRow {
	now := figuresOf(own.Minutes, x)
	row := compareRow{Name: x.name + ", " + x.unit, This: weekWords(now, x)}
	var weeks []string
	var low, high float64
	n := 0
	for _, b := range before {
		f := figuresOf(b.Minutes, x)
		weeks = append(weeks, weekWords(f, x))
		if f.n < leastWeek {
			continue
		}
		middle := rounded(f.middle, x.decimals)
		if n++; n == 1 {
			low, high = middle, middle
		}
		low, high = min(low, middle), max(high, middle)
	}
	row.Before = list(weeks)
	switch {
	case now.n < leastWeek:
		row.Words = "too little of this week is known"
	case n < leastWeeks:
		row.Words = "too little of the weeks before is known"
	case rounded(now.middle, x.decimals) > high:
		row.Words = "higher than in each of the " + strconv.Itoa(n) + " known weeks before"
	case rounded(now.middle, x.decimals) < low:
		row.Words = "lower than in each of the " + strconv.Itoa(n) + " known weeks before"
	default:
		row.Words = "within what the weeks before were"
	}
	return row
}

// rounded is v as it is shown: what looks the same is not told apart.
func rounded(v float64, decimals int) float64 {
	power := math.Pow10(decimals)
	return math.Round(v*power) / power
}

func weekWords(f figures, x measure) string {
	if f.n < leastWeek {
		return "not known"
	}
	return decimal(f.middle, x.decimals)
}

// WeekOf gives the seven days that end with the day of t, in t's location.
func WeekOf(t time.Time) (from, to time.Time) {
	y, m, d := t.Date()
	return time.Date(y, m, d-6, 0, 0, 0, 0, t.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}
