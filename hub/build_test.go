package hub

import (
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"periph.io/x/conn/v3/physic"

	"hubd/config"
	"hubd/drivers/mcp3x0x"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
	"hubd/wire"
)

// built reads a config and builds it.
func built(t *testing.T, text string) parts {
	t.Helper()
	c, err := config.Parse("config.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// oneChip is a config of one wearer with a pulse sensor and a skin-conductance circuit on one chip.
func oneChip(kind, place, pulse, eda string) string {
	bus := `{i2c: "1"}`
	if strings.HasPrefix(kind, "mcp") {
		bus = `{spi: "0.0", clock_hz: 1000000}`
	}
	return fmt.Sprintf(`
hub: {id: bedroom}
buses: {main: %s}
chips: {adc: {kind: %s, bus: main, %s supply_v: 3.3}}
wearers:
  - {id: a, share: full, start_from: [mqtt, boot], vagal: off, pulse: {chip: adc, channel: 0, %s}, eda: {chip: adc, channel: 1, %s}}
room: {private: false}
`, bus, kind, place, pulse, eda)
}

func TestEveryConverterIsReadOnItsOwnScale(t *testing.T) {
	tests := []struct {
		kind, place, fullScale string
		step                   float64 // V
		top                    float64 // V that a pulse can reach
		source                 string
	}{
		{"ads1115", "address: 0x48,", "full_scale_v: 4.096", 4.096 / 32768, 3.3, "ads1115@48 on I2C 1"},
		{"ads1115", "address: 0x4B,", "full_scale_v: 2.048", 2.048 / 32768, 2.048, "ads1115@4b on I2C 1"},
		{"ads1015", "address: 0x48,", "full_scale_v: 4.096", 4.096 / 2048, 3.3, "ads1015@48 on I2C 1"},
		{"mcp3004", "", "", 3.3 / 1024, 3.3, "mcp3004 on SPI 0.0"},
		{"mcp3008", "", "", 3.3 / 1024, 3.3, "mcp3008 on SPI 0.0"},
		{"mcp3204", "", "", 3.3 / 4096, 3.3, "mcp3204 on SPI 0.0"},
		{"mcp3208", "", "", 3.3 / 4096, 3.3, "mcp3208 on SPI 0.0"},
	}
	for _, test := range tests {
		t.Run(test.kind+" "+test.fullScale, func(t *testing.T) {
			p := built(t, oneChip(test.kind, test.place, "kind: ppg, "+test.fullScale, "kind: grove, "+test.fullScale))
			if len(p.buses) != 1 || len(p.buses[0].Chips) != 1 {
				t.Fatalf("%d buses", len(p.buses))
			}
			chip := p.buses[0].Chips[0]
			pulse, eda := chip.Channels[0], chip.Channels[1]
			if chip.Source != test.source {
				t.Errorf("called %q, want %q", chip.Source, test.source)
			}
			near := func(what string, got, want float64) {
				t.Helper()
				if math.Abs(got-want) > 1e-9 {
					t.Errorf("%s %g, want %g", what, got, want)
				}
			}
			near("clips low at", pulse.ClipLow, 2*test.step)
			near("clips high at", pulse.ClipHigh, test.top-2*test.step)
			near("step of skin conductance", p.pipeline.Wearers[0].Skin.StepVolts, test.step)
			near("rate of the pulse", pulse.Rate, 250)
			near("rate of skin conductance", eda.Rate, 25)
			if pulse.Frozen != frozenAfter || eda.Frozen != 0 {
				t.Errorf("frozen after %s and %s: skin may lie still, a pulse may not", pulse.Frozen, eda.Frozen)
			}
		})
	}
}

// Two tables say how fast a chip may be clocked: the config's, whose words a maker reads, and the driver's.
func TestConfigAndDriverAgreeOnEveryClock(t *testing.T) {
	for _, kind := range []mcp3x0x.Chip{mcp3x0x.MCP3004, mcp3x0x.MCP3008, mcp3x0x.MCP3204, mcp3x0x.MCP3208} {
		for _, supply := range []float64{2.7, 3.3, 4.9, 5, 5.5} {
			limit, err := mcp3x0x.MaxClock(kind, supply)
			if err != nil {
				t.Fatal(err)
			}
			most := int(limit / physic.Hertz)
			for _, clock := range []int{most, most + 1} {
				text := fmt.Sprintf(`
hub: {id: bedroom}
buses: {main: {spi: "0.0", clock_hz: %d}}
chips: {adc: {kind: %s, bus: main, supply_v: %g}}
wearers: [{id: a, share: full, pulse: {chip: adc, channel: 0, kind: ppg}}]
`, clock, kind, supply)
				if _, err := config.Parse("c.yaml", []byte(text)); (err == nil) != (clock == most) {
					t.Errorf("%s at %g V with %d Hz: %v; the driver's limit is %d", kind, supply, clock, err, most)
				}
			}
		}
	}
}

func TestWhatIsWornBecomesItsChain(t *testing.T) {
	const ads = "address: 0x48,"
	tests := []struct {
		name       string
		pulse, eda string
		kind       dsp.PulseKind
		skin       dsp.SkinOptions
	}{
		{"an optical sensor and a Grove board", "kind: ppg, full_scale_v: 4.096", "kind: grove, full_scale_v: 4.096", dsp.PPG,
			dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 4.096 / 32768}},
		{"electrodes on the chest and a divider to the supply", "kind: ecg, full_scale_v: 4.096", "kind: divider, full_scale_v: 4.096, divider_ohm: 100000, divider_side: high", dsp.ECG,
			dsp.SkinOptions{Circuit: dsp.Divider, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 4.096 / 32768, DividerOhm: 100000, DividerHigh: true, Calibrated: true}},
		{"a divider to ground", "kind: ppg, full_scale_v: 4.096", "kind: divider, full_scale_v: 4.096, divider_ohm: 68000, divider_side: low", dsp.PPG,
			dsp.SkinOptions{Circuit: dsp.Divider, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 4.096 / 32768, DividerOhm: 68000, Calibrated: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := built(t, oneChip("ads1115", ads, test.pulse, test.eda)).pipeline.Wearers[0]
			if w.Pulse.Kind != test.kind || w.Pulse.Leads != 1 || w.PulseBus != "main" || w.SkinBus != "main" {
				t.Errorf("pulse %+v on %q, skin on %q", w.Pulse, w.PulseBus, w.SkinBus)
			}
			if diff := cmp.Diff(test.skin, w.Skin); diff != "" {
				t.Errorf("skin (-want +got):\n%s", diff)
			}
			if !w.VagalOff || w.Share != pipeline.ShareFull || !slices.Equal(w.StartFrom, []pipeline.Source{pipeline.SourceMQTT, pipeline.SourceBoot}) {
				t.Errorf("%+v", w)
			}
		})
	}
}

// couple is a config of two wearers with a sensor each; what is said of the pair and the room is the test's.
func couple(pairA, pairB, rooms string) string {
	return fmt.Sprintf(`
hub: {id: bedroom, name: Bedroom}
mqtt: {url: "mqtt://127.0.0.1:1883", username: hubd}
buses: {main: {i2c: "1"}}
chips:
  one: {kind: ads1115, bus: main, address: 0x48, supply_v: 3.3}
  two: {kind: ads1115, bus: main, address: 0x49, supply_v: 3.3}
wearers:
  - {id: a, name: Kim, share: full, start_from: [mqtt], %s pulse: {chip: one, channel: 0, kind: ppg, full_scale_v: 4.096}, comfort: {steady: false, never: [voice], light_floor: 5}}
  - {id: b, share: state, cues: off, %s eda: {chip: two, channel: 3, kind: grove, full_scale_v: 4.096}}
room:
%s
`, pairA, pairB, rooms)
}

func TestTwoArePairedOnlyWhereBothSaySo(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       bool
	}{
		{"both", "pair: b,", "pair: a,", true},
		{"one", "pair: b,", "", false},
		{"neither", "", "", false},
	}
	for _, test := range tests {
		if got := built(t, couple(test.a, test.b, "  private: true")).pipeline.Pair; got != test.want {
			t.Errorf("%s: paired %v", test.name, got)
		}
	}
}

func TestTheRoomIsAsTheConfigSays(t *testing.T) {
	p := built(t, couple("", "", `
  private: false
  after: false
  switch_on: true
  min_confidence: 0.7
  quiet_hours: {from: "22:30", to: "06:00"}
  night: {brightness_percent: 10, kelvin: 2300}
  volume_cap_db: -25
  discretion: {delay_s: [30, 100], fade_s: 40, spread_percent: 10}
  check_in: {answer_s: 60}
  stop_buttons: [{topic: room/stop, any_value: true}]
  scenes: {reading: {light: {brightness_percent: 40, kelvin: 2700}, sound: {bed: noise, level_db: -42}}}
  lamps:
    - {id: bed, dialect: zigbee2mqtt, topic: zigbee2mqtt/bed, group: bedside, min_percent: 5, max_percent: 60}
    - {id: shelf, dialect: template, topic: shelf/set, template: {brightness: '{"bri":{{.Level}},"fade":{{.Seconds}}}', brightness_max: 255, kelvin: '{"ct":{{.Mired}},"fade":{{.Seconds}}}', state_topic: shelf/state, brightness_key: bri, kelvin_key: ct, kelvin_unit: mired, on_key: on, ask_topic: shelf/get}}
`))
	want := room.Options{
		SwitchOn: true, NoAfter: true, BaseScene: "base", MinConfidence: 0.7,
		Discretion: room.Discretion{DelayMin: 30 * time.Second, DelayMax: 100 * time.Second, Fade: 40 * time.Second, SpreadPercent: 10},
		Scenes:     map[string]room.Scene{"reading": {Light: room.Light{Brightness: 40, Kelvin: 2700}, Sound: room.Sound{Bed: "noise", LevelDB: dsp.Some(-42.0)}}},
		HasQuiet:   true, QuietFrom: 22*time.Hour + 30*time.Minute, QuietTo: 6 * time.Hour, NightBrightness: 10, NightKelvin: 2300,
		VolumeCapDB: -25, AnswerAfter: time.Minute,
		Lamps: []room.LampOptions{{ID: "bed", Group: "bedside"}, {ID: "shelf"}},
		Wearers: []room.WearerOptions{
			{ID: "a", Cues: true, Comfort: room.Comfort{Never: []string{"voice"}, LightFloor: 5, NotSteady: true}},
			{ID: "b", Comfort: room.Comfort{LightFloor: 3}}, // steady until b says otherwise
		},
	}
	if diff := cmp.Diff(want, p.pipeline.Room, cmpopts.IgnoreFields(room.Options{}, "Seed", "Practices"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("room (-want +got):\n%s", diff)
	}
	if p.pipeline.Room.Seed == 0 {
		t.Error("the delays are the same every night")
	}
	if len(p.stops) != 1 || p.stops[0].Topic != "room/stop" {
		t.Errorf("stop buttons %+v", p.stops)
	}
	bed, err := p.lamps[0].Encode(nil, room.LampCommand{Lamp: "bed", Brightness: dsp.Some(100.0), Transition: time.Second})
	if err != nil || len(bed) != 1 || bed[0].Topic != "zigbee2mqtt/bed/set" || !strings.Contains(string(bed[0].Payload), `"brightness":152`) {
		t.Errorf("all of bed's range is %v, %v; want 60 %% of 254", bed, err)
	}
	shelf, err := p.lamps[1].Encode(nil, room.LampCommand{Lamp: "shelf", Kelvin: dsp.Some(2500.0), Transition: 2 * time.Second})
	if err != nil || len(shelf) != 1 || shelf[0].Topic != "shelf/set" || string(shelf[0].Payload) != `{"ct":400,"fade":2}` {
		t.Errorf("the shelf is sent %v, %v; the colour goes to its topic where no other is named", shelf, err)
	}
}

func TestTheBrokerIsReachedAsTheConfigSays(t *testing.T) {
	p := built(t, couple("", "", "  private: true"))
	if p.mqtt == nil || p.mqtt.URL != "mqtt://127.0.0.1:1883" || p.mqtt.Username != "hubd" || p.mqtt.ClientID != clientID("bedroom") {
		t.Errorf("%+v", p.mqtt)
	}
	if n := len(clientID("bedroom")); n > 23 {
		t.Errorf("a client id of %d characters", n)
	}
	if clientID("bedroom") == clientID("attic") {
		t.Error("two hubs on one machine would throw each other out")
	}
	if p := built(t, oneChip("ads1115", "address: 0x48,", "kind: ppg, full_scale_v: 4.096", "kind: grove, full_scale_v: 4.096")); p.mqtt != nil {
		t.Error("a broker that nobody configured")
	}
}

func TestConfigAndRoomKnowTheSameWordsOfNever(t *testing.T) {
	for _, word := range config.NeverWords() {
		if !room.KnownNever(word) {
			t.Errorf("%s may stand in a config and the room does not know it", word)
		}
	}
	if room.KnownNever("red light") || len(config.NeverWords()) == 0 {
		t.Error("every word is known, or none may be said")
	}
}

func TestHomeAssistantTakesWhatTheBuiltHubDescribes(t *testing.T) {
	example, err := os.ReadFile(filepath.Join("..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"the example": string(example), "two wearers": couple("pair: b,", "pair: a,", "  private: false")} {
		p := built(t, text)
		log := &waiting.Text{}
		told := newTeller(logTo(log), wire.Topics{Hub: p.id}, p.discovery, p.wearers)
		o := told.ha
		for _, share := range []pipeline.Share{pipeline.ShareNone, pipeline.ShareState, pipeline.ShareFull} {
			o.Wearers, o.Practices = nil, nil
			for _, practice := range p.pipeline.Room.Practices {
				o.Practices = append(o.Practices, practice.Name)
			}
			for _, w := range p.wearers {
				o.Wearers = append(o.Wearers, homeassistant.Wearer{ID: w.id, Name: w.name, Share: share, StartByMQTT: w.byMQTT, Paired: w.paired})
			}
			bundles, err := homeassistant.Bundles(o)
			if err != nil {
				t.Errorf("%s, share %s: %v", name, share, err)
			}
			for _, m := range bundles {
				if err := homeassistant.Validate(m); err != nil {
					t.Errorf("%s, share %s, %s: %v", name, share, m.Topic, err)
				}
			}
		}
	}
}

// The demo's config is made in the program. It must be one that a file could hold.
func TestTheDemosConfigIsWhatAFileWouldGive(t *testing.T) {
	for _, scenario := range synth.Names() {
		t.Run(scenario, func(t *testing.T) {
			scene, err := synth.New(scenario, 3)
			if err != nil {
				t.Fatal(err)
			}
			made := demoConfig(scene, "127.0.0.1:1883")
			made.Buses[0].I2C = "1" // the demo's own name for it could be no real bus
			read, err := config.Parse("demo.yaml", []byte(demoYAML(made)))
			if err != nil {
				t.Fatal(err)
			}
			ignore := cmp.Options{
				cmpopts.IgnoreFields(config.Config{}, "Dir", "Warnings", "History", "Log", "GPIO", "Web"), // the demo has no lines, and a page where one is asked for
				cmpopts.IgnoreFields(config.Comfort{}, "LightFloor"),                                      // 3 in a file, and by default in the room
				cmpopts.IgnoreFields(config.Room{}, "QuietHours"),                                         // the demo has none: it is the same by day and by night
				cmpopts.EquateEmpty(),
			}
			if diff := cmp.Diff(read, made, ignore); diff != "" {
				t.Errorf("(-file +demo):\n%s", diff)
			}
			if _, err := build(made, nil, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
}

func demoYAML(c *config.Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "hub: {id: %s, name: %s}\nmqtt: {url: %q, insecure: true}\nbuses: {sim: {i2c: \"1\"}}\nchips:\n", c.Hub.ID, c.Hub.Name, c.MQTT.URL)
	for _, ch := range c.Chips {
		fmt.Fprintf(&b, "  %s: {kind: ads1115, bus: sim, address: %d, supply_v: 3.3}\n", ch.Name, ch.Address)
	}
	b.WriteString("wearers:\n")
	for _, w := range c.Wearers {
		pair := ""
		if w.Pair != "" {
			pair = "pair: " + w.Pair + ", "
		}
		fmt.Fprintf(&b, "  - {id: %s, share: full, keep: nothing, cues: on, start_from: [boot, mqtt], %s", w.ID, pair)
		fmt.Fprintf(&b, "pulse: {chip: %s, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096}, ", w.Pulse.Chip)
		fmt.Fprintf(&b, "eda: {chip: %s, channel: 1, kind: grove, rate_hz: 25, full_scale_v: 4.096}, comfort: {steady: false}}\n", w.EDA.Chip)
	}
	b.WriteString("room:\n  private: false\n  discretion: {delay_s: [2, 6], fade_s: 10}\n")
	b.WriteString("  lamps: [{id: bed, dialect: zigbee2mqtt, topic: zigbee2mqtt/bed}]\n")
	return b.String()
}
