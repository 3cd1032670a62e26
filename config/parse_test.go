package config_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/config"
)

// base is a config with nothing wrong; the tests change one thing each.
const base = `hub: {id: home}
mqtt: {url: "mqtt://127.0.0.1:1883"}
buses: {one: {i2c: "1"}, two: {spi: "0.0"}}
chips:
  adc: {kind: ads1115, bus: one}
  mcp: {kind: mcp3208, bus: two}
wearers:
  - id: a
    share: full
    start_from: [mqtt]
    pulse: {chip: adc, channel: 0, kind: ppg}
    eda: {chip: mcp, channel: 7, kind: grove}
room: {}
`

func problems(t testing.TB, text string) []config.Problem {
	t.Helper()
	c, err := config.Parse("c.yaml", []byte(text))
	if err == nil {
		return nil
	}
	if c != nil {
		t.Error("a config came with an error")
	}
	var all *config.Error
	if !errors.As(err, &all) {
		t.Fatalf("error %T: want *config.Error", err)
	}
	return all.Problems
}

func TestTheBaseOfTheseTestsIsRight(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(base))
	if err != nil || len(c.Warnings) != 0 {
		t.Fatalf("%v, warnings %v", err, c)
	}
	if got := c.Buses[1].ClockHz; got != 1_000_000 {
		t.Errorf("SPI clock %d: want that of an mcp3208 at 3.3 V", got)
	}
}

func TestEveryProblemIsToldAtItsPlace(t *testing.T) {
	rows := []struct{ name, old, new, want string }{
		{"an id in capitals", "id: home", "id: Home",
			`c.yaml:1:11: hub.id: "Home": wanted is a lower-case letter, then at most 31 of a–z, 0–9 and -`},
		{"a reserved id", "id: home", "id: sim", `c.yaml:1:11: hub.id: "sim": this word is taken by topics of hubd's own: wanted is another id`},
		{"a hub without id", "id: home", "name: x", `c.yaml:1:6: hub.id: this key is required: a lower-case letter, then at most 31 of a–z, 0–9 and -`},
		{"an id without value", "id: home", "id: ", `c.yaml:1:7: hub.id: a lower-case letter, then at most 31 of a–z, 0–9 and -`},
		{"no hub", "hub: {id: home}", "", `c.yaml:2:1: hub: this key is required: id, the name of this hub in every topic`},
		{"a misspelt key", "room: {}", "room: {privat: true}", `c.yaml:13:8: room.privat: "…": unknown key; is private meant?`},
		{"a misspelt section", "room: {}", "rooms: {}", `c.yaml:13:1: rooms: "…": unknown key; is room meant?`},
		{"a key like no other", "hub: {id: home}", "hub: {id: home, colour: red}", `c.yaml:1:17: hub.colour: "…": unknown key; known here: id, name`},
		{"a key twice", "share: full", "share: full\n    share: none", `c.yaml:10:5: wearers[0].share: "…": this key stands here twice, first in line 9`},
		{"an alias", "share: full", "share: &s full\n    keep: *s", `c.yaml:10:11: wearers[0].keep: "s": aliases are not read here: write the value out`},
		{"no share", "    share: full\n", "",
			`c.yaml:8:5: wearers[0].share: this key is required: none, state or full: what others may get of this wearer; only they can decide it`},
		{"a word that is no choice", "share: full", "share: all", `c.yaml:9:12: wearers[0].share: "all": wanted is none, state or full`},
		{"text for a number", "kind: ppg", "kind: ppg, rate_hz: fast", `c.yaml:11:56: wearers[0].pulse.rate_hz: "fast": wanted is a number from 50 to 1000 (a second)`},
		{"a quoted number", "kind: ppg", `kind: ppg, rate_hz: "100"`, `c.yaml:11:56: wearers[0].pulse.rate_hz: "100": wanted is a number from 50 to 1000 (a second): take the quotes away`},
		{"a number that is none", "kind: ppg", "kind: ppg, rate_hz: .nan", `c.yaml:11:56: wearers[0].pulse.rate_hz: ".nan": wanted is a number from 50 to 1000 (a second)`},
		{"a list for a number", "room: {}", "room: {min_confidence: [1]}", `c.yaml:13:24: room.min_confidence: wanted is a number from 0.05 to 1`},
		{"a lamp's topic for what follows", "room: {}", "room: {followed: [zigbee2mqtt/bed]}",
			`c.yaml:13:19: room.followed[0]: "zigbee2mqtt/bed": wanted is an entity of Home Assistant, a light such as light.shelf`},
		{"a list in quotes", "room: {}", `room: {lamps: "[{id: l}]"}`, `c.yaml:13:15: room.lamps: "[{id: l}]": wanted is a list: take the quotes away`},
		{"a section in quotes", "room: {}", `room: "{private: true}"`, `c.yaml:13:7: room: "{private: true}": wanted are keys with values here: take the quotes away`},
		{"a number for a section", "room: {}", "room: 5", `c.yaml:13:7: room: "5": wanted are keys with values here`},
		{"a half channel", "channel: 0", "channel: 0.5", `c.yaml:11:33: wearers[0].pulse.channel: "0.5": an ads1115 has the channels 0 to 3`},
		{"a channel beyond every chip", "channel: 0", "channel: 8", `c.yaml:11:33: wearers[0].pulse.channel: "8": an ads1115 has the channels 0 to 3`},
		{"an address in quotes", "ads1115, bus: one", `ads1115, bus: one, address: "0x48"`,
			`c.yaml:5:43: chips.adc.address: "0x48": wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL): take the quotes away`},
		{"a channel the chip has not", "channel: 0", "channel: 4", `c.yaml:11:33: wearers[0].pulse.channel: "4": an ads1115 has the channels 0 to 3`},
		{"a channel read twice", "chip: mcp, channel: 7", "chip: adc, channel: 0",
			`c.yaml:12:31: wearers[0].eda.channel: "0": this channel of adc is read by wearers[0].pulse already: wanted is another one of 0 to 3`},
		{"a chip that is not there", "chip: adc", "chip: acd", `c.yaml:11:19: wearers[0].pulse.chip: "acd": there is no chip of this name under chips: wanted is adc or mcp`},
		{"a bus that is not there", "bus: one", "bus: won", `c.yaml:5:29: chips.adc.bus: "won": there is no bus of this name under buses: wanted is one or two`},
		{"an I2C chip on SPI", "ads1115, bus: one", "ads1115, bus: two", `c.yaml:5:29: chips.adc.bus: "two": an ads1115 is an I²C chip and two is an SPI bus`},
		{"an SPI chip on I2C", "mcp3208, bus: two", "mcp3208, bus: one", `c.yaml:6:29: chips.mcp.bus: "one": an mcp3208 is an SPI chip and one is an I²C bus`},
		{"a bus of both kinds", `i2c: "1"`, `i2c: "1", spi: "1.0"`, `c.yaml:3:30: buses.one.spi: "1.0": a bus is i2c or spi, not both`},
		{"a bus of no kind", `i2c: "1"`, ``, `c.yaml:3:14: buses.one: wanted is i2c: "1" or spi: "0.0"`},
		{"an unreadable bus", `i2c: "1"`, `i2c: "i2c-1"`, `c.yaml:3:20: buses.one.i2c: "i2c-1": wanted is the number of the bus, such as "1", or /dev/i2c-1`},
		{"one bus under two names", `two: {spi: "0.0"}`, `two: {spi: "0.0"}, zwei: {spi: /dev/spidev0.0}`, `c.yaml:3:51: buses.zwei: two is the same bus: wanted is one name for it`},
		{"an I2C clock", `i2c: "1"`, `i2c: "1", clock_hz: 400000`,
			`c.yaml:3:35: buses.one.clock_hz: "400000": the clock of I²C is set in /boot/firmware/config.txt: dtparam=i2c_arm_baudrate=400000`},
		{"an SPI clock too fast for a 12-bit chip", `spi: "0.0"`, `spi: "0.0", clock_hz: 1350000`,
			`c.yaml:6:29: chips.mcp.bus: "two": two has clock_hz 1350000: an mcp3208 at 3.3 V is exact up to 1000000 only`},
		{"an address that an ADS cannot have", "bus: one", "bus: one, address: 0x4C",
			`c.yaml:5:43: chips.adc.address: "0x4C": wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)`},
		{"an address that is a word", "bus: one", "bus: one, address: ten",
			`c.yaml:5:43: chips.adc.address: "ten": wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)`},
		{"an address beyond the bus", "bus: one", "bus: one, address: 0x99",
			`c.yaml:5:43: chips.adc.address: "0x99": wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)`},
		{"one wrong address is one mistake", "  mcp: {kind: mcp3208, bus: two}", "  mcp: {kind: mcp3208, bus: two}\n  b: {kind: ads1015, bus: one, address: 0x99}",
			`c.yaml:7:41: chips.b.address: "0x99": wanted is 0x48 (ADDR to GND), 0x49 (VDD), 0x4A (SDA) or 0x4B (SCL)`},
		{"an address on SPI", "bus: two", "bus: two, address: 0x48", `c.yaml:6:43: chips.mcp.address: "0x48": an SPI chip has no address; its bus names the chip select`},
		{"two chips at one address", "  mcp: {kind: mcp3208, bus: two}", "  mcp: {kind: mcp3208, bus: two}\n  b: {kind: ads1015, bus: one}",
			`c.yaml:7:6: chips.b: adc is at the same place: wanted is another address, set by the chip's ADDR pin`},
		{"a range the amplifier has not", "kind: ppg", "kind: ppg, full_scale_v: 5",
			`c.yaml:11:61: wearers[0].pulse.full_scale_v: "5": wanted is 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256 (volts)`},
		{"a range on a chip without", "kind: grove", "kind: grove, full_scale_v: 4.096",
			`c.yaml:12:61: wearers[0].eda.full_scale_v: "4.096": an mcp3208 has no ranges: it measures from 0 V to its supply`},
		{"a divider without resistor", "kind: grove", "kind: divider, divider_side: low",
			`c.yaml:12:10: wearers[0].eda.divider_ohm: this key is required: the fixed resistor in ohm`},
		{"a resistor on a Grove board", "kind: grove", "kind: grove, divider_ohm: 1000", `c.yaml:12:60: wearers[0].eda.divider_ohm: "1000": this belongs to kind: divider`},
		{"a wearer without sensors", "    pulse: {chip: adc, channel: 0, kind: ppg}\n    eda: {chip: mcp, channel: 7, kind: grove}\n", "",
			`c.yaml:8:5: wearers[0]: wanted is pulse, eda or both`},
		{"two wearers with one id", "room: {}", "  - {id: a, share: none, eda: {chip: mcp, channel: 1, kind: grove}}", `c.yaml:13:10: wearers[1].id: "a": another wearer has this id already`},
		{"a pair of one", "share: full", "share: full\n    pair: a", `c.yaml:10:11: wearers[0].pair: "a": wanted is the id of another wearer`},
		{"a pair with nobody", "share: full", "share: full\n    pair: b", `c.yaml:10:11: wearers[0].pair: "b": there is no wearer with this id`},
		{"a word that comfort does not know", "share: full", "share: full\n    comfort: {never: [darkness]}",
			`c.yaml:10:23: wearers[0].comfort.never[0]: "darkness": wanted is dark, red, breath_sound, voice, rain, noise, tone, modulated_light or breath_hold`},
		{"a broker elsewhere without encryption", "127.0.0.1", "broker.lan",
			`c.yaml:2:13: mqtt.url: "mqtt://broker.lan:1883": on the way to another machine mqtt:// can be read by everybody: use mqtts://, or set insecure: true`},
		{"a broker by another name", "mqtt://127", "tcp://127", `c.yaml:2:13: mqtt.url: "tcp://127.0.0.1:1883": wanted is mqtt://host:1883 or mqtts://host:8883`},
		{"a port that is none", "1883", "0", `c.yaml:2:13: mqtt.url: "mqtt://127.0.0.1:0": wanted is a port from 1 to 65535`},
		{"a password without a name", `1883"`, `1883", password_file: p`, `c.yaml:2:53: mqtt.password_file: "p": a password needs a username beside it (MQTT 3.1.1, 3.1.2.9)`},
		{"a key that may lie anywhere, and none is named", "room: {}", "history: {insecure_key_ok: true}", `c.yaml:13:28: history.insecure_key_ok: "true": insecure_key_ok is about the file of history.key_file, and none is named`},
		{"a key that may lie anywhere, and is typed", "room: {}", "history: {key_file: typed, insecure_key_ok: true}", `c.yaml:13:45: history.insecure_key_ok: "true": insecure_key_ok is about the file of history.key_file, and none is named`},
		{"a key file that is a folder", "room: {}", "history: {key_file: /media/}", `c.yaml:13:21: history.key_file: "/media/": wanted is the name of a file, not of a folder`},
		{"a certificate without key", `1883"`, `1883", cert_file: p`, `c.yaml:2:49: mqtt.cert_file: "p": a certificate needs its key_file`},
		{"insecure as a word", `1883"`, `1883", insecure: maybe`, `c.yaml:2:48: mqtt.insecure: "maybe": wanted is true or false`},
		{"a prefix with a wildcard", `1883"`, `1883", discovery_prefix: ha/+`, `c.yaml:2:56: mqtt.discovery_prefix: "ha/+": a topic holds neither + nor # here: wanted is one topic`},
		{"a scene that is not there", "room: {}", "room: {base_scene: own}",
			`c.yaml:13:20: room.base_scene: "own": there is no scene of this name: wanted is settled, engaged, activated, withdrawn, neutral, base, pause or after`},
		{"a scene with a word of commands", "room: {}", "room: {scenes: {auto: {}}}", `c.yaml:13:17: room.scenes.auto: "…": this word has a meaning of its own in commands: wanted is another name`},
		{"a swell of nothing", "room: {}", "room: {scenes: {own: {sound: {swell_db: 3}}}}",
			`c.yaml:13:41: room.scenes.own.sound.swell_db: "3": there is nothing to hear: wanted is bed or hum_hz beside it`},
		{"a sound without level", "room: {}", "room: {scenes: {own: {sound: {bed: rain}}}}", `c.yaml:13:30: room.scenes.own.sound.level_db: this key is required: how loud it is, from -60 to 0 (dB)`},
		{"a delay of one number", "room: {}", "room: {discretion: {delay_s: [20]}}",
			`c.yaml:13:30: room.discretion.delay_s: wanted are two numbers, the shortest and the longest delay, such as [20, 90]`},
		{"half of the quiet hours", "room: {}", `room: {quiet_hours: {from: "22:00"}}`, `c.yaml:13:21: room.quiet_hours.to: this key is required: a time of day such as 22:30`},
		{"an hour that is none", "room: {}", `room: {quiet_hours: {from: "24:00", to: "07:00"}}`, `c.yaml:13:28: room.quiet_hours.from: "24:00": wanted is a time of day such as 22:30`},
		{"half of a place", "room: {}", "room: {quiet_hours: {latitude: 52}}", `c.yaml:13:21: room.quiet_hours.longitude: this key is required: degrees east of Greenwich, such as 13.4`},
		{"a place beyond the pole", "room: {}", "room: {quiet_hours: {latitude: 95, longitude: 13}}", `c.yaml:13:32: room.quiet_hours.latitude: "95": wanted is a number from -90 to 90 (degrees)`},
		{"an evening that ends in the evening", "room: {}", `room: {quiet_hours: {latitude: 52, longitude: 13, to: "23:00"}}`,
			`c.yaml:13:55: room.quiet_hours.to: "23:00": with latitude and longitude wanted is a time from 00:00 to 11:59`},
		{"an evening that begins in the morning", "room: {}", `room: {quiet_hours: {latitude: 52, longitude: 13, from: "07:00"}}`,
			`c.yaml:13:57: room.quiet_hours.from: "07:00": with latitude and longitude wanted is a time from 12:00 to 23:59`},
		{"a sun without a say", "room: {}", `room: {quiet_hours: {latitude: 52, longitude: 13, from: "22:00", to: "07:00"}}`,
			`c.yaml:13:70: room.quiet_hours.to: "07:00": from and to are the clock's, so the sun has no say: leave one of them out, or latitude and longitude`},
		{"a stop button with nothing to press", "room: {}", "room: {stop_buttons: [{topic: t}]}",
			`c.yaml:13:23: room.stop_buttons[0]: wanted is json_key: KEY, or any_value: true if every message on the topic is a press`},
		{"a group that is yes or no", "room: {}", "room: {lamps: [{id: l, dialect: zigbee2mqtt, topic: z/l, group: true}]}",
			`c.yaml:13:65: room.lamps[0].group: "true": wanted is one name for all lamps that share a rate budget: a lower-case letter, then at most 31 of a–z, 0–9 and -`},
		{"a lamp's range upside down", "room: {}", "room: {lamps: [{id: l, dialect: zigbee2mqtt, topic: z/l, min_percent: 50, max_percent: 20}]}",
			`c.yaml:13:71: room.lamps[0].min_percent: "50": wanted is less than max_percent, which is 20`},
		{"a dialect that nobody speaks", "room: {}", "room: {lamps: [{id: l, dialect: hue, topic: z/l}]}",
			`c.yaml:13:33: room.lamps[0].dialect: "hue": wanted is zigbee2mqtt, wled, tasmota, json or template`},
		{"a lamp without topic", "room: {}", "room: {lamps: [{id: l, dialect: wled}]}",
			`c.yaml:13:16: room.lamps[0].topic: this key is required: the lamp's topic: the MQTT device topic in WLED, such as wled/bed`},
		{"a command topic for zigbee2mqtt", "room: {}", "room: {lamps: [{id: l, dialect: zigbee2mqtt, topic: z/l/set}]}",
			`c.yaml:13:53: room.lamps[0].topic: "z/l/set": wanted is zigbee2mqtt/<friendly name of a lamp or a group>`},
		{"a name without the base of zigbee2mqtt", "room: {}", "room: {lamps: [{id: l, dialect: zigbee2mqtt, topic: bed}]}",
			`c.yaml:13:53: room.lamps[0].topic: "bed": wanted is zigbee2mqtt/<friendly name of a lamp or a group>`},
		{"a command topic for WLED", "room: {}", "room: {lamps: [{id: l, dialect: wled, topic: wled/bed/api}]}",
			`c.yaml:13:46: room.lamps[0].topic: "wled/bed/api": wanted is the MQTT device topic in WLED, such as wled/bed`},
		{"a command topic for Tasmota", "room: {}", "room: {lamps: [{id: l, dialect: tasmota, topic: cmnd/bed}]}",
			`c.yaml:13:49: room.lamps[0].topic: "cmnd/bed": wanted is Topic in Tasmota, such as bedlamp, or its FullTopic with %prefix% left in it`},
		{"a FullTopic that is not filled in", "room: {}", "room: {lamps: [{id: l, dialect: tasmota, topic: home/%prefix%/%topic%}]}",
			`c.yaml:13:49: room.lamps[0].topic: "home/%prefix%/%topic%": wanted is Topic in Tasmota, such as bedlamp, or its FullTopic with %prefix% left in it`},
		{"a JSON lamp of which nobody knows where it speaks", "room: {}", "room: {lamps: [{id: l, dialect: json, topic: bed/in}]}",
			`c.yaml:13:16: room.lamps[0].state_topic: this key is required: where the lamp tells its state as JSON: without it no hand at the switch would be seen`},
		{"a state topic for a dialect that has its own", "room: {}", "room: {lamps: [{id: l, dialect: wled, topic: wled/bed, state_topic: s}]}",
			`c.yaml:13:69: room.lamps[0].state_topic: "s": this belongs to dialect: json`},
		{"two lamps on one topic", "room: {}", "room: {lamps: [{id: l, dialect: wled, topic: w}, {id: m, dialect: wled, topic: w}]}",
			`c.yaml:13:80: room.lamps[1].topic: "w": lamp l is commanded on this topic already`},
		{"text in two lines", "id: home", `id: home, name: "a\nb"`, `c.yaml:1:23: hub.name: "a\nb": wanted is one line of text without control characters`},
		{"a folder for a file", "room: {}", "history: {path: /var/lib/}", `c.yaml:13:17: history.path: "/var/lib/": wanted is the name of a file, not of a folder`},
		{"an empty list item", "start_from: [mqtt]", "start_from: [mqtt, ]\n    comfort: {never: [~]}", `c.yaml:11:23: wearers[0].comfort.never[0]: "~": this item of the list is empty`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if !strings.Contains(base, row.old) {
				t.Fatalf("the base has no %q", row.old)
			}
			text := strings.Replace(base, row.old, row.new, 1)
			var got []string
			for _, p := range problems(t, text) {
				got = append(got, p.String())
				checkPlace(t, text, p)
			}
			if diff := cmp.Diff([]string{row.want}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// checkPlace finds the value of a problem at its line and column.
func checkPlace(t *testing.T, text string, p config.Problem) {
	t.Helper()
	at := []rune(strings.Split(text, "\n")[p.Line-1])[p.Column-1:]
	value := strings.NewReplacer("{…}", "", "[…]", "", "…", "", "\n", `\n`).Replace(p.Value)
	if !strings.HasPrefix(strings.TrimLeft(string(at), `"*`), value) {
		t.Errorf("%s: there stands %q", p, string(at))
	}
}

func TestLampsNeedABroker(t *testing.T) {
	text := strings.NewReplacer(`mqtt: {url: "mqtt://127.0.0.1:1883"}`, "", "room: {}", "room: {lamps: [{id: l, dialect: zigbee2mqtt, topic: z/l}]}").Replace(base)
	got := problems(t, text)
	if len(got) != 1 || got[0].Key != "room.lamps" {
		t.Errorf("problems %v: want one, of room.lamps", got)
	}
}

func TestOneConverterHasSoManyConversionsASecond(t *testing.T) {
	two := strings.Replace(base, "chip: mcp, channel: 7, kind: grove}", `chip: adc, channel: 1, kind: grove}
  - id: b
    share: none
    pulse: {chip: adc, channel: 2, kind: ppg, rate_hz: RATE}`, 1)
	if got := problems(t, strings.Replace(two, "RATE", "225", 1)); got != nil {
		t.Errorf("500 of 500 conversions a second: %v", got)
	}
	got := problems(t, strings.Replace(two, "RATE", "250", 1))
	want := []config.Problem{{
		File: "c.yaml", Line: 5, Column: 8, Key: "chips.adc", Value: "{…}",
		Want: "250 (wearers[0].pulse) + 25 (wearers[0].eda) + 250 (wearers[1].pulse) = 525 conversions a second: one ads1115 does 500; " +
			"lower a rate_hz or add a chip at another address",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestProblemsComeAllAtOnceInTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("id: home", "id: Home", "i2c:", "i3c:", "ads1115", "ads1119", "share: full", "share: al", "kind: ppg", "kind: pgp", "room", "rum").Replace(base)
	got := problems(t, text)
	if len(got) < 6 {
		t.Errorf("%d problems: want at least the 6 that are there", len(got))
	}
	if !slices.IsSortedFunc(got, func(a, b config.Problem) int { return (a.Line-b.Line)*1000 + a.Column - b.Column }) {
		t.Errorf("problems are not in the order of the file:\n%v", &config.Error{Problems: got})
	}
}

func TestASecretInTheFileIsRefusedAndNeverShown(t *testing.T) {
	const canary = "hunter2"
	for _, text := range []string{
		`password: ` + canary, `pasword: ` + canary, `password_fil: ` + canary, `token: ` + canary,
		`url: "mqtt://hubd:` + canary + `@127.0.0.1"`, `url: "mqtt://` + canary + `@%zz"`, `password: [` + canary + `]`,
	} {
		whole := strings.Replace(base, `url: "mqtt://127.0.0.1:1883"`, text, 1)
		got := problems(t, whole)
		if len(got) == 0 {
			t.Errorf("%s: taken", text)
		}
		for _, p := range got {
			if strings.Contains(p.String(), canary) {
				t.Errorf("%s: shown in %s", text, p)
			}
		}
	}
}

// twoWriters is a room with one lamp, and lights that an automation follows.
func twoWriters(id, topic, lights string) string {
	dialect := "zigbee2mqtt"
	if strings.HasSuffix(topic, "/set") {
		dialect = "json, state_topic: a/b"
	}
	return fmt.Sprintf(`room: {lamps: [{id: %s, dialect: %s, topic: "%s"}], followed: [%s]}`, id, dialect, topic, lights)
}

func TestLightsThatOnlyFollowAreNotWarnedOf(t *testing.T) {
	text := strings.Replace(base, "room: {}", twoWriters("bed", "zigbee2mqtt/bed", "light.shelf, light.bedside, light.set"), 1)
	if c, err := config.Parse("c.yaml", []byte(text)); err != nil || len(c.Warnings) != 0 {
		t.Errorf("%v, warnings %v", err, c)
	}
}

func TestWhatWorksButPerhapsNotAsMeantIsWarnedOf(t *testing.T) {
	rows := []struct{ name, key, old, new string }{
		{"quicker than 20 to 90 s", "room.discretion.delay_s", "room: {}", "room: {discretion: {delay_s: [2, 6]}}"},
		{"a fade under 30 s", "room.discretion.fade_s", "room: {}", "room: {discretion: {fade_s: 10}}"},
		{"scenes far apart", "room.discretion.spread_percent", "room: {}", "room: {discretion: {spread_percent: 40}}"},
		{"a board at 5 V", "chips.adc.supply_v", "bus: one", "bus: one, supply_v: 5"},
		{"a chip without use", "chips.b", "  adc:", "  b: {kind: ads1115, bus: one, address: 0x49}\n  adc:"},
		{"reading along is possible", "mqtt.insecure", `1883"`, `1883", insecure: true`},
		{"nobody has a way to start", "wearers", "    start_from: [mqtt]\n", "    start_from: []\n"},
		{"the page may start and there is none", "wearers", "    start_from: [mqtt]\n", "    start_from: [page]\n"},
		{"a button may start and there is none", "wearers", "    start_from: [mqtt]\n", "    start_from: [button]\n"},
		{"the hub may ask and nobody wants to be", "room.check_in.automatic", "room: {}", "room: {check_in: {automatic: true}}"},
		{"somebody wants to be asked and the hub may not", "wearers[0].comfort.check_in", "share: full", "share: full\n    comfort: {check_in: true}"},
		{"one of two wants to be asked", "room.check_in.automatic", "room: {}",
			"  - {id: b, share: none, comfort: {check_in: true}, eda: {chip: mcp, channel: 1, kind: grove}}\nroom: {check_in: {automatic: true}}"},
		{"a light with two writers, by the lamp's id", "room.followed[1]", "room: {}", twoWriters("bed", "x/y/set", "light.shelf, light.bed")},
		{"a light with two writers, by the topic's name", "room.followed[0]", "room: {}", twoWriters("l1", "zigbee2mqtt/Bedroom Shelf", "light.bedroom_shelf")},
		{"a light with two writers, by a name with a slash", "room.followed[0]", "room: {}", twoWriters("l1", "zigbee2mqtt/bedroom/shelf", "light.bedroom_shelf")},
		{"a light with two writers, by one level", "room.followed[0]", "room: {}", twoWriters("l1", "home/shelf/set", "light.shelf")},
		{"only one wants to be compared", "wearers[0].pair", "share: full", "share: full\n    pair: b"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(base, row.old, row.new, 1)
			if strings.Contains(row.new, "pair") {
				text = strings.Replace(text, "room: {}", "  - {id: b, share: none, eda: {chip: mcp, channel: 1, kind: grove}}", 1)
			}
			if strings.Contains(row.new, "[page]") {
				text += "web: {listen: none}\n"
			}
			c, err := config.Parse("c.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) != 1 || c.Warnings[0].Key != row.key {
				t.Errorf("warnings %v: want one of %s", c.Warnings, row.key)
			}
		})
	}
}

func TestThePageIsAWayToStart(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(strings.Replace(base, "    start_from: [mqtt]\n", "", 1)))
	if err != nil || len(c.Warnings) != 0 {
		t.Errorf("%v, warnings %v", err, c)
	}
}

func TestAskingByItselfTakesTheHubsWordAndEveryWearers(t *testing.T) {
	text := strings.Replace(base, "share: full", "share: full\n    comfort: {check_in: true}", 1)
	text = strings.Replace(text, "room: {}", "room: {check_in: {automatic: true}}", 1)
	c, err := config.Parse("c.yaml", []byte(text))
	if err != nil || len(c.Warnings) != 0 || !c.Room.AskByItself || !c.Wearers[0].Comfort.Ask {
		t.Errorf("%v, warnings %v", err, c)
	}
}

func TestAFileThatIsNoConfigIsOneClearProblem(t *testing.T) {
	rows := []struct{ name, text, want string }{
		{"an open bracket", "hub: {id: a\n", "c.yaml:2:1: this is no YAML: did not find expected ',' or '}' (while parsing a flow mapping from line 1)"},
		{"a tab", "hub:\n\tid: a\n", "c.yaml:2:1: this is no YAML: found character that cannot start any token (while scanning for the next token from line 2)"},
		{"two documents", "hub: {id: a}\n---\nhub: {id: b}\n", "c.yaml:1:1: this is no YAML: expected single document, found multiple"},
		{"bytes", "\x00\xff", "c.yaml:1:1: this is no YAML: control characters are not allowed (value: 0)"},
		{"an alias to nothing", "hub: *x\n", "c.yaml:1:6: this is no YAML: unknown anchor 'x' referenced"},
		{"nothing", "", "c.yaml:1:1: there is nothing in it: hubd probe prints a config, and config.example.yaml explains every key"},
		{"more than there can be", strings.Repeat("#", config.MaxFileSize+1), "c.yaml: a config has at most 1048576 bytes"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := problems(t, row.text)
			if len(got) != 1 || got[0].String() != row.want {
				t.Errorf("got  %v\nwant [%s]", got, row.want)
			}
		})
	}
}

func TestAFileOfErrorsHasABoundedAnswer(t *testing.T) {
	for name, text := range map[string]string{
		"items": "wearers:\n" + strings.Repeat("- 5\n", 100_000),
		"keys":  strings.Repeat("a: 1\n", 100_000),
		"chips": "chips: {" + strings.Repeat("a: 1, ", 100_000) + "}",
		"depth": strings.Repeat("[", 100_000),
	} {
		if n := len(problems(t, text)); n == 0 || n > 1000 {
			t.Errorf("%s: %d problems: want 1 to 1000", name, n)
		}
	}
}

func TestAMissingFileIsTold(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"))
	var all *config.Error
	if !errors.As(err, &all) || !strings.Contains(err.Error(), "none.yaml: the config cannot be read: no such file") {
		t.Errorf("error %v", err)
	}
}

func TestATemplateLampIsRead(t *testing.T) {
	text := strings.Replace(base, "room: {}", `room:
  lamps:
    - id: shelf
      dialect: template
      topic: shelf/set
      group: east
      template:
        brightness: '{"bri":{{.Level}},"fade":{{.Seconds}}}'
        brightness_max: 255
        kelvin: '{"ct":{{.Mired}}}'
        state_topic: shelf/state
        brightness_key: light.bri
        kelvin_key: ct
        kelvin_unit: mired`, 1)
	c, err := config.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Lamp{{
		ID: "shelf", Dialect: config.Templated, Topic: "shelf/set", Group: "east", MaxPercent: 100,
		Template: &config.Template{
			Brightness: `{"bri":{{.Level}},"fade":{{.Seconds}}}`, BrightnessMax: 255, KelvinTopic: "shelf/set", Kelvin: `{"ct":{{.Mired}}}`,
			StateTopic: "shelf/state", BrightnessKey: "light.bri", KelvinKey: "ct", KelvinMired: true,
		},
	}}
	if diff := cmp.Diff(want, c.Room.Lamps); diff != "" {
		t.Errorf("lamps (-want +got):\n%s", diff)
	}
	for _, payload := range []string{"{{.Levle}}", "{{range .Level}}{{end}}", "{{.Level", `{{define "x"}}{{end}}`, `{{printf "%9d" .Level}}`, "{{if .Level}}1{{end}}"} {
		got := problems(t, strings.Replace(text, `'{"ct":{{.Mired}}}'`, "'"+payload+"'", 1))
		if len(got) == 0 || got[0].Key != "room.lamps[0].template.kelvin" {
			t.Errorf("payload %s: problems %v", payload, got)
		}
	}
}

func TestLampsOfEveryDialectAreRead(t *testing.T) {
	text := strings.Replace(base, "room: {}", `room:
  lamps:
    - {id: z, dialect: zigbee2mqtt, topic: zigbee2mqtt/bedroom/bed}
    - {id: w, dialect: wled, topic: wled/strip}
    - {id: t, dialect: tasmota, topic: home/ceiling/%prefix%}
    - {id: e, dialect: json, topic: desk/light/lamp/command}
    - {id: s, dialect: json, topic: lamps/shelf/set, availability_topic: lamps/there}
    - {id: o, dialect: json, topic: in, state_topic: out}`, 1)
	c, err := config.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Lamp{
		{ID: "z", Dialect: config.Zigbee2MQTT, Topic: "zigbee2mqtt/bedroom/bed"},
		{ID: "w", Dialect: config.WLED, Topic: "wled/strip"},
		{ID: "t", Dialect: config.Tasmota, Topic: "home/ceiling/%prefix%"},
		{ID: "e", Dialect: config.JSON, Topic: "desk/light/lamp/command", StateTopic: "desk/light/lamp/state", AvailabilityTopic: "desk/status"},
		{ID: "s", Dialect: config.JSON, Topic: "lamps/shelf/set", StateTopic: "lamps/shelf", AvailabilityTopic: "lamps/there"},
		{ID: "o", Dialect: config.JSON, Topic: "in", StateTopic: "out"},
	}
	for i := range want {
		want[i].MaxPercent = 100
	}
	if diff := cmp.Diff(want, c.Room.Lamps); diff != "" {
		t.Errorf("lamps (-want +got):\n%s", diff)
	}
}

func TestTopicsOfWhichNoGoodComesAreWarnedOf(t *testing.T) {
	for _, row := range []struct{ name, lamps, key, why string }{
		{"WLED's group topic", "[{id: l, dialect: wled, topic: wled/all}]", "room.lamps[0].topic", "tells no state"},
		{"Tasmota's group topic", "[{id: l, dialect: tasmota, topic: tasmotas}]", "room.lamps[0].topic", "tells no state"},
		{"one topic in two dialects", "[{id: l, dialect: json, topic: a/set}, {id: m, dialect: wled, topic: a/set}]", "room.lamps[1].topic", "lamp l has this topic too"},
	} {
		c, err := config.Parse("c.yaml", []byte(strings.Replace(base, "room: {}", "room: {lamps: "+row.lamps+"}", 1)))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, w := range c.Warnings {
			if w.Key == row.key && strings.Contains(w.Want, row.why) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: warnings %v, want one of %s", row.name, c.Warnings, row.key)
		}
	}
}

func TestScenesAreReadInTheOrderOfTheFile(t *testing.T) {
	c, err := config.Parse("c.yaml", []byte(strings.Replace(base, "room: {}", `room:
  base_scene: reading
  scenes:
    reading: {light: {brightness_percent: 40, kelvin: 2700}}
    base: {sound: {bed: rain, level_db: -40, swell_db: 3}, pace: {breaths_per_min: 6, hold_s: 1.5}}`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Scene{
		{Name: "reading", Light: config.Light{BrightnessPercent: 40, Kelvin: 2700}},
		{Name: "base", Sound: config.Sound{Bed: "rain", LevelDB: -40, SwellDB: 3}, Pace: config.Pace{BreathsPerMin: 6, InhaleShare: 0.4, Hold: 1500 * time.Millisecond}},
	}
	if diff := cmp.Diff(want, c.Room.Scenes); diff != "" || c.Room.BaseScene != "reading" {
		t.Errorf("base %s, scenes (-want +got):\n%s", c.Room.BaseScene, diff)
	}
}

// Whatever a person does to one line, the answer is a config, or problems that each stand in the file.
func TestEveryProblemStandsInTheFile(t *testing.T) {
	whole := strings.Split(example(t), "\n")
	rapid.Check(t, func(t *rapid.T) {
		lines := slices.Clone(whole)
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		lines[i] = rapid.SampledFrom([]string{
			"", "  " + lines[i], strings.TrimSpace(lines[i]), strings.ReplaceAll(lines[i], ":", ": -"), strings.ToUpper(lines[i]),
			strings.Replace(lines[i], "# ", "", 1), lines[i] + "x", "- " + lines[i], fmt.Sprint(i),
		}).Draw(t, "change")
		_, err := config.Parse("c.yaml", []byte(strings.Join(lines, "\n")))
		var all *config.Error
		if err == nil || !errors.As(err, &all) {
			return
		}
		for _, p := range all.Problems {
			if p.Line < 1 || p.Line > len(lines)+1 || p.Column < 1 || p.Want == "" {
				t.Fatalf("%+v is nowhere in a file of %d lines", p, len(lines))
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Add(base)
	f.Add("hub: {id: a}\nwearers: [{id: a, share: none, eda: {}}]\n")
	f.Add("a: &a [*a]\n? {x: 1}\n: !!binary zz\n<<: {a: 1}\n")
	f.Add("room: {lamps: [{dialect: template, template: {brightness: '{{.Level}'}}]}")
	f.Add("room: {practices: {resonance: {steps: [{text: a, seconds: 5, breaths_per_min: 6}]}, x: {pace: {}, seconds: 1e9}}}")
	f.Add("room: {reminders: [{at: '24:00', days: [~, mon], practice: own}], practices: {own: {members: 3}}}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Parse("c.yaml", []byte(text))
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v and error %v", c, err)
		}
		if err != nil {
			if all, ok := err.(*config.Error); !ok || len(all.Problems) == 0 {
				t.Fatalf("error %#v: want problems", err)
			}
		}
	})
}
