package hub_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/hub"
)

func TestABackupIsMadeWhileTheDaemonRuns(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "journal"))
	if _, err := hub.AddNote(t.Context(), d.socket, history.Note{Wearer: "a", Text: "kept"}); err != nil {
		t.Fatal(err)
	}
	path, err := hub.Backup(t.Context(), d.socket)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(path) != dir {
		t.Errorf("it is at %s, want it in %s", path, dir)
	}
	if _, err := os.Stat(filepath.Join(path, "settings.json")); err != nil {
		t.Error(err)
	}
	db := history.Open(history.Options{Path: filepath.Join(path, "history.db")})
	defer db.Close()
	notes, err := db.Notes("a", history.Span{To: time.Now().Add(time.Hour)}, 10)
	if err != nil || len(notes) != 1 || notes[0].Text != "kept" {
		t.Errorf("%v, %+v", err, notes)
	}
	if _, err := hub.AddNote(t.Context(), d.socket, history.Note{Wearer: "a", Text: "later"}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestABackupWithoutADaemonSaysSo(t *testing.T) {
	if _, err := hub.Backup(t.Context(), filepath.Join(t.TempDir(), "s")); err == nil || !strings.Contains(err.Error(), "no daemon answers") {
		t.Errorf("got %v", err)
	}
}
