package recording

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// timeColumn is the one column every recording must have.
	timeColumn = "t_s"
	// maxRows bounds the memory of a Recording: 22 hours at 250 Hz.
	maxRows = 20_000_000
	// maxGap is the longest stretch without a row that is taken for a gap of a recording, and not for a clock that was set.
	maxGap = 24 * time.Hour
	// maxSeconds bounds t_s, so that differences fit a time.Duration; seconds since 1970 still pass.
	maxSeconds = 4e9
)

// Open reads the recording at path, plain or gzip. wanted names columns to read although their names are not recognised, with
// or without a wearer's prefix. An error says the file, the line and what to do.
func Open(path string, wanted ...string) (*Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	defer f.Close()
	return Read(f, path, wanted...)
}

// Read reads a recording from r; name is the file's name for errors. Otherwise as Open.
func Read(r io.Reader, name string, wanted ...string) (*Recording, error) {
	l, err := openLines(r, name)
	if err != nil {
		return nil, err
	}
	t := &table{lines: l}
	if err := t.header(wanted); err != nil {
		return nil, err
	}
	if err := t.body(); err != nil {
		return nil, err
	}
	return t.recording()
}

// table is a recording while it is read.
type table struct {
	*lines
	names []string // full names, one per column of the file
	uses  []int    // per column of the file: its place in read, or one of the two below
	read  []Column
	ends  []extremes      // of each column in read
	rows  []time.Duration // of every row, since the first
	start time.Duration   // t_s of the first row
}

const (
	useTime   = -1
	useIgnore = -2
)

// header reads the first line and decides about each column.
func (t *table) header(wanted []string) error {
	row, err := t.next()
	if err == io.EOF {
		return fmt.Errorf("recording: %s:1: the file is empty; wanted a header row with t_s and a signal such as ppg or eda_us", t.name)
	}
	if err != nil {
		return err
	}
	for more := true; more; {
		var cell []byte
		cell, row, more = cutCell(row)
		t.names = append(t.names, string(cell))
	}
	for i, name := range t.names {
		if name != "" && slices.Contains(t.names[:i], name) {
			return t.errorf("two columns are called %q", name)
		}
		t.uses = append(t.uses, t.useOf(name, wanted))
	}
	return t.checkHeader()
}

// useOf says what a column is for and makes room for its values.
func (t *table) useOf(name string, wanted []string) int {
	if name == timeColumn {
		return useTime
	}
	c := newColumn(name)
	asked := slices.Contains(wanted, name) || slices.Contains(wanted, c.Name)
	if name == "" || !asked && !recognised(c.Name) {
		return useIgnore
	}
	t.read, t.ends = append(t.read, c), append(t.ends, extremes{})
	return len(t.read) - 1
}

func (t *table) checkHeader() error {
	if !slices.Contains(t.uses, useTime) {
		if len(t.names) == 1 && strings.ContainsAny(t.names[0], "\t;") {
			return t.errorf("%s is one column: separate the cells by commas, and write decimals with a point", listed(t.names))
		}
		return t.errorf("no column t_s (seconds); the columns are %s", listed(t.names))
	}
	if len(t.read) == 0 {
		return t.errorf("no usable column among %s; wanted one beginning with ppg, ir, ecg or eda", listed(t.names))
	}
	for _, c := range t.read {
		if (c.Wearer == "") != (t.read[0].Wearer == "") {
			return t.errorf("%s and %s: either every signal names its wearer (a.ppg) or none does",
				t.read[0].FullName(), c.FullName())
		}
	}
	return nil
}

func (t *table) body() error {
	for {
		row, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if len(t.rows) == maxRows {
			return t.errorf("more than %d rows: cut the recording into pieces", maxRows)
		}
		if err := t.row(row); err != nil {
			return err
		}
	}
}

// row takes one row in. The time may stand in any column, so it is found first.
func (t *table) row(row []byte) error {
	if err := t.rowTime(row); err != nil {
		return err
	}
	for i, rest, more := 0, row, true; more; i++ {
		var cell []byte
		cell, rest, more = cutCell(rest)
		use := t.uses[i]
		if use < 0 {
			continue
		}
		c := &t.read[use]
		if len(cell) == 0 {
			c.skip(t.rows)
			continue
		}
		v, err := t.number(cell, t.names[i])
		if err != nil {
			return err
		}
		c.put(t.rows, v)
		t.ends[use].add(v, t.n)
	}
	return nil
}

// rowTime counts the cells and appends the row's time, which must come after the row before.
func (t *table) rowTime(row []byte) error {
	var at time.Duration
	n := 0
	for rest, more := row, true; more; n++ {
		var cell []byte
		cell, rest, more = cutCell(rest)
		if n >= len(t.uses) || t.uses[n] != useTime {
			continue
		}
		s, err := strconv.ParseFloat(string(cell), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(s) {
			return t.errorf("t_s %q is no time: every row needs one, in seconds", shown(cell))
		}
		if !(math.Abs(s) <= maxSeconds) {
			return t.errorf("t_s %q is out of range; wanted seconds", shown(cell))
		}
		at = time.Duration(math.Round(s * 1e9))
	}
	if n != len(t.uses) {
		return t.errorf("%d cells in the row, %d in the header", n, len(t.uses))
	}
	if len(t.rows) == 0 {
		t.start = at
	} else if before := t.start + t.rows[len(t.rows)-1]; at <= before {
		return t.errorf("time does not run forward: t_s %v after %v", at.Seconds(), before.Seconds())
	} else if at-before > maxGap {
		return t.errorf("time jumps from t_s %v to %v: a clock that was set under way? cut the recording there", before.Seconds(), at.Seconds())
	}
	t.rows = append(t.rows, at-t.start)
	return nil
}

// put appends a value at the newest row. As long as a column has no blank cell it keeps no times of its own.
func (c *Column) put(rows []time.Duration, v float64) {
	if c.T != nil {
		c.T = append(c.T, rows[len(rows)-1])
	}
	c.V = append(c.V, v)
}

// skip notes a blank cell at the newest row: from the first one on the column needs its own times.
func (c *Column) skip(rows []time.Duration) {
	if c.T == nil {
		c.T = append(make([]time.Duration, 0, len(c.V)+1), rows[:len(c.V)]...)
	}
}

// recording closes the table.
func (t *table) recording() (*Recording, error) {
	if len(t.rows) == 0 {
		return nil, t.errorf("only a header and no row")
	}
	r := &Recording{Name: t.name, Length: t.rows[len(t.rows)-1]}
	for i, use := range t.uses {
		switch {
		case use == useTime:
		case use == useIgnore || len(t.read[use].V) == 0:
			r.Ignored = append(r.Ignored, t.names[i])
		default:
			c := t.read[use]
			if c.T == nil {
				c.T = t.rows
			}
			r.Columns = append(r.Columns, c)
			r.Outliers = append(r.Outliers, t.ends[use].outliers(&c)...)
		}
	}
	if len(r.Columns) == 0 {
		return nil, t.errorf("no usable column: %s without any value", strings.Join(r.Ignored, ", "))
	}
	return r, nil
}
