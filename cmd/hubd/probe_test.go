package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// foundConfig writes what a simulated scan prints into a file.
func foundConfig(t *testing.T) string {
	t.Helper()
	code, out, errs := hubd(t, "probe", "--simulate", "rest")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	return file(t, "config.yaml", []byte(out))
}

func TestWhatAProbePrintsIsAConfig(t *testing.T) {
	found := foundConfig(t)
	if code, _, errs := hubd(t, "check", "--config", found); code != exitDone {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestAProbeOfAConfigIsATableOrJSON(t *testing.T) {
	found := foundConfig(t)
	code, out, errs := hubd(t, "probe", "--simulate", "rest", "--config", found)
	if code != exitDone || !strings.Contains(out, "250.0 of 250") || !strings.Contains(out, "Nothing to mend.") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, out, _ = hubd(t, "probe", "--simulate", "rest", "--json", "--config", found)
	if code != exitDone || !json.Valid([]byte(out)) {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestAProbeFailsWhereSomethingIsWrong(t *testing.T) {
	text := `
hub: {id: bedroom}
buses: {nowhere: {i2c: "97"}}
chips: {adc: {kind: ads1115, bus: nowhere}}
wearers: [{id: a, share: none, pulse: {chip: adc, channel: 0, kind: ppg}}]
`
	code, out, _ := hubd(t, "probe", "--config", file(t, "config.yaml", []byte(text)))
	if code != exitFailed || !strings.Contains(out, "no such bus") || !strings.Contains(out, "dtparam=i2c_arm=on") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestAProbeRefusesWhatItCannotDo(t *testing.T) {
	for _, args := range [][]string{{"--json"}, {"--seconds", "0"}, {"--seconds", "NaN"}, {"more"}} {
		if code, _, errs := hubd(t, append([]string{"probe"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
}
