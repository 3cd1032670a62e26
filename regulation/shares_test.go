package regulation_test

import (
	"math"
	"testing"

	"hubd/dsp"
	"hubd/regulation"
)

func TestASessionsTimeIsSharedOutAmongTheNames(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 200, nil)
	r.run(m, roused, 100, nil)
	r.run(m, roused, 50, func(f *regulation.Features) { f.Sensed = false })
	s := r.e.Shares()
	if s.Seconds() != 300 {
		t.Errorf("%d s counted, want 300: a pause counts for nothing", s.Seconds())
	}
	if a := s.Of(regulation.Activated); a < 0.15 || a > 0.34 {
		t.Errorf("activated for %.2f of the time, want most of the last third", a)
	}
	all := 0.0
	for n := regulation.Unknown; n <= regulation.Withdrawn; n++ {
		all += s.Of(n)
	}
	near(t, "the sum of all shares", all, 1, 1e-9)
	r.run(m, calm, 10, func(f *regulation.Features) { f.Setting = regulation.SettingTogether })
	if s = r.e.Shares(); s.Seconds() != 10 {
		t.Errorf("%d s counted ten seconds after another session began", s.Seconds())
	}
}

func TestABaselineCanBeShown(t *testing.T) {
	b := calmBaseline()
	b.Minutes[0].Declared, b.Minutes[1].SCL = true, dsp.Maybe{}
	p := b.Portrait()
	if p.Minutes != 24 || p.Days != 2 || p.Declared != 1 || len(p.Measures) != 6 {
		t.Fatalf("%+v", p)
	}
	for _, m := range p.Measures {
		if !(m.Lower <= m.Median && m.Median <= m.Higher) || m.Lower < 0 || m.Unit == "" {
			t.Errorf("%+v", m)
		}
		switch m.Name {
		case "heart_rate":
			near(t, m.Name, m.Median, 65, 1e-9)
		case "rmssd":
			near(t, m.Name, m.Median, math.Exp(regulation.CorrectLnRMSSD(42, 923)), 1e-9)
		case "scl":
			if m.Minutes != 23 {
				t.Errorf("%d minutes with a level, want 23", m.Minutes)
			}
		}
	}
	if p := (regulation.Baseline{}).Portrait(); p.Minutes != 0 || p.Measures != nil {
		t.Errorf("a stranger's: %+v", p)
	}
}

func TestTheNextSessionOfTheSameKindCountsItsOwnTime(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(0, 0)
	r.run(m, calm, 100, nil)
	r.e.Withdraw()
	r.run(m, calm, 10, nil)
	if n := r.e.Shares().Seconds(); n != 110 {
		t.Errorf("%d s after a pause, want the 110 s of the session", n)
	}
	r.e.EndSession()
	if n := r.e.Shares().Seconds(); n != 110 {
		t.Errorf("%d s after the end, want the 110 s of the last session", n)
	}
	r.run(m, calm, 10, nil)
	if n := r.e.Shares().Seconds(); n != 10 {
		t.Errorf("%d s in the next session, want its own 10 s", n)
	}
}

func TestWhatWasFollowedDoesNotOutlastTheEndOfSensing(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(0, 0)
	if s := r.run(m, roused, 200, nil); s.Name != regulation.Activated {
		t.Fatalf("named %v, want activated", s.Name)
	}
	r.e.Withdraw()
	r.out = nil
	if s := r.run(m, calm, 1, nil); s.Name != regulation.Unknown {
		t.Errorf("named %v a second after sensing began anew, want unknown", s.Name)
	}
	r.run(m, calm, 300, nil)
	for _, o := range r.out {
		if _, told := o.v.(regulation.Recovery); told {
			t.Error("the way back from what was before was told")
		}
	}
}
