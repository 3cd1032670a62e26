package hub

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/web"
	"hubd/wire"
)

// socketIn is a path short enough for a socket, whatever the test is called.
func socketIn(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "hubd.sock")
}

// serveAt serves a handler that answers as told, for wearers a and b.
func serveAt(t *testing.T, path string, o web.Options) *socketServer {
	t.Helper()
	o.Origin, o.Within = fromSocket, answerWithin
	s, err := serveSocket(path, web.New(o), logTo(&waiting.Text{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func TestTheSocketIsForItsOwnerAndGroup(t *testing.T) {
	path := socketIn(t)
	serveAt(t, path, web.Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got.Perm() != 0o660 || got.Type() != os.ModeSocket {
		t.Errorf("mode %v, want a socket with 0660", got)
	}
}

func TestASocketThatIsLeftBehindIsReplacedAndOneThatAnswersIsNot(t *testing.T) {
	path := socketIn(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // as after a crash
	l.Close()
	s := serveAt(t, path, web.Options{Status: func() wire.Status { return wire.Status{} }})
	if _, err := serveSocket(path, http.NotFoundHandler(), logTo(&waiting.Text{})); err == nil || !strings.Contains(err.Error(), "another hubd runs") {
		t.Errorf("a second hubd gets %v", err)
	}
	if _, err := TheWearer(t.Context(), path, ""); err == nil || strings.Contains(err.Error(), "no daemon") {
		t.Errorf("the first one answers no more: %v", err)
	}
	s.close()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is left behind at the end")
	}
}

func TestASocketWhereNoneCanBeIsAnErrorThatSaysWhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "hubd.sock")
	if _, err := serveSocket(path, http.NotFoundHandler(), logTo(&waiting.Text{})); err == nil || !strings.Contains(err.Error(), "missing exist") {
		t.Errorf("got %v", err)
	}
}

func TestAskSaysInWordsWhatIsWrong(t *testing.T) {
	answering := func(o web.Options) func(t *testing.T) string {
		return func(t *testing.T) string {
			path := socketIn(t)
			serveAt(t, path, o)
			return path
		}
	}
	raw := func(text string) func(t *testing.T) string {
		return func(t *testing.T) string {
			path := socketIn(t)
			s, err := serveSocket(path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }), logTo(&waiting.Text{}))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.close)
			return path
		}
	}
	obey := func(context.Context, pipeline.Command) (string, error) { return "", nil }
	refuse := func(context.Context, pipeline.Command) (string, error) {
		return "sensing is off: start or resume first", nil
	}
	busy := func(context.Context, pipeline.Command) (string, error) { return "", errBusy }
	tests := []struct {
		name   string
		socket func(t *testing.T) string
		ask    Request
		answer string
		wrong  string
	}{
		{"done", answering(web.Options{Do: obey}), Request{Name: "pause"}, "done", ""},
		{"a wearer's command", answering(web.Options{Wearers: []string{"a"}, Do: obey}), Request{Wearer: "a", Name: "resume", Payload: "PRESS"}, "done", ""},
		{"a refusal", answering(web.Options{Wearers: []string{"a"}, Do: refuse}), Request{Wearer: "a", Name: "rest_start", Payload: "PRESS"}, "", "refused: sensing is off: start or resume first"},
		{"too busy", answering(web.Options{Do: busy}), Request{Name: "check_in"}, "", "hubd is busy: try again"},
		{"an unknown command", answering(web.Options{Do: obey}), Request{Name: "dance"}, "", "dance"},
		{"an unknown wearer with odd letters", answering(web.Options{Do: obey}), Request{Wearer: "../x", Name: "resume"}, "", "refused"},
		{"nobody listens", socketIn, Request{Name: "pause"}, "", "no daemon answers: start it with hubd run"},
		{"something else listens", raw("hello"), Request{Name: "pause"}, "", "no hubd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.ask.Socket = test.socket(t)
			answer, err := Ask(t.Context(), test.ask)
			if answer != test.answer || (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("answer %q, error %v; want %q, %q", answer, err, test.answer, test.wrong)
			}
		})
	}
}

func TestASocketOfADeadDaemonAndAForbiddenOneAreDifferentMistakes(t *testing.T) {
	path := socketIn(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if _, err := Ask(t.Context(), Request{Socket: path, Name: "pause"}); err == nil || !strings.Contains(err.Error(), "no daemon answers") {
		t.Errorf("a dead daemon: %v", err)
	}
	if got := noDaemon(path, os.ErrPermission).Error(); !strings.Contains(got, "group hubd") {
		t.Errorf("a forbidden one: %s", got)
	}
}

func TestTheWearerIsTheOnlyOneOrIsAskedFor(t *testing.T) {
	status := func(ids ...string) web.Options {
		return web.Options{Status: func() (s wire.Status) {
			for _, id := range ids {
				s.Wearers = append(s.Wearers, wire.WearerReport{ID: id})
			}
			return s
		}}
	}
	tests := []struct {
		name  string
		known []string
		asked string
		want  string
		wrong string
	}{
		{"one", []string{"a"}, "", "a", ""},
		{"named", []string{"a", "b"}, "b", "b", ""},
		{"two and no name", []string{"a", "b"}, "", "", "--wearer with one of: a, b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := socketIn(t)
			serveAt(t, path, status(test.known...))
			got, err := TheWearer(t.Context(), path, test.asked)
			if got != test.want || (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%q, %v; want %q, %q", got, err, test.want, test.wrong)
			}
		})
	}
}

func TestTheSocketPathFollowsSystemdAndTheUser(t *testing.T) {
	t.Setenv("RUNTIME_DIRECTORY", "/run/elsewhere")
	if got := SocketPath(); got != "/run/elsewhere/hubd.sock" {
		t.Errorf("got %s", got)
	}
	own := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", own)
	if got := ownFolder(); got != own {
		t.Errorf("own folder %s", got)
	}
}

func TestAFolderThatOthersMayHaveMadeIsNotTakenForTheSocket(t *testing.T) {
	dir := t.TempDir()
	own, open, link := filepath.Join(dir, "own"), filepath.Join(dir, "open"), filepath.Join(dir, "link")
	for folder, mode := range map[string]os.FileMode{own: 0o700, open: 0o777} {
		if err := errors.Join(os.Mkdir(folder, mode), os.Chmod(folder, mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(own, link); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]bool{own: true, open: false, link: false, filepath.Join(dir, "none"): false, "/": os.Getuid() == 0} {
		if got := private(folder); got != want {
			t.Errorf("%s is private: %t, want %t", folder, got, want)
		}
	}
	if os.Getuid() == 0 {
		return // who may write /run/hubd listens there
	}
	t.Setenv("RUNTIME_DIRECTORY", "")
	t.Setenv("XDG_RUNTIME_DIR", open)
	if got := SocketPath(); got != DefaultSocket {
		t.Errorf("hubd would listen on %s, where others may put a socket of theirs", got)
	}
}

// The whole way: a client, the socket, the web handler, the core, and back.
func TestCommandsReachTheCoreThroughTheSocket(t *testing.T) {
	b := newBench(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	began := time.Now()
	b.now = func() time.Duration { return time.Since(began) }
	go func() { defer close(ended); b.run(ctx) }()
	defer func() { stop(); <-ended }()
	l := &live{core: b.core}
	path := socketIn(t)
	serveAt(t, path, web.Options{Wearers: b.wearers, Do: l.do, Status: b.board.read})
	tests := []struct {
		name  string
		ask   Request
		wrong string
	}{
		{"a starts", Request{Wearer: "a", Name: "start_session", Payload: "alone"}, ""},
		{"a kind that a never asked for is refused in words", Request{Wearer: "b", Name: "start_session", Payload: "night"}, "refused: a session of kind alone runs"},
		{"b joins, which makes it a session together", Request{Wearer: "b", Name: "start_session", Payload: "PRESS"}, ""},
		{"and is refused what the two are not in", Request{Wearer: "b", Name: "start_session", Payload: "alone"}, "refused: a session of kind together runs"},
		{"a kind that is none is not understood", Request{Wearer: "b", Name: "start_session", Payload: "party"}, "party"},
		{"everybody pauses", Request{Name: "pause", Payload: "PRESS"}, ""},
	}
	for _, test := range tests {
		_, err := Ask(ctx, Request{Socket: path, Wearer: test.ask.Wearer, Name: test.ask.Name, Payload: test.ask.Payload})
		if (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s: %v, want %q", test.name, err, test.wrong)
		}
	}
	if !b.pauses.Off(0) || !b.pauses.Off(1) {
		t.Error("the pause was answered and does not hold")
	}
	waiting.Until(t, "the status shows the pause", func() bool { return b.board.read().Paused })
}

// The own rest goes the same way: declared, followed, stopped, exported, forgotten.
func TestTheOwnRestIsFollowedThroughTheSocket(t *testing.T) {
	minute := regulation.RestMinute{Day: 20000, HeartRate: dsp.Some(62)}
	b := newBench(t, func(o *pipeline.Options) {
		o.Settings.Wearers = []pipeline.WearerSettings{
			{Wearer: "a", Keep: pipeline.KeepRest, Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{minute}}},
			{Wearer: "b", Baseline: regulation.Baseline{Minutes: []regulation.RestMinute{minute, minute}}},
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	began := time.Now()
	b.now = func() time.Duration { return time.Since(began) }
	go func() { defer close(ended); b.run(ctx) }()
	defer func() { stop(); <-ended }()
	l := &live{core: b.core}
	path := socketIn(t)
	serveAt(t, path, web.Options{Wearers: b.wearers, Do: l.do, Status: b.board.read, OwnRest: b.board.ownRest, Export: exportRest})
	do := func(name string) {
		t.Helper()
		if _, err := Ask(ctx, Request{Socket: path, Wearer: "a", Name: name, Payload: "PRESS"}); err != nil {
			t.Fatal(err)
		}
	}
	look := func(wearer string) wire.RestReport {
		t.Helper()
		r, err := AskRest(ctx, path, wearer)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	do("rest_start")
	if r := look("a"); !r.Running() || r.Minutes != 1 || !r.Kept { // at once: what was answered is done
		t.Errorf("after the start: %+v", r)
	}
	do("rest_stop")
	if r := look("a"); r.Running() || r.Learnt() || !strings.Contains(r.Says, "stopped with 0 of 3") {
		t.Errorf("after the stop: %+v", r)
	}
	file, err := ExportRest(ctx, path, "a")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := history.DecodeBaselines(file); err != nil || len(again) != 1 || len(again["a"].Minutes) != 1 {
		t.Errorf("the export reads as %v, %v", again, err)
	}
	do("rest_forget")
	if a, other := look("a"), look("b"); a.Minutes != 0 || other.Minutes != 2 {
		t.Errorf("after forgetting a's: %d minutes of a, %d of b", a.Minutes, other.Minutes)
	}
	if _, err := AskRest(ctx, path, "c"); err == nil || !strings.Contains(err.Error(), "nobody here") {
		t.Errorf("of nobody: %v", err)
	}
}

func TestAnAnswerThatIsNoRestIsNotBelieved(t *testing.T) {
	for _, text := range []string{"hello", "[]", `{"wearer":"b","phase":"learnt"}`, `{}`, `{"wearer":7}`} {
		path := socketIn(t)
		s, err := serveSocket(path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }), logTo(&waiting.Text{}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.close)
		if r, err := AskRest(t.Context(), path, "a"); err == nil {
			t.Errorf("%s is read as %+v", text, r)
		}
	}
}
