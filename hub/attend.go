package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"hubd/config"
	"hubd/dsp"
	"hubd/setup"
)

// holdLength is how long a command asks to have a bus where nobody said how long it will run; the daemon gives less.
const holdLength = 12 * time.Hour

// wearersBuses are the buses that a wearer's sensors hang on.
func wearersBuses(c *config.Config, wearer int) []config.Bus {
	w := c.Wearers[wearer]
	used := map[string]bool{}
	if w.Pulse != nil {
		used[chip(c, w.Pulse.Chip).Bus] = true
	}
	if w.EDA != nil {
		used[chip(c, w.EDA.Chip).Bus] = true
	}
	var all []config.Bus
	for _, b := range c.Buses {
		if used[b.Name] {
			all = append(all, b)
		}
	}
	return all
}

// attend reads one wearer's sensors until ctx ends or for a length of time, 0 for as long as it lasts. take gets every block, one at a
// time. Nobody else is read, also where others' sensors hang on the same bus. The error says why it ended early; nil where ctx did it.
func (b *workbench) attend(ctx context.Context, wearer int, length time.Duration, take func(dsp.Block)) error {
	work, stop := context.WithCancelCause(ctx)
	var guard sync.Mutex
	var loops sync.WaitGroup
	var holds []*held
	defer func() {
		stop(nil)
		loops.Wait() // no bus is given back while it is read
		for _, h := range holds {
			h.done()
		}
	}()
	asked := length
	if asked == 0 {
		asked = holdLength
	}
	for _, bus := range wearersBuses(b.config, wearer) {
		h, err := b.hold(work, bus, asked+lookingTakes)
		if err != nil {
			return err
		}
		holds = append(holds, h)
		if b.state(bus) != setup.Found {
			return errors.New(busAdvice(bus, b.state(bus)))
		}
		o := b.options(bus, nil)
		loops.Go(func() {
			stop(b.read(h, o, length, func(block dsp.Block) {
				guard.Lock()
				defer guard.Unlock()
				take(block)
			}))
		})
	}
	<-work.Done()
	if cause := context.Cause(work); ctx.Err() == nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// standing says what to do where a bus of a wearer's cannot be opened, before anybody takes electrodes off for it.
func (b *workbench) standing(wearer int) error {
	for _, bus := range wearersBuses(b.config, wearer) {
		if s := b.state(bus); s != setup.Found {
			return errors.New(busAdvice(bus, s))
		}
	}
	return nil
}

// scopeOf describes one wearer's sensors.
func scopeOf(b *workbench, wearer int, head string) setup.ScopeOptions {
	w := b.config.Wearers[wearer]
	o := setup.ScopeOptions{Wearer: wearer, Worn: b.worn(), Rates: b.rate, Head: head, Electrodes: b.electrodesOf(wearer)}
	if w.Pulse != nil {
		ch := chip(b.config, w.Pulse.Chip)
		o.ECG = w.Pulse.Kind == config.ECG
		o.Light, o.Range = ch.Kind.Optical(), 1
		o.PulseName = ch.Name
		if !o.Light {
			o.PulseName = fmt.Sprintf("%s of %s", inputName(ch, w.Pulse.Channel), ch.Name)
			o.Range = min(ch.SupplyVolts, fullScale(w.Pulse.FullScaleVolts, ch))
		}
	}
	if w.EDA != nil {
		ch := chip(b.config, w.EDA.Chip)
		o.EDAName = fmt.Sprintf("%s of %s", inputName(ch, w.EDA.Channel), ch.Name)
	}
	return o
}

// theWearerOf gives the place of the wearer that a command is about: the only one where none is named.
func theWearerOf(c *config.Config, id string) (int, error) {
	if id == "" && len(c.Wearers) == 1 {
		return 0, nil
	}
	if i, ok := wearerNumber(c, id); ok {
		return i, nil
	}
	var ids []string
	for _, w := range c.Wearers {
		ids = append(ids, w.ID)
	}
	if id != "" {
		return 0, fmt.Errorf("this config has no wearer %q: wanted is --wearer with one of: %s", id, strings.Join(ids, ", "))
	}
	return 0, fmt.Errorf("whose? add --wearer with one of: %s", strings.Join(ids, ", "))
}
