package hub

import (
	"strings"
	"testing"

	"hubd/config"
	"hubd/room"
)

const plainConfig = `hub: {id: home}
buses: {one: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: one}}
wearers:
  - {id: a, share: none, start_from: [mqtt], pulse: {chip: adc, channel: 0, kind: ppg}, comfort: {COMFORT}}
room:
  ROOM
`

func configWith(t *testing.T, set, comfort string) *config.Config {
	t.Helper()
	text := strings.NewReplacer("ROOM", set, "COMFORT", comfort).Replace(plainConfig)
	c, err := config.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatTheRoomWillNotDoIsWarnedOf(t *testing.T) {
	for _, row := range []struct {
		name, set, comfort string
		want               []string // key and words of each
	}{
		{"nothing that hubd ships with", "private: true", "", nil},
		{"nothing within the bounds", "scenes: {reading: {light: {brightness_percent: 12, kelvin: 2200}, sound: {bed: rain, level_db: -40}}}", "light_floor: 8", nil},
		{"a state scene far above the dimmest", "scenes: {settled: {light: {brightness_percent: 60}}}\n  quiet_hours: {from: \"22:00\", to: \"07:00\"}\n  night: {brightness_percent: 90}", "",
			[]string{"room.scenes.settled.light.brightness_percent: it is shown at 35 %"}},
		{"a dimmest one far below the others", "scenes: {activated: {light: {brightness_percent: 10}}}", "",
			[]string{"room.scenes.activated.light.brightness_percent: settled, engaged and withdrawn are shown at 25 %"}},
		{"a narrow spread", "discretion: {spread_percent: 8}", "",
			[]string{"room.discretion.spread_percent: settled is shown at 28 %"}},
		{"a colour of one state", "scenes: {activated: {light: {kelvin: 2000}}}", "", []string{"room.scenes.activated.light.kelvin: the state scenes differ in this"}},
		{"a sound and a pacer of one state", "scenes: {withdrawn: {sound: {bed: rain, level_db: -42}, pace: {breaths_per_min: 5}}}", "",
			[]string{"room.scenes.withdrawn.sound: the state scenes differ in this", "room.scenes.withdrawn.pace: the state scenes differ in this"}},
		{"not of one that they share", "scenes: {settled: {light: {kelvin: 2200}}, engaged: {light: {kelvin: 2200}}, activated: {light: {kelvin: 2200}}, withdrawn: {light: {kelvin: 2200}}}", "", nil},
		{"a sound above the cap", "scenes: {reading: {sound: {bed: rain, level_db: -10}}}", "",
			[]string{"room.scenes.reading.sound.level_db: it is heard at -20 dB"}},
		{"a cap below the sounds that hubd ships with", "volume_cap_db: -50", "",
			[]string{"room.volume_cap_db: settled, engaged, activated, withdrawn, neutral and base are heard at -50 dB"}},
		{"a cap that is never reached", "volume_cap_db: -10", "", []string{"room.volume_cap_db: nothing louder than -20 dB"}},
		{"scenes above the night's ceiling, in one word", "scenes: {reading: {light: {brightness_percent: 35}}, base: {light: {brightness_percent: 20}}}", "",
			[]string{"room.scenes.base.light.brightness_percent: nothing is brighter than 15 %, and base (20 %) and reading (35 %) are shown so"}},
		{"a step of a practice that is brighter than the base scene, and louder than the cap",
			"practices: {stars: {steps: [{text: Look., seconds: 60, light: {brightness_percent: 45}, sound: {bed: rain, level_db: -12}}]}}\n  night: {brightness_percent: 35}", "",
			[]string{"room.practices.stars.steps[0].light.brightness_percent: it is shown at 30 %, as base is", "room.practices.stars.steps[0].sound.level_db: it is heard at -20 dB"}},
		{"a step above the night's ceiling", "practices: {stars: {steps: [{text: Look., seconds: 60, light: {brightness_percent: 20}}]}}", "",
			[]string{"room.practices.stars.steps[0].light.brightness_percent: nothing is brighter than 15 %"}},
		{"a night darker than the pause", "night: {brightness_percent: 5}", "",
			[]string{"room.night.brightness_percent: pause is shown at this", "room.night.brightness_percent: after is shown at this"}},
		{"a floor above the night's ceiling and the darkest scenes", "private: true", "light_floor: 18",
			[]string{"wearers[0].comfort.light_floor: the night ceiling of 15 % wins", "wearers[0].comfort.light_floor: pause (10 %) and after (15 %) are shown at 18 %"}},
		{"never dark under a low ceiling", "night: {brightness_percent: 8}\n  scenes: {pause: {light: {brightness_percent: 6}}}", "never: [dark]",
			[]string{"room.night.brightness_percent: after is shown at this", "wearers[0].comfort.never: the night ceiling of 8 % wins", "wearers[0].comfort.never: pause (6 %) is shown at 10 %"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := Overruled(configWith(t, row.set, row.comfort))
			if len(got) != len(row.want) {
				t.Fatalf("%d warnings: %v\nwant %d", len(got), got, len(row.want))
			}
			for i, want := range row.want {
				key, words, _ := strings.Cut(want, ": ")
				if p := got[i]; p.Key != key || !strings.Contains(p.Want, words) || p.Line < 5 || p.File != "c.yaml" {
					t.Errorf("got  %v\nwant %s: … %s …", p, key, words)
				}
			}
		})
	}
}

// What the warnings say is what the room does.
func TestTheWarningOfTheSpreadIsWhatTheRoomDoes(t *testing.T) {
	c := configWith(t, "scenes: {settled: {light: {brightness_percent: 60}}}", "")
	o := overruled{c: c, options: roomOptions(c)}
	s, err := room.SceneNamed(o.options, "settled")
	if err != nil || s.Light.Brightness != 35 || o.asked("settled").Light.Brightness != 60 {
		t.Errorf("%v: %+v, asked for %+v", err, s, o.asked("settled"))
	}
}

func TestTheExampleIsNotOverruled(t *testing.T) {
	c, err := config.Load("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := Overruled(c); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
