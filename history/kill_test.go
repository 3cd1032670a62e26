package history_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
)

const (
	loadPath     = "HUBD_TEST_LOAD" // of the file that a child process writes until it is killed
	perCommit    = 3                // minutes
	killsOfFile  = 50               // then a new file is begun
	perErasing   = 2                // commits
	openingsMost = 4                // that end before the file is open; after some more in a row it is rightly taken for one that kills
	erasing      = "erasure-%08d"   // stands in a row of somebody who is erased again and again
)

// kills is how often; HUBD_KILLS says another number.
func kills(usually int) int {
	n, err := strconv.Atoi(os.Getenv("HUBD_KILLS"))
	if err != nil {
		return usually
	}
	return n
}

// progress is what a process had said by the time it was killed.
type progress struct {
	fed   int // minutes that were given to history
	kept  int // minutes whose commit was acknowledged
	notes int // that were acknowledged
	saved int // settings that were acknowledged, each with a number of its own

	erased int // the newest number that was acknowledged to be erased
}

// hear takes a line of a process that writes.
func (p *progress) hear(line string) error {
	var word string
	var n int
	if _, err := fmt.Sscan(line, &word, &n); err != nil {
		return fmt.Errorf("it said %q", line)
	}
	switch word {
	case "fed":
		p.fed = n
	case "kept":
		p.kept = n
	case "note":
		p.notes = n
	case "saved":
		p.saved = n
	case "erased":
		p.erased = n
	default:
		return fmt.Errorf("it said %q", line)
	}
	return nil
}

// A process is killed at any moment, also while it opens the file or writes it anew: what it had called stored is stored, what it had called erased is in
// no byte, the file is whole, and no more than one commit is missing.
func TestNoAcknowledgedCommitIsLost(t *testing.T) {
	if path := os.Getenv(loadPath); path != "" {
		writeUntilKilled(path)
	}
	random := rand.New(rand.NewPCG(3, 5))
	n := kills(20)
	var all, most progress
	acknowledged, opening, inARow, erasings, path := 0, 0, 0, 0, ""
	for i := range n {
		if i%killsOfFile == 0 {
			path, all, inARow = file(t), progress{}, 0
		}
		said := killed(t, path, time.Duration(5+random.IntN(120))*time.Millisecond, inARow == openingsMost)
		inARow++
		if _, err := os.Lstat(path + ".opening"); err == nil {
			opening++
		} else {
			inARow = 0
		}
		acknowledged += max(0, said.kept-all.kept) + max(0, said.notes-all.notes) + max(0, said.saved-all.saved)
		if said.erased > all.erased {
			erasings++
		}
		all = progress{max(all.fed, said.fed), max(all.kept, said.kept), max(all.notes, said.notes), max(all.saved, said.saved), max(all.erased, said.erased)}
		if left := notErased(t, filepath.Dir(path)); left != 0 && left <= all.erased {
			t.Fatalf("kill %d: %d was erased and is there, of %+v that were told", i, left, all)
		}
		stored := counted(t, path)
		saved, err := savedSettings(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		lost := all.fed - stored.kept
		if stored.kept < all.kept || stored.notes < all.notes || saved < all.saved || lost > perCommit {
			t.Fatalf("kill %d: stored %+v and settings %d of %+v that were told", i, stored, saved, all)
		}
		most.fed = max(most.fed, lost)
		all.fed = stored.kept // the next process goes on from there
	}
	t.Logf("%d kills (%d while opening): %d rows acknowledged and every one stored, at most %d minutes not (a commit holds %d); %d lives erased something",
		n, opening, acknowledged, most.fed, perCommit, erasings)
	if acknowledged == 0 || erasings == 0 && n >= killsOfFile {
		t.Error("nothing was ever acknowledged: this tries nothing")
	}
}

// firstWord runs a function when the first of what it is given comes.
type firstWord struct {
	all  bytes.Buffer
	once sync.Once
	then func()
}

func (f *firstWord) Write(p []byte) (int, error) {
	f.once.Do(f.then)
	return f.all.Write(p)
}

// killed runs a process that writes, kills it after a while, and gives what it had said. The while begins at the process's start, so that it may
// end on a busy machine before the file is open; where it must be open, with its first word.
func killed(t *testing.T, path string, after time.Duration, open bool) (p progress) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestNoAcknowledgedCommitIsLost$")
	cmd.Env = append(os.Environ(), loadPath+"="+path)
	kill := func() { time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) }
	out := &firstWord{then: kill}
	cmd.Stdout = out
	if !open {
		out.then = func() {}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !open {
		kill()
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("it ended by itself: %v\n%s", err, out.all.Bytes())
	}
	for lines := bufio.NewScanner(&out.all); lines.Scan(); {
		if err := p.hear(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// writeUntilKilled lives minute after minute, from where the file ends, and says what it knows to be stored.
func writeUntilKilled(path string) {
	v := &evening{d: opened(history.Options{Path: path, Check: history.Examine}), epoch: start, bpm: 60}
	there, err := v.d.Minutes("a", time.Time{}, ever, 1_000_000)
	if err != nil || v.d.Status() != "" {
		fmt.Println(err, v.d.Status())
		os.Exit(3)
	}
	settings := history.OpenSettings(filepath.Dir(path))
	saved, err := savedSettings(filepath.Dir(path))
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	for i := len(there); ; i++ {
		at := time.Duration(i) * time.Minute
		fmt.Println("fed", i+1)
		v.seconds("a", at, at+time.Minute)
		if (i+1)%perCommit != 0 {
			continue
		}
		if v.d.Commit(v.wall(at + 70*time.Second)); v.d.Status() != "" {
			fmt.Println(v.d.Status())
			os.Exit(3)
		}
		fmt.Println("kept", i+1)
		id, err := v.d.AddNote(history.Note{Wearer: "a", Text: "a note of this minute", At: v.wall(at)}, v.wall(at+time.Minute))
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		fmt.Println("note", id)
		saved++
		if err := settings.Save(numbered(saved)); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		fmt.Println("saved", saved)
		if (i+1)%(perCommit*perErasing) == 0 {
			eraseAnother(v.d, settings, i+1, v.wall(at))
		}
	}
}

// eraseAnother stores something of somebody else, and erases it: the file is written anew, and so are the settings.
func eraseAnother(d *history.DB, settings *history.SettingsFile, n int, wall time.Time) {
	d.Add(pipeline.Event{Wearer: "b", At: wall.Sub(start), Value: dsp.Fault{Source: fmt.Sprintf(erasing, n), Reason: "gone"}}, wall)
	d.Commit(wall.Add(time.Minute))
	e, err := d.Erase("b")
	if err = errors.Join(err, settings.Erase("b")); err != nil || e.Rows == 0 {
		fmt.Println(e.Rows, err)
		os.Exit(3)
	}
	fmt.Println("erased", n)
}

// notErased gives the smallest number of an erasing whose row still stands in a byte of a folder; 0: there is none.
func notErased(t *testing.T, dir string) (least int) {
	t.Helper()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return 0 // killed before there was anything
	}
	mark, _, _ := strings.Cut(erasing, "%")
	for _, name := range holds(t, dir, mark) {
		data := read(t, name)
		for at := bytes.Index(data, []byte(mark)); at >= 0; at = bytes.Index(data, []byte(mark)) {
			var n int
			data = data[at:]
			if _, err := fmt.Sscanf(string(data[:min(len(data), len(mark)+8)]), erasing, &n); err == nil && (least == 0 || n < least) {
				least = n
			}
			data = data[len(mark):]
		}
	}
	return least
}

// numbered makes settings that hold a number, and a pause in every other one: less is written twice.
func numbered(n int) pipeline.Settings {
	return pipeline.Settings{Wearers: []pipeline.WearerSettings{
		{Wearer: "a", Keep: pipeline.KeepJournal, Paused: n%2 == 0, ResonancePace: dsp.Some(float64(n))},
	}}
}

// savedSettings gives the number of the settings that a start finds; 0 where there are none yet.
func savedSettings(dir string) (int, error) {
	s, status, err := history.OpenSettings(dir).Load()
	switch {
	case status == history.Missing:
		return 0, nil
	case status == history.Damaged:
		return 0, fmt.Errorf("the settings are damaged: %w", err)
	}
	w, _ := s.Wearer("a")
	n := int(w.ResonancePace.Value)
	if w.Paused != (n%2 == 0) {
		return n, fmt.Errorf("settings %d are paused: %t", n, w.Paused)
	}
	return n, nil
}

// counted looks at the file as it lies on the disk: every page, then the minutes, which must follow each other, and the notes.
func counted(t *testing.T, path string) (p progress) {
	t.Helper()
	if aside, err := filepath.Glob(path + ".corrupt-*"); err != nil || len(aside) > 0 {
		t.Fatalf("set aside: %v %v", aside, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return p // killed before there was anything
	}
	if err := history.Examine(path); err != nil {
		t.Error(err)
	}
	b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	err = b.View(func(tx *bbolt.Tx) error {
		for e := range tx.Check() {
			t.Error(e)
		}
		rows := tx.Bucket([]byte("minutes"))
		if rows == nil {
			return nil
		}
		p.notes = tx.Bucket([]byte("journal")).Stats().KeyN
		return rows.ForEach(func(key, _ []byte) error {
			if at := int64(binary.BigEndian.Uint64(key) ^ 1<<63); at != start.Unix()+int64(p.kept)*60 {
				t.Errorf("row %d is of %s", p.kept, time.Unix(at, 0).UTC())
			}
			p.kept++
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	return p
}
