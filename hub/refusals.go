package hub

import (
	"log/slog"
	"regexp"
	"time"

	"hubd/pipeline"
)

// Bounds of what is told of refused commands: anybody with the broker's password can send thousands.
const (
	refusalLines  = 5                // in one window
	refusalWindow = 10 * time.Second // after which the rest is told as a number
)

// quoted is what a reason repeats of what was sent; three dots stand in its place, which read well wherever in a sentence it was.
var quoted = regexp.MustCompile(`"[^"]*"`)

// refusals writes a line for each refused command: its name and why, never whose it was, nothing of a session, and none of the
// sender's own words, which the answer repeats: somebody may have written there what is for nobody's log. Beyond
// refusalLines in a window it counts, and tells the number when the window ends.
type refusals struct {
	log   *slog.Logger
	ends  time.Duration // of the window; 0: none runs
	lines int
	more  int
}

// note takes one refusal.
func (r *refusals) note(now time.Duration, v pipeline.Refused) {
	if r.ends == 0 {
		r.ends = now + refusalWindow
	}
	if r.lines == refusalLines {
		r.more++
		return
	}
	r.lines++
	reason := quoted.ReplaceAllString(v.Reason, "…")
	if v.Inside {
		reason = "it went to whoever asked, and nowhere else" // it tells of a session
	}
	r.log.Warn("command refused", "name", v.Name, "reason", reason)
}

// unanswered counts commands that were refused without an answer because too many came at once.
func (r *refusals) unanswered(now time.Duration, n int) {
	if n > 0 && r.ends == 0 {
		r.ends = now + refusalWindow
	}
	r.more += n
}

// tick ends the window.
func (r *refusals) tick(now time.Duration) {
	if r.ends == 0 || now < r.ends {
		return
	}
	if r.more > 0 {
		r.log.Warn("more commands refused", "count", r.more, "in_s", refusalWindow.Seconds())
	}
	r.ends, r.lines, r.more = 0, 0, 0
}
