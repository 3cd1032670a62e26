package hub

import (
	"context"
	"log/slog"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// sink is somebody who is told. event is called with what Disclose lets through; tick once per step, with the consent in force.
// Neither may block.
type sink interface {
	audience() pipeline.Audience
	event(e pipeline.Event)
	tick(now time.Duration, c pipeline.Consent)
}

// audible is the room's sound: a player that takes PCM, or one over MQTT. It is part of the room, as a lamp is, and gets every Cue whole.
// Neither method may block. The cap comes with each step too: a lowered one makes no Cue where what plays is below it, and still holds
// the voice that speaks.
type audible interface {
	cue(c room.Cue, capDB float64)
	tick(now time.Duration, capDB float64)
}

// core is the processing goroutine's own: the pipeline and everything that follows one step of it.
type core struct {
	log      *slog.Logger
	now      func() time.Duration
	wall     func() time.Time // zero until the clock is set
	speed    float64          // stream seconds per real second
	pipeline *pipeline.Pipeline
	wearers  []string
	inbox    *inbox
	pauses   *pauses
	lamps    *lampGate
	askLamp  func(q room.Question)
	keeper   *keeper
	sinks    []sink
	board    *board
	sound    audible        // nil: none
	onCue    func(room.Cue) // the demo's body feels the room; nil on a real one
	refusals refusals
	waves    *waveTap // nil: no page

	batch    batch
	events   []pipeline.Event
	own      []pipeline.Event // of single wearers, of the last step
	consent  pipeline.Consent // after the last call of the pipeline
	revision uint64           // of the settings last given to the keeper
	nextTick time.Duration
	wakeAt   time.Duration // for the next tick, where nothing else has woken it by then
	watch    *watch
}

// run processes until ctx ends.
func (c *core) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.inbox.wake:
		case <-timer.C:
		}
		c.step()
		timer.Reset(max(leastWait, time.Duration(float64(c.wakeAt-c.now())/c.speed)))
	}
}

// step takes everything that waits, in the order that keeps people in charge: pauses, then acts, then samples, then time.
func (c *core) step() {
	standStill()
	now := c.now()
	stops := c.pauses.take()
	for _, p := range stops {
		c.tell(c.pipeline.Command(c.events[:0], now, p))
	}
	c.inbox.take(&c.batch)
	for i := range c.batch.acts {
		c.act(now, &c.batch.acts[i])
	}
	for i := range c.batch.refused {
		c.batch.refused[i].At = now
	}
	c.tell(append(c.events[:0], c.batch.refused...))
	c.refusals.unanswered(now, c.batch.unheard)
	for _, r := range append(c.lamps.way(), c.batch.reports...) {
		c.tell(c.pipeline.Lamp(c.events[:0], now, r))
	}
	if len(c.batch.faults) > 0 {
		c.tell(c.pipeline.Block(c.events[:0], dsp.Block{Faults: c.batch.faults}))
	}
	for _, b := range c.batch.blocks {
		c.tell(c.pipeline.Block(c.events[:0], b))
	}
	c.showWaves(now)
	acted := len(stops)+len(c.batch.acts) > 0
	c.passTime(now, acted)
	c.finishStep(now, acted)
	for _, a := range c.batch.acts {
		a.answer() // now: who is answered and looks at the board finds it done
	}
}

// passTime ticks where it is time to, and after each act: what an act asks of lamps leaves with it, and no breath that it begins is too old by then.
func (c *core) passTime(now time.Duration, acted bool) {
	if acted || now >= c.nextTick {
		c.tell(c.pipeline.Tick(c.events[:0], now, c.wall()))
		c.nextTick = now.Truncate(tickEvery) + tickEvery
		c.wakeAt = c.nextTick + tickWaits
	}
	if exact, ok := c.pipeline.Next(now); ok { // what this step began is on time too
		c.nextTick, c.wakeAt = min(c.nextTick, exact), min(c.wakeAt, exact)
	}
}

// showWaves gives the newest stretch of each wave to the pages that show it, through the same door as everything.
func (c *core) showWaves(now time.Duration) {
	if c.waves == nil {
		return
	}
	for _, b := range c.batch.blocks {
		c.waves.block(b)
	}
	for _, e := range c.waves.flush(nil, now) {
		c.disclose(e, c.consent)
	}
}

// finishStep lets what follows from a step happen: the pause word, settings, lamps, sinks.
func (c *core) finishStep(now time.Duration, acted bool) {
	c.pauses.follow(c.pipeline.Sensed, len(c.wearers))
	c.joined()
	r := c.pipeline.Revision()
	if acted || r != c.revision {
		c.consent = c.pipeline.Consent() // who joins a session or lowers a share makes no event by that
	}
	if r != c.revision {
		c.revision = r
		s := c.pipeline.Settings()
		c.keeper.saveSettings(s, r)
		if c.waves != nil {
			c.waves.follow(s)
		}
	}
	for _, lost := range c.lamps.flush(now, c.keeper.saved(), c.revision) {
		c.tell(c.pipeline.Lamp(c.events[:0], now, lost))
	}
	for _, q := range c.pipeline.Questions() {
		c.askLamp(q)
	}
	if c.sound != nil {
		c.sound.tick(now, c.pipeline.Room().VolumeCap)
	}
	for _, s := range c.sinks {
		s.tick(now, c.consent)
	}
	c.refusals.tick(now)
	c.watch.progress(now, &c.batch)
	c.board.refresh(now, c, acted)
}

// joined tells the buttons who is in a session.
func (c *core) joined() {
	st := c.pipeline.Room()
	if st.Session == room.NoSession {
		c.pauses.join(nil)
		return
	}
	c.pauses.join(st.Members)
}

// act gives one command to the pipeline and keeps its refusal for whoever asked. An act that would sense somebody is refused when a
// pause came in after it: the pause is the newer wish.
func (c *core) act(now time.Duration, a *act) {
	if a.pauses != c.pauses.count() && sensesMore(a.command) {
		const reason = "a pause came after this; do it again if it is still wanted"
		c.tell(append(c.events[:0], refusal(now, a.command, reason)))
		a.refusal = reason
		return
	}
	events := c.pipeline.Command(c.events[:0], now, a.command)
	for _, e := range events {
		if r, ok := e.Value.(pipeline.Refused); ok {
			a.refusal = r.Reason
		}
	}
	c.tell(events)
}

func sensesMore(c pipeline.Command) bool {
	switch c.Name {
	case pipeline.CommandResume, pipeline.CommandStartSession:
		return true
	case pipeline.CommandSensing:
		return c.On
	}
	return false
}

func refusal(now time.Duration, c pipeline.Command, reason string) pipeline.Event {
	return pipeline.Event{Wearer: c.Wearer, At: now, Value: pipeline.Refused{Name: string(c.Name), Reason: reason}}
}

func (a act) answer() {
	if a.reply != nil {
		a.reply <- a.refusal
	}
}

// tell gives the events of one call of the pipeline to the lamps and the sinks. They are told under the consent before and after the
// call, whichever is stricter: the step that opens or closes a private session is itself private.
func (c *core) tell(events []pipeline.Event) {
	own := c.pipeline.Own(c.own[:0]) // first: who joins a session is in it when the room's first word of it comes
	c.events, c.own = events, own
	if len(events)+len(own) == 0 {
		return
	}
	after := c.pipeline.Consent()
	both := after.And(c.consent)
	for _, e := range own {
		c.disclose(e, both)
	}
	for _, e := range events {
		c.control(e)
		c.disclose(e, both)
	}
	c.consent = after
}

// disclose gives an event to the sinks, as far as each may have it.
func (c *core) disclose(e pipeline.Event, consent pipeline.Consent) {
	for _, s := range c.sinks {
		if told, ok := pipeline.Disclose(e, s.audience(), consent); ok {
			s.event(told)
		}
	}
}

// control does what an event asks for, which is not telling.
func (c *core) control(e pipeline.Event) {
	switch v := e.Value.(type) {
	case room.LampCommand:
		c.lamps.add(v)
	case dsp.Fault:
		c.board.fault(e, v)
	case pipeline.Refused:
		c.refusals.note(e.At, v)
	case room.Cue:
		if c.sound != nil {
			c.sound.cue(v, c.pipeline.Room().VolumeCap)
		}
		if c.onCue != nil {
			c.onCue(v)
		}
	}
}

// press is the press of a button: it pauses everybody at once. It gives the count of pauses with this one.
func (c *core) press() (pauses uint64) {
	number := c.pauses.stop(c.everybody(), pipeline.Command{Name: pipeline.CommandPause, Origin: pipeline.Origin{Source: pipeline.SourceButton}})
	c.inbox.ring()
	return number
}

// everybody has the bit of each wearer.
func (c *core) everybody() uint64 { return 1<<len(c.wearers) - 1 }

// request puts a command where it belongs: a stop into the pause word at once, everything else into the inbox. reply may be nil.
func (c *core) request(cmd pipeline.Command, reply chan<- string) error {
	mask := uint64(0)
	switch {
	case cmd.Name == pipeline.CommandPause:
		mask = c.everybody()
	case cmd.Name == pipeline.CommandSensing && !cmd.On:
		for i, id := range c.wearers {
			if id == cmd.Wearer {
				mask = 1 << i
			}
		}
	default:
		return c.inbox.act(act{command: cmd, pauses: c.pauses.count(), reply: reply})
	}
	c.pauses.stop(mask, cmd)
	c.inbox.ring()
	if reply != nil {
		reply <- ""
	}
	return nil
}
