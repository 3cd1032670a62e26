package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
)

// TestMain lets this program answer hubd history check, as the one that runs the daemon does: a look at a file is a process of its own.
// What is not told where the daemon listens looks where none does, not at a daemon that happens to run on this machine.
func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == "history" && os.Args[2] == "check" && os.Args[3] == "--pages" {
		said, err := Examine(os.Args[4])
		if err != nil {
			fmt.Fprintln(os.Stderr, "hubd: "+said)
			os.Exit(1)
		}
		fmt.Println(said)
		os.Exit(0)
	}
	os.Setenv("RUNTIME_DIRECTORY", "/nonexistent/hubd")
	os.Exit(m.Run())
}

// lived is a history of some hours of two wearers, with notes and faults.
func livedHistory(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	db := history.Open(history.Options{Path: path})
	for m := range 300 {
		liveMinute(db, time.Duration(m)*time.Minute)
	}
	for i := range 20 {
		if _, err := db.AddNote(history.Note{Wearer: "a", At: dawn, Text: strings.Repeat("quiet ", i*20+1)}, dawn); err != nil {
			t.Fatal(err)
		}
	}
	db.Add(pipeline.Event{Wearer: "b", At: time.Minute, Value: dsp.Fault{Source: "ads1115@48", Reason: "does not answer"}}, dawn)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var dawn = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// liveMinute lets two wearers live a minute and stores it.
func liveMinute(db *history.DB, at time.Duration) {
	for _, w := range []string{"a", "b"} {
		db.Add(pipeline.Event{Wearer: w, At: at, Value: dsp.Signal{Contact: true, Quality: 1}}, dawn.Add(at))
		db.Add(pipeline.Event{Wearer: w, At: at, Value: dsp.HeartRate{BPM: dsp.Some(60)}}, dawn.Add(at))
	}
	db.Commit(dawn.Add(at + 2*time.Minute))
}

// copies is how many damaged files are tried; HUBD_COPIES says another number.
func copies(t *testing.T, usually int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("HUBD_COPIES"))
	if err != nil {
		return usually
	}
	return n
}

// copiesAtOnce is how many files are tried at the same time: most of the time of each goes by waiting for the disk.
const copiesAtOnce = 4

// The daemon is this process: a damage that ended it, or never let it go on, would end the test. Each file must be at work afterwards, either as
// it was or begun anew with the damaged one beside it.
func TestNoDamageEndsOrHoldsUpTheDaemon(t *testing.T) {
	whole := livedHistory(t)
	n := copies(t, 100)
	place := t.TempDir()
	var aside atomic.Int64
	var tries sync.WaitGroup
	for first := range copiesAtOnce {
		tries.Go(func() {
			for i := first; i < n; i += copiesAtOnce {
				if survives(t, filepath.Join(place, strconv.Itoa(i)), damage(whole, i)) {
					aside.Add(1)
				}
			}
		})
	}
	tries.Wait()
	t.Logf("%d damaged files: %d were set aside and begun anew, %d went on as they were", n, aside.Load(), int64(n)-aside.Load())
	if aside.Load() == 0 || aside.Load() == int64(n) {
		t.Error("this tries nothing")
	}
}

// damage gives a copy with 1 to 128 bytes that are others; every tenth is cut off too. A number gives the same one always.
func damage(whole []byte, number int) []byte {
	random := rand.New(rand.NewPCG(7, uint64(number)))
	damaged := bytes.Clone(whole)
	for range 1 << random.IntN(8) {
		damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
	}
	if number%10 == 9 {
		damaged = damaged[:random.IntN(len(damaged))]
	}
	return damaged
}

// survives tells whether a file was set aside. Rows that cannot be read are told by the reader and end nothing.
func survives(t *testing.T, dir string, damaged []byte) (aside bool) {
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "history.db")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(path, damaged, 0o600)); err != nil {
		t.Error(err)
		return false
	}
	db := history.Open(history.Options{Path: path, Check: func(path string) error {
		err := itself(os.Args[0])(path)
		if err != nil && !errors.Is(err, history.ErrDamaged) {
			t.Errorf("copy %s: a look gave no answer: %v", dir, err)
		}
		return err
	}})
	const later = 400 * 24 * time.Hour
	liveMinute(db, later)
	_, _ = db.Minutes("", time.Time{}, dawn.AddDate(9, 0, 0), 10_000)
	_, _ = db.Notes("a", history.Span{To: dawn.AddDate(9, 0, 0)}, 100)
	_, _ = db.Faults(100)
	liveMinute(db, later+time.Minute)
	got, err := db.Minutes("a", dawn.Add(later), dawn.AddDate(9, 0, 0), 10)
	if err != nil || len(got) != 2 {
		t.Errorf("copy %s: %d minutes of two, %v; %s", dir, len(got), err, db.Status())
	}
	if err := db.Close(); err != nil {
		t.Errorf("copy %s: %v", dir, err)
	}
	found, err := filepath.Glob(path + ".corrupt-*")
	if err != nil {
		t.Error(err)
	}
	return len(found) > 0
}

// looking makes an examiner whose process is a shell's.
func looking(script string) func(path string) error {
	return examiner(func(ctx context.Context, _ string) *exec.Cmd { return exec.CommandContext(ctx, "sh", "-c", script) })
}

func TestWhatALookAtAFileMeans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name    string
		check   func(path string) error
		fine    bool
		damaged bool
	}{
		{"a whole file", looking("echo whole"), true, false},
		{"a damaged one", looking("echo 'damaged: it is'; exit 1"), false, true},
		{"one that cannot be read tells nothing", looking("echo 'unread: in use'; exit 1"), false, false},
		{"as the command says it on stderr", looking("echo 'hubd: damaged: it is' >&2; exit 1"), false, true},
		{"after words of Go's runtime", looking("printf 'unexpected fault address hubd: damaged: it is\\n' >&2; exit 1"), false, true},
		{"after a line of Go's runtime", looking("printf 'unexpected fault address 0x7f\\nhubd: damaged: it is\\n' >&2; exit 1"), false, true},
		{"after a page of a race detector's", looking("yes 'a race' | head -n 500 >&2; echo 'hubd: damaged: it is' >&2; exit 1"), false, true},
		{"in use, as the command says it", looking("echo 'hubd: unread: a running hubd has it' >&2; exit 1"), false, false},
		{"an answer in other words tells nothing", looking("echo 'hubd: the disk is full' >&2; exit 1"), false, false},
		{"one that ends the process is damaged", looking("echo 'panic: page 7'; exit 2"), false, true},
		{"a process that somebody ended tells nothing", looking("kill -9 $$"), false, false},
		{"a program that is not there tells nothing", itself(filepath.Join(t.TempDir(), "nothing")), false, false},
		{"really: text is no history", itself(os.Args[0]), false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.check(path)
			if (err == nil) != row.fine || errors.Is(err, history.ErrDamaged) != row.damaged {
				t.Errorf("got %v", err)
			}
		})
	}
}
