package history_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/pipeline"
	"hubd/room"
)

// rekeyed seals a folder anew in the order that hub keeps: settings for both, then history and backups, then settings for the new one.
func rekeyed(d *history.DB, f *history.SettingsFile, to *history.Seal) (history.Rekeyed, error) {
	from := d.Seal()
	if from != nil {
		if err := f.Reseal(to != nil, from, to); err != nil {
			return history.Rekeyed{}, err
		}
	}
	r, err := d.Rekey(to, []string{"canarybird"})
	if err != nil {
		return r, err
	}
	return r, f.Reseal(to != nil, to)
}

// settingsOf are the settings beside a history, in its form.
func settingsOf(d *history.DB, path string) *history.SettingsFile {
	f := history.OpenSettings(filepath.Dir(path))
	f.Know("canarybird")
	f.SealWith(d.Sealed(), d.Seal())
	return f
}

// sealOf makes a new seal; nil of no secret.
func sealOf(t testing.TB, s history.Secret) *history.Seal {
	if s.None() {
		return nil
	}
	seal, err := s.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

// under are the options of a history that is sealed under a secret, or in the clear.
func under(path string, s history.Secret) history.Options {
	return history.Options{Path: path, Sealed: !s.None(), Secret: s, Check: history.Examine}
}

func TestAHistoryIsSealedAnewWithAllThatStandsBesideIt(t *testing.T) {
	one, two, words := history.NewKey(), history.NewKey(), phrase(t, "nine slow lanterns")
	for _, tt := range []struct {
		name     string
		from, to history.Secret
	}{
		{"sealed under a key", history.Secret{}, one},
		{"sealed under a passphrase", history.Secret{}, words},
		{"from one key to another", one, two},
		{"sealed anew under the same key", one, one},
		{"from a key to a passphrase", one, words},
		{"opened again", one, history.Secret{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, canaries := haunted(t, tt.from)
			path := filepath.Join(dir, "history.db")
			d := history.Open(under(path, tt.from))
			before := counts(d)
			r, err := rekeyed(d, settingsOf(d, path), sealOf(t, tt.to))
			if err != nil || len(r.Done) != 2 || len(r.Left) > 0 || r.Damaged > 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			written(t, d, "canarybird", "canarynote", start.Add(time.Hour)) // it goes on, under what is new
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			backups, _ := filepath.Glob(filepath.Join(dir, "backup-*", "history.db"))
			for _, at := range append(backups, path) {
				whole(t, at, tt.to, before)
				if old := history.Open(under(at, tt.from)); !tt.from.None() && tt.from.KeyText() != tt.to.KeyText() && old.Locked() == "" {
					t.Errorf("%s opens to what it was sealed under before", at)
				} else if err := old.Close(); err != nil {
					t.Error(err)
				}
			}
			for what, c := range canaries {
				if left := holds(t, dir, string(c)); len(left) > 0 && !tt.to.None() && len(c) > 4 {
					t.Errorf("%s is still in %v", what, left)
				}
			}
		})
	}
}

// whole looks whether a history and the settings beside it hold all that they held.
func whole(t *testing.T, path string, s history.Secret, rows int) {
	t.Helper()
	d := history.Open(under(path, s))
	defer d.Close()
	if got := counts(d); got != rows || d.Status() != "" {
		t.Errorf("%s holds %d rows of %d, status %q", path, got, rows, d.Status())
	}
	got, status, err := settingsOf(d, path).Load()
	if w, _ := got.Wearer("canarybird"); err != nil || len(w.Baseline.Minutes) != 1 || w.Baseline.Minutes[0].HeartRate.Value != 61.015625 || w.ResonancePace.Value != 5.765625 {
		t.Errorf("%s: the own rest is %+v, %s, %v", path, w, status, err)
	}
}

func TestAHistoryInTheClearIsSealedThoughTheConfigHasItShut(t *testing.T) {
	dir, _ := haunted(t, history.Secret{})
	path, key := filepath.Join(dir, "history.db"), history.NewKey()
	d := history.Open(under(path, key))
	if d.Locked() == "" || !d.Plain() {
		t.Fatalf("status %q", d.Status())
	}
	if _, err := rekeyed(d, settingsOf(d, path), sealOf(t, key)); err != nil || d.Status() != "" || d.Locked() != "" {
		t.Fatalf("%v, %q", err, d.Status())
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	whole(t, path, key, 10+3+1+1+1+1+1)
}

func TestWhatCannotBeSealedIsNamed(t *testing.T) {
	dir, _ := haunted(t, history.Secret{})
	path := filepath.Join(dir, "history.db")
	put(t, path+".corrupt-20260101T000000.000000000Z", []byte("damaged"))
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "captures", "canarybird"), 0o700), os.MkdirAll(filepath.Join(dir, "backup-odd"), 0o700)); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "backup-odd", "history.db"), []byte("not a history"))
	d := open(t, path)
	if _, err := d.Rekey(nil, nil); err == nil || !strings.Contains(err.Error(), "not sealed") {
		t.Errorf("what is open is opened: %v", err)
	}
	r, err := d.Rekey(sealOf(t, history.NewKey()), nil)
	left := strings.Join(r.Left, "\n")
	for _, want := range []string{"backup-odd", ".corrupt-20260101", "captures"} {
		if !strings.Contains(left, want) {
			t.Errorf("%s is not named in %q, %v", want, left, err)
		}
	}
}

// What a child process seals anew until it is killed.
const (
	rekeyPath = "HUBD_TEST_REKEY"
	rekeyFrom = "HUBD_TEST_REKEY_FROM"
	rekeyTo   = "HUBD_TEST_REKEY_TO"
)

// rekeyAsChild does it once.
func rekeyAsChild(path string) {
	secret := func(name string) history.Secret {
		s, err := history.ParseKey([]byte(os.Getenv(name)))
		if err != nil {
			return history.Secret{}
		}
		return s
	}
	var to *history.Seal
	d := history.Open(under(path, secret(rekeyFrom)))
	if s := secret(rekeyTo); !s.None() {
		to, _ = s.Seal()
	}
	if _, err := rekeyed(d, settingsOf(d, path), to); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	os.Exit(0)
}

// A process that seals everything anew is killed as soon as a step has begun, told by the file that the step makes. Then history is whole under
// the old secret or under the new one, with settings and backups, and after the next start nothing of a sealed one stands in the clear.
func TestAKillAtAnyStepLeavesTheOldOrTheNewWhole(t *testing.T) {
	if path := os.Getenv(rekeyPath); path != "" {
		rekeyAsChild(path)
	}
	one, two := history.NewKey(), history.NewKey()
	stood := map[bool]int{}
	for _, way := range []struct {
		name     string
		from, to history.Secret
	}{
		{"sealing", history.Secret{}, one},
		{"changing the key", one, two},
		{"opening", one, history.Secret{}},
	} {
		for _, step := range []string{
			"settings.json.new", "backup-*/history.db.rewritten", "backup-*/history.db.erasing", "backup-*/settings.json.new",
			"history.db.opening", "history.db.rewritten", "history.db.erasing", "",
		} {
			t.Run(way.name+", at "+step, func(t *testing.T) {
				dir, canaries := haunted(t, way.from)
				path := filepath.Join(dir, "history.db")
				d := history.Open(under(path, way.from))
				rows := counts(d)
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				killedAt(t, path, step, way.from, way.to)
				now := afterKill(t, path, rows, way.from, way.to)
				stood[now.KeyText() == way.to.KeyText()]++
				takenUp(t, path, rows, now, way.from, way.to)
				if way.to.None() {
					return
				}
				for what, c := range canaries {
					if left := holds(t, dir, string(c)); len(left) > 0 && len(c) > 4 {
						t.Errorf("%s stands in the clear in %v", what, left)
					}
				}
			})
		}
	}
	t.Logf("after the kill the new one stood %d times, the old one %d times", stood[true], stood[false])
	if stood[true] == 0 || stood[false] == 0 {
		t.Error("every kill came too early or too late: this tries nothing")
	}
}

// killedAt runs a process that seals anew, and kills it when a file appears; with no file it is let be.
func killedAt(t *testing.T, path, step string, from, to history.Secret) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKillAtAnyStepLeavesTheOldOrTheNewWhole$")
	cmd.Env = append(os.Environ(), rekeyPath+"="+path, rekeyFrom+"="+from.KeyText(), rekeyTo+"="+to.KeyText(), "GORACE=atexit_sleep_ms=0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case err := <-done:
			if err != nil && step == "" {
				t.Fatal(err)
			}
			return // the step was too short to be seen
		default:
		}
		if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), step)); step != "" && len(found) > 0 {
			_ = cmd.Process.Kill()
			<-done
			return
		}
	}
}

// afterKill starts twice as hubd does, with the secret that opens the file, and gives it.
func afterKill(t *testing.T, path string, rows int, from, to history.Secret) history.Secret {
	t.Helper()
	now := to
	d := history.Open(under(path, to))
	if d.Locked() != "" {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		now = from
		d = history.Open(under(path, from))
	}
	f := settingsOf(d, path)
	s, status, err := f.Load()
	if err != nil || status != history.Loaded && status != history.Previous {
		t.Fatalf("settings: %s, %v", status, err)
	}
	s.Room = room.Snapshot{}
	if err := errors.Join(f.Save(s), d.Close()); err != nil {
		t.Fatal(err)
	}
	whole(t, path, now, rows)
	backups, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "backup-*"))
	for _, b := range backups {
		at, opens := filepath.Join(b, "history.db"), false
		for _, s := range []history.Secret{from, to} {
			b := history.Open(under(at, s))
			opens = opens || b.Locked() == "" && counts(b) == rows
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
		if !opens {
			t.Errorf("%s opens to neither", at)
		}
	}
	for _, left := range []string{"*.rewritten", "*.erasing", "backup-*/*.rewritten", "backup-*/*.erasing"} {
		if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), left)); len(found) > 0 {
			t.Errorf("left behind: %v", found)
		}
	}
	return now
}

// takenUp seals a second time, which takes up what the first one left. The config says what it said before, until it is known to be done.
func takenUp(t *testing.T, path string, rows int, now, from, to history.Secret) {
	t.Helper()
	if now.None() {
		now = from
	}
	d := history.Open(under(path, now))
	r, err := rekeyed(d, settingsOf(d, path), sealOf(t, to))
	if nothing := to.None() && len(r.Done) == 0; err != nil && !nothing || len(r.Left) > 0 {
		t.Errorf("the second time: %+v, %v", r, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	backups, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "backup-*", "history.db"))
	for _, at := range append(backups, path) {
		whole(t, at, to, rows)
	}
}

// Settings are the same to control, whether what they hold of bodies can be opened or not.
func TestSettingsNeedNoKeyForControl(t *testing.T) {
	dir, _ := haunted(t, testKey(t))
	f := history.OpenSettings(dir)
	f.Know("canarybird")
	f.SealWith(true)
	s, status, err := f.Load()
	w, _ := s.Wearer("canarybird")
	if err != nil || status != history.Loaded || w.Keep != pipeline.KeepJournal || len(w.Baseline.Minutes) > 0 || w.ResonancePace.Known {
		t.Fatalf("%+v, %s, %v", w, status, err)
	}
	w.Paused = true
	if err := f.Save(pipeline.Settings{Wearers: []pipeline.WearerSettings{w}}); err != nil {
		t.Fatal(err)
	}
	d := sealedAt(t, filepath.Join(dir, "history.db"), testKey(t))
	s, _, err = settingsOf(d, filepath.Join(dir, "history.db")).Load()
	if w, _ := s.Wearer("canarybird"); err != nil || !w.Paused || len(w.Baseline.Minutes) != 1 || w.ResonancePace.Value != 5.765625 {
		t.Errorf("%+v, %v: want the pause, and the own rest as it was", w, err)
	}
}
