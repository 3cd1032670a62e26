package pipeline

import (
	"time"

	"hubd/dsp"
)

// Wave is a stretch of one wearer's signal to look at while a sensor is placed: for that wearer's own page alone, never stored.
type Wave struct {
	Channel dsp.ChannelKind
	Points  []WavePoint // in order of T
}

// WavePoint is one point of a Wave: the mean of the samples that it stands for.
type WavePoint struct {
	T     time.Duration // when it was taken
	Value dsp.Maybe     // V at the converter for a pulse, µS for skin conductance; absent where samples are missing or say nothing
}

// Kind is the event name.
func (Wave) Kind() string { return "wave" }
