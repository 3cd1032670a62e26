package hub

import (
	"context"
	"math/rand/v2"
	"time"

	"hubd/acquire"
	"hubd/drivers/gpioline"
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// joinPanel makes the readers of the lines. No line is touched before they run.
func (l *live) joinPanel() error {
	if l.panel == nil || len(l.panel.sources()) == 0 {
		return nil
	}
	h, err := l.panel.open()
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0x6770696f))
	in := &lineReader{header: h, fault: l.core.inbox.fault, now: l.pacer.Now, random: random}
	for _, b := range l.panel.buttons {
		in.all = append(in.all, l.button(b))
	}
	for _, e := range l.panel.leads {
		in.all = append(in.all, electrodes(e)...)
	}
	if len(in.all) > 0 {
		l.inputs = in
	}
	if l.panel.led != "" {
		l.led = &led{
			header: h, line: l.panel.led, dim: dimmer{share: l.panel.brightness}, pacer: acquire.NewKernelPacer(),
			read: l.samplesRead, paused: l.core.nobodySensed, lent: l.lends.reading, fault: l.core.inbox.fault, now: l.pacer.Now, random: random,
		}
	}
	return nil
}

// button joins a button to what it does.
func (l *live) button(b panelButton) *lineInput {
	to := &button{press: l.core.press, may: func() bool { return false }, start: func(uint64) {}}
	if b.wearer != nobody {
		w := &holder{core: l.core, wearer: b.wearer, always: l.pipeline.Wearers[b.wearer].AlwaysOn()}
		to.may, to.start = w.may, w.start
	}
	return &lineInput{
		source: b.source(), wearer: dsp.NoWearer, to: to,
		options: gpioline.Options{Line: b.line, Consumer: consumer, ActiveLow: true, Bias: gpioline.PullUp, Debounce: debounce},
	}
}

// holder is a wearer whose own button may be held.
type holder struct {
	core   *core
	wearer int
	always bool // sensed whenever the hub is on
	resume bool // a hold that began now ends a pause outside of a session
}

// may tells whether a hold that begins now may start or resume the wearer: paused, or in no session.
func (h *holder) may() bool {
	paused, idle := h.core.pauses.Off(uint8(h.wearer)), h.core.pauses.idle(uint8(h.wearer))
	h.resume = h.always && paused && idle
	return paused || idle
}

// start starts or resumes the wearer, unless somebody paused since the hold began.
func (h *holder) start(pauses uint64) {
	id := h.core.wearers[h.wearer]
	c := pipeline.Command{Name: pipeline.CommandStartSession, Wearer: id, Session: room.NoSession}
	if h.resume {
		c.Name = pipeline.CommandResume
	}
	c.Origin = pipeline.Origin{Source: pipeline.SourceButton, Wearer: id}
	if err := h.core.inbox.act(act{command: c, pauses: pauses}); err != nil {
		h.core.log.Error("a held button not obeyed", "error", err)
	}
}

// electrodes are the lines of one ECG amplifier. They are pulled up: a wire that is off is an electrode that is off.
func electrodes(l *leads) []*lineInput {
	var all []*lineInput
	for i, line := range []string{l.plus, l.minus} {
		if line != "" {
			all = append(all, &lineInput{
				source: leadSource(line), wearer: l.wearer, to: electrode{l.off[i].Store},
				options: gpioline.Options{Line: line, Consumer: consumer, Bias: gpioline.PullUp},
			})
		}
	}
	return all
}

// samplesRead counts the samples of all buses.
func (l *live) samplesRead() (n uint64) {
	for _, loop := range l.loops {
		n += loop.Samples()
	}
	return n
}

// nobodySensed tells whether every wearer is paused.
func (c *core) nobodySensed() bool {
	all := c.everybody()
	return c.pauses.word.Load()&all == all
}

// sleepers is how many goroutines spend their time asleep in the kernel.
func (l *live) sleepers() int {
	n := len(l.loops)
	if l.led != nil {
		n++
	}
	return n
}

// runPanel runs the readers of the lines.
func (l *live) runPanel(ctx context.Context) {
	if l.inputs != nil {
		l.goRun(func() { l.inputs.run(ctx) })
	}
	if l.led != nil {
		l.goRun(func() { l.led.run(ctx) })
	}
}
