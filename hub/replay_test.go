package hub_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/regulation"
	"hubd/synth"
)

var update = flag.Bool("update", false, "write the golden files anew")

// rendered writes a stretch of a scenario as a recording and gives its path.
func rendered(t *testing.T, scenario string, length time.Duration) string {
	t.Helper()
	scene, err := synth.New(scenario, 3)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), scenario+".csv")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := scene.Render(length).WriteTo(out); err != nil {
		t.Fatal(err)
	}
	return path
}

// csv writes a recording by hand.
func csv(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// replay gives the output of one replay.
func replay(t *testing.T, change func(*hub.ReplayOptions), files ...string) string {
	t.Helper()
	var out bytes.Buffer
	o := hub.ReplayOptions{Files: files, ADCBits: 12, Out: &out, Warn: func(s string) { t.Log(s) }}
	if change != nil {
		change(&o)
	}
	if err := hub.Replay(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// event is one line of output.
type event struct {
	line   string
	keys   []string // in order
	Type   string   `json:"type"`
	Wearer *string  `json:"wearer"`
	At     *float64 `json:"at_s"`
	T      *float64 `json:"t_s"`
	Lamp   string   `json:"lamp"`
	State  string   `json:"state"`
	Stage  string   `json:"stage"`
	Phase  string   `json:"phase"`
	Of     string   `json:"kind"`
	IBI    *float64 `json:"ibi_ms"`
	RMSSD  *float64 `json:"rmssd_ms"`
	SCL    *float64 `json:"scl_microsiemens"`
	Bright *float64 `json:"brightness_percent"`
	Beats  int      `json:"beats"`
}

func (e event) of(wearer string) bool { return e.Wearer != nil && *e.Wearer == wearer }

// events reads the output; every line must be one JSON object.
func events(t *testing.T, out string) (all []event) {
	t.Helper()
	if !strings.HasSuffix(out, "\n") {
		t.Fatal("the last line has no end")
	}
	for line := range strings.Lines(out) {
		e := event{line: strings.TrimSpace(line)}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		e.keys = keysOf(t, line)
		all = append(all, e)
	}
	return all
}

// keysOf lists the keys of an object in the order in which they stand.
func keysOf(t *testing.T, line string) (keys []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	depth, key := 0, true
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return keys
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			key = true
		case string:
			if depth == 1 && key {
				keys = append(keys, v)
				key = false
				continue
			}
			key = depth == 1
		default:
			key = depth == 1
		}
	}
}

func count(all []event, is func(event) bool) (n int) {
	for _, e := range all {
		if is(e) {
			n++
		}
	}
	return n
}

func typed(kind string) func(event) bool { return func(e event) bool { return e.Type == kind } }

// fields are those of design section 6.2, in its order.
var fields = map[string]string{
	"beat":            "type wearer at_s t_s quality",
	"ibi":             "type wearer at_s t_s ibi_ms kind",
	"hrv":             "type wearer at_s window_s n mean_nn_ms sdnn_ms rmssd_ms pnn50_percent lf_ms2 hf_ms2 rsa_ms rsa_ln_ms2 excluded_percent",
	"respiration":     "type wearer at_s t_s rate_per_min quality",
	"eda":             "type wearer at_s scl_microsiemens scr_per_min calibrated",
	"scr":             "type wearer at_s onset_s peak_s amplitude_microsiemens rise_s half_recovery_s",
	"signal":          "type wearer at_s channel contact quality reason",
	"state":           "type wearer at_s state confidence arousal vagal reasons unknown_reason stage",
	"heart_rate":      "type wearer at_s bpm",
	"command_refused": "type at_s name reason",
	"coherence":       "type wearer at_s ratio phase_deg pace_per_min",
	"recovery":        "type wearer at_s arousal_half_life_s heart_rate_half_life_s",
	"coregulation":    "type at_s signal r lag_s significant",
	"session":         "type at_s kind phase private",
	"cue":             "type at_s scene light sound pace reason",
	"lamp":            "type at_s lamp owner brightness_percent kelvin",
	"summary":         "type wearer duration_s beats mean_nn_ms sdnn_ms rmssd_ms pnn50_percent usable_percent",
}

func TestEveryLineIsAnEventOfTheContract(t *testing.T) {
	for _, scenario := range []string{"stress", "two-people"} {
		t.Run(scenario, func(t *testing.T) {
			all := events(t, replay(t, nil, rendered(t, scenario, 90*time.Second)))
			last := map[string]float64{}
			for _, e := range all {
				if want, ok := fields[e.Type]; !ok || strings.Join(e.keys, " ") != want {
					t.Errorf("%s has fields %v, want %q", e.Type, e.keys, want)
				}
				if e.Type == "summary" {
					continue
				}
				if e.At == nil {
					t.Fatalf("no at_s: %s", e.line)
				}
				if e.T != nil && *e.T > *e.At {
					t.Errorf("known before it happened: %s", e.line)
				}
				who := ""
				if e.Wearer != nil {
					who = *e.Wearer
				}
				if *e.At < last[who] {
					t.Errorf("after %g s of %q comes %s", last[who], who, e.line)
				}
				last[who] = *e.At
			}
			if all[len(all)-1].Type != "summary" {
				t.Errorf("the last line is %s", all[len(all)-1].line)
			}
		})
	}
}

func TestTwoReplaysOfOneFileAreTheSameBytes(t *testing.T) {
	for _, scenario := range []string{"stress", "two-people"} {
		path := rendered(t, scenario, 60*time.Second)
		if a, b := replay(t, nil, path), replay(t, nil, path); a != b {
			t.Errorf("%s differs", scenario)
		}
	}
}

var number = regexp.MustCompile(`-?\d+(\.\d+)?`)

// alike compares two lines with a tolerance for numbers: architectures that fuse multiply and add round otherwise.
func alike(want, got string) bool {
	if number.ReplaceAllString(want, "#") != number.ReplaceAllString(got, "#") {
		return false
	}
	a, b := number.FindAllString(want, -1), number.FindAllString(got, -1)
	for i := range a {
		x, _ := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		if math.Abs(x-y) > 0.011+1e-3*math.Abs(x) {
			return false
		}
	}
	return true
}

func TestAMinuteAndAHalfOfStressReadsAsBefore(t *testing.T) {
	path := rendered(t, "stress", 90*time.Second)
	scene, err := synth.New("stress", 3)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]regulation.Baseline{"a": scene.Baseline(0, 20000)}
	tests := []struct {
		golden  string
		explain bool
	}{
		{"stress.ndjson", false},
		{"stress.explain.txt", true},
	}
	for _, test := range tests {
		t.Run(test.golden, func(t *testing.T) {
			got := replay(t, func(o *hub.ReplayOptions) { o.Explain, o.Baselines = test.explain, known }, path)
			file := filepath.Join("testdata", test.golden)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, strings.Split(string(want), "\n"), strings.Split(got, "\n"))
		})
	}
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		if !alike(want[i], got[i]) {
			t.Fatalf("line %d\n got %s\nwant %s\n(go test ./hub -run ReadsAsBefore -update writes the files anew; say why in the commit)", i+1, got[i], want[i])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}

func TestTwoWearersComeFromOneFileOrFromTwo(t *testing.T) {
	both := rendered(t, "two-people", 40*time.Second)
	data, err := os.ReadFile(both)
	if err != nil {
		t.Fatal(err)
	}
	// The same two people, a file each.
	rows := strings.Split(strings.TrimSpace(string(data)), "\n")
	head := strings.Split(rows[0], ",")
	part := map[string]*strings.Builder{"a": {}, "b": {}}
	for id, out := range part {
		for n, row := range rows {
			cells := strings.Split(row, ",")
			keep := []string{cells[0]}
			for i, name := range head {
				if bare, ok := strings.CutPrefix(name, id+"."); ok {
					if n == 0 {
						cells[i] = bare
					}
					keep = append(keep, cells[i])
				}
			}
			fmt.Fprintln(out, strings.Join(keep, ","))
		}
	}
	one := replay(t, nil, both)
	two := replay(t, nil, csv(t, part["a"].String()), csv(t, part["b"].String()))
	compare(t, strings.Split(one, "\n"), strings.Split(two, "\n"))
	all := events(t, one)
	for _, id := range []string{"a", "b"} {
		if n := count(all, func(e event) bool { return e.Type == "beat" && e.of(id) }); n < 20 {
			t.Errorf("%d beats of %s in 40 s", n, id)
		}
	}
	if n := count(all, func(e event) bool { return e.Type == "session" && e.Of == "together" }); n == 0 {
		t.Error("two wearers are not together")
	}
}

func TestTheColumnsOfBMayStandFirst(t *testing.T) {
	path := csv(t, "t_s,b.eda_us,a.eda_us\n"+ramp(200, func(int) string { return "8,2" }))
	for _, e := range events(t, replay(t, nil, path)) {
		want := 2.0
		if e.of("b") {
			want = 8
		}
		if e.SCL != nil && math.Abs(*e.SCL-want) > 0.2 {
			t.Fatalf("%s: want %g", e.line, want)
		}
	}
}

// ramp makes rows 40 ms apart.
func ramp(rows int, cells func(i int) string) string {
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%.3f,%s\n", float64(i)*0.04, cells(i))
	}
	return b.String()
}

func TestWhatTheFlagsOfReplayDo(t *testing.T) {
	stress := rendered(t, "stress", 30*time.Second)
	rest := rendered(t, "rest", 260*time.Second)
	scene, err := synth.New("rest", 3)
	if err != nil {
		t.Fatal(err)
	}
	file, err := history.EncodeBaselines(map[string]regulation.Baseline{"a": scene.Baseline(0, 20000)})
	if err != nil {
		t.Fatal(err)
	}
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	if err := os.WriteFile(baseline, file, 0o600); err != nil {
		t.Fatal(err)
	}
	stage := func(s string) func(event) bool {
		return func(e event) bool { return e.Type == "state" && e.Stage == s }
	}
	tests := []struct {
		name   string
		file   string
		change func(*hub.ReplayOptions)
		is     func(event) bool
		some   bool // such an event comes; else none does
	}{
		{"a session starts at once", stress, nil, func(e event) bool { return e.Type == "session" && *e.At == 0 && e.Phase == "start" }, true},
		{"the base scene is a cue", stress, nil, typed("cue"), true},
		{"the lamp is asked", stress, nil, typed("lamp"), true},
		{"without a session there is none", stress, func(o *hub.ReplayOptions) { o.NoSession = true }, typed("session"), false},
		{"without a session there is no cue", stress, func(o *hub.ReplayOptions) { o.NoSession = true }, typed("cue"), false},
		{"without a session beats come all the same", stress, func(o *hub.ReplayOptions) { o.NoSession = true }, typed("beat"), true},
		{"a stranger of half a minute stays unknown", stress, nil, stage("first"), false},
		{"a declared rest is learnt from", rest, func(o *hub.ReplayOptions) {
			o.HasRest, o.Rest = true, [2]time.Duration{20 * time.Second, 240 * time.Second}
		}, stage("first"), true},
		{"a baseline is used", rest, func(o *hub.ReplayOptions) {
			if err := hub.ReplayFiles(o, "", baseline); err != nil {
				t.Fatal(err)
			}
		}, stage("known"), true},
		{"a wall time lets the room know that it is day", stress, func(o *hub.ReplayOptions) {
			o.Wall = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
		}, typed("cue"), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := count(events(t, replay(t, test.change, test.file)), test.is); got > 0 != test.some {
				t.Errorf("%d such events", got)
			}
		})
	}
}

func TestALampObeysAndItsReportIsNoHand(t *testing.T) {
	all := events(t, replay(t, nil, rendered(t, "stress", 60*time.Second)))
	n := 0
	for _, e := range all {
		if e.Type == "lamp" {
			n++
			if !strings.Contains(e.line, `"owner":"hubd"`) {
				t.Errorf("the simulated lamp counts as moved by hand: %s", e.line)
			}
			if e.Bright != nil && (*e.Bright < 0 || *e.Bright > 100) {
				t.Errorf("%s", e.line)
			}
		}
	}
	if n == 0 {
		t.Error("no lamp was asked for anything")
	}
}

func TestRawCountsGoThroughTheConverterUnchanged(t *testing.T) {
	// 2.0 µS on the Grove board: x = (0.5 − 0.02)/1.04 of the supply.
	share := (0.5 - 0.02) / 1.04
	for _, bits := range []int{10, 12} {
		code := math.Round(share * float64(int(1)<<bits))
		text := fmt.Sprintf("t_s,eda_adc\n%s", ramp(400, func(int) string { return fmt.Sprint(code) }))
		var last *float64
		for _, e := range events(t, replay(t, func(o *hub.ReplayOptions) { o.ADCBits = bits }, csv(t, text))) {
			if e.SCL != nil {
				last = e.SCL
			}
		}
		// A step of 10 bits is 0.4 µS, one of 12 bits 0.1 µS.
		if tolerance := 0.5 * 400 / math.Exp2(float64(bits)); last == nil || math.Abs(*last-2) > tolerance {
			t.Errorf("%d bits: %v µS, want 2 ± %.2f", bits, last, tolerance)
		}
	}
}

func TestFractionsOfACountAreRoundedWithOneWarningAColumn(t *testing.T) {
	// A publisher's resampling leaves values between two true counts, in the names of the project's own sensors.
	resampled := "t_s,eda_adc,rsp_adc,ppg_finger_adc,ppg_ear_adc\n" + ramp(600, func(i int) string {
		wave := 2000 + 300*math.Sin(float64(i)/4)
		return fmt.Sprintf("%.2f,4053,%.2f,%.2f", 1890.3+0.1*float64(i%2), math.Round(wave)+0.4, wave)
	})
	whole := "t_s,eda_adc,rsp_adc,ppg_finger_adc,ppg_ear_adc\n" + ramp(600, func(i int) string {
		wave := math.Round(2000 + 300*math.Sin(float64(i)/4))
		return fmt.Sprintf("1890,4053,%.0f,%.0f", wave, wave)
	})
	var warned []string
	hear := func(o *hub.ReplayOptions) { o.Warn = func(s string) { warned = append(warned, s) } }
	got := replay(t, hear, csv(t, resampled))
	for _, want := range []string{"ppg_finger_adc holds fractions of a count: rounded", "eda_adc holds fractions of a count: rounded"} {
		if n := len(slices.DeleteFunc(slices.Clone(warned), func(s string) bool { return s != want })); n != 1 {
			t.Errorf("warned %d times of %q: %q", n, want, warned)
		}
	}
	warned = nil
	if want := replay(t, hear, csv(t, whole)); got != want {
		t.Error("rounded counts do not replay as the counts they are rounded to")
	}
	for _, w := range warned {
		if strings.Contains(w, "fractions") {
			t.Errorf("whole counts: %s", w)
		}
	}
	err := hub.Replay(t.Context(), hub.ReplayOptions{Files: []string{csv(t, "t_s,ppg_adc\n0,1.5\n0.04,4095.5\n")}, ADCBits: 12,
		Out: io.Discard, Warn: func(string) {}})
	if err == nil || !strings.Contains(err.Error(), "ppg_adc at 0.040 s") {
		t.Errorf("more than the converter can give: %v", err)
	}
}

func TestOtherNumbersOfBitsAreRefused(t *testing.T) {
	err := hub.Replay(t.Context(), hub.ReplayOptions{ADCBits: 16, Out: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "16 bits") {
		t.Errorf("got %v", err)
	}
}

func TestAccelerationIsMotionAndNoWearerOfItsOwn(t *testing.T) {
	still := csv(t, "t_s,eda_us,acc_g\n"+ramp(500, func(int) string { return "4,1.00" }))
	all := events(t, replay(t, nil, still))
	if n := count(all, func(e event) bool { return e.Wearer != nil && *e.Wearer != "a" }); n > 0 {
		t.Errorf("%d events of somebody else", n)
	}
	if n := count(all, typed("eda")); n < 15 {
		t.Errorf("%d eda events in 20 s", n)
	}
}

func TestThreeWearersAreTooMany(t *testing.T) {
	one := csv(t, "t_s,eda_us\n0,4\n0.04,4\n")
	err := hub.Replay(t.Context(), hub.ReplayOptions{Files: []string{one, one, one}, ADCBits: 12, Out: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "two at most") {
		t.Errorf("got %v", err)
	}
}

func TestAConfigGivesItsWearersAndItsRoom(t *testing.T) {
	config, err := os.ReadFile(filepath.Join("..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, bytes.Replace(config, []byte("- id: a\n"), []byte("- id: kim\n"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	all := events(t, replay(t, func(o *hub.ReplayOptions) {
		if err := hub.ReplayFiles(o, path, ""); err != nil {
			t.Fatal(err)
		}
	}, rendered(t, "stress", 20*time.Second)))
	if n := count(all, func(e event) bool { return e.Type == "beat" && e.of("kim") }); n == 0 {
		t.Error("no beat of kim")
	}
	if !slices.ContainsFunc(all, func(e event) bool { return e.Type == "lamp" && e.Lamp == "bed" }) {
		t.Error("the config's lamp is not asked")
	}
}

// cutOff lets some bytes through and then no more.
type cutOff struct{ left int }

func (c *cutOff) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestAnOutputThatEndsIsOneError(t *testing.T) {
	err := hub.Replay(t.Context(), hub.ReplayOptions{Files: []string{rendered(t, "stress", 20*time.Second)}, ADCBits: 12, Out: &cutOff{}})
	if err == nil || strings.Count(err.Error(), io.ErrShortWrite.Error()) != 1 {
		t.Errorf("got %v", err)
	}
}

// Beyond what the circuit can measure there is no number, however steady the reading is.
func TestSkinConductanceBeyondTheCircuitIsNoNumber(t *testing.T) {
	text := "t_s,eda_us\n"
	for i := range 4 * 60 {
		text += fmt.Sprintf("%.2f,%.3f\n", float64(i)/4, 60+5*math.Sin(float64(i)/20))
	}
	for _, line := range strings.Split(replay(t, nil, csv(t, text)), "\n") {
		if strings.Contains(line, `"type":"eda"`) && !strings.Contains(line, `"scl_microsiemens":null`) {
			t.Fatalf("60 µS is told as a level: %s", line)
		}
		if strings.Contains(line, `"type":"signal"`) && strings.Contains(line, `"quality":1.00`) {
			t.Fatalf("60 µS is told as a good signal: %s", line)
		}
	}
}

func TestWhatWasReadIsToldWhereSomeWasNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.csv")
	if err := os.WriteFile(path, []byte("t_s,ppg_red,ecg_mv,rsp,eda_us\n0,1,0.1,3,2\n0.01,2,0.2,3,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var warned []string
	replay(t, func(o *hub.ReplayOptions) { o.Warn = func(s string) { warned = append(warned, s) } }, path)
	want := path + ": read: ppg_red, eda_us; not used: ecg_mv, rsp"
	if len(warned) != 1 || warned[0] != want {
		t.Errorf("warned %q, want %q alone", warned, want)
	}
}

func TestACellThatFlattensThePulseIsNamed(t *testing.T) {
	for name, want := range map[string]string{"ppg": ":102: column ppg: 1e+300 stands alone", "ecg_mv": ""} {
		var text strings.Builder
		text.WriteString("t_s," + name + "\n")
		for i := range 300 {
			v := math.Sin(float64(i) / 5)
			if i == 100 {
				v = 1e300
			}
			fmt.Fprintf(&text, "%.2f,%g\n", float64(i)/50, v)
		}
		var warned []string
		replay(t, func(o *hub.ReplayOptions) { o.Warn = func(s string) { warned = append(warned, s) } }, csv(t, text.String()))
		if want == "" && len(warned) > 0 || want != "" && (len(warned) != 1 || !strings.Contains(warned[0], want)) {
			t.Errorf("%s: warned %q, want %q", name, warned, want)
		}
	}
}
