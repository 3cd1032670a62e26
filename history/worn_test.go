package history_test

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/room"
)

func TestASessionIsTheTimeInWhichASensorWasWornWithoutABreak(t *testing.T) {
	v := &evening{d: open(t, file(t)), epoch: start, bpm: 60}
	v.seconds("a", 0, 20*time.Minute)
	v.seconds("a", 30*time.Minute, 50*time.Minute) // ten minutes without contact are no end
	v.seconds("b", 50*time.Minute, 80*time.Minute)
	v.seconds("a", 80*time.Minute, 90*time.Minute)
	for m := 48 * time.Hour; m < 61*time.Hour; m += time.Minute {
		for _, value := range []pipeline.Value{dsp.Signal{Contact: true}, dsp.HeartRate{}} {
			v.d.Add(pipeline.Event{Wearer: "a", At: m, Value: value}, v.wall(m))
		}
	}
	v.d.Commit(v.wall(62 * time.Hour))
	for _, row := range []struct {
		name     string
		at       time.Duration
		from, to time.Duration
		wrong    string
	}{
		{"its beginning", 0, 0, 50 * time.Minute, ""},
		{"the ten minutes between", 25 * time.Minute, 0, 50 * time.Minute, ""},
		{"its last second", 50*time.Minute - time.Second, 0, 50 * time.Minute, ""},
		{"the next one", 85 * time.Minute, 80 * time.Minute, 90 * time.Minute, ""},
		{"between them", 60 * time.Minute, 0, 0, "no minute of a is kept"},
		{"long after", 30 * time.Hour, 0, 0, "no minute of a is kept"},
		{"a day and a night", 50 * time.Hour, 0, 0, "name the span, FROM/TO"},
	} {
		t.Run(row.name, func(t *testing.T) {
			from, to, err := v.d.Worn("a", start.Add(row.at))
			if row.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), row.wrong) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !from.Equal(start.Add(row.from)) || !to.Equal(start.Add(row.to)) {
				t.Errorf("from %s to %s, %v", from.Sub(start), to.Sub(start), err)
			}
		})
	}
	if ids, err := v.d.Wearers(); err != nil || strings.Join(ids, " ") != "a b" {
		t.Errorf("%v %v", ids, err)
	}
}

func TestOneSessionIsErasedAndNothingElse(t *testing.T) {
	path, d := inhabited(t)
	written(t, d, "a", "another day stays", start.Add(-24*time.Hour))
	x := history.Erasing{Wearer: "a", From: start, To: start.Add(30 * time.Minute)}
	e, err := d.EraseWhat(x, nil)
	if err != nil || e.Rows == 0 {
		t.Fatalf("%+v %v", e, err)
	}
	if left := holds(t, strings.TrimSuffix(path, "history.db"), canary); len(left) > 0 {
		t.Errorf("the note of that time is still in %v", left)
	}
	if got := minutes(t, d, "a"); len(got) != 10 || got[0].At.Before(x.To) {
		t.Errorf("%d minutes are left, want the 10 after it", len(got))
	}
	if got := minutes(t, d, "b"); len(got) != 40 {
		t.Errorf("b has %d minutes, want 40", len(got))
	}
	if got := texts(t, d, "a", time.Time{}, ever); got != "another day stays" {
		t.Errorf("notes %q", got)
	}
	if undated, _ := d.Undated("a", 0, 10); len(undated) != 3 {
		t.Errorf("%d undated minutes, want 3: nobody knows when they were", len(undated))
	}
}

// A session is what its own row says, whatever was worn in it: the minutes before and after, of somebody who is sensed always, are no part of it.
func TestASessionIsFoundByItsOwnRow(t *testing.T) {
	path := file(t)
	d := open(t, path)
	v := &evening{d: d, epoch: start, bpm: 60}
	v.seconds("always", 0, 20*time.Hour)
	session := func(wearer string, from, to time.Duration) {
		d.Add(pipeline.Event{Wearer: wearer, At: from, Value: pipeline.Part{Of: room.Alone, Joined: true}}, v.wall(from))
		if to > 0 {
			d.Add(pipeline.Event{Wearer: wearer, At: to, Value: pipeline.Part{Of: room.Alone}}, v.wall(to))
		}
	}
	session("always", 20*time.Hour+90*time.Second, 21*time.Hour)
	session("bare", 20*time.Hour, 20*time.Hour+10*time.Minute)
	session("bare", 22*time.Hour, 22*time.Hour+30*time.Second)
	session("cut", 22*time.Hour, 0)
	d.Commit(v.wall(23 * time.Hour))
	for _, row := range []struct {
		name, wearer string
		at, from, to time.Duration
		wrong        string
	}{
		{"within a day of being sensed", "always", 20*time.Hour + 30*time.Minute, 20*time.Hour + 90*time.Second, 21*time.Hour + time.Second, ""},
		{"before it", "always", 10 * time.Hour, 0, 0, "name the span"},
		{"without a sensor", "bare", 20*time.Hour + 5*time.Minute, 20 * time.Hour, 20*time.Hour + 10*time.Minute + time.Second, ""},
		{"at its first moment", "bare", 20 * time.Hour, 20 * time.Hour, 20*time.Hour + 10*time.Minute + time.Second, ""},
		{"the second of two", "bare", 22*time.Hour + 10*time.Second, 22 * time.Hour, 22*time.Hour + 31*time.Second, ""},
		{"between two", "bare", 21 * time.Hour, 0, 0, "no minute of bare is kept"},
		{"one whose end is not known", "cut", 23 * time.Hour, 22 * time.Hour, 34 * time.Hour, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			from, to, err := d.SessionAt(row.wearer, start.Add(row.at))
			if row.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), row.wrong) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !from.Equal(start.Add(row.from)) || !to.Equal(start.Add(row.to)) {
				t.Errorf("from %s to %s, %v", from.Sub(start), to.Sub(start), err)
			}
		})
	}
	from, to, err := d.SessionAt("bare", start.Add(20*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := d.EraseWhat(history.Erasing{Wearer: "bare", From: from, To: to}, nil); err != nil || e.Rows != 1 {
		t.Errorf("%+v, %v: want the one row of it", e, err)
	}
}
