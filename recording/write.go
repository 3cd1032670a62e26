package recording

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/dsp"
)

// Writer writes a recording row by row, in the form that Read reads. Its memory does not grow. Only whole rows leave it, so that a file of
// Create can be read whatever ends its writer.
type Writer struct {
	out     *bufio.Writer
	file    io.Closer // nil: none
	failed  bool      // a write, and that was told
	columns int
	last    time.Duration
	rows    int
	row     []byte
}

// Create makes a file for a recording with the given columns after t_s; gzip where the path ends in .gz. It is readable by its
// owner only, and an existing file is an error: a recording is never overwritten.
func Create(path string, columns ...string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s: %w: no recording is written over; name another", path, os.ErrExist)
	}
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	whole := &wholeFile{f: f}
	if strings.HasSuffix(path, ".gz") {
		whole.z = gzip.NewWriter(&whole.member)
	}
	w, err := NewWriter(whole, columns...)
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	w.file = f
	return w, nil
}

// NewWriter begins a recording on out, plain, with the given columns after t_s. Names must be such that Read finds them again.
func NewWriter(out io.Writer, columns ...string) (*Writer, error) {
	for i, name := range columns {
		if name == "" || name == timeColumn || strings.ContainsAny(name, ",\"\r\n\t ") || slices.Contains(columns[:i], name) {
			return nil, fmt.Errorf("recording: column %q: wanted a name of its own without comma, quote or space", name)
		}
	}
	w := &Writer{out: bufio.NewWriterSize(out, maxLine), columns: len(columns)}
	header := strings.Join(append([]string{timeColumn}, columns...), ",") + "\n"
	if _, err := w.out.WriteString(header); err != nil {
		return nil, fmt.Errorf("recording: write header: %w", err)
	}
	return w, nil
}

// Row writes one row at t, later than the row before; an absent value becomes a blank cell. A value that is not finite is an error.
func (w *Writer) Row(t time.Duration, values ...dsp.Maybe) error {
	if len(values) != w.columns {
		return fmt.Errorf("recording: write: %d values for %d columns", len(values), w.columns)
	}
	if w.rows > 0 && t <= w.last {
		return fmt.Errorf("recording: write: time does not run forward: %v after %v", t, w.last)
	}
	w.row = appendSeconds(w.row[:0], t)
	for _, v := range values {
		w.row = append(w.row, ',')
		if !v.Known {
			continue
		}
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return fmt.Errorf("recording: write: %v at %v is not a finite number", v.Value, t)
		}
		w.row = strconv.AppendFloat(w.row, v.Value, 'g', -1, 64) // shortest text that reads back as the same number
	}
	w.row = append(w.row, '\n')
	if len(w.row) > w.out.Available() {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if _, err := w.out.Write(w.row); err != nil {
		w.failed = true
		return fmt.Errorf("recording: write: %w", err)
	}
	w.last = t
	w.rows++
	return nil
}

// Flush writes the rows so far: a crash takes none of them.
func (w *Writer) Flush() error {
	if err := w.out.Flush(); err != nil {
		w.failed = true
		return fmt.Errorf("recording: write: %w", err)
	}
	return nil
}

// Close writes what is buffered, unless a write has failed already, and closes the file that Create made.
func (w *Writer) Close() error {
	var err error
	if !w.failed {
		err = w.Flush()
	}
	if w.file == nil {
		return err
	}
	if e := w.file.Close(); e != nil {
		err = errors.Join(err, fmt.Errorf("recording: close: %w", e))
	}
	return err
}

// appendSeconds writes t in seconds, exact to the nanosecond, without trailing zeros after the third decimal.
func appendSeconds(dst []byte, t time.Duration) []byte {
	if t < 0 {
		dst = append(dst, '-')
	}
	whole, part := int64(t/time.Second), int64(t%time.Second)
	dst = strconv.AppendUint(dst, magnitude(whole), 10)
	dst = append(dst, '.')
	rest, unit := magnitude(part), uint64(time.Second)
	for digit := 0; digit < 3 || rest > 0; digit++ {
		unit /= 10
		dst = append(dst, '0'+byte(rest/unit))
		rest %= unit
	}
	return dst
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// WriteTo writes the whole recording as plain CSV: a row for every time at which some column has a value. It returns the number
// of bytes written.
func (r *Recording) WriteTo(out io.Writer) (int64, error) {
	names := make([]string, len(r.Columns))
	for i := range r.Columns {
		names[i] = r.Columns[i].FullName()
	}
	count := &countingWriter{out: out}
	w, err := NewWriter(count, names...)
	if err != nil {
		return count.n, err
	}
	next := make([]int, len(r.Columns))
	values := make([]dsp.Maybe, len(r.Columns))
	for {
		t, ok := r.rowAt(next, values)
		if !ok {
			return count.n, w.Close()
		}
		if err := w.Row(t, values...); err != nil {
			return count.n, err
		}
	}
}

// rowAt fills values with the cells of the earliest time not yet written, and moves next past them.
func (r *Recording) rowAt(next []int, values []dsp.Maybe) (time.Duration, bool) {
	t, ok := time.Duration(0), false
	for i, n := range next {
		if c := &r.Columns[i]; n < len(c.T) && (!ok || c.T[n] < t) {
			t, ok = c.T[n], true
		}
	}
	for i, n := range next {
		values[i] = dsp.Maybe{}
		if c := &r.Columns[i]; n < len(c.T) && c.T[n] == t {
			values[i] = dsp.Maybe{Value: c.V[n], Known: true}
			next[i]++
		}
	}
	return t, ok
}

// countingWriter counts for io.WriterTo.
type countingWriter struct {
	out io.Writer
	n   int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	c.n += int64(n)
	return n, err
}
