package history

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// Morning is the account of a night, stamped with its end.
type Morning struct {
	Stamp
	regulation.Night
}

// A row of a morning is versioned and of fixed width:
//
//	0       version, 1
//	1…4     worn, seconds
//	5…8     usable, seconds
//	9       which numbers are known, lowest bit first
//	10…29   lowest and median bpm, RMSSD in ms, breaths per minute, restless periods: five float32; 0 where not known
const (
	morningVersion = 1
	morningSize    = 30
	morningNumbers = 10
)

func (m *Morning) numbers() []*dsp.Maybe {
	return []*dsp.Maybe{&m.LowestBPM, &m.MedianBPM, &m.RMSSD, &m.BreathingPerMin, &m.RestlessPeriods}
}

func encodeMorning(m Morning) []byte {
	row := binary.BigEndian.AppendUint32([]byte{morningVersion}, wholeSeconds(m.Worn))
	row = binary.BigEndian.AppendUint32(row, wholeSeconds(m.Usable))
	return appendNumbers(row, m.numbers())
}

// decodeMorning reads a row; its stamp comes from its key.
func decodeMorning(row []byte) (Morning, error) {
	if err := checkRow("morning", row, morningVersion, morningSize); err != nil {
		return Morning{}, err
	}
	var m Morning
	m.Worn = time.Duration(binary.BigEndian.Uint32(row[1:])) * time.Second
	m.Usable = time.Duration(binary.BigEndian.Uint32(row[5:])) * time.Second
	if m.Worn > maxSpan || m.Usable > maxSpan {
		return Morning{}, errors.New("history: a morning holds more than a night")
	}
	return m, readNumbers(row[morningNumbers-1:], m.numbers())
}

// appendNumbers writes a byte that says which of at most 8 numbers are known, then each as float32.
func appendNumbers(row []byte, numbers []*dsp.Maybe) []byte {
	known := len(row)
	row = append(row, 0)
	for i, n := range numbers {
		v := float32(n.Value)
		if !n.Known || math.IsInf(float64(v), 0) || v != v {
			row = binary.BigEndian.AppendUint32(row, 0)
			continue
		}
		row[known] |= 1 << i
		row = binary.BigEndian.AppendUint32(row, math.Float32bits(v))
	}
	return row
}

// readNumbers reads what appendNumbers wrote.
func readNumbers(row []byte, numbers []*dsp.Maybe) error {
	if row[0]>>len(numbers) != 0 {
		return errors.New("history: a row knows numbers that it has not")
	}
	for i, n := range numbers {
		if row[0]&(1<<i) == 0 {
			continue
		}
		v := math.Float32frombits(binary.BigEndian.Uint32(row[1+4*i:]))
		if *n = dsp.Some(float64(v)); !n.Known {
			return errors.New("history: a row holds a number that is none")
		}
	}
	return nil
}

// Mornings gives the committed mornings from from (inclusive) to to (exclusive), of one wearer or, where wearer is empty, of all, oldest
// first. About limit come; ask again from a millisecond after the last.
func (d *DB) Mornings(wearer string, from, to time.Time, limit int) (all []Morning, err error) {
	err = stamped(d, tableMornings, wearer, from, to, limit, takeMorning(&all))
	return all, err
}

// UndatedMornings gives at most limit mornings of runs in which the Pi's clock was never set, without the first skip of them.
func (d *DB) UndatedMornings(wearer string, skip uint64, limit int) (all []Morning, err error) {
	err = unstamped(d, tableMornings, wearer, skip, limit, takeMorning(&all))
	return all, err
}

func takeMorning(all *[]Morning) func(Stamp, []byte) error {
	return func(s Stamp, row []byte) error {
		m, err := decodeMorning(row)
		if err != nil {
			return err
		}
		m.Stamp = s
		*all = append(*all, m)
		return nil
	}
}
