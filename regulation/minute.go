package regulation

import (
	"math"

	"hubd/dsp"
)

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
