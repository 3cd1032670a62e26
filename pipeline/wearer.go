package pipeline

import (
	"slices"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// WearerOptions says what one wearer wears and allows. Share, Keep and Cues are the config's: the most there can be.
type WearerOptions struct {
	ID        string
	Share     Share
	Keep      Keep
	Cues      bool
	StartFrom []Source // ways in which this wearer's own act may come, besides the socket
	VagalOff  bool     // interval measures are not used

	Pulse     dsp.PulseOptions
	Skin      dsp.SkinOptions
	PulseBus  string // empty: no pulse sensor
	SkinBus   string // empty: no skin-conductance sensor
	MotionBus string // empty: no accelerometer
}

// Wearer is one wearer's dsp and regulation.
type Wearer struct {
	id        string
	index     int
	options   WearerOptions
	settings  WearerSettings
	comfort   room.Comfort // the config's
	pulse     *dsp.Pulse
	skin      *dsp.Skin
	motion    *dsp.Motion
	estimator *regulation.Estimator
	features  regulation.Features // of the last closed second
	helped    regulation.Helped
	chains    [3]chain      // by dsp.ChannelKind
	next      time.Duration // second to close next, of the wearer as a whole
	from      time.Duration // a Sample taken before it is not looked at
	nightly   bool          // regulation gathers a night that it has not summed up
	paced     room.Pace     // as told to the pulse
	settled   time.Duration // until then a disturbance is the machine's own
	practised practised
	stood     standing // as last told by Own
}

// settleTime is how long signals take to be as they were after sensing began or a source came back: a fresh lock of the pulse, the
// grid, and the quality's own window.
const settleTime = 15 * time.Second

// chain is the grid of seconds of one channel. It may be ahead of the wearer's by what the other bus is late.
type chain struct {
	bus  string
	next time.Duration
}

func newWearer(index int, o WearerOptions, s WearerSettings) *Wearer {
	s = s.under(o)
	o.Skin = s.calibrated(o.Skin)
	w := &Wearer{
		id: o.ID, index: index, options: o, settings: s,
		estimator: regulation.New(regulation.Options{VagalOff: o.VagalOff}, s.Baseline),
		next:      time.Second,
	}
	if o.PulseBus != "" {
		w.pulse = dsp.NewPulse(o.Pulse)
	}
	if o.SkinBus != "" {
		w.skin = dsp.NewSkin(o.Skin)
	}
	if o.MotionBus != "" {
		w.motion = dsp.NewMotion()
	}
	for k, bus := range [3]string{o.PulseBus, o.SkinBus, o.MotionBus} {
		w.chains[k] = chain{bus: bus, next: time.Second}
	}
	return w
}

// under brings settings under the config as it is now: what was lowered stays lowered, what was not follows the config.
func (s WearerSettings) under(o WearerOptions) WearerSettings {
	s.Wearer = o.ID
	if s.ShareFollows || s.Share > o.Share {
		s.Share = o.Share
	}
	if s.KeepFollows || s.Keep > o.Keep {
		s.Keep = o.Keep
	}
	s.Cues = (s.Cues || s.CuesFollow) && o.Cues
	return s
}

// calibrated gives a skin-conductance circuit what was measured on it. A divider's resistor stands in the config.
func (s WearerSettings) calibrated(o dsp.SkinOptions) dsp.SkinOptions {
	if o.Circuit != dsp.Grove || !s.OpenCircuit.Known {
		return o
	}
	o.OpenCircuit = s.OpenCircuit.Value
	if s.SkinScale.Known {
		o.Scale, o.Calibrated = s.SkinScale.Value, true
	}
	return o
}

func (w *Wearer) sensed() bool { return !w.settings.Paused }

// uses tells whether a bus carries any of the wearer's sensors.
func (w *Wearer) uses(bus string) bool {
	return bus != "" && (bus == w.options.PulseBus || bus == w.options.SkinBus || bus == w.options.MotionBus)
}

func (w *Wearer) alwaysOn() bool { return w.options.AlwaysOn() }

// AlwaysOn tells whether the wearer is sensed whenever the hub is on.
func (o WearerOptions) AlwaysOn() bool { return slices.Contains(o.StartFrom, SourceBoot) }

// sample gives one Sample to the chain of its channel.
func (w *Wearer) sample(dst []Event, scratch *[]dsp.Value, s *dsp.Sample) []Event {
	v := (*scratch)[:0]
	switch {
	case s.Channel.Kind == dsp.ChannelPulse && w.pulse != nil:
		v = w.pulse.Sample(v, *s)
	case s.Channel.Kind == dsp.ChannelEDA && w.skin != nil:
		v = w.skin.Sample(v, *s)
	case s.Channel.Kind == dsp.ChannelMotion && w.motion != nil:
		w.motion.Sample(*s)
	}
	*scratch = v
	return appendEvents(dst, w.id, s.T, v)
}

// closeChain closes the seconds of one channel up to and including until.
func (w *Wearer) closeChain(dst []Event, scratch *[]dsp.Value, k dsp.ChannelKind, until time.Duration) []Event {
	if int(k) >= len(w.chains) || w.chains[k].bus == "" {
		return dst
	}
	for c := &w.chains[k]; c.next <= until; c.next += time.Second {
		v := (*scratch)[:0]
		switch k {
		case dsp.ChannelPulse:
			v = w.pulse.Second(v, c.next)
		case dsp.ChannelEDA:
			v = w.skin.Second(v, c.next)
		case dsp.ChannelMotion:
			w.motion.Second(c.next)
		}
		w.practised.follow(v)
		*scratch = v
		dst = appendEvents(dst, w.id, c.next, v)
	}
	return dst
}

// featuresAt are the features as of second t. Where the wearer is already seconds further, those of t are gone: nothing is known of it.
func (w *Wearer) featuresAt(t time.Duration) regulation.Features {
	if w.next != t+time.Second {
		return regulation.Features{Sensed: w.features.Sensed}
	}
	return w.features
}

// second lets regulation look at the features of the second that has closed.
func (w *Wearer) second(dst []Event, scratch *[]dsp.Value, t time.Duration, wall time.Time, s regulation.Setting, setUp bool) []Event {
	f := regulation.Features{
		HasPulse: w.pulse != nil, HasSkin: w.skin != nil,
		Sensed: true, SetUp: setUp, Paced: w.paced.BreathsPerMin > 0, Settling: t < w.settled, Setting: s,
	}
	if w.pulse != nil {
		f.Pulse = w.pulse.Features()
	}
	if w.skin != nil {
		f.Skin = w.skin.Features()
	}
	if w.motion != nil {
		f.Motion = w.motion.Features()
	}
	w.features, w.nightly = f, s == regulation.SettingNight
	*scratch = w.estimator.Second((*scratch)[:0], t, wall, f)
	return appendEvents(dst, w.id, t, *scratch)
}

// endNight lets regulation sum up a night whose session ended while the wearer is sensed no more. Only that account is told.
func (w *Wearer) endNight(dst []Event, scratch *[]dsp.Value, t time.Duration, wall time.Time) []Event {
	if !w.nightly {
		return dst
	}
	w.nightly = false
	*scratch = w.estimator.Second((*scratch)[:0], t, wall, regulation.Features{HasPulse: w.pulse != nil, HasSkin: w.skin != nil})
	for _, v := range *scratch {
		if n, ok := v.(regulation.Night); ok {
			dst = append(dst, Event{Wearer: w.id, At: t, Value: n})
		}
	}
	return dst
}

// follow tells the pulse about the room's pacer when this wearer takes part in the session.
func (w *Wearer) follow(st room.Status) {
	w.practised.private = w.practised.private || st.Private
	pace := st.Pace
	if !takesPart(st, w.index) {
		pace = room.Pace{}
	}
	if w.pulse != nil && pace != w.paced {
		w.tryPace()
		w.pulse.SetPace(pace.BreathsPerMin, pace.PhaseZero)
	}
	w.paced = pace
}

// calmArousal is this second's arousal of a body that does not move: effort raises it without a scene having a part in that.
func (w *Wearer) calmArousal() dsp.Maybe {
	s := w.estimator.State()
	if s.Unknown == regulation.ReasonMoving {
		return dsp.Maybe{}
	}
	return s.Arousal
}

func (w *Wearer) contact() bool {
	return w.pulse != nil && w.features.Pulse.Contact || w.skin != nil && w.features.Skin.Contact
}

// withdraw forgets what the filters hold when sensing stops or starts: nothing from before a pause may join what comes after.
func (w *Wearer) withdraw(now time.Duration) {
	if w.pulse != nil {
		w.pulse.Withdraw()
	}
	if w.skin != nil {
		w.skin.Withdraw()
	}
	if w.motion != nil {
		w.motion.Withdraw()
	}
	w.estimator.Withdraw()
	w.helped.Break()
	w.features = regulation.Features{}
	w.practised = practised{} // a pause ends what was followed, however short it is
	w.from = now
	w.settled = now + settleTime
	w.skip(now)
}

// skip passes over the seconds in which nobody was sensed.
func (w *Wearer) skip(until time.Duration) {
	next := until.Truncate(time.Second) + time.Second
	w.next = max(w.next, next)
	for k := range w.chains {
		w.chains[k].next = max(w.chains[k].next, next)
	}
}
