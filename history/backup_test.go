package history_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/pipeline"
)

func snapshot(t *testing.T, d *history.DB) *history.Snapshot {
	t.Helper()
	s, err := d.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestABackupHoldsWhatWasCommittedWhenItWasTaken(t *testing.T) {
	path := file(t)
	d := open(t, path)
	written(t, d, "a", "before", start)
	settings := history.OpenSettings(filepath.Dir(path))
	if err := settings.Save(pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Paused: true}}}); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, d)
	written(t, d, "a", "after", start) // the daemon goes on while the backup is written
	where, err := s.Write(start)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := filepath.Base(where); got != "backup-"+start.UTC().Format("20060102T150405Z") || filepath.Dir(where) != filepath.Dir(path) {
		t.Errorf("it is at %s", where)
	}
	copied := open(t, filepath.Join(where, "history.db"))
	if got := texts(t, copied, "a", time.Time{}, ever); got != "before" {
		t.Errorf("the backup holds %q", got)
	}
	if got := texts(t, d, "a", time.Time{}, ever); got != "before after" {
		t.Errorf("the file itself holds %q", got)
	}
	if back, status, err := history.OpenSettings(where).Load(); err != nil || status != history.Loaded || len(back.Wearers) != 1 {
		t.Errorf("its settings: %v, %s, %+v", err, status, back)
	}
}

func TestABackupIsForItsOwnerAlone(t *testing.T) {
	d := open(t, file(t))
	s := snapshot(t, d)
	defer s.Close()
	where, err := s.Write(start)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{where: 0o700, filepath.Join(where, "history.db"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, err, info.Mode(), want)
		}
	}
}

func TestNoBackupIsHalfThere(t *testing.T) {
	path := file(t)
	d := open(t, path)
	s := snapshot(t, d)
	defer s.Close()
	if _, err := s.Write(start); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(start); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second one of the same second: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".unfinished-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWithoutAFileThereIsNoBackup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(history.Options{Path: filepath.Join(dir, "history.db")}).Snapshot(); err == nil {
		t.Error("a backup of nothing")
	}
}

// Half a backup is of no use to anybody, holds what was private, and takes as much room as the history.
func TestWhatALossOfPowerLeftOfABackupIsRemovedAtTheNextStart(t *testing.T) {
	path, d := inhabited(t)
	dir := filepath.Dir(path)
	half := filepath.Join(dir, ".unfinished-backup-123")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(half, "history.db"), []byte("half "+canary))
	if open(t, path).Status() == "" || len(holds(t, half, canary)) == 0 {
		t.Error("a process that does not have the file removes what the one that has it may be writing")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if readOnly := history.Open(history.Options{Path: path, ReadOnly: true}); readOnly.Close() != nil || len(holds(t, half, canary)) == 0 {
		t.Error("reading alone has changed something")
	}
	open(t, path)
	if _, err := os.Lstat(half); err == nil {
		t.Error("it is still there")
	}
	if whole, err := filepath.Glob(filepath.Join(dir, "backup-*", "history.db")); err != nil || len(whole) != 1 {
		t.Errorf("of the whole backup is left %v, %v", whole, err)
	}
}
