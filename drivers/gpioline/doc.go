// Package gpioline reads and drives single lines of a GPIO header through Linux's character devices (/dev/gpiochip*, second version of
// their interface, kernel 5.10 and later; uapi/linux/gpio.h).
//
// It is there for what periph's pins do not give: the kernel's own time of an edge, on the monotonic clock, and its sequence number, by
// which a lost edge is seen. A Line belongs to whoever opened it until Close, or until the process ends, in whatever way it does: the
// kernel lets go of it then.
//
// A line is asked for by name, GPIO17, or by the label of its chip and a number, pinctrl-rp1:17. Numbers of chips are never used: on a
// Raspberry Pi 5 they have moved three times.
//
// Nothing here starts a goroutine. Wait is the only function of all drivers that waits, and it takes a finite time-out.
package gpioline
