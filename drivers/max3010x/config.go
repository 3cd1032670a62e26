package max3010x

import (
	"fmt"
	"slices"
	"time"
)

// Address is where the chip answers; it has no other.
const Address = 0x57

// Registers, "Register Map".
const (
	regStatus1  = 0x00 // to 0x06 in one transfer: status, enables, pointers
	regEnable1  = 0x02
	regWrite    = 0x04
	regData     = 0x07
	regFIFO     = 0x08
	regMode     = 0x09
	regRevision = 0xFE // and the part ID after it
)

// Bits of the registers.
const (
	statusAlmostFull = 1 << 7
	statusNewSample  = 1 << 6
	statusAmbient    = 1 << 5 // ALC_OVF: more ambient light than the chip can take away
	statusPower      = 1 << 0 // PWR_RDY: the supply came, or came back

	modeShutdown = 1 << 7
	modeReset    = 1 << 6
	modeTwoLEDs  = 3

	range4096nA = 1 << 5
)

const partID = 0x15

// Depth is how many samples the FIFO holds.
const Depth = 32

// sampleBytes is one sample of two LEDs.
const sampleBytes = 6

// FullScale is the largest code: 18 bits, whatever the pulse width.
const FullScale = 1<<18 - 1

// clipCode is where a code counts as at the end of the range; the shortest pulse gives 15 bits, whose largest code is 7 below FullScale.
const clipCode = FullScale - 32

// Rates are the samples a second that hubd can ask for. Each is the mean of as many conversions as the pulse width leaves time for.
func Rates() []int { return []int{50, 100, 200, 400, 800, 1000} }

// PulseWidths are the lengths of a flash in µs.
func PulseWidths() []int { return []int{69, 118, 215, 411} }

// fastest is the most conversions a second with both LEDs at a pulse width (datasheet table 11, "SpO2 Mode, Allowed Settings"). More
// is not refused by the chip: it then gives some other rate without a word.
func fastest(pulseMicros int) int {
	switch pulseMicros {
	case 69:
		return 1600
	case 118:
		return 1000
	case 215:
		return 800
	case 411:
		return 400
	}
	return 0
}

// conversions are the rates of the SpO2 setting, in the order of its bits.
var conversions = [...]int{50, 100, 200, 400, 800, 1000, 1600}

// mostAveraging is the largest mean the FIFO setting knows.
const mostAveraging = 32

// timing is how a rate is made.
type timing struct {
	rate      int // samples a second in the FIFO
	pulse     int // µs
	converted int // conversions a second
	averaging int // conversions in a sample: a power of two
}

// plan finds the most conversions a sample at a rate and a pulse width: more light at the same current, and less noise.
func plan(rate, pulseMicros int) (timing, error) {
	if fastest(pulseMicros) == 0 {
		return timing{}, fmt.Errorf("max3010x: pulse width %d µs: the chip has %v", pulseMicros, PulseWidths())
	}
	if !slices.Contains(Rates(), rate) {
		return timing{}, fmt.Errorf("max3010x: %d samples a second: hubd reads %v", rate, Rates())
	}
	best := timing{}
	for n := 1; n <= mostAveraging; n *= 2 {
		if rate*n <= fastest(pulseMicros) && slices.Contains(conversions[:], rate*n) {
			best = timing{rate: rate, pulse: pulseMicros, converted: rate * n, averaging: n}
		}
	}
	if best.rate == 0 {
		return timing{}, fmt.Errorf("max3010x: %d samples a second with pulses of %d µs: the chip does %d with them; ask for less or for shorter pulses",
			rate, pulseMicros, fastest(pulseMicros))
	}
	return best, nil
}

// period is the nominal time from sample to sample.
func (t timing) period() time.Duration { return time.Second / time.Duration(t.rate) }

// behind is how long before its arrival in the FIFO the middle of a sample lies, by the nominal clock.
func (t timing) behind() time.Duration {
	between := time.Second / time.Duration(t.converted)
	return between*time.Duration(t.averaging-1)/2 + time.Duration(t.pulse)*time.Microsecond
}

// spo2 is the SpO2 setting.
func (t timing) spo2() byte {
	rate := slices.Index(conversions[:], t.converted)
	width := slices.Index(PulseWidths(), t.pulse)
	return range4096nA | byte(rate)<<2 | byte(width)
}

// fifo is the FIFO setting: averaging, no rollover.
func (t timing) fifo() byte {
	bits := byte(0)
	for n := t.averaging; n > 1; n /= 2 {
		bits++
	}
	return bits << 5
}
