package gpioline

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Line is one open line. It belongs to one goroutine.
type Line struct {
	kernel  Kernel
	fd      int
	place   Place
	chip    string // label
	parser  parser
	bounce  bouncer // where the kernel does not debounce
	raw     [readEvents * eventSize]byte
	pending []Event
}

// readEvents is how many events are taken at a time.
const readEvents = 16

// Open finds a line and takes it. An output is inactive then.
func Open(k Kernel, o Options) (*Line, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := ParsePlace(o.Line)
	if err != nil {
		return nil, err
	}
	chips, err := openChips(k)
	if err != nil {
		return nil, err
	}
	defer closeChips(chips)
	c, offset, err := find(chips, p)
	if err != nil {
		return nil, err
	}
	l := &Line{kernel: k, place: p, chip: c.label}
	if err := l.request(c, offset, o); err != nil {
		return nil, c.explain(p, offset, err)
	}
	if err := l.begin(); err != nil {
		_ = k.Close(l.fd) // the first error is the one to tell
		return nil, err
	}
	return l, nil
}

// request takes the line, without the kernel's debouncing where it knows none.
func (l *Line) request(c chip, offset int, o Options) error {
	fd, err := c.take(offset, o, o.Debounce)
	if o.Debounce > 0 && unsupported(err) {
		l.bounce.still = o.Debounce
		fd, err = c.take(offset, o, 0)
	}
	l.fd = fd
	return err
}

func unsupported(err error) bool {
	const notSupported = syscall.Errno(524) // ENOTSUPP, which drivers in the kernel give
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, notSupported)
}

// take asks a chip for a line.
func (c chip) take(offset int, o Options, debounce time.Duration) (fd int, err error) {
	r := encodeRequest(offset, o, debounce)
	if err := c.kernel.Ioctl(c.fd, ioctlLine, r[:]); err != nil {
		return -1, err
	}
	return int(int32(native.Uint32(r[requestFDAt:]))), nil
}

func encodeRequest(offset int, o Options, debounce time.Duration) (r [requestSize]byte) {
	native.PutUint32(r[requestOffsetsAt:], uint32(offset))
	copy(r[requestConsumerAt:requestConsumerAt+nameSize-1], o.Consumer)
	native.PutUint64(r[requestFlagsAt:], o.flags())
	native.PutUint32(r[requestLinesAt:], 1)
	native.PutUint32(r[requestBufferAt:], uint32(o.Buffer))
	switch {
	case o.Output: // inactive from the first moment on
		attribute(&r, attrValues, 0)
	case debounce > 0:
		attribute(&r, attrDebounce, uint64(debounce.Microseconds()))
	}
	return r
}

// attribute sets the only attribute of a request, which holds for its only line.
func attribute(r *[requestSize]byte, id uint32, value uint64) {
	native.PutUint32(r[requestAttrsAt:], 1)
	a := r[requestAttrAt : requestAttrAt+attrSize]
	native.PutUint32(a, id)
	if id == attrDebounce { // 32 bits of the union
		native.PutUint32(a[attrValueAt:], uint32(value))
	} else {
		native.PutUint64(a[attrValueAt:], value)
	}
	native.PutUint64(a[attrMaskAt:], 1)
}

func (o Options) flags() uint64 {
	f := uint64(0)
	if o.ActiveLow {
		f |= flagActiveLow
	}
	if o.Output {
		return f | flagOutput
	}
	return f | flagInput | flagRising | flagFalling | [...]uint64{0, flagPullUp, flagPullDown, flagNoBias}[o.Bias]
}

// begin takes the state that a bouncing input has now for the one before its first edge.
func (l *Line) begin() error {
	if l.bounce.still == 0 {
		return nil
	}
	active, err := l.Value()
	l.bounce.active = active
	return err
}

// String names the line and its chip.
func (l *Line) String() string { return fmt.Sprintf("%s on %s", l.place, l.chip) }

// Value tells whether the line is active now.
func (l *Line) Value() (active bool, err error) {
	var v [valuesSize]byte
	native.PutUint64(v[valuesMaskAt:], 1)
	if err := l.kernel.Ioctl(l.fd, ioctlGetValues, v[:]); err != nil {
		return false, l.failed("read", err)
	}
	return native.Uint64(v[:])&1 != 0, nil
}

// Set makes an output active or inactive.
func (l *Line) Set(active bool) error {
	var v [valuesSize]byte
	if active {
		native.PutUint64(v[:], 1)
	}
	native.PutUint64(v[valuesMaskAt:], 1)
	if err := l.kernel.Ioctl(l.fd, ioctlSetValues, v[:]); err != nil {
		return l.failed("set", err)
	}
	return nil
}

func (l *Line) failed(what string, err error) error {
	if errors.Is(err, syscall.ENODEV) || errors.Is(err, syscall.ENXIO) {
		err = ErrGone
	}
	return fmt.Errorf("gpioline: %s: %s: %w", l, what, err)
}

// mostReads bounds one call of Events: 1024 events are more than the kernel keeps.
const mostReads = 1024 / readEvents

// Events appends the edges that have come since the last call, oldest first, without waiting. Those before an error are told.
func (l *Line) Events(dst []Event) ([]Event, error) {
	l.pending = l.pending[:0]
	err := l.fetch()
	dst = l.bounce.filter(dst, l.pending)
	if err == nil && l.bounce.open(l.kernel.Now()) {
		var active bool
		if active, err = l.Value(); err == nil {
			dst = l.bounce.settle(dst, active)
		}
	}
	return dst, err
}

// fetch takes what the kernel holds.
func (l *Line) fetch() error {
	for range mostReads {
		n, err := l.kernel.Read(l.fd, l.raw[:])
		if err != nil {
			return l.failed("read its edges", err)
		}
		if n == 0 {
			return nil
		}
		if l.pending, err = l.parser.parse(l.pending, l.raw[:n]); err != nil {
			return l.failed("read its edges", err)
		}
		if n < len(l.raw) {
			return nil
		}
	}
	return nil // the rest next time: a line that never rests must not hold its reader
}

// Close lets go of the line. What an output does then is the chip's own affair: a Raspberry Pi's stays as it was driven last.
func (l *Line) Close() error {
	if err := l.kernel.Close(l.fd); err != nil {
		return l.failed("close", err)
	}
	return nil
}

// Wait returns when one of the lines has events, or has failed, and at the latest after the time-out, which must be finite; at most MaxWait
// lines of one Kernel. Events tells what it was.
func Wait(k Kernel, lines []*Line, timeout time.Duration) error {
	var fds [MaxWait]int
	if len(lines) > MaxWait {
		return fmt.Errorf("gpioline: wait for %d lines: %d at most", len(lines), MaxWait)
	}
	for i, l := range lines {
		fds[i] = l.fd
	}
	if _, err := k.Wait(fds[:len(lines)], min(max(timeout, 0), LongestWait)); err != nil {
		return fmt.Errorf("gpioline: wait: %w", err)
	}
	return nil
}

// LongestWait bounds the time-out of a Wait.
const LongestWait = time.Minute
