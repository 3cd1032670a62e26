// Package regulation says how activated or settled a wearer's body is, compared with that wearer's own rest, and how sure that is.
//
// It is pure. It reads strength, not meaning: a State is never consent, safety, desire or truth, and hubd is no medical device.
// The state names borrow from polyvagal language, whose premises are contested (docs/regulation.md).
package regulation

import (
	"time"

	"hubd/dsp"
)

// Name is the name of a state.
type Name uint8

// The states of design section 4. The zero Name is Unknown.
const (
	Unknown   Name = iota
	Settled        // arousal not high, vagal not low
	Engaged        // arousal high, vagal not low
	Activated      // arousal high, vagal low
	Withdrawn      // arousal not high, vagal low
)

// String gives the word used in events.
func (n Name) String() string {
	return [...]string{"unknown", "settled", "engaged", "activated", "withdrawn"}[n]
}

// UnknownReason tells why a state is Unknown.
type UnknownReason uint8

// The reasons. ReasonNone goes with every named state.
const (
	ReasonNone UnknownReason = iota
	ReasonNoContact
	ReasonPoorSignal
	ReasonLearning
	ReasonMoving
	ReasonPacedBreathing
	ReasonNight
	ReasonSetUp
)

// String gives the word used in events; empty for ReasonNone.
func (r UnknownReason) String() string {
	return [...]string{"", "no_contact", "poor_signal", "learning", "moving", "paced_breathing", "night", "set_up"}[r]
}

// Stage tells how well the wearer's own rest is known.
type Stage uint8

// The stages of design section 4.
const (
	StageNew   Stage = iota // under 3 good quiet minutes: states stay Unknown, learning
	StageFirst              // from a declared or found rest: confidence up to 0.6
	StageKnown              // 20 good minutes on at least 2 days
)

// String gives the word used in events.
func (s Stage) String() string { return [...]string{"new", "first", "known"}[s] }

// Reason is one feature that moved the state.
type Reason struct {
	Feature string  // for example scr_per_min
	Z       float64 // robust z-score, signed in the direction of its axis
}

// State is the answer for one wearer.
type State struct {
	Name       Name
	Confidence float64 // 0…1
	Arousal    dsp.Maybe
	Vagal      dsp.Maybe
	Reasons    []Reason // strongest first; owned by the receiver
	Unknown    UnknownReason
	Stage      Stage

	QuietMinutes int  // while learning: good quiet minutes so far, of the MinutesToLearn that are wanted
	DeclaredOnly bool // while learning: here quiet minutes are not found by themselves, only a declared rest is learnt
}

// MinutesToLearn is how many good quiet minutes it takes before anything is named.
const MinutesToLearn = minutesFirst

// Kind is the event name.
func (State) Kind() string { return "state" }

// Recovery tells how fast a wearer came back after activation.
type Recovery struct {
	ArousalHalfLife   dsp.Maybe // seconds
	HeartRateHalfLife dsp.Maybe // seconds
}

// Kind is the event name.
func (Recovery) Kind() string { return "recovery" }

// Coregulation tells how two wearers' signals move together. Two strangers in one room under one light do so too.
type Coregulation struct {
	Signal      string // heart_rate or eda
	R           dsp.Maybe
	Lag         dsp.Maybe // seconds; positive: the second wearer follows
	Significant bool
}

// Kind is the event name.
func (Coregulation) Kind() string { return "coregulation" }

// Night is the morning summary of a night session. Each value is absent under 60 % usable time.
type Night struct {
	Worn            time.Duration
	Usable          time.Duration
	LowestBPM       dsp.Maybe
	MedianBPM       dsp.Maybe
	RMSSD           dsp.Maybe // ms, median of 5 min windows
	BreathingPerMin dsp.Maybe
	RestlessPeriods dsp.Maybe
}

// Kind is the event name.
func (Night) Kind() string { return "night" }
