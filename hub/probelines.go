package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"hubd/drivers/gpioline"
	"hubd/setup"
)

// headerLines looks for every GPIO line of the config. None is taken and none is read, so that it may be done whoever is paused.
func (b *workbench) headerLines() []setup.Line {
	var all []setup.Line
	add := func(name, use string) {
		if name != "" {
			all = append(all, setup.Line{Name: name, Use: use})
		}
	}
	for _, w := range b.panel.buttons {
		use := "pause button"
		if w.wearer != nobody {
			use = "button of " + b.config.Wearers[w.wearer].ID
		}
		add(w.line, use)
	}
	for _, l := range b.panel.leads {
		id := b.config.Wearers[l.wearer].ID
		add(l.plus, "LO+ of "+id)
		add(l.minus, "LO- of "+id)
	}
	for _, ch := range b.config.Chips {
		add(ch.InterruptLine, "INT of "+ch.Name)
	}
	add(b.panel.led, "sensing light")
	if len(all) == 0 {
		return nil
	}
	h, err := b.buses.header()
	for i := range all {
		lookAtLine(h, err, &all[i])
	}
	return all
}

// lookAtLine tells how a line stands. A line that hubd has itself is as it should be.
func lookAtLine(h header, err error, l *setup.Line) {
	user := ""
	if err == nil {
		user, err = gpioline.Look(h.kernel, l.Name)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		l.Standing, l.Advice = setup.NotAllowed, "this user may not use GPIO lines: sudo usermod -aG gpio $USER, then log in again"
	case err != nil:
		said := strings.TrimPrefix(err.Error(), "gpioline: ")
		l.Standing, l.Advice = setup.NoLine, strings.TrimPrefix(said, l.Name+": ")
	case user != "" && user != consumer:
		l.Standing, l.Detail = setup.InUse, user
		l.Advice = fmt.Sprintf("%s has this line: end that program, remove its dtoverlay, or take another line", user)
	}
}
