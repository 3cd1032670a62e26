package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubd/draw"
)

// Sizes of a terminal that does not say its own.
const (
	usualWidth  = 80
	usualHeight = 24
)

// What a terminal is told, in the words that every one over SSH knows (ECMA-48, and xterm's for the other screen).
const (
	otherScreen  = "\x1b[?1049h\x1b[?25l\x1b[2J" // go to a screen of one's own, without a cursor
	firstScreen  = "\x1b[?25h\x1b[?1049l"        // and back
	toTheTop     = "\x1b[H"
	clearLine    = "\x1b[K"
	clearTheRest = "\x1b[J"
)

// display shows screens: drawn in place in a terminal, else a short drawing every so often, one below the other.
type display struct {
	out   *bufio.Writer
	fd    int // of the terminal; -1: there is none
	plain bool
}

// newDisplay looks at what std.out is. plain is asked for, or follows from a pipe and from a terminal that knows no commands.
func newDisplay(out io.Writer, plain bool) *display {
	d := &display{out: bufio.NewWriter(out), fd: -1, plain: plain}
	f, ok := out.(*os.File)
	if !ok || plain || os.Getenv("TERM") == "dumb" || os.Getenv("TERM") == "" {
		d.plain = true
		return d
	}
	if _, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err != nil {
		d.plain = true
		return d
	}
	d.fd = int(f.Fd())
	return d
}

// Times between two screens.
const (
	drawEvery  = 100 * time.Millisecond
	plainEvery = time.Second
)

// period is how often a screen is wanted.
func (d *display) period() time.Duration {
	if d.fd < 0 {
		return plainEvery
	}
	return drawEvery
}

// begin takes over the terminal, end gives it back as it was.
func (d *display) begin() error { return d.tell(otherScreen) }

func (d *display) end() error { return d.tell(firstScreen) }

func (d *display) tell(words string) error {
	if d.fd < 0 {
		return nil
	}
	if _, err := d.out.WriteString(words); err != nil {
		return err
	}
	return d.out.Flush()
}

// size is the terminal's own as of now: it may be made larger at any time.
func (d *display) size() (width, height int) {
	if d.fd >= 0 {
		if w, err := unix.IoctlGetWinsize(d.fd, unix.TIOCGWINSZ); err == nil && w.Col > 0 && w.Row > 0 {
			return int(w.Col), int(w.Row)
		}
	}
	return usualWidth, usualHeight
}

// show draws one screen.
func (d *display) show(s draw.Screen) error {
	width, height := d.size()
	if d.fd < 0 {
		return d.below(s.Lines(width, height, d.plain))
	}
	lines := s.Lines(width, height, d.plain)
	d.out.WriteString(toTheTop)
	d.out.WriteString(strings.Join(lines, clearLine+"\r\n"))
	d.out.WriteString(clearLine + clearTheRest)
	return d.out.Flush()
}

// below writes a screen below the one before.
func (d *display) below(lines []string) error {
	for _, line := range lines {
		d.out.WriteString(line + "\n")
	}
	d.out.WriteString("\n")
	return d.out.Flush()
}
