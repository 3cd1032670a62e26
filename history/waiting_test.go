package history_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/room"
)

// private is a private session of a, from minute 1 to minute 5, of which something is known.
func private(w *history.Waiting) {
	add := func(at time.Duration, v pipeline.Value) { w.Add(of(at, v), start.Add(at)) }
	add(time.Minute, pipeline.Part{Of: room.Together, Private: true, Joined: true})
	for at := time.Minute; at < 5*time.Minute; at += time.Second {
		add(at, dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 1})
		add(at, dsp.HeartRate{BPM: dsp.Some(61)})
		add(at, dsp.IBI{T: at, Dur: 980 * time.Millisecond})
	}
	add(3*time.Minute, room.Cue{Scene: "base"})
	add(4*time.Minute, pipeline.PracticeResult{Practice: "breath", Ran: 2 * time.Minute})
	add(5*time.Minute, pipeline.Part{Of: room.Together, Private: true})
}

// kept counts what stands in the file of a.
func kept(t *testing.T, d *history.DB) (sessions, minutes, beats, moments, notes int) {
	t.Helper()
	s, err := d.Sessions("a", time.Time{}, ever, 100)
	m, err2 := d.Minutes("a", time.Time{}, ever, 100)
	i, err3 := d.Intervals("a", time.Time{}, ever, 100)
	o, err4 := d.Moments("a", time.Time{}, ever, 100)
	n, err5 := d.Notes("a", history.Span{To: ever}, 100)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	for _, row := range i {
		beats += len(row.Beats)
	}
	return len(s), len(m), beats, len(o), len(n)
}

// copyOf is a file as a power cut would leave it now.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(other, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}

func TestAPartThatIsKeptIsWhole(t *testing.T) {
	path := file(t)
	d, w := open(t, path), history.NewWaiting()
	private(w)
	if s, m, b, o, n := kept(t, d); s+m+b+o+n != 0 {
		t.Errorf("before it is asked for there are %d sessions, %d minutes, %d beats, %d moments, %d notes", s, m, b, o, n)
	}
	if err := w.Keep(d, "a", start.Add(6*time.Minute)); err != nil {
		t.Fatal(err)
	}
	again := open(t, copyOf(t, path)) // it is on the disk when it is answered
	if s, m, b, o, n := kept(t, again); s != 1 || m != 4 || b != 240 || o != 1 || n != 1 {
		t.Errorf("%d sessions, %d minutes, %d beats, %d moments, %d notes; want 1, 4, 240, 1, 1", s, m, b, o, n)
	}
	sessions, err := again.Sessions("a", time.Time{}, ever, 10)
	same(t, "session", []history.Session{{Stamp: dated(time.Minute), Of: room.Together, Over: true, Lasted: 4 * time.Minute, Asked: true}}, sessions, err)
	if err := w.Keep(d, "a", start); err == nil || !strings.Contains(err.Error(), "nothing of yours waits") {
		t.Errorf("kept twice: %v", err)
	}
}

func TestAPartIsGoneWhenItsTimeIsOver(t *testing.T) {
	for _, tt := range []struct {
		name string
		then func(w *history.Waiting)
		want string // of the refusal; empty: kept
	}{
		{"nothing else happens", func(*history.Waiting) {}, ""},
		{"nearly 12 h are over", func(w *history.Waiting) { w.Pass(12*time.Hour + 4*time.Minute) }, ""},
		{"12 h are over", func(w *history.Waiting) { w.Pass(12*time.Hour + 5*time.Minute) }, "nothing of yours waits"},
		{"another session begins", func(w *history.Waiting) { w.SessionBegan() }, "nothing of yours waits"},
		{"b begins another private session", func(w *history.Waiting) {
			w.Add(pipeline.Event{Wearer: "b", At: time.Hour, Value: pipeline.Part{Of: room.Together, Private: true, Joined: true}}, start)
		}, "nothing of yours waits"},
		{"nothing is to be kept any more", func(w *history.Waiting) { w.Forget("a") }, "nothing of yours waits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, w := open(t, file(t)), history.NewWaiting()
			private(w)
			tt.then(w)
			err := w.Keep(d, "a", start.Add(7*time.Minute))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestAWearerWhoLeavesAndComesBackHasOnePart(t *testing.T) {
	d, w := open(t, file(t)), history.NewWaiting()
	join := pipeline.Part{Of: room.Together, Private: true, Joined: true}
	w.Add(pipeline.Event{Wearer: "b", At: 0, Value: join}, start)
	private(w)
	w.Add(of(6*time.Minute, join), start.Add(6*time.Minute))
	if err := w.Keep(d, "a", start.Add(7*time.Minute)); err == nil || !strings.Contains(err.Error(), "still runs for you") {
		t.Errorf("while it runs: %v", err)
	}
	w.Add(of(8*time.Minute, pipeline.Part{Of: room.Together, Private: true}), start.Add(8*time.Minute))
	if err := w.Keep(d, "a", start.Add(9*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if s, m, _, _, _ := kept(t, d); s != 2 || m != 4 {
		t.Errorf("%d sessions and %d minutes, want both times and 4", s, m)
	}
}

func TestAPartStaysWhereTheDiskDoesNotTakeIt(t *testing.T) {
	path := file(t)
	d, w := open(t, path), history.NewWaiting()
	private(w)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Keep(d, "a", start); err == nil || !strings.Contains(err.Error(), "in memory still") {
		t.Errorf("kept on no disk: %v", err)
	}
	d = open(t, path)
	if err := w.Keep(d, "a", start.Add(6*time.Minute)); err != nil {
		t.Errorf("with a disk again: %v", err)
	}
	if s, m, b, o, n := kept(t, d); s != 1 || m != 4 || b != 240 || o != 1 || n != 1 {
		t.Errorf("%d sessions, %d minutes, %d beats, %d moments, %d notes; want 1, 4, 240, 1, 1", s, m, b, o, n)
	}
}

func TestAPartThatBeganUnseenIsNone(t *testing.T) {
	w := history.NewWaiting()
	w.Add(of(time.Minute, dsp.HeartRate{BPM: dsp.Some(61)}), start)
	w.Add(of(2*time.Minute, pipeline.Part{Of: room.Together, Private: true}), start)
	if err := w.Keep(open(t, file(t)), "a", start); err == nil {
		t.Error("half a part is kept as if it were whole")
	}
}
