package gpioline

import "time"

// Kernel is the way to the character devices. Its two kinds are System, the machine's, and the model in drivers/sim. Errors are
// syscall.Errno or wrap one.
type Kernel interface {
	// Chips are the paths of all GPIO chips, in order.
	Chips() ([]string, error)
	// Open gives a descriptor of a chip.
	Open(path string) (fd int, err error)
	// Ioctl fills in arg, whose size is in the request.
	Ioctl(fd int, request uint32, arg []byte) error
	// Wait returns which of at most MaxWait descriptors have something to read or have failed, a bit each, or 0 after the time-out.
	Wait(fds []int, timeout time.Duration) (ready uint64, err error)
	// Read takes whole events that wait; 0 where there are none. It does not block.
	Read(fd int, p []byte) (int, error)
	Close(fd int) error
	// Now is the clock of the events: on a machine, CLOCK_MONOTONIC.
	Now() time.Duration
}

// MaxWait is how many lines can be waited for at once.
const MaxWait = 64
