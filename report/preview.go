package report

import "strings"

// Preview says in words, a line each, what a report will hold and what it will not, before anything is written.
func Preview(in *Input) string {
	own := in.own()
	var b strings.Builder
	say := func(words string) { b.WriteString("  " + words + "\n") }
	b.WriteString("This report is " + firstLow(in.title()) + ", of wearer " + in.Wearer + ". It will hold:\n")
	all := sum(own.Minutes)
	say("how long a sensor was worn: " + span(all.worn) + " of " + span(in.length()))
	say("heart rate, its variability, skin conductance, skin responses and breathing, " + in.fineness())
	if in.Kind == Week {
		say("the same beside your own four weeks before")
	}
	if !in.Without.Sessions {
		in.previewSessions(own, say)
	}
	if !in.Without.Journal {
		say(journalWords(own))
	}
	if !in.Without.Times {
		say("dates and times of day")
	}
	b.WriteString("It will not hold:\n")
	if words := in.Without.words(); words != "" {
		say(words + ", which you left out" + in.stillThere())
	}
	say("anything of another person, unless you wrote it down yourself; scenes of sessions with another person are left out")
	say("anything of private sessions of which you did not keep your part")
	b.WriteString("Whoever has the file can read it. hubd cannot erase it any more once it is written.\n")
	return b.String()
}

func (in *Input) previewSessions(own Rows, say func(string)) {
	say("the states as they were named, and when")
	var there []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{len(own.Sessions), "session", "sessions"}, {len(in.practices(own)), "practice", "practices"},
		{len(in.checkIns(own)), "line of check-ins and answers", "lines of check-ins and answers"},
		{len(in.recoveries(own)), "recovery time", "recovery times"}, {len(own.Mornings), "morning after a night", "mornings after a night"},
		{len(in.settings(own)), "setting that you changed", "settings that you changed"},
	} {
		if c.n > 0 {
			there = append(there, counts(c.n, c.one, c.many))
		}
	}
	if len(there) > 0 {
		say(list(there))
	}
	say("what was seen around scenes and practices, and what tends to go before being wound up and before settling, " + in.patternsOf())
}

func (in *Input) fineness() string {
	if in.long() {
		return "day by day"
	}
	return "in steps of " + span(in.binWidth())
}

// stillThere warns of what a wish to leave out cannot reach.
func (in *Input) stillThere() string {
	if in.Without.Times && !in.Without.Journal {
		return "; but what you wrote in notes stays as you wrote it, dates too"
	}
	return ""
}

func journalWords(own Rows) string {
	results, tags := 0, 0
	for _, n := range own.Notes {
		results += len(n.Labs)
		tags += len(n.Tags)
	}
	return count(len(own.Notes), "note") + " of your journal, word for word, with " + count(tags, "tag") + " and " + count(results, "result")
}

func firstLow(s string) string { return strings.ToLower(s[:1]) + s[1:] }
