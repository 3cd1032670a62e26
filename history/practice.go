package history

import (
	"fmt"
	"strings"
	"time"

	"hubd/pipeline"
)

// maxResults bounds the results of practices between two commits.
const maxResults = 64

// result is a note that hubd makes of a practice, with its stream time, in case the Pi's clock is set before it is written.
type result struct {
	Note
	since time.Duration
}

// addResult keeps what a practice came to as a note in the wearer's journal.
func (d *gatherer) addResult(e pipeline.Event, r pipeline.PracticeResult) {
	if len(d.results) >= maxResults {
		d.lost++
		return
	}
	n := Note{Wearer: e.Wearer, At: d.date(e.At), Text: resultText(r), Tags: []Tag{{TagHappened, "practice " + r.Practice}}}
	d.results = append(d.results, result{n, e.At})
}

// resultText says in words what a practice came to. What is not known is not said.
func resultText(r pipeline.PracticeResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Practice %s, %s.", r.Practice, r.Ran.Round(time.Second))
	if r.CoherenceMean.Known {
		fmt.Fprintf(&b, " The heart went with the pacer to %.0f %%.", 100*r.CoherenceMean.Value)
	}
	if r.ArousalBefore.Known && r.ArousalAfter.Known {
		fmt.Fprintf(&b, " Arousal, counted from your own rest: %.1f before, %.1f after.", r.ArousalBefore.Value, r.ArousalAfter.Value)
	}
	switch {
	case r.Pace.BPM.Known:
		fmt.Fprintf(&b, " Your own pace: %.1f breaths a minute.", r.Pace.Pace)
	case r.Tried > 0:
		fmt.Fprintf(&b, " No pace of your own was found: %d of %d could be judged, and three are needed.", r.Judged, r.Tried)
	}
	return b.String()
}

// putResults writes those that have a date. A result without a date waits for the next commit.
func putResults(tx txn, results []result, wall time.Time) error {
	for i := range results {
		n := results[i].Note
		if n.At.IsZero() {
			continue
		}
		n.Written = n.At
		if !wall.IsZero() {
			n.Written = wall.Round(time.Second).UTC()
		}
		if _, err := putNote(tx, n); err != nil {
			return err
		}
	}
	return nil
}

// undatedResults are those that putResults has left.
func (d *gatherer) undatedResults() []result {
	var left []result
	for _, r := range d.results {
		if r.At.IsZero() {
			left = append(left, r)
		}
	}
	return left
}
