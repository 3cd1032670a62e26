package history_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
)

func TestWhatAPracticeCameToIsANoteOfItsWearer(t *testing.T) {
	for _, row := range []struct {
		name   string
		result pipeline.PracticeResult
		want   string
	}{
		{"with all that is known", pipeline.PracticeResult{Practice: "breath", Ran: 5 * time.Minute, CoherenceMean: dsp.Some(0.62), ArousalBefore: dsp.Some(1.2), ArousalAfter: dsp.Some(0.4)},
			"Practice breath, 5m0s. The heart went with the pacer to 62 %. Arousal, counted from your own rest: 1.2 before, 0.4 after."},
		{"with nothing known", pipeline.PracticeResult{Practice: "ground", Ran: 90 * time.Second}, "Practice ground, 1m30s."},
		{"a pace that was found", pipeline.PracticeResult{Practice: "resonance", Ran: 10 * time.Minute, Pace: dsp.Swing{Pace: 5.5, BPM: dsp.Some(9)}, Tried: 5, Judged: 4},
			"Practice resonance, 10m0s. Your own pace: 5.5 breaths a minute."},
		{"a pace that was not", pipeline.PracticeResult{Practice: "resonance", Ran: 10 * time.Minute, Tried: 5, Judged: 2},
			"Practice resonance, 10m0s. No pace of your own was found: 2 of 5 could be judged, and three are needed."},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := open(t, file(t))
			d.Add(pipeline.Event{Wearer: "a", At: time.Minute, Value: row.result}, start.Add(time.Minute))
			d.Commit(start.Add(2 * time.Minute))
			d.Commit(start.Add(3 * time.Minute)) // is not written twice
			notes, err := d.Notes("a", history.Span{To: ever}, 10)
			if err != nil || len(notes) != 1 || notes[0].Text != row.want || !notes[0].At.Equal(start.Add(time.Minute)) {
				t.Errorf("%v: %+v, want %q", err, notes, row.want)
			}
			if len(notes) == 1 && (len(notes[0].Tags) != 1 || notes[0].Tags[0].Word != "practice "+row.result.Practice) {
				t.Errorf("tags %+v", notes[0].Tags)
			}
		})
	}
}

func TestAResultWaitsForTheClock(t *testing.T) {
	d := open(t, file(t))
	d.Add(pipeline.Event{Wearer: "a", At: time.Minute, Value: pipeline.PracticeResult{Practice: "breath", Ran: 5 * time.Minute}}, time.Time{})
	d.Commit(time.Time{})
	if got := texts(t, d, "a", time.Time{}, ever); got != "" {
		t.Errorf("without a date: %q", got)
	}
	d.Add(pipeline.Event{Wearer: "a", At: 2 * time.Minute, Value: dsp.HeartRate{}}, start.Add(2*time.Minute))
	d.Commit(start.Add(3 * time.Minute))
	if got := texts(t, d, "a", start.Add(time.Minute), start.Add(61*time.Second)); got != "Practice breath, 5m0s." {
		t.Errorf("with the clock set: %q", got)
	}
}
