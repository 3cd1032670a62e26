package room_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/room"
)

func everyDay() [7]bool { return [7]bool{true, true, true, true, true, true, true} }

// reminded is a house with reminders at 21:30 every day, or as given.
func reminded(t testing.TB, o ...room.ReminderOptions) *house {
	if o == nil {
		o = []room.ReminderOptions{{At: 21*time.Hour + 30*time.Minute, Practice: "body", Days: everyDay(), Snooze: 10 * minute}}
	}
	return newHouse(t, room.Options{Reminders: o})
}

// from sets the house's clock.
func (h *house) from(at time.Time) {
	since := h.now
	h.wall = func(now time.Duration) time.Time { return at.Add(now - since) }
}

func (h *house) reminders() []time.Duration {
	_, at := of[room.Reminder](h, 0)
	return at
}

func answer(h *house, word string) error {
	values, err := h.r.AnswerReminder(nil, h.now, word)
	h.take(values)
	return err
}

func day(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

func TestAReminderComesOnceAtItsTime(t *testing.T) {
	for _, row := range []struct {
		name  string
		begin time.Time
		lasts time.Duration
		want  int
	}{
		{"as the clock passes it", day(21, 29), 2 * minute, 1},
		{"not before it", day(21, 20), 9 * minute, 0},
		{"not where the hub was started after it", day(21, 31), 10 * minute, 0},
		{"not while the clock is not set", time.Time{}, 2 * minute, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := reminded(t)
			h.from(row.begin)
			if row.begin.IsZero() {
				h.wall = func(time.Duration) time.Time { return time.Time{} }
			}
			h.run(row.lasts)
			if got := h.reminders(); len(got) != row.want {
				t.Errorf("told at %v, want %d", got, row.want)
			}
		})
	}
}

func TestAReminderChangesNothingInTheRoom(t *testing.T) {
	h := reminded(t)
	h.from(day(21, 29))
	h.run(2 * minute)
	values := 0
	for _, e := range h.told {
		if r, ok := e.value.(room.Reminder); !ok || r.Words != "Time for a quiet moment." {
			t.Errorf("%+v", e.value)
		}
		values++
	}
	if values != 1 || h.r.Status().InUse {
		t.Errorf("%d values, status %+v", values, h.r.Status())
	}
}

func TestAReminderComesOnItsDaysAlone(t *testing.T) {
	o := room.ReminderOptions{At: 8 * time.Hour, Snooze: minute}
	o.Days[time.Saturday], o.Days[time.Sunday] = true, true
	h := reminded(t, o)
	h.from(day(0, 0)) // a Friday
	ticks(h, 14*24*time.Hour)
	if got := h.reminders(); len(got) != 4 {
		t.Errorf("told at %v in two weeks, want four times", got)
	}
}

// ticks lets time pass in larger steps than a house has.
func ticks(h *house, d time.Duration) {
	for end := h.now + d; h.now < end; {
		h.now += 10 * time.Second
		h.take(h.r.Tick(nil, h.now, h.wall(h.now)))
		if h.watch != nil {
			h.watch()
		}
	}
}

func TestNobodyWhoIsInASessionIsReminded(t *testing.T) {
	h := reminded(t)
	h.from(day(21, 20))
	h.start(0, room.Alone)
	h.run(20 * minute)
	h.take(h.r.End(nil, h.now))
	h.take(h.r.End(nil, h.now))
	h.run(10 * minute)
	if got := h.reminders(); len(got) != 0 {
		t.Errorf("told at %v", got)
	}
}

func TestAReminderIsPutOffThreeTimesAtMost(t *testing.T) {
	h := reminded(t)
	h.from(day(21, 29))
	h.run(2 * minute)
	for i := range 3 {
		if err := answer(h, "snooze"); err != nil {
			t.Fatal(err)
		}
		if err := answer(h, "snooze"); err != nil {
			t.Error("a second press of the same button:", err)
		}
		h.run(10*minute + tick)
		if got := h.reminders(); len(got) != i+2 {
			t.Fatalf("after %d snoozes told at %v", i+1, got)
		}
	}
	if err := answer(h, "snooze"); err == nil || !strings.Contains(err.Error(), "3 times") {
		t.Errorf("a fourth snooze: %v", err)
	}
}

func TestAReminderIsLetGo(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house) error
	}{
		{"by its answer", func(h *house) error { return answer(h, "done") }},
		{"by its answer, though it was put off", func(h *house) error {
			_ = answer(h, "snooze")
			return answer(h, "done")
		}},
		{"by a practice that begins, though it was put off", func(h *house) error {
			_ = answer(h, "snooze")
			_, err := h.r.Practice(nil, h.now, "body")
			return err
		}},
		{"by an hour without an answer", func(h *house) error { h.run(time.Hour); return nil }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := reminded(t)
			h.from(day(21, 29))
			h.run(2 * minute)
			if err := row.act(h); err != nil {
				t.Fatal(err)
			}
			h.run(30 * minute)
			if got := h.reminders(); len(got) != 1 {
				t.Errorf("told at %v", got)
			}
			for _, word := range []string{"snooze", "start", "done"} {
				if err := answer(h, word); err == nil || err.Error() != "no reminder waits" {
					t.Errorf("%s: error %v: want to be told that nothing waits", word, err)
				}
			}
		})
	}
	if err := answer(reminded(t), "later"); err == nil {
		t.Error("an unknown answer was taken")
	}
}

func TestAReminderStartsItsPractice(t *testing.T) {
	h := reminded(t)
	if err := answer(h, "start"); err == nil {
		t.Error("a reminder that does not wait started something")
	}
	h.from(day(21, 29))
	h.run(2 * minute)
	if err := answer(h, "start"); err != nil || h.r.Status().Practice != "body" {
		t.Errorf("error %v, status %+v", err, h.r.Status())
	}
	if err := answer(h, "start"); err == nil {
		t.Error("it started twice")
	}
}

func TestAReminderWhosePracticeIsRefusedGoesOnWaiting(t *testing.T) {
	h := newHouse(t, room.Options{Reminders: []room.ReminderOptions{{At: 20*time.Hour + minute, Practice: "breath", Days: everyDay(), Snooze: minute}}})
	h.run(2 * minute)
	h.take(h.r.SetComfort(nil, h.now, 1, room.Comfort{}))
	if err := answer(h, "start"); err == nil || !strings.Contains(err.Error(), "steady") {
		t.Fatalf("a breathing practice where it shall be steady: %v", err)
	}
	if err := answer(h, "snooze"); err != nil {
		t.Errorf("the reminder is gone: %v", err)
	}
}

func TestSummerTimeRemindsOnceADay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine:", err)
	}
	for name, night := range map[string]time.Time{
		"the hour that is left out":    time.Date(2026, 3, 28, 20, 0, 0, 0, berlin),
		"the hour that is there twice": time.Date(2026, 10, 24, 20, 0, 0, 0, berlin),
	} {
		h := reminded(t, room.ReminderOptions{At: 2*time.Hour + 30*minute, Days: everyDay(), Snooze: minute})
		h.from(night)
		ticks(h, 48*time.Hour)
		if got := h.reminders(); len(got) != 2 {
			t.Errorf("%s: told at %v in two nights", name, got)
		}
	}
}

// jumps puts the house's clock on or back.
func (h *house) jumps(by time.Duration) { h.from(h.wall(h.now).Add(by)) }

func TestAClockThatJumpsADayNeitherRepeatsNorLosesAReminder(t *testing.T) {
	const dayLong = 24 * time.Hour
	for _, row := range []struct {
		name string
		live func(h *house) // from 20:00 on a Friday
		want []string       // dates and times of the clock
	}{
		{"back, after it was told", func(h *house) {
			ticks(h, 2*time.Hour)
			h.jumps(-dayLong)
			h.jumps(-time.Hour) // it passes Thursday's once more
			ticks(h, dayLong)   // and Friday's
			ticks(h, dayLong+time.Hour)
		}, []string{"20 21:30", "21 21:30"}},
		{"back, before it was told", func(h *house) {
			ticks(h, time.Hour)
			h.jumps(-dayLong)
			ticks(h, 3*dayLong)
		}, []string{"19 21:30", "20 21:30", "21 21:30"}},
		{"back and on again", func(h *house) {
			ticks(h, 2*time.Hour)
			h.jumps(-dayLong)
			ticks(h, 10*minute)
			h.jumps(dayLong)
			ticks(h, dayLong)
		}, []string{"20 21:30", "21 21:30"}},
		{"back a week and on again", func(h *house) {
			ticks(h, 2*time.Hour)
			h.jumps(-7 * dayLong)
			ticks(h, time.Hour)
			h.jumps(7*dayLong - 2*time.Hour)
			ticks(h, dayLong+time.Hour)
		}, []string{"20 21:30", "21 21:30"}},
		{"on, before it was told", func(h *house) {
			ticks(h, time.Hour)
			h.jumps(dayLong)
			ticks(h, dayLong)
		}, []string{"21 21:30"}},
		{"on, over its time", func(h *house) {
			ticks(h, time.Hour)
			h.jumps(dayLong + time.Hour)
			ticks(h, dayLong)
		}, []string{"21 22:00", "22 21:30"}},
		{"ten years on and back, for an evening", func(h *house) {
			h.jumps(10 * 365 * dayLong)
			ticks(h, 2*time.Hour)
			h.jumps(-10 * 365 * dayLong)
			ticks(h, 3*dayLong)
		}, []string{"17 21:30", "22 21:30", "23 21:30"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := reminded(t)
			h.from(day(20, 0))
			var got []string
			h.told = nil
			h.watch = func() {
				if n := len(h.reminders()); n > len(got) {
					got = append(got, h.wall(h.now).Format("2 15:04"))
				}
			}
			row.live(h)
			if d := cmp.Diff(row.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAPausedHubRemindsNobody(t *testing.T) {
	h := reminded(t)
	h.from(day(21, 29))
	h.take(h.r.Pause(nil, h.now))
	h.run(2 * minute)
	if got := h.reminders(); len(got) != 0 {
		t.Errorf("told at %v in a pause", got)
	}
	h.take(h.r.Resume(nil, h.now, 0))
	ticks(h, 24*time.Hour)
	if got := h.reminders(); len(got) != 0 {
		t.Errorf("told at %v, and one of two has not resumed", got)
	}
	h.take(h.r.Resume(nil, h.now, 1))
	ticks(h, 24*time.Hour)
	if got := h.reminders(); len(got) != 1 {
		t.Errorf("told at %v after the pause, want once, the next day", got)
	}
}

func TestAPauseLetsAReminderGo(t *testing.T) {
	h := reminded(t)
	h.from(day(21, 29))
	h.run(2 * minute)
	if err := answer(h, "snooze"); err != nil {
		t.Fatal(err)
	}
	h.take(h.r.Pause(nil, h.now))
	h.run(tick)
	for w := range 2 {
		h.take(h.r.Resume(nil, h.now, w))
	}
	h.run(20 * minute)
	if got := h.reminders(); len(got) != 1 {
		t.Errorf("told at %v: what was put off came after a pause", got)
	}
}

// A clock may be put forward and back by up to a day and a half at any time: nothing is told twice on one date.
func TestWhateverTheClockDoesAReminderComesOnceADate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := room.New(room.Options{Reminders: []room.ReminderOptions{{At: 12 * time.Hour, Days: everyDay(), Snooze: minute}}})
		clock, told, now := day(9, 0), map[string]int{}, time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "ticks") {
			passed := time.Duration(rapid.IntRange(0, 8*3600).Draw(t, "seconds passed")) * time.Second
			clock, now = clock.Add(passed), now+min(passed, time.Minute)
			wall := clock.Add(time.Duration(rapid.IntRange(-36*3600, 36*3600).Draw(t, "seconds wrong")) * time.Second)
			for range r.Tick(nil, now, wall) {
				told[wall.Format(time.DateOnly)]++
			}
		}
		for date, n := range told {
			if n > 1 {
				t.Fatalf("%d times on %s", n, date)
			}
		}
	})
}
