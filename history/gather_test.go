package history_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// of is an event of wearer a.
func of(at time.Duration, v pipeline.Value) pipeline.Event {
	return pipeline.Event{Wearer: "a", At: at, Value: v}
}

func joined(kind room.SessionKind) pipeline.Part { return pipeline.Part{Of: kind, Joined: true} }

// dated is the stamp of a's row at a time of the run.
func dated(at time.Duration) history.Stamp { return history.Stamp{Wearer: "a", At: start.Add(at)} }

// same compares rows that were read with those wanted.
func same[T any](t *testing.T, what string, want, got []T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s: %v (-want +got)\n%s", what, err, diff)
	}
}

func TestASessionIsOneRowFromItsBeginningToItsEnd(t *testing.T) {
	d := open(t, file(t))
	read := func(when string, want ...history.Session) {
		t.Helper()
		got, err := d.Sessions("a", time.Time{}, ever, 10)
		same(t, when, want, got, err)
	}
	d.Add(of(90*time.Second, joined(room.Alone)), start.Add(90*time.Second))
	d.Commit(start.Add(2 * time.Minute))
	read("while it runs", history.Session{Stamp: dated(90 * time.Second), Of: room.Alone})
	d.Add(of(30*time.Minute, pipeline.Part{Of: room.Alone}), start.Add(30*time.Minute))
	d.Add(of(31*time.Minute, joined(room.Night)), start.Add(31*time.Minute))
	d.Commit(start.Add(32 * time.Minute))
	read("after its end", history.Session{Stamp: dated(90 * time.Second), Of: room.Alone, Over: true, Lasted: 28*time.Minute + 30*time.Second},
		history.Session{Stamp: dated(31 * time.Minute), Of: room.Night})
	d.Add(of(40*time.Minute, pipeline.Part{Of: room.Alone}), start.Add(40*time.Minute))
	d.Add(of(41*time.Minute, pipeline.Part{Of: room.Alone}), start.Add(41*time.Minute))
	d.Commit(start.Add(42 * time.Minute))
	if got, err := d.Sessions("a", start.Add(32*time.Minute), ever, 10); err != nil || len(got) > 0 {
		t.Errorf("an end without a beginning makes a row: %v, %+v", err, got)
	}
}

func TestASessionThatBeganWithoutAClockIsOneRowToo(t *testing.T) {
	path := file(t)
	d := open(t, path)
	d.Add(of(time.Minute, joined(room.Alone)), time.Time{})
	d.AddDetail(of(61*time.Second, room.CheckIn{Reason: "asked"}), time.Time{})
	if err := d.Close(); err != nil { // power is lost; nobody ever knew the date
		t.Fatal(err)
	}
	d = open(t, path)
	undated, err := d.UndatedSessions("a", 0, 10)
	same(t, "without a clock", []history.Session{{Stamp: history.Stamp{Wearer: "a", Run: 1, Since: time.Minute}, Of: room.Alone}}, undated, err)
	moments, err := d.UndatedMoments("", 0, 10)
	same(t, "a moment without a clock", []history.Moment{
		{Stamp: history.Stamp{Wearer: "a", Run: 1, Since: 61 * time.Second}, What: history.MomentCheckIn, Detail: "asked"},
	}, moments, err)

	d.Add(of(2*time.Minute, joined(room.Alone)), time.Time{})
	for at := 3 * time.Minute; at < 20*time.Minute; at += time.Second { // more rows than wait for the clock
		d.AddDetail(of(at, room.CheckIn{}), time.Time{})
	}
	d.Commit(time.Time{})
	d.Add(of(21*time.Minute, pipeline.Part{Of: room.Alone}), start.Add(21*time.Minute))
	for range 10 {
		d.Add(of(22*time.Minute, joined(room.Alone)), start.Add(22*time.Minute))
		d.Commit(start.Add(22 * time.Minute))
	}
	sessions, err := d.Sessions("a", time.Time{}, start.Add(22*time.Minute), 10)
	same(t, "with the clock set", []history.Session{{Stamp: dated(2 * time.Minute), Of: room.Alone, Over: true, Lasted: 19 * time.Minute}}, sessions, err)
	if moments, err := d.Moments("a", time.Time{}, ever, 2000); err != nil || len(moments) != 17*60 {
		t.Errorf("%d moments got their date, want %d: %v", len(moments), 17*60, err)
	}
}

func TestWhatHappensInASessionIsKeptWhereItChanges(t *testing.T) {
	d := open(t, file(t))
	wound := regulation.State{Name: regulation.Activated, Confidence: 0.75, Arousal: dsp.Some(1.5), Vagal: dsp.Some(-1.25)}
	moving := regulation.State{Unknown: regulation.ReasonMoving}
	base := room.Cue{Scene: "base", Reason: "session_start", Light: room.Light{Brightness: 30, Kelvin: 2700}}
	breath := room.Cue{Scene: "base", Reason: "practice", Light: base.Light, Pace: room.Pace{BreathsPerMin: 5.5}}
	details := []pipeline.Value{
		base, base, wound, wound, moving, wound, room.CheckIn{Reason: "turn", Of: 1},
		room.Practice{Name: "breath"}, breath, breath, room.Practice{Name: "breath", Phase: room.PracticeDone, Ran: 5 * time.Minute},
		room.Practice{Name: "hum", Phase: room.PracticeStopped, Ran: time.Second}, // too short to have been done
	}
	for i, v := range details {
		at := time.Duration(i) * time.Second
		d.AddDetail(of(at, v), start.Add(at))
	}
	own := []pipeline.Value{
		pipeline.Answered{Word: "space"}, pipeline.Choice{Name: "share", Word: "none"}, regulation.Recovery{ArousalHalfLife: dsp.Some(40)},
	}
	for i, v := range own {
		at := time.Duration(20+i) * time.Second
		d.Add(of(at, v), start.Add(at))
	}
	d.Commit(start.Add(time.Minute))
	number := func(v ...float64) (n [3]dsp.Maybe) {
		for i := range v {
			n[i] = dsp.Some(v[i])
		}
		return n
	}
	at := func(s int) history.Stamp { return dated(time.Duration(s) * time.Second) }
	got, err := d.Moments("a", time.Time{}, ever, 100)
	same(t, "moments", []history.Moment{
		{Stamp: at(0), What: history.MomentCue, Name: "base", Numbers: number(30, 2700)},
		{Stamp: at(2), What: history.MomentState, Name: "activated", Numbers: number(0.75, 1.5, -1.25)},
		{Stamp: at(4), What: history.MomentState, Name: "unknown", Detail: "moving", Numbers: number(0)},
		{Stamp: at(5), What: history.MomentState, Name: "activated", Numbers: number(0.75, 1.5, -1.25)},
		{Stamp: at(6), What: history.MomentCheckIn, Detail: "turn"},
		{Stamp: at(8), What: history.MomentCue, Name: "base", Detail: "breath", Numbers: number(30, 2700, 5.5)},
		{Stamp: at(10), What: history.MomentPractice, Name: "breath", Detail: "done", Numbers: number(300)},
		{Stamp: at(20), What: history.MomentAnswer, Name: "space"},
		{Stamp: at(21), What: history.MomentConsent, Name: "share", Detail: "none"},
		{Stamp: at(22), What: history.MomentRecovery, Numbers: number(40)},
	}, got, err)
}

func TestAWordThatARowCannotHoldIsCutAtALetter(t *testing.T) {
	d := open(t, file(t))
	d.AddDetail(of(0, room.Cue{Scene: "größergrößergrößergrößerößer"}), start)
	d.AddDetail(of(time.Second, room.Cue{Scene: "a\x00b\n\xff"}), start.Add(time.Second))
	d.Commit(start.Add(time.Minute))
	got, err := d.Moments("a", time.Time{}, ever, 10)
	if err != nil || len(got) != 2 || got[0].Name != "größergrößergrößergrößer" || got[1].Name != "ab" {
		t.Errorf("%v, %+v", err, got)
	}
}

func TestIntervalsComeBackWithTheirKinds(t *testing.T) {
	d := open(t, file(t))
	var want []dsp.IBI
	at := 400 * time.Microsecond
	for i := range 300 { // some minutes
		v := dsp.IBI{T: at, Dur: time.Duration(800_000+37*i) * time.Microsecond, Class: dsp.IBIClass(i % 5)}
		want = append(want, v)
		d.Add(of(at+2*time.Second, v), start.Add(at+2*time.Second))
		if at += v.Dur; i == 150 {
			at += 10 * time.Minute // a gap
		}
	}
	d.Commit(start.Add(time.Hour))
	minutes, err := d.Intervals("a", time.Time{}, ever, 100)
	var got []dsp.IBI
	for _, m := range minutes {
		for _, b := range m.Beats {
			got = append(got, dsp.IBI{T: m.At.Add(b.After).Sub(start), Dur: b.Dur, Class: b.Class})
		}
	}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d intervals, want %d: %v", len(got), len(want), err)
	}
	for i := range want {
		const step = 5 * time.Microsecond // half a unit; dates are to the millisecond
		if g, w := got[i], want[i]; (g.T-w.T).Abs() > time.Millisecond || (g.Dur-w.Dur).Abs() > step || g.Class != w.Class {
			t.Fatalf("interval %d: %+v, want %+v", i, g, w)
		}
	}
}

func TestANightIsAMorning(t *testing.T) {
	d := open(t, file(t))
	night := regulation.Night{Worn: 7 * time.Hour, Usable: 6 * time.Hour, LowestBPM: dsp.Some(48), RMSSD: dsp.Some(62)}
	d.Add(of(8*time.Hour, night), start.Add(8*time.Hour))
	d.Commit(start.Add(8 * time.Hour))
	got, err := d.Mornings("a", time.Time{}, ever, 10)
	same(t, "mornings", []history.Morning{{Stamp: dated(8 * time.Hour), Night: night}}, got, err)
}

func TestADateFollowsTheEventThatWasLeastLate(t *testing.T) {
	d := open(t, file(t))
	for i, late := range []time.Duration{900, 100, 700, 400} { // ms
		at := time.Duration(i) * time.Second
		d.AddDetail(of(at, room.CheckIn{}), start.Add(at+late*time.Millisecond))
	}
	d.Commit(start.Add(time.Minute))
	got, err := d.Moments("a", time.Time{}, ever, 10)
	if err != nil || len(got) != 4 {
		t.Fatalf("%v, %+v", err, got)
	}
	if off := got[3].At.Sub(start.Add(3 * time.Second)); off < 100*time.Millisecond || off > 110*time.Millisecond {
		t.Errorf("the last is dated %v late, want 0.1 s as the least late before it", off)
	}
}

func TestRowsOfOneMillisecondAreAllKept(t *testing.T) {
	d := open(t, file(t))
	const many = 200 // more than one millisecond holds
	for range many {
		d.AddDetail(of(time.Second, room.CheckIn{}), start.Add(time.Second))
	}
	d.Commit(start.Add(time.Minute))
	if got, err := d.Moments("a", time.Time{}, ever, 1000); err != nil || len(got) != many {
		t.Errorf("%d rows, want %d: %v", len(got), many, err)
	}
	seen := 0
	for from := (time.Time{}); ; {
		some, err := d.Moments("a", from, ever, 50)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		seen += len(some)
		from = some[len(some)-1].At.Add(time.Millisecond)
	}
	if seen != many {
		t.Errorf("page by page %d rows, want %d", seen, many)
	}
}

func TestErasingTakesTheRowsOfSessionsToo(t *testing.T) {
	path := file(t)
	d := open(t, path)
	fill := func(wearer, scene string, wall func(time.Duration) time.Time) {
		for i, v := range []pipeline.Value{
			joined(room.Night), dsp.IBI{T: time.Second, Dur: time.Second}, regulation.Night{Worn: time.Hour}, pipeline.Part{Of: room.Night},
		} {
			at := time.Duration(i) * time.Second
			d.Add(pipeline.Event{Wearer: wearer, At: at, Value: v}, wall(at))
		}
		d.AddDetail(pipeline.Event{Wearer: wearer, At: time.Minute, Value: room.Cue{Scene: scene}}, wall(time.Minute))
	}
	unset := func(time.Duration) time.Time { return time.Time{} }
	fill("a", "undated_canary", unset)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	set := func(at time.Duration) time.Time { return start.Add(at) }
	fill("a", "canary", set)
	fill("b", "nightingale", set)
	d.Commit(start.Add(time.Hour))
	d.AddDetail(pipeline.Event{Wearer: "a", At: 2 * time.Hour, Value: room.Cue{Scene: "canary again"}}, start.Add(2*time.Hour)) // waits
	e, err := d.Erase("a")
	if err != nil || e.Rows < 8 {
		t.Errorf("%v, %+v: want at least the eight rows", err, e)
	}
	d.Commit(start.Add(3 * time.Hour))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, []byte("canary")) || !bytes.Contains(data, []byte("nightingale")) {
		t.Errorf("%v: a is there still, or b is gone", err)
	}
	d = open(t, path)
	for _, wearer := range []string{"a", "b"} {
		want := 0
		if wearer == "b" {
			want = 1
		}
		s, err := d.Sessions(wearer, time.Time{}, ever, 10)
		m, err2 := d.Mornings(wearer, time.Time{}, ever, 10)
		i, err3 := d.Intervals(wearer, time.Time{}, ever, 10)
		o, err4 := d.Moments(wearer, time.Time{}, ever, 10)
		if len(s) != want || len(m) != want || len(i) != want || len(o) != want || errors.Join(err, err2, err3, err4) != nil {
			t.Errorf("%s: %d sessions, %d mornings, %d minutes of intervals, %d moments, %v", wearer, len(s), len(m), len(i), len(o), errors.Join(err, err2, err3, err4))
		}
	}
}
