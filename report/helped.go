package report

import (
	"sort"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/regulation"
	"hubd/room"
)

// helpedRow is what was seen around one scene or practice.
type helpedRow struct{ Name, Times, Before, After, Expected, Words string }

const (
	longestSession = 12 * time.Hour
	helpedSessions = 500 // of all rows at most, the newest
)

// helped follows arousal around scenes and practices, session by session, as regulation.Helped does live; minutes are what is kept, so each
// second has its minute's arousal. Scenes of sessions with another person are left out.
func (in *Input) helped() (all []helpedRow) {
	if in.Without.Sessions {
		return nil
	}
	var h regulation.Helped
	sessions := in.Rows.Sessions
	for _, s := range sessions[max(0, len(sessions)-helpedSessions):] {
		if s.Of != room.Night {
			in.follow(&h, s)
			h.Break()
		}
	}
	for _, r := range h.Rows() {
		name := "scene " + r.Name
		if r.Practice {
			name = "practice " + r.Name
		}
		all = append(all, helpedRow{
			Name: name, Times: count(r.Times, "time"), Before: decimal(r.Before, 1), After: decimal(r.After, 1), Expected: decimal(r.Expected, 1),
			Words: differenceWords(r),
		})
	}
	return all
}

func differenceWords(r regulation.HelpedRow) string {
	switch {
	case r.Difference < -r.Margin:
		return "lower than expected by " + decimal(-r.Difference, 1) + ", give or take " + decimal(r.Margin, 1)
	case r.Difference > r.Margin:
		return "higher than expected by " + decimal(r.Difference, 1) + ", give or take " + decimal(r.Margin, 1)
	}
	return "no difference that can be told"
}

// follow gives a session's seconds to h.
func (in *Input) follow(h *regulation.Helped, s history.Session) {
	end := s.At.Add(lasted(s))
	minutes := between(in.Rows.Minutes, s.At, end, minuteAt)
	if len(minutes) == 0 {
		return
	}
	end = minOf(end, minutes[len(minutes)-1].At.Add(time.Minute))
	moments := between(in.Rows.Moments, s.At, end, momentAt)
	var doing regulation.Doing
	for t := s.At; t.Before(end); t = t.Add(time.Second) {
		for len(moments) > 0 && !moments[0].At.After(t) {
			doing = next(doing, moments[0], s.Of == room.Together)
			moments = moments[1:]
		}
		for len(minutes) > 1 && !minutes[1].At.After(t) {
			minutes = minutes[1:]
		}
		h.Second(t.Sub(s.At), arousalAt(minutes[0], t), doing)
	}
}

// next is what the room does after a moment. In a session with another person only practices count, which are everybody's own act.
func next(doing regulation.Doing, m history.Moment, together bool) regulation.Doing {
	switch {
	case m.What != history.MomentCue:
		return doing
	case m.Detail != "":
		return regulation.Doing{Name: m.Detail, Practice: true}
	case together:
		return regulation.Doing{}
	}
	return regulation.Doing{Name: m.Name}
}

// arousalAt is a minute's arousal, absent outside it and where the state was mostly not known.
func arousalAt(m history.Minute, t time.Time) dsp.Maybe {
	if t.Before(m.At) || t.Sub(m.At) >= time.Minute || m.States[regulation.Unknown] > m.Worn/2 {
		return dsp.Maybe{}
	}
	return m.Arousal
}

// between is within for rows in order, without a copy.
func between[T any](rows []T, from, to time.Time, at func(T) time.Time) []T {
	first := sort.Search(len(rows), func(i int) bool { return !at(rows[i]).Before(from) })
	last := sort.Search(len(rows), func(i int) bool { return !at(rows[i]).Before(to) })
	return rows[min(first, last):last]
}

func minOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// noted counts what the wearer's own notes say helped.
func noted(notes []history.Note) (all []line) {
	times := map[string]int{}
	var words []string
	for _, n := range notes {
		for _, t := range n.Tags {
			if word := strings.TrimSpace(t.Word); t.Kind == history.TagHelped {
				if times[word]++; times[word] == 1 {
					words = append(words, word)
				}
			}
		}
	}
	sort.Strings(words)
	for _, w := range words {
		all = append(all, line{count(times[w], "time"), w})
	}
	return all
}
