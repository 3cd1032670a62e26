package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hubd/wire"
)

// each repeats answers, as somebody who looks every second sees them.
func each(n int, answers ...wire.RestReport) (all []wire.RestReport) {
	for _, a := range answers {
		for range n {
			all = append(all, a)
		}
	}
	return all
}

// script is a daemon that answers what stands in it, one after the other; the last one again and again.
type script struct {
	answers []wire.RestReport
	lost    bool // after the last one no daemon answers
	refusal error
	sent    []string
	asked   int
}

func (s *script) send(_ context.Context, name string) error {
	s.sent = append(s.sent, name)
	if name == "rest_stop" {
		s.answers, s.asked = []wire.RestReport{{Phase: "stopped", Says: "stopped with 1 of 3 good minutes: what was learnt stays"}}, 0
		return nil
	}
	return s.refusal
}

func (s *script) look(ctx context.Context) (wire.RestReport, error) {
	if err := ctx.Err(); err != nil {
		return wire.RestReport{}, err
	}
	if s.asked == len(s.answers) {
		if s.lost {
			return wire.RestReport{}, errors.New("no daemon answers")
		}
		s.asked--
	}
	s.asked++
	return s.answers[s.asked-1], nil
}

func running(good int, missing string) wire.RestReport {
	return wire.RestReport{Phase: "running", Good: good, Wanted: 180, Missing: missing}
}

func TestADeclaredRestIsToldFromItsStartToItsEnd(t *testing.T) {
	before := wire.RestReport{Phase: "learnt"} // another day's
	learnt := wire.RestReport{Phase: "learnt", Kept: true, Says: "learnt: from now on hubd compares with this rest of your own"}
	const hello = "Rest of a. Sit or lie still now, awake, and breathe as you like. It takes three minutes, five at most.\n" +
		"You need not watch this. Ctrl-C stops the rest; if the line breaks, it goes on.\n"
	for _, row := range []struct {
		name      string
		script    script
		interrupt int // after so many looks; 0: never
		out       string
		err       string // empty: it was learnt
		sent      string
	}{
		{"learnt", script{answers: append(append([]wire.RestReport{before}, each(6, running(0, "finding the pulse"), running(0, ""), running(8, ""), running(15, ""), running(100, ""))...), learnt)}, 0,
			hello + "   0 of 180 s   finding the pulse\n   0 of 180 s\n  15 of 180 s\n 100 of 180 s\n" +
				"learnt: from now on hubd compares with this rest of your own.\nhubd rest --show shows it.\n", "", "rest_start"},
		{"learnt, far from what is usual, and not stored", script{answers: []wire.RestReport{before, running(0, ""), {Phase: "learnt", Says: "learnt", Unlike: []string{"heart_rate"}}}}, 0,
			hello + "   0 of 180 s\nlearnt.\nIt lies far from what is usual in: heart rate. That may be how you are; or it was no rest. hubd is less sure with it.\nIt is not stored, and gone when hubd restarts: keep is nothing.\nhubd rest --show shows it.\n", "", "rest_start"},
		{"a movement takes back what was there", script{answers: append(append([]wire.RestReport{before}, each(6, running(20, ""), running(0, "lie still: movement"), running(3, ""))...), learnt)}, 0,
			hello + "  20 of 180 s\n   0 of 180 s   lie still: movement\n   3 of 180 s\nlearnt: from now on hubd compares with this rest of your own.\nhubd rest --show shows it.\n", "", "rest_start"},
		{"a signal on the edge is not told to and fro", script{answers: append(append([]wire.RestReport{before, running(0, "")},
			each(1, running(0, "the pulse is not clear"), running(0, "finding the pulse"), running(0, "the pulse is not clear"), running(1, ""))...), learnt)}, 0,
			hello + "   0 of 180 s\nlearnt: from now on hubd compares with this rest of your own.\nhubd rest --show shows it.\n", "", "rest_start"},
		{"one that runs already is joined", script{answers: []wire.RestReport{running(70, ""), learnt}}, 0,
			"A rest is being learnt already. This is how it goes:\n  70 of 180 s\nlearnt: from now on hubd compares with this rest of your own.\nhubd rest --show shows it.\n", "", ""},
		{"not learnt", script{answers: []wire.RestReport{before, running(0, "no contact on the pulse sensor"), {Phase: "incomplete", Says: "only 0 of 3 good minutes"}}}, 0,
			hello + "   0 of 180 s   no contact on the pulse sensor\n", "only 0 of 3", "rest_start"},
		{"refused", script{answers: []wire.RestReport{before}, refusal: errors.New("refused: sensing is off")}, 0, "", "sensing is off", "rest_start"},
		{"the daemon goes", script{answers: []wire.RestReport{before, running(0, "")}, lost: true}, 0, hello + "   0 of 180 s\n", "no daemon answers", "rest_start"},
		{"Ctrl-C stops it", script{answers: []wire.RestReport{before, running(0, ""), running(1, ""), running(2, "")}}, 2,
			hello + "   0 of 180 s\n", "stopped with 1 of 3", "rest_start rest_stop"},
		{"one that never ends", script{answers: []wire.RestReport{before, running(7, "")}}, 0, hello + "   7 of 180 s\n", "does not end", "rest_start"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			waits := 0
			r := &resting{out: &out, id: "a", send: row.script.send, look: row.script.look, wait: func(ctx context.Context) error {
				if waits++; waits == row.interrupt {
					stop()
				}
				return ctx.Err()
			}}
			err := r.run(ctx)
			if (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
				t.Errorf("error %v, want %q", err, row.err)
			}
			if out.String() != row.out || strings.Join(row.script.sent, " ") != row.sent {
				t.Errorf("sent %v, got\n%s\nwant\n%s", row.script.sent, out.String(), row.out)
			}
		})
	}
}
