package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/room"
)

// line is something that happened, and when.
type line struct{ When, Words string }

func (in *Input) sessions(own Rows) (all []line) {
	for _, s := range own.Sessions {
		words := sessionWords(s.Of)
		if s.Over {
			words += ", " + span(s.Lasted)
		} else {
			words += ", its end is not known"
		}
		if s.Asked {
			words += "; it was private, and you kept your part of it"
		}
		all = append(all, line{in.when(s.At), words})
	}
	return all
}

func (in *Input) practices(own Rows) (all []line) {
	for _, m := range own.Moments {
		if m.What != history.MomentPractice {
			continue
		}
		words := m.Name
		if m.Numbers[0].Known {
			words += ", " + span(seconds(m.Numbers[0]))
		}
		if m.Detail == "stopped" {
			words += ", stopped before its end"
		}
		all = append(all, line{in.when(m.At), words})
	}
	return all
}

func seconds(m dsp.Maybe) time.Duration { return time.Duration(m.Value * float64(time.Second)) }

// checkIns are what was asked, and the wearer's own answers.
func (in *Input) checkIns(own Rows) (all []line) {
	for _, m := range own.Moments {
		switch m.What {
		case history.MomentCheckIn:
			all = append(all, line{in.when(m.At), "a check-in"}) // not whose it was: the other's look like one asked by hand
		case history.MomentAnswer:
			all = append(all, line{in.when(m.At), "your answer: " + strings.ReplaceAll(m.Name, "_", " ")})
		}
	}
	return all
}

// recoveries are how soon half of what had risen was gone again.
func (in *Input) recoveries(own Rows) (all []line) {
	for _, m := range own.Moments {
		if m.What != history.MomentRecovery {
			continue
		}
		var parts []string
		for i, what := range []string{"half of the arousal was gone", "half of the rise in heart rate was gone"} {
			if m.Numbers[i].Known {
				parts = append(parts, what+" after "+span(seconds(m.Numbers[i])))
			}
		}
		if len(parts) > 0 {
			all = append(all, line{in.when(m.At), list(parts)})
		}
	}
	return all
}

// settings are the wearer's own changes of what is shared, kept and felt in the room.
func (in *Input) settings(own Rows) (all []line) {
	for _, m := range own.Moments {
		if m.What == history.MomentConsent {
			all = append(all, line{in.when(m.At), m.Name + " set to " + m.Detail})
		}
	}
	return all
}

func (in *Input) mornings(own Rows) (all []line) {
	for _, m := range own.Mornings {
		parts := []string{"worn " + span(m.Worn) + ", usable " + span(m.Usable)}
		for _, n := range []struct {
			what     string
			v        dsp.Maybe
			decimals int
		}{
			{"lowest heart rate", m.LowestBPM, 0}, {"middle heart rate", m.MedianBPM, 0}, {"variability (RMSSD, ms)", m.RMSSD, 0},
			{"breaths a minute", m.BreathingPerMin, 1}, {"restless periods", m.RestlessPeriods, 0},
		} {
			if n.v.Known {
				parts = append(parts, n.what+" "+decimal(n.v.Value, n.decimals))
			}
		}
		all = append(all, line{in.when(m.At), strings.Join(parts, "; ")})
	}
	return all
}

// note is one note of the journal.
type note struct {
	When, Text string
	Tags       []string
	Results    []string
}

func (in *Input) journal(own Rows) (all []note) {
	for _, n := range own.Notes {
		out := note{When: in.when(n.At), Text: n.Text}
		for _, t := range n.Tags {
			out.Tags = append(out.Tags, tagWords(t.Kind)+": "+t.Word)
		}
		for _, l := range n.Labs {
			words := l.Name + " " + strconv.FormatFloat(l.Value, 'g', -1, 64) + " " + l.Unit
			if l.About != "" {
				words += " (" + l.About + ")"
			}
			out.Results = append(out.Results, words)
		}
		all = append(all, out)
	}
	return all
}

func tagWords(k history.TagKind) string {
	switch k {
	case history.TagBody:
		return "in the body"
	case history.TagHelped:
		return "what helped"
	}
	return "what happened"
}

// shared tells whether a time lies in a session with another person, whose body moved the scenes too.
func (r Rows) shared(t time.Time) bool {
	return slices.ContainsFunc(r.Sessions, func(s history.Session) bool {
		return s.Of == room.Together && !t.Before(s.At) && t.Before(s.At.Add(lasted(s)))
	})
}

// lasted is how long a session lasted; where its end is not known, as long as one can.
func lasted(s history.Session) time.Duration {
	if s.Over {
		return min(s.Lasted, longestSession)
	}
	return longestSession
}
