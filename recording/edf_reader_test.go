package recording_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// edfRead is an EDF+ file as a reader of its own understands it, written from the specification.
type edfRead struct {
	subject, about, date, reserved string
	duration                       float64
	signals                        []edfReadSignal
	notes                          []edfReadNote
}

type edfReadSignal struct {
	label, dimension string
	rate             float64
	step             float64 // one quantisation step
	values           []float64
}

type edfReadNote struct {
	at, lasts float64
	text      string
}

// edfCursor takes fields of fixed width.
type edfCursor struct {
	t    rapid.TB
	data []byte
}

func (c *edfCursor) text(width int) string {
	c.t.Helper()
	if len(c.data) < width {
		c.t.Fatal("the EDF file ends within its header")
	}
	field := string(c.data[:width])
	c.data = c.data[width:]
	for _, b := range []byte(field) {
		if b < ' ' || b > '~' {
			c.t.Fatalf("a header field holds what is no printable ASCII: %q", field)
		}
	}
	return strings.TrimRight(field, " ")
}

func (c *edfCursor) number(width int) float64 {
	c.t.Helper()
	text := c.text(width)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "eE") {
		c.t.Fatalf("%q is no plain number", text)
	}
	return v
}

// edfHead is what the header says of one signal.
type edfHead struct {
	label, dimension         string
	low, high, dmin, dmax, n float64
}

// readEDF reads a whole file and fails the test on anything that the specification does not allow.
func readEDF(t rapid.TB, data []byte) edfRead {
	t.Helper()
	c := &edfCursor{t, data}
	if v := c.text(8); v != "0" {
		t.Fatalf("version %q", v)
	}
	r := edfRead{subject: c.text(80), about: c.text(80), date: c.text(8) + " " + c.text(8)}
	header := int(c.number(8))
	r.reserved = c.text(44)
	records := int(c.number(8))
	r.duration = c.number(8)
	heads := readEDFHeads(c, int(c.number(4)))
	if header != len(data)-len(c.data) {
		t.Fatalf("the header has %d bytes, it says %d", len(data)-len(c.data), header)
	}
	for _, h := range heads[:len(heads)-1] {
		r.signals = append(r.signals, edfReadSignal{label: h.label, dimension: h.dimension, rate: h.n / r.duration, step: (h.high - h.low) / (h.dmax - h.dmin)})
	}
	for i := range records {
		r.record(c, heads, i)
	}
	if len(c.data) != 0 {
		t.Fatalf("%d bytes after the last record", len(c.data))
	}
	return r
}

func readEDFHeads(c *edfCursor, n int) []edfHead {
	c.t.Helper()
	heads := make([]edfHead, n)
	texts := func(width int, to func(h *edfHead, text string)) {
		for i := range heads {
			to(&heads[i], c.text(width))
		}
	}
	numbers := func(to func(h *edfHead) *float64) {
		for i := range heads {
			*to(&heads[i]) = c.number(8)
		}
	}
	texts(16, func(h *edfHead, s string) { h.label = s })
	texts(80, func(*edfHead, string) {})
	texts(8, func(h *edfHead, s string) { h.dimension = s })
	numbers(func(h *edfHead) *float64 { return &h.low })
	numbers(func(h *edfHead) *float64 { return &h.high })
	numbers(func(h *edfHead) *float64 { return &h.dmin })
	numbers(func(h *edfHead) *float64 { return &h.dmax })
	texts(80, func(*edfHead, string) {})
	numbers(func(h *edfHead) *float64 { return &h.n })
	texts(32, func(*edfHead, string) {})
	for _, h := range heads {
		if h.low >= h.high || h.dmin >= h.dmax || h.n < 1 || h.n != math.Trunc(h.n) {
			c.t.Fatalf("no range, or no values: %+v", h)
		}
	}
	if heads[n-1].label != "EDF Annotations" {
		c.t.Fatalf("the last signal is %q", heads[n-1].label)
	}
	return heads
}

func (r *edfRead) record(c *edfCursor, heads []edfHead, i int) {
	c.t.Helper()
	for k := range r.signals {
		h, s := heads[k], &r.signals[k]
		for range int(h.n) {
			d := float64(int16(binary.LittleEndian.Uint16(c.data)))
			c.data = c.data[2:]
			if d < h.dmin || d > h.dmax {
				c.t.Fatalf("%g lies outside the digital range", d)
			}
			s.values = append(s.values, h.low+(d-h.dmin)*s.step)
		}
	}
	size := 2 * int(heads[len(heads)-1].n)
	for k, tal := range bytes.Split(bytes.TrimRight(c.data[:size], "\x00"), []byte{0}) {
		n := readTAL(c.t, string(tal))
		if k > 0 {
			r.notes = append(r.notes, n)
		} else if want := float64(i) * r.duration; math.Abs(n.at-want) > 1e-6 || n.text != "" {
			c.t.Fatalf("record %d begins at %g with %q, want %g", i, n.at, n.text, want)
		}
	}
	c.data = c.data[size:]
}

func readTAL(t rapid.TB, tal string) edfReadNote {
	t.Helper()
	when, text, ok := strings.Cut(tal, "\x14")
	text, end := strings.CutSuffix(text, "\x14")
	onset, lasts, has := strings.Cut(when, "\x15")
	at, err := strconv.ParseFloat(onset, 64)
	n := edfReadNote{at: at, text: text}
	if has && err == nil {
		n.lasts, err = strconv.ParseFloat(lasts, 64)
	}
	if !ok || !end || err != nil || !strings.HasPrefix(onset, "+") {
		t.Fatalf("%q is no annotation: %v", tal, err)
	}
	return n
}

func (n edfReadNote) String() string { return fmt.Sprintf("%.3f for %.3f: %s", n.at, n.lasts, n.text) }
