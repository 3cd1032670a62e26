package hub

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/internal/waiting"
	"hubd/pipeline"
)

// lockedHub is a hub whose history is locked, with its keeper and what looks for the key at work.
func lockedHub(t *testing.T, key history.Secret, stick string) (l *live, log *waiting.Text) {
	t.Helper()
	o := history.Options{Path: filepath.Join(t.TempDir(), "history.db"), Sealed: true, Secret: key}
	db := history.Open(o)
	if _, err := db.AddNote(history.Note{Wearer: "a", Text: "before"}, nightfall); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	o.Secret = history.Secret{}
	db = history.Open(o)
	file := history.OpenSettings(filepath.Dir(o.Path))
	file.SealWith(true)
	log = &waiting.Text{}
	st := store{db: db, settings: file, save: file.Save, add: db.Add, commit: db.Commit, trouble: db.Status, close: db.Close}
	l = &live{parts: parts{store: st, log: logTo(log)}, standIn: true, core: &core{}}
	l.keeper = newKeeper(logTo(log), st, func() time.Time { return nightfall })
	ctx, stop := context.WithCancel(context.Background())
	looking := make(chan struct{})
	go l.keeper.run(ctx)
	go func() {
		defer close(looking)
		l.lookForKey(ctx, history.KeyFile{Path: stick, InsecureOK: true}, true)
	}()
	t.Cleanup(func() {
		stop()
		<-looking
		<-l.keeper.done
	})
	return l, log
}

func TestAStickThatIsPutInLaterOpensTheHistoryAndOneThatIsPulledLeavesItOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stick, key := filepath.Join(t.TempDir(), "k"), history.NewKey()
		l, log := lockedHub(t, key, stick)
		state := func() sealState {
			s, err := l.sealState(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		l.keeper.event(pipeline.Event{Wearer: "a", Value: dsp.Fault{Source: "lost"}})
		for _, tt := range []struct{ text, says string }{
			{"", "not there"},
			{history.NewKey().KeyText(), "not the key or passphrase of this history"},
			{"half a key", "this is no key"},
			{key.KeyText(), ""},
		} {
			if tt.text != "" {
				if err := os.WriteFile(stick, []byte(tt.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(lookForKeyEvery + time.Second)
			if s := state().Locked; (tt.says == "") != (s == "") || !strings.Contains(s, tt.says) {
				t.Errorf("it says %q, want %q", s, tt.says)
			}
		}
		if err := os.Remove(stick); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if s := state(); s.Locked != "" || !l.settled.Load() {
			t.Errorf("with the stick pulled: %+v", s)
		}
		faults, err := ask(t.Context(), l.keeper, func() int { f, _ := l.store.db.Faults(10); return len(f) })
		if err != nil || faults != 0 {
			t.Errorf("%d faults are kept of the time in which it was locked, %v", faults, err)
		}
		log.Wants(t, 0, "this is no key") // only what changes what history does is logged
		log.Wants(t, 1, "history is stored again")
	})
}

func TestOnlyOneSecretIsTriedAtATime(t *testing.T) {
	l, _ := lockedHub(t, history.NewKey(), filepath.Join(t.TempDir(), "none"))
	l.unlocking.Lock()
	refusal, err := l.unlock(t.Context(), history.NewKey(), false)
	if refusal != errUnlocking || err != nil {
		t.Errorf("%q, %v", refusal, err)
	}
	l.unlocking.Unlock()
	if refusal, err = l.unlock(t.Context(), history.NewKey(), false); !strings.Contains(refusal, "nothing was changed") || err != nil {
		t.Errorf("%q, %v", refusal, err)
	}
}
