// Package sim models converters as registers and clocked bits behind periph's interfaces, so that the real drivers run
// against them, unchanged, in tests, in demo and in replay.
//
// A model measures volts that a function of (input, time) gives. Time is the caller's: a bus gets now, and busy, which is told
// how long each transfer keeps the bus and may advance a virtual clock by it. With busy nil transfers take no time. Nothing
// here waits, and no model starts a goroutine.
//
// Faults are switched on and off while a reader runs, from any goroutine.
package sim

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
)

// Input is the voltage against GND at an input of a chip, at a time of the bus's clock. It is called with the chip locked and
// must not call back into the model. NaN is an open input and reads as 0 V.
type Input func(input int, t time.Duration) float64

// Fault is something that goes wrong on demand.
type Fault uint8

// The faults. Which of them a model knows is told by its Set.
const (
	NACK      Fault = iota + 1 // an I²C chip that does not acknowledge
	Stuck                      // the bus is held: each transfer takes StuckTime and fails as the kernel's time-out does
	Frozen                     // conversions go on and always give the last code
	BrownOut                   // a moment without supply when switched on: reset values, the running conversion is lost
	Floating                   // nothing drives MISO: all ones
	Absent                     // the bus's device node is gone
	Unplugged                  // a chip whose wires are off; plugged in again it is fresh from power-up
	StuckFIFO                  // a FIFO whose pointers stand still while it is read and filled
	Busy                       // a GPIO line that somebody else holds
	Nameless                   // a GPIO line that has no name, or another one
	LostEdges                  // a moment in which the kernel drops all edges that it holds of a line
	Disturbed                  // one bit of each transfer is read wrong, now this one, now that one
)

// StuckTime is how long a transfer on a stuck bus takes, by the clock that busy advances: the usual time-out in Linux.
const StuckTime = time.Second

var faultNames = [...]string{NACK: "nack", Stuck: "stuck", Frozen: "frozen", BrownOut: "brown_out", Floating: "floating", Absent: "absent",
	Unplugged: "unplugged", StuckFIFO: "stuck_fifo", Busy: "busy", Nameless: "nameless", LostEdges: "lost_edges",
	Disturbed: "disturbed"}

// String is the name that ParseFault reads: nack, stuck, frozen, brown_out, floating, absent, unplugged, stuck_fifo, busy, nameless,
// lost_edges, disturbed.
func (f Fault) String() string {
	if f > 0 && int(f) < len(faultNames) {
		return faultNames[f]
	}
	return "unknown fault"
}

// ParseFault reads the name of a fault.
func ParseFault(name string) (Fault, error) {
	for f := NACK; f <= Disturbed; f++ {
		if faultNames[f] == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("sim: fault %q: one of %s", name, strings.Join(faultNames[NACK:], ", "))
}

// faults is a set of those that are on. Any goroutine may look at it: a bus asks all of its chips at each transfer.
type faults struct{ on atomic.Uint32 }

func (s *faults) has(f Fault) bool { return s.on.Load()&(1<<f) != 0 }

func (s *faults) set(f Fault, on bool) {
	if on {
		s.on.Or(1 << f)
	} else {
		s.on.And(^uint32(1 << f))
	}
}

// DefaultSupplyVolts feeds the models that are not told otherwise.
const DefaultSupplyVolts = 3.3

// railed is what a chip sees of a voltage: protection diodes keep it between ground and supply.
func railed(v, supply float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, 0), supply)
}

// converted rounds volts to the nearest step within low…high.
func converted(v, step float64, low, high int32) int32 {
	return int32(min(max(math.Round(v/step), float64(low)), float64(high)))
}
