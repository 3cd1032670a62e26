package regulation

import (
	"math"
	"time"

	"hubd/dsp"
)

// decay times how long a level takes to fall to half of its peak.
//
// The clock starts where the level last was within a tenth of its peak, the end of the plateau, and stops at half the peak. An
// exponential decay takes log₂(0.9/0.5) of its half-life for that, by which the time is divided. Measured on features of 60 s
// windows, arousal cannot seem faster than about 20 s.
type decay struct {
	peak   float64
	high   time.Duration // last within a tenth of the peak
	seen   time.Duration // last known at all
	lost   bool          // unseen for too long: no half-life can be told
	done   bool
	result dsp.Maybe // s
}

// step takes the level above rest.
func (d *decay) step(t time.Duration, level dsp.Maybe) {
	if !level.Known {
		return
	}
	switch x := level.Value; {
	case x >= recoveryHigh*d.peak && x > 0:
		d.peak = max(d.peak, x)
		d.high, d.done, d.lost, d.result = t, false, false, dsp.Maybe{}
	case d.done || d.peak == 0:
	case t-d.seen > recoveryUnseen:
		d.lost = true
	case x <= recoveryHalf*d.peak:
		d.done = true
		if !d.lost {
			d.result = dsp.Some((t - d.high).Seconds() / math.Log2(recoveryHigh/recoveryHalf))
		}
	}
	d.seen = t
}

// recovery watches one activation and the way back from it.
type recovery struct {
	watching  bool
	since     time.Duration // of the last second named activated
	arousal   decay
	heartRate decay
}

// step takes this second's name and levels above rest; it tells when the way back is over, once for each activation.
func (r *recovery) step(t time.Duration, name Name, arousal, heartRate dsp.Maybe) (Recovery, bool) {
	if name == Activated && !r.watching {
		*r = recovery{watching: true}
	}
	if !r.watching {
		return Recovery{}, false
	}
	if name == Activated {
		r.since = t
	}
	r.arousal.step(t, arousal)
	r.heartRate.step(t, heartRate)
	over := r.arousal.done && r.heartRate.done || t-r.since >= recoveryLongest
	if name == Activated || !over {
		return Recovery{}, false
	}
	told := Recovery{ArousalHalfLife: r.arousal.result, HeartRateHalfLife: r.heartRate.result}
	*r = recovery{}
	return told, true
}
