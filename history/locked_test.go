package history_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/room"
)

func TestAHistoryIsOpenedOnlyAsTheConfigSaysItIs(t *testing.T) {
	key, other := history.NewKey(), history.NewKey()
	inTheClear, underKey := history.Options{}, history.Options{Sealed: true, Secret: key}
	for _, tt := range []struct {
		name    string
		written *history.Options // how the file was written before; nil: there is none
		now     history.Options
		status  string // empty: it is open
	}{
		{"in the clear, as it was", &inTheClear, inTheClear, ""},
		{"sealed, as it was", &underKey, underKey, ""},
		{"a new one that is sealed", nil, underKey, ""},
		{"sealed, and the config says so without a key", &underKey, history.Options{Sealed: true}, "locked: nothing is kept until there is its key"},
		{"sealed, and why there is no key is known", &underKey, history.Options{Sealed: true, Why: "the stick is away"}, "the stick is away"},
		{"sealed, and the config names no key", &underKey, inTheClear, "history.key_file names no key"},
		{"sealed, under another key", &underKey, history.Options{Sealed: true, Secret: other}, "not the key or passphrase"},
		{"sealed under a key, and a passphrase comes", &underKey, history.Options{Sealed: true, Secret: phrase(t, "nine slow lanterns")}, "sealed under a key"},
		{"in the clear, though the config says it is sealed", &inTheClear, underKey, "hubd history rekey seals"},
		{"not begun, and there is no key", nil, history.Options{Sealed: true}, "locked: nothing is kept until there is its key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := file(t)
			if tt.written != nil {
				o := *tt.written
				o.Path = path
				d := history.Open(o)
				written(t, d, "a", "a note", start)
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
			tt.now.Path = path
			d := history.Open(tt.now)
			defer d.Close()
			if s := d.Status(); tt.status == "" && s != "" || !strings.Contains(s, tt.status) || (d.Locked() == "") != (tt.status == "") {
				t.Fatalf("status %q, want %q", s, tt.status)
			}
			if tt.status == "" {
				written(t, d, "a", "another", start)
				return
			}
			var before []byte
			if tt.written != nil {
				before = read(t, path)
			}
			nothingIsKept(t, d)
			if tt.written != nil && !bytes.Equal(before, read(t, path)) {
				t.Error("the file is not as it was")
			}
			if aside, _ := filepath.Glob(path + ".corrupt-*"); len(aside) > 0 {
				t.Errorf("set aside: %v", aside)
			}
		})
	}
}

// nothingIsKept feeds a history that is locked, as a session would.
func nothingIsKept(t *testing.T, d *history.DB) {
	t.Helper()
	v := &evening{d: d, epoch: start, bpm: 60}
	v.seconds("a", 0, 3*time.Minute)
	d.AddDetail(of(time.Minute, room.CheckIn{}), start.Add(time.Minute))
	for range 30 {
		d.Commit(start.Add(10 * time.Minute))
	}
	if _, err := d.AddNote(history.Note{Wearer: "a", Text: "lost"}, start); err == nil {
		t.Error("a note was kept")
	}
	if _, err := d.Minutes("a", time.Time{}, ever, 10); err == nil {
		t.Error("minutes were read")
	}
	if _, err := d.Snapshot(); err == nil {
		t.Error("a copy was made")
	}
	if e, err := d.Erase("a"); err == nil || len(e.Done) > 0 {
		t.Errorf("erased: %+v", e)
	}
	if text := d.Status(); strings.Contains(text, "could not be kept") {
		t.Errorf("status %q: what is not to be kept is not lost", text)
	}
}

func TestAStickThatComesLaterOpensAHistoryThatBeginsThen(t *testing.T) {
	key, path := history.NewKey(), file(t)
	d := sealedAt(t, path, key)
	written(t, d, "a", "before", start)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = sealedAt(t, path, history.Secret{})
	v := &evening{d: d, epoch: start, bpm: 60}
	v.seconds("a", 0, 5*time.Minute)
	d.Commit(v.wall(6 * time.Minute))
	l, begun := d.Lock()
	if !begun || l.Phrase() {
		t.Fatal("its lock is not known")
	}
	if _, err := history.NewKey().Open(l); !errors.Is(err, history.ErrWrongSecret) {
		t.Errorf("another key: %v", err)
	}
	seal, err := key.Open(l)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Unlock(seal); err != nil || d.Status() != "" {
		t.Fatalf("%v, %q", err, d.Status())
	}
	v.seconds("a", 10*time.Minute, 12*time.Minute)
	d.Commit(v.wall(13 * time.Minute))
	got := minutes(t, d, "a")
	if len(got) != 2 || !got[0].At.Equal(start.Add(10*time.Minute)) || texts(t, d, "a", time.Time{}, ever) != "before" {
		t.Errorf("%d minutes, the first %v: want those since it was opened", len(got), got)
	}
}
