package history_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
)

// canaries are texts of wearer a that must be nowhere once a is erased.
const canary = "canary-of-a-quiet-evening"

// inhabited is a folder in which everything of a and b is kept: dated and undated minutes, faults, notes, settings with own rest, a backup, and
// a file that was set aside.
func inhabited(t *testing.T) (path string, d *history.DB) {
	t.Helper()
	path = file(t)
	first := &evening{d: open(t, path), bpm: 61} // a run whose clock was never set
	first.seconds("a", 0, 3*time.Minute)
	first.seconds("b", 0, 3*time.Minute)
	if err := first.d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	v := &evening{d: d, epoch: start, bpm: 62}
	v.seconds("a", 0, 40*time.Minute)
	v.seconds("b", 0, 40*time.Minute)
	for _, w := range []string{"a", "b"} {
		d.Add(pipeline.Event{Wearer: w, At: time.Hour, Value: dsp.Fault{Source: "ads1115@48 of " + w, Reason: "gone"}}, start.Add(time.Hour))
	}
	d.Commit(start.Add(time.Hour))
	written(t, d, "a", canary, start)
	written(t, d, "b", "b stays", start)
	own := regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20000}}}
	settings := pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Keep: pipeline.KeepJournal, Baseline: own}, {Wearer: "b", Keep: pipeline.KeepJournal, Baseline: own}}}
	if err := history.OpenSettings(filepath.Dir(path)).Save(settings); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, d)
	if _, err := s.Write(start); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, path+".corrupt-20260101T000000.000000000Z", []byte("damaged "+canary))
	return path, d
}

// holds gives the files below a folder in which bytes stand.
func holds(t *testing.T, dir, text string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && bytes.Contains(read(t, path), []byte(text)) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWhatIsErasedIsGoneFromEveryByte(t *testing.T) {
	path, d := inhabited(t)
	dir := filepath.Dir(path)
	before := holds(t, dir, canary)
	if len(before) != 3 { // the history, its backup, and the damaged file
		t.Fatalf("the canary is in %v", before)
	}
	hidden, err := os.Open(path) // the old file, even without its name
	if err != nil {
		t.Fatal(err)
	}
	defer hidden.Close()
	e, err := d.Erase("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := history.OpenSettings(dir).Erase("a"); err != nil {
		t.Fatal(err)
	}
	if e.Rows < 80 || e.Searched == 0 || len(e.Files) != 1 {
		t.Errorf("it says %+v", e)
	}
	if left := holds(t, dir, canary); len(left) > 0 {
		t.Errorf("the canary is still in %v", left)
	}
	old := make([]byte, 1<<22)
	n, _ := hidden.ReadAt(old, 0)
	if bytes.Contains(old[:n], []byte(canary)) || n == 0 {
		t.Errorf("the old file was not overwritten (%d bytes read)", n)
	}
	if got := minutes(t, d, "a"); len(got) > 0 {
		t.Errorf("%d minutes of a are left", len(got))
	}
	if got := minutes(t, d, "b"); len(got) != 40 {
		t.Errorf("%d minutes of b are left, want 40", len(got))
	}
	if undated, err := d.Undated("", 0, 100); err != nil || len(undated) != 3 || undated[0].Wearer != "b" {
		t.Errorf("undated: %v, %d", err, len(undated))
	}
	if got := texts(t, d, "b", time.Time{}, ever); got != "b stays" {
		t.Errorf("b's notes are %q", got)
	}
	if s, status, err := history.OpenSettings(dir).Load(); err != nil || status != history.Loaded || len(s.Wearers) != 1 || s.Wearers[0].Wearer != "b" {
		t.Errorf("settings: %v %s %+v", err, status, s.Wearers)
	}
	if left := holds(t, dir, `"a":`); len(left) > 0 {
		t.Errorf("a's own rest is still in %v", left)
	}
}

func TestHistoryGoesOnAfterErasing(t *testing.T) {
	path, d := inhabited(t)
	if _, err := d.Erase("a"); err != nil {
		t.Fatal(err)
	}
	written(t, d, "a", "a new beginning", start)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	if got := texts(t, again, "a", time.Time{}, ever); got != "a new beginning" || again.Status() != "" {
		t.Errorf("notes %q, status %q", got, again.Status())
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.e*"))
	if more, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.rewritten")); err != nil || len(left)+len(more) > 0 {
		t.Errorf("left behind: %v %v %v", left, more, err)
	}
}

// A wearer's rows carry a number of one byte. Whoever is erased takes it along, and more often than there are numbers.
func TestSomebodyMayBeErasedMoreOftenThanThereAreNumbers(t *testing.T) {
	for name, begin := range map[string]func(path string) *history.DB{
		"in the clear": func(path string) *history.DB { return open(t, path) },
		"sealed":       func(path string) *history.DB { return sealedAt(t, path, testKey(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			d := begin(file(t))
			written(t, d, "a", "a stays", start)
			for i := range 260 {
				written(t, d, "b", "b comes", start)
				if e, err := d.Erase("b"); err != nil || e.Rows == 0 {
					t.Fatalf("erasing %d: %+v %v", i, e, err)
				}
			}
			written(t, d, "b", "b is back", start)
			if a, b := texts(t, d, "a", time.Time{}, ever), texts(t, d, "b", time.Time{}, ever); a != "a stays" || b != "b is back" || d.Status() != "" {
				t.Errorf("of a %q, of b %q, status %q", a, b, d.Status())
			}
		})
	}
}

func TestErasingSomebodyUnknownChangesNothing(t *testing.T) {
	path, d := inhabited(t)
	e, err := d.Erase("nobody")
	if err != nil || e.Rows != 0 {
		t.Errorf("%+v %v", e, err)
	}
	if got := minutes(t, d, "a"); len(got) != 40 {
		t.Errorf("%d minutes of a, want 40", len(got))
	}
	if left := holds(t, filepath.Dir(path), canary); len(left) != 2 {
		t.Errorf("a's note is in %v: want history and backup; what was damaged goes, for nobody knows whose it is", left)
	}
}

func TestAnErasingThatLostItsPowerIsFinishedAtTheNextStart(t *testing.T) {
	for _, row := range []struct {
		name string
		left func(t *testing.T, path string)
	}{
		{"after the new file took its place", func(t *testing.T, path string) { put(t, path+".erasing", []byte("old "+canary)) }},
		{"before it did", func(t *testing.T, path string) {
			if err := os.Link(path, path+".erasing"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := file(t)
			d := open(t, path)
			written(t, d, "b", "b stays", start)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			row.left(t, path)
			d = open(t, path)
			if got := texts(t, d, "b", time.Time{}, ever); got != "b stays" {
				t.Errorf("notes %q", got)
			}
			if _, err := os.Lstat(path + ".erasing"); err == nil || len(holds(t, filepath.Dir(path), canary)) > 0 {
				t.Error("the old file is still there")
			}
		})
	}
}

func TestAnErasingThatLostItsPowerInABackupIsFinishedToo(t *testing.T) {
	for _, row := range []struct {
		name   string
		finish func(t *testing.T, path string, d *history.DB)
	}{
		{"at the next start", func(t *testing.T, path string, d *history.DB) {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			open(t, path)
		}},
		{"by the next erasing", func(t *testing.T, _ string, d *history.DB) {
			if e, err := d.Erase("a"); err != nil || len(e.Files) != 1 {
				t.Errorf("%+v %v: want the backup rewritten, and only what was set aside removed", e, err)
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			path, d := inhabited(t)
			backups, err := filepath.Glob(filepath.Join(filepath.Dir(path), "backup-*", "history.db"))
			if err != nil || len(backups) != 1 {
				t.Fatal(err, backups)
			}
			put(t, backups[0]+".erasing", []byte("old-half-erased"))
			put(t, backups[0]+".rewritten", []byte("half of the new one: old-half-erased"))
			row.finish(t, path, d)
			if left := holds(t, filepath.Dir(path), "old-half-erased"); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestABackupThatCannotBeReadGoesWhole(t *testing.T) {
	path, d := inhabited(t)
	backups, err := filepath.Glob(filepath.Join(filepath.Dir(path), "backup-*", "history.db"))
	if err != nil || len(backups) != 1 {
		t.Fatal(err, backups)
	}
	put(t, backups[0], []byte(strings.Repeat("damaged "+canary, 100)))
	e, err := d.Erase("a")
	if err != nil || len(e.Files) != 3 {
		t.Errorf("%+v %v", e, err)
	}
	if left := holds(t, filepath.Dir(path), canary); len(left) > 0 {
		t.Errorf("the canary is still in %v", left)
	}
}

func TestACopyThatErasingCannotKnowIsFoundAndNamed(t *testing.T) {
	path, d := inhabited(t)
	put(t, filepath.Join(filepath.Dir(path), "my-own-copy.db"), read(t, path))
	if _, err := d.Erase("a"); err == nil || !strings.Contains(err.Error(), "my-own-copy.db still holds what was to be erased") {
		t.Errorf("got %v", err)
	}
}

func TestErasingThatCannotBeDoneSaysWhatIsDoneAndWhatIsNot(t *testing.T) {
	path, d := inhabited(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	holder := open(t, path)
	second := open(t, path) // in memory: the file is the first one's
	e, err := second.Erase("a")
	if err == nil || !strings.Contains(err.Error(), "not erased: the rows of "+path) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
	if len(e.Done) != 1 || !strings.Contains(e.Done[0], "backup") || len(e.Files) != 1 {
		t.Errorf("done is %q, %v: want the backup and what was set aside", e.Done, e.Files)
	}
	if got := texts(t, holder, "a", time.Time{}, ever); got != canary {
		t.Errorf("a's notes are %q: want them as they were", got)
	}
}

// The bytes of every version that was are overwritten, and not only without a name: they would stay on the card until something else needs the room.
func TestTheSettingsThatWereAreOverwritten(t *testing.T) {
	for _, tt := range []struct {
		name  string
		erase func(f *history.SettingsFile) error
	}{
		{"everything of a wearer", func(f *history.SettingsFile) error { return f.Erase("a") }},
		{"what tells of the body", func(f *history.SettingsFile) error { return f.EraseBody("a") }},
		{"a rest that is forgotten", func(f *history.SettingsFile) error {
			return f.Save(pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Keep: pipeline.KeepRest, Forgotten: true}}})
		}},
		{"a rest that is not to be kept any more", func(f *history.SettingsFile) error {
			return f.Save(pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Keep: pipeline.KeepNothing}}})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			f := history.OpenSettings(dir)
			own := regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20000, HeartRate: dsp.Some(61.25)}}}
			s := pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Keep: pipeline.KeepRest, Baseline: own}}}
			for range 2 {
				if err := f.Save(s); err != nil {
					t.Fatal(err)
				}
			}
			var hidden []*os.File
			for _, name := range []string{"settings.json", "settings.json.previous"} {
				h, err := os.Open(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				defer h.Close()
				hidden = append(hidden, h)
			}
			if err := tt.erase(f); err != nil {
				t.Fatal(err)
			}
			for _, h := range hidden {
				old, err := io.ReadAll(h)
				if err != nil || len(old) == 0 || len(bytes.Trim(old, "\x00")) > 0 {
					t.Errorf("%s was not overwritten: %q, %v", h.Name(), old, err)
				}
			}
		})
	}
}

func TestErasingTheBodyKeepsWhatIsWantedLess(t *testing.T) {
	dir := t.TempDir()
	f := history.OpenSettings(dir)
	own := regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20000, HeartRate: dsp.Some(61.25)}}}
	s := pipeline.Settings{Wearers: []pipeline.WearerSettings{
		{Wearer: "a", Share: pipeline.ShareState, Keep: pipeline.KeepRest, Baseline: own, ResonancePace: dsp.Some(5.5), OpenCircuit: dsp.Some(0.51)},
		{Wearer: "b", Keep: pipeline.KeepRest, Baseline: own},
	}}
	if err := f.Save(s); err != nil {
		t.Fatal(err)
	}
	traces := f.Traces("a")
	if len(traces) != 2 || !bytes.Contains(read(t, filepath.Join(dir, "settings.json")), traces[0]) {
		t.Fatalf("%d traces of two versions: %s", len(traces), traces)
	}
	if err := f.EraseBody("a"); err != nil {
		t.Fatal(err)
	}
	if left := holds(t, dir, string(traces[0])); len(left) > 0 {
		t.Errorf("the own rest is still in %v", left)
	}
	got, _, err := history.OpenSettings(dir).Load()
	a, _ := got.Wearer("a")
	if err != nil || !a.Paused || a.Share != pipeline.ShareState || a.OpenCircuit != dsp.Some(0.51) || a.ResonancePace.Known || len(a.Baseline.Minutes) > 0 {
		t.Errorf("a is %+v, %v", a, err)
	}
	if b, _ := got.Wearer("b"); len(b.Baseline.Minutes) != 1 {
		t.Errorf("b is %+v", b)
	}
}

func TestTheTracesOfTheSettingsAreSearchedForToo(t *testing.T) {
	path, d := inhabited(t)
	f := history.OpenSettings(filepath.Dir(path))
	traces := f.Traces("a")
	if _, err := d.EraseWhat(history.Erasing{Wearer: "a"}, traces); err == nil || !strings.Contains(err.Error(), "settings.json still holds") {
		t.Errorf("the settings were not erased, and it says %v", err)
	}
	if err := f.EraseBody("a"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.EraseWhat(history.Erasing{Wearer: "a"}, traces); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheWearersOwnCapturesGo(t *testing.T) {
	path, d := inhabited(t)
	captures := filepath.Join(filepath.Dir(path), "captures")
	for _, w := range []string{"a", "b"} {
		if err := os.MkdirAll(filepath.Join(captures, w), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(captures, "a", "evening.csv"), []byte("t_s,ppg\n0,1\n"))
	put(t, filepath.Join(captures, "b", "evening.csv"), []byte("t_s,ppg\n0,1\n"))
	e, err := d.Erase("a")
	if err != nil || len(e.Files) != 2 {
		t.Errorf("%+v %v", e, err)
	}
	if left, _ := filepath.Glob(filepath.Join(captures, "*", "*")); len(left) != 1 || !strings.Contains(left[0], filepath.Join("b", "evening")) {
		t.Errorf("left is %v", left)
	}
}

func TestAnUnfinishedNewFileIsOverwrittenAtTheNextStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	put(t, path+".rewritten", []byte("half of it "+canary))
	open(t, path)
	if _, err := os.Lstat(path + ".rewritten"); err == nil {
		t.Error("it is still there")
	}
}
