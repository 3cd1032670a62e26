package dsp

import (
	"math"
	"time"
)

// found is a beat of one lead, in the lead's own terms.
type found struct {
	at        time.Duration
	amplitude float64
	foot      float64 // of the level wave, volts, in the wave's upright polarity
	quality   float64
	doubtful  bool // a beat, but its time is not good enough for an interval
	alone     bool // nothing ties it to the beat before: a gap, a fresh lock or a dropped stretch lies between
}

// Times and limits of a lead.
const (
	lockTime     = 3 * time.Second        // of wave that must look like a pulse before anything is told
	lockEvery    = 250 * time.Millisecond // between two tries
	refractory   = 300 * time.Millisecond // Elgendi 2013; also the hard gate of design 4
	lossTime     = 4 * time.Second        // without an accepted beat: locked no more
	keepAcross   = 10 * time.Second       // a gap up to this keeps polarity, height and template; a longer one forgets them
	turnedTime   = 5                      // seconds in a row in which the wave looks upside down: the lock was wrong, or the sensor was turned
	turnedLeast  = 0.2                    // asymmetry that counts as upside down
	longestStep  = 125 * time.Millisecond // between two samples; more is a gap
	lockTwins    = 0.7                    // least correlation between neighbouring beats of a lock
	surelyBeat   = 0.8                    // from which a beat is beyond doubt: its time is good enough for intervals
	unlikeBeat   = 0.6                    // correlation with the template under which a candidate is no beat
	wideLeast    = 0.5                    // of the usual height: so strong a deflection of an ECG is a beat, whatever its shape
	blockMargin  = 0.01                   // of a beat's squared height: about a tenth of the mean, where Elgendi takes 0.02 of it
	bridgeCells  = 5                      // of the grid, 40 ms of a pulse wave: a gap up to this is bridged
	largestInput = 1e6                    // volts; beyond it a number is a fault, not a voltage
)

// lead follows one channel: from samples to judged beats.
type lead struct {
	form waveform
	grid grid
	wave history
	det  detector
	tmpl template
	when timing
	gate gate
	turn turns
	look scan   // input conditions: clipping, flat line, rate, resolution
	off  string // the reason while the front end tells that it is off

	locked    bool
	polarity  float64
	heights   trailing // of accepted beats' features
	gaps      trailing // cells between accepted beats that touch
	pending   candidate
	waiting   bool
	accepted  int64 // cell of the last accepted beat
	watched   int64 // cell from which this lock has been followed
	anyBeat   bool
	alone     bool
	nextTry   int64
	nextLook  int64
	turned    int // seconds in which the wave looked upside down
	lean      lean
	judged    verdicts
	worth     float64 // quality over the last seconds
	lastInput time.Duration
	broken    bool     // what came since lastInput had no meaning
	holes     [8]int64 // cells of the newest bridged gaps; 0 is none
	nextHole  int
}

func newLead(kind PulseKind) *lead {
	l := &lead{form: newWaveform(kind), heights: newTrailing(11), gaps: newTrailing(11), when: newTiming(), off: reasonNoSkin}
	if kind == ECG {
		l.off = reasonElectrode
	}
	l.grid = grid{step: l.form.step, longest: longestStep}
	l.wave.form, l.det.form = &l.form, &l.form
	l.wave.clear()
	l.forget()
	return l
}

// forget drops all that was learnt: the next beats need a fresh lock.
func (l *lead) forget() {
	l.locked, l.waiting, l.alone, l.turned = false, false, true, 0
	l.gate.clear()
	l.turn.clear()
	l.when.clear()
	l.heights.clear()
	l.gaps.clear()
	l.tmpl.clear()
	l.judged.clear()
}

// withdraw is the end of sensing: a gap of unknown length.
func (l *lead) withdraw() {
	l.grid.interrupt()
	l.wave.clear()
	l.look.clear()
	l.lean = lean{}
	l.forget()
}

// sample takes one sample and appends the beats that became certain by it.
func (l *lead) sample(dst []found, s Sample) []found {
	bad := s.Flags.Has(FlagFault|FlagLeadOff) || !(math.Abs(s.Volts) <= largestInput)
	l.look.sample(s, bad)
	if bad {
		l.broken = true
		return dst
	}
	if (l.broken || s.Flags.Has(FlagGap)) && !l.bridge(s.T) { // a sample without meaning is as good as lost
		l.grid.interrupt()
	}
	l.broken = false
	if !l.grid.add(s.T, s.Volts) {
		l.gap(s.T)
	}
	l.lastInput = s.T
	for l.grid.full() {
		if k, v, whole := l.grid.next(); whole && l.wave.add(k, v) {
			dst = l.follow(dst)
		}
	}
	return dst
}

// bridge tells whether a gap is so short that the wave is followed across it, as it is between unevenly timed samples. The hole is
// remembered: no interval spans it. A host that loses single samples costs intervals this way, but not every beat's template; one
// that loses many at once has a gap like any other.
func (l *lead) bridge(t time.Duration) bool {
	if !l.grid.have || t-l.lastInput > bridgeCells*l.form.step {
		return false
	}
	k := l.cell(t)
	oldest := &l.holes[l.nextHole]
	if *oldest != 0 && k-*oldest < l.cells(lossTime)/4 {
		return false
	}
	*oldest = k
	l.nextHole = (l.nextHole + 1) % len(l.holes)
	return true
}

// holed tells whether a bridged gap lies between two cells.
func (l *lead) holed(from, to int64) bool {
	for _, k := range l.holes {
		if k != 0 && k > from && k <= to {
			return true
		}
	}
	return false
}

// gap begins a new stretch. The kernels are short and finite, so no filter rings: nothing but succession and the unjudged
// candidate is lost, unless the gap was long.
func (l *lead) gap(t time.Duration) {
	l.wave.clear()
	l.waiting, l.alone = false, true
	if t-l.lastInput > keepAcross {
		l.lean = lean{}
		l.forget()
	}
	if l.locked {
		l.gate.resume(l.cell(t), l.form.beatPast, l.gaps.median())
	}
	l.det.place = nowhere
}

// follow judges what the newest cell made judgeable.
func (l *lead) follow(dst []found) []found {
	if l.wave.last >= l.nextLook {
		l.checkPolarity()
	}
	if !l.locked {
		if l.wave.last < l.nextTry || !l.tryLock() {
			return dst
		}
	}
	if l.det.place == nowhere {
		l.det.restart(l.wave.first, l.polarity)
	}
	for l.locked && l.det.ready(&l.wave) {
		dst = l.step(dst)
	}
	return dst
}

// step judges one cell.
func (l *lead) step(dst []found) []found {
	if c, ok := l.det.step(&l.wave); ok {
		if l.waiting && c.k-l.pending.k < l.cells(refractory) {
			if l.merit(c) > l.merit(l.pending) {
				l.pending = c
			}
		} else {
			dst = l.settle(dst)
			l.pending, l.waiting = c, true
		}
	}
	if l.waiting && l.det.place >= l.pending.k+l.patience(l.pending) {
		dst = l.settle(dst)
	}
	if l.det.place-max(l.accepted, l.watched) > l.cells(lossTime) {
		l.lose()
	}
	return dst
}

// patience is how long after its fiducial a candidate waits for a better one. One that is like the others and on time waits
// only until its template is whole; a doubtful one waits longer.
func (l *lead) patience(c candidate) int64 {
	least := l.form.after - l.form.beatAhead
	if l.wave.last < c.k+l.form.after {
		return least + 1
	}
	early := !l.alone && float64(c.k-l.accepted) < 0.8*l.gaps.median()
	if early || l.likeness(c.k) < surelyBeat {
		return l.form.doubt
	}
	return least
}

// merit orders candidates that cannot both be beats: likeness first, then height.
func (l *lead) merit(c candidate) float64 {
	likeness := l.likeness(c.k)
	return max(0, likeness) + 0.5*min(1, c.height/l.heights.median())
}

// lose gives the lock up; the template may be the reason, so it goes too.
func (l *lead) lose() {
	l.forget()
	l.nextTry = 0
}

// settle judges the waiting candidate and appends it where it is a beat.
func (l *lead) settle(dst []found) []found {
	if !l.waiting {
		return dst
	}
	l.waiting = false
	c := l.pending
	v := l.judge(c)
	l.judged.add(v)
	if l.likeness(c.k) >= turnLike && c.height >= turnWeak*l.heights.median() {
		l.turn.wave(c.k, l.form.step.Seconds())
	}
	if !v.beat {
		return dst
	}
	if l.anyBeat && !l.alone {
		l.gaps.add(float64(c.k - l.accepted))
	}
	if late := l.gate.beat(c.k, !v.doubtful, l.expected()); late || l.alone {
		l.watched = c.k // it is graded anew
	}
	l.heights.add(c.height)
	l.learn(c)
	l.setFloor()
	l.det.due = c.k + int64(1.25*l.gaps.median())
	f := l.describe(c, v)
	f.alone = f.alone || l.anyBeat && l.holed(l.accepted, c.k)
	l.accepted, l.anyBeat, l.alone = c.k, true, false
	return append(dst, f)
}

// expected is the distance in which the next beat is due: the median of the last ones. Of an ECG, whose beats are beyond doubt, it is the
// middle of their quartiles where that is more: where short and long ones take turns the median may be a short one, and no long one is a
// missed beat.
func (l *lead) expected() float64 {
	usual := l.gaps.median()
	if !l.form.sharp {
		return usual
	}
	return max(usual, (quantile(l.gaps.sorted, 0.25)+quantile(l.gaps.sorted, 0.75))/2)
}

// overdue tells, as early as it can be known, that no beat came when one was due.
func (l *lead) overdue() bool {
	if l.waiting {
		return l.gate.missed(l.pending.k)
	}
	return l.det.place != nowhere && l.gate.missed(l.det.place-l.form.after+l.form.beatAhead)
}

// judge tells whether a candidate is a beat, and how good: unlike the template, far too weak or strong, or a small second wave
// soon after a beat is none. What is doubtful is left out: a missing beat is told as missing, a wrong one as truth.
func (l *lead) judge(c candidate) verdict {
	likeness := l.likeness(c.k)
	strength := c.height / l.heights.median()
	soon := !l.alone && float64(c.k-l.accepted) < 0.65*l.gaps.median()
	v := verdict{k: c.k, quality: max(0, min(1, (likeness-0.5)/0.4)), doubtful: likeness < surelyBeat || strength > 2}
	if strength < 0.5 || strength > 2 {
		v.quality *= 0.75
	}
	switch {
	case l.anyBeat && c.k-l.accepted < l.cells(refractory):
		v.quality = 0
	case strength < 0.25 && likeness < 0.85 || strength < 0.1 || strength > 4:
		v.quality = 0
	case soon && (strength < 0.6 || !l.form.sharp && (strength < 0.8 || likeness < surelyBeat)):
		v.quality = 0
	default:
		wide := l.form.sharp && strength >= wideLeast
		v.beat = likeness >= unlikeBeat || wide
		v.doubtful = v.doubtful && !wide
	}
	return v
}

// describe measures an accepted beat on the level wave: foot before and peak after the fiducial.
func (l *lead) describe(c candidate, v verdict) found {
	h := &l.wave
	foot, peak := math.Inf(1), math.Inf(-1)
	for k := max(h.oldest(), c.k-l.form.rise); k <= c.k; k++ {
		foot = min(foot, l.polarity*h.level[at(k)])
	}
	for k := c.k; k <= min(h.last, c.k+l.form.rise); k++ {
		peak = max(peak, l.polarity*h.level[at(k)])
	}
	return found{at: l.grid.middle(c.k, l.fiducial(c)), amplitude: peak - foot, foot: foot,
		quality: v.quality, doubtful: v.doubtful, alone: l.alone}
}

// setFloor ties the detector's margin to the wearer's own beats, so that it scales with the signal.
func (l *lead) setFloor() {
	h := l.heights.median()
	l.det.floor = blockMargin * h * h
}

// cell is the one that holds a time.
func (l *lead) cell(t time.Duration) int64 { return floorDiv(int64(t), int64(l.form.step)) }

func (l *lead) cells(d time.Duration) int64 { return int64(d / l.form.step) }
