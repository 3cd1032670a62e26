package cuse

import (
	"encoding/binary"
	"fmt"
	"syscall"
)

// Operations that a device is asked for, enum fuse_opcode.
const (
	opOpen      = 14
	opRelease   = 18
	opFlush     = 25
	opInterrupt = 36
	opIoctl     = 39
	opInit      = 4096 // CUSE_INIT
)

// Sizes of the protocol's structures, and its versions. The kernel takes any minor version from 11 on.
const (
	inHeaderBytes  = 40
	outHeaderBytes = 16
	initInBytes    = 16
	initOutBytes   = 72
	openOutBytes   = 16
	ioctlInBytes   = 32
	ioctlOutBytes  = 16
	rangeBytes     = 16

	protocolMajor = 7
	protocolMinor = 31
)

// Flags of the protocol: CUSE_UNRESTRICTED_IOCTL, FUSE_IOCTL_RETRY, FUSE_IOCTL_32BIT.
const (
	initUnrestricted = 1 << 0
	ioctlRetry       = 1 << 2
	ioctl32Bit       = 1 << 3
)

// Limits: what one ioctl may move (32 pages of 4 KiB are the kernel's own limit), and how many ranges one may name (FUSE_IOCTL_MAX_IOV).
const (
	maxTransfer = 32 * 4096
	maxRanges   = 256
	frameBytes  = maxTransfer + 4096
)

// The protocol is spoken in the machine's own byte order; every machine that this runs on is little-endian.
var order = binary.LittleEndian

// request is one question of the kernel.
type request struct {
	op     uint32
	unique uint64
	body   []byte
}

// parse reads a question. The body stays part of frame.
func parse(frame []byte) (request, error) {
	if len(frame) < inHeaderBytes {
		return request{}, fmt.Errorf("cuse: a request of %d bytes is shorter than its header", len(frame))
	}
	if n := order.Uint32(frame); uint64(n) != uint64(len(frame)) {
		return request{}, fmt.Errorf("cuse: a request of %d bytes says that it has %d", len(frame), n)
	}
	return request{op: order.Uint32(frame[4:]), unique: order.Uint64(frame[8:]), body: frame[inHeaderBytes:]}, nil
}

// ioctl is fuse_ioctl_in with the memory that came along.
type ioctl struct {
	flags, cmd uint32
	arg        uint64
	in         []byte
	outSize    uint32
}

func parseIoctl(body []byte) (ioctl, error) {
	if len(body) < ioctlInBytes {
		return ioctl{}, fmt.Errorf("cuse: an ioctl of %d bytes is too short", len(body))
	}
	c := ioctl{
		flags: order.Uint32(body[8:]), cmd: order.Uint32(body[12:]), arg: order.Uint64(body[16:]),
		in: body[ioctlInBytes:], outSize: order.Uint32(body[28:]),
	}
	if n := order.Uint32(body[24:]); uint64(n) != uint64(len(c.in)) || c.outSize > maxTransfer {
		return ioctl{}, fmt.Errorf("cuse: an ioctl brings %d bytes, says %d, and wants %d", len(c.in), n, c.outSize)
	}
	return c, nil
}

// reply makes an answer: its header and room for what follows. An error is told by its number alone.
func reply(unique uint64, failed syscall.Errno, bytes int) []byte {
	if failed != 0 {
		bytes = 0
	}
	b := make([]byte, outHeaderBytes, outHeaderBytes+bytes)
	order.PutUint32(b, uint32(outHeaderBytes+bytes))
	order.PutUint32(b[4:], uint32(-int32(failed)))
	order.PutUint64(b[8:], unique)
	return b
}

// initReply names the device.
func initReply(unique uint64, name string) []byte {
	info := "DEVNAME=" + name + "\x00"
	b := reply(unique, 0, initOutBytes+len(info))
	out := make([]byte, initOutBytes) // major and minor number of the device stay 0: the kernel picks them
	order.PutUint32(out, protocolMajor)
	order.PutUint32(out[4:], protocolMinor)
	order.PutUint32(out[12:], initUnrestricted)
	order.PutUint32(out[16:], maxTransfer)
	order.PutUint32(out[20:], maxTransfer)
	return append(append(b, out...), info...)
}

// retryReply asks for the caller's memory.
func retryReply(unique uint64, in, out []memoryRange) []byte {
	b := reply(unique, 0, ioctlOutBytes+rangeBytes*(len(in)+len(out)))
	b = order.AppendUint32(b, 0)
	b = order.AppendUint32(b, ioctlRetry)
	b = order.AppendUint32(b, uint32(len(in)))
	b = order.AppendUint32(b, uint32(len(out)))
	for _, ranges := range [2][]memoryRange{in, out} {
		for _, r := range ranges {
			b = order.AppendUint64(order.AppendUint64(b, r.base), uint64(r.length))
		}
	}
	return b
}

// doneReply ends an ioctl with its result and what goes into the caller's memory.
func doneReply(unique uint64, result int32, out []byte) []byte {
	b := reply(unique, 0, ioctlOutBytes+len(out))
	b = order.AppendUint32(b, uint32(result))
	b = append(b, make([]byte, 12)...)
	return append(b, out...)
}
