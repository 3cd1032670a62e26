package pipeline

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// recalled is a pipeline in which nothing is known of a, after what was stored of a body has been recalled.
func recalled(t *testing.T, source Source, before ...Command) (*Pipeline, bool) {
	t.Helper()
	p := known(t)
	p.Command(nil, time.Second, Command{Name: CommandErase, Wearer: "a", Origin: Origin{Source: SourceSocket}})
	p.wearers[0].settings.Forgotten = false // as at a start whose settings were sealed
	for _, c := range before {
		p.Command(nil, 2*time.Second, c)
	}
	body := Body{Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20777, HeartRate: dsp.Some(61)}}}, ResonancePace: dsp.Some(5.5)}
	revision := p.Revision()
	p.Command(nil, 3*time.Second, Command{Name: CommandRecall, Wearer: "a", Body: &body, Origin: Origin{Source: source}})
	return p, p.Revision() != revision
}

func TestWhatWasStoredOfABodyIsTakenUpOnceItCanBeRead(t *testing.T) {
	p, changed := recalled(t, SourceBoot)
	a, _ := p.Settings().Wearer("a")
	if !changed || len(a.Baseline.Minutes) != 1 || a.ResonancePace != dsp.Some(5.5) || !a.Paused {
		t.Errorf("%+v", a)
	}
}

func TestWhatWasForgottenMeanwhileIsNotTakenUp(t *testing.T) {
	p, _ := recalled(t, SourceBoot, Command{Name: CommandRestForget, Wearer: "a", Origin: Origin{Source: SourceSocket}})
	if a, _ := p.Settings().Wearer("a"); len(a.Baseline.Minutes) > 0 || a.ResonancePace.Known || !a.Forgotten {
		t.Errorf("%+v", a)
	}
}

func TestNobodyButHubdItselfRecalls(t *testing.T) {
	for _, source := range []Source{SourceMQTT, SourcePage, SourceButton, SourceSocket} {
		if p, changed := recalled(t, source); changed {
			a, _ := p.Settings().Wearer("a")
			t.Errorf("%s: %+v", source, a)
		}
	}
}
