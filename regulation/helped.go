package regulation

import (
	"math"
	"slices"
	"strings"
	"time"

	"hubd/dsp"
)

// How arousal before and after something is compared.
const (
	helpedSpan    = 60 * time.Second // a mean of arousal is of so long
	helpedLeast   = 30               // known seconds in that, or the mean is unknown
	helpedSettles = 2 * time.Minute  // a scene has faded in, and a body had a minute to answer
	helpedAfter   = 30 * time.Second // after a practice, for the slow breath to leave the measures
	helpedLag     = helpedSettles + helpedSpan
	helpedNames   = 64   // of scenes and practices at most: what a config holds
	helpedSpread  = 1.0  // z; own: by definition of z, the spread of arousal around its own rest
	helpedBeta    = 0.6  // own: what is left of a deviation after helpedLag, before own time has shown it: half is gone in four minutes
	helpedPrior   = 4.0  // pairs that helpedBeta and helpedSpread count for
	helpedSigma   = 1.96 // 95 % of a normal distribution lie within so many standard errors
	secondsOfSpan = int(helpedSpan / time.Second)
)

// Doing is what a room does at one time: a scene, or a practice. The zero Doing is nothing.
type Doing struct {
	Name     string
	Practice bool
}

// Helped follows one wearer's arousal around the changes of a room, so that people can see what tends to help them. It compares
// each change with the drift that the same wearer's arousal takes in times without one: who is wound up calms down somewhat
// anyway. Nobody is ever experimented on for it: what a room does is chosen for other reasons, so a difference is a hint and no proof.
// The zero Helped has seen nothing.
type Helped struct {
	recent  [secondsOfSpan]dsp.Maybe
	filled  int // seconds seen since the last break
	doing   Doing
	since   time.Duration
	counted bool      // what the Doing did
	before  dsp.Maybe // mean arousal as the Doing began
	pending pendingLook
	calm    calmLook
	drift   pairs
	rows    []helpedRow
}

// pendingLook is a practice that has ended, waiting for its after.
type pendingLook struct {
	on     bool
	name   Doing
	before dsp.Maybe
	began  time.Duration
	at     time.Duration
}

// calmLook is the beginning of a time without any change, in which drift is seen.
type calmLook struct {
	mean dsp.Maybe
	at   time.Duration
}

type helpedRow struct {
	doing Doing
	seen  pairs
}

// Second takes the arousal of this second, absent where it is unknown or of a moving body, and what the room does.
func (h *Helped) Second(t time.Duration, arousal dsp.Maybe, doing Doing) {
	if h.filled == 0 {
		h.since = t
	}
	h.recent[h.filled%len(h.recent)] = arousal
	h.filled++
	if doing != h.doing {
		h.change(t, doing)
	}
	mean := h.mean()
	switch {
	case h.pending.on && t >= h.pending.at:
		h.count(h.pending.name, h.pending.before, mean, t-h.pending.began)
		h.pending = pendingLook{}
	case !h.pending.on && !h.counted && !h.doing.Practice && h.doing != Doing{} && t >= h.since+helpedLag:
		h.counted = true
		h.count(h.doing, h.before, mean, helpedLag)
	}
	h.look(t, mean)
}

// Break forgets what was being followed, not what was seen: a pause, a gap, or sensing that ended.
func (h *Helped) Break() {
	h.filled, h.doing, h.before = 0, Doing{}, dsp.Maybe{}
	h.recent = [secondsOfSpan]dsp.Maybe{}
	h.pending, h.calm = pendingLook{}, calmLook{}
}

// change begins to follow something new. A scene that another follows before it could show is not counted; a practice is, from a
// minute on, and the scene that comes back after it is not.
func (h *Helped) change(t time.Duration, doing Doing) {
	ended := h.doing
	if ended.Practice && t-h.since >= helpedSpan {
		h.pending = pendingLook{on: true, name: ended, before: h.before, began: h.since, at: t + helpedAfter + helpedSpan}
	} else if doing.Practice || doing == (Doing{}) {
		h.pending = pendingLook{}
	}
	h.doing, h.since, h.counted, h.before = doing, t, h.pending.on, h.mean()
	h.calm = calmLook{}
}

// look counts a pair of means of a time in which nothing changes, and nothing has for long enough.
func (h *Helped) look(t time.Duration, mean dsp.Maybe) {
	quiet := !h.doing.Practice && !h.pending.on && t >= h.since+helpedLag+helpedSpan
	switch {
	case !quiet:
		h.calm = calmLook{}
	case h.calm == calmLook{}:
		h.calm = calmLook{mean: mean, at: t}
	case t-h.calm.at >= helpedLag:
		h.drift.add(h.calm.mean, mean, helpedLag)
		h.calm = calmLook{mean: mean, at: t}
	}
}

func (h *Helped) count(doing Doing, before, after dsp.Maybe, lag time.Duration) {
	for i := range h.rows {
		if h.rows[i].doing == doing {
			h.rows[i].seen.add(before, after, lag)
			return
		}
	}
	if len(h.rows) < helpedNames && before.Known && after.Known {
		h.rows = append(h.rows, helpedRow{doing: doing})
		h.rows[len(h.rows)-1].seen.add(before, after, lag)
	}
}

// mean is that of the last minute, absent with under helpedLeast known seconds.
func (h *Helped) mean() dsp.Maybe {
	sum, n := 0.0, 0
	for _, a := range h.recent {
		if a.Known {
			sum += a.Value
			n++
		}
	}
	if n < helpedLeast {
		return dsp.Maybe{}
	}
	return dsp.Some(sum / float64(n))
}

// pairs are the sums of pairs of means, before and after.
type pairs struct {
	n, before, after         float64
	squared, product, target float64       // of before², before·after, after²
	lag                      time.Duration // summed
}

func (p *pairs) add(before, after dsp.Maybe, lag time.Duration) {
	if !before.Known || !after.Known {
		return
	}
	b, a := before.Value, after.Value
	p.n++
	p.before += b
	p.after += a
	p.squared += b * b
	p.product += b * a
	p.target += a * a
	p.lag += lag
}

// course is how arousal goes by itself: back to a level, the share beta of a deviation being left after helpedLag, as a
// first-order autoregression does (Box, Jenkins & Reinsel, Time Series Analysis, section 3.2).
type course struct {
	level, beta, spread float64 // spread: of what is not foreseen
	n, middle, squares  float64 // pairs it rests on, the prior's included; their mean before, and its summed squared deviations
}

// course fits the pairs of quiet times, together with as many as the prior counts for.
func (p *pairs) course() course {
	n := p.n + helpedPrior
	mb, ma := p.before/n, p.after/n
	v := helpedPrior * helpedSpread * helpedSpread
	sbb := p.squared + v - n*mb*mb
	sab := p.product + helpedBeta*v - n*mb*ma
	saa := p.target + v - n*ma*ma
	beta := math.Max(0, math.Min(0.95, sab/sbb))
	left := math.Max(saa-2*beta*sab+beta*beta*sbb, 0)
	level := (ma - beta*mb) / (1 - beta)
	return course{level: level, beta: beta, spread: math.Sqrt(left / n), n: n, middle: mb, squares: sbb}
}

// HelpedRow is what was seen of one scene or practice. Arousal is in spreads of the wearer's own rest, as in State.
type HelpedRow struct {
	Doing
	Times      int     // how often both before and after were known
	Before     float64 // mean arousal in the minute before it
	After      float64 // in the third minute of a scene; in the minute that begins 30 s after a practice
	Expected   float64 // what After would be by the wearer's own drift without a change
	Difference float64 // After − Expected: below 0 where arousal was lower than expected
	Margin     float64 // the true difference lies within so much of Difference 19 times in 20
}

// Rows are all that was seen, by name.
func (h *Helped) Rows() []HelpedRow {
	c := h.drift.course()
	var out []HelpedRow
	for _, r := range h.rows {
		n := r.seen.n
		lag := r.seen.lag.Seconds() / n / helpedLag.Seconds()
		left := math.Pow(c.beta, lag)
		row := HelpedRow{Doing: r.doing, Times: int(n), Before: r.seen.before / n, After: r.seen.after / n}
		row.Expected = c.level + (row.Before-c.level)*left
		row.Difference = row.After - row.Expected
		row.Margin = helpedSigma * c.standardError(row.Before, left, n)
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b HelpedRow) int {
		if a.Practice != b.Practice {
			if a.Practice {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// standardError is that of a mean difference seen n times, when the share left of a deviation remained: of what is not foreseen each
// time, which grows to the spread of arousal itself; of the course, the more so the further from its middle (the variance of a prediction
// in linear regression); and of what the course cannot know. Where a room changes whenever arousal is high, quiet times of high arousal are rare and
// short, so the course falls a little too fast, and a help is rather told too small than too large.
func (c course) standardError(before, left, n float64) float64 {
	each := c.spread * c.spread * (1 - left*left) / (1 - c.beta*c.beta)
	off := before - c.middle
	return math.Sqrt(each*(1/n+1/c.n+off*off/c.squares) + confidenceModel*confidenceModel)
}
