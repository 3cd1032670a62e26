package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hubd/history"
)

// pattern is one thing that may go before activation or settling, as counts.
type pattern struct {
	What      string // what was there before
	Count     string // 3 of 7
	Words     string // the uncertainty of that
	Otherwise string // the same without it
	Beside    string // whether the two differ
	occasions tally
}

// patterns are what tends to go before activation, and before settling.
type patterns struct{ Activation, Settling []pattern }

const (
	lookFor      = 30 * time.Minute // what is to follow comes within so long
	fewest       = 3                // occasions before a pattern is told
	mostPatterns = 12               // of a kind, those with the most occasions
)

// occasion is a time from which on something is looked for.
type occasion struct {
	what string
	at   time.Time
}

// patterns counts in all rows that came in, the weeks before the report's own too: single weeks hold too little.
func (in *Input) patterns() patterns {
	if in.Without.Sessions {
		return patterns{}
	}
	minutes := in.Rows.Minutes
	wound, settled := activations(minutes), settlings(minutes)
	before := in.occasions()
	p := patterns{
		Activation: follows(minutes, wound, before, freeTimes(minutes, before)),
		Settling:   follows(minutes, settled, onlyWound(before, wound), free(wound, before)),
	}
	if !in.Without.Times {
		p.Activation = append(p.Activation, in.partsOfDays(wound)...)
		p.Settling = append(p.Settling, in.settlingByPart(wound, settled)...)
	}
	return p
}

// occasions are the practices, the scenes of the wearer's own sessions, and the wearer's tags.
func (in *Input) occasions() (all []occasion) {
	scene := ""
	for _, m := range in.Rows.Moments {
		switch {
		case m.What == history.MomentPractice:
			all = append(all, occasion{"the practice " + m.Name, m.At.Add(-seconds(m.Numbers[0]))}) // the row is of its end
		case m.What != history.MomentCue || m.Detail != "" || m.Name == scene:
		case in.Rows.shared(m.At):
			scene = ""
		default:
			scene = m.Name
			all = append(all, occasion{"the scene " + m.Name, m.At})
		}
	}
	for _, n := range in.notes() {
		for _, t := range n.Tags {
			if strings.HasPrefix(t.Word, "practice ") {
				continue // hubd's own word for a practice, which is there already
			}
			all = append(all, occasion{"the note \u201c" + tagWords(t.Kind) + ": " + t.Word + "\u201d", n.At})
		}
	}
	slices.SortStableFunc(all, func(a, b occasion) int { return a.at.Compare(b.at) })
	return all
}

func (in *Input) notes() []history.Note {
	if in.Without.Journal {
		return nil
	}
	return in.Rows.Notes
}

// follows counts after how many occasions of each kind an onset came, and after how many of the others.
func follows(minutes []history.Minute, onsets []onset, occasions []occasion, others []time.Time) (all []pattern) {
	seen := func(t *tally, at time.Time) {
		if known(minutes, at, at.Add(lookFor)) {
			t.add(anyIn(onsets, at, at.Add(lookFor)))
		}
	}
	var otherwise tally
	for _, at := range others {
		seen(&otherwise, at)
	}
	tallies := map[string]*tally{}
	for _, o := range occasions {
		if tallies[o.what] == nil {
			tallies[o.what] = &tally{}
		}
		seen(tallies[o.what], o.at)
	}
	for what, t := range tallies {
		if t.of >= fewest {
			all = append(all, told("from "+what+" on", *t, otherwise, "times"))
		}
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(b.occasions.of, a.occasions.of), strings.Compare(a.What, b.What))
	})
	return all[:min(len(all), mostPatterns)]
}

func told(what string, t, otherwise tally, noun string) pattern {
	return pattern{
		What: what, Count: outOf(t, noun), Words: t.words(), Otherwise: outOf(otherwise, ""), Beside: t.beside(otherwise), occasions: t,
	}
}

func outOf(t tally, noun string) string {
	if t.of == 0 {
		return "no times to compare with"
	}
	return strings.TrimSpace(decimal(float64(t.hits), 0) + " of " + decimal(float64(t.of), 0) + " " + noun)
}

// onlyWound are the occasions shortly before which the wearer became wound up: only then is there something to settle from.
func onlyWound(all []occasion, wound []onset) (some []occasion) {
	for _, o := range all {
		if anyIn(wound, o.at.Add(-lookFor), o.at) {
			some = append(some, o)
		}
	}
	return some
}

// free are the onsets after which none of the occasions came.
func free(onsets []onset, occasions []occasion) (some []time.Time) {
	for _, at := range onsets {
		if len(between(occasions, at, at.Add(lookFor), occasionAt)) == 0 {
			some = append(some, at)
		}
	}
	return some
}

func occasionAt(o occasion) time.Time { return o.at }

// freeTimes cuts the worn time into stretches of lookFor, and gives those in and shortly before which there was no occasion.
func freeTimes(minutes []history.Minute, occasions []occasion) (some []time.Time) {
	for i := 0; i < len(minutes); {
		at := minutes[i].At
		end := at.Add(lookFor)
		if len(between(occasions, at.Add(-lookFor), end, occasionAt)) == 0 {
			some = append(some, at)
		}
		for i < len(minutes) && minutes[i].At.Before(end) {
			i++
		}
	}
	return some
}
