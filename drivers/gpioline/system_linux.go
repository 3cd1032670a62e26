package gpioline

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// System is this machine's kernel.
type System struct{}

// Chips implements Kernel.
func (System) Chips() ([]string, error) {
	all, err := filepath.Glob("/dev/gpiochip*")
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no /dev/gpiochip* on this machine: %w", syscall.ENOENT)
	}
	return all, err
}

// Open implements Kernel.
func (System) Open(path string) (int, error) {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}

// Ioctl implements Kernel. Descriptors of lines that a request gives are made non-blocking, as Read promises.
func (System) Ioctl(fd int, request uint32, arg []byte) error {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(&arg[0])))
	if errno != 0 {
		return errno
	}
	if request == ioctlLine {
		return syscall.SetNonblock(int(int32(native.Uint32(arg[requestFDAt:]))), true)
	}
	return nil
}

// pollFD is struct pollfd.
type pollFD struct {
	fd     int32
	events int16
	heard  int16
}

const pollIn = 1

// Wait implements Kernel.
func (System) Wait(fds []int, timeout time.Duration) (ready uint64, err error) {
	var all [MaxWait]pollFD
	n := copyFDs(&all, fds)
	wait := syscall.NsecToTimespec(int64(max(timeout, 0)))
	_, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&all[0])), uintptr(n), uintptr(unsafe.Pointer(&wait)), 0, 0, 0)
	runtime.KeepAlive(&all)
	if errno == syscall.EINTR { // Go's scheduler sends signals: as good as a time-out
		return 0, nil
	}
	if errno != 0 {
		return 0, errno
	}
	for i := range n {
		if all[i].heard != 0 {
			ready |= 1 << i
		}
	}
	return ready, nil
}

func copyFDs(all *[MaxWait]pollFD, fds []int) int {
	n := min(len(fds), MaxWait)
	for i, fd := range fds[:n] {
		all[i] = pollFD{fd: int32(fd), events: pollIn}
	}
	return n
}

// Read implements Kernel.
func (System) Read(fd int, p []byte) (int, error) {
	n, err := syscall.Read(fd, p)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return 0, nil
	}
	return max(n, 0), err
}

// Close implements Kernel.
func (System) Close(fd int) error { return syscall.Close(fd) }

// Now implements Kernel.
func (System) Now() time.Duration {
	var ts syscall.Timespec
	const monotonic = 1
	// It cannot fail: the clock is there on every Linux.
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

var _ Kernel = System{}
