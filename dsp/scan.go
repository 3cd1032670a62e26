package dsp

import (
	"math"
	"time"
)

// Limits of the input, before any beat is looked for.
const (
	clippedShare = 0.10                    // of the last seconds' samples at a rail
	lostShare    = 0.25                    // of them after a loss: too many stretches too short to hold a pulse
	shareOver    = 1e-6                    // such a share is none
	flatTime     = time.Second             // without any change: nothing is measured
	silenceTime  = 1500 * time.Millisecond // without a sample
	slowestStep  = 56 * time.Millisecond   // mean distance of samples: under 18 a second the pulse cannot be timed
	paceTime     = 500 * time.Millisecond  // that distances cover before their mean is one: a camera that begins with two late frames is not slow
	paceLeast    = 0.02                    // weight of a distance in the mean: of quick samples the newest 50 decide
	faintSteps   = 6                       // converter steps from foot to peak that a pulse must have
)

// scan watches the raw samples of one channel.
type scan struct {
	have    bool
	last    time.Duration
	value   float64
	changed time.Duration // when the value last changed
	step    float64       // mean distance of samples, s
	steps   float64       // distances in it, as far as they are counted
	quantum float64       // smallest change ever seen: one converter step, or less
	clipped float64       // share at a rail, fading over about 2 s
	lost    float64       // share before which samples were lost, likewise
	faulty  bool          // the newest sample had no meaning
	leadOff bool
}

func (s *scan) clear() { *s = scan{} }

func (s *scan) sample(v Sample, bad bool) {
	if s.have && v.T <= s.last {
		return
	}
	dt := float64(v.T-s.last) * 1e-9 // s
	counts := s.have && dt < 5 && !v.Flags.Has(FlagGap)
	if s.lost > 0 || s.clipped > 0 || v.Flags.Has(FlagGap|FlagClip) {
		s.blemish(v.Flags, dt, counts)
	}
	if counts {
		s.pace(dt)
	} else {
		s.step, s.steps = 0, 0
	}
	s.faulty, s.leadOff = bad, v.Flags.Has(FlagLeadOff)
	s.last = v.T
	if bad {
		return
	}
	if change := math.Abs(v.Volts - s.value); !s.have {
		s.changed = v.T
	} else if change > 0 {
		s.changed = v.T
		if change < s.quantum || s.quantum == 0 {
			s.quantum = change
		}
	}
	s.value, s.have = v.Volts, true
}

// blemish follows the shares of what was lost and what was clipped. A sample whose distance does not count clips nothing anew.
func (s *scan) blemish(flags Flags, dt float64, counts bool) {
	weight := fading(dt, 0)
	if flags.Has(FlagGap) {
		s.lost += (1 - s.lost) * min(weight, 0.05) // one gap, however long, is not many
	} else {
		s.lost = faded(s.lost, weight)
	}
	if !counts {
		weight = 0
	}
	if flags.Has(FlagClip) {
		s.clipped += (1 - s.clipped) * weight
	} else {
		s.clipped = faded(s.clipped, weight)
	}
}

// faded is a share after a while of nothing. It ends: fading on for hours it would become so small a number that some processors take a
// hundred times as long over it.
func faded(share, weight float64) float64 {
	if share < shareOver {
		return 0
	}
	return share - share*weight
}

// pace takes one more distance of samples, in s. The mean is a plain one at first: faded in from nothing it would be too small for
// seconds, in which a slow source passed for a quick one.
func (s *scan) pace(dt float64) {
	least := paceLeast
	if s.steps*paceLeast < 1 {
		s.steps++
		least = max(paceLeast, 1/s.steps)
	}
	s.step += (dt - s.step) * fading(dt, least)
}

// tooSlow reports whether the samples come too slowly to time a pulse.
func (s *scan) tooSlow() bool {
	return s.step > slowestStep.Seconds() && s.steps*s.step > paceTime.Seconds()
}

// fading is the weight of what a step of dt seconds brings in a mean that fades over 2 s: at most 1, and not less than least.
func fading(dt, least float64) float64 {
	switch {
	case dt >= 2:
		return 1
	case dt/2 < least:
		return least
	}
	return dt / 2
}

// tooFaint reports whether a wave of this height is too near the converter's resolution.
func (s *scan) tooFaint(spread float64) bool { return spread <= faintSteps*s.quantum }

// torn reports whether samples are lost all the time.
func (s *scan) torn() bool { return s.lost > lostShare }

// fault says at time t what is wrong with the input, in plain words; empty where nothing is.
func (s *scan) fault(t time.Duration) string {
	switch {
	case s.leadOff:
		return reasonElectrode
	case !s.have || t-s.last > silenceTime:
		return "no samples: look at the cable"
	case s.faulty:
		return "the converter gives no valid number: look at the cable"
	case s.tooSlow():
		return "sampled too slowly: at least 20 a second are needed"
	case s.clipped > clippedShare:
		return "clipped: press a little lighter"
	case t-s.changed > flatTime:
		return "flat line: place the sensor"
	}
	return ""
}
