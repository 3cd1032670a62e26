package history

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAKeyFileIsTakenOnlyWhereNobodyElseHasIt(t *testing.T) {
	good := NewKey().KeyText()
	for _, tt := range []struct {
		name  string
		make  func(t *testing.T, path string)
		with  KeyFile
		wrong string
	}{
		{"on a card where that is said to be right", text(good, 0o600), KeyFile{InsecureOK: true}, ""},
		{"that nobody can write", text(good, 0o400), KeyFile{InsecureOK: true}, ""},
		{"on the same card", text(good, 0o600), KeyFile{}, "the same card"},
		{"on the card of a folder that is yet to be made", text(good, 0o600), KeyFile{History: "state/deep/history.db"}, "the same card"},
		{"that a group can read", text(good, 0o640), KeyFile{InsecureOK: true}, "mode 0640"},
		{"that can be run", text(good, 0o700), KeyFile{InsecureOK: true}, "mode 0700"},
		{"of somebody else", func(t *testing.T, path string) {
			text(good, 0o600)(t, path)
			if err := os.Chown(path, 12345, 12345); err != nil {
				t.Skip("only root can give a file away")
			}
		}, KeyFile{InsecureOK: true}, "belongs to user 12345"},
		{"that is a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, KeyFile{InsecureOK: true}, "no ordinary file"},
		{"that is a pipe without a writer", func(t *testing.T, path string) {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, KeyFile{InsecureOK: true}, "no ordinary file"},
		{"that holds something else", text("nine slow lanterns", 0o600), KeyFile{InsecureOK: true}, "this is no key"},
		{"that is larger than a key", text(good+strings.Repeat(" ", 1<<20)+"x", 0o600), KeyFile{InsecureOK: true}, "this is no key"},
		{"that is empty", text("", 0o600), KeyFile{InsecureOK: true}, "this is no key"},
		{"that is not there", func(*testing.T, string) {}, KeyFile{InsecureOK: true}, "not there"},
		{"that systemd gave", text(good, 0o440), KeyFile{Credential: true}, "credential of systemd"},
		{"that systemd gave, where that is said to be right", text(good, 0o440), KeyFile{Credential: true, InsecureOK: true}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.with.Path, tt.with.History = filepath.Join(dir, "k"), filepath.Join(dir, tt.with.History, "history.db")
			tt.make(t, tt.with.Path)
			s, err := tt.with.Read()
			if tt.wrong == "" {
				if err != nil || s.KeyText() != good {
					t.Errorf("%v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), "lanterns") || !s.None() {
				t.Errorf("it says %v, want %q", err, tt.wrong)
			}
			if errors.Is(err, ErrNoKeyFile) != (tt.wrong == "not there") {
				t.Errorf("%v: a stick that may come yet is not told from a file that is wrong", err)
			}
		})
	}
}

// text makes a file.
func text(content string, mode os.FileMode) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		if err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAKeyFileIsMadeForItsOwnerAloneAndNeverOverAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if err := WriteKeyFile(path); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	info, err2 := os.Stat(path)
	if err != nil || err2 != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v %v", err, err2, info.Mode())
	}
	if _, err := (KeyFile{Path: path, InsecureOK: true}).Read(); err != nil {
		t.Errorf("what was made is not taken: %v", err)
	}
	if err := WriteKeyFile(path); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a second time: %v", err)
	}
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(first, again) {
		t.Error("the key that was there is gone")
	}
	if err := WriteKeyFile(filepath.Join(t.TempDir(), "nowhere", "k")); err == nil {
		t.Error("a key in a folder that is not there")
	}
}
