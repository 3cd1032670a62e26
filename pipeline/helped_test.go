package pipeline_test

import (
	"testing"
	"time"

	"hubd/pipeline"
	"hubd/room"
)

func TestArousalIsSeenAroundWhatTheRoomDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	for _, row := range []struct {
		name    string
		private bool
		want    int
	}{
		{"in a session that is not private", false, 1},
		{"in a private one nothing is followed", true, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			const length = 9 * time.Minute
			o := options(2)
			o.Room.Private = row.private
			samples, scene := body(t, "two-people", length)
			rested(&o, scene)
			r := newRig(t, o)
			r.start(room.Together, "a", "b")
			r.play(samples, 4*time.Minute)
			r.must(pipeline.Command{Name: pipeline.CommandScene, Text: "neutral", Origin: socket})
			r.play(samples, length)
			got := 0
			for _, seen := range r.p.Helped(0) {
				if seen.Name == "neutral" {
					got = seen.Times
				}
			}
			if got != row.want {
				t.Errorf("scene neutral was seen %d times, want %d", got, row.want)
			}
		})
	}
}
