package max3010x

import (
	"bytes"
	"fmt"
)

// Saturated is an overflow of Drain from which on it may be any number.
const Saturated = 31

// Level is where the FIFO stood at a Look.
type Level struct {
	write, read byte
	overflow    int
	fresh       bool // a sample has come since the flags were last cleared
	ambient     bool
}

// Unread is how many samples wait, 0…Depth. Equal pointers mean none, or all: then samples were dropped, or at least one has come since
// the FIFO was last emptied. A chip whose flags say nothing is found full one look later, by its overflow counter.
func (l Level) Unread() int {
	n := int(l.write-l.read) & (Depth - 1)
	if n == 0 && (l.fresh || l.overflow > 0) {
		return Depth
	}
	return n
}

// Drain appends all samples that waited at a Look to dst, oldest first. overflow is how many were lost after them, at most Saturated,
// which stands for any number from there on; it is at least 1 where the FIFO was full. There is then a hole after this call's samples,
// and Clear is the way on. After an error nothing of this call is in dst, and Restart is the way on.
func (d *Dev) Drain(dst []Reading, at Level) (_ []Reading, overflow int, err error) {
	begun := len(dst)
	n := at.Unread()
	if n == Depth {
		overflow = min(at.overflow+1, Saturated)
		n-- // reading all of them would bring the pointer back to where it stood, as one that is stuck stands
	}
	if n > 0 {
		if dst, err = d.fetch(dst, n, at.ambient); err != nil {
			return dst[:begun], 0, err
		}
		left, err := d.expectMoved(at, n)
		if err != nil {
			return dst[:begun], 0, err
		}
		if left+n >= Depth { // it became full between the look and the end of the transfer, and forgot what it dropped
			overflow = max(overflow, 1)
		}
	}
	if err := d.expectUnchanged(); err != nil {
		return dst[:begun], 0, err
	}
	if err := d.steer(dst[begun:]); err != nil {
		return dst[:begun], 0, err
	}
	return dst, overflow, nil
}

// Look asks how much waits, in one short transfer, so that its caller can tell when that was. Flags come before pointers: a sample that
// comes in between is in the pointers, and its flag is seen next time.
func (d *Dev) Look() (Level, error) {
	r, err := d.read(regStatus1, 7)
	if err != nil {
		return Level{}, fmt.Errorf("max3010x: read counters: %w", err)
	}
	c := Level{
		write: r[4], read: r[6], overflow: int(r[5]),
		fresh: r[0]&(statusNewSample|statusAlmostFull) != 0, ambient: r[0]&statusAmbient != 0,
	}
	switch {
	case r[0]&statusPower != 0:
		return c, fmt.Errorf("%w: its supply was away", ErrChanged)
	case r[2] != d.enabled || r[3] != 0:
		return c, fmt.Errorf("%w: interrupts %#02x %#02x, want %#02x and none", ErrChanged, r[2], r[3], d.enabled)
	case c.write >= Depth || c.read >= Depth || c.overflow > Saturated:
		return c, fmt.Errorf("max3010x: pointers %d and %d, overflow %d: no such chip, or a disturbed bus", c.write, c.read, c.overflow)
	}
	return c, nil
}

// fetch reads n samples in one transfer.
func (d *Dev) fetch(dst []Reading, n int, ambient bool) ([]Reading, error) {
	data, err := d.read(regData, n*sampleBytes)
	if err != nil {
		return dst, fmt.Errorf("max3010x: read %d samples: %w", n, err)
	}
	for ; len(data) > 0; data = data[sampleBytes:] {
		dst = append(dst, d.reading([2]int32{code(data), code(data[3:])}, ambient))
	}
	return dst, nil
}

// code is 18 bits of three bytes.
func code(b []byte) int32 { return (int32(b[0])<<16 | int32(b[1])<<8 | int32(b[2])) & FullScale }

// reading is what the codes of the two slots mean.
func (d *Dev) reading(codes [2]int32, ambient bool) Reading {
	light := func(slot int) Light {
		share := float64(codes[slot]) / FullScale * searchCurrent / float64(d.servo.current[slot])
		return Light{Code: codes[slot], Share: share}
	}
	r := Reading{Red: light(1 - d.infrared), Infrared: light(d.infrared)}
	r.Clip = ambient || codes[0] >= clipCode || codes[1] >= clipCode
	if d.mixed > 0 {
		d.mixed--
		r.Mixed = true
		r.Finger = d.finger
		return r
	}
	d.finger = touched(d.finger, r.Infrared.Share)
	r.Finger = d.finger
	return r
}

// expectMoved looks whether the read pointer went on by what was read, which would else be read again, and how many samples are left.
func (d *Dev) expectMoved(before Level, n int) (left int, err error) {
	r, err := d.read(regWrite, 3)
	if err != nil {
		return 0, fmt.Errorf("max3010x: read counters: %w", err)
	}
	if want := (before.read + byte(n)) & (Depth - 1); r[2] != want {
		return 0, fmt.Errorf("%w: read pointer %d after %d samples, want %d", ErrStuck, r[2], n, want)
	}
	return int(r[0]-r[2]) & (Depth - 1), nil
}

// expectUnchanged reads the settings back.
func (d *Dev) expectUnchanged() error {
	got, err := d.read(regFIFO, 6)
	if err != nil {
		return fmt.Errorf("max3010x: read settings: %w", err)
	}
	want := d.settings()
	got[3] = want[3] // without use
	if !bytes.Equal(got, want[:]) {
		return fmt.Errorf("%w: settings % x, want % x", ErrChanged, got, want)
	}
	return nil
}

// steer keeps the light in its band.
func (d *Dev) steer(readings []Reading) error {
	look := false
	for _, r := range readings {
		if r.Mixed {
			continue
		}
		codes := [2]int32{r.Red.Code, r.Infrared.Code}
		if d.infrared == 0 {
			codes[0], codes[1] = codes[1], codes[0]
		}
		look = d.servo.add(codes, r.Finger) || look
	}
	if !look {
		return nil
	}
	next := d.servo.look()
	if next == d.servo.current {
		return nil
	}
	return d.shine(next)
}

// shine changes the currents. Samples that wait by then were made with the old ones, and the one under way with both.
func (d *Dev) shine(next [2]byte) error {
	if err := d.write(regMode+3, next[0], next[1]); err != nil {
		return fmt.Errorf("max3010x: set currents: %w", err)
	}
	r, err := d.read(regWrite, 3)
	if err != nil {
		return fmt.Errorf("max3010x: read counters: %w", err)
	}
	d.servo.current = next
	d.mixed = int(r[0]-r[2])&(Depth-1) + 1
	return nil
}
