package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hubd/dsp"
	"hubd/setup"
	"hubd/wire"
)

// someReport has a bus with one of everything.
func someReport() setup.Report {
	pulse := setup.Figures{
		Samples: 2000, Asked: 250, Achieved: 125.4, JitterP50: 20 * time.Microsecond, JitterP99: 110 * time.Microsecond,
		Repeats: 0.004, Skips: 996, Noise: dsp.Some(0.0004), Low: 0.9, High: 2.41, Contact: true, Quality: 0.93,
	}
	skin := setup.Figures{Samples: 200, Asked: 25, Achieved: 25, Low: 1.64, High: 1.65, Reason: "electrodes off: put both on"}
	return setup.Report{Buses: []setup.Bus{
		{Name: "main", Place: "I2C 1", AskedHz: 400e3, Hz: dsp.Some(98765), Advice: "set the clock", Chips: []setup.Chip{
			{Name: "adc", Kind: "ads1115", Place: "0x48", Channels: []setup.Channel{
				{Wearer: "a", Kind: dsp.ChannelPulse, Input: "A0", Read: true, Figures: pulse, Advice: []string{"125 samples a second of the 250 asked for"}},
				{Wearer: "a", Kind: dsp.ChannelEDA, Input: "A1", Read: true, Figures: skin},
				{Wearer: "b", Kind: dsp.ChannelPulse, Input: "A2"},
			}},
			{Name: "oxi", Kind: "max30102", Place: "0x57", Standing: setup.WrongChip, Detail: "a MAX30100", Advice: "correct the config"},
		}},
		{Name: "fast", Place: "SPI 0.0", SPI: true, AskedHz: 1e6, Standing: setup.NoBus, Advice: "set dtparam=spi=on"},
	}, Paused: true}
}

func TestAProbeIsATable(t *testing.T) {
	want := `main   I2C 1   clock 99 kHz of 400
  adc   ads1115 at 0x48: found
    signal    input    rate/s        jitter ms    same  lost  noise    at ends
    a pulse   A0       125.4 of 250  0.02 / 0.11    0 %   996  0.40 mV    0 %
              0.90 V to 2.41 V, worn, quality 0.93
    a skin    A1       25.0 of 25    0.00 / 0.00    0 %     0  -          0 %
              1.64 V to 1.65 V, not worn: electrodes off: put both on
    b pulse   A2       not read: paused
  oxi   max30102 at 0x57: wrong chip (a MAX30100)

fast   SPI 0.0   no such bus

A paused wearer's signals were not read. hubd probe --wearer ID reads them while it runs: that is this wearer's own act.
What to do:
  - main: set the clock
  - a pulse on adc A0: 125 samples a second of the 250 asked for
  - oxi: correct the config
  - fast: set dtparam=spi=on
`
	got := string(wire.AppendProbeTable(nil, someReport()))
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.Lines(got) {
		if utf8.RuneCountInString(line) > 81 && !strings.Contains(line, "paused wearer") {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
}

func TestAProbeOfWhatWorksSaysSo(t *testing.T) {
	r := setup.Report{Buses: []setup.Bus{{Name: "main", Place: "I2C 1", AskedHz: 400e3}}}
	if got := string(wire.AppendProbeTable(nil, r)); !strings.HasSuffix(got, "Nothing to mend.\n") {
		t.Error(got)
	}
}

func TestAProbeAsJSONHasEveryFigureUnderItsUnit(t *testing.T) {
	var got struct {
		OK     bool `json:"ok"`
		Paused bool `json:"paused"`
		Buses  []struct {
			Found string  `json:"found"`
			Clock float64 `json:"clock_hz"`
			Chips []struct {
				Found    string           `json:"found"`
				Channels []map[string]any `json:"channels"`
			} `json:"chips"`
		} `json:"buses"`
	}
	data := wire.AppendProbe(nil, someReport())
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	if got.OK || !got.Paused || len(got.Buses) != 2 || got.Buses[1].Found != "no_bus" || got.Buses[0].Clock != 98765 || got.Buses[0].Chips[1].Found != "wrong_chip" {
		t.Errorf("%s", data)
	}
	pulse, paused := got.Buses[0].Chips[0].Channels[0], got.Buses[0].Chips[0].Channels[2]
	for key, want := range map[string]any{
		"rate_hz": 125.4, "rate_asked_hz": 250.0, "jitter_p50_ms": 0.02, "jitter_p99_ms": 0.11, "repeats_percent": 0.4, "skips": 996.0, "noise_v": 0.0004,
		"low_v": 0.9, "high_v": 2.41, "saturated_percent": 0.0, "contact": true, "quality": 0.93, "reason": nil, "read": true,
	} {
		if pulse[key] != want {
			t.Errorf("%s is %v, want %v", key, pulse[key], want)
		}
	}
	if _, told := paused["low_v"]; told || paused["read"] != false {
		t.Errorf("a paused channel tells %v", paused)
	}
}
