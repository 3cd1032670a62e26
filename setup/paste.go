package setup

import (
	"fmt"
	"strings"
)

// FoundChip is a chip that a scan found and hubd has a driver for.
type FoundChip struct {
	Kind    string // as in a config
	I2C     string // the bus's number; empty: on SPI
	Address uint16
	SPI     string // port and chip select
	Hint    string // what else it may be; empty: nothing
	// Pulse and EDA are the inputs that a sensor seems to be on; below 0: not told.
	Pulse, EDA int
	// Unread tells that the inputs were not looked at: a running hubd uses the chip.
	Unread bool
}

// Passed is an address or a port with something that hubd will not use, in words.
type Passed struct{ Place, Words string }

// optical tells whether a chip measures a pulse by itself.
func (c FoundChip) optical() bool { return strings.HasPrefix(c.Kind, "max") }

// Nowhere is the Pulse or EDA of a FoundChip whose inputs told nothing.
const Nowhere = -1

// Paste is a whole config for what was found, with the words of what was passed over. It is a config that hubd takes as it is; without
// any chip it is comments only.
func Paste(chips []FoundChip, passed []Passed) []byte {
	var b strings.Builder
	for _, p := range passed {
		fmt.Fprintf(&b, "# %s: %s\n", p.Place, p.Words)
	}
	if len(chips) == 0 {
		b.WriteString("# No chip was found that hubd has a driver for.\n")
		return []byte(b.String())
	}
	p := paste{Builder: &b}
	p.head()
	p.buses(chips)
	p.chips(chips)
	p.wearers(chips)
	p.line("history: {path: state/history.db}")
	return []byte(b.String())
}

// paste writes a config.
type paste struct {
	*strings.Builder
	bus   map[string]string // name by place
	names []string          // of the chips
}

func (p *paste) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *paste) head() {
	p.line("# Found by hubd probe. hubd check --config FILE looks at it again; config.example.yaml explains every key.")
	p.line("# Before anything is put on skin: power the Pi from a battery without a mains lead. Two people in contact share one circuit.")
	p.line("hub: {id: bedroom}")
	p.line("# mqtt: {url: \"mqtt://127.0.0.1:1883\"}   # for lamps and Home Assistant")
}

func (p *paste) buses(chips []FoundChip) {
	p.bus = map[string]string{}
	p.line("buses:")
	for _, c := range chips {
		if p.bus[c.place()] != "" {
			continue
		}
		name := "i2c" + c.I2C
		what := fmt.Sprintf("{i2c: %q}", c.I2C)
		if c.SPI != "" {
			name = "spi" + strings.ReplaceAll(c.SPI, ".", "-")
			what = fmt.Sprintf("{spi: %q, clock_hz: 1000000}", c.SPI)
		}
		p.bus[c.place()] = name
		p.line("  %s: %s", name, what)
	}
}

func (c FoundChip) place() string {
	if c.SPI != "" {
		return "spi" + c.SPI
	}
	return "i2c" + c.I2C
}

func (p *paste) chips(chips []FoundChip) {
	p.line("chips:")
	count := map[string]int{}
	for _, c := range chips {
		base := "adc"
		if c.optical() {
			base = "light"
		}
		count[base]++
		name := base
		if count[base] > 1 {
			name = fmt.Sprintf("%s%d", base, count[base])
		}
		p.names = append(p.names, name)
		text := fmt.Sprintf("  %s: {kind: %s, bus: %s", name, c.Kind, p.bus[c.place()])
		if c.SPI == "" && !c.optical() {
			text += fmt.Sprintf(", address: %#x", c.Address)
		}
		text += "}"
		if c.Hint != "" {
			text += "   # " + c.Hint
		}
		p.line("%s", text)
	}
}

// wears is what one person seems to wear: places in the list of chips, or Nowhere.
type wears struct{ light, adc int }

// shared parts the chips among people: each takes an optical board and a converter, as far as there are any. For more people than hubd compares with
// each other nobody can tell whose is whose.
func shared(chips []FoundChip) []wears {
	const mostPeople = 2
	var lights, adcs []int
	for i, c := range chips {
		if c.optical() {
			lights = append(lights, i)
		} else {
			adcs = append(adcs, i)
		}
	}
	at := func(all []int, i int) int {
		if i < len(all) {
			return all[i]
		}
		return Nowhere
	}
	people := make([]wears, min(mostPeople, max(len(lights), len(adcs))))
	for i := range people {
		people[i] = wears{at(lights, i), at(adcs, i)}
	}
	return people
}

// wearers gives everybody a pulse and a skin conductance, as far as there are chips.
func (p *paste) wearers(chips []FoundChip) {
	people := shared(chips)
	p.line("wearers:")
	if len(people) > 1 {
		p.line("  # Which chip is whose cannot be seen: exchange their names where it is the other way round. For one person leave the second out.")
	}
	for i, w := range people {
		p.line("  - id: %c", 'a'+i)
		p.line("    share: none   # what others get over MQTT: none, state or full. Only the wearer can decide it")
		p.sensors(chips, w)
		p.line("    comfort: {steady: false}   # let the room answer; true is one steady warm light")
	}
}

// sensors are those of one person.
func (p *paste) sensors(chips []FoundChip, w wears) {
	pulse, eda, told := 0, 1, false
	if w.adc >= 0 && (chips[w.adc].Pulse >= 0 || chips[w.adc].EDA >= 0) {
		told = true
		pulse, eda = inputs(chips[w.adc])
	}
	switch {
	case w.light >= 0:
		p.line("    pulse: {chip: %s, kind: ppg}", p.names[w.light])
	case w.adc >= 0:
		p.line("    pulse: {chip: %s, channel: %d, kind: ppg}%s", p.names[w.adc], pulse, chips[w.adc].because(told && chips[w.adc].Pulse >= 0, "a wave like a pulse comes in here"))
	}
	if w.adc >= 0 {
		p.line("    eda: {chip: %s, channel: %d, kind: grove}%s", p.names[w.adc], eda, chips[w.adc].because(told && chips[w.adc].EDA >= 0, "as a Grove board reads"))
	}
}

// inputs are those of pulse and skin conductance; what is not told is the first that is left.
func inputs(c FoundChip) (pulse, eda int) {
	pulse, eda = c.Pulse, c.EDA
	if pulse < 0 {
		for pulse = 0; pulse == eda; pulse++ {
		}
	}
	if eda < 0 {
		for eda = 0; eda == pulse; eda++ {
		}
	}
	return pulse, eda
}

// because says why an input is the one, or that it is a guess.
func (c FoundChip) because(told bool, why string) string {
	switch {
	case told:
		return "   # " + why
	case c.Unread:
		return "   # a guess: hubd runs, and its inputs were not read. Its config says what is on them"
	}
	return "   # a guess: no input shows it yet. Wear the sensor and probe again, or correct it"
}
