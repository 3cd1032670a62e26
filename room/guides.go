package room

import (
	"slices"
	"strings"
	"time"
)

// PracticeOptions is one guided exercise. Its words, lengths and paces are data: the shipped ones stand in the config's own file.
type PracticeOptions struct {
	Name    string        // as the command practice names it
	Length  time.Duration // of one without Steps; with Steps what they last adds up
	Members int           // how many have to take part in the session
	Pacer   Pace          // InhaleShare 0: none. BreathsPerMin 0: the pace set by hand, or that of those who take part
	HumHz   float64       // tone to hum along with; 0: none
	Steps   []StepOptions // told one after the other; none: the pacer guides
}

// StepOptions is one part of a guided practice. Words invite; nothing has to be done, and nothing is read from the body.
type StepOptions struct {
	Text          string
	Last          time.Duration
	Light         Light   // a zero Brightness or Kelvin is the base scene's; it is never brighter than that
	Sound         Sound   // zero: the base scene's; with the Bed none: silence
	VoiceFile     string  // with the words spoken; empty: none
	BreathsPerMin float64 // of the pacer in this step; 0: the practice's
}

// PracticeResonance names the practice whose steps try paces: the heart answers one of them most.
const PracticeResonance = "resonance"

const (
	humLevelDB  = -42.0
	swellDB     = 6.0
	resultAfter = time.Minute // a practice stopped earlier has no result
)

// practiceNamed gives a practice with its whole length.
func (r *Room) practiceNamed(name string) (PracticeOptions, bool) {
	i := slices.IndexFunc(r.o.Practices, func(p PracticeOptions) bool { return p.Name == name })
	if i < 0 {
		return PracticeOptions{}, false
	}
	p := r.o.Practices[i]
	if len(p.Steps) > 0 {
		p.Length = 0
	}
	for _, s := range p.Steps {
		p.Length += s.Last
	}
	return p, true
}

// Practices are the names of the practices that can be started, in the order of Options.
func (r *Room) Practices() []string {
	var names []string
	for _, p := range r.o.Practices {
		names = append(names, p.Name)
	}
	return names
}

func (r *Room) practiceNames() string { return strings.Join(r.Practices(), ", ") }
