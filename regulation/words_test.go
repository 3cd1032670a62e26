package regulation_test

import (
	"strings"
	"testing"

	"hubd/regulation"
)

func TestStatesAreToldInTheDesignsWords(t *testing.T) {
	for name, want := range map[regulation.Name]string{
		regulation.Settled:   "steady",
		regulation.Engaged:   "lively and steady",
		regulation.Activated: "wound up: effort, laughter, excitement and worry look alike here",
		regulation.Withdrawn: "quiet and low: rest, tiredness or drawing back look alike here",
		regulation.Unknown:   "not sure",
	} {
		if got := name.Words(); got != want {
			t.Errorf("%v: %q, want %q", name, got, want)
		}
	}
}

func TestReasonsAreToldWithTheirSign(t *testing.T) {
	for _, row := range []struct {
		reason       regulation.Reason
		event, words string
	}{
		{regulation.Reason{Feature: "scr_per_min", Z: -0.84}, "scr_per_min -0.8", "sweat responses: fewer than at your own rest"},
		{regulation.Reason{Feature: "heart_rate", Z: 2.25}, "heart_rate 2.3", "heart rate: faster than at your own rest"},
		{regulation.Reason{Feature: "rmssd", Z: -1.5}, "rmssd -1.5", "rhythm from beat to beat: tighter than at your own rest"},
		{regulation.Reason{Feature: "rsa", Z: 1}, "rsa 1.0", "rhythm with the breath: freer than at your own rest"},
		{regulation.Reason{Feature: "scl_change", Z: -0.04}, "scl_change 0.0", "skin moisture: as at your own rest"},
	} {
		if got := row.reason.String(); got != row.event {
			t.Errorf("event form %q, want %q", got, row.event)
		}
		if got := row.reason.Words(); got != row.words {
			t.Errorf("words %q, want %q", got, row.words)
		}
	}
}

func TestAReasonSupportsItsNameOrSpeaksAgainstIt(t *testing.T) {
	for _, row := range []struct {
		feature string
		z       float64
		name    regulation.Name
		want    bool
	}{
		{"heart_rate", 2.4, regulation.Activated, true},
		{"heart_rate", -2.4, regulation.Activated, false},
		{"rmssd", -1.2, regulation.Activated, true},
		{"rsa", 0.8, regulation.Activated, false},
		{"scr_per_min", 0.1, regulation.Activated, false}, // like at rest
		{"scr_per_min", 1.4, regulation.Engaged, true},
		{"rmssd", -0.9, regulation.Engaged, false},
		{"rsa", 0.2, regulation.Settled, true},
		{"rmssd", -1.7, regulation.Settled, false},
		{"heart_rate", 4.9, regulation.Settled, false},
		{"scr_per_min", -1.8, regulation.Settled, true},
		{"heart_rate", -0.4, regulation.Withdrawn, true},
		{"rmssd", 0.9, regulation.Withdrawn, false},
		{"heart_rate", 2, regulation.Unknown, false},
	} {
		r := regulation.Reason{Feature: row.feature, Z: row.z}
		if got := r.Supports(row.name); got != row.want {
			t.Errorf("%v for %v: %v, want %v", r, row.name, got, row.want)
		}
	}
}

func TestEveryWordIsThereAndNonePromises(t *testing.T) {
	var all []string
	for n := regulation.Unknown; n <= regulation.Withdrawn; n++ {
		all = append(all, n.Words(), n.String())
	}
	for r := regulation.ReasonNoContact; r <= regulation.ReasonSetUp; r++ {
		all = append(all, r.Words(), r.String())
	}
	for s := regulation.StageNew; s <= regulation.StageKnown; s++ {
		all = append(all, s.Words(), s.String())
	}
	for p := regulation.RestNone; p <= regulation.RestIncomplete; p++ {
		all = append(all, regulation.Rest{Phase: p}.Words())
	}
	for _, e := range []regulation.RestError{
		regulation.ErrRestNight, regulation.ErrRestPaced, regulation.ErrRestRunning, regulation.ErrRestSetUp, regulation.ErrRestUnworn,
	} {
		all = append(all, e.Error())
	}
	for _, text := range all {
		if text == "" {
			t.Error("a text is missing")
		}
		for _, word := range []string{"safe", "ready", "willing", "consent", "calm", "diagnos"} {
			if strings.Contains(strings.ToLower(text), word) {
				t.Errorf("%q says %q of a person", text, word)
			}
		}
	}
	if got := regulation.ReasonNone.Words(); got != "" {
		t.Errorf("a named state's reason says %q, want nothing", got)
	}
}
