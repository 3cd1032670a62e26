package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mounts are what a program expects of Linux. The kernel has mounted nothing yet.
func mountAll() error {
	for _, m := range [...]struct{ kind, at, options string }{
		{"proc", "/proc", ""}, {"sysfs", "/sys", ""}, {"devtmpfs", "/dev", ""}, {"tmpfs", "/run", "mode=755"}, {"tmpfs", "/tmp", "mode=1777"},
	} {
		if err := os.MkdirAll(m.at, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, m.at, m.kind, 0, m.options); err != nil {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	return nil
}

// modules are those of Debian's kernel that the test needs, each behind those it builds on.
var modules = [...]string{"fuse", "cuse", "failover", "net_failover", "virtio_mmio", "virtio_net"}

func loadModules(folder string) error {
	for _, name := range modules {
		image, err := os.ReadFile(filepath.Join(folder, name+".ko"))
		if err != nil {
			return err
		}
		if err := unix.InitModule(image, ""); err != nil {
			return fmt.Errorf("load module %s: %w", name, err)
		}
	}
	return nil
}

// connect gives the loopback and the first card their addresses: those of QEMU's user network.
func connect() error {
	for name, address := range map[string]net.IP{"lo": net.IPv4(127, 0, 0, 1), "eth0": net.IPv4(10, 0, 2, 15)} {
		if err := configure(name, address.To4()); err != nil {
			return fmt.Errorf("network %s: %w", name, err)
		}
	}
	return nil
}

// configure does what ifconfig does.
func configure(name string, address net.IP) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	for _, set := range [...]struct {
		what  uint
		value []byte
	}{
		{unix.SIOCSIFADDR, append([]byte{unix.AF_INET, 0, 0, 0}, address...)},
		{unix.SIOCSIFNETMASK, []byte{unix.AF_INET, 0, 0, 0, 255, 255, 255, 0}},
		{unix.SIOCSIFFLAGS, []byte{unix.IFF_UP | unix.IFF_RUNNING, 0}},
	} {
		var request [40]byte // struct ifreq: a name of 16 bytes and a union
		copy(request[:unix.IFNAMSIZ-1], name)
		copy(request[unix.IFNAMSIZ:], set.value)
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(s), uintptr(set.what), uintptr(unsafe.Pointer(&request))); e != 0 {
			return e
		}
	}
	return nil
}
