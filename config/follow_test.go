package config_test

import (
	"regexp"
	"strings"
	"testing"
)

// whole is a config with something of everything, one key a line.
const whole = `hub:
  id: home
  name: Home
mqtt:
  url: mqtt://127.0.0.1:1883
  username: hubd
  password_file: secret
  cert_file: a.pem
  key_file: b.pem
buses:
  one:
    i2c: "1"
  two:
    spi: "0.0"
    clock_hz: 1000000
chips:
  adc:
    kind: ads1115
    bus: one
    address: 0x48
    supply_v: 3.3
  mcp:
    kind: mcp3208
    bus: two
wearers:
  - id: a
    share: full
    keep: rest
    start_from: [mqtt]
    pair: b
    pulse:
      chip: adc
      channel: 0
      kind: ppg
      rate_hz: 250
      full_scale_v: 4.096
    eda:
      chip: adc
      channel: 1
      kind: divider
      divider_ohm: 100000
      divider_side: high
    comfort:
      never: [dark]
      light_floor: 5
      steady: false
  - id: b
    share: none
    pair: a
    eda:
      chip: mcp
      channel: 7
      kind: grove
room:
  private: true
  min_confidence: 0.5
  base_scene: reading
  quiet_hours:
    from: "22:00"
    to: "07:00"
  night:
    brightness_percent: 40
    kelvin: 2700
  volume_cap_db: -20
  discretion:
    delay_s: [20, 90]
    fade_s: 30
    spread_percent: 15
  stop_buttons:
    - topic: zigbee2mqtt/button
      json_key: action
    - topic: room/stop
      any_value: true
  lamps:
    - id: bed
      dialect: zigbee2mqtt
      topic: zigbee2mqtt/bed
      group: east
      min_percent: 5
      max_percent: 90
    - id: desk
      dialect: json
      topic: desk/in
      state_topic: desk/out
      availability_topic: desk/there
    - id: shelf
      dialect: template
      topic: shelf/set
      template:
        brightness: '{"bri":{{.Level}}}'
        brightness_max: 255
        kelvin: '{"ct":{{.Mired}}}'
        kelvin_topic: shelf/ct
        state_topic: shelf/state
        brightness_key: bri
        kelvin_key: ct
        kelvin_unit: mired
        ask_topic: shelf/get
        ask_payload: x
  followed: [light.other]
  sound:
    player: mqtt
    template:
      volume_topic: v
      volume: '{{.Percent}}'
      play_topic: p
      play: '{{.Bed}}'
      stop_topic: s
      stop: STOP
  scenes:
    reading:
      light:
        brightness_percent: 35
        kelvin: 2700
      sound:
        bed: rain
        level_db: -45
        swell_db: 3
      pace:
        breaths_per_min: 6
        inhale_share: 0.4
        hold_s: 1
  practices:
    stars:
      pace:
        inhale_share: 0.4
      steps:
        - text: Look up.
          seconds: 60
          breaths_per_min: 5
          light:
            brightness_percent: 10
        - text: Look down.
          seconds: 60
    slow:
      pace:
        breaths_per_min: 5
      hum_hz: 120
      seconds: 600
  check_in:
    automatic: false
    answer_s: 60
  reminders:
    - at: "21:30"
      practice: stars
      days: [mon, tue]
      snooze_s: 600
    - at: "22:30"
      practice: breath
history:
  path: /var/lib/hubd/history.db
  days: 400
log:
  level: info
`

var keyAndValue = regexp.MustCompile(`^( *(?:- )?)([a-z0-9_]+): ?(.*)$`)

// Who has made one mistake is told one thing, and not all that follows from it.
func TestOneMistakeIsOneMessage(t *testing.T) {
	if all := problems(t, whole); all != nil {
		t.Fatal(all)
	}
	lines := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")
	for i, line := range lines {
		m := keyAndValue.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %d is %q", i+1, line)
		}
		mistakes := map[string]string{"a misspelt key": m[1] + m[2] + "x: " + m[3]}
		if m[3] != "" {
			mistakes["a value that is none"] = m[1] + m[2] + `: "?? ?"`
			mistakes["a list for a value, or a value for a list"] = m[1] + m[2] + ": [{}]"
			mistakes["an empty value"] = m[1] + m[2] + ":"
		} else {
			mistakes["a value for a section"] = ""
		}
		for name, wrong := range mistakes {
			changed := append(append([]string{}, lines[:i]...), wrong)
			rest := lines[i+1:]
			if wrong == "" {
				changed[i] = m[1] + m[2] + ": 5"
				rest = after(rest, len(m[1]))
			}
			if all := problems(t, strings.Join(append(changed, rest...), "\n")); len(all) > 1 {
				t.Errorf("%s in line %d, %s:", name, i+1, strings.TrimSpace(line))
				for _, p := range all {
					t.Log("   ", p)
				}
			}
		}
	}
}

// after drops the lines that stand deeper than a key.
func after(lines []string, depth int) []string {
	for len(lines) > 0 {
		if deep := len(lines[0]) - len(strings.TrimLeft(lines[0], " ")); deep <= depth-strings.Count(lines[0][:min(depth, len(lines[0]))], "-") {
			return lines
		}
		lines = lines[1:]
	}
	return nil
}
