package hub

import (
	"testing"
	"time"

	"hubd/config"
	"hubd/synth"
)

// asShipped are the quirks of the chips that hubd simulates by itself.
func asShipped() quirks { return quirks{clock: simulatedClock} }

// simulatedFor reads a config, and puts simulated chips on the bodies of a scenario behind it.
func simulatedFor(t testing.TB, q quirks, text, scenario string, seed uint64, now func() time.Duration) (*config.Config, *synth.Scene, *simulated) {
	t.Helper()
	c, err := config.Parse("config.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	scene, err := synth.New(scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSimulatedWith(q, c, scene, now)
	if err != nil {
		t.Fatal(err)
	}
	return c, scene, s
}
