package sound

import "time"

// Timeline says at which stream time the next block will be heard. What is measured at each write jumps by what the player takes at
// once; the blocks themselves follow each other without a gap. So the Timeline goes on block by block and leans towards what is
// measured, slowly enough that a breath does not tremble.
type Timeline struct {
	next    time.Duration
	started bool
}

const (
	lean = 50                     // blocks, 1 s, in which a difference falls to 1/e
	jump = 150 * time.Millisecond // a difference beyond this is no jitter: the player stood still, or began
)

// Block gives the time at which the next block will be heard, from the one measured now.
func (t *Timeline) Block(measured time.Duration) time.Duration {
	off := measured - t.next
	switch {
	case !t.started || off > jump || off < -jump:
		t.next, t.started = measured, true
	default:
		t.next += off / lean
	}
	heard := t.next
	t.next += BlockTime
	return heard
}

// Allowance bounds how far a player can run ahead. A sound card takes blocks at its own pace, and the pipe holds them back; something
// that takes all it can get (a file, a sound card that is not there) would be years ahead.
type Allowance struct {
	spent time.Duration // of sound given since begun
	begun time.Duration
	used  bool
}

const (
	ahead    = 500 * time.Millisecond // fills a player's own buffer, and makes up for a moment in which hubd stood still
	fasterBy = 1000                   // one part in so many: no sound card's clock is that fast
)

// Wait is how long the next block has to wait; 0 when it may go now.
func (a *Allowance) Wait(now time.Duration) time.Duration {
	if !a.used {
		a.begun, a.used = now, true
	}
	passed := now - a.begun
	passed += passed / fasterBy
	a.spent = max(a.spent, passed) // what was not used in time is gone
	return max(0, a.spent-passed-ahead)
}

// Spend takes one block.
func (a *Allowance) Spend() { a.spent += BlockTime }
