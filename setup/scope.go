package setup

import (
	"cmp"
	"slices"
	"time"

	"hubd/draw"
	"hubd/dsp"
)

// Lengths of what a Scope shows.
const (
	pulseSpan = 6 * time.Second
	skinSpan  = time.Minute
	// leastSkin is the rise in volts that fills the height of a skin wave at least: some 0.3 µS on a Grove board.
	leastSkin = 0.01
)

// ScopeOptions describe the sensors of one wearer.
type ScopeOptions struct {
	Wearer             int // place in the config
	Worn               []Worn
	Rates              func(dsp.Channel) float64
	PulseName, EDAName string  // where they are wired, for example A0 of adc; empty: none
	Light              bool    // the pulse is a share of the range, and falls when blood comes
	ECG                bool    // the pulse comes from electrodes
	Range              float64 // of the pulse's input: volts, or 1
	// Electrodes tells which of an ECG amplifier's are off, by its LO+ and LO-; nil: no line tells.
	Electrodes func() (plus, minus bool)
	Head       string
}

// Scope follows one wearer's signals while they are set up.
type Scope struct {
	o           ScopeOptions
	meter       *Meter
	pulse, skin draw.Trace
	now         time.Duration
	values      []dsp.Value
	ails        []string // sources that give no reading now
}

// NewScope makes a scope.
func NewScope(o ScopeOptions) *Scope {
	return &Scope{o: o, meter: NewMeter(o.Worn, o.Rates), pulse: draw.Trace{Span: pulseSpan}, skin: draw.Trace{Span: skinSpan}}
}

// Block takes what a bus delivered.
func (s *Scope) Block(b dsp.Block) {
	s.values = s.meter.Block(s.values[:0], b)
	s.now = max(s.now, b.Until)
	for _, f := range b.Faults {
		s.fault(f)
	}
	for _, x := range b.Samples {
		if int(x.Channel.Wearer) != s.o.Wearer || x.Flags.Has(dsp.FlagFault) {
			continue
		}
		p := draw.Point{T: x.T, V: x.Volts, Gap: x.Flags.Has(dsp.FlagGap)}
		switch {
		case x.Channel.Kind == dsp.ChannelPulse && x.Channel.Lead == 0:
			if s.o.Light {
				p.V = -p.V
			}
			s.pulse.Add(p)
		case x.Channel.Kind == dsp.ChannelEDA:
			p.V = -p.V // either circuit's reading falls as conductance rises, but for a divider to ground
			if k := s.o.Worn[s.o.Wearer].Skin; k.Circuit == dsp.Divider && !k.DividerHigh {
				p.V = x.Volts
			}
			s.skin.Add(p)
		}
	}
}

// fault notes that a source failed, or is well again. What is nobody's costs no reading.
func (s *Scope) fault(f dsp.Fault) {
	s.ails = slices.DeleteFunc(s.ails, func(source string) bool { return source == f.Source })
	if f.Reason != "" && f.Wearer != dsp.NoWearer {
		s.ails = append(s.ails, f.Source)
	}
}

// Failing is a source that gives no reading now; empty: none.
func (s *Scope) Failing() string {
	if len(s.ails) == 0 {
		return ""
	}
	return s.ails[0]
}

// Now is the newest time that was delivered.
func (s *Scope) Now() time.Duration { return s.now }

// Pulse is how it is with the pulse.
func (s *Scope) Pulse() dsp.PulseFeatures { return s.meter.Pulse(s.o.Wearer) }

// Skin is how it is with the skin conductance.
func (s *Scope) Skin() dsp.SkinFeatures { return s.meter.Skin(s.o.Wearer) }

// Amplitude is how much of the input's range the last seconds of the pulse take, 0…1.
func (s *Scope) Amplitude() float64 {
	points := s.pulse.Last(s.now)
	if len(points) == 0 || !(s.o.Range > 0) {
		return 0
	}
	low, high := points[0].V, points[0].V
	for _, p := range points {
		low, high = min(low, p.V), max(high, p.V)
	}
	return (high - low) / s.o.Range
}

// Highest is the highest value of the last seconds of the pulse, in V at the input.
func (s *Scope) Highest() float64 {
	high := 0.0
	for _, p := range s.pulse.Last(s.now) {
		high = max(high, p.V)
	}
	return high
}

// Screen is what a terminal shows now.
func (s *Scope) Screen() draw.Screen {
	out := draw.Screen{Head: s.o.Head, Now: s.now, Hint: s.Hint()}
	if s.o.PulseName != "" {
		p := s.Pulse()
		out.Signals = append(out.Signals, draw.Signal{
			Title: "pulse   " + s.o.PulseName, Says: cmp.Or(s.leadsOff(), says(p.Contact, p.Reason)), Good: p.Quality, Has: p.Contact,
			Points: s.pulse.Last(s.now), Span: pulseSpan, Least: s.leastPulse(),
		})
	}
	if s.o.EDAName != "" {
		k := s.Skin()
		out.Signals = append(out.Signals, draw.Signal{
			Title: "skin    " + s.o.EDAName, Says: says(k.Contact, k.Reason), Good: k.Quality, Has: k.Contact,
			Points: s.skin.Last(s.now), Span: skinSpan, Least: leastSkin,
		})
	}
	return out
}

// leadsOff says which electrodes are off, as the lines are called on the amplifier's board; empty: none that is known of.
func (s *Scope) leadsOff() string {
	if s.o.Electrodes == nil {
		return ""
	}
	switch plus, minus := s.o.Electrodes(); {
	case plus && minus:
		return "electrodes off (LO+ and LO-)"
	case plus:
		return "electrode off (LO+)"
	case minus:
		return "electrode off (LO-)"
	}
	return ""
}

// leastPulse is the smallest amplitude that fills the height of a pulse wave: less is drawn as less, so that noise looks like noise.
func (s *Scope) leastPulse() float64 {
	if s.o.Light {
		return 0.002
	}
	return 0.02
}

func says(contact bool, reason string) string {
	switch {
	case contact && reason == "":
		return "worn"
	case contact:
		return "worn: " + reason
	case reason == "":
		return "not worn"
	}
	return reason
}

// Limits of a pulse's amplitude as a share of the input's range.
const (
	smallShare = 0.02
	largeShare = 0.95
)

// Hint is the one thing to do next.
func (s *Scope) Hint() string {
	p, k := s.Pulse(), s.Skin()
	has, skin := s.o.PulseName != "", s.o.EDAName != ""
	switch {
	case s.now == 0:
		return "Waiting for the first samples."
	case s.Failing() != "":
		return "No reading from " + s.Failing() + ": end this, and hubd probe --config says what is wrong."
	case has && s.leadsOff() != "":
		return "The amplifier says: " + s.leadsOff() + ". Press it on again, or wet it; a wire that is loose says the same."
	case has && !p.Contact && s.pulseSettles():
		return "Keep still for some seconds: the wave is being looked for."
	case has && !p.Contact && s.o.ECG:
		return "Put the electrodes on, and press them: the amplifier's wave is not there yet."
	case has && !p.Contact:
		return "Put the pulse sensor on: an ear-lobe clip or the second toe leaves both hands free. Press lightly, and keep daylight off."
	case has && s.Amplitude() > largeShare:
		return "The pulse fills the whole range: press less, or move the sensor a little."
	case has && p.Quality < surePulse:
		return "The pulse is there and not yet clear: hold still, and try a little less or a little more pressure."
	case has && !s.o.Light && s.Amplitude() < smallShare:
		return "The pulse is small for this range: hubd calibrate pulse picks a better one."
	case skin && k.Reason == reasonTrimmed:
		return "Turn the skin board's trimmer until the open electrodes read half the supply, or run hubd calibrate eda."
	case skin && !k.Contact:
		return "Put both skin electrodes on: the sole of a foot leaves both hands free. A drop of water helps on dry skin."
	case skin && k.Reason != "":
		return "Skin: " + k.Reason + "."
	}
	return "Everything sits well."
}

// pulseSettles tells whether the chain has just begun.
func (s *Scope) pulseSettles() bool {
	points := s.pulse.Last(s.now)
	return len(points) > 0 && points[len(points)-1].T-points[0].T < pulseSpan-time.Second
}
