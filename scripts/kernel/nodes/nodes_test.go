package nodes_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"syscall"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"

	"hubd/drivers/sim"
	"hubd/scripts/kernel/cuse"
	"hubd/scripts/kernel/nodes"
)

// Where a played program has its structures and its buffers.
const (
	argAt    = 0x1000
	listAt   = 0x2000
	bufferAt = 0x10000 // and on, one page each
)

// message is what a program says of one struct i2c_msg.
type message struct {
	address, flags uint16
	bytes          []byte
}

const read = 1

// i2cProgram lays out the structures of I2C_RDWR as a compiler does, for pointers of word bytes.
func i2cProgram(word int, messages []message) *cuse.Program {
	p := &cuse.Program{Word: word, Memory: map[uint64][]byte{}}
	var list []byte
	for i, m := range messages {
		at := uint64(bufferAt + 0x1000*i)
		p.Memory[at] = m.bytes
		for _, v := range []uint16{m.address, m.flags, uint16(len(m.bytes)), 0} {
			list = binary.LittleEndian.AppendUint16(list, v)
		}
		list = append(list, binary.LittleEndian.AppendUint64(nil, at)[:word]...)
	}
	p.Memory[listAt] = list
	head := binary.LittleEndian.AppendUint64(nil, listAt)[:word:word]
	head = binary.LittleEndian.AppendUint32(head, uint32(len(messages)))
	p.Memory[argAt] = append(head, 0, 0, 0, 0) // padding, with 64 bits
	return p
}

// board is an ADS1115 at 0x48, with 1 V on each input.
func board(t *testing.T) (*sim.I2C, *nodes.I2C) {
	t.Helper()
	bus := sim.NewI2C("i2c 7", func() time.Duration { return 0 }, nil)
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: func(int, time.Duration) float64 { return 1 }, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x48, chip)
	return bus, nodes.NewI2C(bus)
}

func TestI2CTransfersReachTheChip(t *testing.T) {
	for _, word := range []int{4, 8} {
		for _, row := range []struct {
			name     string
			messages []message
			want     []byte // of the last message
		}{
			{"a register is read after its pointer was written", []message{{0x48, 0, []byte{1}}, {0x48, read, make([]byte, 2)}}, []byte{0x85, 0x83}},
			{"one message that reads", []message{{0x48, read, make([]byte, 2)}}, []byte{0, 0}},
			{"four messages", []message{
				{0x48, 0, []byte{3, 0x12, 0x34}}, {0x48, 0, []byte{2, 0x56, 0x78}}, {0x48, 0, []byte{3}}, {0x48, read, make([]byte, 3)},
			}, []byte{0x12, 0x34, 0x12}},
			{"a conversion", []message{{0x48, 0, []byte{1, 0xC3, 0xE3}}, {0x48, 0, []byte{0}}, {0x48, read, make([]byte, 2)}}, []byte{0x1F, 0x40}},
			{"an empty message", []message{{0x48, 0, nil}}, nil},
		} {
			t.Run(fmt.Sprintf("%d bit: %s", 8*word, row.name), func(t *testing.T) {
				_, node := board(t)
				n, failed := i2cProgram(word, row.messages).Ioctl(node.Serve, 0x0707, argAt)
				if last := row.messages[len(row.messages)-1]; failed != 0 || int(n) != len(row.messages) || !bytes.Equal(last.bytes, row.want) {
					t.Errorf("%d, %v, % x", n, failed, last.bytes)
				}
			})
		}
	}
}

func TestI2CErrorsAreThoseOfLinux(t *testing.T) {
	look := []message{{0x48, 0, []byte{1}}, {0x48, read, make([]byte, 2)}}
	for _, row := range []struct {
		name     string
		fault    sim.Fault
		messages []message
		want     syscall.Errno
	}{
		{"nobody at this address", 0, []message{{0x49, 0, []byte{1}}}, syscall.EREMOTEIO},
		{"a bus that is held", sim.Stuck, look, syscall.ETIMEDOUT},
		{"an adapter that is gone", sim.Absent, look, syscall.ENODEV},
		{"no message", 0, nil, syscall.EINVAL},
		{"more messages than the kernel takes", 0, make([]message, 43), syscall.EINVAL},
		{"a message that is too long", 0, []message{{0x48, 0, make([]byte, 8193)}}, syscall.EINVAL},
		{"a flag that no Pi's adapter knows", 0, []message{{0x48, 0x4000, []byte{1}}}, syscall.EINVAL},
	} {
		for _, word := range []int{4, 8} {
			t.Run(fmt.Sprintf("%d bit: %s", 8*word, row.name), func(t *testing.T) {
				bus, node := board(t)
				if row.fault != 0 {
					if err := bus.Set(row.fault, true); err != nil {
						t.Fatal(err)
					}
				}
				if _, failed := i2cProgram(word, row.messages).Ioctl(node.Serve, 0x0707, argAt); failed != row.want {
					t.Errorf("%v, want %v", failed, row.want)
				}
			})
		}
	}
}

func TestWhatElseANodeOfI2CIsAsked(t *testing.T) {
	_, node := board(t)
	node.ClaimAddress(0x4A, true)
	for _, row := range []struct {
		name string
		cmd  uint32
		arg  uint64
		want syscall.Errno
	}{
		{"I2C_SLAVE with a free address", 0x0703, 0x48, 0},
		{"I2C_SLAVE with an address that a kernel driver owns", 0x0703, 0x4A, syscall.EBUSY},
		{"I2C_SLAVE_FORCE with it", 0x0706, 0x4A, 0},
		{"I2C_SLAVE beyond seven bits", 0x0703, 0x80, syscall.EINVAL},
		{"I2C_TENBIT", 0x0704, 1, syscall.EINVAL},
		{"seven bits again", 0x0704, 0, 0},
		{"I2C_TIMEOUT", 0x0702, 10, 0},
		{"I2C_SMBUS, which is not there", 0x0720, argAt, syscall.ENOTTY},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, failed := (&cuse.Program{Word: 8}).Ioctl(node.Serve, row.cmd, row.arg); failed != row.want {
				t.Errorf("%v, want %v", failed, row.want)
			}
		})
	}
}

func TestTheFunctionsOfAnAdapterFillOneLong(t *testing.T) {
	_, node := board(t)
	for _, row := range []struct {
		word int
		want []byte // of eight bytes that were ones
	}{
		{4, []byte{1, 0, 0xFF, 0x0E, 0xFF, 0xFF, 0xFF, 0xFF}},
		{8, []byte{1, 0, 0xFF, 0x0E, 0, 0, 0, 0}},
	} {
		p := &cuse.Program{Word: row.word, Memory: map[uint64][]byte{argAt: bytes.Repeat([]byte{0xFF}, 8)}}
		if _, failed := p.Ioctl(node.Serve, 0x0705, argAt); failed != 0 || !bytes.Equal(p.Memory[argAt], row.want) {
			t.Errorf("%d bit: %v, % x", 8*row.word, failed, p.Memory[argAt])
		}
	}
}

// packet is what a program says of one struct spi_ioc_transfer.
type packet struct {
	out      []byte // nil: nothing is sent
	length   int
	speed    uint32
	bits     byte
	csChange bool
}

func spiProgram(word int, packets []packet) (p *cuse.Program, cmd uint32) {
	p = &cuse.Program{Word: word, Memory: map[uint64][]byte{}}
	var list []byte
	for i, k := range packets {
		tx, rx := uint64(0), uint64(bufferAt+0x2000*i+0x1000)
		if k.out != nil {
			tx = uint64(bufferAt + 0x2000*i)
			p.Memory[tx] = k.out
		}
		p.Memory[rx] = make([]byte, k.length)
		list = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(list, tx), rx)
		list = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(list, uint32(k.length)), k.speed)
		list = append(list, 0, 0, k.bits, 0, 0, 0, 0, 0)
		if k.csChange {
			list[len(list)-5] = 1
		}
	}
	p.Memory[argAt] = list
	return p, 1<<30 | uint32(len(list))<<16 | 'k'<<8
}

// spiBoard is an MCP3208 with a quarter of the reference more on each input than on the one before.
func spiBoard(t *testing.T) (*sim.MCP3x0x, *nodes.SPI) {
	t.Helper()
	chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: func(input int, _ time.Duration) float64 { return 3.3 / 4 * float64(input) }})
	if err != nil {
		t.Fatal(err)
	}
	return chip, nodes.NewSPI(sim.NewSPI("spi 0.0", func() time.Duration { return 0 }, nil, chip), 50*physic.MegaHertz)
}

// conversion asks an MCP3208 for an input.
func conversion(input byte) []byte { return []byte{6, input << 6, 0} }

func TestSPITransfersReachTheChip(t *testing.T) {
	for _, word := range []int{4, 8} {
		for _, row := range []struct {
			name    string
			packets []packet
			want    [][2]byte // the last two bytes read of each packet, without what comes before the code
		}{
			{"one conversion", []packet{{out: conversion(1), length: 3}}, [][2]byte{{4, 0}}},
			{"three, with chip select up between them", []packet{
				{out: conversion(1), length: 3, csChange: true}, {out: conversion(2), length: 3, csChange: true}, {out: conversion(3), length: 3},
			}, [][2]byte{{4, 0}, {8, 0}, {12, 0}}},
			{"two as one frame: the second is the first one's tail", []packet{{out: conversion(1), length: 3}, {out: conversion(2), length: 3}}, [][2]byte{{4, 0}, {0, 0}}},
			{"nothing sent is zeros, in which the chip sees no start", []packet{{length: 3}}, [][2]byte{{15, 255}}},
		} {
			t.Run(fmt.Sprintf("%d bit: %s", 8*word, row.name), func(t *testing.T) {
				_, node := spiBoard(t)
				p, cmd := spiProgram(word, row.packets)
				if n, failed := p.Ioctl(node.Serve, cmd, argAt); failed != 0 || int(n) != 3*len(row.packets) {
					t.Fatalf("%d, %v", n, failed)
				}
				for i, want := range row.want {
					got := p.Memory[uint64(bufferAt+0x2000*i+0x1000)]
					if got[1]&15 != want[0] || got[2] != want[1] {
						t.Errorf("packet %d: % x", i, got)
					}
				}
			})
		}
	}
}

func TestSPIErrorsAndLimitsAreThoseOfLinux(t *testing.T) {
	for _, row := range []struct {
		name    string
		packets []packet
		want    syscall.Errno
	}{
		{"a transfer that is longer than spidev's buffer", []packet{{length: 4097}}, syscall.EMSGSIZE},
		{"two that are together", []packet{{length: 4000}, {length: 97}}, syscall.EMSGSIZE},
		{"words of nine bits", []packet{{out: conversion(0), length: 3, bits: 9}}, syscall.EINVAL},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, node := spiBoard(t)
			p, cmd := spiProgram(8, row.packets)
			if _, failed := p.Ioctl(node.Serve, cmd, argAt); failed != row.want {
				t.Errorf("%v, want %v", failed, row.want)
			}
		})
	}
	t.Run("a list that is no whole number of transfers", func(t *testing.T) {
		_, node := spiBoard(t)
		if _, failed := (&cuse.Program{Word: 8}).Ioctl(node.Serve, 1<<30|33<<16|'k'<<8, argAt); failed != syscall.EINVAL {
			t.Error(failed)
		}
	})
	t.Run("a bus that is held", func(t *testing.T) {
		chip, node := spiBoard(t)
		if err := chip.Set(sim.Stuck, true); err != nil {
			t.Fatal(err)
		}
		p, cmd := spiProgram(8, []packet{{out: conversion(0), length: 3}})
		if _, failed := p.Ioctl(node.Serve, cmd, argAt); failed != syscall.ETIMEDOUT {
			t.Error(failed)
		}
	})
}

func TestTheClockIsTheOneAskedForUpToTheControllersOwn(t *testing.T) {
	for _, row := range []struct {
		name  string
		asked uint32
		want  physic.Frequency
	}{
		{"as asked", 1_000_000, physic.MegaHertz},
		{"faster than the controller", 80_000_000, 50 * physic.MegaHertz},
		{"not said", 0, 50 * physic.MegaHertz},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, node := spiBoard(t)
			p, cmd := spiProgram(8, []packet{{out: conversion(1), length: 3, speed: row.asked}})
			if _, failed := p.Ioctl(node.Serve, cmd, argAt); failed != 0 || node.Clock() != row.want {
				t.Errorf("%v, %s", failed, node.Clock())
			}
		})
	}
}

func TestSettingsOfANodeOfSPI(t *testing.T) {
	set := func(number, size uint32) uint32 { return 1<<30 | size<<16 | 'k'<<8 | number }
	for _, row := range []struct {
		name string
		cmd  uint32
		to   []byte
		want syscall.Errno
	}{
		{"mode 0", set(1, 1), []byte{0}, 0},
		{"mode 3, as a word of 32 bits", set(5, 4), []byte{3, 0, 0, 0}, 0},
		{"three wires", set(1, 1), []byte{0x10}, syscall.EINVAL},
		{"most significant bit first", set(2, 1), []byte{0}, 0},
		{"least significant bit first", set(2, 1), []byte{1}, syscall.EINVAL},
		{"eight bits", set(3, 1), []byte{8}, 0},
		{"sixteen bits", set(3, 1), []byte{16}, syscall.EINVAL},
		{"a clock", set(4, 4), []byte{0x40, 0x42, 0x0F, 0}, 0},
		{"no clock", set(4, 4), []byte{0, 0, 0, 0}, syscall.EINVAL},
		{"another device's ioctl", 0x5401, []byte{0}, syscall.ENOTTY},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, node := spiBoard(t)
			p := &cuse.Program{Word: 8, Memory: map[uint64][]byte{argAt: row.to}}
			if _, failed := p.Ioctl(node.Serve, row.cmd, argAt); failed != row.want {
				t.Errorf("%v, want %v", failed, row.want)
			}
		})
	}
}
