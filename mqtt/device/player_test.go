package device_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hubd/mqtt"
	"hubd/mqtt/device"
)

// mediaOptions is a player as a maker would describe it.
func mediaOptions() device.PlayerOptions {
	return device.PlayerOptions{
		VolumeTopic: "speaker/volume", Volume: `{"percent":{{.Percent}},"level":{{.Level}},"share":{{.Share}}}`,
		PlayTopic: "speaker/play", Play: `{"file":"hubd-{{.Bed}}.wav","repeat":true}`,
		StopTopic: "speaker/stop", Stop: "STOP", TopPercent: 40, Steps: 30, CapDB: -20,
	}
}

func newPlayer(t testing.TB) *device.Player {
	t.Helper()
	p, err := device.NewPlayer(mediaOptions())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAMediaPlayerIsToldInItsOwnWords(t *testing.T) {
	p := newPlayer(t)
	volume := func(db float64, silent bool) func() (mqtt.Message, error) {
		return func() (mqtt.Message, error) { return p.SetVolume(db, silent) }
	}
	rows := []struct {
		name           string
		make           func() (mqtt.Message, error)
		topic, payload string
	}{
		{"at the cap it has the volume that was given for it", volume(-20, false), "speaker/volume", `{"percent":40,"level":12,"share":0.4}`},
		{"6 dB less is half of it", volume(-26.0206, false), "speaker/volume", `{"percent":20,"level":6,"share":0.2}`},
		{"20 dB less is a tenth", volume(-40, false), "speaker/volume", `{"percent":4,"level":1,"share":0.04}`},
		{"above the cap it is at the cap", volume(0, false), "speaker/volume", `{"percent":40,"level":12,"share":0.4}`},
		{"silence is nothing", volume(-60, true), "speaker/volume", `{"percent":0,"level":0,"share":0}`},
		{"a bed has a file", func() (mqtt.Message, error) { return p.Play("rain") }, "speaker/play", `{"file":"hubd-rain.wav","repeat":true}`},
		{"a stop is a stop", p.Stop, "speaker/stop", "STOP"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m, err := row.make()
			if err != nil {
				t.Fatal(err)
			}
			if m.Topic != row.topic || string(m.Payload) != row.payload || m.QoS != 1 || m.Retain {
				t.Errorf("%+v %s, want %s on %s", m, m.Payload, row.payload, row.topic)
			}
		})
	}
}

func TestAMediaPlayerNeverGetsLouderThanItsTop(t *testing.T) {
	o := mediaOptions()
	o.Volume = "{{.Percent}}"
	p, err := device.NewPlayer(o)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		m, err := p.SetVolume(rapid.Float64Range(-200, 200).Draw(t, "level"), rapid.Bool().Draw(t, "silent"))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := strconv.ParseFloat(string(m.Payload), 64); err != nil || !(v >= 0 && v <= 40) {
			t.Errorf("volume %s, %v", m.Payload, err)
		}
	})
}

func TestAPlayerThatCannotBeToldIsRefused(t *testing.T) {
	rows := []struct {
		name   string
		change func(*device.PlayerOptions)
		want   string
	}{
		{"no topic", func(o *device.PlayerOptions) { o.StopTopic = "" }, "stop_topic is missing"},
		{"a wildcard", func(o *device.PlayerOptions) { o.PlayTopic = "a/#" }, "wildcards"},
		{"no payload", func(o *device.PlayerOptions) { o.Stop = "" }, "stop payload is missing"},
		{"a template that is none", func(o *device.PlayerOptions) { o.Volume = "{{" }, "volume payload"},
		{"a name nobody knows", func(o *device.PlayerOptions) { o.Volume = "{{.Loud}}" }, "volume payload"},
		{"a top of nothing", func(o *device.PlayerOptions) { o.TopPercent = 0 }, "top_percent 0"},
		{"half a step", func(o *device.PlayerOptions) { o.Steps = 0.5 }, "volume_max 0.5"},
		{"a payload of nothing", func(o *device.PlayerOptions) { o.Play = "{{if false}}x{{end}}" }, "0 bytes"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := mediaOptions()
			row.change(&o)
			if _, err := device.NewPlayer(o); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}
