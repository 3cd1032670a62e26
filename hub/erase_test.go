package hub_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/broker"
	"hubd/wire"
)

const canary = "canary of a quiet evening"

// holding gives the files below a folder in which a text stands. A daemon that saves its settings meanwhile renames a
// file under the search: then everything is read once more, since what moved may have been passed already.
func holding(t *testing.T, dir, text string) []string {
	t.Helper()
	for range 100 {
		files, err := searched(dir, text)
		if err == nil {
			return files
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Fatalf("%s never stood still for one search", dir)
	return nil
}

// searched is one search: an error that is fs.ErrNotExist says that a file was renamed under it.
func searched(dir, text string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// noted writes the canary into a daemon's journal.
func noted(t *testing.T, socket, wearer, text string, at time.Time) {
	t.Helper()
	if _, err := hub.AddNote(t.Context(), socket, history.Note{Wearer: wearer, Text: text, At: at}); err != nil {
		t.Fatal(err)
	}
}

func TestErasingWhileTheDaemonRuns(t *testing.T) {
	b, err := broker.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	h := &heard{}
	listen(t, b.Addr(), h)
	dir := t.TempDir()
	d := keeper(t, keeping(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", b.Addr()), dir, "journal"))
	noted(t, d.socket, "a", canary, time.Time{})
	if _, err := hub.Backup(t.Context(), d.socket); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "history.db.corrupt-1"), []byte("damaged "+canary), 0o600); err != nil {
		t.Fatal(err)
	}
	d.ask(t, "a", "start_session", "alone")
	waiting.Until(t, "a is sensed", func() bool { return d.status(t).Wearers[0].Status == "online" })
	if before := holding(t, dir, canary); len(before) != 3 {
		t.Fatalf("the canary is in %v", before)
	}
	e, err := hub.Erase(t.Context(), d.socket, history.Erasing{Wearer: "a"})
	if err != nil || e.Failed != "" || e.Rows < 2 || e.Searched == 0 || len(e.Files) != 1 {
		t.Fatalf("%+v %v", e, err)
	}
	if left := holding(t, dir, canary); len(left) > 0 {
		t.Errorf("the canary is still in %v", left)
	}
	told := strings.Join(e.CannotReach, "\n")
	for _, want := range []string{"exports", "action: recorder.purge_entities", "    - sensor.hubd_bedroom_a_heart_rate", "worn-out cells"} {
		if !strings.Contains(told, want) {
			t.Errorf("it does not say %q:\n%s", want, told)
		}
	}
	if s := d.status(t); s.Wearers[0].Status != "paused" {
		t.Errorf("who erases is sensed still: %+v", s)
	}
	if done := strings.Join(e.Done, "\n"); !strings.Contains(done, "on the broker: hubd/bedroom/a/state") || strings.Contains(done, "/config") {
		t.Errorf("done is %q: discovery stays while the wearer is of this hub", done)
	}
	waiting.Until(t, "the broker keeps nothing", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.ContainsFunc(h.got, func(m mqtt.Inbound) bool { return m.Topic == "hubd/bedroom/a/state" && len(m.Payload) == 0 })
	})
	noted(t, d.socket, "a", "a new beginning", time.Time{})
	if notes, err := hub.Notes(t.Context(), d.socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != 1 {
		t.Errorf("afterwards there are %d notes, %v", len(notes), err)
	}
	d.stop()
	if left := holding(t, dir, canary); len(left) > 0 || strings.Contains(d.log.String(), "canary") {
		t.Errorf("after the end the canary is in %v\n%s", left, d.log)
	}
}

// Tokens of somebody whom the config names no more open nothing, but tell that they were here.
func TestErasingSomebodyWhoLeftTakesTheirTokensWithThem(t *testing.T) {
	dir := t.TempDir()
	two := strings.Replace(withPage(t, keeping("", dir, "journal")), "wearers:", "wearers:\n  - {id: gone, share: none, keep: journal, pulse: {chip: adc, channel: 2, kind: ppg, rate_hz: 50}}", 1)
	d := run(t, two, "stress")
	for _, id := range []string{"a", "gone"} {
		openPage(t, d, wire.PageOpening{Wearer: id})
	}
	waiting.Until(t, "the wearers are known", func() bool { return len(d.status(t).Wearers) == 2 })
	noted(t, d.socket, "gone", canary, time.Time{})
	d.stop()
	d = keeper(t, withPage(t, keeping("", dir, "journal")))
	if len(holding(t, dir, `"gone"`)) == 0 {
		t.Fatal("nothing is there to be erased")
	}
	e, err := hub.Erase(t.Context(), d.socket, history.Erasing{Wearer: "gone"})
	if err != nil || e.Failed != "" || !slices.Contains(e.Done, "tokens of the page") {
		t.Fatalf("%+v %v", e, err)
	}
	if left := holding(t, dir, `"gone"`); len(left) > 0 {
		t.Errorf("the name is still in %v", left)
	}
	if stays := holding(t, filepath.Join(dir, "page-tokens"), `"a"`); len(stays) != 1 {
		t.Error("a's token went with them")
	}
}

func TestErasingOneSpanWhileTheDaemonRuns(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "journal"))
	day := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	noted(t, d.socket, "a", canary, day)
	noted(t, d.socket, "a", "stays", day.Add(2*time.Hour))
	e, err := hub.Erase(t.Context(), d.socket, history.Erasing{Wearer: "a", From: day, To: day.Add(time.Hour)})
	if err != nil || e.Failed != "" || e.Rows != 1 {
		t.Fatalf("%+v %v", e, err)
	}
	if left := holding(t, dir, canary); len(left) > 0 || len(holding(t, dir, "stays")) == 0 {
		t.Errorf("the canary is in %v", left)
	}
	if _, _, err := hub.Session(t.Context(), d.socket, "a", day); err == nil || !strings.Contains(err.Error(), "no minute of a is kept") {
		t.Errorf("a session without minutes: %v", err)
	}
}

func TestWhatErasingRefuses(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "journal"))
	noted(t, d.socket, "a", canary, time.Time{})
	now := time.Now()
	for _, row := range []struct {
		name string
		what history.Erasing
		want string
	}{
		{"an id that nobody has", history.Erasing{Wearer: "mistyped"}, `nobody here is called "mistyped", and nothing is kept of one: known are a`},
		{"an id with odd letters", history.Erasing{Wearer: "../a"}, "whose past"},
		{"times the wrong way round", history.Erasing{Wearer: "a", From: now, To: now.Add(-time.Hour)}, "from lies after to"},
		{"half a span", history.Erasing{Wearer: "a", From: now}, "both are wanted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := hub.Erase(t.Context(), d.socket, row.what); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
			if len(holding(t, dir, canary)) == 0 {
				t.Error("the note is gone")
			}
		})
	}
}

// configFile writes a config with its state beside it.
func configFile(t *testing.T, keep string) (path, state string) {
	t.Helper()
	dir := t.TempDir()
	state = filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(keeping("mqtt: {url: \"mqtt://127.0.0.1:1\"}", state, keep)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, state
}

// daemonless reaches the files of a config, since no daemon answers.
func daemonless(t *testing.T, file string, write bool) (socket string, leave func()) {
	t.Helper()
	socket, end, err := hub.Reach(t.Context(), hub.Reaching{Socket: filepath.Join(t.TempDir(), "none"), Config: file, Write: write})
	if err != nil {
		t.Fatal(err)
	}
	leave = func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	return socket, leave
}

func TestTheCommandsWorkWithoutADaemon(t *testing.T) {
	file, state := configFile(t, "journal")
	socket, leave := daemonless(t, file, true)
	noted(t, socket, "a", canary, time.Time{})
	if path, err := hub.Backup(t.Context(), socket); err != nil || filepath.Dir(path) != state {
		t.Errorf("backup: %s %v", path, err)
	}
	if _, err := hub.Ask(t.Context(), hub.Request{Socket: socket, Name: "check_in"}); err == nil || !strings.Contains(err.Error(), "hubd does not run") {
		t.Errorf("a command of the room: %v", err)
	}
	leave()
	before := holding(t, state, "")
	socket, leave = daemonless(t, file, false)
	if id, err := hub.TheWearer(t.Context(), socket, ""); err != nil || id != "a" {
		t.Errorf("the wearer is %q, %v", id, err)
	}
	if notes, err := hub.Notes(t.Context(), socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != 1 {
		t.Errorf("%d notes, %v", len(notes), err)
	}
	leave()
	if after := holding(t, state, ""); strings.Join(before, " ") != strings.Join(after, " ") {
		t.Errorf("reading left %v of %v", after, before)
	}
	socket, leave = daemonless(t, file, true)
	e, err := hub.Erase(t.Context(), socket, history.Erasing{Wearer: "a"})
	leave()
	if err != nil || e.Failed != "" || len(holding(t, state, canary)) > 0 {
		t.Errorf("%+v %v: the canary is in %v", e, err, holding(t, state, canary))
	}
	if told := strings.Join(e.CannotReach, "\n"); !strings.Contains(told, "since hubd does not run") {
		t.Errorf("it does not speak of the broker: %s", told)
	}
}

func TestWithoutADaemonNotesWaitForTheWearersOwnKeepToo(t *testing.T) {
	file, _ := configFile(t, "summaries")
	socket, leave := daemonless(t, file, true)
	defer leave()
	if _, err := hub.AddNote(t.Context(), socket, history.Note{Wearer: "a", Text: "x"}); err == nil || !strings.Contains(err.Error(), "keep is summaries") {
		t.Errorf("got %v", err)
	}
}

func TestReachSaysWhyNothingCanBeReached(t *testing.T) {
	file, state := configFile(t, "journal")
	none := filepath.Join(t.TempDir(), "none")
	holder := history.Open(history.Options{Path: filepath.Join(state, "history.db")})
	defer holder.Close()
	for _, row := range []struct {
		name string
		ask  hub.Reaching
		want string
	}{
		{"a socket that nobody answers, and no config", hub.Reaching{Socket: none}, "no daemon answers"},
		{"files that another program has", hub.Reaching{Socket: none, Config: file}, "in use by another program: a daemon that listens elsewhere?"},
		{"the same to write", hub.Reaching{Socket: none, Config: file, Write: true}, "in use by another program"},
		{"a config that is not there", hub.Reaching{Socket: none, Config: none + ".yaml"}, "none.yaml"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, leave, err := hub.Reach(t.Context(), row.ask)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
			if err := leave(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Beside the service somebody tries a config of their own. What is said with that config must not be done to what the service keeps.
func TestACommandReachesWhatItsConfigNamesThoughAnotherDaemonAnswers(t *testing.T) {
	theirs := t.TempDir()
	d := keeper(t, keeping("mqtt: {url: \"mqtt://127.0.0.1:1\"}", theirs, "journal"))
	noted(t, d.socket, "a", canary, time.Time{})
	same := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(same, []byte(keeping("mqtt: {url: \"mqtt://127.0.0.1:1\"}", theirs, "journal")), 0o600); err != nil {
		t.Fatal(err)
	}
	other, ours := configFile(t, "journal")
	found := t.TempDir() // where a command looks for a daemon
	if err := os.Symlink(d.socket, filepath.Join(found, "hubd.sock")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RUNTIME_DIRECTORY", found)

	for _, r := range []hub.Reaching{{Config: same, Write: true}, {Socket: d.socket, Config: same}, {Socket: d.socket}, {}} {
		socket, _, err := hub.Reach(t.Context(), r)
		if place, _ := hub.PlaceOf(t.Context(), socket); err != nil || place.File != filepath.Join(theirs, "history.db") {
			t.Errorf("%+v leads to %+v, %v", r, place, err)
		}
	}
	_, _, err := hub.Reach(t.Context(), hub.Reaching{Socket: d.socket, Config: other, Write: true})
	if err == nil || !strings.Contains(err.Error(), theirs) || !strings.Contains(err.Error(), ours) {
		t.Errorf("a socket and a config that contradict each other: %v", err)
	}
	if _, _, err := hub.Reach(t.Context(), hub.Reaching{Config: other + ".none"}); err == nil || !strings.Contains(err.Error(), ".none") {
		t.Errorf("a config that is not there: %v", err)
	}

	socket, leave, err := hub.Reach(t.Context(), hub.Reaching{Config: other, Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if place, err := hub.PlaceOf(t.Context(), socket); err != nil || place.File != filepath.Join(ours, "history.db") {
		t.Errorf("the other config leads to %+v, %v", place, err)
	}
	if e, err := hub.Erase(t.Context(), socket, history.Erasing{Wearer: "a"}); err != nil || e.Failed != "" {
		t.Errorf("%+v %v", e, err)
	}
	if err := leave(); err != nil {
		t.Error(err)
	}
	if notes, err := hub.Notes(t.Context(), d.socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != 1 {
		t.Errorf("of what the daemon keeps %d notes are left, %v", len(notes), err)
	}
}

func TestFilesOfAnotherUserAreNotWrittenTo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	file, state := configFile(t, "journal")
	if err := os.Chown(state, 4242, 4242); err != nil {
		t.Fatal(err)
	}
	_, _, err := hub.Reach(t.Context(), hub.Reaching{Socket: filepath.Join(t.TempDir(), "none"), Config: file, Write: true})
	if err == nil || !strings.Contains(err.Error(), "use sudo -u 4242") {
		t.Errorf("got %v", err)
	}
}
