package regulation

import (
	"fmt"
	"math"
	"time"

	"hubd/dsp"
)

// RestError is why a declared rest was refused; its text is for people.
type RestError string

// Error gives the text.
func (e RestError) Error() string { return string(e) }

// The reasons for refusing a declared rest.
const (
	ErrRestRunning RestError = "a rest is being learnt now: keep sitting or lying quietly"
	ErrRestPaced   RestError = "stop the breathing pacer first: a rest is learnt with your own breathing"
	ErrRestNight   RestError = "a rest is learnt awake: end the night session first"
	ErrRestSetUp   RestError = "the sensors are being set up: try again when that is done"
	ErrRestUnworn  RestError = "sensing is off: start a session and put the sensor on first"
)

// RestPhase tells how far a declared rest is.
type RestPhase uint8

// The phases of a declared rest.
const (
	RestNone       RestPhase = iota // none was declared
	RestRunning                     // being learnt
	RestDone                        // three good minutes were learnt
	RestIncomplete                  // time ran out, or sensing stopped, with fewer
)

// Rest is how a declared rest goes, or how the last one went.
type Rest struct {
	Phase   RestPhase
	Minutes int           // good minutes learnt, 0…3
	Left    time.Duration // while running: until it is given up
}

// Words says it to the wearer.
func (r Rest) Words() string {
	switch r.Phase {
	case RestRunning:
		return fmt.Sprintf("keep sitting or lying quietly: %d of %d good minutes", r.Minutes, restMinutes)
	case RestDone:
		return "learnt: from now on hubd compares with this rest of your own"
	case RestIncomplete:
		return fmt.Sprintf("only %d of %d good minutes in the time there was, five minutes at most: check that the sensor sits well, and try once more", r.Minutes, restMinutes)
	}
	return "no rest learnt yet"
}

// rest runs a declared rest.
type rest struct {
	Rest
	until time.Duration
}

// start begins a rest at t.
func (r *rest) start(t time.Duration) {
	*r = rest{Rest: Rest{Phase: RestRunning, Left: restLongest}, until: t + restLongest}
}

// running tells whether minutes are taken for it.
func (r *rest) running() bool { return r.Phase == RestRunning }

// counted takes one good minute.
func (r *rest) counted() {
	r.Minutes++
	if r.Minutes >= restMinutes {
		r.Phase, r.Left = RestDone, 0
	}
}

// tick gives up when time ran out.
func (r *rest) tick(t time.Duration) {
	if !r.running() {
		return
	}
	r.Left = r.until - t
	if r.Left <= 0 {
		r.stop()
	}
}

// stop ends a running rest with what it has.
func (r *rest) stop() {
	if r.running() {
		r.Phase, r.Left = RestIncomplete, 0
	}
}

// measure names one value of a RestMinute while the minute is collected.
type measure uint8

const (
	measureLnRMSSD measure = iota
	measureRSALn
	measureHeartRate
	measureSCRPerMin
	measureSCL
	measureBreathing
	measureCount
)

// minute collects sixty good seconds, with bad ones in between.
type minute struct {
	values  [measureCount][minuteSeconds]float64
	counts  [measureCount]int
	seconds int // good ones
	skipped int // bad ones in between
	line    slope
	last    dsp.Maybe // heart rate of the minute before, bpm
	since   int       // seconds since the minute before ended
	quiet   int       // quiet minutes in a row
}

// restart drops what was collected; the succession of minutes is broken.
func (m *minute) restart() {
	m.again()
	m.last, m.quiet = dsp.Maybe{}, 0
}

// again begins the next minute.
func (m *minute) again() {
	m.counts = [measureCount]int{}
	m.seconds, m.skipped, m.line = 0, 0, slope{}
}

// skip takes a second that is not good. Too many of them end the minute, and in the end the succession as well.
func (m *minute) skip() {
	if m.skipped++; m.skipped > minuteSkips {
		m.again()
	}
	m.pass()
}

// pass lets a second go by.
func (m *minute) pass() {
	if m.since++; m.since > minuteApart {
		m.last, m.quiet = dsp.Maybe{}, 0
	}
}

// take adds a good second. It tells whether the minute is full.
func (m *minute) take(f Features, pulse, skin bool) bool {
	if pulse {
		m.put(measureLnRMSSD, correctedLnRMSSD(f.Pulse))
		m.put(measureRSALn, f.Pulse.RSALn)
		m.put(measureHeartRate, f.Pulse.HeartRate)
		if f.Pulse.BreathingQuality >= slowBreathingQuality {
			m.put(measureBreathing, f.Pulse.Breathing)
		}
		if f.Pulse.HeartRate.Known {
			m.line.add(float64(m.seconds+m.skipped), f.Pulse.HeartRate.Value)
		}
	}
	if skin {
		m.put(measureSCRPerMin, f.Skin.SCRPerMin)
		m.put(measureSCL, f.Skin.SCL)
	}
	m.seconds++
	m.pass()
	return m.seconds >= minuteSeconds
}

// put adds one known value.
func (m *minute) put(k measure, x dsp.Maybe) {
	if x.Known && m.counts[k] < minuteSeconds {
		m.values[k][m.counts[k]] = x.Value
		m.counts[k]++
	}
}

// median is absent where the measure was known for less than a third of the minute.
func (m *minute) median(k measure) dsp.Maybe {
	n := m.counts[k]
	if n < minuteKnown {
		return dsp.Maybe{}
	}
	return dsp.Some(medianOf(m.values[k][:n]))
}

// finish gives the minute's medians and tells whether it looks like rest, by heart-rate slope alone and never by the State: a flat
// rate within the minute, near the minute before, below tachycardia, and not the first such minute, for one may just have sat down.
func (m *minute) finish() (RestMinute, bool) {
	r := RestMinute{
		LnRMSSD: m.median(measureLnRMSSD), RSALn: m.median(measureRSALn), HeartRate: m.median(measureHeartRate),
		SCRPerMin: m.median(measureSCRPerMin), SCL: m.median(measureSCL), Breathing: m.median(measureBreathing),
	}
	perMin, known := m.line.perMinute()
	flat := r.HeartRate.Known && known && perMin <= quietSlope && perMin >= -quietSlope && r.HeartRate.Value <= quietHeartRate
	near := !m.last.Known || math.Abs(r.HeartRate.Value-m.last.Value) <= quietStep
	if flat && near {
		m.quiet++
	} else {
		m.quiet = 0
	}
	m.last, m.since = r.HeartRate, 0
	m.again()
	return r, m.quiet >= 2
}
