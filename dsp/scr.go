package dsp

import (
	"math"
	"time"
)

// Limits of a skin-conductance response (Boucsein 2012; physiology page 5).
const (
	scrThreshold = 0.05 // µS from onset to peak, where SkinOptions says nothing else
	scrSteps     = 4    // or so many converter steps, where those are coarser: a staircase errs by one step at either end
	scrNoises    = 8    // or so many standard deviations of the filtered noise: its swings of some seconds reach 4 to 6
	scrShortest  = 500 * time.Millisecond
	scrLongest   = 5 * time.Second
	scrRecovery  = 10 * time.Second // half recovery is looked for so long after the peak
	scrCreep     = 0.01             // µS/s: slower than this is drift and no rise
	scrFall      = 0.05             // of the threshold, or two deviations of noise: so much must the level fall to leave a peak
	scrPlateau   = time.Second      // without growth: the top is reached
	scrSharpest  = 0.82             // of the amplitude in 0.4 s: an electrode that moved (the filter leaves 0.85 of a step in 0.4 s)
	scrOpen      = 8                // responses that may wait for their recovery at a time
	scrCounted   = 64               // responses per minute that can be counted
)

// responses finds skin-conductance responses from trough to peak, causally. The level must fall a little to leave a
// peak, and grow as much to leave a trough, so that noise makes neither. Overlapping responses each have their own trough; a
// response whose half recovery comes after the next one's rise has begun has none.
type responses struct {
	recent  trail
	sway    sway
	rising  bool
	low     float64 // lowest since the last peak
	foot    float64 // lowest before it
	lowAt   time.Duration
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
func (r *responses) interrupt() {
	r.rising, r.opened = false, 0
	r.recent.clear()
	r.sway.clear()
}

// forget takes back what was counted since time t: what surrounds a sample that cannot be right is no response.
func (r *responses) forget(t time.Duration) {
	for r.count > 0 && r.counted[(r.count-1)%scrCounted] > t {
		r.count--
		r.counted[r.count%scrCounted] = math.MinInt64 / 2 // its place in the ring must not count as an older one's
	}
}

// latest is when the last counted response reached its peak; false where none was counted.
func (r *responses) latest() (time.Duration, bool) {
	if r.count == 0 {
		return 0, false
	}
	return r.counted[(r.count-1)%scrCounted], true
}

// inside reports at time t whether a response has not recovered, or may be rising: the level climbs, and not for longer than a
// response can. What climbs on is drift.
func (r *responses) inside(t time.Duration) bool {
	back := min(cellsOf(3*time.Second), r.recent.len()-1)
	rising := r.rising && t-r.lowAt <= scrLongest+time.Second && back > 0 && r.recent.at(0)-r.recent.at(back) > scrThreshold/2
	return rising || r.opened > 0
}

// quiet is the level to take the tonic one from at time t. Soon after a response it is the lowest of the last 5 s: what has not
// recovered lies above the tonic level, and in a storm of responses only the troughs come near it.
func (r *responses) quiet(t time.Duration, level float64) float64 {
	if last, any := r.latest(); !any || t-last > scrRecovery || r.recent.len() == 0 {
		return level
	}
	return r.recent.at(r.recent.lowest(0, min(cellsOf(scrLongest), r.recent.len())))
}

// next takes the level at time t and appends the responses that are over. least is the smallest amplitude that counts.
func (r *responses) next(dst []Value, t time.Duration, level, noise, least float64) []Value {
	dst = r.recover(dst, t, level)
	r.recent.add(level)
	fall := max(scrFall*least, 2*noise)
	if r.recent.len() == 1 {
		r.low, r.lowAt, r.foot = level, t, level
	} else {
		r.sway.step(t, level-r.recent.at(1))
	}
	if !r.rising {
		if level <= r.low {
			r.low, r.lowAt = level, t
		} else if level > r.low+fall {
			r.leave(least)
			r.rising, r.top, r.topAt = true, level, t
		}
		return dst
	}
	if level > r.top {
		r.top, r.topAt = level, t
	}
	switch {
	case level < r.top-fall:
		r.confirm(t, noise, least)
		r.rising, r.low, r.lowAt = false, level, t
	case r.top-r.low >= least && r.flat(level, fall) && r.confirm(t, noise, least):
		r.rising, r.low, r.lowAt = false, level, t
	}
	return dst
}

// leave ends the swing before the trough that the level leaves now. Where swings come like a clock and fall as they rise, what was counted of
// them is taken back.
func (r *responses) leave(least float64) {
	r.sway.trough(r.lowAt, r.top-r.foot, least)
	r.foot = r.low
	if r.sway.on {
		r.opened = 0
		r.forget(r.sway.since())
	}
}

// flat reports that the level has not grown for a while, though it may not fall: the tonic level rises under the response.
func (r *responses) flat(level, fall float64) bool {
	back := cellsOf(scrPlateau)
	return back < r.recent.len() && level-r.recent.at(back) < min(fall, scrCreep*scrPlateau.Seconds())
}

// confirm counts the rise to the top as a response where amplitude, rise time and steepness are those of one.
func (r *responses) confirm(t time.Duration, noise, least float64) bool {
	reach := cellsOf(min(r.topAt-r.lowAt, scrLongest))
	found, ok := r.recent.before(cellsOf(t-r.topAt), reach, noise)
	onset := t - time.Duration(found.onset*float64(skinStep))
	rose := r.topAt - onset
	amplitude := r.top - found.trough - noise // the highest and the lowest of a noisy level lie too far apart
	jump := found.steep-noise > scrSharpest*amplitude
	if !ok || jump || r.sway.on || amplitude < least || rose < scrShortest || rose > scrLongest {
		return false
	}
	r.counted[r.count%scrCounted] = t
	r.count++
	for i := range r.opened {
		r.overlap[i] = true
	}
	if r.opened == scrOpen {
		return true // counted, but with no room to follow its recovery: more than 8 in 10 s is no physiology
	}
	r.open[r.opened] = SCR{Onset: onset, Peak: r.topAt, Amplitude: amplitude}
	r.half[r.opened], r.overlap[r.opened] = r.top-amplitude/2, false
	r.opened++
	return true
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

// perMinute is the rate of the peaks confirmed in the last 60 s, of which so much was not watched; absent before 60 s of contact since
// time, and where too much was not watched.
func (r *responses) perMinute(t, since, unwatched time.Duration) Maybe {
	if t-since < time.Minute || unwatched > unseenMost {
		return Maybe{}
	}
	n := 0
	for i := max(0, r.count-scrCounted); i < r.count; i++ {
		if r.counted[i%scrCounted] > t-time.Minute {
			n++
		}
	}
	return Some(float64(n) / (1 - unwatched.Minutes()))
}
