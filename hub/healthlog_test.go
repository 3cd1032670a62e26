package hub

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
)

// told gives what a log of sources writes of news at given seconds, line by line.
func toldOf(news map[int][]dsp.Fault, seconds int) (log []string) {
	out := &waiting.Text{}
	h := &healthLog{log: logTo(out)}
	for s := range seconds {
		for _, f := range news[s] {
			h.event(pipeline.Event{Value: f})
		}
		before := len(out.String())
		h.tick(time.Duration(s)*time.Second, pipeline.Consent{})
		if text := out.String()[before:]; text != "" {
			log = append(log, fmt.Sprintf("%d %s", s, text[strings.Index(text, "level="):]))
		}
	}
	return log
}

func TestTheLogHearsOfSourcesOnceInTenSeconds(t *testing.T) {
	bad := func(source string) dsp.Fault { return dsp.Fault{Source: source, Reason: "no reading"} }
	good := func(source string) dsp.Fault { return dsp.Fault{Source: source} }
	for _, row := range []struct {
		name string
		news map[int][]dsp.Fault
		want []string // what each line begins with and holds
	}{
		{"the first news are told at once", map[int][]dsp.Fault{3: {bad("x")}}, []string{`3 level=WARN msg="a source does not answer" source=x reason="no reading"`}},
		{"what ends within the window is told at its end", map[int][]dsp.Fault{3: {bad("x")}, 5: {good("x")}},
			[]string{`3 level=WARN msg="a source does not answer" source=x`, `13 level=INFO msg="a source answers again" source=x`}},
		{"what ends after it is told at once", map[int][]dsp.Fault{3: {bad("x")}, 20: {good("x")}},
			[]string{`3 level=WARN msg="a source does not answer"`, `20 level=INFO msg="a source answers again" source=x`}},
		{"several at once are one line", map[int][]dsp.Fault{3: {bad("x"), bad("y")}, 4: {good("x"), good("y")}},
			[]string{`3 level=WARN msg="sources do not answer" changes=2 silent="x: no reading | y: no reading"`, `13 level=INFO msg="sources answer again" changes=2 answering="x, y"`}},
		{"one comes back while another goes", map[int][]dsp.Fault{3: {bad("x")}, 4: {good("x")}, 5: {bad("y")}},
			[]string{`3 level=WARN`, `13 level=WARN msg="sources do not answer" changes=2 answering=x silent="y: no reading"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := toldOf(row.news, 60)
			if len(got) != len(row.want) {
				t.Fatalf("%d lines, want %d:\n%s", len(got), len(row.want), strings.Join(got, ""))
			}
			for i := range got {
				if !strings.HasPrefix(got[i], row.want[i]) {
					t.Errorf("line %d is %s, want %s", i, got[i], row.want[i])
				}
			}
		})
	}
}

func TestAPlugThatWobblesDoesNotFillTheLog(t *testing.T) {
	news := map[int][]dsp.Fault{}
	for s := range 600 {
		f := dsp.Fault{Source: "ads1115@48"}
		if s%2 == 0 {
			f.Reason = "no reading"
		}
		news[s] = []dsp.Fault{f}
	}
	if got := toldOf(news, 600); len(got) != 60 || !strings.Contains(got[1], "changes=10") {
		t.Errorf("%d lines in ten minutes, the second %q", len(got), got[1])
	}
}
