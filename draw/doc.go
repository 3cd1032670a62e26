// Package draw draws waves and bars as lines of text, for a terminal over SSH: braille or plain ASCII, no colour, and never a line wider
// than it was asked for.
//
// It is pure. Who puts the lines on a screen is cmd/hubd's affair.
package draw
