package synth

import (
	"time"

	"hubd/regulation"
)

// Truth is what really happened in one body, oldest first. It holds the newest few hours: see the limits below.
type Truth struct {
	Until   time.Duration   // the body has lived until here
	Beats   []time.Duration // heart beats, as an ECG would show them; the wave's peak comes 0.25–0.4 s later
	Breaths []time.Duration // beginnings of breathing in
	SCRs    []Response      // of at least 0.05 µS
	States  []StateSpan     // without a hole from 0 to Until
	Moving  []Span          // movements of the body, and electrodes pulled off
	Arousal float64         // sympathetic level at Until: 0 rest, 3 clear stress; after what the room did
	Vagal   float64         // parasympathetic level at Until: 0 rest, −3 clearly low; after what the room did
}

// Response is one skin conductance response.
type Response struct {
	Onset     time.Duration
	Amplitude float64 // µS, alone on a flat level with ideal electrodes
}

// Span is a stretch of time.
type Span struct{ From, To time.Duration }

// StateSpan is a stretch of one state. The name follows the hidden levels by the thresholds of the design: arousal high from
// +1.0 until +0.5, vagal low from −1.0 until −0.5, without dwell. Unknown: the wearer moves, is in effort (heart rate 35 per minute
// above rest), or a sensor has no contact. A breathing pacer changes nothing here, though an estimator must then keep silent about
// the vagal side.
type StateSpan struct {
	Span
	Name regulation.Name
}

// How much truth is kept. A full log drops its older half, so that a demonstration may run for days.
const (
	beatsKept     = 32768 // over 6 hours at rest
	breathsKept   = 8192
	responsesKept = 8192
	spansKept     = 2048
)

// history is one body's truth as it grows; it never allocates after the start.
type history struct {
	beats, breaths []time.Duration
	responses      []Response
	states         []StateSpan
	moving         []Span
	wasMoving      bool
}

func newHistory() history {
	return history{
		beats:     make([]time.Duration, 0, beatsKept),
		breaths:   make([]time.Duration, 0, breathsKept),
		responses: make([]Response, 0, responsesKept),
		states:    make([]StateSpan, 0, spansKept),
		moving:    make([]Span, 0, spansKept),
	}
}

// push appends within the capacity; a full slice loses its older half first.
func push[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		s = s[:copy(s, s[len(s)/2:])]
	}
	return append(s, v)
}

// state notes the state that holds from t on.
func (h *history) state(t time.Duration, name regulation.Name) {
	if n := len(h.states); n > 0 {
		h.states[n-1].To = t
		if h.states[n-1].Name == name {
			return
		}
	}
	h.states = push(h.states, StateSpan{Span{t, t}, name})
}

// move notes whether the body moves from t on.
func (h *history) move(t time.Duration, moving bool) {
	if n := len(h.moving); n > 0 && h.wasMoving {
		h.moving[n-1].To = t
	}
	if moving && !h.wasMoving {
		h.moving = push(h.moving, Span{t, t})
	}
	h.wasMoving = moving
}

// copied gives a Truth of its own.
func (h *history) copied() Truth {
	return Truth{
		Beats:   append([]time.Duration(nil), h.beats...),
		Breaths: append([]time.Duration(nil), h.breaths...),
		SCRs:    append([]Response(nil), h.responses...),
		States:  append([]StateSpan(nil), h.states...),
		Moving:  append([]Span(nil), h.moving...),
	}
}

// Thresholds of the design, section 4.
const (
	axisEnter   = 1.0
	axisLeave   = 0.5
	effortAbove = 35.0 // beats per minute above rest
)

// namer applies the thresholds with their hysteresis.
type namer struct{ high, low bool }

func (n *namer) name(l levels, unknown bool) regulation.Name {
	n.high = l.arousal >= axisEnter || n.high && l.arousal > axisLeave
	n.low = l.vagal <= -axisEnter || n.low && l.vagal < -axisLeave
	switch {
	case unknown:
		return regulation.Unknown
	case n.high && n.low:
		return regulation.Activated
	case n.high:
		return regulation.Engaged
	case n.low:
		return regulation.Withdrawn
	}
	return regulation.Settled
}
