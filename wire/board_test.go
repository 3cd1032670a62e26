package wire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/setup"
	"hubd/wire"
)

func TestBoardReadingsAreRead(t *testing.T) {
	got, err := wire.ParseBoardReadings([]byte(` {"open":0.5,"known":[{"ohm":100000,"share":0.33},{"ohm":1e6,"share":0}]} `))
	want := wire.BoardReadings{Open: 0.5, Known: []setup.KnownOhm{{Ohm: 100e3, Share: 0.33}, {Ohm: 1e6}}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v, %s", err, d)
	}
	if got, err := wire.ParseBoardReadings([]byte(`{"open":0.49}`)); err != nil || got.Open != 0.49 || len(got.Known) != 0 {
		t.Errorf("open electrodes alone: %+v, %v", got, err)
	}
	for _, row := range []struct{ name, text, want string }{
		{"no JSON", "0.5", "not understood"},
		{"two objects", `{"open":0.5}{}`, "one JSON object"},
		{"another key", `{"open":0.5,"scale":1}`, "unknown field"},
		{"nothing read open", `{"known":[]}`, "open is missing"},
		{"more than the supply", `{"open":1.01}`, "open is missing, or no share"},
		{"a resistor without its reading", `{"open":0.5,"known":[{"ohm":100000}]}`, "share is missing"},
		{"a reading below nothing", `{"open":0.5,"known":[{"ohm":100000,"share":-0.1}]}`, "share is missing, or no share"},
		{"a reading without its resistor", `{"open":0.5,"known":[{"share":0.3}]}`, "ohm is missing"},
		{"a resistor that is a wire", `{"open":0.5,"known":[{"ohm":0,"share":0.3}]}`, "no resistor of use"},
		{"a drawer full of resistors", `{"open":0.5,"known":[` + strings.Repeat(`{"ohm":100000,"share":0.3},`, 4) + `{"ohm":100000,"share":0.3}]}`, "more than 4 resistors"},
	} {
		if got, err := wire.ParseBoardReadings([]byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) || got.Known != nil {
			t.Errorf("%s: %+v, %v", row.name, got, err)
		}
	}
}

func TestWhatABoardReadsIsTold(t *testing.T) {
	for want, got := range map[string][]byte{
		`{"read_s":1.250,"of_s":4.000}`:                                   wire.AppendBoardProgress(nil, 1250*time.Millisecond, 4*time.Second),
		`{"share":0.501234,"ohm":null}`:                                   wire.AppendBoardShare(nil, 0.501234, 0),
		`{"share":0.330000,"ohm":100000}`:                                 wire.AppendBoardShare(nil, 0.33, 100e3),
		`{"open_circuit":0.500000,"scale":null,"apart_percent":null}`:     wire.AppendCalibrated(nil, setup.SkinCalibration{OpenCircuit: 0.5}),
		`{"open_circuit":0.500000,"scale":1.020000,"apart_percent":0.40}`: wire.AppendCalibrated(nil, setup.SkinCalibration{OpenCircuit: 0.5, Scale: dsp.Some(1.02), Apart: 0.004}),
	} {
		if string(got) != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func FuzzParseBoardReadings(f *testing.F) {
	f.Add([]byte(`{"open":0.5,"known":[{"ohm":100000,"share":0.33}]}`))
	f.Add([]byte(`{"open":1e999}`))
	f.Add([]byte(`{"OPEN":0.5,"known":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := wire.ParseBoardReadings(data)
		if err != nil {
			return
		}
		if !(r.Open >= 0 && r.Open <= 1) || len(r.Known) > 4 {
			t.Fatalf("accepted %+v", r)
		}
		for _, k := range r.Known {
			if !(k.Share >= 0 && k.Share <= 1) || !(k.Ohm >= 20e3 && k.Ohm <= 5e6) {
				t.Fatalf("accepted %+v", r)
			}
		}
		if c, err := setup.FitSkin(r.Open, r.Known); err == nil && c.Scale.Known && !(c.Scale.Value >= 0.2 && c.Scale.Value <= 5) {
			t.Fatalf("fitted %+v", c)
		}
	})
}
