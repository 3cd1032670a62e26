package gpioline

import (
	"fmt"
	"time"
)

// Event is one edge.
type Event struct {
	// T is when it was, by Kernel.Now. Of an edge that was made out afterwards, between bounces, it is the last bounce's.
	T time.Duration
	// Active tells whether the line became active or inactive.
	Active bool
	// Lost is how many edges the kernel had to drop before this one, since nobody read them in time.
	Lost uint32
}

// parser makes events of what the kernel gives. It remembers the sequence number.
type parser struct{ last uint32 }

// parse appends the events in b, which must be whole records of one line.
func (p *parser) parse(dst []Event, b []byte) ([]Event, error) {
	if len(b)%eventSize != 0 {
		return dst, fmt.Errorf("%d bytes are no whole number of events", len(b))
	}
	for ; len(b) > 0; b = b[eventSize:] {
		kind, number := native.Uint32(b[eventKindAt:]), native.Uint32(b[eventLineAt:])
		if kind != kindRising && kind != kindFalling {
			return dst, fmt.Errorf("an event of kind %d", kind)
		}
		// The kernel counts from 1, and round after 2³²−1.
		dst = append(dst, Event{T: time.Duration(native.Uint64(b) &^ (1 << 63)), Active: kind == kindRising, Lost: number - p.last - 1})
		p.last = number
	}
	return dst, nil
}
