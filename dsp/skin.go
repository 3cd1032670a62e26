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
	Scale       float64 // Grove: what the board's conductance is to be multiplied by; 1 where 0
	StepVolts   float64 // one step of the converter; 0 where unknown
	LeastSCR    float64 // µS, smallest response that counts, 0.01–0.1; 0.05 where 0 (Boucsein 2012, by hand)
	DividerOhm  float64 // of the known resistor; 100 kΩ where 0
	DividerHigh bool    // the known resistor lies on the supply's side
	Calibrated  bool    // OpenCircuit and Scale, or DividerOhm, were measured on this very circuit
}

// SkinFeatures are what the regulation state needs of skin conductance, as of the last Second.
type SkinFeatures struct {
	SCL        Maybe // tonic level, µS
	SCRPerMin  Maybe // responses over the last 60 s; absent before 60 s of contact
	Phasic     Maybe // level above the tonic one now, µS
	LeastSCR   Maybe // µS, the response amplitude from which SCRPerMin counts now: LeastSCR of the options, or what noise allows
	Contact    bool
	Quality    float64 // 0…1
	Calibrated bool    // false: µS are approximate, only changes count
	Reason     string  // why it is not good, in plain words; empty when it is
	Watched    bool    // responses could be seen in the last second
	Responses  int     // peaks confirmed in the last second; below 0 where earlier ones were taken back, for they were no responses
}

// Settings of the chain. The level is resampled to 20 a second: the fastest responses rise in 0.5 s.
const (
	skinStep   = 50 * time.Millisecond
	skinBandHz = 1.0 // low-pass
)

// Skin turns the samples of one wearer's skin-conductance circuit into level and responses.
type Skin struct {
	o        SkinOptions
	grid     grid
	look     scan
	low      lowpass
	rough    roughness
	have     bool    // level is one
	level    float64 // filtered, µS
	steps    float64 // µS of one converter step at the present level
	reason   string  // of the newest sample
	since    time.Duration
	spoilt   time.Duration // until then nothing is told
	tonic    tonic
	machine  responses
	tug      tug
	told     int // of the machine's count, with the last Second
	unseen   unseen
	features SkinFeatures
	signal   teller
}

// NewSkin makes a chain.
func NewSkin(o SkinOptions) *Skin {
	if !(o.SupplyVolts > 0) {
		o.SupplyVolts = 3.3
	}
	if !(o.OpenCircuit > 0) {
		o.OpenCircuit = 0.5
	}
	if !(o.Scale > 0) {
		o.Scale = 1
	}
	if !(o.DividerOhm > 0) {
		o.DividerOhm = 100e3
	}
	if !(o.LeastSCR > 0) {
		o.LeastSCR = scrThreshold
	}
	o.LeastSCR = max(0.01, min(0.1, o.LeastSCR))
	k := &Skin{o: o, grid: grid{step: skinStep, longest: skinLongest}, low: newLowpass(skinBandHz, 1/skinStep.Seconds()),
		rough: newRoughness(), tonic: newTonic(), signal: teller{channel: ChannelEDA}, reason: reasonSkinNew}
	k.features = SkinFeatures{Calibrated: o.Calibrated, Reason: reasonSkinNew}
	return k
}

// Withdraw forgets filters and windows: sensing stopped.
func (k *Skin) Withdraw() {
	k.grid.interrupt()
	k.look.clear()
	k.drop()
	k.tonic.clear()
	k.rough.clear()
	k.machine.clear()
	k.told = 0
	k.unseen.clear()
	k.spoilt = 0
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
		k.lose(s.T, reason)
		return dst
	}
	k.reason = ""
	if s.Flags.Has(FlagGap) && s.T-k.grid.tb > skinBridge {
		k.grid.interrupt()
	}
	if !k.grid.add(s.T, g) {
		k.begin(s.T, g)
	}
	for k.grid.full() {
		if n, v, whole := k.grid.next(); whole {
			dst = k.cell(dst, k.grid.middle(n, 0), v)
		}
	}
	return dst
}

// lose notes at time t that there is no conductance, and why. What follows may be another contact, with a level of its own.
func (k *Skin) lose(t time.Duration, reason string) {
	if k.have || k.reason != reason {
		k.drop()
	}
	k.reason = reason
	k.spoil(t)
}

// spoil withholds what lies around a sample that cannot be right.
func (k *Skin) spoil(t time.Duration) {
	if t >= k.spoilt {
		k.unseen.add(t, skinSpoilt) // what lies before and is taken back
	}
	k.spoilt = t + skinSpoilt
	k.machine.interrupt()
	k.machine.forget(t - skinSpoilt)
}

// drop ends the present contact. A response that is under way is never told.
func (k *Skin) drop() {
	k.grid.interrupt()
	k.tug.interrupt()
	k.have = false
	k.machine.interrupt()
}

// begin starts a stretch of contact. The filter is set to rest at the first value, so it does not ring. What lay before may have been
// another electrode: its level says nothing of this one's.
func (k *Skin) begin(t time.Duration, g float64) {
	k.low.rest(g)
	k.tonic.clear()
	k.level, k.have, k.since = g, true, t
	k.machine.interrupt()
}

// noise is the standard deviation of the level's noise now, µS.
func (k *Skin) noise() float64 { return k.rough.deviation(k.look.step) }

// least is the smallest response that counts now, µS.
func (k *Skin) least() float64 { return k.leastIn(k.noise()) }

func (k *Skin) leastIn(noise float64) float64 {
	return max(k.o.LeastSCR, scrSteps*k.steps, scrNoises*noise)
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
	k.steps = math.Abs(k.microsiemens(max(s.Volts-o.StepVolts, o.SupplyVolts*1e-6)) - g)
	switch {
	case g < max(skinLeast, offSteps*k.steps):
		return 0, reasonOff
	case g >= skinMost || s.Flags.Has(FlagClip):
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
		return k.o.Scale * GroveMicrosiemens(volts, k.o.SupplyVolts, k.o.OpenCircuit)
	}
	return DividerMicrosiemens(volts, k.o.SupplyVolts, k.o.DividerOhm, k.o.DividerHigh)
}

// cell takes one cell of the grid.
func (k *Skin) cell(dst []Value, t time.Duration, g float64) []Value {
	before := k.level
	k.level = k.low.next(g)
	k.tug.cell(g)
	if math.Abs(k.level-before) > skinSteepest*skinStep.Seconds() {
		k.spoil(t)
		k.tonic.clear()
	}
	if t < k.spoilt {
		k.unseen.add(t, skinStep)
	}
	if t < k.since+skinSettle || t < k.spoilt || k.tooSlow() {
		k.machine.interrupt() // no rise may join what lies before and after
		return dst
	}
	swayed, noise := k.machine.sway.on, k.noise()
	dst = k.machine.next(dst, t-k.low.delay, k.level, noise, k.leastIn(noise))
	if k.machine.sway.on {
		if k.unseen.add(t, skinStep); !swayed {
			k.unseen.add(t, t-k.machine.sway.since()) // what was counted since then is taken back
		}
	}
	k.rough.look(t, &k.machine.recent)
	return dst
}

// Second computes what belongs to a whole second t: EDA, and Signal on change and every 10 s.
func (k *Skin) Second(dst []Value, t time.Duration) []Value {
	f := &k.features
	*f = SkinFeatures{Calibrated: k.o.Calibrated}
	if f.Reason = k.fault(t); f.Reason == "" {
		f.Contact = true
		k.tonic.second(t, k.machine.quiet(t, k.level), k.machine.inside(t))
		f.SCL = k.tonic.value()
		if f.SCL.Known {
			f.Phasic = Some(max(0, k.level-f.SCL.Value))
		}
		f.Quality, f.Reason = k.quality(t)
		if !k.tooSlow() {
			f.LeastSCR = Some(k.least())
		}
		if f.Watched = k.countable(t); f.Watched {
			f.SCRPerMin = k.machine.perMinute(t, k.since, k.unseen.total())
		}
	}
	k.unseen.begin(t)
	f.Responses, k.told = k.machine.count-k.told, k.machine.count
	dst = k.signal.tell(dst, t, f.Contact, f.Quality, f.Reason)
	return append(dst, EDA{SCL: f.SCL, SCRPerMin: f.SCRPerMin, Calibrated: f.Calibrated})
}
