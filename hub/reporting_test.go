package hub_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/hub"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/report"
	"hubd/room"
	"hubd/web"
)

// lastEvening is when the rows of these tests begin: any hour that is past.
func lastEvening() time.Time {
	return time.Now().Add(-3 * time.Hour).Truncate(time.Minute)
}

// spent writes what a daemon would have kept of an evening: minutes for a and b, a session of a, and a note of each.
func spent(t *testing.T, dir string, minutes int) {
	t.Helper()
	d, begin := history.Open(history.Options{Path: filepath.Join(dir, "history.db")}), lastEvening()
	for s := time.Duration(0); s < time.Duration(minutes)*time.Minute; s += time.Second {
		for w, bpm := range map[string]float64{"a": 61, "b": 93} {
			add := func(v pipeline.Value) { d.Add(pipeline.Event{Wearer: w, At: s, Value: v}, begin.Add(s)) }
			if s%(10*time.Second) == 0 {
				add(dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: 0.9})
				add(regulation.State{Name: regulation.Settled})
			}
			add(dsp.HeartRate{BPM: dsp.Some(bpm)})
		}
	}
	d.Commit(begin.Add(time.Duration(minutes) * time.Minute))
	for _, w := range []string{"a", "b"} {
		if _, err := d.AddNote(history.Note{Wearer: w, Text: "canary of " + w, At: begin}, begin); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// aReport asks for one of the days around now.
func aReport(t *testing.T, d *daemon, q web.ReportRequest) (string, error) {
	t.Helper()
	if q.Wearer == "" {
		q.Wearer = "a"
	}
	if q.Span.From.IsZero() {
		q.Span.From, q.Span.To = report.WeekOf(time.Now())
	}
	body, err := hub.Report(t.Context(), d.socket, q)
	return string(body), err
}

func TestAReportTellsOfItsWearerAlone(t *testing.T) {
	dir := t.TempDir()
	spent(t, dir, 30)
	d := keeper(t, keeping("", dir, "journal"))
	got, err := aReport(t, d, web.ReportRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "canary of a") || !strings.Contains(got, "Middle 61;") {
		t.Errorf("it does not tell of a:\n%.2000s", got)
	}
	if strings.Contains(got, "canary of b") || strings.Contains(got, "Middle 93") {
		t.Error("it tells of b")
	}
	preview, err := aReport(t, d, web.ReportRequest{Form: web.ReportPreview, Without: report.Without{Journal: true}})
	if err != nil || !strings.Contains(preview, "the journal, which you left out") || strings.Contains(preview, "canary") {
		t.Errorf("%v\n%s", err, preview)
	}
	patterns, err := aReport(t, d, web.ReportRequest{Form: web.ReportPatterns, Kind: report.Span})
	if err != nil || !strings.Contains(patterns, "Before becoming wound up") {
		t.Errorf("%v\n%s", err, patterns)
	}
}

func TestAReportThatCannotBeIsRefusedInWords(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "journal"))
	now := time.Now()
	for _, row := range []struct {
		name string
		q    web.ReportRequest
		want string
	}{
		{"nothing is kept yet", web.ReportRequest{}, "nothing is kept of a from "},
		{"no counts of nothing", web.ReportRequest{Form: web.ReportPatterns, Kind: report.Span}, "nothing is kept of a from "},
		{"a stranger", web.ReportRequest{Wearer: "nobody"}, `nobody here is called "nobody"`},
		{"no session", web.ReportRequest{Kind: report.Session}, "no session of a is kept"},
		{"dates reversed", web.ReportRequest{Kind: report.Span, Span: history.Span{From: now, To: now.Add(-time.Hour)}}, "from lies after to"},
		{"years", web.ReportRequest{Kind: report.Span, Span: history.Span{From: now.AddDate(-3, 0, 0), To: now}}, "at most 92 days"},
	} {
		if _, err := aReport(t, d, row.q); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestTheLastSessionIsFound(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "journal"))
	d.ask(t, "a", "start_session", room.Alone.String())
	waiting.Until(t, "a session runs", func() bool { return d.status(t).Active })
	d.ask(t, "", "end_session", "")
	got, err := aReport(t, d, web.ReportRequest{Kind: report.Session, Span: history.Span{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}})
	if err != nil || !strings.Contains(got, "A session, on ") || !strings.Contains(got, ">alone, ") {
		t.Errorf("%v\n%.3000s", err, got)
	}
}

func TestMoreRowsThanOneReadHoldsAreAllThere(t *testing.T) {
	dir := t.TempDir()
	db := history.Open(history.Options{Path: filepath.Join(dir, "history.db")})
	begin := time.Now().Add(-time.Hour)
	const many = 250
	for range many {
		if _, err := db.AddNote(history.Note{Wearer: "a", Text: "x", At: begin}, begin); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d := keeper(t, keeping("", dir, "journal"))
	got, err := aReport(t, d, web.ReportRequest{})
	if n := strings.Count(got, `<p class="text">x</p>`); err != nil || n != many {
		t.Errorf("%d notes of %d: %v", n, many, err)
	}
}
