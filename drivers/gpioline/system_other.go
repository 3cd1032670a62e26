//go:build !linux

package gpioline

import (
	"syscall"
	"time"
)

// System is a machine without GPIO character devices: hubd only replays and demonstrates there.
type System struct{}

// Chips implements Kernel.
func (System) Chips() ([]string, error) { return nil, syscall.ENOENT }

// Open implements Kernel.
func (System) Open(string) (int, error) { return -1, syscall.ENOENT }

// Ioctl implements Kernel.
func (System) Ioctl(int, uint32, []byte) error { return syscall.ENOENT }

// Wait implements Kernel.
func (System) Wait(_ []int, timeout time.Duration) (uint64, error) {
	time.Sleep(timeout)
	return 0, nil
}

// Read implements Kernel.
func (System) Read(int, []byte) (int, error) { return 0, syscall.ENOENT }

// Close implements Kernel.
func (System) Close(int) error { return nil }

// Now implements Kernel.
func (System) Now() time.Duration { return time.Duration(time.Now().UnixNano()) }

var _ Kernel = System{}
