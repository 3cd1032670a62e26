package config

import (
	"regexp"
	"slices"
	"strings"
)

// GPIO is what hangs on the GPIO header for everybody. Lines are named as the kernel names them: GPIO17, or pinctrl-rp1:17.
type GPIO struct {
	PauseButton   string  // a press pauses everything; empty: there is none
	SensingLED    string  // lit only while samples are read; empty: there is none
	LEDBrightness float64 // percent of the time that it is lit, 1…100
}

// LeadsOff are the lines of an ECG amplifier that tell that an electrode is off: high then.
type LeadsOff struct {
	Plus  string
	Minus string // empty with two electrodes, where it tells nothing
}

// lines tells who asks for which line: two cannot have one.
type lines map[string]string

var linePattern = regexp.MustCompile(`^[A-Za-z0-9_.+/-]{1,31}(:[0-9]{1,4})?$`)

// line reads the name of a GPIO line; empty where there is none.
func (r *reader) line(v value) string {
	name := r.text(v)
	if name == "" {
		return ""
	}
	if !linePattern.MatchString(name) {
		r.problem(v, "wanted is the name of a GPIO line, such as GPIO17, or the label of its chip and a number, such as pinctrl-rp1:17")
		return ""
	}
	key := lineKey(name)
	if whose, taken := r.lines[key]; taken {
		r.problem(v, "this line is used by %s already: wanted is another one", whose)
		return name
	}
	r.lines[key] = v.path
	return name
}

// lineKey is the same for both names of a line of a Pi's header.
func lineKey(name string) string {
	label, number, byLabel := strings.Cut(name, ":")
	if byLabel && slices.Contains([]string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"}, label) {
		return "GPIO" + number
	}
	return name
}

// busLines takes the lines of the header's own buses away from everybody else.
func (r *reader) busLines(buses []Bus) {
	for _, b := range buses {
		var taken []string
		switch {
		case b.I2C == "1":
			taken = []string{"GPIO2", "GPIO3"}
		case b.SPI == "0.0":
			taken = []string{"GPIO8", "GPIO9", "GPIO10", "GPIO11"}
		case b.SPI == "0.1":
			taken = []string{"GPIO7", "GPIO9", "GPIO10", "GPIO11"}
		}
		for _, line := range taken {
			r.lines[line] = join("buses", b.Name)
		}
	}
}

func (r *reader) gpio(o *object) GPIO {
	g := GPIO{PauseButton: r.line(o.get("pause_button")), SensingLED: r.line(o.get("sensing_led"))}
	g.LEDBrightness = o.number("led_brightness", 20, 1, 100, "percent")
	if v := o.get("led_brightness"); v.present() && g.SensingLED == "" {
		r.follows(v, []string{join(o.path, "sensing_led")}, "there is nothing to shine: wanted is sensing_led beside it")
	}
	o.done()
	return g
}

// leadsOff reads the lines of an ECG amplifier.
func (r *reader) leadsOff(pulse *object, kind PulseKind) *LeadsOff {
	v := pulse.get("leads_off")
	if !v.present() {
		return nil
	}
	o := r.open(v)
	o.need("plus", "the GPIO line of LO+")
	l := &LeadsOff{Plus: r.line(o.get("plus")), Minus: r.line(o.get("minus"))}
	o.done()
	if kind != ECG {
		r.follows(v, []string{join(pulse.path, "kind")}, "this belongs to kind: ecg: an optical sensor has no electrodes")
	}
	return l
}

// interruptLine reads the line of an optical chip's INT pin.
func (r *reader) interruptLine(o *object, k ChipKind) string {
	v := o.get("interrupt_line")
	if v.present() && k != "" && !k.Optical() {
		r.problem(v, "hubd asks an %s when it wants a sample, and needs no line for that: leave this key out; max30101, max30102 and max30105 can have one", k)
		return ""
	}
	return r.line(v)
}
