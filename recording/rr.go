package recording

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
)

const (
	// rrColumn is the column of intervals in a file with a header.
	rrColumn = "rr_ms"
	// maxIntervals bounds a file: ten days of heart beats.
	maxIntervals = 1_000_000
	// secondsBelow tells intervals in seconds, given by mistake, from milliseconds: no series of beats has its median there.
	secondsBelow = 10.0
	// loneFrom and loneTo tell a single interval in seconds among those in milliseconds.
	loneFrom, loneTo = 0.2, 3.0
	// longestMedian, ms, tells intervals in microseconds, or counts of some clock, given by mistake: above it nothing is an interval to dsp.
	longestMedian = 60_000.0
	// ratesFrom and ratesTo tell heart rates, given by mistake, from intervals: no human heart has its median interval there.
	ratesFrom, ratesTo = 25.0, 240.0
	// ratesShare is the part of the values that must lie there too: a list of intervals torn by noise is no list of rates.
	ratesShare = 0.9
	// spacedLeast is from how many intervals on blanks between all of them are taken for line spacing.
	spacedLeast = 3
)

// OpenRR reads the intervals of the file at path. See ReadRR.
func OpenRR(path string) ([]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	defer f.Close()
	return ReadRR(f, path)
}

// ReadRR reads inter-beat intervals in ms, plain or gzip: one a line, or the column rr_ms of a file with a header. name is the
// file's name for errors, which carry the line: a cell that is no number, or none above 0; no interval at all; seconds, all
// or one; beats per minute; microseconds; blanks between all intervals. A blank cell or line between two intervals is a gap of unknown
// length, and comes out as NaN, for no difference may span it; before the first interval and after the last it is nothing.
func ReadRR(r io.Reader, name string) ([]float64, error) {
	l, err := openLines(r, name)
	if err != nil {
		return nil, err
	}
	column, width, err := l.rrHeader()
	if err != nil {
		return nil, err
	}
	rr, lone, err := l.intervals(column, width)
	if err != nil {
		return nil, err
	}
	if err := l.checkIntervals(rr); err != nil {
		return nil, err
	}
	if lone != nil {
		return nil, lone
	}
	return rr, nil
}

// intervals reads the rows. lone is the error of the first interval that looks like seconds; where all do, checkIntervals says so.
func (l *lines) intervals(column, width int) (rr []float64, lone, err error) {
	for blanks := 0; ; { // since the last interval
		row, err := l.next()
		if err == io.EOF {
			return rr, lone, nil
		}
		if err != nil {
			return nil, nil, err
		}
		v, err := l.interval(row, column, width)
		if err != nil {
			return nil, nil, err
		}
		if blanks += l.over; math.IsNaN(v) {
			blanks++
			continue
		}
		if rr = appendGap(rr, blanks); len(rr) >= maxIntervals {
			return nil, nil, l.errorf("more than %d intervals: cut the file into pieces", maxIntervals)
		}
		if lone == nil && v >= loneFrom && v <= loneTo {
			lone = l.errorf("an interval of %g ms: it looks like seconds, wanted milliseconds", v)
		}
		rr, blanks = append(rr, v), 0
	}
}

// appendGap appends a gap where blanks lie between two intervals. However many they are, they tell no length.
func appendGap(rr []float64, blanks int) []float64 {
	if blanks > 0 && len(rr) > 0 {
		return append(rr, math.NaN())
	}
	return rr
}

// rrHeader looks at the first line: a lone number is an interval already, else rr_ms must be among the names.
func (l *lines) rrHeader() (column, width int, err error) {
	row, err := l.next()
	if err == io.EOF {
		return 0, 0, fmt.Errorf("recording: %s:1: the file is empty; wanted one interval in ms a line", l.name)
	}
	if err != nil {
		return 0, 0, err
	}
	if cell, _, more := cutCell(row); !more {
		if _, err := strconv.ParseFloat(string(cell), 64); err == nil {
			l.repeat()
			return 0, 1, nil
		}
	}
	column = -1
	for rest, more := row, true; more; width++ {
		var cell []byte
		cell, rest, more = cutCell(rest)
		if string(cell) != rrColumn {
			continue
		}
		if column >= 0 {
			return 0, 0, l.errorf("two columns are called %q", rrColumn)
		}
		column = width
	}
	if column < 0 {
		return 0, 0, l.errorf("%q is neither one interval in ms nor a header with a column rr_ms", shown(row))
	}
	return column, width, nil
}

// interval reads one row; NaN where its cell is blank.
func (l *lines) interval(row []byte, column, width int) (float64, error) {
	var found []byte
	n := 0
	for rest, more := row, true; more; n++ {
		var cell []byte
		cell, rest, more = cutCell(rest)
		if n == column {
			found = cell
		}
	}
	if n != width {
		return 0, l.errorf("%d cells in the row, wanted %d", n, width)
	}
	if len(found) == 0 {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(string(found), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, l.errorf("column %s: %q is not a number", rrColumn, shown(found))
	}
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, l.errorf("column %s: %q is not a finite number; where beats were not seen leave a blank, or write the time up to the next one that was", rrColumn, shown(found))
	}
	if v <= 0 {
		return 0, l.errorf("an interval of %q ms: it must be above 0", shown(found))
	}
	return v, nil
}

// checkIntervals looks at the whole series, which may hold gaps.
func (l *lines) checkIntervals(series []float64) error {
	rr := slices.DeleteFunc(slices.Clone(series), math.IsNaN)
	if len(rr) == 0 {
		return l.errorf("only a header and no interval")
	}
	if n := len(rr); n >= spacedLeast && len(series) == 2*n-1 {
		return fmt.Errorf("recording: %s: a blank between all intervals: each would stand by itself; take the empty lines out", l.name)
	}
	sorted := slices.Sorted(slices.Values(rr))
	if m := sorted[len(sorted)/2]; m < secondsBelow {
		return fmt.Errorf("recording: %s: the median interval is %g; these look like seconds, wanted milliseconds", l.name, m)
	} else if m > longestMedian {
		return fmt.Errorf("recording: %s: the median interval is %g; these look like microseconds, wanted milliseconds", l.name, m)
	} else if m >= ratesFrom && m <= ratesTo && mostAreRates(rr) {
		return fmt.Errorf("recording: %s: the median is %g; these look like beats per minute, wanted intervals in milliseconds", l.name, m)
	}
	return nil
}

func mostAreRates(rr []float64) bool {
	n := 0
	for _, v := range rr {
		if v >= ratesFrom && v <= ratesTo {
			n++
		}
	}
	return float64(n) > ratesShare*float64(len(rr))
}
