package dsp

import (
	"math"
	"time"
)

// Value is anything hubd computes and may tell. Kind is the "type" of its JSON form.
type Value interface{ Kind() string }

// Maybe is a number that may be absent. The zero Maybe is absent.
type Maybe struct {
	Value float64
	Known bool
}

// Some is a present number. A NaN or an infinity becomes absent, so that neither can leave a computation.
func Some(v float64) Maybe {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Maybe{}
	}
	return Maybe{Value: v, Known: true}
}

// Or gives the number, or other where it is absent.
func (m Maybe) Or(other float64) float64 {
	if m.Known {
		return m.Value
	}
	return other
}

// Beat is one heart beat seen in the pulse wave or the ECG.
type Beat struct {
	T         time.Duration // of the fiducial point, interpolated between samples
	Amplitude float64       // foot to peak, in volts; always positive
	Quality   float64       // 0…1
}

// Kind is the event name.
func (Beat) Kind() string { return "beat" }

// IBIClass tells what an inter-beat interval is worth. (The design calls the field Kind; Value needs that name for its method.)
type IBIClass uint8

// The classes of interval. Only differences between two successive ClassNN intervals count in RMSSD and pNN50.
const (
	ClassNN       IBIClass = iota // between two normal beats
	ClassEctopic                  // at least one end is a premature or otherwise irregular beat
	ClassMissed                   // too long: a beat was not seen
	ClassExtra                    // too short: something that is no beat was seen
	ClassAfterGap                 // a real duration, the first one wholly after a gap: it has no predecessor
)

// String gives the word used in events.
func (c IBIClass) String() string {
	switch c {
	case ClassNN:
		return "nn"
	case ClassEctopic:
		return "ectopic"
	case ClassMissed:
		return "missed"
	case ClassExtra:
		return "extra"
	case ClassAfterGap:
		return "after_gap"
	}
	return "unknown"
}

// IBI is one inter-beat interval.
type IBI struct {
	T     time.Duration // of the beat that closes it
	Dur   time.Duration
	Class IBIClass
}

// Kind is the event name.
func (IBI) Kind() string { return "ibi" }

// HeartRate is the rate from the median normal interval of the last 10 s, in beats per minute; absent under 5 intervals, and where beats
// that made none could move it far.
type HeartRate struct{ BPM Maybe }

// Kind is the event name.
func (HeartRate) Kind() string { return "heart_rate" }

// HRV holds the measures of one trailing window. Definitions: Task Force 1996, doi 10.1161/01.CIR.93.5.1043.
type HRV struct {
	Window          time.Duration // 60 s or 300 s
	N               int           // normal intervals in the window
	MeanNN          Maybe         // ms
	SDNN            Maybe         // ms, n-1
	RMSSD           Maybe         // ms, over pairs of touching normal intervals
	PNN50           Maybe         // percent of those pairs, strictly above 50 ms
	LF              Maybe         // ms², 0.04–0.15 Hz; absent in the 60 s window
	HF              Maybe         // ms², 0.15–0.40 Hz
	RSA             Maybe         // ms, peak to trough at the breathing frequency, slow breathing too
	RSALn           Maybe         // ln ms², Porges–Bohrer, 0.12–0.40 Hz; absent while breathing is known to be slower
	ExcludedPercent Maybe         // share of the window's intervals that are not normal
}

// Kind is the event name.
func (HRV) Kind() string { return "hrv" }

// Respiration is the breathing rate seen in the pulse.
type Respiration struct {
	T       time.Duration // middle of the window it was read from
	Rate    Maybe         // breaths per minute
	Quality float64       // 0…1; 0 where Rate is absent
}

// Kind is the event name.
func (Respiration) Kind() string { return "respiration" }

// EDA is the slow side of skin conductance.
type EDA struct {
	SCL        Maybe // tonic level, µS
	SCRPerMin  Maybe // responses per minute, over the last 60 s
	Calibrated bool  // false: nominal trimmer setting, µS are approximate
}

// Kind is the event name.
func (EDA) Kind() string { return "eda" }

// SCR is one skin-conductance response, told once it is over.
type SCR struct {
	Onset        time.Duration
	Peak         time.Duration
	Amplitude    float64 // µS, onset to peak
	HalfRecovery Maybe   // seconds after the peak; absent where not reached within 10 s
}

// Kind is the event name.
func (SCR) Kind() string { return "scr" }

// Rise is the time from onset to peak.
func (s SCR) Rise() time.Duration { return s.Peak - s.Onset }

// Signal is the quality of one channel.
type Signal struct {
	Channel ChannelKind
	Contact bool
	Quality float64 // 0…1
	Reason  string  // why it is not good, in plain words; empty when it is
}

// Kind is the event name.
func (Signal) Kind() string { return "signal" }

// Coherence tells how far the heart rate follows the breathing pacer.
type Coherence struct {
	Ratio    Maybe   // share of heart-rate power at the pace, 0…1
	PhaseDeg Maybe   // heart rate against the pacer, −180…180
	Pace     float64 // breaths per minute
}

// Kind is the event name.
func (Coherence) Kind() string { return "coherence" }

// Summary closes a replayed recording.
type Summary struct {
	Duration      time.Duration
	Beats         int
	MeanNN        Maybe // ms
	SDNN          Maybe // ms
	RMSSD         Maybe // ms
	PNN50         Maybe // percent
	UsablePercent Maybe // share of time with contact and quality of at least 0.5
}

// Kind is the event name.
func (Summary) Kind() string { return "summary" }
