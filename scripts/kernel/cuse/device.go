package cuse

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Path is where the kernel offers the protocol, once its module cuse is loaded.
const Path = "/dev/cuse"

// Serve answers one ioctl: with its result, or with an error number. It is called by one goroutine, one call at a time, as a bus does
// one transfer at a time.
type Serve func(Call) (result int32, failed syscall.Errno)

// Device is a character device that this program serves.
type Device struct {
	name   string
	fd     int
	serve  Serve
	closed atomic.Bool
	ended  chan error
	calls  atomic.Uint64
}

// appearWithin bounds the time until the device's node is there.
const appearWithin = 10 * time.Second

// New makes /dev/NAME and serves it until Close. It returns when the node is there.
func New(name string, serve Serve) (*Device, error) {
	fd, err := unix.Open(Path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cuse: %w (is the module cuse loaded?)", err)
	}
	d := &Device{name: name, fd: fd, serve: serve, ended: make(chan error, 1)}
	go func() { d.ended <- d.run() }()
	if err := d.appear(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Device) appear() error {
	for end := time.Now().Add(appearWithin); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat("/dev/" + d.name); err == nil {
			return nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cuse: %w", err)
		}
	}
	return fmt.Errorf("cuse: /dev/%s does not appear", d.name)
}

// Calls is how many ioctls were answered, whatever the answer; rounds are not counted.
func (d *Device) Calls() uint64 { return d.calls.Load() }

// Close takes the device away, as pulling out an adapter does: its node goes, and whoever has it open gets an error from then on.
func (d *Device) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	select {
	case err := <-d.ended: // by itself, on an error
		return errors.Join(err, unix.Close(d.fd))
	default:
	}
	fd, err := unix.Open("/dev/"+d.name, unix.O_RDWR|unix.O_CLOEXEC, 0) // wakes the reader, which refuses
	if err == nil {
		unix.Close(fd)
	}
	return errors.Join(<-d.ended, unix.Close(d.fd))
}

// run reads and answers until the device is closed. It has a thread of its own and waits in the kernel: each step between threads
// costs an emulated machine more than the transfer.
func (d *Device) run() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	frame := make([]byte, frameBytes)
	for {
		n, err := unix.Read(d.fd, frame)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOENT): // the question was taken back while it was read
			continue
		case err != nil:
			return fmt.Errorf("cuse: %s: %w", d.name, err)
		}
		answer, err := d.answer(frame[:n])
		if err != nil {
			return err
		}
		if answer == nil {
			continue
		}
		if _, err := unix.Write(d.fd, answer); err != nil && !errors.Is(err, unix.ENOENT) { // ENOENT: nobody waits for it any more
			return fmt.Errorf("cuse: answer of %s: %w", d.name, err)
		}
		if d.closed.Load() {
			return nil
		}
	}
}

// answer makes the answer to a question; nil where none is due.
func (d *Device) answer(frame []byte) ([]byte, error) {
	q, err := parse(frame)
	if err != nil {
		return nil, err
	}
	switch q.op {
	case opInit:
		if len(q.body) < initInBytes || order.Uint32(q.body) != protocolMajor {
			return nil, errors.New("cuse: the kernel speaks another version of the protocol")
		}
		return initReply(q.unique, d.name), nil
	case opOpen:
		if d.closed.Load() {
			return reply(q.unique, syscall.ENXIO, 0), nil
		}
		return append(reply(q.unique, 0, openOutBytes), make([]byte, openOutBytes)...), nil
	case opRelease, opFlush:
		return reply(q.unique, 0, 0), nil
	case opInterrupt:
		return nil, nil
	case opIoctl:
		return d.ioctl(q), nil
	}
	return reply(q.unique, syscall.ENOSYS, 0), nil
}

// ioctl is one round of a call.
func (d *Device) ioctl(q request) []byte {
	c, err := parseIoctl(q.body)
	if err != nil {
		return reply(q.unique, syscall.EINVAL, 0)
	}
	word := 8
	if c.flags&ioctl32Bit != 0 {
		word = 4
	}
	m := &Memory{in: c.in, outSize: int(c.outSize)}
	result, failed := d.serve(Call{Cmd: c.cmd, Arg: c.arg, Word: word, Memory: m})
	if failed != 0 || m.Complete() {
		d.calls.Add(1)
	}
	return m.answer(q.unique, result, failed)
}
