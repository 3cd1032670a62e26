package config

import (
	"fmt"
	"slices"
	"strings"
)

// LEDs says how an optical chip shines. All zero for a converter.
type LEDs struct {
	RateHz        int  // samples a second: 50, 100, 200, 400, 800 or 1000
	PulseMicros   int  // length of a flash in µs: 69, 118, 215 or 411
	InfraredFirst bool // the board has its two LEDs swapped
}

// opticalAddress is the only one of the MAX3010x family.
const opticalAddress = 0x57

// Optical tells whether a chip measures light by itself: it belongs to one wearer's pulse as a whole.
func (k ChipKind) Optical() bool { return k == MAX30101 || k == MAX30102 || k == MAX30105 }

// fastestRate is the highest rate at a pulse width in µs with both LEDs (MAX30102 datasheet table 11, "SpO2 Mode, Allowed Settings").
// The chip takes more without a word, and then gives some other rate.
var fastestRate = [...]struct{ micros, rate int }{{69, 1000}, {118, 1000}, {215, 800}, {411, 400}} // 1600 at 69 µs is more than hubd reads

var opticalRates = [...]int{50, 100, 200, 400, 800, 1000}

// flood is from which rate on the chip's memory of 32 samples fills in less time than a busy Pi is late.
const flood = 400

// leds reads how an optical chip shines.
func (r *reader) leds(o *object, k ChipKind) LEDs {
	v := o.get("leds")
	if !k.Optical() {
		if v.present() && k != "" {
			r.problem(v, "an %s has no LEDs: this belongs to max30101, max30102 and max30105", k)
		}
		return LEDs{}
	}
	s := r.open(v)
	l := LEDs{RateHz: 100, PulseMicros: 411}
	var widths []int
	for _, f := range fastestRate {
		widths = append(widths, f.micros)
	}
	before := len(r.problems)
	l.PulseMicros = s.oneOf("pulse_us", l.PulseMicros, widths, "µs")
	l.RateHz = s.oneOf("rate_hz", l.RateHz, opticalRates[:], "samples a second")
	if len(r.problems) == before { // a width that is none goes with no rate
		r.inTable(s, l)
	}
	l.InfraredFirst = r.order(s)
	s.done()
	return l
}

// inTable refuses a rate that the pulses leave no time for.
func (r *reader) inTable(s *object, l LEDs) {
	for _, f := range fastestRate {
		if f.micros != l.PulseMicros || l.RateHz <= f.rate {
			continue
		}
		legal := slices.DeleteFunc(slices.Clone(opticalRates[:]), func(rate int) bool { return rate > f.rate })
		r.problem(s.get("rate_hz"), "with pulses of %d µs the chip does %s a second; shorter pulses leave time for more", f.micros, orNumbers(legal))
	}
	if l.RateHz >= flood {
		r.warn(s.get("rate_hz"), "the chip's memory holds 32 samples, %d ms at this rate: a Pi that is busy for longer loses some; 100 is enough for a pulse",
			32*1000/l.RateHz)
	}
}

// order tells whether infrared stands first.
func (r *reader) order(s *object) (infraredFirst bool) {
	v := s.get("order")
	if !v.present() {
		return false
	}
	var words []string
	for _, item := range s.list("order") {
		words = append(words, r.text(item))
	}
	switch strings.Join(words, " ") {
	case "red ir":
		return false
	case "ir red":
		return true
	}
	r.problem(v, "wanted is [red, ir], or [ir, red] for a board whose LEDs are swapped")
	return false
}

// oneOf reads one of several whole numbers.
func (o *object) oneOf(key string, other int, all []int, unit string) int {
	v := o.get(key)
	if !v.present() {
		return other
	}
	n, ok := o.r.number(v)
	if !ok || n != float64(int(n)) || !slices.Contains(all, int(n)) {
		o.r.problem(v, "wanted is %s (%s)%s", orNumbers(all), unit, unquoted(v))
		return other
	}
	return int(n)
}

func orNumbers(all []int) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = fmt.Sprint(n)
	}
	return orList(words)
}

// lightOnly refuses what only a converter's input has.
func (r *reader) lightOnly(o *object, c *chipPlace, keys ...string) {
	for _, key := range keys {
		if v := o.get(key); v.present() {
			r.problem(v, "an %s has no inputs to choose from: hubd reads both its LEDs, as chips.%s.leds says; leave this key out", c.Kind, c.Name)
		}
	}
}
