package history_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// anyEvent is anything that may come through the door, the strange too.
func anyEvent(t *rapid.T) pipeline.Value {
	number := func(name string) dsp.Maybe {
		return rapid.SampledFrom([]dsp.Maybe{{}, dsp.Some(0), dsp.Some(-1e300), dsp.Some(42.5)}).Draw(t, name)
	}
	span := func(name string) time.Duration {
		return time.Duration(rapid.Int64Range(-1e12, 1e18).Draw(t, name))
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "base", "a\x00b", "\xff"})).Draw(t, "text")
	return rapid.SampledFrom([]pipeline.Value{
		pipeline.Part{Of: room.Alone, Joined: true}, pipeline.Part{Of: room.Alone}, pipeline.Part{Of: room.Night, Joined: true},
		pipeline.Choice{Name: "share", Word: "none"}, pipeline.Answered{Word: "space"},
		dsp.IBI{T: span("t"), Dur: span("dur"), Class: dsp.IBIClass(rapid.IntRange(0, 4).Draw(t, "class"))},
		dsp.HeartRate{BPM: number("bpm")}, dsp.Signal{Contact: true, Quality: 1},
		regulation.State{Name: regulation.Name(rapid.IntRange(0, 4).Draw(t, "state")), Arousal: number("arousal")},
		regulation.Night{Worn: span("worn"), Usable: span("usable"), LowestBPM: number("lowest")},
		regulation.Recovery{ArousalHalfLife: number("half")}, room.CheckIn{Reason: text},
		room.Cue{Scene: text, Light: room.Light{Brightness: 12}}, room.Practice{Name: text, Phase: room.PracticeDone, Ran: span("ran")},
	}).Draw(t, "event")
}

// TestWhateverComesEveryRowCanBeRead feeds events in any order, at times that jump, with a clock that is set late or never.
func TestWhateverComesEveryRowCanBeRead(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		d := opened(history.Options{Path: filepath.Join(dir, time.Duration(n).String())})
		defer d.Close()
		set := rapid.IntRange(0, 60).Draw(t, "clock is set with event")
		at := time.Duration(0)
		for i := range 40 {
			at += time.Duration(rapid.Int64Range(0, int64(3*time.Minute)).Draw(t, "later"))
			wall := time.Time{}
			if i >= set {
				wall = start.Add(at)
			}
			e := pipeline.Event{Wearer: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "wearer"), At: at, Value: anyEvent(t)}
			if rapid.Bool().Draw(t, "detail") {
				d.AddDetail(e, wall)
			} else {
				d.Add(e, wall)
			}
			if rapid.IntRange(0, 9).Draw(t, "commit") == 0 {
				d.Commit(wall)
			}
		}
		d.Commit(time.Time{})
		if text := d.Status(); text != "" {
			t.Fatalf("status %q", text)
		}
		if _, err := readAll(d); err != nil {
			t.Fatal(err)
		}
	})
}

// readAll reads every row of every table, and tells how many there are.
func readAll(d *history.DB) (rows int, err error) {
	note := func(n int, e error) { rows, err = rows+n, errors.Join(err, e) }
	sessions, e := d.Sessions("", time.Time{}, ever, 1e6)
	note(len(sessions), e)
	mornings, e := d.Mornings("", time.Time{}, ever, 1e6)
	note(len(mornings), e)
	moments, e := d.Moments("", time.Time{}, ever, 1e6)
	note(len(moments), e)
	intervals, e := d.Intervals("", time.Time{}, ever, 1e6)
	note(len(intervals), e)
	minutes, e := d.Minutes("", time.Time{}, ever, 1e6)
	note(len(minutes), e)
	undated, e := d.Undated("", 0, 1e6)
	note(len(undated), e)
	sessions, e = d.UndatedSessions("", 0, 1e6)
	note(len(sessions), e)
	mornings, e = d.UndatedMornings("", 0, 1e6)
	note(len(mornings), e)
	moments, e = d.UndatedMoments("", 0, 1e6)
	note(len(moments), e)
	intervals, e = d.UndatedIntervals("", 0, 1e6)
	note(len(intervals), e)
	faults, e := d.Faults(1e6)
	note(len(faults), e)
	return rows, err
}
