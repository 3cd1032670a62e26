package history_test

import (
	"path/filepath"
	"strings"
	"testing"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
)

// ofBody are settings of two people with bodies.
func ofBody() pipeline.Settings {
	own := func(bpm float64) regulation.Baseline {
		return regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20777, HeartRate: dsp.Some(bpm)}}}
	}
	return pipeline.Settings{Wearers: []pipeline.WearerSettings{
		{Wearer: "canarybird", Keep: pipeline.KeepRest, Baseline: own(61.015625), ResonancePace: dsp.Some(5.765625)},
		{Wearer: "b", Keep: pipeline.KeepRest, Baseline: own(70.5)},
	}}
}

// sealedSettings gives a folder of such settings and their file: with a seal, without, or in the clear.
func sealedSettings(t *testing.T, dir string, on bool, seals ...*history.Seal) *history.SettingsFile {
	t.Helper()
	f := history.OpenSettings(dir)
	f.Know("canarybird", "b")
	f.SealWith(on, seals...)
	if _, status, err := f.Load(); err != nil || status == history.Damaged {
		t.Fatalf("%s, %v", status, err)
	}
	return f
}

func TestWhatIsSealedOfBodiesOutlastsTheTimeInWhichItIsLocked(t *testing.T) {
	seal := sealOf(t, history.NewKey())
	for _, tt := range []struct {
		name   string
		locked func(t *testing.T, f *history.SettingsFile)
		want   map[string]bool // whose body can be opened afterwards
	}{
		{"a pause", func(t *testing.T, f *history.SettingsFile) {
			change(t, f, func(w *pipeline.WearerSettings) { w.Paused = true })
		}, map[string]bool{"canarybird": true, "b": true}},
		{"learning anew in memory", func(t *testing.T, f *history.SettingsFile) {
			change(t, f, func(w *pipeline.WearerSettings) { w.Baseline = ofBody().Wearers[1].Baseline })
		}, map[string]bool{"canarybird": true, "b": true}},
		{"forgetting", func(t *testing.T, f *history.SettingsFile) {
			change(t, f, func(w *pipeline.WearerSettings) { w.Forgotten = true })
		}, map[string]bool{"b": true}},
		{"keep: nothing", func(t *testing.T, f *history.SettingsFile) {
			change(t, f, func(w *pipeline.WearerSettings) { w.Keep = pipeline.KeepNothing })
		}, map[string]bool{"b": true}},
		{"erasing the body", func(t *testing.T, f *history.SettingsFile) {
			if err := f.EraseBody("canarybird"); err != nil {
				t.Fatal(err)
			}
		}, map[string]bool{"b": true}},
		{"erasing the wearer", func(t *testing.T, f *history.SettingsFile) {
			if err := f.Erase("canarybird"); err != nil {
				t.Fatal(err)
			}
		}, map[string]bool{"b": true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := sealedSettings(t, dir, true, seal).Save(ofBody()); err != nil {
				t.Fatal(err)
			}
			traces := sealedSettings(t, dir, true).Traces("canarybird")
			if len(traces) < 1 || len(holds(t, dir, string(traces[0]))) == 0 {
				t.Fatalf("%d traces of what is sealed", len(traces))
			}
			tt.locked(t, sealedSettings(t, dir, true))
			for _, name := range []string{"canarybird", "61.0", "5.76", "70.5", `"b"`} {
				if left := holds(t, dir, name); len(left) > 0 {
					t.Errorf("%s stands in %v", name, left)
				}
			}
			bodies, err := sealedSettings(t, dir, true).Bodies(seal)
			for _, wearer := range []string{"canarybird", "b"} {
				if body, there := bodies[wearer]; err != nil || there != tt.want[wearer] || there && len(body.Baseline.Minutes) != 1 {
					t.Errorf("%s: %v %+v, %v", wearer, there, body, err)
				}
			}
			if left := holds(t, dir, string(traces[0])); (len(left) > 0) != tt.want["canarybird"] {
				t.Errorf("what was sealed is in %v", left)
			}
		})
	}
}

// change saves what is loaded, with another word on canarybird.
func change(t *testing.T, f *history.SettingsFile, how func(w *pipeline.WearerSettings)) {
	t.Helper()
	s, _, err := f.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Wearers {
		if s.Wearers[i].Wearer == "canarybird" {
			how(&s.Wearers[i])
		}
	}
	if err := f.Save(s); err != nil {
		t.Fatal(err)
	}
}

// Nobody loses an own rest because history.key_file was written into the config before the history was sealed.
func TestSettingsInTheClearWaitForTheirSealAndThenNothingIsLeftOfThem(t *testing.T) {
	dir, seal := t.TempDir(), sealOf(t, history.NewKey())
	if err := sealedSettings(t, dir, false).Save(ofBody()); err != nil {
		t.Fatal(err)
	}
	change(t, sealedSettings(t, dir, true), func(w *pipeline.WearerSettings) { w.Paused = true })
	if len(holds(t, dir, "61.015625")) == 0 {
		t.Fatal("the own rest is gone")
	}
	change(t, sealedSettings(t, dir, true, seal), func(*pipeline.WearerSettings) {})
	if left := holds(t, dir, "61.015625"); len(left) > 0 {
		t.Errorf("the own rest is in %v still", left)
	}
	s, _, err := sealedSettings(t, dir, true, seal).Load()
	if w, _ := s.Wearer("canarybird"); err != nil || len(w.Baseline.Minutes) != 1 || !w.Paused {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestABodyUnderASealOpensForItsWearerAlone(t *testing.T) {
	dir, seal := t.TempDir(), sealOf(t, history.NewKey())
	if err := sealedSettings(t, dir, true, seal).Save(ofBody()); err != nil {
		t.Fatal(err)
	}
	if bodies, err := sealedSettings(t, dir, true).Bodies(sealOf(t, history.NewKey())); err != nil || len(bodies) > 0 {
		t.Errorf("another key opens %v, %v", bodies, err)
	}
	text := string(read(t, filepath.Join(dir, "settings.json")))
	first := strings.Index(text, `"sealed":["`)
	second := strings.LastIndex(text, `"sealed":["`)
	if first < 0 || first == second {
		t.Fatalf("of two people this stands there: %s", text)
	}
	cut := func(at int) string { return text[at+len(`"sealed":["`) : at+strings.IndexByte(text[at:], ']')-1] }
	if a, b := cut(first), cut(second); a == b || len(a) != len(b) {
		t.Errorf("what is sealed of one is %d long, of the other %d: want the same length, and others bytes", len(a), len(b))
	}
}
