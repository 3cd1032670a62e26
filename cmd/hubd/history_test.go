package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const words = "nine slow lanterns"

// everyByte is all that stands in a folder.
func everyByte(t *testing.T, dir string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAHistoryIsSealedReadAndOpenedWithoutADaemon(t *testing.T) {
	flags, state := withoutDaemon(t)
	key, other := filepath.Join(t.TempDir(), "k"), filepath.Join(t.TempDir(), "k")
	for _, row := range []struct {
		name, in string
		args     []string
		code     int
		says     string
		sealed   bool
	}{
		{"a note in the clear", "", []string{"journal", "add", "a canary of a note"}, exitDone, "kept as note 1", false},
		{"a key is made", "", []string{"history", "key", key}, exitDone, "Keep a copy elsewhere", false},
		{"and another", "", []string{"history", "key", other}, exitDone, "Keep a copy elsewhere", false},
		{"and never made over", "", []string{"history", "key", key}, exitFailed, "there already", false},
		{"the config names no key", "", []string{"history", "rekey"}, exitFailed, "names no key file", false},
		{"a key file that is none", "", []string{"history", "rekey", "--to", filepath.Join(state, "settings.json")}, exitFailed, "key", false},
		{"it is sealed", "", []string{"history", "rekey", "--to", key}, exitDone, "once every copy of its key is destroyed", true},
		{"without the key nothing is read", "", []string{"journal", "list"}, exitFailed, "locked: it is sealed. Name the file of its key with --key FILE, or run this at a terminal", true},
		{"with another key its rows are not looked at", "", []string{"history", "check", filepath.Join(state, "history.db"), "--key", other}, exitFailed, "hubd: unread: that is not the key", true},
		{"nothing is erased", "", []string{"erase", "--wearer", "ann", "--yes"}, exitFailed, "locked: it is sealed", true},
		{"with it everything is", "", []string{"journal", "list", "--key", key}, exitDone, "a canary of a note", true},
		{"its rows are looked at", "", []string{"history", "check", filepath.Join(state, "history.db"), "--key", key}, exitDone, "rows opens", true},
		{"a copy is sealed too", "", []string{"backup", "--key", key}, exitDone, "backup-", true},
		{"a passphrase that is short", "lantern\n", []string{"history", "rekey", "--passphrase", "--key", key}, exitFailed, "a passphrase has", true},
		{"nothing is typed", "", []string{"history", "rekey", "--passphrase", "--key", key}, exitFailed, "nothing was typed", true},
		{"a passphrase takes the key's place", words + "\n", []string{"history", "rekey", "--passphrase", "--key", key}, exitDone, "set history.key_file: typed", true},
		{"the key opens nothing any more", "", []string{"journal", "list", "--key", key}, exitFailed, "not the key or passphrase", true},
		{"unlocking is for a daemon", words + "\n", []string{"history", "unlock"}, exitFailed, "no daemon answers", true},
	} {
		args := row.args
		if args[0] != "history" || args[1] == "rekey" || args[1] == "unlock" {
			args = append(args, flags...)
		}
		if args[0] == "history" && args[1] == "unlock" {
			args = []string{"history", "unlock", "--socket", flags[3]}
		}
		code, out, errs := typed(t, row.in, args...)
		if code != row.code || !strings.Contains(out+errs, row.says) || strings.Contains(out+errs, "lantern") {
			t.Errorf("%s: exit %d: %s%s", row.name, code, out, errs)
		}
		if found := bytes.Contains(everyByte(t, state), []byte("canary")); found == row.sealed {
			t.Errorf("%s: the note can be found: %v", row.name, found)
		}
	}
}

// What is wrong with a file is said once, on stderr, in words that the daemon, which has this command look, can tell apart.
func TestAHistoryThatIsNotWholeIsToldOnce(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("no history "), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, file, says string }{
		{"no history", damaged, "hubd: damaged: "},
		{"no file", filepath.Join(dir, "none.db"), "hubd: unread: "},
	} {
		code, out, errs := typed(t, "", "history", "check", row.file)
		if code != exitFailed || out != "" || !strings.HasPrefix(errs, row.says) || strings.Count(errs, "\n") != 1 || strings.Count(errs, "damaged: ") > 1 {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", row.name, code, out, errs)
		}
	}
}

// A byte on the card that turned costs the note that it stood in, and no other.
func TestANoteThatCannotBeReadIsNamedAndHidesNoOther(t *testing.T) {
	flags, state := withoutDaemon(t)
	for _, words := range []string{"the first canary", "the second sparrow", "the third thrush"} {
		if code, _, errs := typed(t, "", append([]string{"journal", "add", words}, flags...)...); code != exitDone {
			t.Fatal(errs)
		}
	}
	file := filepath.Join(state, "history.db")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(data, []byte("second sparrow"), []byte("second\x00sparrow")), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := typed(t, "", "history", "check", file)
	if code != exitFailed || out != "" || !strings.Contains(errs, "not whole: 1 of 4 rows cannot be read") || !strings.Contains(errs, "journal, ") || !strings.Contains(errs, "note 2, of ann: ") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if code, out, errs := typed(t, "", "history", "check", "--pages", file); code != exitDone || out != "whole\n" {
		t.Errorf("its pages are whole, and hubd goes on with it: exit %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"journal", "list"}, {"export", "--what", "journal"}, {"export", "--format", "json"}} {
		code, out, errs := typed(t, "", append(args, flags...)...)
		if code != exitFailed || !strings.Contains(out, "canary") || !strings.Contains(out, "thrush") || strings.Contains(out, "sparrow") || !strings.Contains(errs, "1 row cannot be read: journal, ") {
			t.Errorf("%s: exit %d: %s%s", args, code, out, errs)
		}
		if args[len(args)-1] == "json" && !json.Valid([]byte(out)) {
			t.Errorf("no whole object: %s", out)
		}
	}
}
