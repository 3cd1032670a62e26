package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubd/hub"
	"hubd/recording"
)

// The four commands of the README and docs/hardware.md: from no config to a drawn wave.
func TestTheFirstEveningTakesFourCommands(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	code, out, errs := hubd(t, "probe", "--simulate", "rest")
	if code != exitDone {
		t.Fatalf("probe: exit %d: %s", code, errs)
	}
	if err := os.WriteFile(config, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"check", "--config", config},
		{"probe", "--config", config, "--simulate", "rest"},
		{"watch", "--config", config, "--simulate", "rest", "--speed", "50", "--seconds", "12"},
	} {
		if code, out, errs = hubd(t, command...); code != exitDone {
			t.Fatalf("%s: exit %d: %s", command[0], code, errs)
		}
	}
	if strings.Count(out, "*") < 200 || !strings.Contains(out, "Everything sits well.") {
		t.Errorf("no wave:\n%s", out)
	}
	for _, doc := range []string{"../../README.md", "../../docs/hardware.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"hubd probe", "hubd check --config config.yaml", "hubd probe --config config.yaml", "hubd watch --config config.yaml"} {
			if !bytes.Contains(text, []byte(command)) {
				t.Errorf("%s does not tell of %s", doc, command)
			}
		}
	}
}

func TestWhatIsRecordedIsReplayed(t *testing.T) {
	found, path := foundConfig(t), filepath.Join(t.TempDir(), "rest.csv.gz")
	code, out, errs := hubd(t, "record", path, "--config", found, "--simulate", "rest", "--speed", "100", "--minutes", "1")
	if code != exitDone || !strings.Contains(out, "hubd erase does not know of it") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: want a file for its owner alone", info.Mode(), err)
	}
	r, err := recording.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name string
		n    int
	}{{"ppg_v", 15000}, {"eda_v", 1500}} {
		// What a busy machine passes over is missing, rightly. The minute ends with the Block that it ends in.
		if c := r.Columns[i]; c.Name != want.name || len(c.V) < want.n/2 || len(c.V) > want.n+want.n/1000 {
			t.Errorf("column %s with %d values; want %s, %d", c.Name, len(c.V), want.name, want.n)
		}
	}
	code, out, errs = hubd(t, "replay", path)
	if beats := strings.Count(out, `"type":"beat"`); code != exitDone || beats < 55 || beats > 70 {
		t.Errorf("exit %d, %d beats in a minute: %s", code, beats, errs)
	}
	if n := strings.Count(out, `"type":"eda"`); n < 50 {
		t.Errorf("%d values of skin conductance in a minute", n)
	}
	if code, _, errs := hubd(t, "record", path, "--config", found, "--simulate", "rest"); code != exitFailed || !strings.Contains(errs, "exists") {
		t.Errorf("over an old recording: exit %d: %s", code, errs)
	}
}

// Without its bus a recording has nothing to write, and its name is free for the next try.
func TestARecordingOfNothingLeavesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.csv")
	nowhere := strings.Replace(mustRead(t, foundConfig(t)), `i2c: "1"`, `i2c: "97"`, 1)
	code, _, errs := hubd(t, "record", path, "--socket", filepath.Join(t.TempDir(), "none"), "--config", file(t, "config.yaml", []byte(nowhere)))
	if _, err := os.Stat(path); code != exitFailed || !os.IsNotExist(err) || !strings.Contains(errs, "/dev/i2c-97") {
		t.Errorf("exit %d, file %v: %s", code, err, errs)
	}
}

func TestACalibrationAsksNothingWhereThereIsNoBus(t *testing.T) {
	nowhere := strings.Replace(mustRead(t, foundConfig(t)), `i2c: "1"`, `i2c: "97"`, 1)
	code, out, errs := answered(t, "\n\n", "calibrate", "eda", "--config", file(t, "config.yaml", []byte(nowhere)))
	if code != exitFailed || out != "" || !strings.Contains(errs, "/dev/i2c-97") {
		t.Errorf("exit %d: %q %s", code, out, errs)
	}
}

func TestARecordingIsOfOneFileAndBounded(t *testing.T) {
	for _, args := range [][]string{{}, {"a.csv", "b.csv"}, {"a.csv", "--minutes", "0"}, {"a.csv", "--minutes", "721"}, {"a.csv", "--minutes", "NaN"}} {
		if code, _, errs := hubd(t, append([]string{"record"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
}

// answered runs one command line with answers.
func answered(t *testing.T, answers string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(t.Context(), args, streams{strings.NewReader(answers), &o, &e})
	return code, o.String(), e.String()
}

func TestASkinBoardIsCalibratedByQuestions(t *testing.T) {
	found := foundConfig(t)
	for _, row := range []struct {
		name, answers string
		code          int
		says          string
	}{
		{"with two resistors", "\n100k\n1M\n", exitDone, "µS are true"},
		{"without", "\n\n", exitDone, "stay approximate"},
		{"with one", "\n100k\n\n", exitDone, "stay approximate"},
		{"with something else first", "\nblue\n100k\nred\n1M\n", exitDone, "µS are true"},
		{"with something else, and then nobody there", "\nblue\n", exitFailed, "no resistor"},
		{"with nobody there", "", exitFailed, "nobody answers"},
	} {
		code, out, errs := answered(t, row.answers, "calibrate", "eda", "--config", found, "--simulate", "rest", "--speed", "100")
		if code != row.code || !strings.Contains(out+errs, row.says) {
			t.Errorf("%s: exit %d: %s%s", row.name, code, out, errs)
		}
	}
}

func TestAPulseIsCalibratedByLookingAtIt(t *testing.T) {
	text := strings.Replace(mustRead(t, foundConfig(t)), "kind: ppg}", "kind: ppg, full_scale_v: 6.144}", 1)
	wide := file(t, "config.yaml", []byte(text))
	code, out, errs := hubd(t, "calibrate", "pulse", "--config", wide, "--simulate", "rest", "--speed", "100", "--seconds", "15")
	if code != exitDone || !strings.Contains(out, "full_scale_v: 4.096}") || !strings.Contains(out, "amplitude ###") {
		t.Errorf("exit %d: %s%s", code, out[max(0, len(out)-500):], errs)
	}
	leads := strings.Replace(text, "kind: ppg, full_scale_v: 6.144}", "kind: ecg, full_scale_v: 6.144, leads_off: {plus: GPIO23, minus: GPIO24}}", 1)
	code, out, errs = hubd(t, "calibrate", "pulse", "--config", file(t, "config.yaml", []byte(leads)), "--simulate", "rest", "--speed", "100", "--seconds", "15")
	if code != exitDone || !strings.Contains(out, `full_scale_v: 4.096, leads_off: {plus: "GPIO23", minus: "GPIO24"}}`) {
		t.Errorf("the line to paste forgets the electrodes: exit %d: %s%s", code, out[max(0, len(out)-500):], errs)
	}
	light := file(t, "config.yaml", []byte(`
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {oxi: {kind: max30102, bus: main}}
wearers: [{id: a, share: none, pulse: {chip: oxi, kind: ppg}}]
`))
	code, out, errs = hubd(t, "calibrate", "pulse", "--config", light, "--simulate", "rest", "--speed", "100", "--seconds", "15")
	if code != exitDone || !strings.Contains(out, "steered by itself") || strings.Contains(out, "red 0.0 mA") {
		t.Errorf("exit %d: %s%s", code, out[max(0, len(out)-500):], errs)
	}
}

func TestAWearerWhoIsNotInTheConfigIsNamed(t *testing.T) {
	code, out, errs := hubd(t, "watch", "--config", foundConfig(t), "--simulate", "rest", "--wearer", "zoe", "--seconds", "1", "--plain")
	if code == exitDone || !strings.Contains(errs, `no wearer "zoe"`) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

func TestAChipThatGivesNothingIsNoReasonToWearTheSensor(t *testing.T) {
	for failing, want := range map[string]string{"": "wear the sensor", "ads1115@48 on I2C 1": "hubd probe"} {
		out := &strings.Builder{}
		if err := tellPulse(out, hub.PulseChoice{Failing: failing}); err != nil || !strings.Contains(out.String(), want) || !strings.Contains(out.String(), failing) {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
