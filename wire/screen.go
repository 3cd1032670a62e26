package wire

import (
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// Screen gathers what hubd demo prints once a second without a page: per wearer heart rate, state with its first reason and
// signal quality; then how it is with the lamps. The zero Screen has heard nothing. It is for the machine's own terminal,
// where only simulated bodies are shown; events of people go through pipeline.Disclose.
type Screen struct {
	wearers []screenWearer
	lamps   []room.LampStatus
	faults  []screenFault
	paused  bool
}

type screenWearer struct {
	id       string
	bpm      dsp.Maybe
	state    regulation.State
	hasState bool
	signals  [3]screenSignal // by dsp.ChannelKind
}

type screenSignal struct {
	heard, contact bool
	quality        float64
}

type screenFault struct{ source, reason string }

// Apply takes one event.
func (s *Screen) Apply(e pipeline.Event) {
	switch v := e.Value.(type) {
	case dsp.HeartRate:
		s.wearer(e.Wearer).bpm = v.BPM
	case regulation.State:
		w := s.wearer(e.Wearer)
		w.state, w.hasState = v, true
	case dsp.Signal:
		if w := s.wearer(e.Wearer); int(v.Channel) < len(w.signals) {
			w.signals[v.Channel] = screenSignal{heard: true, contact: v.Contact, quality: v.Quality}
		}
	case room.Session:
		s.session(v)
	case dsp.Fault:
		s.fault(v)
	}
}

// session clears what a pause withdraws: nobody is sensed then, and the last values are not shown on.
func (s *Screen) session(v room.Session) {
	s.paused = v.Phase == room.PhasePause
	if s.paused {
		for i := range s.wearers {
			s.wearers[i] = screenWearer{id: s.wearers[i].id}
		}
	}
}

func (s *Screen) wearer(id string) *screenWearer {
	for i := range s.wearers {
		if s.wearers[i].id == id {
			return &s.wearers[i]
		}
	}
	s.wearers = append(s.wearers, screenWearer{id: id})
	return &s.wearers[len(s.wearers)-1]
}

// Lamps takes how it is with the lamps now. The Screen only reads it, until the next one.
func (s *Screen) Lamps(lamps []room.LampStatus) { s.lamps = lamps }

func (s *Screen) fault(f dsp.Fault) {
	kept := s.faults[:0]
	for _, old := range s.faults {
		if old.source != f.Source {
			kept = append(kept, old)
		}
	}
	if f.Reason != "" {
		kept = append(kept, screenFault{f.Source, f.Reason})
	}
	s.faults = kept
}

// Line is the line at stream time t, without a line end.
func (s *Screen) Line(t time.Duration) string {
	dst := append(clock(nil, int64(t/time.Second)), "  "...)
	if len(s.wearers) == 0 {
		dst = append(dst, "nothing heard so far"...)
	}
	for i := range s.wearers {
		if i > 0 {
			dst = append(dst, " | "...)
		}
		dst = s.wearers[i].append(dst)
	}
	if s.paused {
		dst = append(dst, " | paused"...)
	}
	for _, l := range s.lamps {
		dst = append(append(append(dst, " | lamp "...), plain(l.Lamp)...), ' ')
		dst = append(dst, lampWords(l)...)
	}
	for _, f := range s.faults {
		dst = append(append(append(dst, " | "...), plain(f.source)...), ": "...)
		dst = append(dst, plain(f.reason)...)
	}
	return string(dst)
}

func (w *screenWearer) append(dst []byte) []byte {
	dst = append(append(dst, plain(w.id)...), ": "...)
	if w.bpm.Known {
		if w.bpm.Value < 99.5 {
			dst = append(dst, ' ')
		}
		dst = appendNumber(dst, w.bpm.Value, 0)
	} else {
		dst = append(dst, " --"...)
	}
	dst = append(dst, " bpm, "...)
	dst = w.stateWords(dst)
	for k, label := range [...]string{"pulse", "skin"} { // dsp.ChannelPulse, dsp.ChannelEDA
		if g := w.signals[k]; g.heard {
			dst = append(append(append(dst, ", "...), label...), ' ')
			dst = append(dst, grade(g.contact, g.quality)...)
		}
	}
	return dst
}

func (w *screenWearer) stateWords(dst []byte) []byte {
	if !w.hasState {
		return append(dst, "no state"...)
	}
	if w.measuring() {
		return append(dst, "not sure (still measuring)"...)
	}
	if w.state.Name != regulation.Unknown && w.state.Confidence < doubted {
		dst = append(dst, "perhaps "...)
	}
	dst = append(dst, named(w.state)...)
	if w.state.Name == regulation.Unknown || len(w.state.Reasons) == 0 {
		return dst
	}
	first, lead := w.state.Reasons[0], " ("
	if !first.Supports(w.state.Name) {
		lead = " (though "
	}
	return append(append(append(dst, lead...), direction(first)...), ')')
}

// doubted is the confidence under which a name is told with "perhaps": the room does not follow it either.
const doubted = 0.5

// measuring tells whether no state can be named although every sensor sits well: a minute of good signal is not yet in.
func (w *screenWearer) measuring() bool {
	if w.state.Name != regulation.Unknown || w.state.Unknown != regulation.ReasonPoorSignal {
		return false
	}
	heard := false
	for _, g := range w.signals {
		if g.heard && (!g.contact || g.quality < goodQuality) {
			return false
		}
		heard = heard || g.heard
	}
	return heard
}
