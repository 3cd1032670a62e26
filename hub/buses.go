package hub

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	_ "periph.io/x/host/v3/gpioioctl" // sysfs refuses to load without it
	_ "periph.io/x/host/v3/sysfs"     // I²C and SPI of Linux

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
	open map[string]interface{ Close() error }
	at   func(kernel time.Duration) time.Duration // the run's time for one of the kernel's
}

// newKernelBuses loads periph's Linux drivers; only sysfs and gpioioctl, since the board drivers map memory that hubd has no
// business with. The report says what was loaded, skipped and failed: the best first diagnostic there is.
func newKernelBuses() (*kernelBuses, string, error) {
	state, err := driverreg.Init()
	if err != nil {
		return nil, "", fmt.Errorf("hub: load periph drivers: %w", err)
	}
	report := fmt.Sprintf("loaded %v, skipped %v, failed %v", state.Loaded, state.Skipped, state.Failed)
	return &kernelBuses{open: map[string]interface{ Close() error }{}}, report, nil
}

func (k *kernelBuses) header() (header, error) {
	if k.at == nil {
		return header{}, errors.New("hub: GPIO lines without a clock")
	}
	return header{kernel: gpioline.System{}, at: k.at}, nil
}

func (k *kernelBuses) i2c(b config.Bus, address uint16) (i2c.Bus, error) {
	if driver, owned := claimed(i2cDevices, b.I2C, address); owned {
		return nil, fmt.Errorf("the kernel driver %s owns this chip: remove its dtoverlay from config.txt and reboot", driver)
	}
	if bus, ok := k.open[b.Name].(i2c.BusCloser); ok {
		return bus, nil
	}
	if len(i2creg.All()) == 0 {
		return nil, fmt.Errorf("there is no I2C bus %s on this machine: set dtparam=i2c_arm=on in config.txt, load i2c-dev, and restart hubd", b.I2C)
	}
	bus, err := i2creg.Open(b.I2C)
	if err != nil {
		return nil, fmt.Errorf("open I2C bus %s: %w (this machine has %s; is this user in the group i2c?)", b.I2C, err, busNames(i2creg.All()))
	}
	k.open[b.Name] = bus
	return bus, nil
}

func busNames(refs []*i2creg.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

func (k *kernelBuses) spi(b config.Bus) (spi.Conn, error) {
	if old, ok := k.open[b.Name]; ok {
		old.Close() // a port is connected once; what failed may fail to close, and is opened anew all the same
		delete(k.open, b.Name)
	}
	if len(spireg.All()) == 0 {
		return nil, fmt.Errorf("there is no SPI port %s on this machine: set dtparam=spi=on in config.txt, and restart hubd", b.SPI)
	}
	port, err := spireg.Open(b.SPI)
	if err != nil {
		return nil, fmt.Errorf("open SPI port %s: %w (is this user in the group spi?)", b.SPI, err)
	}
	conn, err := port.Connect(physic.Frequency(b.ClockHz)*physic.Hertz, spi.Mode0, 8)
	if err != nil {
		port.Close()
		return nil, fmt.Errorf("hub: connect SPI port %s at %d Hz: %w", b.SPI, b.ClockHz, err)
	}
	k.open[b.Name] = port
	return conn, nil
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
