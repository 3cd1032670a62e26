package pipeline

import (
	"time"

	"hubd/dsp"
	"hubd/room"
)

// PracticeResult is what a practice came to in one wearer. It is that wearer's own: others get nothing of it, whatever is shared.
type PracticeResult struct {
	Practice      string
	Ran           time.Duration
	CoherenceMean dsp.Maybe // 0…1, of the heart rate with the pacer; absent without a pacer
	ArousalBefore dsp.Maybe // z against the wearer's own rest, as the practice began
	ArousalAfter  dsp.Maybe // and as it ended

	Pace   dsp.Swing // of a resonance practice: the best pace and the swing there; an absent BPM: not found
	Tried  int       // paces; 0: another practice, or no pulse to try them on
	Judged int       // of them
}

// Kind is the event name.
func (PracticeResult) Kind() string { return "practice_result" }

// practised is what one wearer does while a practice runs.
type practised struct {
	on        bool
	before    dsp.Maybe
	coherence float64
	known     int
	private   bool // some of it was in a private session
	searching bool
	resonance dsp.Resonance
}

// follow gathers the coherence of one second's values.
func (p *practised) follow(values []dsp.Value) {
	if !p.on {
		return
	}
	for _, v := range values {
		if c, ok := v.(dsp.Coherence); ok && c.Ratio.Known {
			p.coherence += c.Ratio.Value
			p.known++
		}
	}
}

func (p *practised) mean() dsp.Maybe {
	if p.known == 0 {
		return dsp.Maybe{}
	}
	return dsp.Some(p.coherence / float64(p.known))
}

// practices follows the beginning and the end of practices among events that have just come out, and appends what an end came to.
func (p *Pipeline) practices(events []Event, from int) []Event {
	for i := from; i < len(events); i++ {
		v, ok := events[i].Value.(room.Practice)
		if !ok {
			continue
		}
		at, st := events[i].At, p.room.Status()
		for _, w := range p.wearers {
			if v.Phase == room.PracticeStarted {
				w.begin(st, v.Name)
				continue
			}
			private := w.practised.private
			if r, ok := w.endPractice(v); ok {
				events = append(events, Event{Wearer: w.id, At: at, Value: r})
				p.remember(w, r, private)
			}
		}
	}
	return events
}

// begin notes how a wearer who takes part is as a practice begins.
func (w *Wearer) begin(st room.Status, practice string) {
	w.practised = practised{private: st.Private}
	if !takesPart(st, w.index) || !w.sensed() {
		return
	}
	w.practised.on, w.practised.before = true, w.estimator.State().Arousal
	w.practised.searching = practice == room.PracticeResonance && !w.options.VagalOff
}

// endPractice gives what a practice came to; false for who took no part, and where it was too short to count.
func (w *Wearer) endPractice(ended room.Practice) (PracticeResult, bool) {
	w.tryPace()
	was := w.practised
	w.practised = practised{}
	if !was.on || !ended.Counts() {
		return PracticeResult{}, false
	}
	r := PracticeResult{
		Practice: ended.Name, Ran: ended.Ran, CoherenceMean: was.mean(),
		ArousalBefore: was.before, ArousalAfter: w.estimator.State().Arousal,
	}
	if was.searching {
		r.Pace = was.resonance.Best()
		r.Tried, r.Judged = was.resonance.Counts()
	}
	return r, true
}

// tryPace judges the pace that has led up to now, in a search for the best one.
func (w *Wearer) tryPace() {
	if w.practised.searching && w.pulse != nil && w.paced.BreathsPerMin > 0 {
		w.practised.resonance.Try(w.pulse.Swing())
	}
}

// ownPace is the pace that was found for a wearer; none where interval measures are not to be used any more.
func (w *Wearer) ownPace() dsp.Maybe {
	if w.options.VagalOff {
		return dsp.Maybe{}
	}
	return w.settings.ResonancePace
}

// remember keeps the pace that was found, for later practices. One that was not found leaves what was known. Of a private session
// nothing is stored: its pace is known until the next restart.
func (p *Pipeline) remember(w *Wearer, r PracticeResult, private bool) {
	if !r.Pace.BPM.Known {
		return
	}
	pace := dsp.Some(r.Pace.Pace)
	p.room.SetOwnPace(w.index, pace)
	if !private {
		w.settings.ResonancePace = pace
		p.revision++
	}
}
