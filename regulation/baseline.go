package regulation

import (
	"math"
	"slices"
	"time"

	"hubd/dsp"
)

// RestMinute holds the medians of one good quiet minute of a wearer.
type RestMinute struct {
	Day       int32     // local date as days since 1970-01-01; 0 where the clock was not set
	Declared  bool      // from a rest the wearer declared
	LnRMSSD   dsp.Maybe // ln ms, corrected for mean NN
	RSALn     dsp.Maybe // ln ms²
	HeartRate dsp.Maybe // beats per minute
	SCRPerMin dsp.Maybe
	SCL       dsp.Maybe // µS
	Breathing dsp.Maybe // breaths per minute
}

// Baseline is what is known of a wearer's own rest: the minutes themselves, so that it can be shown, exported and forgotten.
// The zero Baseline is that of a stranger.
type Baseline struct {
	Minutes []RestMinute // oldest first, at most MaxRestMinutes
}

// lastDay is the latest date that is believed: 2099-12-31.
const lastDay = 47481

// MaxRestMinutes bounds a Baseline.
const MaxRestMinutes = 240

// Stage tells how well the rest is known: new under 3 minutes, known from 20 minutes on at least 2 days (design section 4).
// A minute written before the clock was set counts as a minute, but its day counts for nothing.
func (b Baseline) Stage() Stage {
	switch {
	case len(b.Minutes) < minutesFirst:
		return StageNew
	case len(b.Minutes) >= minutesKnown && b.days() >= daysKnown:
		return StageKnown
	}
	return StageFirst
}

// days counts different known dates, up to daysKnown.
func (b Baseline) days() int {
	var first int32
	for _, m := range b.Minutes {
		switch {
		case m.Day == 0:
		case first == 0:
			first = m.Day
		case m.Day != first:
			return daysKnown
		}
	}
	if first == 0 {
		return 0
	}
	return 1
}

// Unlike lists the features in which this rest lies far from that of most people, strongest first: more than two spreads between
// people away, with Z signed in the direction of its axis. It is empty in stage new. It says that a comparison with oneself may
// mislead (a rest recorded while upset, a medicine, an uneven pulse), and it lowers confidence.
func (b Baseline) Unlike() []Reason {
	var far []Reason
	if b.Stage() == StageNew {
		return nil
	}
	var w weighing
	for f, p := range populations() {
		if p.between == 0 {
			continue
		}
		own := w.sample(b.Minutes, feature(f), b.newestDay())
		if z := (own.median - p.mean) / p.between; own.count > 0 && math.Abs(z) > unlikeZ {
			far = append(far, Reason{Feature: p.name, Z: z})
		}
	}
	slices.SortStableFunc(far, strongerFirst)
	return far
}

// newestDay is the latest date among the minutes, 0 where none is known.
func (b Baseline) newestDay() int32 {
	var newest int32
	for _, m := range b.Minutes {
		newest = max(newest, m.Day)
	}
	return newest
}

// sound gives a copy with room for MaxRestMinutes, without minutes beyond that number and without impossible values,
// so that a damaged or foreign settings file cannot bend the comparison.
func (b Baseline) sound() Baseline {
	minutes := b.Minutes
	if extra := len(minutes) - MaxRestMinutes; extra > 0 {
		minutes = minutes[extra:]
	}
	kept := make([]RestMinute, 0, MaxRestMinutes)
	for _, m := range minutes {
		m.LnRMSSD = within(m.LnRMSSD, 0, 7)
		m.RSALn = within(m.RSALn, -5, 14)
		m.HeartRate = within(m.HeartRate, 25, 220)
		m.SCRPerMin = within(m.SCRPerMin, 0, 60)
		m.SCL = within(m.SCL, 0, 100)
		m.Breathing = within(m.Breathing, 2, 60)
		if m.Day < 0 || m.Day > lastDay {
			m.Day = 0 // no date that a clock shows
		}
		if m.empty() {
			continue
		}
		kept = append(kept, m)
	}
	return Baseline{Minutes: kept}
}

// Impossible counts the values and dates that no body and no clock has. They are not used.
func (b Baseline) Impossible() int { return b.known() - b.sound().known() }

// known counts the values and dates among the newest minutes that there is room for.
func (b Baseline) known() int {
	n := 0
	for _, m := range b.Minutes[max(len(b.Minutes)-MaxRestMinutes, 0):] {
		for _, x := range [...]dsp.Maybe{m.LnRMSSD, m.RSALn, m.HeartRate, m.SCRPerMin, m.SCL, m.Breathing, {Known: m.Day != 0}} {
			if x.Known {
				n++
			}
		}
	}
	return n
}

// within drops a value that no body has.
func within(m dsp.Maybe, lo, hi float64) dsp.Maybe {
	if !m.Known || !(m.Value >= lo && m.Value <= hi) {
		return dsp.Maybe{}
	}
	return m
}

// empty tells that nothing was measured.
func (m RestMinute) empty() bool {
	return !m.LnRMSSD.Known && !m.RSALn.Known && !m.HeartRate.Known && !m.SCRPerMin.Known && !m.SCL.Known
}

// add appends a minute. When full, the oldest minute of the day that has most gives way, so that one long evening does not
// push out weeks. It allocates nothing in a Baseline made by sound.
func (b *Baseline) add(m RestMinute) {
	if len(b.Minutes) >= MaxRestMinutes {
		b.dropOne()
	}
	b.Minutes = append(b.Minutes, m)
}

// dropOne removes the oldest minute of the day that has most minutes. Minutes of one day lie mostly side by side, so it counts runs.
func (b *Baseline) dropOne() {
	drop, most, start := 0, 0, 0
	for i, m := range b.Minutes {
		if m.Day != b.Minutes[start].Day {
			start = i
		}
		if n := i - start + 1; n > most {
			drop, most = start, n
		}
	}
	b.Minutes = slices.Delete(b.Minutes, drop, drop+1)
}

// value gives a minute's value on the scale that z-scores are formed on; see populations for the units.
func (m RestMinute) value(f feature) dsp.Maybe {
	switch f {
	case featureSCR:
		return stabiliseCount(m.SCRPerMin)
	case featureHeartRate:
		return m.HeartRate
	case featureRMSSD:
		return m.LnRMSSD
	case featureRSA:
		return m.RSALn
	}
	return dsp.Maybe{} // SCL is compared with its anchor, not with former days
}

// dayOf counts a local date as days since 1970-01-01; 0 where the clock is not set.
func dayOf(wall time.Time) int32 {
	if wall.IsZero() {
		return 0
	}
	y, m, d := wall.Date()
	return int32(max(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400, 0))
}
