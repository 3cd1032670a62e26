// Package acquire reads converters on time: one loop per bus, on an absolute grid, with measured time stamps.
//
// It owns the fact "when was this sample taken". A driver only talks to its chip; acquire paces it, brackets each conversion
// with the monotonic clock, finds gaps and faults, backs off and reopens. No sample is ever invented.
package acquire

import "time"

// Converter is an analog-to-digital converter that converts when asked. Its two families are drivers/ads1x15 (converts by
// itself after Begin) and drivers/mcp3x0x (converts in Finish; takes several Begin before the first Finish).
type Converter interface {
	// Begin starts a conversion of channel ch.
	Begin(ch int) error
	// ConversionTime is the typical and the longest time from Begin to a finished conversion; both 0 for a chip that
	// converts in Finish.
	ConversionTime() (typ, max time.Duration)
	// Finish reads the code of the oldest conversion begun. done is false while the chip is still converting.
	Finish() (code int32, done bool, err error)
	// Volts is the voltage at the input of channel ch for a code.
	Volts(ch int, code int32) float64
}

// Pacer is a clock that can be waited on. KernelPacer is the machine's, VirtualPacer is for demo-less replay and tests.
type Pacer interface {
	// Now is the monotonic time since the run began.
	Now() time.Duration
	// SleepUntil returns at or after t; at once when t has passed.
	SleepUntil(t time.Duration)
}
