package hub

import (
	"math"
	"sync/atomic"
	"time"

	"hubd/room"
)

const (
	maxCues = 16            // that wait for the feeder; the oldest gives way
	never   = math.MaxInt64 // no stream time
)

// loud is the room's sound: what the processing goroutine gives, and the feeder that makes sound of it and feeds a player. The player is
// part of the room, not somebody who is told, so it gets each Cue whole and in the order of control.
type loud struct {
	cues  chan room.Cue
	most  atomic.Uint64 // the highest level that is allowed now, LUFS, as bits
	alive atomic.Int64  // stream time of the processing goroutine's last step, ns
	lost  atomic.Uint64
	due   atomic.Int64  // stream time from which the feeder waits for the room's next step, ns
	step  chan struct{} // has room for one: the step came
}

func newLoud() *loud {
	l := &loud{cues: make(chan room.Cue, maxCues), step: make(chan struct{}, 1)}
	l.due.Store(never)
	return l
}

// cue hands a Cue to the feeder. It never blocks: where the feeder is behind, the oldest gives way.
func (l *loud) cue(c room.Cue, capDB float64) {
	l.limit(capDB)
	for {
		select {
		case l.cues <- c:
			return
		default:
		}
		select {
		case <-l.cues:
			l.lost.Add(1)
		default:
		}
	}
}

// tick tells that the room is at work, and what it allows. It wakes a feeder that waits until a block may go, so that one wake-up of the machine
// serves both.
func (l *loud) tick(now time.Duration, capDB float64) {
	l.alive.Store(int64(now))
	l.limit(capDB)
	if int64(now) < l.due.Load() {
		return
	}
	select {
	case l.step <- struct{}{}:
	default:
	}
}

// limit is beside the queue: a cap never pushes a Cue out of it, and never waits behind one.
func (l *loud) limit(capDB float64) { l.most.Store(math.Float64bits(capDB)) }

func (l *loud) capDB() float64 { return math.Float64frombits(l.most.Load()) }
