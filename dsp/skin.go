package dsp

import (
	"math"
	"time"
)

// Circuit is the way skin conductance is turned into a voltage.
type Circuit uint8

// The circuits.
const (
	Grove   Circuit = iota // Grove GSR board; see GroveVolts
	Divider                // a known resistor in series with the skin
)

// SkinOptions configure a skin-conductance chain.
type SkinOptions struct {
	Circuit     Circuit
	SupplyVolts float64 // of the circuit; 3.3 where 0
	OpenCircuit float64 // Grove: reading without electrodes as a share of the supply; 0.5 where 0
	StepVolts   float64 // one step of the converter; 0 where unknown
	DividerOhm  float64 // of the known resistor; 100 kΩ where 0
	DividerHigh bool    // the known resistor lies on the supply's side
	Calibrated  bool    // OpenCircuit or DividerOhm was measured on this very circuit
}

// SkinFeatures are what the regulation state needs of skin conductance, as of the last Second.
type SkinFeatures struct {
	SCL        Maybe // tonic level, µS
	SCRPerMin  Maybe // responses over the last 60 s; absent before 60 s of contact
	Phasic     Maybe // level above the tonic one now, µS
	Contact    bool
	Quality    float64 // 0…1
	Calibrated bool    // false: µS are approximate, only changes count
	Reason     string  // why it is not good, in plain words; empty when it is
}

// Limits of skin conductance (Kleckner et al. 2018, doi 10.1109/TBME.2017.2758643, and design 6.2).
const (
	skinStep     = 50 * time.Millisecond
	skinLongest  = 1200 * time.Millisecond // between two samples; more is a gap
	skinLeast    = 0.05                    // µS: less means electrodes off
	skinMost     = 50.0                    // µS: beyond the circuit's range
	skinSteepest = 10.0                    // µS/s
	skinSpoilt   = 5 * time.Second         // after a sample that cannot be right
	skinSettle   = 2 * time.Second         // after contact begins, before anything is told
	skinBandHz   = 1.0                     // low-pass
	skinDry      = 0.5                     // µS: below it and without any response the contact is poor
	skinDryTime  = 60 * time.Second
	offSteps     = 2
)

// Reasons told about skin conductance.
const (
	reasonOff     = "electrodes off: put both on"
	reasonTrimmed = "reads above its open circuit: trim or calibrate the board"
	reasonBeyond  = "conductance beyond the circuit's range: dry the skin a little"
	reasonJump    = "electrodes moved: hold still"
	reasonSkinNew = "just begun: settling"
	reasonDry     = "poor dry contact: moisten the electrodes"
)

// Skin turns the samples of one wearer's skin-conductance circuit into level and responses.
type Skin struct {
	o        SkinOptions
	grid     grid
	look     scan
	low      lowpass
	have     bool    // level is one
	level    float64 // filtered, µS
	slope    float64 // µS/s
	steps    float64 // µS of one converter step at the present level
	reason   string  // of the newest sample
	since    time.Duration
	spoilt   time.Duration // until then nothing is told
	tonic    tonic
	machine  responses
	features SkinFeatures
	signal   teller
	lastSCR  time.Duration
	anySCR   bool
}

// NewSkin makes a chain.
func NewSkin(o SkinOptions) *Skin {
	if !(o.SupplyVolts > 0) {
		o.SupplyVolts = 3.3
	}
	if !(o.OpenCircuit > 0) {
		o.OpenCircuit = 0.5
	}
	if !(o.DividerOhm > 0) {
		o.DividerOhm = 100e3
	}
	k := &Skin{o: o, grid: grid{step: skinStep, longest: skinLongest}, low: newLowpass(skinBandHz, 1/skinStep.Seconds()),
		tonic: newTonic(), signal: teller{channel: ChannelEDA}, reason: reasonSkinNew}
	k.features = SkinFeatures{Calibrated: o.Calibrated, Reason: reasonSkinNew}
	return k
}

// Withdraw forgets filters and windows: sensing stopped.
func (k *Skin) Withdraw() {
	k.grid.interrupt()
	k.look.clear()
	k.drop()
	k.tonic.clear()
	k.machine.clear()
	k.anySCR, k.spoilt = false, 0
	k.reason = reasonSkinNew
	k.features = SkinFeatures{Calibrated: k.o.Calibrated, Reason: reasonSkinNew}
}

// Features are the features as of the last Second.
func (k *Skin) Features() SkinFeatures { return k.features }

// Sample takes one sample and appends each response (SCR) that is over.
func (k *Skin) Sample(dst []Value, s Sample) []Value {
	bad := s.Flags.Has(FlagFault|FlagLeadOff) || !(math.Abs(s.Volts) <= largestInput)
	k.look.sample(s, bad)
	if bad {
		return dst
	}
	g, reason := k.convert(s)
	if reason != "" {
		if k.have || k.reason != reason {
			k.drop()
		}
		k.reason = reason
		return dst
	}
	k.reason = ""
	if s.Flags.Has(FlagGap) {
		k.grid.interrupt()
	}
	if !k.grid.add(s.T, g) {
		k.begin(s.T, g)
	}
	for n, v, ok := k.grid.next(); ok; n, v, ok = k.grid.next() {
		dst = k.cell(dst, k.grid.middle(n, 0), v)
	}
	return dst
}

// drop ends the present contact. A response that is under way is never told.
func (k *Skin) drop() {
	k.grid.interrupt()
	k.have = false
	k.machine.interrupt()
}

// begin starts a stretch of contact. The filter is set to rest at the first value, so it does not ring.
func (k *Skin) begin(t time.Duration, g float64) {
	k.low.rest(g)
	k.level, k.slope, k.have, k.since = g, 0, true, t
	k.machine.interrupt()
}

// convert turns volts into µS or says why that is not possible.
func (k *Skin) convert(s Sample) (g float64, reason string) {
	o := &k.o
	if o.Circuit == Grove {
		if s.Volts > o.SupplyVolts*o.OpenCircuit+offSteps*o.StepVolts {
			return 0, reasonTrimmed
		}
		if s.Volts < 0 {
			return 0, reasonBeyond
		}
	} else if s.Volts <= 0 || s.Volts >= o.SupplyVolts {
		return 0, dividerRail(s.Volts <= 0, o.DividerHigh)
	}
	g = k.microsiemens(s.Volts)
	k.steps = math.Abs(k.microsiemens(math.Max(s.Volts-o.StepVolts, o.SupplyVolts*1e-6)) - g)
	switch {
	case g < math.Max(skinLeast, offSteps*k.steps):
		return 0, reasonOff
	case g > skinMost || s.Flags.Has(FlagClip):
		return 0, reasonBeyond
	}
	return g, ""
}

// dividerRail tells what a divider at one of its rails means.
func dividerRail(atGround, high bool) string {
	if atGround == high {
		return reasonBeyond
	}
	return reasonOff
}

func (k *Skin) microsiemens(volts float64) float64 {
	if k.o.Circuit == Grove {
		return GroveMicrosiemens(volts, k.o.SupplyVolts, k.o.OpenCircuit)
	}
	return dividerMicrosiemens(volts, k.o.SupplyVolts, k.o.DividerOhm, k.o.DividerHigh)
}

// cell takes one cell of the grid.
func (k *Skin) cell(dst []Value, t time.Duration, g float64) []Value {
	before := k.level
	k.level = k.low.next(g)
	k.slope = (k.level - before) / skinStep.Seconds()
	if math.Abs(k.slope) > skinSteepest {
		k.spoilt = t + skinSpoilt
		k.machine.interrupt()
	}
	if t < k.since+skinSettle || t < k.spoilt {
		return dst
	}
	n := len(dst)
	dst = k.machine.next(dst, t-k.low.delay, k.level, k.slope, threshold(k.steps))
	for range dst[n:] {
		k.lastSCR, k.anySCR = t, true
	}
	return dst
}

// Second computes what belongs to a whole second t: EDA, and Signal on change and every 10 s.
func (k *Skin) Second(dst []Value, t time.Duration) []Value {
	f := &k.features
	*f = SkinFeatures{Calibrated: k.o.Calibrated}
	if f.Reason = k.fault(t); f.Reason == "" {
		f.Contact = true
		k.tonic.second(t, k.level, k.machine.inside())
		f.SCL = k.tonic.value()
		f.SCRPerMin = k.machine.perMinute(t, k.since)
		if f.SCL.Known {
			f.Phasic = Some(math.Max(0, k.level-f.SCL.Value))
		}
		f.Quality, f.Reason = k.quality(t)
	}
	dst = k.signal.tell(dst, t, f.Contact, f.Quality, f.Reason)
	return append(dst, EDA{SCL: f.SCL, SCRPerMin: f.SCRPerMin, Calibrated: f.Calibrated})
}

// fault says why there is no conductance at time t; empty where there is.
func (k *Skin) fault(t time.Duration) string {
	switch {
	case k.look.leadOff:
		return reasonOff
	case !k.look.have || t-k.look.last > skinLongest+time.Second:
		return "no samples: look at the cable"
	case k.look.faulty:
		return "the converter gives no valid number: look at the cable"
	case k.reason != "":
		return k.reason
	case !k.have || t < k.since+skinSettle:
		return reasonSkinNew
	case t < k.spoilt:
		return reasonJump
	}
	return ""
}

// quality is 1 for a good contact. A low level in which nothing ever happens is a dry contact: its few responses cannot be told
// from none. A level that is only a few converter steps above nothing is coarse.
func (k *Skin) quality(t time.Duration) (float64, string) {
	quality := 1.0
	if k.steps > 0 {
		quality = math.Min(1, k.level/(10*k.steps))
	}
	quiet := k.since
	if k.anySCR {
		quiet = max(quiet, k.lastSCR)
	}
	if k.level < skinDry && t-quiet > skinDryTime {
		return math.Min(quality, 0.4), reasonDry
	}
	return quality, ""
}
