package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// Minute is what is kept of one minute in which a wearer wore a sensor. A minute that is not there was not worn, not sensed, or
// not to be kept; it is never filled in.
type Minute struct {
	Wearer string
	At     time.Time     // when it began, to the second; zero where the Pi's clock was not set in that run
	Run    uint64        // where At is zero: which start of hubd, counted from 1
	Since  time.Duration // where At is zero: since that start

	Worn   time.Duration // with contact on at least one channel, whole seconds
	Usable time.Duration // with contact and a quality of at least 0.5

	HeartRate dsp.Maybe // beats per minute, median
	RMSSD     dsp.Maybe // ms, newest 60 s window
	RSALn     dsp.Maybe // ln ms², newest 60 s window
	SCL       dsp.Maybe // µS, median
	SCRPerMin dsp.Maybe // newest value
	Breathing dsp.Maybe // breaths per minute, median
	Arousal   dsp.Maybe // robust z-score, median
	Vagal     dsp.Maybe // robust z-score, median

	States [regulation.Withdrawn + 1]time.Duration // how long each state held, by regulation.Name, whole seconds
}

// A row is versioned and of fixed width, so that years of rows can be read without guessing:
//
//	0      version, 1
//	1      worn, seconds
//	2      usable, seconds
//	3…7    seconds in each state: unknown, settled, engaged, activated, withdrawn
//	8      which numbers are known, lowest bit first
//	9…40   eight float32, big-endian; 0 where not known
const (
	rowVersion = 1
	rowSize    = 41
	rowNumbers = 9
)

func (m *Minute) numbers() [8]*dsp.Maybe {
	return [8]*dsp.Maybe{&m.HeartRate, &m.RMSSD, &m.RSALn, &m.SCL, &m.SCRPerMin, &m.Breathing, &m.Arousal, &m.Vagal}
}

func encodeMinute(m Minute) []byte {
	row := make([]byte, rowSize)
	row[0], row[1], row[2] = rowVersion, seconds(m.Worn), seconds(m.Usable)
	for i, d := range m.States {
		row[3+i] = seconds(d)
	}
	for i, n := range m.numbers() {
		v := float32(n.Value)
		if !n.Known || math.IsInf(float64(v), 0) || v != v {
			continue
		}
		row[8] |= 1 << i
		binary.BigEndian.PutUint32(row[rowNumbers+4*i:], math.Float32bits(v))
	}
	return row
}

// decodeMinute reads a row; wearer and time come from its key.
func decodeMinute(row []byte) (Minute, error) {
	switch {
	case len(row) == 0:
		return Minute{}, errors.New("history: a row is empty")
	case row[0] != rowVersion:
		return Minute{}, fmt.Errorf("history: a row has version %d, this hubd reads %d", row[0], rowVersion)
	case len(row) != rowSize:
		return Minute{}, fmt.Errorf("history: a row has %d bytes, wanted are %d", len(row), rowSize)
	}
	m := Minute{Worn: time.Duration(row[1]) * time.Second, Usable: time.Duration(row[2]) * time.Second}
	for i := range m.States {
		m.States[i] = time.Duration(row[3+i]) * time.Second
	}
	for _, s := range row[1:8] {
		if s > 60 {
			return Minute{}, errors.New("history: a row holds more than a minute")
		}
	}
	for i, n := range m.numbers() {
		v := math.Float32frombits(binary.BigEndian.Uint32(row[rowNumbers+4*i:]))
		if row[8]&(1<<i) == 0 {
			continue
		}
		if *n = dsp.Some(float64(v)); !n.Known {
			return Minute{}, errors.New("history: a row holds a number that is none")
		}
	}
	return m, nil
}

func seconds(d time.Duration) byte { return byte(min(max(0, d/time.Second), 60)) }

// Keys are in the order of time. A minute whose date is known: 8 bytes of Unix seconds, 1 byte for the wearer. One whose date is
// not: 8 bytes of the run, 4 of its second, 1 for the wearer. Numbers are big-endian; the sign bit of the seconds is turned, so
// that a clock before 1970 sorts first.
const (
	keySize      = 9
	unplacedSize = 13
)

func timeKey(at time.Time, wearer byte) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, keySize), uint64(at.Unix())^1<<63)
	return append(key, wearer)
}

func unplacedKey(run uint64, since time.Duration, wearer byte) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, unplacedSize), run)
	key = binary.BigEndian.AppendUint32(key, uint32(min(max(0, since/time.Second), math.MaxUint32)))
	return append(key, wearer)
}

func keyTime(key []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64(key)^1<<63), 0).UTC()
}
