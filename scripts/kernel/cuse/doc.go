// Package cuse serves a character device of Linux from a program, by the protocol of /dev/cuse (include/uapi/linux/fuse.h of the
// kernel). It knows what a driver for I²C or SPI needs to be taken for one: open, release and ioctl.
//
// An ioctl of such a device is answered in rounds. The kernel does not know which parts of the caller's memory an ioctl means, so the
// device says them ("retry"), gets the request again with their contents, and may then say further ones that the first pointed at.
// Memory hides the rounds: its owner reads as if all were there, and stops where something is missing.
package cuse
