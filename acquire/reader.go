package acquire

import (
	"errors"
	"fmt"
	"time"

	"hubd/dsp"
)

// Reader converts one value at a time that a recording asks for, by the same steps as Loop: its grid is the recording's own
// rows. The chip must convert at once (drivers/sim with Instant), since virtual time stands still meanwhile.
type Reader struct {
	conv    Converter
	clock   *VirtualPacer
	lines   []line
	halfway time.Duration // from the start of a conversion to the moment it stands for
	atOnce  bool          // converts in Finish
}

// NewReader makes a reader of the channels of one converter. clock must be the one that the simulated chip looks at.
func NewReader(conv Converter, clock *VirtualPacer, channels ...Channel) (*Reader, error) {
	if conv == nil || clock == nil {
		return nil, errors.New("acquire: a Reader needs a converter and its clock")
	}
	typ, longest := conv.ConversionTime()
	r := &Reader{conv: conv, clock: clock, halfway: typ / 2, atOnce: longest == 0}
	for _, c := range channels {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("acquire: %w", err)
		}
		r.lines = append(r.lines, newLine(c))
	}
	return r, nil
}

// Read converts channel i, as numbered in NewReader, at t: the sample's T is t exactly. After an error the channel's next
// sample is flagged FlagGap. Times of one channel must not run backwards; those of different channels may touch.
func (r *Reader) Read(i int, t time.Duration) (dsp.Sample, error) {
	if i < 0 || i >= len(r.lines) {
		return dsp.Sample{}, fmt.Errorf("acquire: channel %d: the reader has %d", i, len(r.lines))
	}
	l := &r.lines[i]
	if l.seen && t < l.last {
		return dsp.Sample{}, fmt.Errorf("acquire: time runs backwards from %s to %s", l.last, t)
	}
	r.clock.Set(t - r.halfway)
	b, err := begin(r.conv, r.clock, l.Input)
	if err != nil {
		l.lose()
		return dsp.Sample{}, err
	}
	code, done, in, err := finish(r.conv, r.clock)
	if err == nil && !done {
		err = errNotDone
	}
	if err != nil {
		l.lose()
		return dsp.Sample{}, err
	}
	if r.atOnce {
		b = in
	}
	return l.sample(r.conv, code, b.middle()+r.halfway, false), nil
}

// Lose tells that channel i has a hole here, a blank stretch in the recording: its next sample is flagged FlagGap.
func (r *Reader) Lose(i int) {
	if i >= 0 && i < len(r.lines) {
		r.lines[i].lose()
	}
}
