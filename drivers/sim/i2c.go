package sim

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// Errors of the buses, worded as the kernel's are. They are not the kernel's values: periph hides those as well.
var (
	ErrNACK   = errors.New("sim: remote I/O error")     // nobody acknowledges, EREMOTEIO in Linux
	ErrStuck  = errors.New("sim: connection timed out") // something holds the bus, ETIMEDOUT
	ErrAbsent = errors.New("sim: no such device")       // the bus is gone, ENODEV
	errClosed = errors.New("sim: bus is closed")
)

// DefaultI2CClock is the fast mode that a Pi is set to by dtparam=i2c_arm_baudrate=400000.
const DefaultI2CClock = 400 * physic.KiloHertz

// i2cChip is a chip on an I2C bus: an ADS1x15 or a MAX3010x.
type i2cChip interface {
	write(w []byte, now time.Duration) // a write transfer that ended at now
	read(r []byte, now time.Duration)  // a read transfer that latches at now
	silent() bool                      // it does not acknowledge
	stuck() bool                       // it holds the bus
	atOnce() bool                      // transfers to it take no time
}

// wired is a chip on a bus.
type wired struct {
	addr uint16
	chip i2cChip
}

// I2C is a bus with converters on it. It may be used from several goroutines.
type I2C struct {
	name string
	now  func() time.Duration
	busy func(time.Duration)

	mu     sync.Mutex
	bit    time.Duration
	wired  []wired
	faults faults
	closed bool
}

// NewI2C makes an empty bus at DefaultI2CClock. now is its clock; busy is told the length of each transfer and may be nil.
func NewI2C(name string, now func() time.Duration, busy func(time.Duration)) *I2C {
	return &I2C{name: name, now: now, busy: busy, bit: DefaultI2CClock.Period()}
}

// Attach puts a chip on the bus, in the place of any other with that address.
func (b *I2C) Attach(addr uint16, c i2cChip) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wired = slices.DeleteFunc(b.wired, func(w wired) bool { return w.addr == addr })
	b.wired = append(b.wired, wired{addr, c})
}

// Set switches a fault of the bus: Stuck or Absent. Other faults belong to a chip.
func (b *I2C) Set(f Fault, on bool) error {
	if f != Stuck && f != Absent {
		return fmt.Errorf("sim: an I2C bus has no fault %s", f)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults.set(f, on)
	return nil
}

// Open makes the bus usable again after Close, as opening its device file does. It fails while the bus is Absent.
func (b *I2C) Open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.faults.has(Absent) {
		return fmt.Errorf("open %s: %w", b.name, ErrAbsent)
	}
	b.closed = false
	return nil
}

// Close implements i2c.BusCloser. Transfers fail until Open.
func (b *I2C) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// String implements i2c.Bus.
func (b *I2C) String() string { return b.name }

// SetSpeed implements i2c.Bus; unlike a Pi's bus it obeys.
func (b *I2C) SetSpeed(f physic.Frequency) error {
	if f <= 0 {
		return fmt.Errorf("sim: I2C clock %s", f)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bit = f.Period()
	return nil
}

// Tx implements i2c.Bus: the write takes effect at its end, a read latches the register at its start.
func (b *I2C) Tx(addr uint16, w, r []byte) error {
	c, bit, err := b.address(addr)
	if err != nil {
		return fmt.Errorf("%s address %#x: %w", b.name, addr, err)
	}
	if len(w) > 0 {
		b.take(c, bit, len(w))
		c.write(w, b.now())
	}
	if len(r) > 0 {
		c.read(r, b.now())
		b.take(c, bit, len(r))
	}
	return nil
}

// take passes the time of a start, the address and n bytes, nine clocks a byte.
func (b *I2C) take(c i2cChip, bit time.Duration, n int) {
	if b.busy != nil && !c.atOnce() {
		b.busy(bit * time.Duration(2+9*(n+1)))
	}
}

// address finds the chip that acknowledges, or the error of a transfer to it.
func (b *I2C) address(addr uint16) (i2cChip, time.Duration, error) {
	b.mu.Lock()
	c, err := b.find(addr)
	bit := b.bit
	b.mu.Unlock()
	if err == ErrStuck && b.busy != nil {
		b.busy(StuckTime)
	}
	return c, bit, err
}

// find looks at the bus first, since its errors are met by every transfer, whatever its address. A chip that is Stuck holds the line for all.
func (b *I2C) find(addr uint16) (c i2cChip, err error) {
	switch {
	case b.faults.has(Absent):
		return nil, ErrAbsent
	case b.closed:
		return nil, errClosed
	case b.faults.has(Stuck):
		return nil, ErrStuck
	}
	for i := range b.wired {
		if b.wired[i].chip.stuck() {
			return nil, ErrStuck
		}
		if b.wired[i].addr == addr {
			c = b.wired[i].chip
		}
	}
	if c == nil || c.silent() {
		return nil, ErrNACK
	}
	return c, nil
}

var _ i2c.BusCloser = (*I2C)(nil)
