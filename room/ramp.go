package room

import (
	"math"
	"time"
)

// ramp is a straight way from one value to another.
type ramp struct {
	from, to   float64
	start, end time.Duration
}

// hold is a ramp that stays.
func hold(v float64, now time.Duration) ramp { return ramp{from: v, to: v, start: now, end: now} }

func (r ramp) at(t time.Duration) float64 {
	switch {
	case t >= r.end:
		return r.to
	case t <= r.start:
		return r.from
	}
	return r.from + (r.to-r.from)*float64(t-r.start)/float64(r.end-r.start)
}

func near(a, b, within float64) bool { return math.Abs(a-b) < within }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
