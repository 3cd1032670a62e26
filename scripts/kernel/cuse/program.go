package cuse

import (
	"fmt"
	"syscall"
)

// Program plays a program that calls a device, and the kernel between the two, for tests without either.
type Program struct {
	Word   int               // 4 or 8
	Memory map[uint64][]byte // by address; a range lies in one of them, from its beginning
}

// maxRounds is how often a device may ask for more memory; ours need two.
const maxRounds = 4

// Ioctl calls serve as often as it takes. What the kernel would not have is a panic: it is the test's fault, or the device's.
func (p *Program) Ioctl(serve Serve, cmd uint32, arg uint64) (result int32, failed syscall.Errno) {
	d := &Device{name: "played", serve: serve}
	var in, out []memoryRange
	for range maxRounds {
		answer, err := d.answer(p.frame(cmd, arg, in, out))
		if err != nil {
			panic(err)
		}
		if failed := -int32(order.Uint32(answer[4:])); failed != 0 {
			return 0, syscall.Errno(failed)
		}
		body := answer[outHeaderBytes:]
		if order.Uint32(body[4:])&ioctlRetry == 0 {
			p.scatter(out, body[ioctlOutBytes:])
			return int32(order.Uint32(body)), 0
		}
		in, out = ranges(body)
	}
	panic("cuse: a device that never has enough")
}

// frame is one question, with the contents of the ranges asked for.
func (p *Program) frame(cmd uint32, arg uint64, in, out []memoryRange) []byte {
	var contents []byte
	for _, r := range in {
		contents = append(contents, p.at(r)...)
	}
	size := 0
	for _, r := range out {
		p.at(r)
		size += int(r.length)
	}
	flags := uint32(0)
	if p.Word == 4 {
		flags = ioctl32Bit
	}
	b := make([]byte, inHeaderBytes, inHeaderBytes+ioctlInBytes+len(contents))
	order.PutUint32(b, uint32(cap(b)))
	order.PutUint32(b[4:], opIoctl)
	b = order.AppendUint64(b, 0)
	b = order.AppendUint32(order.AppendUint32(b, flags), cmd)
	b = order.AppendUint64(b, arg)
	b = order.AppendUint32(order.AppendUint32(b, uint32(len(contents))), uint32(size))
	return append(b, contents...)
}

// ranges reads what a device asks for.
func ranges(body []byte) (in, out []memoryRange) {
	n := order.Uint32(body[8:])
	for b := body[ioctlOutBytes:]; len(b) > 0; b = b[rangeBytes:] {
		r := memoryRange{order.Uint64(b), uint32(order.Uint64(b[8:]))}
		if uint32(len(in)) < n {
			in = append(in, r)
		} else {
			out = append(out, r)
		}
	}
	return in, out
}

func (p *Program) scatter(out []memoryRange, b []byte) {
	for _, r := range out {
		b = b[copy(p.at(r), b):]
	}
}

// at is a part of the memory.
func (p *Program) at(r memoryRange) []byte {
	b, ok := p.Memory[r.base]
	if !ok || int(r.length) > len(b) {
		panic(fmt.Sprintf("cuse: %d bytes at %#x are not the program's", r.length, r.base))
	}
	return b[:r.length]
}
