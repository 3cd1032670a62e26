package config_test

import (
	"strings"
	"testing"

	"hubd/config"
)

// light is a config of one wearer with an optical chip; the tests change one thing each.
const light = `hub: {id: home}
mqtt: {url: "mqtt://127.0.0.1:1883"}
buses: {one: {i2c: "1"}, two: {spi: "0.0"}}
chips:
  oxi: {kind: max30102, bus: one, leds: {rate_hz: 100, pulse_us: 411, order: [red, ir]}}
  mcp: {kind: mcp3208, bus: two}
wearers:
  - id: a
    share: full
    start_from: [mqtt]
    pulse: {chip: oxi, kind: ppg}
    eda: {chip: mcp, channel: 7, kind: grove}
room: {}
`

func TestAnOpticalChipIsReadWithItsLEDs(t *testing.T) {
	rows := []struct {
		name, old, new string
		want           config.LEDs
	}{
		{"as written", "", "", config.LEDs{RateHz: 100, PulseMicros: 411}},
		{"nothing said", ", leds: {rate_hz: 100, pulse_us: 411, order: [red, ir]}", "", config.LEDs{RateHz: 100, PulseMicros: 411}},
		{"its only address", "bus: one,", "bus: one, address: 0x57,", config.LEDs{RateHz: 100, PulseMicros: 411}},
		{"an old kind", "max30102", "max30101", config.LEDs{RateHz: 100, PulseMicros: 411}},
		{"another old kind", "max30102", "max30105", config.LEDs{RateHz: 100, PulseMicros: 411}},
		{"swapped LEDs", "[red, ir]", "[ir, red]", config.LEDs{RateHz: 100, PulseMicros: 411, InfraredFirst: true}},
		{"short pulses", "411", "69", config.LEDs{RateHz: 100, PulseMicros: 69}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := config.Parse("c.yaml", []byte(strings.Replace(light, row.old, row.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			chip, pulse := c.Chips[0], c.Wearers[0].Pulse
			if chip.LEDs != row.want || chip.Address != 0x57 || !chip.Kind.Optical() {
				t.Errorf("chip %+v, want LEDs %+v", chip, row.want)
			}
			if *pulse != (config.Pulse{Chip: "oxi", Kind: config.PPG, RateHz: float64(row.want.RateHz)}) || len(c.Warnings) != 0 {
				t.Errorf("pulse %+v, warnings %v", pulse, c.Warnings)
			}
		})
	}
}

func TestEveryProblemOfAnOpticalChipIsToldAtItsPlace(t *testing.T) {
	rows := []struct{ name, old, new, want string }{
		{"a rate that is none", "rate_hz: 100", "rate_hz: 250",
			`c.yaml:5:51: chips.oxi.leds.rate_hz: "250": wanted is 50, 100, 200, 400, 800 or 1000 (samples a second)`},
		{"half a rate", "rate_hz: 100", "rate_hz: 100.5",
			`c.yaml:5:51: chips.oxi.leds.rate_hz: "100.5": wanted is 50, 100, 200, 400, 800 or 1000 (samples a second)`},
		{"a pulse width that is none", "pulse_us: 411", "pulse_us: 400",
			`c.yaml:5:66: chips.oxi.leds.pulse_us: "400": wanted is 69, 118, 215 or 411 (µs)`},
		{"a pulse width that is none, with a rate for a short one", "rate_hz: 100, pulse_us: 411", "rate_hz: 1000, pulse_us: 68",
			`c.yaml:5:67: chips.oxi.leds.pulse_us: "68": wanted is 69, 118, 215 or 411 (µs)`},
		{"a rate without time for its pulses", "rate_hz: 100", "rate_hz: 800",
			`c.yaml:5:51: chips.oxi.leds.rate_hz: "800": with pulses of 411 µs the chip does 50, 100, 200 or 400 a second; shorter pulses leave time for more`},
		{"one LED", "[red, ir]", "[ir]", `c.yaml:5:78: chips.oxi.leds.order: wanted is [red, ir], or [ir, red] for a board whose LEDs are swapped`},
		{"the same LED twice", "[red, ir]", "[ir, ir]", `c.yaml:5:78: chips.oxi.leds.order: wanted is [red, ir], or [ir, red] for a board whose LEDs are swapped`},
		{"another address", "bus: one,", "bus: one, address: 0x58,", `c.yaml:5:44: chips.oxi.address: "0x58": wanted is 0x57: this kind has no other`},
		{"two on one bus", "  mcp: {", "  b: {kind: max30105, bus: one}\n  mcp: {",
			`c.yaml:6:6: chips.b: oxi is at the same place: this kind has one address only: wanted is another i2c bus, or a multiplexer`},
		{"on SPI", "bus: one,", "bus: two,", `c.yaml:5:30: chips.oxi.bus: "two": an max30102 is an I²C chip and two is an SPI bus`},
		{"LEDs on a converter", "bus: two}", "bus: two, leds: {rate_hz: 50}}",
			`c.yaml:6:40: chips.mcp.leds: an mcp3208 has no LEDs: this belongs to max30101, max30102 and max30105`},
		{"a channel", "oxi, kind", "oxi, channel: 0, kind",
			`c.yaml:11:33: wearers[0].pulse.channel: "0": an max30102 has no inputs to choose from: hubd reads both its LEDs, as chips.oxi.leds says; leave this key out`},
		{"a rate of the pulse's own", "kind: ppg", "kind: ppg, rate_hz: 100",
			`c.yaml:11:44: wearers[0].pulse.rate_hz: "100": an max30102 has no inputs to choose from: hubd reads both its LEDs, as chips.oxi.leds says; leave this key out`},
		{"electrodes", "kind: ppg", "kind: ecg", `c.yaml:11:30: wearers[0].pulse.kind: "ecg": an max30102 measures light: wanted is ppg`},
		{"skin conductance", "eda: {chip: mcp, channel: 7,", "eda: {chip: oxi, channel: 7,",
			`c.yaml:12:17: wearers[0].eda.chip: "oxi": oxi is worn by wearers[0].pulse already: an optical chip serves one wearer`},
		{"two wearers", "room: {}", "  - {id: b, share: none, pulse: {chip: oxi, kind: ppg}}\nroom: {}",
			`c.yaml:13:40: wearers[1].pulse.chip: "oxi": oxi is worn by wearers[0].pulse already: an optical chip serves one wearer`},
		{"a misspelt key", "pulse_us", "pulse_ms", `c.yaml:5:56: chips.oxi.leds.pulse_ms: "…": unknown key; is pulse_us meant?`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(light, row.old, row.new, 1)
			var got []string
			for _, p := range problems(t, text) {
				got = append(got, p.String())
			}
			if len(got) == 0 || got[0] != row.want {
				t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), row.want)
			}
		})
	}
}

func TestAFastOpticalChipIsWarnedOf(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(strings.Replace(light, "rate_hz: 100", "rate_hz: 400", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Want, "80 ms") {
		t.Errorf("warnings %v", c.Warnings)
	}
}
