package report

import (
	"time"

	"hubd/history"
	"hubd/regulation"
)

// wornView is what a report says first: how much of the time it knows anything of.
type wornView struct {
	Sentence string
	Days     []wornDay // of a week or a span; none of a session
	States   []stateShare
}

type wornDay struct {
	Day, Worn, Usable, Missing string
	Width                      string // of 100, of the day, for the bar
	None                       bool
}

// stateShare is how long one state was named.
type stateShare struct{ Class, Words, Lasted, Share string }

// total sums up minutes.
type total struct {
	worn, usable time.Duration
	states       [regulation.Withdrawn + 1]time.Duration
}

func sum(minutes []history.Minute) (t total) {
	for _, m := range minutes {
		t.worn += m.Worn
		t.usable += m.Usable
		for i, d := range wornStates(m) {
			t.states[i] += d
		}
	}
	return t
}

// wornStates gives how long each state was named while a sensor was worn. Before there is contact the state is told too, as unknown.
func wornStates(m history.Minute) [regulation.Withdrawn + 1]time.Duration {
	rest := m.Worn
	for n, d := range m.States {
		if regulation.Name(n) != regulation.Unknown {
			rest -= d
		}
	}
	m.States[regulation.Unknown] = min(m.States[regulation.Unknown], max(0, rest))
	return m.States
}

// length is the time that the rows speak of. They hold whole minutes: those in which a session began and ended count whole, or more would
// be worn than there was.
func (in *Input) length() time.Duration {
	return in.To.Add(time.Minute - 1).Truncate(time.Minute).Sub(in.From.Truncate(time.Minute))
}

func (in *Input) worn(own Rows) wornView {
	all := sum(own.Minutes)
	length := in.length()
	v := wornView{Sentence: "Worn " + span(all.worn) + " of " + span(length) + ". In " + span(all.usable) +
		" of that the signal was good enough to say something. The remaining " + span(max(0, length-all.worn)) + " are missing, and nothing stands in for them."}
	if all.worn == 0 {
		v.Sentence = "No sensor was worn in this time, or nothing of it was to be kept. The measures are missing, and nothing stands in for them."
	}
	if in.Kind != Session {
		v.Days = in.wornDays(own)
	}
	for n, d := range all.states {
		if d > 0 {
			v.States = append(v.States, stateShare{stateClass(regulation.Name(n)), regulation.Name(n).Words(), span(d), percent(d, all.worn)})
		}
	}
	return v
}

func (in *Input) wornDays(own Rows) (all []wornDay) {
	days := in.days()
	for i, begin := range days[:len(days)-1] {
		length := days[i+1].Sub(begin)
		t := sum(within(own.Minutes, begin, days[i+1], minuteAt))
		all = append(all, wornDay{
			Day: in.dayWords(i, begin), Worn: span(t.worn), Usable: span(t.usable), Missing: span(max(0, length-t.worn)),
			Width: decimal(100*t.worn.Hours()/length.Hours(), 1), None: t.worn == 0,
		})
	}
	return all
}
