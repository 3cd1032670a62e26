// Package nodes lets the chip models of drivers/sim be what /dev/i2c-N and /dev/spidevB.C lead to: it answers the ioctls of the
// kernel's i2c-dev and spidev, for programs of 32 and of 64 bits, with the error numbers and the limits that those have.
package nodes
