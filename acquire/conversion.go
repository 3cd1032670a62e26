package acquire

import (
	"errors"
	"fmt"
	"time"
)

// errNotDone is a conversion that never ended.
var errNotDone = errors.New("the conversion does not end")

// bracket is the monotonic clock before and after a transfer.
type bracket struct{ from, to time.Duration }

func (b bracket) middle() time.Duration { return b.from + (b.to-b.from)/2 }

func (b bracket) width() time.Duration { return b.to - b.from }

// begin starts a conversion and brackets it.
func begin(conv Converter, clock Pacer, input int) (bracket, error) {
	from := clock.Now()
	err := conv.Begin(input)
	if err != nil {
		return bracket{}, fmt.Errorf("input %d: %w", input, err)
	}
	return bracket{from: from, to: clock.Now()}, nil
}

// finish reads a code and brackets it; what a chip does that converts in Finish lies within.
func finish(conv Converter, clock Pacer) (code int32, done bool, b bracket, err error) {
	from := clock.Now()
	code, done, err = conv.Finish()
	if err != nil {
		return 0, false, bracket{}, fmt.Errorf("the result: %w", err)
	}
	return code, done, bracket{from: from, to: clock.Now()}, nil
}
