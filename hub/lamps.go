package hub

import (
	"maps"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/room"
)

// lampPatience is how old a lamp command may be when it is sent. An older one would move a light that has since been told otherwise.
const lampPatience = 2 * time.Second

// reportsLate is how late a lamp's report may come in real time; the room counts in stream time.
const reportsLate = 2 * time.Second

// maxHeld bounds the commands that wait for the snapshot to be on disk. One more is lost, and the room plans it anew.
const maxHeld = 64

// lampGate holds a session's first lamp commands until the snapshot of how the room was is stored, then encodes and sends. A pause
// or a restore never waits for the disk.
type lampGate struct {
	send  func(m mqtt.Message, deadline time.Time, lost func()) error // the zero deadline: however late
	speed float64                                                     // stream seconds per real second
	lamp  map[string]*device.Lamp
	lost  func(room.LampReport) // from any goroutine
	held  []room.LampCommand
	fail  func(error)
	up    func() bool // the broker is there; nil: there is none to wait for
	shut  bool        // the room was told that it is not
}

// way tells the room, where that changed, whether anything gets to its lamps.
func (g *lampGate) way() (reports []room.LampReport) {
	if g.up == nil || g.shut == !g.up() {
		return nil
	}
	g.shut = !g.shut
	shut := dsp.Some(0)
	if g.shut {
		shut.Value = 1
	}
	for _, id := range slices.Sorted(maps.Keys(g.lamp)) {
		reports = append(reports, room.LampReport{Lamp: id, Shut: shut})
	}
	return reports
}

func (g *lampGate) add(c room.LampCommand) {
	if c.Owner != room.OwnerHubd {
		return // nothing to send: hubd has let go of this lamp
	}
	if c.Waits {
		g.supersede(c)
	} else if len(g.held) >= maxHeld {
		g.lost(lostReport(c))
		return
	}
	g.held = append(g.held, c)
}

// lostReport tells the room that a command was not sent.
func lostReport(c room.LampCommand) room.LampReport {
	return room.LampReport{Lamp: c.Lamp, Lost: true, Planned: c.Planned}
}

// supersede lets go of what is held for the lamp of a pause or a restore: it would reach the lamp after that, and undo it.
func (g *lampGate) supersede(by room.LampCommand) {
	g.held = slices.DeleteFunc(g.held, func(c room.LampCommand) bool {
		over := c.Lamp == by.Lamp && !c.Waits
		if over && c.Kelvin.Known != by.Kelvin.Known {
			g.lost(lostReport(c)) // of the other attribute: the room still counts on it
		}
		return over
	})
}

// flush sends what may go. stored and wanted are revisions of the settings: while the stored one is older, only commands that wait
// for nothing else go out. It returns a report for each command that grew too old.
func (g *lampGate) flush(now time.Duration, stored, wanted uint64) (lost []room.LampReport) {
	kept := g.held[:0]
	for _, c := range g.held {
		switch {
		case c.Waits:
			g.out(c, now)
		case now-c.Planned > lampPatience:
			lost = append(lost, lostReport(c))
		case stored >= wanted:
			g.out(c, now)
		default:
			kept = append(kept, c)
		}
	}
	g.held = kept
	return lost
}

func (g *lampGate) out(c room.LampCommand, now time.Duration) {
	l := g.lamp[c.Lamp]
	if l == nil {
		return // the room plans for configured lamps only
	}
	messages, err := l.Encode(nil, c)
	if err != nil {
		g.fail(err)
		return
	}
	var deadline time.Time
	if !c.Waits {
		patience := max(lampPatience-(now-c.Planned), time.Millisecond)
		deadline = time.Now().Add(time.Duration(float64(patience) / g.speed))
	}
	lost := func() { g.lost(lostReport(c)) }
	for _, m := range messages {
		if err := g.send(m, deadline, lost); err != nil {
			lost()
		}
	}
}
