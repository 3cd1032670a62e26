package synth

import (
	"slices"
	"sync"
	"time"

	"hubd/regulation"
)

// Scene is one scenario with its bodies. Its methods may be called from several goroutines: the chips are read on the bus loops'
// threads while the room is told from elsewhere. Asking for a reading allocates nothing.
//
// A body lives as far as it was asked: time in questions should not fall back by more than a quarter of a second between the
// channels of one wearer; an older question gets the oldest reading kept.
type Scene struct {
	scenario scenario
	seed     uint64
	ids      []string
	wearers  []wearer
}

// wearer guards one body.
type wearer struct {
	mu   *sync.Mutex
	body *body
}

// New makes a scenario's bodies from a seed: the same seed gives the same people and the same session. An unknown name is an error
// that lists the names there are.
func New(scenario string, seed uint64) (*Scene, error) {
	found, err := find(scenario)
	if err != nil {
		return nil, err
	}
	s := &Scene{scenario: found, seed: seed, ids: []string{"a", "b"}[:len(found.wearers)]}
	common := newShared(source(seed, 0, streamShared))
	for i, segments := range found.wearers {
		t := newTraits(source(seed, i, streamTraits))
		b := newBody(seed, i, t, script{segments: segments, length: found.length}, common)
		s.wearers = append(s.wearers, wearer{mu: new(sync.Mutex), body: b})
	}
	return s, nil
}

// Name is the scenario's name, as New takes it.
func (s *Scene) Name() string { return s.scenario.name }

// Title says in a few plain words what happens.
func (s *Scene) Title() string { return s.scenario.title }

// Duration is the length of the script; after it the script begins again.
func (s *Scene) Duration() time.Duration { return s.scenario.length }

// Wearers gives the wearers' ids: a, or a and b. Their place in the list is the number that the other methods take.
func (s *Scene) Wearers() []string { return slices.Clone(s.ids) }

// Session is the word of the session kind that suits: together for two wearers, else alone.
func (s *Scene) Session() string {
	if len(s.ids) > 1 {
		return "together"
	}
	return "alone"
}

// SetRoom tells all bodies what the room is like from now on. Until it is called they are in no room and answer to none.
func (s *Scene) SetRoom(r Room) {
	for _, w := range s.wearers {
		w.mu.Lock()
		w.body.room, w.body.inRoom = r, true
		w.mu.Unlock()
	}
}

// at reads one wearer's sensors.
func (s *Scene) at(wearer int, t time.Duration) reading {
	w := s.wearers[wearer]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body.at(t)
}

// Pulse is the output of a wearer's analog pulse sensor at time t, in V: 0.02…3.28, rising with each beat, resting at 1.65.
func (s *Scene) Pulse(wearer int, t time.Duration) float64 { return s.at(wearer, t).pulse }

// EDA is the conductance between a wearer's electrodes at time t, in µS; about 0 while they are off. It is never negative.
func (s *Scene) EDA(wearer int, t time.Duration) float64 { return s.at(wearer, t).eda }

// Motion is the short-term deviation of a wearer's acceleration at time t, in g: about 0.008 when still.
func (s *Scene) Motion(wearer int, t time.Duration) float64 { return s.at(wearer, t).motion }

// Truth is what really happened in a wearer's body up to the newest reading asked for. It is a copy.
func (s *Scene) Truth(wearer int) Truth {
	w := s.wearers[wearer]
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body.truth()
}

// Resonance is the truth about the pace that a wearer's heart answers most, in breaths per minute.
func (s *Scene) Resonance(wearer int) float64 { return s.wearers[wearer].body.traits.resonance }

// Baseline is a wearer's own rest at stage known: half an hour over the two days before today, lived by the same body at rest and
// measured as hubd would. today is a local date in days since 1970-01-01, 3 or more.
func (s *Scene) Baseline(wearer int, today int32) regulation.Baseline {
	return rested(s.seed, wearer, s.wearers[wearer].body.traits, max(today, 3))
}
