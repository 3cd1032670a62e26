package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"hubd/config"
	"hubd/mqtt"
	"hubd/scripts/kernel/plan"
	"hubd/synth"
)

func TestEveryStepOfThePlanIsThere(t *testing.T) {
	steps := (&evening{}).steps()
	for _, build := range plan.Programs() {
		for _, step := range plan.Evening(build) {
			if steps[step] == nil {
				t.Errorf("%s %s has no function", build, step)
			}
		}
	}
}

func TestTheConfigOfTheGuestIsOneThatHubdTakes(t *testing.T) {
	c, err := config.Parse("config.yaml", []byte(hubdConfig))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Buses) != 3 || len(c.Chips) != 3 || len(c.Wearers) != 2 {
		t.Errorf("%d buses, %d chips, %d wearers", len(c.Buses), len(c.Chips), len(c.Wearers))
	}
}

func TestAProbeIsJudgedByItsChipsAndRates(t *testing.T) {
	const whole = `{"buses":[{"place":"I2C 7","found":"found","clock_hz":399704,"chips":[{"kind":"ads1115","found":"found","channels":[
		{"signal":"pulse","rate_asked_hz":50,"rate_hz":49.6,"jitter_p99_ms":0.4,"skips":1}]}]}]}`
	for _, row := range []struct {
		name, from, to string
		figures, err   string
	}{
		{"all is there", "", "", "I2C 7 400 kHz; ads1115 pulse 49.6/s of 50, jitter p99 0.40 ms, 1 lost", ""},
		{"a clock that cannot be measured", "399704", "null", "I2C 7 clock unknown", ""},
		{"a chip that does not answer", `"ads1115","found":"found"`, `"ads1115","found":"not_answering"`, "", "ads1115: not_answering"},
		{"a rate that is a tenth too low", "49.6", "45", "", "45.0 of 50.0 samples a second"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var r report
			if err := json.Unmarshal([]byte(strings.Replace(whole, row.from, row.to, 1)), &r); err != nil {
				t.Fatal(err)
			}
			figures, err := r.figures()
			if row.err == "" && (err != nil || !strings.HasPrefix(figures, row.figures)) {
				t.Errorf("%q, %v", figures, err)
			}
			if row.err != "" && (err == nil || !strings.Contains(err.Error(), row.err)) {
				t.Errorf("%v, want %q", err, row.err)
			}
		})
	}
}

func TestTheTruthOfAHeartIsTheMedianOfItsLastTenSeconds(t *testing.T) {
	scene, err := synth.New("rest", 1)
	if err != nil {
		t.Fatal(err)
	}
	b := body{scene}
	if b.heartRate() != 0 {
		t.Error("a heart rate before the first beat")
	}
	for at := time.Duration(0); at < 30*time.Second; at += 50 * time.Millisecond {
		scene.EDA(0, at)
	}
	if got := b.heartRate(); math.Abs(got-60) > 15 {
		t.Errorf("%.1f a minute at rest", got)
	}
}

func TestWhatIsHeardBelongsToItsWearer(t *testing.T) {
	e := &ears{states: map[string]state{}, statuses: map[string]string{}}
	e.hear(mqtt.Inbound{Topic: "hubd/kernel/a/state", Payload: []byte(`{"heart_rate_bpm":61.5}`)})
	e.hear(mqtt.Inbound{Topic: "hubd/kernel/b/state", Payload: []byte(`{"heart_rate_bpm":null}`)})
	e.hear(mqtt.Inbound{Topic: "hubd/kernel/b/status", Payload: []byte("paused")})
	if a := e.state("a").HeartRate; a == nil || *a != 61.5 {
		t.Error("a's heart rate is lost")
	}
	if e.state("b").HeartRate != nil || e.status("b") != "paused" || e.status("a") != "" || e.heard() != 3 {
		t.Error("b has what is not b's")
	}
	if e.forget(); e.heard() != 0 || e.status("b") != "" {
		t.Error("it was not forgotten")
	}
}

func TestASourceThatIsSilentIsAFault(t *testing.T) {
	var s status
	if err := json.Unmarshal([]byte(`{"sources":[{"source":"ads1115@48","fault":null},{"source":"mcp3208","fault":"no chip"}],"broker":{"connected":true}}`), &s); err != nil {
		t.Fatal(err)
	}
	if n, reason := s.faults(); n != 1 || reason != "mcp3208: no chip" || !s.Broker.Connected {
		t.Errorf("%d, %q", n, reason)
	}
}
