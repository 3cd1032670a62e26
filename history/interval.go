package history

import (
	"encoding/binary"
	"errors"
	"time"

	"hubd/dsp"
)

// Intervals are one wearer's times between heartbeats within a minute of a session, as they were told: those that are no normal ones
// too, and nothing where nothing was measured. The stamp is the minute's.
type Intervals struct {
	Stamp
	Beats []Interval // in the order of time
}

// Interval is the time between two heartbeats.
type Interval struct {
	After time.Duration // of the beat that closes it, since the stamp of its minute; under two minutes, to the 10 µs
	Dur   time.Duration // to the 10 µs
	Class dsp.IBIClass
}

// A row holds the intervals of a minute, each in a place of fixed width:
//
//	0      version, 1
//	then for each interval 7 bytes:
//	0…2    after, in units of 10 µs
//	3      class
//	4…6    duration, in units of 10 µs
const (
	intervalsVersion = 1
	intervalSize     = 7
	intervalUnit     = 10 * time.Microsecond
	maxIntervals     = 600 // in a row: 300 a minute are the most a heart does, and as many that are none
	maxInterval      = (1<<24 - 1) * intervalUnit
)

func encodeIntervals(in Intervals) []byte {
	row := make([]byte, 1, 1+intervalSize*len(in.Beats))
	row[0] = intervalsVersion
	for _, b := range in.Beats[:min(len(in.Beats), maxIntervals)] {
		row = appendUint24(row, b.After)
		row = appendUint24(append(row, byte(b.Class)), b.Dur)
	}
	return row
}

func appendUint24(row []byte, d time.Duration) []byte {
	n := uint32(min(max(0, d.Round(intervalUnit)), maxInterval) / intervalUnit)
	return append(row, byte(n>>16), byte(n>>8), byte(n))
}

func readUint24(row []byte) time.Duration {
	return time.Duration(uint32(row[0])<<16|uint32(binary.BigEndian.Uint16(row[1:]))) * intervalUnit
}

// decodeIntervals reads a row; its stamp comes from its key.
func decodeIntervals(row []byte) (Intervals, error) {
	n := (len(row) - 1) / intervalSize
	if err := checkRow("minute of intervals", row, intervalsVersion, 1+n*intervalSize); err != nil {
		return Intervals{}, err
	}
	if n == 0 || n > maxIntervals {
		return Intervals{}, errors.New("history: a minute of intervals has a wrong length")
	}
	in := Intervals{Beats: make([]Interval, n)}
	for i := range in.Beats {
		place := row[1+i*intervalSize:]
		b := Interval{After: readUint24(place), Class: dsp.IBIClass(place[3]), Dur: readUint24(place[4:])}
		if b.Class > dsp.ClassAfterGap {
			return Intervals{}, errors.New("history: an interval is of no class")
		}
		in.Beats[i] = b
	}
	return in, nil
}

// Intervals gives the committed minutes of intervals that began from from (inclusive) to to (exclusive), of one wearer or, where wearer is
// empty, of all, oldest first. About limit minutes come; ask again from a millisecond after the last.
func (d *DB) Intervals(wearer string, from, to time.Time, limit int) (all []Intervals, err error) {
	err = stamped(d, tableIntervals, wearer, from, to, limit, takeIntervals(&all))
	return all, err
}

// UndatedIntervals gives at most limit minutes of intervals of runs in which the Pi's clock was never set, without the first skip of them.
func (d *DB) UndatedIntervals(wearer string, skip uint64, limit int) (all []Intervals, err error) {
	err = unstamped(d, tableIntervals, wearer, skip, limit, takeIntervals(&all))
	return all, err
}

func takeIntervals(all *[]Intervals) func(Stamp, []byte) error {
	return func(s Stamp, row []byte) error {
		in, err := decodeIntervals(row)
		if err != nil {
			return err
		}
		in.Stamp = s
		*all = append(*all, in)
		return nil
	}
}
