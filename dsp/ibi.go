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
	ms     [runLength]float64 // of the same intervals
	n      int                // held
	next   int                // first one not judged
	opens  IBIClass           // of the beat that opens interval next
	recent trailing
	change trailing // differences of successive intervals
	offset trailing // of an interval from its local median, negative ones doubled
	shift  trailing // of a beat from where its neighbours place it

	travel float64 // share of the following change that the pulse's travel takes away; 0 for an ECG
}

func newClassifier() *classifier {
	return &classifier{recent: newTrailing(medianWindow), change: newTrailing(artefactWindow), offset: newTrailing(artefactWindow),
		shift: newTrailing(artefactWindow)}
}

func (c *classifier) clear() {
	c.endRun()
	c.recent.clear()
	c.change.clear()
	c.offset.clear()
	c.shift.clear()
}

func (c *classifier) endRun() { c.n, c.next, c.opens = 0, 0, ClassNN }

// push takes the next interval and appends those that can now be judged. afterGap says that no interval touches it from before.
func (c *classifier) push(dst []interval, t, dur time.Duration, afterGap bool) []interval {
	if afterGap {
		dst = c.flush(dst)
	}
	if c.n == runLength {
		copy(c.run[:], c.run[1:])
		copy(c.ms[:], c.ms[1:])
		c.n--
		c.next--
	}
	iv := interval{IBI: IBI{T: t, Dur: dur}, ms: float64(dur) / 1e6, follows: c.n > 0}
	c.run[c.n], c.ms[c.n] = iv, iv.ms
	c.n++
	c.recent.add(iv.ms)
	if iv.follows {
		c.change.add(iv.ms - c.ms[c.n-2])
	}
	if ms, ok := shiftOf(c.ms[:c.n], c.n-2); ok {
		c.shift.add(ms)
	}
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
	c.endRun()
	return dst
}

func (c *classifier) judge(dst []interval) []interval {
	i := c.next
	iv := c.run[i]
	a := c.around()
	closes := a.beat(i + 1)
	iv.Class = ClassAfterGap
	if iv.follows {
		c.offset.add(offsetOf(iv.ms, a.median))
		iv.Class = a.interval(i, c.opens, closes)
	}
	c.opens = closes
	if iv.Class == ClassNN {
		iv.free(c.travel * a.following(i))
	}
	c.next++
	return append(dst, iv)
}

// around is what is known now about the run.
func (c *classifier) around() around {
	a := around{rr: c.ms[:c.n], median: c.recent.median()}
	a.thresholds = thresholds{change: artefactAlpha * c.change.quartileDeviation(), offset: artefactAlpha * c.offset.quartileDeviation(),
		shift: artefactAlpha * c.shift.quartileDeviation()}.limited(a.median, c.change.len())
	return a
}
