package hub

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"hubd/config"
	"hubd/setup"
)

// devicePath is the file of a bus.
func devicePath(b config.Bus) string {
	if b.SPI != "" {
		return "/dev/spidev" + b.SPI
	}
	return "/dev/i2c-" + b.I2C
}

// placeOf names a bus for people.
func placeOf(b config.Bus) string {
	if b.SPI != "" {
		return "SPI " + b.SPI
	}
	return "I2C " + b.I2C
}

// deviceState tells whether this user can open a bus.
func deviceState(b config.Bus) setup.Standing {
	path := devicePath(b)
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return setup.NoBus
	case err != nil:
		return setup.NotAllowed
	}
	if unix.Access(path, unix.R_OK|unix.W_OK) != nil {
		return setup.NotAllowed
	}
	return setup.Found
}

// stuck tells by its text whether a transfer failed because the bus's lines are held: periph hides the kernel's own error.
func stuck(err error) bool {
	return err != nil && strings.Contains(err.Error(), "timed out")
}
