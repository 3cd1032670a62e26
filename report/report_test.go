package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/history"
	"hubd/report"
	"hubd/room"
)

var update = flag.Bool("update", false, "write the golden files")

func page(t testing.TB, in *report.Input) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestReportsAreWhatTheyWere(t *testing.T) {
	for _, row := range []struct{ name, got string }{
		{"session.html", page(t, twoHours())}, {"week.html", page(t, aWeek())},
		{"session.txt", report.Preview(twoHours())}, {"week.txt", report.Preview(aWeek())}, {"patterns.txt", report.PatternsText(aWeek())},
	} {
		path := filepath.Join("testdata", row.name)
		if *update {
			if err := os.WriteFile(path, []byte(row.got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(row.got, "\n")); diff != "" {
			t.Errorf("%s (-update writes it anew):\n%s", row.name, diff)
		}
	}
}

func TestWhatSomebodyWroteIsText(t *testing.T) {
	got := page(t, twoHours())
	for _, markup := range []string{"<script", "<img", "humming</td>"} {
		if strings.Contains(got, markup) {
			t.Errorf("%q from the journal is markup in the page", markup)
		}
	}
	if !strings.Contains(got, "&lt;script&gt;alert(") {
		t.Error("what was written is not shown")
	}
}

func TestAPageNeedsNothingFromElsewhere(t *testing.T) {
	for _, in := range []*report.Input{twoHours(), aWeek()} {
		if found := regexp.MustCompile(`(?i)(src|href|url)\s*[=(]|@import|https?:`).FindString(strings.ReplaceAll(page(t, in), "src=x", "")); found != "" {
			t.Errorf("the page asks for something: %s", found)
		}
	}
}

func TestWornTimeComesFirstAndTheBlankLinesLast(t *testing.T) {
	var titles []string
	for _, h := range regexp.MustCompile(`<h2>(.*?)</h2>`).FindAllStringSubmatch(page(t, aWeek()), -1) {
		titles = append(titles, h[1])
	}
	want := []string{
		"How long it was worn", "States", "What the sensors read", "This week beside the four before", "Sessions", "What helped", "What was there before", "Journal",
		"What I noticed", "What I would like to talk about",
	}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Error(diff)
	}
}

func TestEveryReportSaysWhatHubdCannotTell(t *testing.T) {
	bare := &report.Input{Wearer: "a", From: evening(), To: evening().Add(time.Hour), Without: report.Without{Journal: true, Sessions: true, Times: true}}
	for _, in := range []*report.Input{twoHours(), aWeek(), bare} {
		if !strings.Contains(page(t, in), "hubd cannot tell whether someone wants this. Only they can.") {
			t.Error("it does not")
		}
	}
}

func TestNothingIsScoredAndNothingIsRed(t *testing.T) {
	got := page(t, aWeek())
	if word := regexp.MustCompile(`(?i)\b(score|streak|rank|goal|achieve\w*|improve\w*|safe|ready|willing|consent)\b`).FindString(got); word != "" {
		t.Errorf("the page says %q", word)
	}
	for _, c := range regexp.MustCompile(`#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b`).FindAllStringSubmatch(got, -1) {
		var rgb [3]int64
		for i := range rgb {
			rgb[i], _ = strconv.ParseInt(c[1+i], 16, 32) // the expression lets hexadecimal digits through only
		}
		if rgb[0] > rgb[1]+50 && rgb[0] > rgb[2]+50 {
			t.Errorf("%s is a red", c[0])
		}
	}
}

func TestWhatIsLeftOutIsNotThere(t *testing.T) {
	for _, row := range []struct {
		without string
		gone    []string // expressions
	}{
		{"journal", []string{"jaw", "oxytocin", "humming", "Journal"}},
		{"sessions", []string{"breath, 5 min", "your answer: space", "wound up, ", "What helped", "What was there before", "ribbon"}},
		{"times", []string{`\b\d\d?:\d\d\b`, `20\d\d`, "November|Nov", "Fri|Monday", "evening"}},
		{"journal,sessions,times", []string{`\b\d\d?:\d\d\b`, "Nov", "jaw", "breath, 5 min"}},
	} {
		without, err := report.ParseWithout(row.without)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []*report.Input{twoHours(), aWeek()} {
			in.Without = without
			got := regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(page(t, in), "")
			for _, gone := range row.gone {
				if found := regexp.MustCompile(gone).FindStringIndex(got); found != nil {
					t.Errorf("without %s: %s", row.without, got[max(0, found[0]-40):min(len(got), found[1]+40)])
				}
			}
			if text := report.Preview(in); !strings.Contains(text, "which you left out") {
				t.Errorf("the preview does not say what is left out:\n%s", text)
			}
		}
	}
	if _, err := report.ParseWithout("names"); err == nil || !strings.Contains(err.Error(), `"names" cannot be left out: wanted is journal, sessions or times`) {
		t.Errorf("%v", err)
	}
}

func TestScenesOfASessionWithAnotherPersonAreNotTold(t *testing.T) {
	for _, over := range []bool{true, false} {
		in := twoHours()
		for i := range in.Rows.Moments {
			if in.Rows.Moments[i].What == history.MomentCue {
				in.Rows.Moments[i].Name = "canary" + strconv.Itoa(i)
			}
		}
		if in.Rows.Sessions[0].Of = room.Alone; !strings.Contains(page(t, in), "canary") {
			t.Fatal("a scene of one's own session is not told either: this test sees nothing")
		}
		in.Rows.Sessions[0].Of, in.Rows.Sessions[0].Over = room.Together, over
		if strings.Contains(page(t, in)+report.PatternsText(in), "canary") {
			t.Errorf("over %v: the scene is told", over)
		}
	}
}

func TestNothingKeptIsSaid(t *testing.T) {
	from, to := report.WeekOf(evening())
	in := &report.Input{Wearer: "a", Kind: report.Week, From: from, To: to}
	if err := in.Empty(); err == nil || !strings.Contains(err.Error(), "nothing is kept of a from 14 to 20 November 2026") {
		t.Errorf("%v", err)
	}
	in.Trouble = "history: 3 rows cannot be read"
	if err := in.Empty(); err == nil || err.Error() != in.Trouble {
		t.Errorf("%v", err)
	}
	in.Rows.Notes = written(evening())
	if err := in.Empty(); err != nil {
		t.Errorf("there is a note, and yet: %v", err)
	}
}

func TestWhatIsMissingIsShownAsMissing(t *testing.T) {
	in := twoHours()
	for i := range in.Rows.Minutes {
		in.Rows.Minutes[i].RMSSD.Known = false
	}
	got := page(t, in)
	if !strings.Contains(got, "Known in too few minutes to say more.") {
		t.Error("a measure without any value is not said to be missing")
	}
	if !strings.Contains(got, "Worn 1 h 49 min of 2 h 00 min") || !strings.Contains(got, "The remaining 11 min are missing") {
		t.Error("the missing minutes are not told")
	}
	if n := strings.Count(got, `class="gap"`); n != 4 {
		t.Errorf("%d drawings of 4 show the time in which nothing was worn", n)
	}
	if strings.Count(regexp.MustCompile(`class="line" d="([^"]*)"`).FindStringSubmatch(got)[1], "M") != 2 {
		t.Error("the line does not break where nothing was worn")
	}
}

// A sensor that is put on and taken off again and again is worn for less than the minutes in which it was.
func TestNoMeasureIsKnownForLongerThanItCanBe(t *testing.T) {
	in := twoHours()
	for i := range in.Rows.Minutes {
		in.Rows.Minutes[i].Worn, in.Rows.Minutes[i].Usable = 20*time.Second, 20*time.Second
	}
	if got := page(t, in); !strings.Contains(got, "Known in 109 of 109 minutes in which it was worn.") || !strings.Contains(got, "Worn 36 min of 2 h 00 min") {
		t.Errorf("it says %q", regexp.MustCompile(`(Known in|Worn)[^.]*\.`).FindAllString(got, 3))
	}
}

func TestRowsThatCannotBeReadAreSaid(t *testing.T) {
	in := twoHours()
	in.Trouble = "history: 3 rows cannot be read"
	if !strings.Contains(page(t, in), "Not everything that is kept could be read: history: 3 rows cannot be read.") {
		t.Error("they are not")
	}
}

func TestAReportOfTwoHoursIsSmall(t *testing.T) {
	if n := len(page(t, twoHours())); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

func BenchmarkSessionOfTwoHours(b *testing.B) {
	in := twoHours()
	for b.Loop() {
		page(b, in)
	}
	b.ReportMetric(float64(len(page(b, in)))/1000, "kB")
}

func BenchmarkWeekWornAllDay(b *testing.B) {
	in := aWeek()
	in.Rows.Minutes = lived(in.From.AddDate(0, 0, -28), 35*1440)
	for b.Loop() {
		page(b, in)
	}
	b.ReportMetric(float64(len(page(b, in)))/1000, "kB")
}
