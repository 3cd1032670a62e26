package sim

import (
	"encoding/binary"
	"fmt"
	"time"
)

// GPIOLine is one line of a simulated chip, seen from the wire. It may be used from any goroutine.
type GPIOLine struct {
	gpio *GPIO
	name string
	at   uint32 // offset

	faults   faults
	consumer string
	fd       int // of its user; 0: none
	flags    uint64
	still    time.Duration // the kernel's debouncing

	wire    bool // high, as driven from outside; not driven: what the bias makes of it
	driven  bool
	out     bool // high, as the chip drives an output
	level   bool // high, as the kernel last saw it
	changed time.Duration
	queue   []gpioEvent
	room    int
	row     uint32
}

// Set switches a fault of the line: Busy, Nameless, Frozen (its level stays), or LostEdges, which lets the kernel drop all that it holds
// and cannot be switched off.
func (l *GPIOLine) Set(f Fault, on bool) error {
	l.gpio.mu.Lock()
	defer l.gpio.mu.Unlock()
	switch f {
	case Busy, Nameless, Frozen:
		l.faults.set(f, on)
		l.settle(l.gpio.now())
	case LostEdges:
		if on {
			l.settle(l.gpio.now())
			l.queue = l.queue[:0]
		}
	default:
		return fmt.Errorf("sim: a GPIO line has no fault %s", f)
	}
	return nil
}

// Drive puts the wire high or low now.
func (l *GPIOLine) Drive(high bool) { l.DriveAt(high, l.gpio.now()) }

// DriveAt is Drive at a time of the clock that is not after now.
func (l *GPIOLine) DriveAt(high bool, t time.Duration) {
	l.gpio.mu.Lock()
	defer l.gpio.mu.Unlock()
	l.settle(t)
	l.wire, l.driven = high, true
	l.move(t)
}

// Release takes whatever drives the wire away.
func (l *GPIOLine) Release() {
	l.gpio.mu.Lock()
	defer l.gpio.mu.Unlock()
	t := l.gpio.now()
	l.settle(t)
	l.driven = false
	l.move(t)
}

// Driven tells whether the chip drives the line high. After its user is gone that stays where GPIOOptions.Persist says so.
func (l *GPIOLine) Driven() bool {
	l.gpio.mu.Lock()
	defer l.gpio.mu.Unlock()
	return l.out
}

// Taken tells whether somebody has asked for the line.
func (l *GPIOLine) Taken() bool {
	l.gpio.mu.Lock()
	defer l.gpio.mu.Unlock()
	return l.fd != 0
}

// seen is what the pin is at: driven, or by the bias.
func (l *GPIOLine) seen() bool {
	switch {
	case l.flags&gpioOutput != 0:
		return l.out
	case l.driven:
		return l.wire
	}
	return l.flags&gpioPullUp != 0
}

// move notes that the wire may have changed at t.
func (l *GPIOLine) move(t time.Duration) {
	if l.faults.has(Frozen) || l.seen() == l.level {
		l.changed = 0
		return
	}
	l.changed = max(t, 1)
	if l.still == 0 {
		l.edge(t)
	}
}

// settle lets an edge count that has stood for long enough.
func (l *GPIOLine) settle(now time.Duration) {
	if l.changed != 0 && now >= l.changed+l.still && !l.faults.has(Frozen) {
		l.edge(l.changed + l.still)
	}
}

// edge tells the new level to whoever asked for it. A full queue drops its oldest.
func (l *GPIOLine) edge(t time.Duration) {
	l.level, l.changed = l.seen(), 0
	rising := l.active()
	wanted := uint64(gpioFalling)
	kind := uint32(gpioKindFalling)
	if rising {
		wanted, kind = gpioRising, gpioKindRising
	}
	if l.fd == 0 || l.flags&wanted == 0 {
		return
	}
	l.row++
	if len(l.queue) == l.room {
		l.queue = append(l.queue[:0], l.queue[1:]...)
	}
	l.queue = append(l.queue, gpioEvent{T: uint64(t), Kind: kind, Offset: l.at, Seq: l.row, InRow: l.row})
}

func (l *GPIOLine) active() bool { return l.level != (l.flags&gpioActiveLow != 0) }

// take fills p with events that wait.
func (l *GPIOLine) take(p []byte) int {
	n := 0
	for len(l.queue) > 0 && len(p)-n >= gpioEventBytes {
		// It cannot fail: the room was looked at.
		k, _ := binary.Encode(p[n:], binary.NativeEndian, l.queue[0])
		n += k
		l.queue = append(l.queue[:0], l.queue[1:]...)
	}
	return n
}

// let takes the line from its user.
func (l *GPIOLine) let() {
	l.fd, l.consumer, l.queue, l.row, l.still, l.changed = 0, "", l.queue[:0], 0, 0, 0
	if !l.gpio.o.Persist {
		l.out = false
	}
	l.flags = 0
}
