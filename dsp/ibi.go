package dsp

import "time"

// interval is a judged inter-beat interval on its way into the windows.
type interval struct {
	IBI
	follows bool    // it touches the interval before it: their difference is a successive one
	ms      float64 // the length again, in ms
}

const runLength = 16 // intervals of the present run that are held; the median needs 11, the decision 5

// classifier judges intervals two beats late on a trailing window: Lipponen & Tarvainen look two intervals ahead and, offline,
// 45 beats both ways; live the 91 beats end at the newest one. A gap ends a run: intervals before and after it are never
// compared. The distribution of differences outlives a gap, the succession does not.
type classifier struct {
	run    [runLength]interval
	n      int  // held
	next   int  // first one not judged
	extra  bool // the interval judged last ends in an extra beat
	recent trailing
	change trailing // differences of successive intervals
	offset trailing // of an interval from its local median, negative ones doubled

	arrival float64 // share of the following change that the pulse's travel adds; 0 for an ECG
}

// arrived corrects the length of an interval by ms.
func (iv *interval) arrived(ms float64) {
	iv.ms += ms
	iv.Dur = time.Duration(iv.ms * 1e6)
}

func newClassifier() *classifier {
	return &classifier{recent: newTrailing(medianWindow), change: newTrailing(artefactWindow), offset: newTrailing(artefactWindow)}
}

func (c *classifier) clear() {
	c.n, c.next, c.extra = 0, 0, false
	c.recent.clear()
	c.change.clear()
	c.offset.clear()
}

// push takes the next interval and appends those that can now be judged. afterGap says that no interval touches it from before.
func (c *classifier) push(dst []interval, t, dur time.Duration, afterGap bool) []interval {
	if afterGap {
		dst = c.flush(dst)
	}
	if c.n == runLength {
		copy(c.run[:], c.run[1:])
		c.n--
		c.next--
	}
	iv := interval{IBI: IBI{T: t, Dur: dur}, ms: float64(dur) / 1e6, follows: c.n > 0}
	c.run[c.n] = iv
	c.n++
	if iv.follows {
		c.change.add(iv.ms - c.run[c.n-2].ms)
	}
	c.recent.add(iv.ms)
	if c.n-c.next > 2 {
		dst = c.judge(dst)
	}
	return dst
}

// flush judges what still waits, without knowing what would have come, and ends the run.
func (c *classifier) flush(dst []interval) []interval {
	for c.next < c.n {
		dst = c.judge(dst)
	}
	c.n, c.next, c.extra = 0, 0, false
	return dst
}

func (c *classifier) judge(dst []interval) []interval {
	iv := c.run[c.next]
	a := c.around(c.next)
	if iv.follows {
		m := a.rr - a.median
		if m < 0 {
			m *= 2
		}
		c.offset.add(m)
	}
	switch {
	case !iv.follows:
		iv.Class = ClassAfterGap
	case c.change.len() < startIntervals:
		iv.Class = byMedian(a.rr, a.next, a.median)
	default:
		iv.Class = a.decide()
	}
	if c.extra && iv.follows && iv.Class != ClassMissed {
		iv.Class, c.extra = ClassExtra, false // the other half of what an extra beat cut in two
	} else {
		c.extra = iv.Class == ClassExtra
	}
	if iv.Class == ClassNN && abs(a.d[2]) <= a.th1 {
		iv.arrived(c.arrival * a.d[2])
	}
	c.next++
	return append(dst, iv)
}

func (c *classifier) around(i int) around {
	a := around{rr: c.run[i].ms, median: c.recent.median(),
		th1: max(leastSpread, artefactAlpha*c.change.quartileDeviation()),
		th2: max(leastSpread, artefactAlpha*c.offset.quartileDeviation())}
	for j := range a.d {
		if at := i - 1 + j; at >= 1 && at < c.n {
			a.d[j] = c.run[at].ms - c.run[at-1].ms
		}
	}
	if i+1 < c.n {
		a.next, a.haveAfter = c.run[i+1].ms, true
	}
	return a
}
