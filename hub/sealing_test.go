package hub_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hubd/dsp"
	"hubd/history"
	"hubd/hub"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/web"
)

const words = "nine slow lanterns"

// sealedHome is a home whose history is sealed as key says, a line of the config.
func sealedHome(dir, key string) string {
	return strings.Replace(keeping("", dir, "journal"), "history.db}", "history.db, "+key+"}", 1)
}

// notes are the words of what a wearer has written down.
func notes(t *testing.T, socket string) string {
	t.Helper()
	all, err := hub.Notes(t.Context(), socket, "a", time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, n := range all {
		said = append(said, n.Text)
	}
	return strings.Join(said, " ")
}

// refusing checks that something is refused, in words that have a part.
func refusing(t *testing.T, what string, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "lantern") {
		t.Errorf("%s: %v, want %q", what, err, part)
	}
}

// ownRest writes settings in the clear in which a's own rest is known, as from before the history was sealed.
func ownRest(t *testing.T, dir string) {
	t.Helper()
	minutes := []regulation.RestMinute{{Day: 20777, Declared: true, HeartRate: dsp.Some(61.015625)}, {Day: 20778, HeartRate: dsp.Some(62)}}
	s := pipeline.Settings{Wearers: []pipeline.WearerSettings{
		{Wearer: "a", Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Baseline: regulation.Baseline{Minutes: minutes}},
	}}
	if err := history.OpenSettings(dir).Save(s); err != nil {
		t.Fatal(err)
	}
}

func TestAHistoryUnderATypedPassphraseIsOffUntilItIsTypedAndControlIsOn(t *testing.T) {
	dir := t.TempDir()
	ownRest(t, dir)
	yaml := sealedHome(dir, "key_file: typed")
	d := keeper(t, yaml)
	if s := d.history(t); !strings.HasPrefix(s, "locked: ") || !strings.Contains(s, "type it") || strings.Contains(s, "stick") {
		t.Errorf("the status says %q", s)
	}
	_, err := hub.AddNote(t.Context(), d.socket, history.Note{Wearer: "a", Text: "lost"})
	refusing(t, "a note", err, "locked")
	refusing(t, "what is no passphrase", hub.Unlock(t.Context(), d.socket, "lantern", true), "a passphrase has")
	refusing(t, "one that nobody meant to seal with", hub.Unlock(t.Context(), d.socket, words, false), "nothing was ever sealed")
	if err := hub.Unlock(t.Context(), d.socket, words, true); err != nil {
		t.Fatal(err)
	}
	noted(t, d.socket, "a", "canary first", time.Now())
	if dumped, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumped != 0 {
		t.Errorf("the kernel may write this process's memory into a file: %d, %v", dumped, err)
	}
	d.stop()
	for _, canary := range []string{"canary", "61.015625", `"a"`} {
		if left := holding(t, dir, canary); len(left) > 0 {
			t.Errorf("%s stands in %v", canary, left)
		}
	}

	d = keeper(t, yaml)
	d.ask(t, "", "pause", "PRESS") // control needs no history
	if s, err := hub.AskSealing(t.Context(), d.socket); err != nil || !s.Sealed || !s.Begun || !s.Phrase || s.Locked == "" {
		t.Errorf("%+v, %v", s, err)
	}
	if n := rested(t, d); n != 0 {
		t.Errorf("%d minutes of own rest are known without what opens them", n)
	}
	_, err = hub.Erase(t.Context(), d.socket, history.Erasing{Wearer: "a"})
	refusing(t, "erasing", err, "locked")
	_, err = hub.Backup(t.Context(), d.socket)
	refusing(t, "a copy", err, "locked")
	refusing(t, "another passphrase", hub.Unlock(t.Context(), d.socket, "nine quick lanterns", false), "not the key or passphrase")
	if err := hub.Unlock(t.Context(), d.socket, words, false); err != nil {
		t.Fatal(err)
	}
	if got := notes(t, d.socket); got != "canary first" || d.history(t) != "" {
		t.Errorf("notes %q, status %q", got, d.history(t))
	}
	if n := rested(t, d); n != 2 {
		t.Errorf("%d minutes of own rest were taken up, want 2", n)
	}
	if err := hub.Unlock(t.Context(), d.socket, words, false); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if strings.Contains(d.log.String(), "lantern") || strings.Count(d.log.String(), "locked: ") != 1 || !strings.Contains(d.log.String(), "history is stored again") {
		t.Errorf("the log says: %s", d.log)
	}
}

// history is what the status says of the history.
func (d *daemon) history(t *testing.T) string {
	t.Helper()
	s, err := hub.AskSealing(t.Context(), d.socket)
	if err != nil {
		t.Fatal(err)
	}
	return s.Locked
}

// rested is how many minutes of own rest the running pipeline knows.
func rested(t *testing.T, d *daemon) int {
	t.Helper()
	data, err := hub.ExportRest(t.Context(), d.socket, "a")
	if err != nil {
		return 0
	}
	all, err := history.DecodeBaselines(data)
	if err != nil {
		t.Fatal(err)
	}
	return len(all["a"].Minutes)
}

func TestAllIsSealedAnewWhileTheDaemonRunsAndWithoutIt(t *testing.T) {
	dir, keys := t.TempDir(), t.TempDir()
	one, two := filepath.Join(keys, "one"), filepath.Join(keys, "two")
	for _, k := range []string{one, two} {
		if err := hub.MakeKey(k); err != nil {
			t.Fatal(err)
		}
	}
	ownRest(t, dir)
	d := keeper(t, keeping("", dir, "journal"))
	noted(t, d.socket, "a", "canary", time.Now())
	if _, err := hub.Backup(t.Context(), d.socket); err != nil {
		t.Fatal(err)
	}
	_, err := hub.Rekey(t.Context(), d.socket, web.RekeyToFile, "")
	refusing(t, "without a key file in the config", err, "names no key file")
	d.stop()

	d = keeper(t, sealedHome(dir, "key_file: typed"))
	_, err = hub.Rekey(t.Context(), d.socket, web.RekeyToFile, "")
	refusing(t, "where it is typed", err, "hubd history rekey --passphrase")
	d.stop()

	yaml := sealedHome(dir, "insecure_key_ok: true, key_file: "+one)
	d = keeper(t, yaml)
	if s := d.history(t); !strings.Contains(s, "hubd history rekey seals") {
		t.Errorf("in the clear, though it should be sealed: %q", s)
	}
	r, err := hub.Rekey(t.Context(), d.socket, web.RekeyToFile, "")
	if err != nil || r.Failed != "" || len(r.Done) != 2 || len(r.Next) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, canary := range []string{"canary", "61.015625"} {
		if left := holding(t, dir, canary); len(left) > 0 {
			t.Errorf("%s stands in %v", canary, left)
		}
	}
	if got := notes(t, d.socket); got != "canary" || rested(t, d) != 2 {
		t.Errorf("notes %q, %d minutes of own rest", got, rested(t, d))
	}
	d.stop()

	key, err := hub.KeyOf(two)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(keys, "config.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, leave := daemonless(t, file, true)
	r, err = hub.Rekey(t.Context(), socket, web.RekeyToSecret, key)
	if err != nil || r.Failed != "" || len(r.Next) != 1 || strings.Contains(strings.Join(append(r.Next, r.Left...), ""), key[20:30]) {
		t.Errorf("%+v, %v", r, err)
	}
	leave()
	d = keeper(t, yaml)
	if s := d.history(t); !strings.Contains(s, "not the key or passphrase") {
		t.Errorf("with the old key: %q", s)
	}
	d.stop()
	d = keeper(t, strings.Replace(yaml, one, two, 1))
	if got := notes(t, d.socket); got != "canary" || rested(t, d) != 2 {
		t.Errorf("with the new key: notes %q, %d minutes of own rest", got, rested(t, d))
	}
}

func TestWithoutADaemonASealedHistoryWantsItsKey(t *testing.T) {
	file, state := configFile(t, "journal")
	key := filepath.Join(t.TempDir(), "k")
	if err := hub.MakeKey(key); err != nil {
		t.Fatal(err)
	}
	secret, err := history.KeyFile{Path: key, InsecureOK: true}.Read()
	if err != nil {
		t.Fatal(err)
	}
	db := history.Open(history.Options{Path: filepath.Join(state, "history.db"), Sealed: true, Secret: secret})
	if _, err := db.AddNote(history.Note{Wearer: "a", Text: "canary"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := hub.MakeKey(other); err != nil {
		t.Fatal(err)
	}
	typed := func(text string) func(string) (string, error) {
		return func(string) (string, error) { return text, nil }
	}
	text, err := hub.KeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		r     hub.Reaching
		wrong string
	}{
		{"nobody who could type it", hub.Reaching{}, "locked"},
		{"its key file", hub.Reaching{KeyFile: key}, ""},
		{"another key file", hub.Reaching{KeyFile: other}, "not the key"},
		{"a key file that is not there", hub.Reaching{KeyFile: key + "x"}, "not there"},
		{"a key that is typed", hub.Reaching{Ask: typed(text)}, ""},
		{"a passphrase that is typed", hub.Reaching{Ask: typed(words)}, "sealed under a key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Socket, tt.r.Config = filepath.Join(t.TempDir(), "none"), file
			socket, leave, err := hub.Reach(context.Background(), tt.r)
			if tt.wrong != "" {
				refusing(t, tt.name, err, tt.wrong)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := notes(t, socket); got != "canary" {
				t.Errorf("notes %q", got)
			}
			if err := leave(); err != nil {
				t.Error(err)
			}
		})
	}
}
