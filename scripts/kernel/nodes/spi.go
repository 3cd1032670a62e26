package nodes

import (
	"encoding/binary"
	"errors"
	"syscall"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/drivers/sim"
	"hubd/scripts/kernel/cuse"
)

// Ioctls of spidev, include/uapi/linux/spi/spidev.h: 'k' and a number, for a size and a direction.
const (
	spiMagic    = 'k'
	spiMessage  = 0
	spiMode     = 1
	spiLSBFirst = 2
	spiBits     = 3
	spiMaxSpeed = 4
	spiMode32   = 5

	ioctlWrite = 1 // _IOC_WRITE: the caller gives
)

// Limits of spidev, and the size of struct spi_ioc_transfer, the same for 32 and 64 bits.
const (
	spiBuffer        = 4096 // parameter bufsiz
	spiTransferBytes = 32
)

// SPI is the node of one chip select.
type SPI struct {
	port     *sim.SPI
	conn     spi.Conn
	maxSpeed physic.Frequency // of the controller: faster is done as fast as it can
	speed    physic.Frequency // of conn
	mode     spi.Mode
}

// NewSPI serves a port whose controller can do maxSpeed, which is also what it does where nobody says a speed.
func NewSPI(port *sim.SPI, maxSpeed physic.Frequency) *SPI {
	return &SPI{port: port, maxSpeed: maxSpeed}
}

// Serve answers an ioctl.
func (n *SPI) Serve(c cuse.Call) (int32, syscall.Errno) {
	number, kind, size, direction := c.Cmd&0xFF, c.Cmd>>8&0xFF, c.Cmd>>16&0x3FFF, c.Cmd>>30
	if kind != spiMagic || direction != ioctlWrite {
		return 0, syscall.ENOTTY
	}
	if number == spiMessage {
		if size%spiTransferBytes != 0 {
			return 0, syscall.EINVAL
		}
		return n.message(c, int(size/spiTransferBytes))
	}
	set, ok := c.Memory.Read(c.Arg, size)
	if !ok {
		return 0, 0
	}
	return 0, n.set(number, set)
}

// set is one of the settings that last. Bits and the order of bits may be said again, but not changed.
func (n *SPI) set(what uint32, to []byte) syscall.Errno {
	value := uint32(0)
	for i, b := range to {
		value |= uint32(b) << (8 * (i & 3))
	}
	switch {
	case (what == spiMode || what == spiMode32) && spi.Mode(value)&^spi.Mode3 == 0:
		n.mode, n.conn = spi.Mode(value), nil
	case what == spiLSBFirst && value == 0, what == spiBits && (value == 0 || value == 8), what == spiMaxSpeed && value > 0:
	default:
		return syscall.EINVAL
	}
	return 0
}

// transfer is struct spi_ioc_transfer.
type transfer struct {
	tx, rx   uint64
	length   uint32
	speed    physic.Frequency
	csChange bool
	out      []byte
}

// message is SPI_IOC_MESSAGE(n): the transfers, what they write, and room for what they read.
func (n *SPI) message(c cuse.Call, count int) (int32, syscall.Errno) {
	list, ok := c.Memory.Read(c.Arg, uint32(count*spiTransferBytes))
	if !ok {
		return 0, 0
	}
	transfers, total, failed := transfers(list)
	if failed != 0 {
		return 0, failed
	}
	for i, t := range transfers {
		if t.rx != 0 {
			c.Memory.Claim(t.rx, t.length)
		}
		if t.tx != 0 {
			transfers[i].out, _ = c.Memory.Read(t.tx, t.length)
		}
	}
	if !c.Memory.Complete() {
		return 0, 0
	}
	return int32(total), n.run(c.Memory, transfers)
}

// transfers reads the list and refuses what spidev would.
func transfers(list []byte) (all []transfer, total uint32, failed syscall.Errno) {
	for ; len(list) > 0; list = list[spiTransferBytes:] {
		t := transfer{
			tx: binary.LittleEndian.Uint64(list), rx: binary.LittleEndian.Uint64(list[8:]), length: binary.LittleEndian.Uint32(list[16:]),
			speed: physic.Frequency(binary.LittleEndian.Uint32(list[20:])) * physic.Hertz, csChange: list[27] != 0,
		}
		if bits := list[26]; bits != 0 && bits != 8 {
			return nil, 0, syscall.EINVAL
		}
		if t.length > spiBuffer || total+t.length > spiBuffer {
			return nil, 0, syscall.EMSGSIZE
		}
		total += t.length
		all = append(all, t)
	}
	return all, total, 0
}

// run clocks the transfers. Between two of them chip select rises where the first says so; after the last it rises unless that says so.
func (n *SPI) run(to *cuse.Memory, transfers []transfer) syscall.Errno {
	packets := make([]spi.Packet, len(transfers))
	for i, t := range transfers {
		if t.out == nil {
			t.out = make([]byte, t.length)
		}
		packets[i] = spi.Packet{W: t.out, R: make([]byte, t.length), KeepCS: t.csChange == (i == len(transfers)-1)}
	}
	if err := n.connect(transfers); err != nil {
		return number(err)
	}
	if err := n.conn.TxPackets(packets); err != nil {
		return number(err)
	}
	for i, p := range packets {
		if transfers[i].rx != 0 {
			to.Put(p.R)
		}
	}
	return 0
}

// connect sets the clock: the slowest of the transfers, since the model has one clock for all.
func (n *SPI) connect(transfers []transfer) error {
	speed := n.maxSpeed
	for _, t := range transfers {
		if t.speed > 0 {
			speed = min(speed, t.speed)
		}
	}
	if n.conn != nil && n.speed == speed {
		return nil
	}
	if err := n.port.Open(); err != nil {
		return err
	}
	conn, err := n.port.Connect(speed, n.mode, 8)
	if err != nil {
		return errors.Join(err, n.port.Close())
	}
	n.conn, n.speed = conn, speed
	return nil
}

// Clock is the speed of the last transfer.
func (n *SPI) Clock() physic.Frequency { return n.speed }
