package regulation

// Hindrance tells why a second is not taken for the wearer's rest.
type Hindrance uint8

// The hindrances, in the order in which they are told.
const (
	HindranceNone     Hindrance = iota
	HindranceOff                // not sensed, or the sensors are being set up
	HindranceNight              // nothing is learnt in a night session
	HindrancePaced              // the pacer runs, or ran within a minute
	HindranceMoving             // body or sensors move
	HindranceEffort             // the heart is far above its rest
	HindranceNoPulse            // the pulse sensor does not touch skin
	HindrancePulse              // its signal is not clear
	HindranceStarting           // it is clear, and the heart rate is not found yet
	HindranceNoSkin             // the skin sensor does not touch skin, and it is the one that is learnt from
	HindranceSkin               // its signal is not clear
	HindranceStirring           // too slight to be movement, too much for rest
	hindranceCount
)

// breaks tells whether a hindrance ends the succession of minutes, and not only costs a second.
func (h Hindrance) breaks() bool { return h != HindranceNone && h <= HindranceEffort }

// Words says to the wearer what to do; empty for HindranceNone.
func (h Hindrance) Words() string {
	return [hindranceCount]string{
		"",
		"sensing is off",
		"a night session runs, and a rest is learnt awake",
		"breathe as you like: the breathing pacer runs, or did a minute ago",
		"lie still: movement",
		"wait a little: the heart beats much faster than at your rest",
		"no contact on the pulse sensor",
		"the pulse is not clear: hold still, warm the finger, press less",
		"finding the pulse",
		"no contact on the skin sensor",
		"the skin sensor is not clear: hold still, see that it sits well",
		"lie still: slight movement",
	}[h]
}

// hindrance tells why this second is not to be learnt from. The skin sensor counts only where there is no pulse to go by.
func (e *Estimator) hindrance() Hindrance {
	f := e.features
	switch {
	case !f.Sensed || f.SetUp:
		return HindranceOff
	case f.Setting == SettingNight:
		return HindranceNight
	case e.paced:
		return HindrancePaced
	case e.movement.moving:
		return HindranceMoving
	case e.movement.effort:
		return HindranceEffort
	case !f.HasPulse || e.skinOnly():
		return skinHindrance(f)
	}
	return pulseHindrance(f)
}

// pulseHindrance is what the pulse sensor lacks.
func pulseHindrance(f Features) Hindrance {
	switch {
	case !f.Pulse.Contact:
		return HindranceNoPulse
	case f.Pulse.Quality < qualityLearnt:
		return HindrancePulse
	case !f.Pulse.HeartRate.Known:
		return HindranceStarting
	case f.Motion.Stirring:
		return HindranceStirring
	}
	return HindranceNone
}

// skinHindrance is what the skin sensor lacks.
func skinHindrance(f Features) Hindrance {
	switch {
	case !f.HasSkin || !f.Skin.Contact:
		return HindranceNoSkin
	case f.Skin.Quality < qualityLearnt || !f.Skin.SCL.Known:
		return HindranceSkin
	case f.Motion.Stirring:
		return HindranceStirring
	}
	return HindranceNone
}
