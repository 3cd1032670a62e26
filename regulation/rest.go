package regulation

import (
	"fmt"
	"time"
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
	RestIncomplete                  // time ran out with fewer
	RestCut                         // it was stopped, or sensing was, with fewer
)

// String gives the word used in JSON.
func (p RestPhase) String() string {
	return [...]string{"none", "running", "learnt", "incomplete", "stopped"}[p]
}

// RestSeconds is how many good seconds a declared rest takes.
const RestSeconds = restMinutes * minuteSeconds

// Rest is how a declared rest goes, or how the last one went.
type Rest struct {
	Phase   RestPhase
	Minutes int           // good minutes learnt, 0…3
	Seconds int           // good seconds so far, 0…RestSeconds; an unfinished minute among them may begin anew
	Left    time.Duration // while running: until it is given up
	Missing Hindrance     // while running: why this second did not count; incomplete: what cost most of the time
	NoPulse bool          // done, and there is a pulse sensor of which nothing was learnt
	NoSkin  bool          // done, and there is a skin sensor of which nothing was learnt
}

// Words says it to the wearer.
func (r Rest) Words() string {
	switch r.Phase {
	case RestRunning:
		return fmt.Sprintf("keep sitting or lying quietly: %d of %d good minutes", r.Minutes, restMinutes)
	case RestDone:
		return "learnt: from now on hubd compares with this rest of your own" + r.without()
	case RestIncomplete:
		return fmt.Sprintf("only %d of %d good minutes in the five there were. What was in the way most: %s. Try once more",
			r.Minutes, restMinutes, r.mostly())
	case RestCut:
		return fmt.Sprintf("stopped with %d of %d good minutes: what was learnt stays", r.Minutes, restMinutes)
	}
	return "no rest learnt yet"
}

// without says which sensor gave nothing to a rest that was learnt.
func (r Rest) without() string {
	switch {
	case r.NoPulse:
		return ", by the skin alone: nothing usable came from the pulse sensor"
	case r.NoSkin:
		return ", by the pulse alone: nothing usable came from the skin sensor"
	}
	return ""
}

// mostly is what was missing, where anything is known of it.
func (r Rest) mostly() string {
	if w := r.Missing.Words(); w != "" {
		return w
	}
	return "the signal came and went"
}

// rest runs a declared rest.
type rest struct {
	Rest
	until       time.Duration
	lost        [hindranceCount]int // seconds, by what they were lost to
	pulse, skin int                 // minutes that held something of it
}

// start begins a rest at t.
func (r *rest) start(t time.Duration) {
	*r = rest{Rest: Rest{Phase: RestRunning, Left: restLongest}, until: t + restLongest}
}

// running tells whether minutes are taken for it.
func (r *rest) running() bool { return r.Phase == RestRunning }

// counted takes one good minute; sensors says which there are.
func (r *rest) counted(m RestMinute, sensors Features) {
	r.Minutes++
	if m.HeartRate.Known {
		r.pulse++
	}
	if m.SCL.Known {
		r.skin++
	}
	if r.Minutes >= restMinutes {
		r.Phase, r.Left, r.Missing = RestDone, 0, HindranceNone
		r.NoPulse, r.NoSkin = sensors.HasPulse && r.pulse == 0, sensors.HasSkin && r.skin == 0
	}
}

// tick gives up when time ran out.
func (r *rest) tick(t time.Duration) {
	if !r.running() {
		return
	}
	r.Left = r.until - t
	if r.Left <= 0 {
		r.Phase, r.Left, r.Missing = RestIncomplete, 0, r.worst()
	}
}

// missed notes why this second counted or did not.
func (r *rest) missed(h Hindrance) {
	if r.running() {
		r.Missing = h
		r.lost[h]++
	}
}

// worst is the Hindrance that most seconds were lost to.
func (r *rest) worst() Hindrance {
	worst := HindranceNone
	for h := HindranceNone + 1; h < hindranceCount; h++ {
		if r.lost[h] > 0 && (worst == HindranceNone || r.lost[h] > r.lost[worst]) {
			worst = h
		}
	}
	return worst
}

// stop ends a running rest with what it has.
func (r *rest) stop() {
	if r.running() {
		r.Phase, r.Left, r.Missing = RestCut, 0, HindranceNone
	}
}
