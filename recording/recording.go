// Package recording reads and writes recordings of bodily signals: CSV, plain or gzip, with units in the column names.
//
// A file has a header row, a column t_s (seconds, increasing, steps may be uneven) and any number of signal columns. A blank
// cell means that the channel was not sampled at that row; nothing is interpolated. hubd's own captures have the same form, so
// that what was recorded can be replayed.
//
//	t_s,ppg,eda_us,acc_std_g
//	0.000,1.632,4.21,0.012
//	0.004,1.640,,
//
// Recognised are columns beginning with ppg, ecg, eda or acc, and ir and red. The ending names the unit: _mv (mV), _us (µS),
// _adc (converter counts), _v (V); acceleration ends in _g. A prefix names the wearer where a file holds two: a.ppg, b.ppg.
package recording

import (
	"strings"
	"time"
)

// Unit is the unit of a column, taken from the ending of its name.
type Unit string

// The units. Arbitrary is the unit of a column whose name gives none, such as ppg.
const (
	Arbitrary    Unit = ""
	Millivolt    Unit = "mV"
	Microsiemens Unit = "µS"
	Counts       Unit = "adc" // raw converter counts
	Volt         Unit = "V"   // at the converter's input
	Gravity      Unit = "g"
)

// Recording is one file in memory.
type Recording struct {
	Name     string        // of the file, as it was asked for
	Length   time.Duration // first row to last row
	Columns  []Column      // the usable ones, in the order of the file; each has at least one value
	Ignored  []string      // full names of the columns not read, or without any value, in the order of the file
	Outliers []Outlier     // values that stand alone in those columns
}

// Column is one channel. T and V have the same length; a blank cell is in neither.
type Column struct {
	Name   string          // without the wearer, for example ppg_r
	Unit   Unit            // from the name's ending
	Wearer string          // the prefix before the dot; empty where the file has one wearer
	T      []time.Duration // since the recording's first row, strictly increasing; columns may share it, so it is read only
	V      []float64       // in Unit, always finite
}

// FullName is the name as it stands in the header, with the wearer's prefix.
func (c *Column) FullName() string {
	if c.Wearer == "" {
		return c.Name
	}
	return c.Wearer + "." + c.Name
}

// Range gives the smallest and the largest value; ok is false for a column without values.
func (c *Column) Range() (lo, hi float64, ok bool) {
	if len(c.V) == 0 {
		return 0, 0, false
	}
	lo, hi = c.V[0], c.V[0]
	for _, v := range c.V[1:] {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi, true
}

// Wearers lists the wearers' prefixes in the order of the file: one empty one where the columns have none.
func (r *Recording) Wearers() []string {
	var ids []string
	seen := map[string]bool{}
	for i := range r.Columns {
		if w := r.Columns[i].Wearer; !seen[w] {
			seen[w] = true
			ids = append(ids, w)
		}
	}
	return ids
}

// newColumn takes a header cell apart.
func newColumn(full string) Column {
	wearer, name, found := strings.Cut(full, ".")
	if !found {
		wearer, name = "", full
	}
	return Column{Name: name, Wearer: wearer, Unit: unitOf(name)}
}

// unitOf reads the unit from a name. Only acceleration may end in _g: ppg_g is the green light of a camera.
func unitOf(name string) Unit {
	switch {
	case strings.HasSuffix(name, "_mv"):
		return Millivolt
	case strings.HasSuffix(name, "_us"):
		return Microsiemens
	case strings.HasSuffix(name, "_adc"):
		return Counts
	case strings.HasSuffix(name, "_v"):
		return Volt
	case isMotion(name) && strings.HasSuffix(name, "_g"):
		return Gravity
	}
	return Arbitrary
}

func isPPG(name string) bool    { return strings.HasPrefix(name, "ppg") }
func isECG(name string) bool    { return strings.HasPrefix(name, "ecg") }
func isSkin(name string) bool   { return strings.HasPrefix(name, "eda") }
func isMotion(name string) bool { return strings.HasPrefix(name, "acc") }

// isLight recognises the LEDs of an optical sensor by their colour: ir, red, and with a unit ir_adc, red_adc.
func isLight(name, colour string) bool {
	return name == colour || strings.HasPrefix(name, colour+"_")
}

// recognised reports whether a column is read without being asked for.
func recognised(name string) bool {
	return isPPG(name) || isLight(name, "ir") || isLight(name, "red") || isECG(name) || isSkin(name) || isMotion(name)
}
