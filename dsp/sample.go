package dsp

import "time"

// ChannelKind tells what a channel measures.
type ChannelKind uint8

// The kinds of channel. A new kind needs a chain in this package and a case in pipeline.Wearer.
const (
	ChannelPulse  ChannelKind = iota // optical pulse wave or ECG, in volts at the converter's input
	ChannelEDA                       // skin conductance circuit, in volts at the converter's input
	ChannelMotion                    // acceleration magnitude or its short-term deviation, in g
)

// String gives the word used for the channel in events: pulse, eda or motion.
func (k ChannelKind) String() string {
	switch k {
	case ChannelPulse:
		return "pulse"
	case ChannelEDA:
		return "eda"
	case ChannelMotion:
		return "motion"
	}
	return "unknown"
}

// Channel names one signal of one wearer.
type Channel struct {
	Wearer uint8       // position in the list of wearers, from 0
	Kind   ChannelKind // what is measured
	Lead   uint8       // which of several optical channels of one sensor, from 0
}

// Flags say what is known to be wrong with a sample.
type Flags uint8

// The flags of a sample; several may be set at once.
const (
	FlagGap     Flags = 1 << iota // at least one sample is missing directly before this one
	FlagClip                      // the input was at a rail: the true value lies beyond
	FlagFault                     // the chip did not answer; Volts has no meaning
	FlagLeadOff                   // the front end reports an electrode off
	FlagLate                      // taken much later than planned; T is still the measured time
)

// Has reports whether any of the given flags is set.
func (f Flags) Has(g Flags) bool { return f&g != 0 }

// Sample is one converted value.
type Sample struct {
	Channel Channel
	T       time.Duration // when it was taken: monotonic, since the run began
	Volts   float64       // at the converter's input; in g for ChannelMotion
	Flags   Flags
}

// SharedWearer is the Fault.Wearer of a source that more than one wearer depends on, NoWearer that of one whose fault touches nobody's
// signal: a button, a light.
const (
	SharedWearer = -1
	NoWearer     = -2
)

// Fault is a change in the health of a source: a chip that stopped or resumed answering.
type Fault struct {
	T      time.Duration
	Wearer int    // position in the list of wearers, SharedWearer or NoWearer
	Source string // for example ads1115@48 on i2c 1
	Reason string // what is wrong and what to look at; empty when the source answers again
}

// Kind is the event name.
func (Fault) Kind() string { return "fault" }

// Block is what one bus delivers at a time, about every 20 ms; it is empty while paused or faulty.
type Block struct {
	Bus     string
	Until   time.Duration // watermark: no later Block of this bus holds a sample before it
	Samples []Sample      // in order of T
	Faults  []Fault
	SetUp   bool // the bus is lent for setting up: its sensors are not read
}
