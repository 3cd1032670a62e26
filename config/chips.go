package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ChipKind is a converter or an optical chip that hubd has a driver for.
type ChipKind string

// The kinds.
const (
	ADS1115 ChipKind = "ads1115" // 16 bit, 4 channels, I²C
	ADS1015 ChipKind = "ads1015" // 12 bit, 4 channels, I²C
	MCP3004 ChipKind = "mcp3004" // 10 bit, 4 channels, SPI
	MCP3008 ChipKind = "mcp3008" // 10 bit, 8 channels, SPI
	MCP3204 ChipKind = "mcp3204" // 12 bit, 4 channels, SPI
	MCP3208 ChipKind = "mcp3208" // 12 bit, 8 channels, SPI

	MAX30101 ChipKind = "max30101" // red, infrared and green LED, I²C; hubd uses the first two
	MAX30102 ChipKind = "max30102" // red and infrared LED, I²C
	MAX30105 ChipKind = "max30105" // as max30101
)

// family is what a chip can do.
type family struct {
	channels  int
	i2c       bool
	clockHz   int     // most for SPI at a supply below 5 V; 0 for I²C
	clockHz5V int     // most for SPI at a supply of 5 V and above
	perSecond float64 // conversions of all channels together; 0: more than hubd asks for
}

// maxClockHz is the fastest SPI clock at a supply. Only 2.7 and 5 V are specified: anything between gets the lower one's.
func (f family) maxClockHz(supplyVolts float64) int {
	if supplyVolts >= 5 {
		return f.clockHz5V
	}
	return f.clockHz
}

// families holds the datasheets' limits. perSecond of the ADS1x15: a cycle is the conversion at a clock 10 % slow (860 or 3300
// a second, datasheet 7.3.4), waking up, and two transfers at 400 kHz, 1.69 ms and 0.74 ms; less a sixth for a Pi that is late.
// SPI clock: MCP3004/3008 datasheet table 1.0, MCP3204/3208 the same, at 2.7 V and at 5 V.
func (k ChipKind) family() (family, bool) {
	switch k {
	case ADS1115:
		return family{channels: 4, i2c: true, perSecond: 500}, true
	case ADS1015:
		return family{channels: 4, i2c: true, perSecond: 1100}, true
	case MCP3004:
		return family{channels: 4, clockHz: 1_350_000, clockHz5V: 3_600_000}, true
	case MCP3008:
		return family{channels: 8, clockHz: 1_350_000, clockHz5V: 3_600_000}, true
	case MCP3204:
		return family{channels: 4, clockHz: 1_000_000, clockHz5V: 2_000_000}, true
	case MCP3208:
		return family{channels: 8, clockHz: 1_000_000, clockHz5V: 2_000_000}, true
	case MAX30101, MAX30102, MAX30105:
		return family{channels: 1, i2c: true}, true
	}
	return family{}, false
}

const minClockHz = 10_000 // below it the sample capacitor runs empty (MCP3204/3208 datasheet 6.2)

var pgaVolts = [...]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256} // ADS1x15 datasheet, table 7-3

// namedObjects opens every object of a section whose keys are names.
func (r *reader) namedObjects(section *object) []*object {
	if len(section.keys) > maxItems {
		r.problem(section.value, "wanted are at most %d entries", maxItems)
		section.broken, section.keys = true, nil
	}
	var all []*object
	for _, name := range section.keys {
		v := section.get(name)
		if !v.present() {
			section.missing(name, "wanted are keys with values here")
			continue
		}
		if !isID(name) {
			r.hide(section.at[name], "wanted as a name is %s", idWant)
		}
		all = append(all, r.open(v))
	}
	return all
}

func (o *object) name() string { return o.path[strings.LastIndexByte(o.path, '.')+1:] }

func (r *reader) buses(section *object) []Bus {
	var all []Bus
	for _, o := range r.namedObjects(section) {
		b := r.bus(o)
		for _, other := range all {
			if (b.I2C != "" && b.I2C == other.I2C) || (b.SPI != "" && b.SPI == other.SPI) {
				r.problem(o.value, "%s is the same bus: wanted is one name for it", other.Name)
			}
		}
		all = append(all, b)
	}
	return all
}

func (r *reader) bus(o *object) Bus {
	b := Bus{Name: o.name()}
	i2c, spi := o.get("i2c"), o.get("spi")
	b.I2C = r.busName(i2c, `^([0-9]+|/dev/i2c-[0-9]+)$`, `the number of the bus, such as "1", or /dev/i2c-1`)
	b.SPI = r.busName(spi, `^([0-9]+\.[0-9]+|/dev/spidev[0-9]+\.[0-9]+)$`, `port and chip select, such as "0.0", or /dev/spidev0.0`)
	clock := o.integer("clock_hz", 0, minClockHz, 4_000_000)
	switch {
	case i2c.present() && spi.present():
		r.problem(spi, "a bus is i2c or spi, not both")
		b.I2C, b.SPI = "", ""
	case !i2c.present() && !spi.present() && !o.broken:
		r.follows(o.value, []string{i2c.path, spi.path}, `wanted is i2c: "1" or spi: "0.0"`)
	case i2c.present() && clock != 0:
		r.problem(o.get("clock_hz"), "the clock of I²C is set in /boot/firmware/config.txt: dtparam=i2c_arm_baudrate=400000")
	}
	if b.SPI != "" {
		b.ClockHz = clock
	}
	o.done()
	return b
}

func (r *reader) busName(v value, pattern, want string) string {
	name := r.text(v)
	if name == "" {
		return ""
	}
	if !regexp.MustCompile(pattern).MatchString(name) {
		r.problem(v, "wanted is %s", want)
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "/dev/i2c-"), "/dev/spidev")
}

// chipPlace is a chip, where it stands in the file, and what is asked of it.
type chipPlace struct {
	Chip
	at       value
	known    bool // Kind is one that hubd has a driver for
	channels map[int]string
	asked    []string // conversions a second, each with whose they are
	sum      float64
}

type chipPlaces []*chipPlace

func (all chipPlaces) find(name string) *chipPlace {
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (all chipPlaces) list() []Chip {
	var chips []Chip
	for _, c := range all {
		chips = append(chips, c.Chip)
	}
	return chips
}

func (r *reader) chips(section *object, buses []Bus) chipPlaces {
	var all chipPlaces
	for _, o := range r.namedObjects(section) {
		c := r.chip(o, buses)
		for _, other := range all {
			if c.known && other.known && c.Bus != "" && c.Bus == other.Bus && c.Address == other.Address {
				r.follows(o.value, []string{c.at.path + ".address", other.at.path + ".address"}, "%s is at the same place: %s", other.Name, c.samePlace())
			}
		}
		all = append(all, c)
	}
	return all
}

func (c *chipPlace) samePlace() string {
	if c.Address == 0 {
		return "wanted is one spi bus for each chip, with its own chip select"
	}
	if c.Kind.Optical() {
		return "this kind has one address only: wanted is another i2c bus, or a multiplexer"
	}
	return "wanted is another address, set by the chip's ADDR pin"
}

func (r *reader) chip(o *object, buses []Bus) *chipPlace {
	c := &chipPlace{at: o.value, channels: map[int]string{}}
	c.Name, c.SupplyVolts = o.name(), o.number("supply_v", 3.3, 2.7, 5.5, "volts")
	c.Kind, c.known = r.chipKind(o)
	bus := r.busOf(o, buses)
	if bus != nil {
		c.Bus = bus.Name
	}
	if c.known {
		c.Address = r.address(o, c.Kind)
	} else {
		o.get("address") // some kinds have one: what is wrong is the kind
	}
	if c.known && bus != nil {
		r.checkBus(o, c.Chip, bus)
	}
	if c.SupplyVolts > 3.6 {
		r.warn(o.get("supply_v"), "the Pi's pins stand 3.3 V: a board at this supply must not pull SDA, SCL or MISO higher")
	}
	c.InterruptLine = r.interruptLine(o, c.Kind)
	c.LEDs = r.leds(o, c.Kind)
	o.done()
	return c
}

// address reads where a chip answers on I²C; 0 for a chip on SPI.
func (r *reader) address(o *object, k ChipKind) uint16 {
	v := o.get("address")
	f, _ := k.family()
	switch {
	case !f.i2c && v.present():
		r.problem(v, "an SPI chip has no address; its bus names the chip select")
		return 0
	case !f.i2c:
		return 0
	case k.Optical():
		return r.oneOf(v, "wanted is 0x57: this kind has no other", opticalAddress)
	}
	return r.oneOf(v, "wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)", 0x48, 0x49, 0x4a, 0x4b)
}

// oneOf reads an address; the first where there is none.
func (r *reader) oneOf(v value, want string, legal ...uint16) uint16 {
	if !v.present() {
		return legal[0]
	}
	n, ok := r.number(v)
	if i := slices.IndexFunc(legal, func(a uint16) bool { return float64(a) == n }); ok && i >= 0 {
		return legal[i]
	}
	r.problem(v, "%s%s", want, unquoted(v))
	return legal[0]
}

func (r *reader) chipKind(o *object) (ChipKind, bool) {
	kinds := []ChipKind{ADS1115, ADS1015, MCP3004, MCP3008, MCP3204, MCP3208, MAX30101, MAX30102, MAX30105}
	v := o.need("kind", "ads1115, ads1015, mcp3004, mcp3008, mcp3204, mcp3208, max30101, max30102 or max30105")
	if !v.present() {
		return "", false
	}
	k := pick(r, v, "", kinds...)
	return k, k != ""
}

func (r *reader) busOf(o *object, buses []Bus) *Bus {
	v := o.need("bus", "the name of a bus above")
	name := r.text(v)
	if name == "" {
		return nil
	}
	names := make([]string, len(buses))
	for i := range buses {
		if names[i] = buses[i].Name; names[i] == name {
			return &buses[i]
		}
	}
	r.follows(v, []string{"buses"}, "there is no bus of this name under buses%s", listed(names))
	return nil
}

func listed(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ": wanted is " + orList(names)
}

// checkBus compares a chip with the bus it is on, and gives an SPI bus the clock of its chip where none was given.
func (r *reader) checkBus(o *object, c Chip, bus *Bus) {
	k := c.Kind
	f, _ := k.family()
	most := f.maxClockHz(c.SupplyVolts)
	switch {
	case f.i2c && bus.SPI != "":
		r.problem(o.get("bus"), "an %s is an I²C chip and %s is an SPI bus", k, bus.Name)
	case !f.i2c && bus.I2C != "":
		r.problem(o.get("bus"), "an %s is an SPI chip and %s is an I²C bus", k, bus.Name)
	case f.i2c:
	case bus.ClockHz == 0:
		bus.ClockHz = most
	case bus.ClockHz > most:
		r.problem(o.get("bus"), "%s has clock_hz %d: an %s at %s V is exact up to %d only", bus.Name, bus.ClockHz, k, figure(c.SupplyVolts), most)
	}
}

// claim gives a channel of a chip to a signal; nil, after a problem, where that cannot be.
func (r *reader) claim(o *object, chips chipPlaces) (*chipPlace, int) {
	v := o.need("chip", "the name of a chip above")
	c := r.namedChip(v, chips)
	if c != nil && c.Kind.Optical() {
		if whose, taken := c.channels[0]; taken {
			r.problem(v, "%s is worn by %s already: an optical chip serves one wearer", c.Name, whose)
		}
		c.channels[0] = o.path
		return c, 0
	}
	at := o.need("channel", "the number of the chip's input, from 0")
	if c == nil || !c.known {
		return c, o.integer("channel", 0, 0, 7)
	}
	f, _ := c.Kind.family()
	channel, ok := r.whole(at, 0, f.channels-1)
	switch whose, taken := c.channels[channel]; {
	case !at.present():
		return c, 0
	case !ok:
		r.problem(at, "an %s has the channels 0 to %d%s", c.Kind, f.channels-1, unquoted(at))
		return c, 0
	case taken:
		r.problem(at, "this channel of %s is read by %s already: wanted is another one of 0 to %d", c.Name, whose, f.channels-1)
	}
	c.channels[channel] = o.path
	return c, channel
}

// namedChip finds the chip of a name; nil, after a problem, where there is none.
func (r *reader) namedChip(v value, chips chipPlaces) *chipPlace {
	name := r.text(v)
	if name == "" {
		return nil
	}
	c := chips.find(name)
	if c == nil {
		var names []string
		for _, chip := range chips {
			names = append(names, chip.Name)
		}
		if !r.strange[name] {
			r.follows(v, []string{"chips"}, "there is no chip of this name under chips%s", listed(names))
		}
		r.strange[name] = true
	}
	return c
}

// fullScale reads the range of an ADS1x15 input.
func (r *reader) fullScale(o *object, c *chipPlace) float64 {
	v := o.get("full_scale_v")
	if c == nil || !c.known || c.Kind.Optical() {
		return 0
	}
	if f, _ := c.Kind.family(); !f.i2c {
		if v.present() {
			r.problem(v, "an %s has no ranges: it measures from 0 V to its supply", c.Kind)
		}
		return 0
	}
	if !v.present() {
		return 4.096
	}
	n, ok := r.number(v)
	if !ok || !slices.Contains(pgaVolts[:], n) {
		r.problem(v, "wanted is 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256 (volts)")
		return 0
	}
	return n
}

// budget sums the conversions asked of each chip and refuses what it cannot do.
func (r *reader) budget(chips chipPlaces) {
	for _, c := range chips {
		f, _ := c.Kind.family()
		switch {
		case !c.known || f.perSecond == 0:
		case c.sum > f.perSecond:
			r.problem(c.at, "%s = %s conversions a second: one %s does %s; lower a rate_hz or add a chip at another address",
				strings.Join(c.asked, " + "), figure(c.sum), c.Kind, figure(f.perSecond))
		}
		if len(c.channels) == 0 {
			r.warn(c.at, "no wearer uses this chip")
		}
	}
}

func (c *chipPlace) ask(path string, rate float64) {
	c.asked = append(c.asked, fmt.Sprintf("%s (%s)", figure(rate), path))
	c.sum += rate
}
