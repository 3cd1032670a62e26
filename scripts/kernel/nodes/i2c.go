package nodes

import (
	"encoding/binary"
	"errors"
	"sync"
	"syscall"

	"hubd/drivers/sim"
	"hubd/scripts/kernel/cuse"
)

// Ioctls of i2c-dev, include/uapi/linux/i2c-dev.h.
const (
	i2cRetries    = 0x0701
	i2cTimeout    = 0x0702
	i2cSlave      = 0x0703
	i2cTenBit     = 0x0704
	i2cFuncs      = 0x0705
	i2cSlaveForce = 0x0706
	i2cRdwr       = 0x0707
)

// Limits of i2c-dev's I2C_RDWR, and the message flags that it is understood with here.
const (
	i2cMaxMessages = 42
	i2cMaxLength   = 8192
	i2cRead        = 1
)

// i2cFunctions is what the adapter of a Pi can do: plain transfers, and SMBus made of them. No ten-bit addresses.
const i2cFunctions = 0x0EFF_0001

// I2C is one adapter's node.
type I2C struct {
	bus *sim.I2C

	mu      sync.Mutex
	claimed map[uint16]bool
}

// NewI2C serves a bus.
func NewI2C(bus *sim.I2C) *I2C { return &I2C{bus: bus, claimed: map[uint16]bool{}} }

// ClaimAddress lets a kernel driver own an address: I2C_SLAVE is then refused with EBUSY. Plain transfers go on, as they do in Linux.
func (n *I2C) ClaimAddress(address uint16, on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.claimed[address] = on
}

// Serve answers an ioctl.
func (n *I2C) Serve(c cuse.Call) (int32, syscall.Errno) {
	switch c.Cmd {
	case i2cFuncs:
		c.Memory.Claim(c.Arg, uint32(c.Word))
		c.Memory.Put(binary.LittleEndian.AppendUint64(nil, i2cFunctions)[:c.Word])
		return 0, 0
	case i2cSlave:
		return 0, n.slave(c.Arg)
	case i2cSlaveForce, i2cRetries, i2cTimeout:
		return 0, 0
	case i2cTenBit:
		if c.Arg != 0 {
			return 0, syscall.EINVAL
		}
		return 0, 0
	case i2cRdwr:
		return n.transfer(c)
	}
	return 0, syscall.ENOTTY
}

func (n *I2C) slave(address uint64) syscall.Errno {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case address > 0x7F:
		return syscall.EINVAL
	case n.claimed[uint16(address)]:
		return syscall.EBUSY
	}
	return 0
}

// message is struct i2c_msg.
type message struct {
	address, flags, length uint16
	buffer                 uint64
}

// transfer is I2C_RDWR: a pointer to messages, the messages, what they write, and room for what they read.
func (n *I2C) transfer(c cuse.Call) (int32, syscall.Errno) {
	messages, ready, failed := messages(c)
	if failed != 0 || !ready {
		return 0, failed
	}
	written := make([][]byte, len(messages))
	for i, m := range messages {
		if m.flags&i2cRead != 0 {
			c.Memory.Claim(m.buffer, uint32(m.length))
			continue
		}
		written[i], _ = c.Memory.Read(m.buffer, uint32(m.length)) // Complete tells of what is not here yet
	}
	if !c.Memory.Complete() {
		return 0, 0
	}
	return int32(len(messages)), n.run(c.Memory, messages, written)
}

// messages reads what struct i2c_rdwr_ioctl_data points at. Pointers have the caller's size, and are aligned to it.
func messages(c cuse.Call) (all []message, ready bool, failed syscall.Errno) {
	head, ok := c.Memory.Read(c.Arg, uint32(2*c.Word))
	if !ok {
		return nil, false, 0
	}
	count := binary.LittleEndian.Uint32(head[c.Word:])
	if count == 0 || count > i2cMaxMessages {
		return nil, false, syscall.EINVAL
	}
	size := 8 + c.Word
	list, ok := c.Memory.Read(pointer(head, c.Word), count*uint32(size))
	if !ok {
		return nil, false, 0
	}
	for ; len(list) > 0; list = list[size:] {
		m := message{
			address: binary.LittleEndian.Uint16(list), flags: binary.LittleEndian.Uint16(list[2:]),
			length: binary.LittleEndian.Uint16(list[4:]), buffer: pointer(list[8:], c.Word),
		}
		if m.length > i2cMaxLength || m.flags&^i2cRead != 0 {
			return nil, false, syscall.EINVAL
		}
		all = append(all, m)
	}
	return all, true, 0
}

// pointer reads a pointer of the caller.
func pointer(b []byte, word int) uint64 {
	if word == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// run does the messages one after another, and stops at the first that fails.
func (n *I2C) run(to *cuse.Memory, messages []message, written [][]byte) syscall.Errno {
	for i, m := range messages {
		var read []byte
		if m.flags&i2cRead != 0 {
			read = make([]byte, m.length)
		}
		if err := n.bus.Tx(m.address, written[i], read); err != nil {
			return number(err)
		}
		to.Put(read)
	}
	return 0
}

// number is the error that Linux gives for what went wrong on a bus.
func number(err error) syscall.Errno {
	switch {
	case errors.Is(err, sim.ErrNACK):
		return syscall.EREMOTEIO
	case errors.Is(err, sim.ErrStuck):
		return syscall.ETIMEDOUT
	case errors.Is(err, sim.ErrAbsent):
		return syscall.ENODEV
	}
	return syscall.EIO
}
