package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that every machine knows where clocks change

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/history"
	"hubd/regulation"
	"hubd/room"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestTheIntervalOfACountIsWilsons(t *testing.T) {
	for _, row := range []struct {
		hits, of  int
		low, high float64 // statsmodels 0.14, proportion_confint(method="wilson")
		words     string
	}{
		{3, 7, 0.1582, 0.7495, "in the long run between 1 and 8 of 10"},
		{0, 10, 0, 0.2775, "in the long run at most 3 of 10"},
		{10, 10, 0.7225, 1, "in the long run at least 7 of 10"},
		{0, 0, 0, 1, "too few to say anything"},
		{1, 2, 0.0945, 0.9055, "too few to say anything"},
		{50, 100, 0.4038, 0.5962, "in the long run between 4 and 6 of 10"},
	} {
		c := tally{row.hits, row.of}
		low, high := c.wilson()
		if math.Abs(low-row.low) > 1e-4 || math.Abs(high-row.high) > 1e-4 || c.words() != row.words {
			t.Errorf("%d of %d: %.4f to %.4f, %q; want %.4f to %.4f, %q", row.hits, row.of, low, high, c.words(), row.low, row.high, row.words)
		}
	}
}

func TestADifferenceIsClaimedOnlyWhereIntervalsLieApart(t *testing.T) {
	for _, row := range []struct {
		a, b tally
		want string
	}{
		{tally{9, 10}, tally{1, 10}, "more often than otherwise"},
		{tally{1, 10}, tally{9, 10}, "less often than otherwise"},
		{tally{3, 7}, tally{2, 9}, "no difference that can be told"},
		{tally{3, 7}, tally{}, nothingBeside},
	} {
		if got := row.a.beside(row.b); got != row.want {
			t.Errorf("%v beside %v: %s", row.a, row.b, got)
		}
	}
}

// states are minutes from noon on: A wound up, S steady, E lively, . not worn.
func states(text string) (all []history.Minute) {
	for i, r := range text {
		m := history.Minute{At: noon.Add(time.Duration(i) * time.Minute), Worn: time.Minute, Usable: time.Minute}
		switch r {
		case 'A':
			m.States[regulation.Activated] = time.Minute
		case 'S':
			m.States[regulation.Settled] = time.Minute
		case 'E':
			m.States[regulation.Engaged] = time.Minute
		default:
			continue
		}
		all = append(all, m)
	}
	return all
}

func TestOnsets(t *testing.T) {
	for _, row := range []struct{ name, states, wound, settled string }{
		{"once up and down", "SSSAAASSS", "[3]", "[6]"},
		{"two minutes steady are no settling", "AAASSAA", "[0]", "[]"},
		{"up again after a short while is the same time", "AAEEEAASSSS", "[0]", "[7]"},
		{"up again after a quarter of an hour is another", "A" + strings.Repeat("E", 16) + "A", "[0 17]", "[]"},
		{"a gap breaks the three minutes", "AASS.SSE", "[0]", "[]"},
		{"steady long after is no settling from it", "A" + strings.Repeat("E", 16) + "SSS", "[0]", "[]"},
		{"steady for long settles once", "AASSSSSSSSS", "[0]", "[2]"},
		{"nothing worn", "....", "[]", "[]"},
	} {
		minutes := states(row.states)
		if got := offsets(activations(minutes)); got != row.wound {
			t.Errorf("%s: wound up at %s, want %s", row.name, got, row.wound)
		}
		if got := offsets(settlings(minutes)); got != row.settled {
			t.Errorf("%s: settled at %s, want %s", row.name, got, row.settled)
		}
	}
}

func offsets(onsets []onset) string {
	all := []int{}
	for _, t := range onsets {
		all = append(all, int(t.Sub(noon)/time.Minute))
	}
	return fmt.Sprint(all)
}

// TestCallsBeforeBeingWoundUp knows the counts: after five of six calls the wearer is wound up, and in no other half hour.
func TestCallsBeforeBeingWoundUp(t *testing.T) {
	in := &Input{Wearer: "a", Kind: Span, From: noon.AddDate(0, 0, -1), To: noon.AddDate(0, 0, 10)}
	for d := range 6 {
		text := strings.Repeat("S", 60) + "SSSSS" + "AAAAA" + strings.Repeat("S", 80)
		if d == 2 {
			text = strings.Repeat("S", 150)
		}
		for _, m := range states(text) {
			m.At = m.At.AddDate(0, 0, d)
			in.Rows.Minutes = append(in.Rows.Minutes, m)
		}
		in.Rows.Notes = append(in.Rows.Notes, history.Note{ID: uint64(d + 1), At: noon.AddDate(0, 0, d).Add(time.Hour), Tags: []history.Tag{{Kind: history.TagHappened, Word: "call"}}})
	}
	got := in.patterns().Activation
	if len(got) != 2 || got[0].Count != "5 of 6 times" || got[0].Beside != "more often than otherwise" || !strings.HasPrefix(got[0].Otherwise, "0 of ") {
		t.Errorf("%+v", got)
	}
	if got[1].What != "in the afternoon" || got[1].Count != "5 of 6 afternoons" || got[1].Beside != nothingBeside {
		t.Errorf("%+v", got[1])
	}
	if in.Without.Journal = true; len(in.patterns().Activation) != 1 {
		t.Error("without the journal its tags are still told")
	}
}

// TestBreathBeforeSettling knows the counts: with the practice the wearer settles each time, without it never.
func TestBreathBeforeSettling(t *testing.T) {
	in := &Input{Wearer: "a", Kind: Span, From: noon.AddDate(0, 0, -1), To: noon.AddDate(0, 0, 30)}
	for d := range 16 {
		begin := noon.AddDate(0, 0, d)
		text := "SSSS" + strings.Repeat("A", 30) + strings.Repeat("E", 60)
		if d%2 == 0 {
			text = "SSSS" + strings.Repeat("A", 20) + strings.Repeat("S", 60)
			in.Rows.Moments = append(in.Rows.Moments, history.Moment{Stamp: history.Stamp{At: begin.Add(25 * time.Minute)}, What: history.MomentPractice, Name: "breath",
				Numbers: [3]dsp.Maybe{dsp.Some(600)}})
		}
		for _, m := range states(text) {
			m.At = m.At.AddDate(0, 0, d)
			in.Rows.Minutes = append(in.Rows.Minutes, m)
		}
	}
	got := in.patterns().Settling
	if len(got) == 0 || got[0].What != "from the practice breath on" || got[0].Count != "8 of 8 times" || got[0].Otherwise != "0 of 8" ||
		got[0].Beside != "more often than otherwise" {
		t.Errorf("%+v", got)
	}
}

func TestAWeekIsSetBesideOnesOwnFour(t *testing.T) {
	from, to := WeekOf(noon)
	weeks := func(bpm ...float64) *Input {
		in := &Input{Wearer: "a", Kind: Week, From: from, To: to}
		for k, v := range bpm {
			for i := 0; v > 0 && i < 60; i++ {
				in.Rows.Minutes = append(in.Rows.Minutes, history.Minute{
					At: from.AddDate(0, 0, 7*(k-4)).Add(time.Duration(1200+i) * time.Minute), Worn: time.Minute, Usable: time.Minute, HeartRate: dsp.Some(v)})
			}
		}
		return in
	}
	for _, row := range []struct {
		in           *Input
		before, want string
	}{
		{weeks(60, 61, 62, 63, 70), "60, 61, 62 and 63", "higher than in each of the 4 known weeks before"},
		{weeks(60, 0, 62, 63, 55), "60, not known, 62 and 63", "lower than in each of the 3 known weeks before"},
		{weeks(60, 61, 62, 63, 61.2), "60, 61, 62 and 63", "within what the weeks before were"},
		{weeks(60, 61, 62, 63, 63.4), "60, 61, 62 and 63", "within what the weeks before were"},
		{weeks(0, 0, 0, 63, 70), "not known, not known, not known and 63", "too little of the weeks before is known"},
		{weeks(60, 61, 62, 63, 0), "60, 61, 62 and 63", "too little of this week is known"},
	} {
		if got := row.in.compare(row.in.own())[1]; got.Words != row.want || got.Before != row.before {
			t.Errorf("%+v, want %s: %s", got, row.before, row.want)
		}
	}
}

func TestDaysOfAWeekInWhichClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, date string
		hours      float64
	}{{"an hour more", "2026-10-26", 169}, {"an hour less", "2026-03-30", 167}, {"none", "2026-11-20", 168}} {
		on, err := time.ParseInLocation(time.DateOnly, row.date, berlin)
		if err != nil {
			t.Fatal(err)
		}
		from, to := WeekOf(on)
		in := &Input{Wearer: "a", Kind: Week, From: from, To: to}
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			in.Rows.Minutes = append(in.Rows.Minutes, history.Minute{At: at.UTC(), Worn: time.Minute, Usable: time.Minute, HeartRate: dsp.Some(60)})
		}
		v := in.view()
		if to.Sub(from).Hours() != row.hours || len(v.Worn.Days) != 7 || len(v.Ribbons) != 7 {
			t.Errorf("%s: %v, %d days, %d ribbons", row.name, to.Sub(from), len(v.Worn.Days), len(v.Ribbons))
		}
		for _, d := range v.Worn.Days {
			if d.Missing != "0 s" || d.Width != "100.0" {
				t.Errorf("%s: %+v was worn all day", row.name, d)
			}
		}
	}
}

func TestClocksThatChangeTakeNothingFromTheWeeksBefore(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, date := range []string{"2026-11-10", "2026-04-10", "2026-07-10"} {
		on, err := time.ParseInLocation(time.DateOnly, date, berlin)
		if err != nil {
			t.Fatal(err)
		}
		from, to := WeekOf(on)
		in := &Input{Wearer: "a", Kind: Week, From: from, To: to}
		for at := in.Since(); at.Before(to); at = at.Add(time.Minute) {
			in.Rows.Minutes = append(in.Rows.Minutes, history.Minute{At: at.UTC(), Worn: time.Minute})
		}
		worn := in.compare(in.own())[0].Before
		for _, part := range strings.Split(strings.ReplaceAll(worn, " and ", ", "), ", ") {
			if part != "168 h 00 min" && part != "169 h 00 min" && part != "167 h 00 min" {
				t.Errorf("%s: a week before was worn %s", date, part)
			}
		}
	}
}

func TestThreeMonthsAreNotTooLongWhateverTheClocksDo(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 8, 1, 0, 0, 0, 0, berlin)
	in := &Input{From: from, To: time.Date(2026, 11, 1, 0, 0, 0, 0, berlin)}
	if in.TooLong() {
		t.Errorf("%v is %d days", in.To.Sub(from), LongestDays)
	}
	if in.To = in.To.Add(time.Minute); !in.TooLong() {
		t.Error("a minute more is not")
	}
}

// TestAnyRowsMakeAPage draws rows of any kind and order of size: nothing panics, and nothing that is no number is shown.
func TestAnyRowsMakeAPage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := WeekOf(noon)
		in := &Input{Wearer: "a", Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind")), From: from, To: to}
		if in.Kind == Session {
			in.To = from.Add(time.Duration(rapid.IntRange(1, 12*3600).Draw(t, "seconds")) * time.Second)
		}
		at := from.AddDate(0, 0, -rapid.IntRange(0, 30).Draw(t, "early"))
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.IntRange(1, 3600).Draw(t, "step")) * time.Second)
			addRow(t, in, history.Stamp{Wearer: "a", At: at})
		}
		in.Without = Without{rapid.Bool().Draw(t, "journal"), rapid.Bool().Draw(t, "sessions"), rapid.Bool().Draw(t, "times")}
		var b strings.Builder
		if err := Write(&b, in); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{b.String(), Preview(in), PatternsText(in)} {
			for _, bad := range []string{"NaN", "Inf", "ZgotmplZ"} {
				if strings.Contains(text, bad) {
					t.Fatalf("it says %s", bad)
				}
			}
		}
	})
}

func addRow(t *rapid.T, in *Input, s history.Stamp) {
	number := rapid.Custom(func(t *rapid.T) dsp.Maybe {
		return dsp.Maybe{Value: rapid.Float64Range(-1e3, 1e6).Draw(t, "v"), Known: rapid.Bool().Draw(t, "known")}
	})
	switch rapid.IntRange(0, 5).Draw(t, "row") {
	case 0:
		in.Rows.Sessions = append(in.Rows.Sessions, history.Session{Stamp: s, Of: room.SessionKind(rapid.IntRange(1, 4).Draw(t, "of")),
			Over: rapid.Bool().Draw(t, "over"), Lasted: time.Duration(rapid.IntRange(0, 50000).Draw(t, "lasted")) * time.Second})
	case 1:
		in.Rows.Moments = append(in.Rows.Moments, history.Moment{Stamp: s, What: rapid.SampledFrom(history.MomentKinds()).Draw(t, "what"),
			Name: rapid.String().Draw(t, "name"), Detail: rapid.String().Draw(t, "detail"), Numbers: [3]dsp.Maybe{number.Draw(t, "n0"), number.Draw(t, "n1"), number.Draw(t, "n2")}})
	case 2:
		in.Rows.Notes = append(in.Rows.Notes, history.Note{At: s.At, Text: rapid.String().Draw(t, "text"), Tags: []history.Tag{{Kind: history.TagHelped, Word: rapid.String().Draw(t, "tag")}}})
	default:
		m := history.Minute{Wearer: "a", At: s.At, Worn: time.Minute, Usable: time.Duration(rapid.IntRange(0, 60).Draw(t, "usable")) * time.Second,
			HeartRate: number.Draw(t, "hr"), RMSSD: number.Draw(t, "rmssd"), SCL: number.Draw(t, "scl"), Arousal: number.Draw(t, "arousal")}
		m.States[rapid.IntRange(0, 4).Draw(t, "state")] = time.Minute
		in.Rows.Minutes = append(in.Rows.Minutes, m)
	}
}

func TestAnAxisHoldsWhateverComes(t *testing.T) {
	for _, values := range [][]float64{{0}, {-5, -3}, {60, 60.1}, {1e9, -1e9}, {1e-300}} {
		low, high, step := axis(values, 30)
		if !(low < high) || !(step > 0) || low < 0 || (high-low)/step > 11 {
			t.Errorf("%v: %g to %g by %g", values, low, high, step)
		}
	}
}

func TestDatesInWords(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for _, row := range []struct {
		from, to time.Time
		want     string
	}{
		{day(2026, 11, 20), day(2026, 11, 26), "from 20 to 26 November 2026"},
		{day(2026, 11, 26), day(2026, 12, 2), "from 26 November to 2 December 2026"},
		{day(2026, 12, 28), day(2027, 1, 3), "from 28 December 2026 to 3 January 2027"},
		{day(2025, 11, 20), day(2026, 11, 26), "from 20 November 2025 to 26 November 2026"},
		{day(2026, 11, 20), day(2026, 11, 20), "on 20 November 2026"},
	} {
		if got := daysWords(row.from, row.to); got != row.want {
			t.Errorf("%s, want %s", got, row.want)
		}
	}
}

func TestASessionHasNoMoreWornThanThereWas(t *testing.T) {
	for _, row := range []struct {
		name     string
		from, to time.Duration // after noon
		want     time.Duration
	}{
		{"from one whole minute to another", 0, 10 * time.Minute, 10 * time.Minute},
		{"its first and last minute count whole", 53 * time.Second, 129 * time.Second, 3 * time.Minute},
		{"inside one minute", 5 * time.Second, 9 * time.Second, time.Minute},
	} {
		in := Input{Kind: Session, From: noon.Add(row.from), To: noon.Add(row.to)}
		if got := in.length(); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// In the first seconds of a sensor the state is told as unknown, and nothing is worn yet: a share once came to 108 % of the worn time.
func TestAStateIsNamedNoLongerThanASensorIsWorn(t *testing.T) {
	m := history.Minute{Worn: 43 * time.Second}
	m.States[regulation.Unknown], m.States[regulation.Settled] = 33*time.Second, 20*time.Second
	if got := sum([]history.Minute{m}).states; got[regulation.Unknown] != 23*time.Second || got[regulation.Settled] != 20*time.Second {
		t.Errorf("of 43 s worn: %v", got)
	}
}
