package gpioline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// Errors that a caller may want to tell apart. All pass by themselves: calling Open again is how to wait.
var (
	ErrNoLine = errors.New("no GPIO line of this name")
	ErrNoChip = errors.New("no GPIO chip of this label")
	ErrBusy   = errors.New("the GPIO line is in use")
	ErrGone   = errors.New("the GPIO chip is gone")
)

// headerPrefix is how the labels of chips begin that have the pins of a header.
const headerPrefix = "pinctrl-"

// header are the labels of the Pi's own chips, whose lines are numbered as GPIOn is, whatever they are called.
var header = [...]string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"}

// chip is an open GPIO chip.
type chip struct {
	kernel Kernel
	fd     int
	path   string
	label  string
	lines  int
}

// openChips opens every chip there is, those with a header first. Whoever calls it closes them.
func openChips(k Kernel) ([]chip, error) {
	paths, err := k.Chips()
	if err != nil {
		return nil, fmt.Errorf("gpioline: look for GPIO chips: %w", err)
	}
	var chips []chip
	var failed error
	for _, path := range paths {
		c, err := openChip(k, path)
		if err != nil {
			failed = err
			continue
		}
		chips = append(chips, c)
	}
	slices.SortStableFunc(chips, func(a, b chip) int { return rank(a.label) - rank(b.label) })
	if len(chips) == 0 && failed != nil {
		return nil, failed
	}
	return chips, nil
}

func rank(label string) int {
	if strings.HasPrefix(label, headerPrefix) {
		return 0
	}
	return 1
}

func openChip(k Kernel, path string) (chip, error) {
	fd, err := k.Open(path)
	if err != nil {
		return chip{}, fmt.Errorf("gpioline: %w (is this user in the group gpio?)", err)
	}
	var info [chipInfoSize]byte
	if err := k.Ioctl(fd, ioctlChipInfo, info[:]); err != nil {
		_ = k.Close(fd) // the first error is the one to tell
		return chip{}, fmt.Errorf("gpioline: %s: ask for its label: %w", path, err)
	}
	return chip{kernel: k, fd: fd, path: path, label: text(info[chipLabelAt : chipLabelAt+nameSize]), lines: int(native.Uint32(info[chipLinesAt:]))}, nil
}

func closeChips(chips []chip) {
	for _, c := range chips {
		_ = c.kernel.Close(c.fd) // nothing was written
	}
}

// lineInfo is what a chip tells of a line.
type lineInfo struct {
	name, consumer string
	used           bool
}

func (c chip) info(offset int) (lineInfo, error) {
	var b [lineInfoSize]byte
	native.PutUint32(b[infoOffsetAt:], uint32(offset))
	if err := c.kernel.Ioctl(c.fd, ioctlLineInfo, b[:]); err != nil {
		return lineInfo{}, fmt.Errorf("gpioline: %s line %d: %w", c.label, offset, err)
	}
	return lineInfo{
		name:     text(b[infoNameAt : infoNameAt+nameSize]),
		consumer: text(b[infoConsumerAt : infoConsumerAt+nameSize]),
		used:     native.Uint64(b[infoFlagsAt:])&flagUsed != 0,
	}, nil
}

// find looks for a line: by label and number; else by name; else, for GPIOn, by its number on the Pi's own chip.
func find(chips []chip, p Place) (chip, int, error) {
	if p.Name == "" {
		return findLabel(chips, p)
	}
	for _, c := range chips {
		for offset := range c.lines {
			info, err := c.info(offset)
			if err != nil {
				break // a chip that is going away: others may have the line
			}
			if info.name == p.Name {
				return c, offset, nil
			}
		}
	}
	if n, ok := p.headerNumber(); ok {
		for _, c := range chips {
			if slices.Contains(header[:], c.label) && n < c.lines {
				return c, n, nil
			}
		}
	}
	return chip{}, 0, fmt.Errorf("gpioline: %s: %w; there are %s: `gpioinfo` shows their lines", p, ErrNoLine, labels(chips))
}

func findLabel(chips []chip, p Place) (chip, int, error) {
	for _, c := range chips {
		if c.label == p.Label && p.Offset < c.lines {
			return c, p.Offset, nil
		}
		if c.label == p.Label {
			return chip{}, 0, fmt.Errorf("gpioline: %s: %w: it has the lines 0 to %d", p, ErrNoLine, c.lines-1)
		}
	}
	return chip{}, 0, fmt.Errorf("gpioline: %s: %w; there are %s", p, ErrNoChip, labels(chips))
}

func labels(chips []chip) string {
	if len(chips) == 0 {
		return "no GPIO chips"
	}
	var all []string
	for _, c := range chips {
		all = append(all, c.label)
	}
	return "the chips " + strings.Join(all, ", ")
}

// Look tells who uses a line, named as in Options.Line, without taking it; empty: nobody does. An error says why Open would not find it.
func Look(k Kernel, line string) (user string, err error) {
	p, err := ParsePlace(line)
	if err != nil {
		return "", err
	}
	chips, err := openChips(k)
	if err != nil {
		return "", err
	}
	defer closeChips(chips)
	c, offset, err := find(chips, p)
	if err != nil {
		return "", err
	}
	info, err := c.info(offset)
	if err == nil && info.used {
		user = cmp.Or(info.consumer, "something without a name")
	}
	return user, err
}

// explain says what an errno of a request means to somebody at a Pi.
func (c chip) explain(p Place, offset int, err error) error {
	switch {
	case errors.Is(err, syscall.EBUSY):
		user := ""
		if info, e := c.info(offset); e == nil && info.consumer != "" {
			user = " by " + info.consumer
		}
		return fmt.Errorf("gpioline: %s: %w%s: end that program, remove its dtoverlay, or take another line", p, ErrBusy, user)
	case errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		return fmt.Errorf("gpioline: %s: %w", p, ErrGone)
	}
	return fmt.Errorf("gpioline: %s: ask for the line: %w", p, err)
}
