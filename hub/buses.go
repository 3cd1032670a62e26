package hub

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	_ "periph.io/x/host/v3/gpioioctl" // sysfs refuses to load without it
	"periph.io/x/host/v3/sysfs"       // I²C and SPI of Linux

	"hubd/config"
	"hubd/drivers/gpioline"
)

// buses gives the buses that chips hang on. It has two kinds: the kernel's, and simulated ones.
type buses interface {
	// i2c opens a bus, or gives it again while it is open, for the chip at an address.
	i2c(b config.Bus, address uint16) (i2c.Bus, error)
	// spi opens a port and connects to the chip on it.
	spi(b config.Bus) (spi.Conn, error)
	// header is the way to the GPIO lines.
	header() (header, error)
}

// kernelBuses are those of Linux, through periph. It is used by the reading loops, one bus each, and by nothing else.
type kernelBuses struct {
	at      func(kernel time.Duration) time.Duration // the run's time for one of the kernel's
	dev     string                                   // folder of the device nodes
	openI2C func(number int) (i2c.BusCloser, error)
	openSPI func(port, chipSelect int) (spi.PortCloser, error)

	mu   sync.Mutex
	open map[string]openNode // by bus
}

// openNode is a bus in use, and the node that led to it: an adapter that was pulled out and put back has a new one, and what was
// opened before leads nowhere for ever.
type openNode struct {
	bus  interface{ Close() error }
	node os.FileInfo
}

// newKernelBuses loads periph's Linux drivers; only sysfs and gpioioctl, since the board drivers map memory that hubd has no
// business with. The report says what was loaded, skipped and failed: the best first diagnostic there is. Nodes are opened by their
// names and not from periph's list, which holds those that were there at its start.
func newKernelBuses() (*kernelBuses, string, error) {
	state, err := driverreg.Init()
	if err != nil {
		return nil, "", fmt.Errorf("hub: load periph drivers: %w", err)
	}
	report := fmt.Sprintf("loaded %v, skipped %v, failed %v", state.Loaded, state.Skipped, state.Failed)
	return &kernelBuses{
		dev:     "/dev",
		openI2C: func(number int) (i2c.BusCloser, error) { return sysfs.NewI2C(number) },
		openSPI: func(port, chipSelect int) (spi.PortCloser, error) { return sysfs.NewSPI(port, chipSelect) },
		open:    map[string]openNode{},
	}, report, nil
}

func (k *kernelBuses) header() (header, error) {
	if k.at == nil {
		return header{}, errors.New("hub: GPIO lines without a clock")
	}
	return header{kernel: gpioline.System{}, at: k.at}, nil
}

func (k *kernelBuses) i2c(b config.Bus, address uint16) (i2c.Bus, error) {
	if driver, owned := claimed(i2cDevices, b.I2C, address); owned {
		return nil, claimedError{driver}
	}
	node, err := k.find("i2c-"+b.I2C, "set dtparam=i2c_arm=on in config.txt and reboot, load i2c-dev, or plug the adapter in", "i2c")
	if err != nil {
		k.drop(b.Name)
		return nil, err
	}
	if bus, ok := k.same(b.Name, node).(i2c.Bus); ok {
		return bus, nil
	}
	k.drop(b.Name)
	number, err := strconv.Atoi(b.I2C)
	if err != nil {
		return nil, fmt.Errorf("hub: I2C bus %q is no number", b.I2C)
	}
	bus, err := k.openI2C(number)
	if err != nil {
		return nil, fmt.Errorf("open I2C bus %s: %w", b.I2C, err)
	}
	k.keep(b.Name, openNode{bus, node})
	return bus, nil
}

func (k *kernelBuses) spi(b config.Bus) (spi.Conn, error) {
	k.drop(b.Name) // a port is connected once
	node, err := k.find("spidev"+b.SPI, "set dtparam=spi=on in config.txt and reboot", "spi")
	if err != nil {
		return nil, err
	}
	var number, chipSelect int
	if _, err := fmt.Sscanf(b.SPI, "%d.%d", &number, &chipSelect); err != nil {
		return nil, fmt.Errorf("hub: SPI port %q is not a port and a chip select", b.SPI)
	}
	port, err := k.openSPI(number, chipSelect)
	if err != nil {
		return nil, fmt.Errorf("open SPI port %s: %w", b.SPI, err)
	}
	conn, err := port.Connect(physic.Frequency(b.ClockHz)*physic.Hertz, spi.Mode0, 8)
	if err != nil {
		port.Close()
		return nil, fmt.Errorf("hub: connect SPI port %s at %d Hz: %w", b.SPI, b.ClockHz, err)
	}
	k.keep(b.Name, openNode{port, node})
	return conn, nil
}

// find looks for a device node that this process may use.
func (k *kernelBuses) find(name, cure, group string) (os.FileInfo, error) {
	path := filepath.Join(k.dev, name)
	node, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no %s: %s", path, cure)
	case err != nil:
		return nil, fmt.Errorf("hub: %w", err)
	}
	if unix.Access(path, unix.R_OK|unix.W_OK) != nil {
		return nil, fmt.Errorf("this user may not use %s: add it to the group %s and start hubd again", path, group)
	}
	return node, nil
}

// same is the bus that is in use, as far as its node is still this one.
func (k *kernelBuses) same(bus string, node os.FileInfo) interface{ Close() error } {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.open[bus]; ok && os.SameFile(old.node, node) {
		return old.bus
	}
	return nil
}

func (k *kernelBuses) keep(bus string, n openNode) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open[bus] = n
}

// drop closes a bus that was in use. What failed may fail to close, and is opened anew all the same.
func (k *kernelBuses) drop(bus string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.open[bus]; ok {
		old.bus.Close()
		delete(k.open, bus)
	}
}

// claimedError is a chip that a kernel driver has.
type claimedError struct{ driver string }

func (e claimedError) Error() string {
	return fmt.Sprintf("the kernel driver %s owns this chip: remove its dtoverlay from config.txt and reboot", e.driver)
}

// i2cDevices is where Linux shows the chips that its own drivers know of.
const i2cDevices = "/sys/bus/i2c/devices"

// claimed tells which kernel driver owns an I²C address. periph's transfers would go past it, and both would talk to the chip: the EBUSY by
// which the kernel refuses that belongs to a call that periph does not make.
func claimed(devices, bus string, address uint16) (driver string, owned bool) {
	number := strings.TrimPrefix(bus, "/dev/i2c-")
	if _, err := strconv.Atoi(number); err != nil {
		return "", false
	}
	link := filepath.Join(devices, fmt.Sprintf("%s-%04x", number, address), "driver")
	target, err := os.Readlink(link)
	if err != nil {
		return "", false
	}
	return filepath.Base(target), true
}
