package wire

import (
	"math"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

// known is a truth value that may be unknown.
type known uint8

const (
	unknown known = iota
	no
	yes
)

func knownIf(v bool) known {
	if v {
		return yes
	}
	return no
}

// reading numbers the numbers of the state JSON, in the order of their keys.
type reading int

const (
	readConfidence reading = iota
	readArousal
	readVagal
	readHeartRate
	readRMSSD
	readRSALn
	readBreathing
	readSCL
	readSCR
	readPulseQuality
	readEDAQuality
	readSession
	readRecovery
	readCoregulation
	readings
)

// from tells what a reading rests on, and so what withdraws it.
type from uint8

const (
	fromState   from = iota // the state itself
	fromPulse               // contact of the pulse sensor
	fromSkin                // contact of the electrodes
	fromSession             // taking part in the session
)

// field says how one reading is told.
type field struct {
	key      string
	share    pipeline.Share // the least that shows it
	from     from
	decimals int
	deadband float64       // a smaller change is not told
	every    time.Duration // a change is told at most this often, going away at once
	lasts    time.Duration // without a new value for so long it is gone; 0: until withdrawn
}

// fields is the table of all readings. Home Assistant stores each change: heart rate at most every 5 s, slow measures every 15 s.
func fields() [readings]field {
	const state, full = pipeline.ShareState, pipeline.ShareFull
	const second, cadence = time.Second, 15 * time.Second
	return [readings]field{
		readConfidence:   {"confidence", state, fromState, qualityDecimals, 0.05, 5 * second, stateLasts},
		readArousal:      {"arousal", full, fromState, axisDecimals, 0.1, 5 * second, stateLasts},
		readVagal:        {"vagal", full, fromState, axisDecimals, 0.1, 5 * second, stateLasts},
		readHeartRate:    {"heart_rate_bpm", full, fromPulse, heartRateDecimals, 1, 5 * second, cadence},
		readRMSSD:        {"rmssd_ms", full, fromPulse, intervalDecimals, 1, 15 * second, cadence},
		readRSALn:        {"rsa_ln_ms2", full, fromPulse, lnPowerDecimals, 0.1, 15 * second, cadence},
		readBreathing:    {"breathing_per_min", full, fromPulse, breathDecimals, 0.5, 15 * second, cadence},
		readSCL:          {"scl_microsiemens", full, fromSkin, conductanceDecimals, 0.05, 5 * second, cadence},
		readSCR:          {"scr_per_min", full, fromSkin, responseDecimals, 1, 5 * second, cadence},
		readPulseQuality: {"pulse_quality", full, fromState, qualityDecimals, 0.1, 5 * second, signalLasts},
		readEDAQuality:   {"eda_quality", full, fromState, qualityDecimals, 0.1, 5 * second, signalLasts},
		readSession:      {"session_s", full, fromSession, windowDecimals, 1, 60 * second, 0},
		readRecovery:     {"recovery_half_life_s", full, fromSession, halfLifeDecimals, 0, 0, 0},
		readCoregulation: {"coregulation_r", full, fromSession, correlationDecimals, 0.1, 15 * second, cadence},
	}
}

// stateLasts and signalLasts are how long a State and a Signal hold; both come every 10 s at least.
const (
	stateLasts  = 25 * time.Second
	signalLasts = 25 * time.Second
)

// face is what the state JSON shows. The zero face shows nothing: every key is null.
type face struct {
	state, unknown string
	contact        known
	problem        known
	numbers        [readings]dsp.Maybe
	reasons        string // a JSON array; empty: null
}

// append writes the state JSON: all keys, always in the same order.
func (f *face) append(dst []byte, fields *[readings]field) []byte {
	o := open(dst).word("state", f.state)
	o = f.number(o, fields, readConfidence).word("unknown_reason", f.unknown)
	o = o.known("contact", f.contact).known("problem", f.problem)
	for i := readArousal; i < readings; i++ {
		o = f.number(o, fields, i)
	}
	if f.reasons == "" {
		return o.null("reasons").close()
	}
	return object(append(o.key("reasons"), f.reasons...)).close()
}

func (f *face) number(o object, fields *[readings]field, i reading) object {
	return o.maybe(fields[i].key, f.numbers[i], fields[i].decimals)
}

func (o object) known(k string, v known) object {
	if v == unknown {
		return o.null(k)
	}
	return o.flag(k, v == yes)
}

// urgent reports whether the step from old to f may not wait: a word or a truth value changed, or a number came or went.
func (f *face) urgent(old *face) bool {
	if f.state != old.state || f.unknown != old.unknown || f.contact != old.contact || f.problem != old.problem {
		return true
	}
	for i := range f.numbers {
		if f.numbers[i].Known != old.numbers[i].Known {
			return true
		}
	}
	return false
}

// settle keeps what is shown until the change is large enough and its time has come.
func (d *field) settle(want, shown dsp.Maybe, since time.Duration) dsp.Maybe {
	if !want.Known || !shown.Known {
		return want
	}
	if math.Abs(want.Value-shown.Value) < d.deadband || since < d.every {
		return shown
	}
	return want
}
