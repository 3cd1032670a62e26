// Package pipeline composes dsp, regulation and room into the way of one heartbeat.
//
// It is pure and holds no threshold. Time enters as dsp.Block and Tick; what people do enters as Command; what lamps say
// enters as room.LampReport. Everything that may be told leaves as Event, and nothing is told except through Disclose.
package pipeline

import (
	"time"

	"hubd/dsp"
)

// Value is what an Event carries.
type Value = dsp.Value

// Event is one thing that happened.
type Event struct {
	Wearer string        // id; empty for the room and for shared chips
	At     time.Duration // newest instant known when it came out: the newest sample consumed, or the second that closed
	Value  Value
}

// Refused answers a command that was not obeyed.
type Refused struct {
	Name   string
	Reason string
	Inside bool // the reason tells of the running session or of a wearer in it: told only where that is
}

// inside marks a refusal whose words tell of the running session.
type inside struct{ error }

// within marks an error of the room or of regulation as such; nil stays nil.
func within(err error) error {
	if err == nil {
		return nil
	}
	return inside{err}
}

// Kind is the event name.
func (Refused) Kind() string { return "command_refused" }
