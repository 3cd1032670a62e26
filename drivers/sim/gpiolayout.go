package sim

import "encoding/binary"

// Structures of uapi/linux/gpio.h, second version, as they lie in memory: no field needs padding that is not there.

type gpioChipInfo struct {
	Name, Label [32]byte
	Lines       uint32
}

type gpioAttribute struct {
	ID, _ uint32
	Value uint64 // or 32 bits of it
}

type gpioConfigAttribute struct {
	Attribute gpioAttribute
	Mask      uint64
}

type gpioConfig struct {
	Flags      uint64
	Count      uint32
	_          [5]uint32
	Attributes [10]gpioConfigAttribute
}

type gpioRequest struct {
	Offsets       [64]uint32
	Consumer      [32]byte
	Config        gpioConfig
	Lines, Buffer uint32
	_             [5]uint32
	FD            int32
}

type gpioLineInfo struct {
	Name, Consumer [32]byte
	Offset, Count  uint32
	Flags          uint64
	Attributes     [10]gpioAttribute
	_              [4]uint32
}

type gpioValues struct{ Bits, Mask uint64 }

type gpioEvent struct {
	T                        uint64
	Kind, Offset, Seq, InRow uint32
	_                        [6]uint32
}

// Numbers of the requests, and what follows from a structure's size.
const (
	gpioChipInfoNumber  = 0x01
	gpioLineInfoNumber  = 0x05
	gpioLineNumber      = 0x07
	gpioGetValuesNumber = 0x0E
	gpioSetValuesNumber = 0x0F

	gpioMagic = 0xB4
	gpioRead  = 2
	gpioWrite = 1
)

// gpioCode is the request for a structure T: _IOR or _IOWR.
func gpioCode[T any](direction, number uint32) uint32 {
	return direction<<30 | uint32(binary.Size(new(T)))<<16 | gpioMagic<<8 | number
}

// Flags and attributes of a line.
const (
	gpioUsed      = 1 << 0
	gpioActiveLow = 1 << 1
	gpioInput     = 1 << 2
	gpioOutput    = 1 << 3
	gpioRising    = 1 << 4
	gpioFalling   = 1 << 5
	gpioPullUp    = 1 << 8
	gpioPullDown  = 1 << 9

	gpioAttrValues   = 2
	gpioAttrDebounce = 3

	gpioKindRising  = 1
	gpioKindFalling = 2

	gpioEventBytes = 48
	gpioQueue      = 16 // events a line, where nobody asks for more
)
