package max3010x

// Currents are in the chip's steps of 0.2 mA, 1…255.
const (
	// StepMilliamps is one step of an LED's current.
	StepMilliamps = 0.2
	// searchCurrent shines while no skin is there: 7 mA, which skin answers from the middle of the range.
	searchCurrent = 35
	mostCurrent   = 255
)

// The band that the mean reflection shall stay in, as shares of the converter's range. Within it a current is left alone: every change
// costs samples.
const (
	bandLow  = 0.30
	bandHigh = 0.70
	// longHigh is the end of the band for a sensor that is worn for hours: less light on one spot of skin, and a battery lasts longer.
	// The noise is a fifth more.
	longHigh = 0.45
	// saturated is from where on the reflection may be any amount more than what is read.
	saturated = 0.97
)

// mostChange is the largest factor of one step: skin that moves must not throw the current from end to end.
const mostChange = 4

// nextCurrent is the current of an LED after a while in which its reflection had the mean level, 0…1 of the range: the same between
// bandLow and high, else what brings it to the middle of them, if light grows with current.
func nextCurrent(now byte, level, high float64) byte {
	switch {
	case level >= bandLow && level <= high:
		return now
	case level >= saturated:
		return max(now/2, 1)
	}
	aim := (bandLow + high) / 2
	factor := float64(mostChange)
	if level > aim/mostChange {
		factor = aim / level
	}
	return byte(min(max(float64(now)*factor+0.5, 1), mostCurrent))
}

// Skin gives back at least fingerOn of the range at searchCurrent with the range of 4096 nA; air and a cloth some thousandths. It is
// gone below fingerOff.
const (
	fingerOn  = 0.08
	fingerOff = 0.05
)

// touched tells from the infrared light, as a share of the range at searchCurrent, whether skin lies on the sensor.
func touched(before bool, share float64) bool {
	return share >= fingerOn || before && share >= fingerOff
}

// servo keeps both LEDs' reflections in the band. It counts samples, not time.
type servo struct {
	high  float64 // end of the band
	every int     // samples between two looks

	n       int // samples since the last look
	skin    int // of them with skin
	sum     [2]float64
	current [2]byte // by slot
}

func newServo(rate int, long bool) servo {
	s := servo{high: bandHigh, every: rate / 2, current: [2]byte{searchCurrent, searchCurrent}}
	if long {
		s.high = longHigh
	}
	return s
}

// add takes the codes of one sample by slot, and tells whether it is time to look.
func (s *servo) add(codes [2]int32, finger bool) bool {
	for i, c := range codes {
		s.sum[i] += float64(c) / FullScale
	}
	if finger {
		s.skin++
	}
	s.n++
	return s.n >= s.every
}

// look gives the currents to use from now on and begins anew.
func (s *servo) look() [2]byte {
	next := s.current
	for i := range next {
		switch s.skin {
		case s.n:
			next[i] = nextCurrent(s.current[i], s.sum[i]/float64(s.n), s.high)
		case 0:
			next[i] = searchCurrent
		}
	}
	s.begin()
	return next
}

// begin forgets what was added.
func (s *servo) begin() { s.n, s.skin, s.sum = 0, 0, [2]float64{} }
