package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Fault is a change in the health of a source.
type Fault struct {
	Wearer string    // empty where more than one wearer depends on the source
	At     time.Time // zero where the Pi's clock was not set
	Source string
	Reason string // empty: the source answers again
}

const (
	faultVersion = 1
	maxFaultText = 200  // bytes of Source and of Reason
	maxFaults    = 100  // between two commits: a loose wire must not fill a card
	keepFaults   = 5000 // rows in the file
)

// encodeFault writes version, Unix seconds (0: not known), wearer's number (0: none), length of source, source, reason.
func encodeFault(f Fault, wearer byte) []byte {
	var at int64
	if !f.At.IsZero() {
		at = f.At.Unix()
	}
	row := binary.BigEndian.AppendUint64([]byte{faultVersion}, uint64(at))
	source := cut(f.Source)
	row = append(row, wearer, byte(len(source)))
	return append(append(row, source...), cut(f.Reason)...)
}

func cut(s string) string { return s[:min(len(s), maxFaultText)] }

func decodeFault(row []byte) (f Fault, wearer byte, err error) {
	const head = 11
	switch {
	case len(row) < head:
		return Fault{}, 0, errors.New("history: a fault is cut off")
	case row[0] != faultVersion:
		return Fault{}, 0, fmt.Errorf("history: a fault has version %d, this hubd reads %d", row[0], faultVersion)
	case len(row) > head+2*maxFaultText || len(row) < head+int(row[10]) || row[10] > maxFaultText:
		return Fault{}, 0, errors.New("history: a fault has a wrong length")
	}
	if at := int64(binary.BigEndian.Uint64(row[1:])); at != 0 {
		f.At = time.Unix(at, 0).UTC()
	}
	text := string(row[head:])
	f.Source, f.Reason = text[:row[10]], text[row[10]:]
	return f, row[9], nil
}
