package dsp

import (
	"math"
	"time"
)

// Limits of skin conductance. Range and slope: Kleckner et al. 2018, doi 10.1109/TBME.2017.2758643, with the range of design 6.2.
const (
	skinLongest  = 1200 * time.Millisecond // between two samples; more is a gap
	skinBridge   = 300 * time.Millisecond  // between two samples; a loss within it is none: a wristband's lie 250 ms apart
	skinLeast    = 0.05                    // µS: less means electrodes off
	skinMost     = 50.0                    // µS: beyond the circuit's range
	skinSteepest = 10.0                    // µS/s
	skinSpoilt   = 5 * time.Second         // before and after a sample that cannot be right
	skinSettle   = 2 * time.Second         // after contact begins, before anything is told
	skinDry      = 0.5                     // µS: below it a response must prove the contact
	skinProof    = 2 * time.Minute         // that a response proves: people at rest have 1 to 3 a minute
	skinDryTime  = time.Minute             // without proof, before the contact is called dry
	skinSlow     = 350 * time.Millisecond  // mean distance of samples: a rise of 0.7 s needs two of them, and a wristband gives 4 a second
	skinCoarse   = 1.0                     // µS: a threshold above it sees only the largest responses there are
	offSteps     = 2
)

// A living skin's level moves by more than flatMove in flatTime (wrist at rest: 6 s at most without a change of 0.002 µS), so a
// reading that does not is none. A converter of coarser steps needs as many times longer.
const (
	skinFlatTime = time.Minute
	skinFlatMove = 0.01 // µS
	flatDoubt    = 0.25 // of that time, more than twice the longest stillness of a wrist at rest: from then on the reading is doubted
)

// Quality falls from 1 where the least response that counts is the classic one, or twice it, to a half at ten times.
const (
	thresholdGood = 0.1 // µS
	thresholdPoor = 0.5 // µS
)

// Reasons told about skin conductance.
const (
	reasonOff     = "electrodes off: put both on"
	reasonTrimmed = "reads above its open circuit: trim or calibrate the board"
	reasonBeyond  = "conductance beyond the circuit's range: dry the skin a little"
	reasonJump    = "electrodes moved: hold still"
	reasonSkinNew = "just begun: settling"
	reasonDry     = "poor dry contact: moisten the electrodes"
	reasonStuck   = "flat line: a living skin always moves a little; look at the cable"
	reasonSlow    = "sampled too slowly for responses: at least 4 a second are needed"
	reasonSway    = "swings like a clock, as no skin does: look at the cable and the supply, and hold still"
	reasonNoisy   = "too noisy for small responses: look at the cable and the supply"
)

// fault says why there is no conductance at time t; empty where there is.
func (k *Skin) fault(t time.Duration) string {
	switch {
	case k.look.leadOff:
		return reasonOff
	case !k.look.have || t-k.look.last > skinLongest+time.Second:
		return "no samples: look at the cable"
	case k.look.faulty:
		return "the converter gives no valid number: look at the cable"
	case k.look.step > skinLongest.Seconds():
		return reasonSlow
	case k.reason != "":
		return k.reason
	case t-k.look.changed > k.longestFlat():
		return reasonStuck
	case !k.have || t < k.since+skinSettle:
		return reasonSkinNew
	case t < k.spoilt:
		return reasonJump
	}
	return ""
}

// longestFlat is how long the converter may give the same number.
func (k *Skin) longestFlat() time.Duration {
	return time.Duration(float64(skinFlatTime) * min(60, max(1, k.steps/skinFlatMove)))
}

// tooSlow reports that a response could rise and fall between two samples.
func (k *Skin) tooSlow() bool { return k.look.step > skinSlow.Seconds() }

// proven reports that a response shows the electrodes to touch living skin. A low level in which nothing happens may as well be a
// dry contact: its responses cannot be told from none.
func (k *Skin) proven(t time.Duration) bool {
	last, any := k.machine.latest()
	return k.level >= skinDry || any && last > k.since && t-last < skinProof
}

// countable reports that the number of responses means something, also where it is 0.
func (k *Skin) countable(t time.Duration) bool {
	return !k.tooSlow() && !k.machine.sway.on && k.proven(t) && k.least() <= skinCoarse
}

// quality is 1 for a good contact, and less where small responses cannot be seen: for noise, coarse steps, a dry contact.
func (k *Skin) quality(t time.Duration) (quality float64, reason string) {
	quality = 1
	if k.steps > 0 {
		quality = min(1, k.level/(10*k.steps))
	}
	if least := k.least(); least > thresholdGood {
		quality = min(quality, max(0.1, 1-0.5*math.Log(least/thresholdGood)/math.Log(thresholdPoor/thresholdGood)))
	}
	switch {
	case k.tug.moving():
		return min(quality, 0.4), reasonJump
	case t-k.look.changed > time.Duration(flatDoubt*float64(k.longestFlat())):
		return min(quality, 0.4), reasonStuck
	case k.machine.sway.on:
		return min(quality, 0.4), reasonSway
	case !k.proven(t) && t-k.since > skinDryTime:
		return min(quality, 0.4), reasonDry
	case k.tooSlow():
		return min(quality, 0.4), reasonSlow
	case k.least() > thresholdPoor:
		return min(quality, 0.4), reasonNoisy
	}
	return quality, ""
}
