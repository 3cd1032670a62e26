package regulation

import (
	"math"
	"slices"
	"time"

	"hubd/dsp"
)

// Options sets up an Estimator. The zero Options is the documented default.
type Options struct {
	VagalOff bool // interval measures are not used (pacemaker, atrial fibrillation, beta blocker, or unwanted): skin alone decides
}

// Estimator names one wearer's state, second by second, against that wearer's own rest, and learns that rest. It has no clock:
// time enters with Second. It is not safe for use by several goroutines at once.
type Estimator struct {
	options  Options
	people   [featureCount]population
	baseline Baseline
	date     int32 // of the clock; 0 while it is not set
	today    int32 // latest date known, from which minutes age
	learned  bool

	weighing weighing
	session  session
	refs     references
	stage    Stage

	now      time.Duration
	started  bool
	features Features
	pulse    channel
	skin     channel
	movement movement
	paced    bool          // paced now or within pacedAfter
	pacedAt  time.Duration // last second with the pacer, valid when paced
	axes     axes
	high     latch
	low      latch
	dwelling dwelling
	state    State // without Reasons
	told     State // as last emitted, without Reasons
	toldAt   time.Duration
	tellNow  bool

	shares   Shares // of the running session
	minute   minute
	rest     rest
	recovery recovery
	night    night
}

// New makes an Estimator for one wearer. The Baseline is copied; minutes with impossible values are left out.
func New(o Options, b Baseline) *Estimator {
	e := &Estimator{options: o, people: populations(), baseline: b.sound(), tellNow: true}
	e.today = e.baseline.newestDay()
	e.learnt()
	e.formAll()
	return e
}

// learnt forms anew what follows from the Baseline and the session so far.
func (e *Estimator) learnt() {
	e.stage = e.baseline.Stage()
	e.state.Stage = e.stage
	e.refs.renew()
}

// form brings the comparison one feature nearer to what was learnt; false when it is complete.
func (e *Estimator) form() bool {
	return e.refs.form(&e.people, &e.weighing, &e.baseline, &e.session, e.today)
}

// formAll completes it, where there is nothing to hold back for.
func (e *Estimator) formAll() {
	for e.form() {
	}
}

// Baseline gives a copy of what is known of the wearer's rest.
func (e *Estimator) Baseline() Baseline {
	return Baseline{Minutes: slices.Clone(e.baseline.Minutes)}
}

// Learned is true once after the Baseline changed, so that it can be stored.
func (e *Estimator) Learned() bool {
	l := e.learned
	e.learned = false
	return l
}

// Forget goes back to the zero Baseline and drops the session's minutes: from now on the wearer is a stranger.
func (e *Estimator) Forget() {
	e.baseline.Minutes = e.baseline.Minutes[:0]
	e.session = session{}
	e.minute.restart()
	e.rest = rest{}
	e.learned = true
	e.learnt()
	e.formAll()
}

// Recall puts a Baseline that could not be read until now before what was learnt since.
func (e *Estimator) Recall(b Baseline) {
	e.baseline = Baseline{Minutes: append(slices.Clone(b.Minutes), e.baseline.Minutes...)}.sound()
	e.today = max(e.today, e.baseline.newestDay())
	e.learned = true
	e.learnt()
}

// Shares tells how the time of the running session, or since the last one, was spent.
func (e *Estimator) Shares() Shares { return e.shares }

// State gives the state as of the last Second. Its Reasons are the caller's own.
func (e *Estimator) State() State {
	s := e.state
	s.Reasons = e.reasons()
	return s
}

// Second takes the features of one whole second t; wall is the local time, zero until the clock is set. Appended to dst are State
// on change and every 10 s, Recovery after an activation, and Night when a night setting ends. It allocates nothing when it
// appends nothing.
func (e *Estimator) Second(dst []dsp.Value, t time.Duration, wall time.Time, f Features) []dsp.Value {
	e.form()
	dst = e.advance(dst, t, wall, f)
	if !f.Sensed || f.SetUp {
		e.withdraw()
	} else {
		e.observe(t)
	}
	e.name(t)
	if f.Sensed {
		e.shares[e.state.Name]++
	}
	e.learn(t)
	if f.Setting == SettingNight && f.Sensed {
		e.night.step(t, f, e.pulse.trusted(t), e.skin.trusted(t), e.movement.moving || f.Motion.Stirring)
	}
	if r, over := e.recovery.step(t, e.state.Name, e.axes.arousal.value, e.heartRateAboveRest()); over {
		dst = append(dst, r)
	}
	return e.tell(dst, t)
}

// advance moves time on: a gap or a step back of time breaks every succession, a new date and a new setting are noted.
func (e *Estimator) advance(dst []dsp.Value, t time.Duration, wall time.Time, f Features) []dsp.Value {
	if e.started && (t <= e.now || t-e.now > stepLongest) {
		e.withdraw()
		e.toldAt, e.pacedAt = t-stateEvery, min(e.pacedAt, t) // time may have gone back
	}
	if f.Setting != e.features.Setting {
		e.session, e.shares = session{}, Shares{}
		e.minute.restart()
	}
	if e.night.running && f.Setting != SettingNight {
		dst = append(dst, e.night.summary())
		e.night = night{}
	}
	if f.Setting == SettingNight && !e.night.running {
		e.night.start()
	}
	e.date = dayOf(wall)
	if e.date != 0 && e.date != e.today { // also back: one wrong date in the future must not make all true minutes old for ever
		e.today = e.date
		e.learnt()
	}
	e.now, e.features, e.started = t, f, true
	return dst
}

// Withdraw tells that sensing stopped or begins anew: nothing followed before, a running rest among it, joins what comes after, however
// short it was. What was learnt, the session's minutes and shares, and the night so far stay.
func (e *Estimator) Withdraw() {
	e.withdraw()
	e.features = Features{Setting: e.features.Setting}
	e.started, e.tellNow = false, true
}

// EndSession is Withdraw where the session ended with it: one of the same kind that comes next is another one.
func (e *Estimator) EndSession() {
	e.Withdraw()
	e.features.Setting = SettingNone
}

// withdraw forgets all that was being followed, as sensing stopped; what was learnt and the night so far stay.
func (e *Estimator) withdraw() {
	e.axes.clear()
	e.pulse, e.skin = channel{}, channel{}
	e.movement = movement{}
	e.high, e.low = latch{}, latch{}
	e.dwelling = dwelling{}
	e.minute.restart()
	e.rest.stop()
	e.recovery = recovery{}
}

// observe follows signal, movement and features.
func (e *Estimator) observe(t time.Duration) {
	f := e.features
	if f.HasPulse {
		e.pulse.step(t, f.Pulse.Contact, f.Pulse.Quality)
	}
	if f.HasSkin {
		e.skin.step(t, f.Skin.Contact, f.Skin.Quality)
	}
	if !f.contact() {
		e.movement.effort = false
	}
	if f.Paced {
		e.paced, e.pacedAt = true, t
	} else if t-e.pacedAt >= pacedAfter {
		e.paced = false
	}
	u := e.usable(t)
	rate := dsp.Maybe{}
	if e.pulse.trusted(t) && !f.Pulse.Uneven {
		rate = f.Pulse.HeartRate
	}
	e.movement.step(t, f, &e.pulse, &e.skin, rate, e.refs.features[featureHeartRate].centre)
	if f.Setting == SettingNight {
		e.axes.clear()
	} else {
		e.axes.step(t, f, u, &e.people, &e.refs)
	}
	e.high.step(e.axes.arousal.value, 1)
	e.low.step(e.axes.vagal.value, -1)
}

// skinOnly tells whether interval measures are not used at all (design 4: vagal off, or an uneven pulse).
func (e *Estimator) skinOnly() bool { return e.options.VagalOff || e.features.Pulse.Uneven }

// usable tells which features may be used now.
func (e *Estimator) usable(t time.Duration) usable {
	p := e.features.Pulse
	pulse := e.pulse.trusted(t) && !e.skinOnly()
	return usable{
		pulse:  pulse,
		vagal:  pulse && !e.paced,
		skin:   e.skin.trusted(t),
		moved:  e.skin.moved(t),
		slowly: p.Breathing.Known && p.Breathing.Value < slowBreathing && p.BreathingQuality >= slowBreathingQuality,
	}
}

// name judges this second.
func (e *Estimator) name(t time.Duration) {
	stirred := e.features.Setting == SettingTogether && e.movement.lately(t)
	now := judge(e.circumstances(stirred))
	held := e.dwelling.step(t, now, stirred, e.axes.fast())
	e.state = State{
		Name: held.name, Unknown: held.reason, Stage: e.stage,
		Arousal: e.axes.arousal.value, Vagal: e.axes.vagal.value,
	}
	if held.reason == ReasonLearning {
		e.state.QuietMinutes, e.state.DeclaredOnly = len(e.baseline.Minutes), !e.finds()
	}
	e.state.Confidence = confidence(certainty{
		name: held.name, arousal: e.axes.arousal, vagal: e.axes.vagal,
		quality: e.quality(), stage: e.stage, unlike: e.refs.unlike(), odd: e.axes.odd(),
		ceiling: min(held.ceiling, now.ceiling),
	})
}

// circumstances gathers what the rules look at.
func (e *Estimator) circumstances(stirred bool) circumstances {
	f := e.features
	return circumstances{
		setUp: f.SetUp, night: f.Setting == SettingNight, sensed: f.Sensed, contact: f.contact(),
		stage: e.stage, moving: e.movement.moving || e.movement.effort, stirred: stirred, skinOnly: e.skinOnly(),
		arousal: e.axes.arousal.value, vagal: e.axes.vagal.value, high: e.high.on, low: e.low.on,
		noPulse: e.whyNoVagal(), nothing: e.whyNothing(),
	}
}

// whyNoVagal tells why the vagal axis is absent, where it is.
func (e *Estimator) whyNoVagal() UnknownReason {
	switch {
	case !e.features.HasPulse || !e.features.Pulse.Contact:
		return ReasonNoContact
	case e.paced:
		return ReasonPacedBreathing
	}
	return ReasonPoorSignal
}

// whyNothing tells why arousal is absent, where it is.
func (e *Estimator) whyNothing() UnknownReason {
	if e.skinOnly() && !(e.features.HasSkin && e.features.Skin.Contact) {
		return ReasonNoContact
	}
	return ReasonPoorSignal
}

// quality weighs the channels by what they contribute now.
func (e *Estimator) quality() float64 {
	pulse, skin := 0.0, 0.0
	for f := range featureCount {
		switch {
		case !e.axes.z[f].Known:
		case f <= featureSCL:
			skin += e.people[f].weight
		default:
			pulse += e.people[f].weight
		}
	}
	if pulse+skin == 0 {
		return 0
	}
	quality := e.pulse.quality
	if e.features.Pulse.Marked {
		quality *= confidenceMarked
	}
	return (pulse*quality + skin*e.skin.quality) / (pulse + skin)
}

// heartRateAboveRest is for Recovery.
func (e *Estimator) heartRateAboveRest() dsp.Maybe {
	rate := e.axes.heartRate
	if rate.Known {
		rate.Value -= e.refs.features[featureHeartRate].centre
	}
	return rate
}

// tell appends the State when name, reason or stage changed, or confidence by much, and every 10 s.
func (e *Estimator) tell(dst []dsp.Value, t time.Duration) []dsp.Value {
	s := e.state
	changed := s.Name != e.told.Name || s.Unknown != e.told.Unknown || s.Stage != e.told.Stage || math.Abs(s.Confidence-e.told.Confidence) >= tellStep
	if !changed && !e.tellNow && t-e.toldAt < stateEvery {
		return dst
	}
	e.told, e.toldAt, e.tellNow = s, t, false
	s.Reasons = e.reasons()
	return append(dst, s)
}
