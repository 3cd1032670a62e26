package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
)

const examplePath = "../config.example.yaml"

func example(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheExampleIsReadAsShipped(t *testing.T) {
	got, err := config.Load(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) != 0 {
		t.Errorf("warnings %v: want none", got.Warnings)
	}
	want := &config.Config{
		Dir:   "..",
		Hub:   config.Hub{ID: "bedroom", Name: "Bedroom"},
		MQTT:  config.MQTT{URL: "mqtt://127.0.0.1:1883", DiscoveryPrefix: "homeassistant", BirthTopic: "homeassistant/status"},
		Buses: []config.Bus{{Name: "main", I2C: "1"}},
		Chips: []config.Chip{{Name: "adc", Kind: config.ADS1115, Bus: "main", Address: 0x48, SupplyVolts: 3.3}},
		Wearers: []config.Wearer{{
			ID: "a", Name: "A", Share: config.ShareState, Keep: config.KeepRest, Cues: true,
			StartFrom: []config.Source{config.FromButton, config.FromPage},
			Pulse:     &config.Pulse{Chip: "adc", Kind: config.PPG, RateHz: 250, FullScaleVolts: 4.096},
			EDA:       &config.EDA{Chip: "adc", Channel: 1, Kind: config.Grove, RateHz: 25, FullScaleVolts: 4.096},
			Comfort:   config.Comfort{LightFloor: 3, Steady: true},
		}},
		GPIO: config.GPIO{LEDBrightness: 20},
		Room: config.Room{
			Private: true, MinConfidence: 0.5, BaseScene: "base", After: true, VolumeCapDB: -20,
			QuietHours:  config.QuietHours{Set: true, From: 22 * time.Hour, To: 7 * time.Hour},
			Night:       config.Night{BrightnessPercent: 15, Kelvin: 2200},
			Discretion:  config.Discretion{DelayMin: 20 * time.Second, DelayMax: 90 * time.Second, Fade: 30 * time.Second, SpreadPercent: 15},
			Lamps:       []config.Lamp{{ID: "bed", Dialect: config.Zigbee2MQTT, Topic: "zigbee2mqtt/bed", MaxPercent: 100}},
			AnswerAfter: 2 * time.Minute,
			Practices:   config.Practices(),
			Player:      config.Player{Kind: config.NoPlayer},
		},
		History: config.History{Path: "/var/lib/hubd/history.db", Days: 400, MaxMB: 256, CommitEvery: time.Minute},
		Web:     config.Web{Listen: "127.0.0.1:8480", TokenFile: "page-tokens"},
		Log:     config.Log{Level: "info"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config.example.yaml (-want +got):\n%s", diff)
	}
}

func TestWhatTheExampleShowsIsTheDefault(t *testing.T) {
	short, err := config.Parse("../config.example.yaml", []byte(`
hub: {id: bedroom, name: Bedroom}
mqtt: {url: "mqtt://127.0.0.1:1883"}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main}}
wearers:
  - id: a
    name: A
    share: state
    pulse: {chip: adc, channel: 0, kind: ppg}
    eda: {chip: adc, channel: 1, kind: grove}
room:
  quiet_hours: {from: "22:00", to: "07:00"}
  lamps: [{id: bed, dialect: zigbee2mqtt, topic: zigbee2mqtt/bed}]
`))
	if err != nil {
		t.Fatal(err)
	}
	long, err := config.Load(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	short.Warnings, long.Warnings = nil, nil
	if diff := cmp.Diff(long, short); diff != "" {
		t.Errorf("a key left out does not mean what the example says (-example +left out):\n%s", diff)
	}
}

// contract is every key of design section 6.4, with the words that a key may take.
const contract = `
hub id name
mqtt url username password_file ca_file cert_file key_file discovery_prefix birth_topic insecure
buses i2c spi clock_hz
chips kind bus address supply_v interrupt_line leds rate_hz pulse_us order
ads1115 ads1015 mcp3004 mcp3008 mcp3204 mcp3208 max30101 max30102 max30105
wearers share keep cues start_from vagal pair pulse chip channel ppg ecg full_scale_v leads_off plus minus
none state full nothing rest summaries journal button page boot
eda grove divider divider_ohm divider_side high low comfort never light_floor check_in steady
gpio pause_button sensing_led led_brightness
room private min_confidence base_scene after quiet_hours from to latitude longitude night brightness_percent kelvin volume_cap_db switch_on
discretion delay_s fade_s spread_percent stop_buttons topic json_key any_value line
lamps dialect zigbee2mqtt wled tasmota json template group min_percent max_percent availability_topic
sound player aplay pw-cat pipe device latency_ms volume_topic volume volume_max top_percent play_topic play stop_topic stop scenes settled engaged activated withdrawn neutral pause light pace practices check_in automatic answer_s reminders
history path days max_mb commit_s insecure_key_ok web listen token_file log level
brightness brightness_max kelvin_topic state_topic brightness_key kelvin_key kelvin_unit on_key ask_topic ask_payload
bed level_db swell_db hum_hz breaths_per_min inhale_share hold_s
steps text seconds voice_file members at days snooze_s`

func TestTheExampleMentionsEveryKey(t *testing.T) {
	text := example(t)
	for _, key := range strings.Fields(contract) {
		if !regexp.MustCompile(`(^|[^a-z0-9_])` + regexp.QuoteMeta(key) + `($|[^a-z0-9_])`).MatchString(text) {
			t.Errorf("config.example.yaml does not mention %s", key)
		}
	}
	for _, word := range config.NeverWords() {
		if !strings.Contains(text, word) {
			t.Errorf("config.example.yaml does not mention %s", word)
		}
	}
}

// A maker who takes the "#" away from a line gets what the line says, or the sentence that it comes later; never an unknown key.
func TestEveryKeyOfTheExampleIsKnown(t *testing.T) {
	whole := regexp.MustCompile(`(?m)^( *)# ?([ ]*(- )?(\{|[a-z_]+:).*)$`).ReplaceAllString(example(t), "$1$2")
	_, err := config.Parse("config.example.yaml", []byte(whole))
	if err == nil {
		t.Fatal("the keys that come later were taken")
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if strings.Contains(line, "unknown key") || strings.Contains(line, "no YAML") {
			t.Error(line)
		}
	}
}
