package hub

import (
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

func lampIsOn(b *bench) {
	b.inbox.report(room.LampReport{Lamp: "bed", On: dsp.Some(1.0), Brightness: dsp.Some(80.0), Kelvin: dsp.Some(2700.0)})
}

// bodily tells whether an event is about a body.
func bodily(e pipeline.Event) bool {
	switch e.Value.(type) {
	case dsp.Beat, dsp.IBI, dsp.HRV, dsp.HeartRate, dsp.Respiration, dsp.EDA, dsp.SCR, dsp.Signal, dsp.Coherence, regulation.State:
		return true
	}
	return false
}

func TestOneStepTakesPausesThenActsThenSamplesThenTime(t *testing.T) {
	tests := []struct {
		name   string
		sensed bool           // a is sensed before
		queued func(b *bench) // all of it waits for one step
		body   bool           // samples of a are looked at
		lamps  bool           // a lamp command has left the room
	}{
		{"samples from before a pause are not looked at", true, func(b *bench) {
			b.inbox.block(pulseBlock(3*time.Second, 6*time.Second))
			_ = b.request(pauseAll(), nil)
		}, false, false},
		{"samples of somebody sensed are looked at", true, func(b *bench) {
			b.inbox.block(pulseBlock(3*time.Second, 6*time.Second))
		}, true, false},
		{"samples that come with a start are looked at", false, func(b *bench) {
			b.inbox.block(pulseBlock(3*time.Second, 6*time.Second))
			_ = b.request(start("a", room.Alone), nil)
		}, true, true},
		{"samples of somebody paused are not", false, func(b *bench) {
			b.inbox.block(pulseBlock(3*time.Second, 6*time.Second))
		}, false, false},
		{"a pause is told before an act that is newer", false, func(b *bench) {
			_ = b.request(pauseAll(), nil)
			_ = b.request(start("a", room.Alone), nil)
			b.inbox.block(pulseBlock(3*time.Second, 6*time.Second))
		}, true, true},
		{"a start is followed by light in the same step: time comes last", false, func(b *bench) {
			_ = b.request(start("a", room.Alone), nil)
		}, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			lampIsOn(b)
			b.at(time.Millisecond)
			if test.sensed {
				b.ask(sensing("a", true))
			}
			b.own.events = nil
			test.queued(b)
			b.at(3 * time.Second)
			if got := slices.ContainsFunc(b.own.events, bodily); got != test.body {
				t.Errorf("something of a body is told: %v, want %v: %v", got, test.body, b.own.kinds())
			}
			if got := slices.Contains(b.own.kinds(), "lamp"); got != test.lamps {
				t.Errorf("a lamp is asked: %v, want %v: %v", got, test.lamps, b.own.kinds())
			}
		})
	}
}

func TestNothingOfAPrivateSessionReachesBrokerOrHistory(t *testing.T) {
	end := pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket}
	tests := []struct {
		name  string
		steps [][]pipeline.Command // of each step; every step has samples of its own second too
	}{
		{"it opens and closes in one step", [][]pipeline.Command{{start("a", room.Together), start("b", room.Together), end}}},
		{"it opens in one step and closes in another", [][]pipeline.Command{{start("a", room.Together)}, {start("b", room.Together)}, {}, {end}}},
		{"it is paused away", [][]pipeline.Command{{start("a", room.Together), start("b", room.Together)}, {pauseAll()}, {end}}},
		{"both leave it", [][]pipeline.Command{{start("a", room.Together), start("b", room.Together)}, {sensing("a", false), sensing("b", false)}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			lampIsOn(b)
			b.at(time.Millisecond)
			now := time.Duration(0)
			for _, commands := range test.steps {
				for _, c := range commands {
					if err := b.request(c, nil); err != nil {
						t.Fatal(err)
					}
				}
				for range 20 {
					b.inbox.block(pulseBlock(now, now+time.Second))
					now += time.Second
					b.at(now)
				}
			}
			for _, e := range b.broker.events {
				s, ok := e.Value.(room.Session)
				if bodily(e) || ok && (s.Of != room.NoSession || s.Private) && s.Phase != room.PhaseAfter {
					t.Errorf("the broker is told %+v", e)
				}
				if c, ok := e.Value.(room.Cue); ok && c.Scene == "together" {
					t.Errorf("the broker is told %+v", e)
				}
			}
			for _, e := range b.history.events {
				t.Errorf("history is told %+v", e)
			}
			if !slices.Contains(b.own.kinds(), "session") {
				t.Error("there was no session: the test tests nothing")
			}
		})
	}
}

func TestALoweredShareCountsAtOnce(t *testing.T) {
	b := newBench(t, nil)
	b.at(time.Millisecond)
	c := pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Share: pipeline.ShareNone, Origin: fromSocket}
	if got := b.ask(c); got != "" {
		t.Fatal(got)
	}
	last := b.broker.consents[len(b.broker.consents)-1]
	if got := last.ShareFor("a"); got != pipeline.ShareNone {
		t.Errorf("the broker's side works with %s although nothing is shared, and nothing more may happen for hours", got)
	}
	if got := last.ShareFor("b"); got != pipeline.ShareFull {
		t.Errorf("b shares %s, want full", got)
	}
}

func TestWhoJoinsASessionCountsAtOnce(t *testing.T) {
	b := newBench(t, func(o *pipeline.Options) { o.Room.Private = false })
	b.at(time.Millisecond)
	b.ask(start("a", room.Together))
	b.ask(start("b", room.Together))
	last := b.history.consents[len(b.history.consents)-1]
	for _, w := range last.InRoom {
		if !w.Session {
			t.Errorf("%s takes part and does not count", w.Wearer)
		}
	}
}

func TestSettingsAreSavedExactlyWhenTheyChange(t *testing.T) {
	b := newBench(t, nil)
	handed := func() int { // revisions handed to the keeper since the last look
		before := len(b.saved)
		b.keeper.write()
		return len(b.saved) - before
	}
	share := pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Share: pipeline.ShareState, Origin: fromSocket}
	tests := []struct {
		name string
		do   func()
		want int
	}{
		{"nothing happens", func() { b.at(time.Second) }, 0},
		{"a share is lowered", func() { b.ask(share) }, 1},
		{"the same share is asked for again", func() { b.ask(share) }, 0},
		{"a starts, who was paused", func() { b.ask(start("a", room.Alone)) }, 1},
		{"seconds pass", func() { b.inbox.block(pulseBlock(0, 2*time.Second)); b.at(2 * time.Second) }, 0},
		{"everything is paused", func() { b.ask(pauseAll()) }, 1},
		{"everything is paused again", func() { b.ask(pauseAll()) }, 0},
		{"a command is refused", func() { b.ask(start("nobody", room.Alone)) }, 0},
	}
	for _, test := range tests {
		test.do()
		if got := handed(); got != test.want {
			t.Errorf("%s: saved %d times, want %d", test.name, got, test.want)
		}
	}
	last := b.saved[len(b.saved)-1].Wearers[0]
	if !last.Paused || last.Share != pipeline.ShareState {
		t.Errorf("saved %+v", last)
	}
}

func TestARefusalGoesToWhoeverAskedAndToThoseWhoListen(t *testing.T) {
	b := newBench(t, nil)
	b.at(time.Millisecond)
	got := b.ask(pipeline.Command{Name: pipeline.CommandScene, Text: "disco", Origin: fromSocket})
	if got == "" {
		t.Error("an unknown scene was obeyed")
	}
	if !slices.Contains(b.broker.kinds(), "command_refused") {
		t.Errorf("the broker is told %v", b.broker.kinds())
	}
	_ = b.request(pipeline.Command{Name: pipeline.CommandRestStart, Wearer: "a", Origin: fromSocket}, nil)
	b.step() // nobody waits for this answer: it must not block
}

func TestTheBoardIsNewRightAfterAnAct(t *testing.T) {
	b := newBench(t, nil)
	b.at(time.Millisecond)
	for _, c := range []struct {
		command pipeline.Command
		want    string
	}{{start("a", room.Alone), "online"}, {pauseAll(), "paused"}} {
		b.ask(c.command)
		if got := b.board.read().Wearers[0].Status.String(); got != c.want {
			t.Errorf("after %s a is %s, want %s", c.command.Name, got, c.want)
		}
	}
}

func TestTheBoardSaysHowItIsWithTheLamps(t *testing.T) {
	b := newBench(t, nil)
	b.inbox.report(room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(60), Kelvin: dsp.Some(3000)})
	b.at(time.Second)
	b.at(2 * time.Second)
	l := b.board.read().Lamps
	if len(l) != 1 || l[0].Lamp != "bed" || l[0].Brightness.Reported != dsp.Some(60) || l[0].Brightness.Asked.Known {
		t.Fatalf("before a session the board shows %+v", l)
	}
	b.ask(start("a", room.Alone))
	for now := 2 * time.Second; now < 8*time.Second; now += tickEvery {
		b.at(now)
	}
	after := b.board.read().Lamps
	if !after[0].Brightness.Asked.Known || l[0].Brightness.Asked.Known {
		t.Errorf("in a session it shows %+v; what was read before has become %+v", after, l)
	}
	b.inbox.report(room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(95)})
	b.at(9 * time.Second)
	b.at(10 * time.Second)
	if taken := b.board.read().Lamps[0]; !taken.Brightness.Hand || taken.Brightness.Asked.Known {
		t.Errorf("after a hand it shows %+v", taken)
	}
}

func TestFaultsOfDroppedBlocksAreToldBeforeTheBlocksThatAreLeft(t *testing.T) {
	b := newBench(t, nil)
	b.inbox.block(dsp.Block{Bus: "i2c", Faults: []dsp.Fault{{Wearer: dsp.SharedWearer, Source: "adc", Reason: "no answer"}}})
	for range maxBlocks {
		b.inbox.block(dsp.Block{Bus: "i2c"})
	}
	b.at(time.Second)
	if s := b.board.read().Sources; len(s) != 1 || s[0].Fault != "no answer" {
		t.Errorf("the board shows %+v", s)
	}
}

func TestAStepThatEmitsNothingAllocatesNothing(t *testing.T) {
	b := newBench(t, nil)
	for n := range 100 {
		b.at(time.Duration(n) * 20 * time.Millisecond)
	}
	b.sinks = nil
	now := 2 * time.Second
	b.board.shown = time.Hour // the board is renewed twice a second, and is not counted
	if got := testing.AllocsPerRun(200, func() {
		now += time.Millisecond
		b.at(now)
	}); got != 0 {
		t.Errorf("%g allocations", got)
	}
}

func TestALampThatForgotACommandIsAsked(t *testing.T) {
	b := newBench(t, nil)
	lampIsOn(b)
	b.at(0)
	if refusal := b.ask(pipeline.Command{Name: pipeline.CommandScene, Text: "base", Origin: fromSocket}); refusal != "" {
		t.Fatal(refusal)
	}
	for now := 50 * time.Millisecond; now < 30*time.Second && len(b.askedLamps) == 0; now += 50 * time.Millisecond {
		b.keeper.write() // what the keeper's goroutine does when it is woken
		b.at(now)
	}
	if len(b.sent) == 0 || len(b.askedLamps) != 1 || b.askedLamps[0] != "bed" {
		t.Errorf("%d commands, asked %v", len(b.sent), b.askedLamps)
	}
}
