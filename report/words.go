package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hubd/regulation"
	"hubd/room"
)

// stateClass is the name of a state's colour and pattern in the style sheet.
func stateClass(n regulation.Name) string {
	return [...]string{"unsure", "steady", "lively", "wound", "quiet"}[n]
}

func sessionWords(k room.SessionKind) string {
	switch k {
	case room.Together:
		return "together"
	case room.Alone:
		return "alone"
	case room.PracticeSession:
		return "a practice"
	case room.Night:
		return "a night"
	}
	return "of no kind"
}

// span says how long something lasted: below five minutes to the second, else to the minute.
func span(d time.Duration) string {
	minutes, seconds := int(math.Round(d.Minutes())), int(math.Round(d.Seconds()))
	switch {
	case seconds < 60:
		return strconv.Itoa(seconds) + " s"
	case seconds < 300 && seconds%60 != 0:
		return fmt.Sprintf("%d min %02d s", seconds/60, seconds%60)
	case minutes < 60:
		return strconv.Itoa(minutes) + " min"
	}
	return fmt.Sprintf("%d h %02d min", minutes/60, minutes%60)
}

// count is a number with its noun: 1 note, 2 notes.
func count(n int, noun string) string { return counts(n, noun, noun+"s") }

// counts is count with a plural of its own.
func counts(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func decimal(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-") // no minus before a nought
	}
	return strings.ReplaceAll(text, "-", "−")
}

// percent is a share as a whole number of hundredths; what is there is never told as 0.
func percent(part, whole time.Duration) string {
	if whole <= 0 {
		return "–"
	}
	p := math.Round(100 * float64(part) / float64(whole))
	if p == 0 && part > 0 {
		return "under 1 %"
	}
	return decimal(p, 0) + " %"
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// when says when something was: by date and time, or where those are left out, by its place in the report.
func (in *Input) when(t time.Time) string {
	switch {
	case in.Without.Times && in.Kind == Session:
		return "after " + span(t.Sub(in.From).Truncate(time.Minute))
	case in.Without.Times:
		return "day " + strconv.Itoa(in.dayOf(t)+1)
	case in.Kind == Session:
		return in.local(t).Format("15:04")
	}
	return in.local(t).Format("Mon 2 Jan, 15:04")
}

// days are the midnights at which the report's days begin, and To.
func (in *Input) days() []time.Time {
	t := in.From
	y, m, d := t.Date()
	all := []time.Time{t}
	for i := 1; ; i++ {
		t = time.Date(y, m, d+i, 0, 0, 0, 0, in.From.Location())
		if !t.Before(in.To) {
			return append(all, in.To)
		}
		all = append(all, t)
	}
}

// dayOf is the number of a time's day in the report, from 0.
func (in *Input) dayOf(t time.Time) int {
	for i, begin := range in.days()[1:] {
		if t.Before(begin) {
			return i
		}
	}
	return len(in.days()) - 2
}

// dayWords names a day of the report.
func (in *Input) dayWords(i int, begin time.Time) string {
	if in.Without.Times {
		return "day " + strconv.Itoa(i+1)
	}
	return in.local(begin).Format("Mon 2 Jan")
}
