package hub

import (
	"testing"
	"time"
)

// Sunrise and sunset by astral 3.2 (Python): sunrise(Observer(latitude, longitude), day, zone).
func TestQuietHoursFollowTheSunOfThePlace(t *testing.T) {
	const hour = 3600
	for _, row := range []struct {
		place               string
		latitude, longitude float64
		zone                int // seconds east
		rise, set           string
	}{
		{"Berlin in midsummer", 52.52, 13.405, 2 * hour, "2026-06-21 04:43:28", "2026-06-21 21:32:54"},
		{"Berlin in midwinter", 52.52, 13.405, hour, "2026-12-21 08:15:16", "2026-12-21 15:53:35"},
		{"Sydney", -33.87, 151.21, 10 * hour, "2026-06-21 07:00:11", "2026-06-21 16:53:35"},
		{"Quito", -0.18, -78.47, -5 * hour, "2026-03-20 06:18:09", "2026-03-20 18:24:19"},
		{"Anchorage, of a long evening", 61.22, -149.9, -8 * hour, "2026-06-21 04:20:55", "2026-06-21 23:42:03"},
		{"Auckland, a day ahead of the meridian", -36.85, 174.76, 13 * hour, "2026-12-21 05:58:15", "2026-12-21 20:39:20"},
	} {
		t.Run(row.place, func(t *testing.T) {
			down := sunDown(row.latitude, row.longitude)
			const near = 3 * time.Minute
			for text, darkBefore := range map[string]bool{row.rise: true, row.set: false} {
				at, err := time.ParseInLocation(time.DateTime, text, time.FixedZone("", row.zone))
				if err != nil {
					t.Fatal(err)
				}
				if down(at.Add(-near)) != darkBefore || down(at.Add(near)) == darkBefore {
					t.Errorf("around %s: the sun is down %v, then %v", text, down(at.Add(-near)), down(at.Add(near)))
				}
			}
		})
	}
}

func TestNoNightComesWhereTheSunStaysUp(t *testing.T) {
	down := sunDown(69.65, 18.96) // Tromsø
	for at := time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC); at.Day() < 20; at = at.Add(time.Hour) {
		if down(at) {
			t.Errorf("the sun is down at %v", at)
		}
		if winter := at.AddDate(0, 6, 5); !down(winter) {
			t.Errorf("the sun is up at %v", winter)
		}
	}
}

// The sun sinks until its midnight, which in Reykjavik is half past one, and rises until its noon.
func TestTheSunSinksUntilItsMidnight(t *testing.T) {
	sinks := sunSinks(64.15, -21.94)
	for hour, want := range map[int]bool{0: true, 1: true, 2: false, 6: false, 13: false, 14: true, 23: true} {
		if got := sinks(time.Date(2026, 6, 21, hour, 0, 0, 0, time.UTC)); got != want {
			t.Errorf("at %d it sinks: %v", hour, got)
		}
	}
	if down := sunDown(64.15, -21.94); down(time.Date(2026, 6, 21, 0, 0, 0, 0, time.UTC)) {
		t.Error("at midnight it has set already")
	}
}
