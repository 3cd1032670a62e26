package pipeline

import (
	"errors"
	"slices"

	"hubd/room"
)

// Spares is what a wearer wants to be spared besides what the config says, which holds in any case (design section 5.3).
type Spares struct {
	Never      []string // words of room.Comfort.Never; each once
	LightFloor float64  // percent; 0: the config's
	Steady     bool     // one steady warm light, no sound, no pacer
	Unasked    bool     // hubd never asks by itself how it is
}

// MostFloor is the highest floor of light that can be asked for while hubd runs, percent: above it nobody sleeps.
const MostFloor = 50

// Over is the config's comfort and this.
func (s Spares) Over(c room.Comfort) room.Comfort {
	c.Never = slices.Concat(c.Never, s.Never)
	c.LightFloor = max(c.LightFloor, s.LightFloor)
	c.NotSteady = c.NotSteady && !s.Steady
	c.Ask = c.Ask && !s.Unasked
	return c
}

// covers tells whether nothing of other is left out.
func (s Spares) covers(other Spares) bool {
	for _, word := range other.Never {
		if !slices.Contains(s.Never, word) {
			return false
		}
	}
	return s.LightFloor >= other.LightFloor && (s.Steady || !other.Steady) && (s.Unasked || !other.Unasked)
}

// Equal tells whether two wishes are the same.
func (s Spares) Equal(other Spares) bool { return s.covers(other) && other.covers(s) }

// setComfort takes what a wearer wants to be spared from now on. It is nobody else's to say, since a light that is never dark is not less
// for everyone; and going back towards the config's is more.
func (p *Pipeline) setComfort(c Command, w *Wearer) error {
	switch {
	case c.Origin.Source != SourceSocket && (c.Origin.Source != SourcePage || c.Origin.anothers(w.id)):
		return errors.New("what the room spares a wearer is said on that wearer's own page, or on the machine itself")
	case c.Spares == nil:
		return errors.New("nothing was said of what to spare")
	case !c.Spares.covers(w.settings.Spares):
		if err := w.ownAct(c.Origin); err != nil {
			return err
		}
	}
	if c.Spares.Equal(w.settings.Spares) {
		return nil
	}
	w.settings.Spares = *c.Spares
	p.revision++
	p.values = p.room.SetComfort(p.values, p.now, w.index, w.settings.Spares.Over(w.comfort))
	return nil
}
