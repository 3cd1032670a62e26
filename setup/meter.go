package setup

import (
	"time"

	"hubd/dsp"
)

// Worn is what one wearer wears.
type Worn struct {
	Pulse    dsp.PulseOptions
	Skin     dsp.SkinOptions
	PulseBus string // empty: no pulse sensor
	SkinBus  string // empty: no skin-conductance sensor
}

// Meter looks at what buses deliver: figures for each channel, and the same chains of dsp that hubd runs.
type Meter struct {
	rates   func(dsp.Channel) float64
	gauges  map[dsp.Channel]*Gauge
	wearers []*meterWearer
}

// meterWearer is one wearer's chains, each with the next second to close.
type meterWearer struct {
	worn                Worn
	pulse               *dsp.Pulse
	skin                *dsp.Skin
	pulseNext, skinNext time.Duration
}

// NewMeter makes a meter. rates gives what each channel should deliver in a second.
func NewMeter(worn []Worn, rates func(dsp.Channel) float64) *Meter {
	m := &Meter{rates: rates, gauges: map[dsp.Channel]*Gauge{}}
	for _, w := range worn {
		m.wearers = append(m.wearers, &meterWearer{worn: w, pulse: dsp.NewPulse(w.Pulse), skin: dsp.NewSkin(w.Skin)})
	}
	return m
}

// Block takes what one bus delivered and gives the values that its chains told, which are valid until the next call.
func (m *Meter) Block(dst []dsp.Value, b dsp.Block) []dsp.Value {
	for i, w := range m.wearers {
		w.begin(b)
		for _, s := range b.Samples {
			if int(s.Channel.Wearer) == i {
				dst = w.sample(dst, s)
			}
		}
		dst = w.closeUntil(dst, b)
	}
	for _, s := range b.Samples {
		m.gauge(s.Channel).Sample(s)
	}
	return dst
}

func (m *Meter) gauge(c dsp.Channel) *Gauge {
	g, ok := m.gauges[c]
	if !ok {
		g = NewGauge(m.rates(c))
		m.gauges[c] = g
	}
	return g
}

// begin lays the grids of seconds at the first block of each bus.
func (w *meterWearer) begin(b dsp.Block) {
	first := b.Until
	for _, s := range b.Samples {
		first = min(first, s.T)
	}
	first = first.Truncate(time.Second) + time.Second
	if b.Bus == w.worn.PulseBus && w.pulseNext == 0 {
		w.pulseNext = first
	}
	if b.Bus == w.worn.SkinBus && w.skinNext == 0 {
		w.skinNext = first
	}
}

func (w *meterWearer) sample(dst []dsp.Value, s dsp.Sample) []dsp.Value {
	switch s.Channel.Kind {
	case dsp.ChannelPulse:
		for ; w.pulseNext > 0 && w.pulseNext <= s.T; w.pulseNext += time.Second {
			dst = w.pulse.Second(dst, w.pulseNext)
		}
		return w.pulse.Sample(dst, s)
	case dsp.ChannelEDA:
		for ; w.skinNext > 0 && w.skinNext <= s.T; w.skinNext += time.Second {
			dst = w.skin.Second(dst, w.skinNext)
		}
		return w.skin.Sample(dst, s)
	}
	return dst
}

// closeUntil closes the seconds that the bus has passed.
func (w *meterWearer) closeUntil(dst []dsp.Value, b dsp.Block) []dsp.Value {
	if b.Bus == w.worn.PulseBus {
		for ; w.pulseNext <= b.Until; w.pulseNext += time.Second {
			dst = w.pulse.Second(dst, w.pulseNext)
		}
	}
	if b.Bus == w.worn.SkinBus {
		for ; w.skinNext <= b.Until; w.skinNext += time.Second {
			dst = w.skin.Second(dst, w.skinNext)
		}
	}
	return dst
}

// Pulse is how it is with a wearer's pulse.
func (m *Meter) Pulse(wearer int) dsp.PulseFeatures { return m.wearers[wearer].pulse.Features() }

// Skin is how it is with a wearer's skin conductance.
func (m *Meter) Skin(wearer int) dsp.SkinFeatures { return m.wearers[wearer].skin.Features() }

// Figures are those of one channel so far.
func (m *Meter) Figures(c dsp.Channel) Figures {
	f := m.gauge(c).Figures()
	switch {
	case int(c.Wearer) >= len(m.wearers):
	case c.Kind == dsp.ChannelPulse:
		p := m.Pulse(int(c.Wearer))
		f.Contact, f.Quality, f.Reason = p.Contact, p.Quality, p.Reason
	case c.Kind == dsp.ChannelEDA:
		k := m.Skin(int(c.Wearer))
		f.Contact, f.Quality, f.Reason = k.Contact, k.Quality, k.Reason
	}
	return f
}
