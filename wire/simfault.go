package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// simFault is the command of simulated chips. It is none of a real hub.
const simFault = "fault"

// SimFault asks for a simulated chip to fail, so that people can see what hubd does then.
type SimFault struct {
	Chip    string  // name of the chip
	Kind    string  // one of drivers/sim's faults; checked where the chips are
	Seconds float64 // how long, above 0 and up to MaxSimFault
}

// MaxSimFault is the longest fault that can be asked for, in seconds.
const MaxSimFault = 600

// ParseSimFault reads the payload of sim/set/fault, {"chip":…,"kind":…,"seconds":…}. The error is the reason of a refusal.
func ParseSimFault(payload []byte) (SimFault, error) {
	if len(payload) > MaxPayload {
		return SimFault{}, fmt.Errorf("the payload is longer than %d bytes", MaxPayload)
	}
	var in struct {
		Chip    string  `json:"chip"`
		Kind    string  `json:"kind"`
		Seconds float64 `json:"seconds"`
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return SimFault{}, errors.New(`the payload is not understood: wanted is {"chip":"...","kind":"...","seconds":5}`)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return SimFault{}, errors.New("the payload goes on behind the object")
	}
	switch {
	case in.Chip == "" || in.Kind == "":
		return SimFault{}, errors.New("chip and kind must both be named")
	case cleaned(in.Chip) != in.Chip || cleaned(in.Kind) != in.Kind:
		return SimFault{}, errors.New("chip and kind must be short plain names")
	case !(in.Seconds > 0 && in.Seconds <= MaxSimFault):
		return SimFault{}, fmt.Errorf("seconds must be above 0 and at most %d", MaxSimFault)
	}
	return SimFault(in), nil
}
