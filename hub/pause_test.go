package hub

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"hubd/pipeline"
	"hubd/room"
)

func off(p *pauses, wearers int) (out []bool) {
	for w := range wearers {
		out = append(out, p.Off(uint8(w)))
	}
	return out
}

func TestAStopSetsItsBitsAtOnce(t *testing.T) {
	tests := []struct {
		name    string
		command pipeline.Command
		want    []bool // off, by wearer, before the pipeline knows of it
	}{
		{"a pause is for all", pauseAll(), []bool{true, true}},
		{"sensing off is for its wearer", sensing("b", false), []bool{false, true}},
		{"sensing off for somebody unknown is for nobody", sensing("c", false), []bool{false, false}},
		{"sensing on is an act, and waits", sensing("a", true), []bool{false, false}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.pauses.follow(func(int) bool { return true }, 2)
			if err := b.request(test.command, nil); err != nil {
				t.Fatal(err)
			}
			if got := off(b.pauses, 2); !slices.Equal(got, test.want) {
				t.Errorf("off: %v, want %v", got, test.want)
			}
		})
	}
}

func TestAPauseForSixtyFourWearersSetsEveryBit(t *testing.T) {
	c := &core{inbox: newInbox(), pauses: &pauses{}}
	for i := range 64 {
		c.wearers = append(c.wearers, fmt.Sprintf("w%d", i))
	}
	if err := c.request(pauseAll(), nil); err != nil {
		t.Fatal(err)
	}
	if got := off(c.pauses, 64); slices.Contains(got, false) {
		t.Errorf("off: %v", got)
	}
}

func TestAPauseIsNeverLostWhenTheInboxIsFull(t *testing.T) {
	b := newBench(t, nil)
	b.ask(start("a", room.Alone))
	for b.inbox.act(act{command: pipeline.Command{Name: pipeline.CommandCheckIn}}) == nil {
	}
	if err := b.request(start("b", room.Alone), nil); err == nil {
		t.Error("an act was accepted by a full inbox")
	}
	if err := b.request(pauseAll(), nil); err != nil {
		t.Errorf("a pause was refused: %v", err)
	}
	b.step()
	if b.core.pipeline.Sensed(0) || !b.pauses.Off(0) {
		t.Error("the pause was lost")
	}
}

func TestRepeatedStopsAreOne(t *testing.T) {
	p := &pauses{}
	for range 1000 {
		p.stop(3, pauseAll())
		p.stop(1, sensing("a", false))
		p.stop(2, sensing("b", false))
	}
	if got := p.take(); len(got) != 3 {
		t.Errorf("%d stops wait, want one pause and one for each wearer", len(got))
	}
	if got := p.take(); len(got) != 0 {
		t.Errorf("%d stops are taken twice", len(got))
	}
}

func TestAnActOlderThanAPauseIsRefused(t *testing.T) {
	tests := []struct {
		name    string
		command pipeline.Command
		refused bool
	}{
		{"a start", start("a", room.Alone), true},
		{"a resume", pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: fromSocket}, true},
		{"sensing on", sensing("a", true), true},
		{"an end, which senses nobody", pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket}, false},
		{"a share", pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Origin: fromSocket}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			reply := make(chan string, 1)
			for _, c := range []pipeline.Command{test.command, pauseAll()} {
				r := reply
				if c.Name == pipeline.CommandPause {
					r = nil
				}
				if err := b.request(c, r); err != nil {
					t.Fatal(err)
				}
			}
			b.step()
			if got := <-reply; (got != "") != test.refused {
				t.Errorf("answered %q; refused: want %v", got, test.refused)
			}
			if b.core.pipeline.Sensed(0) || !b.pauses.Off(0) {
				t.Error("somebody is sensed after the pause")
			}
			if got := slices.Contains(b.broker.kinds(), "command_refused"); got != test.refused {
				t.Errorf("told as refused: %v, want %v", got, test.refused)
			}
		})
	}
}

func TestAnActAfterThePauseIsObeyed(t *testing.T) {
	b := newBench(t, nil)
	b.ask(pauseAll())
	if got := b.ask(start("a", room.Alone)); got != "" {
		t.Fatalf("refused: %s", got)
	}
	if got := off(b.pauses, 2); !slices.Equal(got, []bool{false, true}) {
		t.Errorf("off: %v, want b alone: a start is the wearer's own", got)
	}
}

// Many goroutines stop while the processing goroutine clears what the pipeline has obeyed. A bit that was set by a stop of which the
// pipeline has not heard must not be cleared.
func TestFollowNeverClearsABitWhileAStopIsOnItsWay(t *testing.T) {
	p := &pauses{}
	var stops sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		stops.Go(func() {
			for range 500 {
				p.stop(1<<w, sensing(fmt.Sprint(w), false))
			}
		})
	}
	go func() { stops.Wait(); close(done) }()
	obeyed := [4]bool{}
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		for _, c := range p.take() {
			obeyed[c.Wearer[0]-'0'] = true
		}
		p.follow(func(w int) bool { return !obeyed[w] }, 4)
		for w := range obeyed {
			if obeyed[w] && !p.Off(uint8(w)) {
				t.Fatalf("wearer %d is read although stopped", w)
			}
		}
		clear(obeyed[:]) // each resumes at once, and follow may clear only what nobody stopped anew
		p.follow(func(w int) bool { return !obeyed[w] }, 4)
		p.mu.Lock()
		for _, c := range p.pending {
			if !p.Off(c.Wearer[0] - '0') {
				t.Errorf("a stop of wearer %s is on its way and its bit is clear", c.Wearer)
			}
		}
		p.mu.Unlock()
	}
}
