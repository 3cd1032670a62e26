package gpioline

import "time"

// bouncer debounces where the kernel does not: an edge counts at once, those within still after it do not, and what the line is when it
// has come to rest is looked at. The zero value lets everything through.
type bouncer struct {
	still  time.Duration
	active bool          // as told last
	until  time.Duration // bounces are left out until then
	last   time.Duration // the last edge, told or not
	moving bool          // there were edges that were left out
	lost   uint32        // of those
}

// filter appends the events that count.
func (b *bouncer) filter(dst, events []Event) []Event {
	if b.still == 0 {
		return append(dst, events...)
	}
	for _, e := range events {
		b.last, b.lost = e.T, b.lost+e.Lost
		if e.T < b.until || e.Active == b.active {
			b.moving = true
			continue
		}
		dst = b.tell(dst, e)
		b.until = e.T + b.still
	}
	return dst
}

func (b *bouncer) tell(dst []Event, e Event) []Event {
	e.Lost, b.lost = b.lost, 0
	b.active, b.moving = e.Active, false
	return append(dst, e)
}

// open tells whether the line has come to rest after bounces that were left out.
func (b *bouncer) open(now time.Duration) bool { return b.moving && now >= b.last+b.still }

// settle tells what the line has come to rest at, where that is not what was told.
func (b *bouncer) settle(dst []Event, active bool) []Event {
	b.moving = false
	if active == b.active && b.lost == 0 {
		return dst
	}
	return b.tell(dst, Event{T: b.last, Active: active})
}
