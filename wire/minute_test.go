package wire_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/history"
	"hubd/wire"
)

// minute is one of an evening; dated or of a run whose clock was never set.
func minute(dated bool) history.Minute {
	m := history.Minute{
		Wearer: "a", Worn: 58 * time.Second, Usable: 40 * time.Second,
		HeartRate: dsp.Some(63.2), RMSSD: dsp.Some(41.25), SCL: dsp.Some(2.5), SCRPerMin: dsp.Some(0), Arousal: dsp.Some(-0.5),
	}
	m.States[1], m.States[0] = 50*time.Second, 8*time.Second
	if dated {
		m.At = time.Date(2026, 11, 26, 22, 15, 0, 0, time.UTC)
	} else {
		m.Run, m.Since = 7, 90*time.Second
	}
	return m
}

func TestAMinuteIsWritten(t *testing.T) {
	for _, row := range []struct {
		name, got, want string
	}{
		{"as an object", string(wire.AppendMinute(nil, minute(true))), `{"time":"2026-11-26T22:15:00Z","run":null,"since_s":null,"worn_s":58,"usable_s":40,` +
			`"heart_rate_bpm":63.2,"rmssd_ms":41.25,"rsa_ln_ms2":null,"scl_microsiemens":2.500,"scr_per_min":0.0,"breathing_per_min":null,` +
			`"arousal":-0.50,"vagal":null,"unknown_s":8,"settled_s":50,"engaged_s":0,"activated_s":0,"withdrawn_s":0}`},
		{"as a row", string(wire.AppendMinuteRow(nil, minute(true))), "2026-11-26T22:15:00Z,,,58,40,63.2,41.25,,2.500,0.0,,-0.50,,8,50,0,0,0"},
		{"as a row without date", string(wire.AppendMinuteRow(nil, minute(false))), ",7,90,58,40,63.2,41.25,,2.500,0.0,,-0.50,,8,50,0,0,0"},
	} {
		if row.got != row.want {
			t.Errorf("%s:\ngot  %s\nwant %s", row.name, row.got, row.want)
		}
	}
}

func TestEveryRowHasACellForEachColumn(t *testing.T) {
	columns := strings.Count(wire.MinuteHeader, ",") + 1
	for _, dated := range []bool{true, false} {
		cells, err := csv.NewReader(strings.NewReader(string(wire.AppendMinuteRow(nil, minute(dated))))).Read()
		if err != nil || len(cells) != columns {
			t.Errorf("%d cells under %d columns: %v", len(cells), columns, err)
		}
	}
}

func TestAMinuteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := minute(rapid.Bool().Draw(t, "dated"))
		want.Worn = time.Duration(rapid.IntRange(0, 60).Draw(t, "worn")) * time.Second
		want.Vagal = rapid.SampledFrom([]dsp.Maybe{{}, dsp.Some(0), dsp.Some(1.25), dsp.Some(-3)}).Draw(t, "vagal")
		got, err := wire.ParseMinute("a", wire.AppendMinute(nil, want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v (-written +read):\n%s", err, diff)
		}
	})
}

func FuzzParseMinute(f *testing.F) {
	f.Add(wire.AppendMinute(nil, minute(true)))
	f.Add(wire.AppendMinute(nil, minute(false)))
	f.Add([]byte(`{"worn_s":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := wire.ParseMinute("a", data)
		if err == nil && (m.Worn < 0 || m.Worn > time.Minute) {
			t.Errorf("worn %v of a minute", m.Worn)
		}
	})
}
