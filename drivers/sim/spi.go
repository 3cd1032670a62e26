package sim

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// SPI is a port, one chip select, with an MCP3x0x on it. It may be used from several goroutines.
type SPI struct {
	name string
	now  func() time.Duration
	busy func(time.Duration)
	chip *MCP3x0x

	mu        sync.Mutex
	limit     physic.Frequency
	faults    faults
	connected bool
	closed    bool
	transfers int
}

// NewSPI makes a port with a chip. now is its clock; busy is told the length of each transfer and may be nil.
func NewSPI(name string, now func() time.Duration, busy func(time.Duration), c *MCP3x0x) *SPI {
	return &SPI{name: name, now: now, busy: busy, chip: c}
}

// Set switches a fault of the port: Stuck or Absent. Other faults belong to the chip.
func (p *SPI) Set(f Fault, on bool) error {
	if f != Stuck && f != Absent {
		return fmt.Errorf("sim: an SPI port has no fault %s", f)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults.set(f, on)
	return nil
}

// Transfers is how many system calls a real port would have made: one for each Tx and each TxPackets.
func (p *SPI) Transfers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.transfers
}

// Open makes the port ready to Connect again after Close. It fails while the port is Absent.
func (p *SPI) Open() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults.has(Absent) {
		return fmt.Errorf("open %s: %w", p.name, ErrAbsent)
	}
	p.closed, p.connected = false, false
	return nil
}

// Close implements spi.PortCloser. Transfers fail until Open.
func (p *SPI) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

// String implements spi.Port.
func (p *SPI) String() string { return p.name }

// LimitSpeed implements spi.PortCloser.
func (p *SPI) LimitSpeed(f physic.Frequency) error {
	if f <= 0 {
		return fmt.Errorf("sim: SPI clock limit %s", f)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = f
	return nil
}

// Connect implements spi.Port. Like a real port it connects once until Close; like the chip it takes mode 0 or 3 and words
// of 8 bits. The clock has to be stated, since a model has no default that would be anybody's.
func (p *SPI) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit > 0 && (f == 0 || f > p.limit) {
		f = p.limit
	}
	switch {
	case p.closed || p.faults.has(Absent):
		return nil, fmt.Errorf("connect %s: %w", p.name, ErrAbsent)
	case p.connected:
		return nil, errors.New("sim: connect: the port is connected already")
	case mode != spi.Mode0 && mode != spi.Mode3:
		return nil, fmt.Errorf("sim: connect: an MCP3x0x cannot be read in %s", mode)
	case bits != 8:
		return nil, fmt.Errorf("sim: connect: %d bits a word", bits)
	case f <= 0:
		return nil, errors.New("sim: connect: no clock given")
	}
	p.connected = true
	return &spiConn{port: p, bit: f.Period()}, nil
}

// spiConn is the connected port.
type spiConn struct {
	port *SPI
	bit  time.Duration
}

// String implements conn.Conn.
func (c *spiConn) String() string { return c.port.name }

// Duplex implements conn.Conn.
func (c *spiConn) Duplex() conn.Duplex { return conn.Full }

// Tx implements conn.Conn.
func (c *spiConn) Tx(w, r []byte) error {
	return c.TxPackets([]spi.Packet{{W: w, R: r}})
}

// TxPackets implements spi.Conn. Chip select rises after every packet without KeepCS.
func (c *spiConn) TxPackets(packets []spi.Packet) error {
	if err := c.begin(); err != nil {
		return fmt.Errorf("%s: %w", c.port.name, err)
	}
	defer c.port.chip.deselect()
	for _, p := range packets {
		if len(p.W) != len(p.R) {
			return fmt.Errorf("%s: packet writes %d bytes and reads %d", c.port.name, len(p.W), len(p.R))
		}
		c.port.chip.clock(p.W, p.R, c.port.now(), c.bit)
		if c.port.busy != nil && !c.port.chip.o.Instant {
			c.port.busy(c.bit * time.Duration(8*len(p.W)))
		}
		if !p.KeepCS {
			c.port.chip.deselect()
		}
	}
	return nil
}

// begin counts a transfer and finds the error it meets.
func (c *spiConn) begin() error {
	p := c.port
	p.mu.Lock()
	defer p.mu.Unlock()
	p.transfers++
	switch {
	case p.faults.has(Absent):
		return ErrAbsent
	case p.closed:
		return errClosed
	case p.faults.has(Stuck) || p.chip.stuck():
		if p.busy != nil {
			p.busy(StuckTime)
		}
		return ErrStuck
	}
	return nil
}

var _ spi.PortCloser = (*SPI)(nil)
