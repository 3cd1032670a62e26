package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/wire"
)

// withoutDaemon writes a config with its state beside it, and gives the flags that lead there and to no daemon.
func withoutDaemon(t *testing.T) (flags []string, state string) {
	t.Helper()
	dir := t.TempDir()
	state = filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	const yaml = `
hub: {id: bedroom}
mqtt: {url: "mqtt://127.0.0.1:1"}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main, address: 0x48, supply_v: 3.3}}
wearers:
  - {id: ann, share: full, keep: journal, start_from: [page], pulse: {chip: adc, channel: 0, kind: ppg, full_scale_v: 4.096}}
history: {path: state/history.db}
`
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--config", path, "--socket", filepath.Join(dir, "s")}, state
}

// typed runs one command line with something on its standard input.
func typed(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(t.Context(), args, streams{strings.NewReader(in), &o, &e})
	return code, o.String(), e.String()
}

func TestAnEveningIsKeptListedCopiedAndErasedWithoutADaemon(t *testing.T) {
	flags, state := withoutDaemon(t)
	run := func(in string, args ...string) (int, string) {
		t.Helper()
		code, out, errs := typed(t, in, append(args, flags...)...)
		return code, out + errs
	}
	if code, said := run("", "journal", "add", "a canary of a note"); code != exitDone || !strings.Contains(said, "kept as note 1") {
		t.Fatalf("exit %d: %s", code, said)
	}
	for _, args := range [][]string{{"journal", "list"}, {"export", "--what", "journal"}, {"export", "--format", "json"}} {
		if code, said := run("", args...); code != exitDone || !strings.Contains(said, "canary") {
			t.Errorf("%v: exit %d: %s", args, code, said)
		}
	}
	if code, said := run("", "backup"); code != exitDone || !strings.Contains(said, "backup-") {
		t.Errorf("backup: exit %d: %s", code, said)
	}
	for in, want := range map[string]string{"": "nothing was erased", "yes\n": "nothing was erased", "anna\n": "nothing was erased"} {
		if code, said := run(in, "erase", "--wearer", "ann"); code != exitFailed || !strings.Contains(said, want) {
			t.Errorf("%q typed: exit %d: %s", in, code, said)
		}
	}
	if _, said := run("", "journal", "list"); !strings.Contains(said, "canary") {
		t.Fatal("the note is gone though nothing was confirmed")
	}
	code, said := run("ann\n", "erase", "--wearer", "ann")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, said)
	}
	for _, want := range []string{"rows are gone", "recorder.purge_entities", "- sensor.hubd_bedroom_ann_heart_rate", "hubd/bedroom/ann/status", "worn-out cells"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if code, said := run("", "journal", "list"); code != exitDone || strings.Contains(said, "canary") {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := run("", "history", "check", filepath.Join(state, "history.db")); code != exitUsage && code != exitDone {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestErasingsOwnMistakesAreUsage(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody named", []string{"erase"}, "whose? add --wearer"},
		{"a time in words", []string{"erase", "--wearer", "a", "--session", "yesterday"}, "wanted is a date such as"},
		{"a span that ends in words", []string{"erase", "--wearer", "a", "--session", "2026-11-20/later"}, `"later"`},
		{"the later time first", []string{"erase", "--wearer", "a", "--session", "2026-11-20 22:00/2026-11-20 21:00"}, "the earlier time comes first"},
		{"a history without a file", []string{"history", "check"}, "hubd history check /var"},
		{"a history's other verbs", []string{"history", "mend", "x"}, "history takes check"},
		{"a key without a file", []string{"history", "key"}, "history takes check"},
		{"a key's name where none is wanted", []string{"history", "rekey", "k"}, "history takes check"},
		{"two ways to seal at once", []string{"history", "rekey", "--none", "--to", "k"}, "one at most"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, _, errs := hubd(t, row.args...)
			if code != exitUsage || !strings.Contains(errs, row.want) {
				t.Errorf("exit %d: %s", code, errs)
			}
		})
	}
}

func TestTheTimeOfASessionIsRead(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 11, 20, h, m, 0, 0, time.Local) }
	for _, row := range []struct {
		text         string
		from, to, at time.Time
	}{
		{"", time.Time{}, time.Time{}, time.Time{}},
		{"2026-11-20 21:30", time.Time{}, time.Time{}, at(21, 30)},
		{"2026-11-20 21:00/2026-11-20 22:30", at(21, 0), at(22, 30), time.Time{}},
		{" 2026-11-20 / 2026-11-20 00:01 ", at(0, 0), at(0, 1), time.Time{}},
	} {
		e := erasing{wearer: "a", session: row.text}
		x, when, err := e.what()
		if err != nil || !x.From.Equal(row.from) || !x.To.Equal(row.to) || !when.Equal(row.at) {
			t.Errorf("%q: %+v at %s, %v", row.text, x, when, err)
		}
	}
}

// A text that is no time must never become everything.
func FuzzTheTimeOfASession(f *testing.F) {
	for _, s := range []string{"2026-11-20 21:30", "2026-11-20/2026-11-21", "/", "//", "0001-01-01", "0001-01-01/0001-01-01", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := erasing{wearer: "a", session: text}
		x, at, err := e.what()
		if err == nil && text != "" && x.Everything() && at.IsZero() {
			t.Errorf("%q would erase everything", text)
		}
	})
}

func TestWhatIsNotErasedIsTheError(t *testing.T) {
	var out bytes.Buffer
	e := wire.Erasure{Erased: history.Erased{Done: []string{"2 rows of a backup"}, Files: []string{"x.corrupt"}}, CannotReach: []string{"one\ntwo"}, Failed: "not erased: the rows"}
	if err := tellErasure(&out, history.Erasing{Wearer: "a"}, e); err != nil {
		t.Fatal(err)
	}
	const want = `erased: 2 rows of a backup
overwritten and removed whole: x.corrupt

Out of hubd's reach:
- one
  two
`
	if out.String() != want {
		t.Errorf("got:\n%s", out.String())
	}
}
