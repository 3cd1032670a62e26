package dsp

import (
	"math"
	"time"
)

const (
	lockCandidates = 16
	leastSpiky     = 2.2  // largest deflection of an ECG over the mean one: a sine has 1.6, a triangle 2, wide beats at 180 a minute 2.6 and more, recordings 6 to 14
	leastLean      = 0.02 // mean asymmetry of the last seconds under which the lock was chance: what noise does to a sine averages out
	leanLooks      = 11   // seconds in it
	leanLeast      = 4    // before so many it means nothing
	leastLopsided  = 0.1  // asymmetry of a pulse: recordings have 0.12 to 0.98, a swing as quick up as down has none and is no pulse
)

// tryLock looks at the last 3 s as a whole: polarity from the asymmetry of the feature, then candidates that resemble each
// other at a plausible rhythm. On success the detector is set back to the start of these 3 s, so their beats come late but
// come; on failure the next try follows a quarter of a second later.
func (l *lead) tryLock() bool {
	h := &l.wave
	from := max(h.oldest(), h.last-l.cells(lockTime)-l.form.beatAhead)
	if h.last-from < l.cells(lockTime) {
		return false
	}
	l.nextTry = h.last + l.cells(lockEvery)
	asymmetry := l.asymmetry(from, h.last)
	if asymmetry == 0 || l.look.tooFaint(l.spread(from)) {
		return false
	}
	l.polarity = 1
	if asymmetry < 0 {
		l.polarity = -1
	}
	var found [lockCandidates]candidate
	n := l.collect(&found, from)
	if n < 2 || !l.rhythmic(found[:n]) || !l.lopsided(found[:n]) || !l.spiky(from) || !l.alike(found[:n]) {
		l.forget()
		return false
	}
	l.startFrom(from)
	return true
}

// asymmetry is the third moment of the feature over its absolute third moment, −1…1: systole is the quick side of a pulse
// and the large deflection of an ECG, whichever way the sensor is wired. Excursions count up to six times the mean.
func (l *lead) asymmetry(from, to int64) float64 {
	wave := l.wave.feature.from(from, int(to-from+1))
	most := 0.0
	for _, v := range wave {
		most += math.Abs(v)
	}
	most *= 6 / float64(len(wave))
	if most == 0 {
		return 0
	}
	var up, all float64
	for _, v := range wave {
		if v > most {
			v = most
		} else if v < -most {
			v = -most
		}
		cube := v * v * v
		up += cube
		all += math.Abs(cube)
	}
	return up / all
}

// checkPolarity looks once a second which side of the wave is the quick one, locked or not: with a little
// noise a swing as quick up as down leans to one side by chance, for a while; a pulse leans all the time.
func (l *lead) checkPolarity() {
	l.nextLook = l.wave.last + l.cells(time.Second)
	from := l.wave.last - l.cells(lockTime)
	if from < l.wave.oldest() {
		return
	}
	asymmetry := l.asymmetry(from, l.wave.last)
	l.lean.add(asymmetry)
	if !l.locked {
		return
	}
	if l.polarity*asymmetry < -turnedLeast {
		l.turned++
	} else {
		l.turned = 0
	}
	if l.turned >= turnedTime {
		l.lean = lean{}
		l.lose()
	}
}

// lean is the mean asymmetry of a lead's wave over the last looks, one a second.
type lean struct {
	mean  float64
	looks float64
}

func (l *lean) add(asymmetry float64) {
	l.looks = min(l.looks+1, leanLooks)
	l.mean += (asymmetry - l.mean) / l.looks
}

// against reports whether a wave that is locked to a polarity does not lean to that side, or hardly.
func (l *lean) against(polarity float64) bool {
	return l.looks >= leanLeast && polarity*l.mean < leastLean
}

// spread is the difference between the highest and the lowest level since cell from.
func (l *lead) spread(from int64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for k := from; k <= l.wave.last; k++ {
		v := l.wave.level[at(k)]
		low, high = min(low, v), max(high, v)
	}
	return high - low
}

// collect runs the detector over the held wave and keeps the candidates that are at least half as high as the second highest.
func (l *lead) collect(found *[lockCandidates]candidate, from int64) int {
	h := &l.wave
	l.det.floor = 0
	l.det.restart(from, l.polarity)
	n := 0
	var top, second float64
	for l.det.ready(h) && n < lockCandidates {
		c, ok := l.det.step(h)
		if !ok || c.k-l.form.before < h.oldest() || c.k+l.form.after > h.last {
			continue
		}
		found[n] = c
		n++
		if c.height > top {
			top, second = c.height, top
		} else {
			second = max(second, c.height)
		}
	}
	kept := 0
	for _, c := range found[:n] {
		if c.height >= second/2 {
			found[kept] = c
			kept++
		}
	}
	return kept
}

// rhythmic asks for 30–200 beats per minute and a longest interval under 2.2 times the shortest (Orphanidou et al. 2015).
func (l *lead) rhythmic(c []candidate) bool {
	shortest, longest := int64(math.MaxInt64), int64(0)
	for i := 1; i < len(c); i++ {
		d := c[i].k - c[i-1].k
		shortest, longest = min(shortest, d), max(longest, d)
	}
	step := l.form.step.Seconds()
	return float64(shortest)*step >= 0.3 && float64(longest)*step <= 2 && float64(longest) < 2.2*float64(shortest)
}

// lopsided asks whether an optical wave rises quicker than it falls, over whole beats. A swing as quick up as down is no pulse.
func (l *lead) lopsided(c []candidate) bool {
	return l.form.sharp || l.polarity*l.asymmetry(c[0].k, c[len(c)-1].k) >= leastLopsided
}

// spiky asks whether an ECG, filtered to its steep parts, stands out from what lies between its beats. A swing that fills all the time is none.
func (l *lead) spiky(from int64) bool {
	if !l.form.sharp {
		return true
	}
	wave := l.wave.feature.from(from, int(l.wave.last-from+1))
	top, sum := 0.0, 0.0
	for _, v := range wave {
		top, sum = max(top, math.Abs(v)), sum+math.Abs(v)
	}
	return top*float64(len(wave)) >= leastSpiky*sum
}

// alike makes the template of the candidates where each resembles the one before.
func (l *lead) alike(c []candidate) bool {
	l.tmpl.clear()
	l.when.clear()
	l.heights.clear()
	l.gaps.clear()
	worst := 1.0
	for i := range c {
		if i > 0 {
			worst = min(worst, l.likeness(c[i].k))
			l.gaps.add(float64(c[i].k - c[i-1].k))
		}
		l.learn(c[i])
		l.heights.add(c[i].height)
	}
	return worst >= lockTwins
}

// startFrom begins to follow the pulse at cell from, but not before the last beat told.
func (l *lead) startFrom(from int64) {
	if l.anyBeat {
		from = max(from, l.accepted+l.cells(refractory))
	}
	l.locked, l.waiting, l.alone = true, false, true
	l.setFloor()
	l.det.restart(from, l.polarity)
	l.judged.clear()
	l.watched = from
	l.gate.resume(from, l.form.beatPast, l.gaps.median())
}
