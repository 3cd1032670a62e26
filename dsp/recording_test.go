package dsp_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

// dataDir is where the recordings lie: $HUBD_DATA, else ../shared/data beside the repository. The test is skipped without them.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
		t.Skipf("no recordings at %s: set HUBD_DATA to their folder", dir)
	}
	return dir
}

// column reads one column of a recording with its times, blank cells left out.
func column(t *testing.T, name, title string) (times, values []float64) {
	t.Helper()
	file, err := os.Open(filepath.Join(dataDir(t), name+".csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(zip).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	c := slices.Index(rows[0], title)
	for _, row := range rows[1:] {
		if row[c] == "" {
			continue
		}
		at, err1 := strconv.ParseFloat(row[0], 64)
		v, err2 := strconv.ParseFloat(row[c], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v", name, row)
		}
		times, values = append(times, at), append(values, v)
	}
	return times, values
}

// numbers reads a file of one number a line under a header.
func numbers(t *testing.T, name string) []float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dataDir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for line := range strings.Lines(string(text)) {
		if v, err := strconv.ParseFloat(strings.TrimSpace(line), 64); err == nil {
			out = append(out, v)
		}
	}
	return out
}

// asVolts maps a pulse column as hubd replay does: min…max to 0.2…3.1 V, in steps of the ADS1115 at ±4.096 V.
func asVolts(times, values []float64, kind dsp.PulseKind) []dsp.Sample {
	low, high := slices.Min(values), slices.Max(values)
	out := make([]dsp.Sample, len(values))
	for i, v := range values {
		volts := 0.2 + 2.9*(v-low)/(high-low)
		if kind == dsp.ECG {
			volts = 1.65 + v/10 // mV at a gain of 100
		}
		out[i] = dsp.Sample{T: time.Duration(math.Round((times[i] - times[0]) * 1e9)), Volts: math.Round(volts/125e-6) * 125e-6}
	}
	return out
}

// invalid are the spans in which a recording's reference must not be used.
func invalid(t *testing.T, name string) [][2]float64 {
	t.Helper()
	var meta struct {
		Spans [][2]float64 `json:"reference_invalid_spans_s"`
	}
	text, err := os.ReadFile(filepath.Join(dataDir(t), name+".json"))
	if err == nil {
		err = json.Unmarshal(text, &meta)
	}
	if err != nil {
		t.Fatal(err)
	}
	return meta.Spans
}

// outside drops the times in the spans, the spans moved by lag.
func outside(times []float64, spans [][2]float64, lag float64) []float64 {
	var out []float64
	for _, v := range times {
		if !slices.ContainsFunc(spans, func(s [2]float64) bool { return v-lag >= s[0] && v-lag <= s[1] }) {
			out = append(out, v)
		}
	}
	return out
}

func TestBeatsOfRecordingsMatchTheirReference(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	tests := []struct {
		name, column string
		kind         dsp.PulseKind
		f1           float64 // percent, least
	}{
		{"nk_rest_5min", "ppg", dsp.PPG, 99.5},
		{"icu_a103l", "ppg", dsp.PPG, 97.4},
		{"pk_p11_baseline", "ppg_finger_adc", dsp.PPG, 99.3},
		{"pk_p12_baseline", "ppg_finger_adc", dsp.PPG, 99},
		{"nk_rest_5min", "ecg_mv", dsp.ECG, 99.5},
		{"icu_a103l", "ecg_mv", dsp.ECG, 99.5},
		{"mitdb_100_10min", "ecg_mv", dsp.ECG, 99.8},
		{"nk_eventrelated", "ecg_mv", dsp.ECG, 99.5},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.column, func(t *testing.T) {
			times, values := column(t, test.name, test.column)
			h := listen(dsp.NewPulse(dsp.PulseOptions{Kind: test.kind, Leads: 1}), asVolts(times, values, test.kind))
			checkOrder(t, h)
			truth, found := numbers(t, test.name+".beats.csv"), beatTimes(h)
			spans := invalid(t, test.name)
			truth = outside(truth, spans, 0)
			lag := bestLag(truth, found)
			found = outside(found, spans, lag)
			for len(found) > 0 && found[0] < truth[0]+lag-0.15 {
				found = found[1:]
			}
			for len(found) > 0 && found[len(found)-1] > truth[len(truth)-1]+lag+0.15 {
				found = found[:len(found)-1]
			}
			got := f1(truth, found, lag)
			t.Logf("F1 %.2f %%, %d of %d beats, lag %.3f s", got, len(found), len(truth), lag)
			if got < test.f1 {
				t.Errorf("F1 %.2f %%, want at least %v", got, test.f1)
			}
		})
	}
}

// The ECG of the same minutes through the same chain, since the reference beats of this recording have two R waves in noise that are not
// where the heart beat (126.8 and 225.3 s).
func TestVariabilityFromTheFingerIsTheHeartsOwn(t *testing.T) {
	rmssd := func(title string, kind dsp.PulseKind) float64 {
		times, values := column(t, "nk_rest_5min", title)
		p := dsp.NewPulse(dsp.PulseOptions{Kind: kind, Leads: 1})
		listen(p, asVolts(times, values, kind))
		return p.Summary().RMSSD.Value
	}
	finger, heart := rmssd("ppg", dsp.PPG), rmssd("ecg_mv", dsp.ECG)
	if math.Abs(finger/heart-1) > 0.03 {
		t.Errorf("RMSSD %.2f ms from the finger, %.2f ms from the ECG", finger, heart)
	}
}

func TestASaturatedCameraIsWithheld(t *testing.T) {
	times, values := column(t, "welltory_01", "ppg_r")
	p := newPPG()
	listen(p, asVolts(times, values, dsp.PPG))
	if got := p.Summary().UsablePercent; !got.Known || got.Value > 30 {
		t.Errorf("usable %.0f %%, want most of it withheld", got.Value)
	}
}

func TestAMAX30102IsRead(t *testing.T) {
	times, values := column(t, "max30102_rpi", "ir")
	p := newPPG()
	listen(p, asVolts(times, values, dsp.PPG))
	if s := p.Summary(); s.Beats < 38 || !s.UsablePercent.Known || s.UsablePercent.Value < 85 {
		t.Errorf("%+v", s)
	}
}

// skinOf runs a conductance column through the Grove curve and a chain, and gives what was told.
func skinOf(t *testing.T, name, title string, volts func(float64) float64, step float64) (*dsp.Skin, heard) {
	t.Helper()
	times, values := column(t, name, title)
	k := dsp.NewSkin(dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: step})
	samples := make([]dsp.Sample, len(values))
	for i, v := range values {
		samples[i] = dsp.Sample{T: time.Duration(math.Round((times[i] - times[0]) * 1e9)), Volts: volts(v)}
	}
	return k, listen(k, samples)
}

func TestAMisTrimmedGroveBoardIsRefused(t *testing.T) {
	counts := func(v float64) float64 { return v / 4096 * 3.3 }
	k, h := skinOf(t, "pk_p12_baseline", "eda_adc", counts, 3.3/4096)
	if f := k.Features(); f.Contact || f.SCL.Known || !strings.Contains(f.Reason, "trim") {
		t.Errorf("%+v", f)
	}
	for _, e := range all[dsp.EDA](h) {
		if e.SCL.Known || e.SCRPerMin.Known {
			t.Fatalf("a number from a mis-trimmed board: %+v", e)
		}
	}
	k, _ = skinOf(t, "pk_p11_baseline", "eda_adc", counts, 3.3/4096)
	if f := k.Features(); !f.Contact || math.Abs(f.SCL.Value-3.5) > 1 {
		t.Errorf("the well-trimmed one: %+v", f)
	}
}

func TestStressRaisesTheResponseRateWhereThereIsContact(t *testing.T) {
	through := func(v float64) float64 { return math.Round(dsp.GroveVolts(v, 3.3, 0.5)/125e-6) * 125e-6 }
	conditions := func(name string) map[string][2]float64 {
		var meta struct {
			Spans map[string][2]float64 `json:"conditions_s"`
		}
		text, err := os.ReadFile(filepath.Join(dataDir(t), name+".json"))
		if err == nil {
			err = json.Unmarshal(text, &meta)
		}
		if err != nil {
			t.Fatal(err)
		}
		return meta.Spans
	}
	rate := func(h heard, span [2]float64) float64 {
		n := 0.0
		for _, s := range all[dsp.SCR](h) {
			if p := s.Peak.Seconds(); p >= span[0] && p < span[1] {
				n++
			}
		}
		return 60 * n / (span[1] - span[0])
	}
	for _, name := range []string{"wesad_s06_eda", "wesad_s11_eda"} {
		_, h := skinOf(t, name, "eda_us", through, 125e-6)
		c := conditions(name)
		base, stress := rate(h, c["base"]), rate(h, c["stress"])
		t.Logf("%s: %.2f per minute at rest, %.2f under stress", name, base, stress)
		if stress < 3*base || stress < 5 {
			t.Errorf("%s: %.2f per minute at rest, %.2f under stress", name, base, stress)
		}
	}
	_, h := skinOf(t, "wesad_s14_eda", "eda_us", through, 125e-6)
	poor := 0
	for _, s := range all[dsp.Signal](h) {
		if s.Quality < 0.5 {
			poor++
		}
	}
	if n := len(all[dsp.Signal](h)); poor < n*3/4 {
		t.Errorf("the dry contact of s14 was told in %d of %d signals", poor, n)
	}
}
