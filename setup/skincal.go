package setup

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hubd/dsp"
)

// SkinCalibration is what was measured on a Grove board.
type SkinCalibration struct {
	OpenCircuit float64   // reading without electrodes, share of the supply
	Scale       dsp.Maybe // what its conductance is to be multiplied by; absent: µS stay approximate
	Apart       float64   // by how much the two resistors disagree, share
}

// KnownOhm is what a board read with a known resistor across its electrodes.
type KnownOhm struct {
	Ohm   float64
	Share float64 // of the supply
}

// Limits of a board and of resistors that say something.
const (
	leastOpen    = 0.2
	mostOpen     = 0.9
	leastOhm     = 20e3
	mostOhm      = 5e6
	mostApart    = 0.15
	leastStep    = 1.5 // from one resistor to the other: nearer ones agree on any board
	leastScale   = 0.2
	mostScale    = 5
	stillEnough  = 0.01 // of the supply
	leastReadout = 20   // samples
)

// FitSkin works out a board from its reading with open electrodes and with known resistors; two of them make its µS true, and without
// them the state still works, since it uses changes only.
func FitSkin(open float64, known []KnownOhm) (SkinCalibration, error) {
	c := SkinCalibration{OpenCircuit: open}
	if open < leastOpen || open > mostOpen {
		return c, fmt.Errorf("the open electrodes read %.0f %% of the supply, where a Grove board reads about half: turn its trimmer, and look at its supply and its signal wire", 100*open)
	}
	if len(known) == 2 && tooAlike(known[0].Ohm, known[1].Ohm) {
		return c, fmt.Errorf("%s and %s are too near each other to check the board: take a second one that is some ten times as large", ohms(known[0].Ohm), ohms(known[1].Ohm))
	}
	var factors []float64
	for _, k := range known {
		nominal := dsp.GroveMicrosiemens(k.Share, 1, open)
		if nominal <= 0 {
			return c, fmt.Errorf("with %s across the electrodes the board reads no more than when they are open: does the resistor touch both?", ohms(k.Ohm))
		}
		factors = append(factors, 1e6/k.Ohm/nominal)
	}
	if len(factors) < 2 {
		return c, nil
	}
	low, high := slices.Min(factors), slices.Max(factors)
	c.Apart = high/low - 1
	if c.Apart > mostApart {
		return c, fmt.Errorf("the resistors disagree by %.0f %%: measure them with a meter, keep fingers off their leads, and try again", 100*c.Apart)
	}
	scale := math.Sqrt(low * high)
	if scale < leastScale || scale > mostScale {
		return c, fmt.Errorf("this board's conductance is %.2g times that of a Grove board: is its kind in the config right?", scale)
	}
	c.Scale = dsp.Some(scale)
	return c, nil
}

// tooAlike tells whether two resistors say nothing that one of them would not.
func tooAlike(a, b float64) bool { return max(a, b) < leastStep*min(a, b) }

func ohms(v float64) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 4, 64) + " MΩ"
	case v >= 1e3:
		return strconv.FormatFloat(v/1e3, 'g', 4, 64) + " kΩ"
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " Ω"
}

// ParseOhm reads a resistor as people write it: 100k, 1M, 4.7 kΩ, 470000.
func ParseOhm(text string) (float64, error) {
	s := strings.TrimSpace(text)
	for _, unit := range []string{"Ω", "ohms", "ohm", "Ohm"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, unit))
	}
	factor := 1.0
	switch {
	case strings.HasSuffix(s, "k") || strings.HasSuffix(s, "K"):
		factor = 1e3
	case strings.HasSuffix(s, "M"):
		factor = 1e6
	}
	if factor > 1 {
		s = strings.TrimSpace(s[:len(s)-1])
	}
	v, err := strconv.ParseFloat(s, 64)
	if v *= factor; err != nil || !UsefulOhm(v) {
		return 0, fmt.Errorf("%q is no resistor of use here: wanted is 20k to 5M, for example 100k and 1M", strings.TrimSpace(text))
	}
	return v, nil
}

// UsefulOhm tells whether a resistor says something of a board: one far from skin's does not.
func UsefulOhm(v float64) bool { return v >= leastOhm && v <= mostOhm }

// SteadyShare is the middle of what a board read, as shares of the supply.
func SteadyShare(shares []float64) (float64, error) {
	if len(shares) < leastReadout {
		return 0, errors.New("too few samples came: hubd probe says what is wrong")
	}
	s := slices.Sorted(slices.Values(shares))
	if s[len(s)*95/100]-s[len(s)*5/100] > stillEnough {
		return 0, errors.New("the reading does not stand still: keep hands off, and the wires still")
	}
	return s[len(s)/2], nil
}
