package regulation

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// StartRest declares that the wearer rests from t on, awake, seated or lying, not paced: three good minutes are learnt, in any
// setting but night. It is given up after 5 min; Rest tells how it goes. The error is or wraps a
// RestError, for people.
func (e *Estimator) StartRest(t time.Duration) error {
	f := e.features
	switch {
	case e.rest.running():
		return fmt.Errorf("%w: %d of %d good minutes so far", ErrRestRunning, e.rest.Minutes, restMinutes)
	case e.started && f.SetUp:
		return ErrRestSetUp
	case e.started && f.Setting == SettingNight:
		return ErrRestNight
	case e.started && !f.Sensed:
		return ErrRestUnworn
	case e.started && f.Paced:
		return ErrRestPaced
	}
	e.rest.start(t)
	e.minute.restart()
	return nil
}

// EndRest ends a running rest with what it has; without one it does nothing.
func (e *Estimator) EndRest() { e.rest.stop() }

// Rest tells how the declared rest goes, or how the last one went.
func (e *Estimator) Rest() Rest {
	r := e.rest.Rest
	r.Seconds = r.Minutes * minuteSeconds
	if e.rest.running() {
		r.Seconds += e.minute.seconds
	}
	return r
}

// finds tells whether quiet minutes are found by themselves here: with a heart to see the quiet by, and where nobody else is and no
// task.
func (e *Estimator) finds() bool {
	f := e.features
	return (f.Setting == SettingNone || f.Setting == SettingAlone) && f.HasPulse && !f.Pulse.Uneven
}

// learn takes this second for the wearer's rest, where it may.
func (e *Estimator) learn(t time.Duration) {
	e.rest.tick(t)
	why := e.hindrance()
	e.rest.missed(why)
	switch {
	case why.breaks():
		e.minute.restart()
		return
	case why != HindranceNone:
		e.minute.skip()
		return
	}
	f := e.features
	pulse := f.HasPulse && pulseHindrance(f) == HindranceNone && !f.Pulse.Uneven
	skin := f.HasSkin && f.Skin.Contact && f.Skin.Quality >= qualityLearnt
	if e.minute.take(f, pulse, skin) {
		e.keepMinute()
	}
}

// keepMinute keeps a full minute: always for the session, for the Baseline only when declared, or found quiet where that may be learnt.
func (e *Estimator) keepMinute() {
	m, quiet := e.minute.finish()
	m.Day = e.date
	if e.options.VagalOff {
		m.LnRMSSD, m.RSALn = dsp.Maybe{}, dsp.Maybe{}
	}
	found := quiet && e.finds()
	m.Declared = e.rest.running()
	e.session.add(m)
	if m.Declared || found {
		e.baseline.add(m)
		e.learned = true
	}
	if m.Declared {
		e.rest.counted(m, e.features)
	}
	e.learnt()
}
