package hub_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/hub"
	"hubd/pipeline"
)

// lived fills a history with minutes of a wearer, some of a run whose clock was not set.
func lived(t *testing.T, dir string, dated, undated int) (first time.Time) {
	t.Helper()
	first = time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	fill := func(minutes int, wall func(at time.Duration) time.Time) {
		d := history.Open(history.Options{Path: filepath.Join(dir, "history.db")})
		for at := time.Duration(0); at < time.Duration(minutes)*time.Minute; at += 20 * time.Second {
			d.Add(pipeline.Event{Wearer: "a", At: at, Value: dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 1}}, wall(at))
			d.Add(pipeline.Event{Wearer: "a", At: at, Value: dsp.HeartRate{BPM: dsp.Some(60)}}, wall(at))
			if at%(50*time.Minute) == 0 {
				d.Commit(wall(at))
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	fill(undated, func(time.Duration) time.Time { return time.Time{} })
	fill(dated, func(at time.Duration) time.Time { return first.Add(at) })
	return first
}

func TestEveryMinuteIsExportedOnce(t *testing.T) {
	const dated, undated = 5100, 90 // more than one answer holds
	dir := t.TempDir()
	first := lived(t, dir, dated, undated)
	d := keeper(t, keeping("", dir, "summaries"))
	for _, row := range []struct {
		name     string
		from, to time.Time
		want     int
	}{
		{"everything", time.Time{}, time.Time{}, dated + undated},
		{"an hour", first.Add(time.Hour), first.Add(2 * time.Hour), 60},
		{"before all", time.Time{}, first, 0},
		{"from a date on", first.Add(5000 * time.Minute), time.Time{}, 100},
	} {
		seen := map[string]bool{}
		err := hub.Minutes(t.Context(), d.socket, "a", row.from, row.to, func(m history.Minute) error {
			seen[fmt.Sprint(m.At, m.Run, m.Since)] = true
			return nil
		})
		if err != nil || len(seen) != row.want {
			t.Errorf("%s: %d minutes, want %d: %v", row.name, len(seen), row.want, err)
		}
	}
}

func TestNobodyElsesMinutesAreExported(t *testing.T) {
	dir := t.TempDir()
	lived(t, dir, 5, 0)
	d := keeper(t, keeping("", dir, "summaries"))
	err := hub.Minutes(t.Context(), d.socket, "b", time.Time{}, time.Time{}, func(history.Minute) error { t.Error("a minute"); return nil })
	if err == nil {
		t.Error("somebody unknown is exported without a word")
	}
}
