package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"hubd/setup"
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

// Who has no board yet can read what a probe says of one that fails.
func TestAProbeOfASimulatedFaultSaysWhatToDo(t *testing.T) {
	found := foundConfig(t)
	for _, row := range []struct{ fault, says string }{
		{"adc=unplugged", "not answering"},
		{"i2c1=stuck", "the lines of the bus are held"},
		{"adc=frozen", "reads 0 V and nothing else"},
	} {
		code, out, errs := hubd(t, "probe", "--config", found, "--simulate", "rest", "--fault", row.fault)
		if code != exitFailed || !strings.Contains(out, row.says) {
			t.Errorf("%s: exit %d: %s%s", row.fault, code, out, errs)
		}
	}
	for _, fault := range []string{"adc", "adc=tired", "oxi=nack"} {
		if code, _, errs := hubd(t, "probe", "--config", found, "--simulate", "rest", "--fault", fault); code != exitFailed || !strings.Contains(errs, "CHIP=FAULT") {
			t.Errorf("%s: exit %d: %s", fault, code, errs)
		}
	}
}

// hubd probe > config.yaml: what is wrong must not go where nobody reads it.
func TestAProbeThatFindsNothingSaysWhyOnTheScreen(t *testing.T) {
	var out, errs bytes.Buffer
	err := probing{}.tell(nil, []setup.Passed{{Place: "this machine", Words: "no I2C bus"}}, streams{nil, &out, &errs})
	if err == nil || out.Len() > 0 || !strings.Contains(errs.String(), "this machine: no I2C bus") {
		t.Errorf("%v: output %q, screen %q", err, out.String(), errs.String())
	}
}

func TestASimulatedProbeSaysSoAndLeadsOn(t *testing.T) {
	_, out, errs := hubd(t, "probe", "--simulate", "rest")
	if !strings.Contains(out, "# simulated chips: ") || !strings.Contains(errs, "hubd watch --config config.yaml --simulate rest") {
		t.Errorf("%s%s", out, errs)
	}
}

func TestAProbeRefusesWhatItCannotDo(t *testing.T) {
	for _, args := range [][]string{{"--json"}, {"--fault", "adc=nack"}, {"--fault", "adc=nack", "--simulate", "rest"}, {"--seconds", "0"}, {"--seconds", "NaN"}, {"more"}} {
		if code, _, errs := hubd(t, append([]string{"probe"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
}
