package acquire

import (
	"math"
	"time"
)

// sampleClock estimates when a chip with a clock of its own took its samples. Every look at the chip says: all samples counted so far
// had arrived before the look's end, and the next one had not before its beginning. Looks fall anywhere between two samples, so the
// next one lies on the average half a period after. A Kalman filter of two states, the arrival of the next sample and the period,
// takes the mean over about the last 25 s of looks.
//
// It is pure: it knows no clock but the looks it is told of. Times are in seconds, which a float64 holds to better than a nanosecond
// for ten years.
type sampleClock struct {
	nominal float64 // period by the chip's settings
	next    float64 // when the next sample arrives
	period  float64

	// The variances of next and period, and what they have in common.
	nextVar, both, periodVar float64
}

const (
	// clockTolerance is how far a chip's oscillator may be off its nominal rate.
	clockTolerance = 0.12
	clockSpread    = 0.03 // standard deviation of that, before anything is known
	// clockWander is how far a rate goes astray in a second: an RC oscillator in a room whose heating comes on.
	clockWander = 1e-6
	// keptSpread is what is taken for known of a period after a restart.
	keptSpread = 1e-4
)

// newSampleClock knows nothing but the settings.
func newSampleClock(nominal time.Duration) sampleClock {
	p := nominal.Seconds()
	return sampleClock{nominal: p, period: p, periodVar: square(clockSpread * p)}
}

func square(x float64) float64 { return x * x }

// uniform is the variance of a value that lies anywhere within a width.
func uniform(width float64) float64 { return square(width) / 12 }

// restart lets the chip begin a sample at a time. What was learnt of the period holds.
func (c *sampleClock) restart(at time.Duration) {
	c.next = at.Seconds() + c.period
	c.nextVar, c.both = uniform(c.period), 0
	c.periodVar = max(c.periodVar, square(keptSpread*c.period))
}

// count notes that n more samples have arrived.
func (c *sampleClock) count(n int) {
	steps := float64(n)
	q := square(clockWander*c.period) * c.period // growth of periodVar in one sample
	c.next += steps * c.period
	c.nextVar += steps * (2*c.both + steps*(c.periodVar+q*steps/3))
	c.both += steps * (c.periodVar + q*steps/2)
	c.periodVar += steps * q
}

// look corrects the estimate: from…to is the bracket of the look, after which the next sample came.
func (c *sampleClock) look(from, to time.Duration) {
	seen, width := (from + (to-from)/2).Seconds(), (to - from).Seconds()
	gap := seen + c.period/2 - c.next
	all := c.nextVar + uniform(c.period) + uniform(width)
	byNext, byPeriod := c.nextVar/all, c.both/all
	c.next += byNext * gap
	c.period += byPeriod * gap
	c.periodVar -= byPeriod * c.both
	c.both -= byPeriod * c.nextVar
	c.nextVar -= byNext * c.nextVar
	c.period = min(max(c.period, c.nominal*(1-clockTolerance)), c.nominal*(1+clockTolerance))
	c.within(from.Seconds(), to.Seconds()+c.period)
}

// edgeSpread is how far an edge at an interrupt line may be from the arrival that it tells of, in s, as a standard deviation.
const edgeSpread = 50e-6

// edge corrects the estimate by an edge, which says that some sample arrived then. It tells whether one fits: an edge that belongs to no
// sample, or of which cannot be said to which, changes nothing.
func (c *sampleClock) edge(at time.Duration) bool {
	steps := math.Round((at.Seconds() - c.next) / c.period)
	gap := at.Seconds() - (c.next + steps*c.period)
	toNext, toPeriod := c.nextVar+steps*c.both, c.both+steps*c.periodVar
	all := toNext + steps*toPeriod + square(edgeSpread)
	if spread := math.Sqrt(all); spread > c.period/8 || math.Abs(gap) > 4*spread {
		return false
	}
	c.next += toNext / all * gap
	c.period += toPeriod / all * gap
	c.nextVar -= toNext * toNext / all
	c.both -= toNext * toPeriod / all
	c.periodVar -= toPeriod * toPeriod / all
	c.period = min(max(c.period, c.nominal*(1-clockTolerance)), c.nominal*(1+clockTolerance))
	return true
}

// close tells whether the arrivals are known well enough to tell which of them an edge belongs to.
func (c *sampleClock) close() bool { return math.Sqrt(c.nextVar) < c.period/10 }

// within moves the next arrival to where it must lie, and the period with it by what the two have in common.
func (c *sampleClock) within(low, high float64) {
	shift := min(max(c.next, low), high) - c.next
	c.next += shift
	c.period += shift * c.both / c.nextVar
}

// sure tells whether the arrivals are known well enough to count by them.
func (c *sampleClock) sure() bool { return math.Sqrt(c.nextVar) < c.period/16 }

// skipTo notes that samples up to a time were lost, however many.
func (c *sampleClock) skipTo(at time.Duration) {
	if n := math.Ceil((at.Seconds() - c.next) / c.period); n > 0 {
		c.count(int(n))
	}
}

// expected is how many samples should have arrived since the last one counted, by a time.
func (c *sampleClock) expected(by time.Duration) float64 { return (by.Seconds()-c.next)/c.period + 1 }

// between tells whether from…to lies clear of every arrival, by an eighth of a period at least.
func (c *sampleClock) between(from, to time.Duration) bool {
	before := math.Floor((from.Seconds() - c.next) / c.period)
	arrival := c.next + before*c.period // the last one before from
	margin := c.period / 8
	return from.Seconds() >= arrival+margin && to.Seconds() <= arrival+c.period-margin
}

// lull is the first middle between two arrivals at or after a time.
func (c *sampleClock) lull(after time.Duration) time.Duration {
	n := math.Ceil((after.Seconds()-c.next)/c.period - 0.5)
	return seconds(c.next + (n+0.5)*c.period)
}

// arrived is when the sample n before the next one arrived.
func (c *sampleClock) arrived(n int) time.Duration { return seconds(c.next - float64(n)*c.period) }

// stretched is how long something takes by the chip's own clock that takes d by its settings.
func (c *sampleClock) stretched(d time.Duration) time.Duration {
	return time.Duration(float64(d) * c.period / c.nominal)
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
