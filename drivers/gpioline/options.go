package gpioline

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bias is the chip's own resistor at an input.
type Bias uint8

// The kinds of bias. The zero value leaves it as it is.
const (
	BiasAsIs Bias = iota
	PullUp
	PullDown
	NoBias
)

// Options say what a line is asked for.
type Options struct {
	// Line is a name as the kernel gives it, GPIO17, or the label of a chip and the number of a line on it, pinctrl-rp1:17.
	Line string
	// Consumer is shown by gpioinfo as the line's user; at most 31 bytes count.
	Consumer string
	// ActiveLow: a low voltage is active. It holds for Value, Set and events alike.
	ActiveLow bool
	// Bias is for inputs.
	Bias Bias
	// Output drives the line, inactive at first. Otherwise it is an input whose edges are told, both of them.
	Output bool
	// Debounce is how long an input must be still before it counts, 0…1 s; 0 is not at all. The kernel does it where it can; else the
	// Line does, which tells an edge at once and leaves out what bounces after it.
	Debounce time.Duration
	// Buffer is how many events the kernel keeps for a slow reader, up to 1024; 0 is its default of 16.
	Buffer int
}

func (o Options) check() error {
	_, err := ParsePlace(o.Line)
	switch {
	case err != nil:
		return err
	case o.Debounce < 0 || o.Debounce > time.Second:
		return fmt.Errorf("gpioline: %s: debounce %s: wanted is 0 to 1 s", o.Line, o.Debounce)
	case o.Buffer < 0 || o.Buffer > 1024:
		return fmt.Errorf("gpioline: %s: buffer of %d events: wanted is up to 1024", o.Line, o.Buffer)
	case o.Output && (o.Bias != BiasAsIs || o.Debounce != 0):
		return fmt.Errorf("gpioline: %s: an output has no bias and does not bounce", o.Line)
	case o.Bias > NoBias:
		return fmt.Errorf("gpioline: %s: there is no bias %d", o.Line, o.Bias)
	}
	return nil
}

// Place is where a line is: by name, or by the label of a chip and a number.
type Place struct {
	Name   string // empty: by label
	Label  string
	Offset int
}

var place = regexp.MustCompile(`^[A-Za-z0-9_.+/-]{1,31}(:[0-9]{1,4})?$`)

// ErrPlace is a name that no line can have.
var ErrPlace = errors.New("gpioline: wanted is the name of a line, such as GPIO17, or the label of its chip and a number, such as pinctrl-rp1:17")

// ParsePlace reads a line's name as Options.Line has it.
func ParsePlace(s string) (Place, error) {
	if !place.MatchString(s) {
		return Place{}, fmt.Errorf("%w, not %q", ErrPlace, s)
	}
	label, number, byLabel := strings.Cut(s, ":")
	if !byLabel {
		return Place{Name: s}, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return Place{}, fmt.Errorf("gpioline: %q: %w", s, err)
	}
	return Place{Label: label, Offset: n}, nil
}

// headerNumber is the number in a name such as GPIO17, which the Pi's own chips count by; some of their lines carry another name.
func (p Place) headerNumber() (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(p.Name, "GPIO"))
	return n, err == nil && strings.HasPrefix(p.Name, "GPIO") && n >= 0
}

func (p Place) String() string {
	if p.Name != "" {
		return p.Name
	}
	return fmt.Sprintf("%s:%d", p.Label, p.Offset)
}
