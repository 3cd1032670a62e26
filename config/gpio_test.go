package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
)

// wired is a config in which every GPIO line that there can be is given.
const wired = `hub: {id: home}
mqtt: {url: "mqtt://127.0.0.1:1883"}
buses: {one: {i2c: "1"}, two: {spi: "0.0"}}
chips:
  oxi: {kind: max30102, bus: one, interrupt_line: GPIO4}
  mcp: {kind: mcp3208, bus: two}
wearers:
  - {id: a, share: full, button: GPIO17, pulse: {chip: oxi, kind: ppg}}
  - {id: b, share: full, button: "pinctrl-rp1:18", pulse: {chip: mcp, channel: 0, kind: ecg, leads_off: {plus: GPIO23, minus: GPIO24}}}
gpio: {pause_button: GPIO27, sensing_led: GPIO22, led_brightness: 5}
room: {stop_buttons: [{line: GPIO5}, {topic: room/stop, any_value: true}]}
`

func TestLinesOfTheHeaderAreRead(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(wired))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %v: each wearer has a button to start with", c.Warnings)
	}
	type header struct {
		Interrupt, ButtonA, ButtonB string
		LeadsOff                    config.LeadsOff
		GPIO                        config.GPIO
		Stops                       []config.StopButton
	}
	got := header{c.Chips[0].InterruptLine, c.Wearers[0].Button, c.Wearers[1].Button, *c.Wearers[1].Pulse.LeadsOff, c.GPIO, c.Room.StopButtons}
	want := header{
		"GPIO4", "GPIO17", "pinctrl-rp1:18", config.LeadsOff{Plus: "GPIO23", Minus: "GPIO24"},
		config.GPIO{PauseButton: "GPIO27", SensingLED: "GPIO22", LEDBrightness: 5},
		[]config.StopButton{{Line: "GPIO5"}, {Topic: "room/stop", AnyValue: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestALineThatCannotBeIsAProblemAtItsPlace(t *testing.T) {
	const twice = "this line is used by "
	refuses(t, wired, []mistake{
		{"a name with a blank", "GPIO27", "'GPIO 27'", "gpio.pause_button", "such as GPIO17, or the label of its chip and a number"},
		{"a number of a chip", "GPIO27", "'gpiochip0:x'", "gpio.pause_button", "such as pinctrl-rp1:17"},
		{"two buttons on one line", "GPIO5}", "GPIO17}", "room.stop_buttons[0].line", twice + "wearers[0].button"},
		{"one line by both of its names", "GPIO22", "'pinctrl-bcm2711:4'", "gpio.sensing_led", twice + "chips.oxi.interrupt_line"},
		{"both electrodes on one line", "minus: GPIO24", "minus: GPIO23", "wearers[1].pulse.leads_off.minus", twice + "wearers[1].pulse.leads_off.plus"},
		{"the data line of the I2C bus", "GPIO27", "GPIO2", "gpio.pause_button", twice + "buses.one"},
		{"the clock of the SPI bus", "GPIO27", "GPIO11", "gpio.pause_button", twice + "buses.two"},
		{"an interrupt of a converter", "kind: mcp3208, bus: two", "kind: mcp3208, bus: two, interrupt_line: GPIO6", "chips.mcp.interrupt_line", "max30101, max30102 and max30105 can have one"},
		{"electrodes of an optical sensor", "kind: ecg", "kind: ppg", "wearers[1].pulse.leads_off", "this belongs to kind: ecg"},
		{"electrodes without LO+", "plus: GPIO23, ", "", "wearers[1].pulse.leads_off.plus", "the GPIO line of LO+"},
		{"an LED that is brighter than lit", "led_brightness: 5", "led_brightness: 101", "gpio.led_brightness", "from 1 to 100"},
		{"an LED that is always dark", "led_brightness: 5", "led_brightness: 0", "gpio.led_brightness", "from 1 to 100"},
		{"the brightness of no LED", "sensing_led: GPIO22, ", "", "gpio.led_brightness", "wanted is sensing_led beside it"},
		{"a button on a line and a topic", "{line: GPIO5}", "{line: GPIO5, topic: room/stop}", "room.stop_buttons[0].topic", "not on both"},
		{"a button on nothing", "{line: GPIO5}", "{any_value: true}", "room.stop_buttons[0].topic", "or line, for a button on the GPIO header"},
	})
}

func TestAButtonThatCannotStartAnybodyIsWarnedOf(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(strings.Replace(wired, "share: full, button: GPIO17", "share: full, start_from: [page], button: GPIO17", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Key != "wearers[0].button" {
		t.Errorf("warnings %v: want one, of wearers[0].button", c.Warnings)
	}
}

func TestAButtonOnALineNeedsNoBroker(t *testing.T) {
	text := strings.Replace(wired, "mqtt: {url: \"mqtt://127.0.0.1:1883\"}\n", "", 1)
	if got := problems(t, strings.Replace(text, ", {topic: room/stop, any_value: true}", "", 1)); len(got) != 0 {
		t.Errorf("problems %v", got)
	}
	if got := problems(t, text); len(got) != 1 || got[0].Key != "room.stop_buttons" {
		t.Errorf("problems %v: want that the other button needs a broker", got)
	}
}

func TestWhatAChipCannotDoIsRefusedWithWhatItCan(t *testing.T) {
	const text = `hub: {id: home}
buses: {one: {i2c: "1"}, two: {spi: "0.0"}}
chips:
  adc: {kind: ads1115, bus: one, address: 0x48}
  oxi: {kind: max30102, bus: one, address: 0x57, leds: {rate_hz: 100, pulse_us: 411}}
  mcp: {kind: mcp3208, bus: two}
wearers:
  - {id: a, share: full, start_from: [mqtt], pulse: {chip: adc, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096}, eda: {chip: adc, channel: 1, kind: grove, rate_hz: 25}}
  - {id: b, share: full, pulse: {chip: oxi, kind: ppg}, eda: {chip: mcp, channel: 7, kind: grove}}
`
	if got := problems(t, text); len(got) != 0 {
		t.Fatal(got)
	}
	refuses(t, text, []mistake{
		{"a rate no converter is asked for", "rate_hz: 250", "rate_hz: 5000", "wearers[0].pulse.rate_hz", "50 to 1000"},
		{"a rate too slow for skin", "rate_hz: 25}", "rate_hz: 1}", "wearers[0].eda.rate_hz", "4 to 100"},
		{"a gain the chip does not have", "full_scale_v: 4.096", "full_scale_v: 5", "wearers[0].pulse.full_scale_v", "6.144, 4.096, 2.048, 1.024, 0.512 or 0.256"},
		{"an address of another chip", "address: 0x48", "address: 0x4c", "chips.adc.address", "0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)"},
		{"an address the pulse chip cannot have", "address: 0x57", "address: 0x48", "chips.oxi.address", "wanted is 0x57"},
		{"a pulse width there is not", "pulse_us: 411", "pulse_us: 400", "chips.oxi.leds.pulse_us", "69, 118, 215 or 411"},
		{"a rate of light there is not", "rate_hz: 100", "rate_hz: 250", "chips.oxi.leds.rate_hz", "50, 100, 200, 400, 800 or 1000"},
		{"a rate that the pulses leave no time for", "rate_hz: 100", "rate_hz: 800", "chips.oxi.leds.rate_hz", "with pulses of 411 µs the chip does 50, 100, 200 or 400 a second"},
		{"a channel used twice by one wearer", "channel: 1", "channel: 0", "wearers[0].eda.channel", "is read by wearers[0].pulse already"},
		{"a channel the chip does not have", "channel: 1", "channel: 5", "wearers[0].eda.channel", "the channels 0 to 3"},
		{"two wearers on one channel", "chip: mcp, channel: 7", "chip: adc, channel: 1", "wearers[1].eda.channel", "is read by wearers[0].eda already"},
		{"two wearers on one pulse chip", "chip: adc, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096", "chip: oxi, kind: ppg", "wearers[1].pulse.chip", "serves one wearer"},
	})
}

// mistake is one thing that is wrong in a config: what stands where something else should, which key is told, and with what words.
type mistake struct{ name, old, new, key, want string }

// refuses checks that each mistake in a config is one problem, told at its place.
func refuses(t *testing.T, text string, mistakes []mistake) {
	t.Helper()
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			if !strings.Contains(text, m.old) {
				t.Fatalf("%q is not in the config", m.old)
			}
			got := problems(t, strings.Replace(text, m.old, m.new, 1))
			if len(got) != 1 || got[0].Key != m.key || !strings.Contains(got[0].Want, m.want) || got[0].Line == 0 || got[0].Column == 0 {
				t.Errorf("problems %v: want one, of %s, with %q", got, m.key, m.want)
			}
		})
	}
}
