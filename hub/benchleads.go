package hub

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/wire"
)

// electrodesTold takes from the daemon, which has their lines, whose electrodes are off.
func (b *workbench) electrodesTold(all []wire.LeadsOff) {
	for _, l := range b.panel.leads {
		var is wire.LeadsOff
		if i := slices.IndexFunc(all, func(o wire.LeadsOff) bool { return o.Wearer == b.wearerID(uint8(l.wearer)) }); i >= 0 {
			is = all[i]
		}
		l.off[0].Store(is.Plus)
		l.off[1].Store(is.Minus)
	}
}

// readElectrodes reads the lines of those whose pulse hangs on a bus that no daemon has, until end. Time that passes only as the bus's loop
// works is that loop's own: glance is called in it then, with every block.
func (b *workbench) readElectrodes(ctx context.Context, h *held, bus string) (glance, end func()) {
	nothing := func() {}
	in := b.electrodeLines(h, bus)
	if in == nil {
		return nothing, nothing
	}
	if _, atOnce := b.pacer.(*acquire.VirtualPacer); atOnce {
		in.glance()
		return in.glance, in.close
	}
	ctx, stop := context.WithCancel(ctx)
	var reading sync.WaitGroup
	reading.Go(func() { in.run(ctx) })
	return nothing, func() { stop(); reading.Wait() }
}

// electrodeLines are those lines; nil where there are none, or no header.
func (b *workbench) electrodeLines(h *held, bus string) *lineReader {
	in := &lineReader{now: b.pacer.Now, random: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0x6c656164)), fault: func(f dsp.Fault) {
		if f.Reason != "" {
			b.log.Warn("nothing tells of an electrode that is off", "source", f.Source, "reason", f.Reason)
		}
	}}
	for _, l := range b.panel.leads {
		if w := b.config.Wearers[l.wearer]; chip(b.config, w.Pulse.Chip).Bus == bus && !h.off(uint8(l.wearer)) {
			in.all = append(in.all, electrodes(l)...)
		}
	}
	if len(in.all) == 0 {
		return nil
	}
	var err error
	if in.header, err = b.buses.header(); err != nil {
		in.fault(dsp.Fault{Source: "GPIO", Reason: err.Error()})
		return nil
	}
	return in
}

// electrodesOf tells which of a wearer's are off; nil where no line tells.
func (b *workbench) electrodesOf(wearer int) func() (plus, minus bool) {
	l := b.panel.leadsOf(wearer)
	if l == nil {
		return nil
	}
	return func() (plus, minus bool) { return l.off[0].Load(), l.off[1].Load() }
}
