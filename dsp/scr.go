package dsp

import (
	"math"
	"time"
)

// Limits of a skin-conductance response (Boucsein 2012; physiology page 5).
const (
	scrThreshold = 0.05 // µS from onset to peak
	scrSteps     = 4    // or so many converter steps, where those are coarser
	scrShortest  = 500 * time.Millisecond
	scrLongest   = 5 * time.Second
	scrRecovery  = 10 * time.Second // half recovery is looked for so long after the peak
	scrUnder     = 0.01             // µS/s: slower than this is no rise
	scrOpen      = 8                // responses that may wait for their recovery at a time
	scrCounted   = 64               // responses per minute that can be counted
)

// threshold is the least amplitude of a response where one converter step is so many µS.
func threshold(step float64) float64 { return math.Max(scrThreshold, scrSteps*step) }

// responses finds skin-conductance responses from trough to peak, causally: a rise begins at the last place without slope and
// ends where the level has fallen from its top. Overlapping responses each have their own trough; a response whose half
// recovery comes after the next one's rise has begun has none.
type responses struct {
	rising  bool
	onset   time.Duration
	trough  float64
	top     float64
	topAt   time.Duration
	open    [scrOpen]SCR
	half    [scrOpen]float64 // level of half recovery
	overlap [scrOpen]bool    // another response rose before it: its recovery cannot be seen
	opened  int
	counted [scrCounted]time.Duration // when peaks were confirmed
	count   int
}

func (r *responses) clear() { *r = responses{} }

// interrupt ends what is under way without telling it; what was counted stays counted.
func (r *responses) interrupt() { r.rising, r.opened = false, 0 }

// inside reports whether a response is rising or has not recovered.
func (r *responses) inside() bool { return r.rising && r.top-r.trough > scrThreshold/2 || r.opened > 0 }

// next takes the level at time t and appends the responses that are over.
func (r *responses) next(dst []Value, t time.Duration, level, slope, least float64) []Value {
	dst = r.recover(dst, t, level)
	if !r.rising {
		if slope > scrUnder {
			r.rising, r.onset, r.trough, r.top, r.topAt = true, t, level, level, t
		}
		return dst
	}
	r.rise(t, level, slope, least)
	if level < r.top-math.Max(0.1*(r.top-r.trough), least/10) || slope < -scrUnder || t-r.topAt > time.Second {
		r.confirm(t, least)
		r.rising = false
	}
	return dst
}

// rise follows the rise. What crept before the slope grew to three times its mean does not belong to it, nor does a drift
// longer than any rise.
func (r *responses) rise(t time.Duration, level, slope, least float64) {
	if level > r.top {
		r.top, r.topAt = level, t
	}
	gained, lasted := level-r.trough, t-r.onset
	creeping := lasted > scrShortest && gained < least && slope > 3*gained/lasted.Seconds()
	if creeping || lasted > scrLongest+time.Second {
		r.onset, r.trough, r.top, r.topAt = t, level, level, t
	}
}

// confirm counts a rise as a response where amplitude and rise time are those of one.
func (r *responses) confirm(t time.Duration, least float64) {
	amplitude, rise := r.top-r.trough, r.topAt-r.onset
	if amplitude < least || rise < scrShortest || rise > scrLongest {
		return
	}
	r.counted[r.count%scrCounted] = t
	r.count++
	for i := range r.opened {
		r.overlap[i] = true
	}
	if r.opened == scrOpen {
		return // counted, but with no room to follow its recovery: more than 8 in 10 s is no physiology
	}
	r.open[r.opened] = SCR{Onset: r.onset, Peak: r.topAt, Amplitude: amplitude}
	r.half[r.opened], r.overlap[r.opened] = r.top-amplitude/2, false
	r.opened++
}

// recover tells the responses that have reached half recovery or run out of time.
func (r *responses) recover(dst []Value, t time.Duration, level float64) []Value {
	kept := 0
	for i := 0; i < r.opened; i++ {
		s := r.open[i]
		switch {
		case level <= r.half[i]:
			if !r.overlap[i] {
				s.HalfRecovery = Some((t - s.Peak).Seconds())
			}
			dst = append(dst, s)
		case t-s.Peak > scrRecovery:
			dst = append(dst, s)
		default:
			r.open[kept], r.half[kept], r.overlap[kept] = r.open[i], r.half[i], r.overlap[i]
			kept++
		}
	}
	r.opened = kept
	return dst
}

// perMinute is the number of peaks confirmed in the last 60 s; absent before 60 s of contact since time.
func (r *responses) perMinute(t, since time.Duration) Maybe {
	if t-since < time.Minute {
		return Maybe{}
	}
	n := 0
	for i := max(0, r.count-scrCounted); i < r.count; i++ {
		if r.counted[i%scrCounted] > t-time.Minute {
			n++
		}
	}
	return Some(float64(n))
}
