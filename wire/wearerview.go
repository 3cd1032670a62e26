package wire

import (
	"slices"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
)

// problemAfter is how long a sensor may be without contact before that is told as a problem.
const problemAfter = 30 * time.Second

// betweenStates is the least time between two messages in which only numbers changed.
const betweenStates = time.Second

// Standing is what a WearerView must know of its wearer that no event tells.
type Standing struct {
	Share  pipeline.Share // what others get now: none during a private session
	Sensed bool           // sensing is on
	Member bool           // takes part in the running session
	Paired bool           // a pair is seen: both are sensed, take part, and share everything
}

// WearerView gathers what may be told of one wearer and forms the state and event payloads of design section 6.3 from it.
//
// It withholds what the share does not cover, whatever it was given, and withdraws a value when its sensor loses contact, when
// sensing stops, or when no new one comes. A state message is due when a word changes or a number comes or goes, at once;
// otherwise at most once a second, and each number no more often and no finer than the table in face.go says.
//
// problem is true while a source of the wearer does not answer, or a sensor has been without contact for 30 s.
// coregulation_r is shown only where it is significant: any two people in one room move together a little.
// session_s counts whole minutes, so that it is not stored every second.
type WearerView struct {
	wearer   string
	fields   [readings]field
	standing Standing
	joined   time.Duration // when the wearer began to take part

	state    regulation.State // without its Reasons
	stateAt  time.Duration
	hasState bool
	reasons  string
	contacts []contact
	held     [readings]held
	faults   []string // sources that do not answer

	sent      face
	sentAt    time.Duration
	shownAt   [readings]time.Duration // when each number was last changed
	reasonsAt time.Duration
	again     bool // send even what did not change
}

// held is the newest value of one reading.
type held struct {
	value dsp.Maybe
	at    time.Duration
}

// contact is how one sensor sits.
type contact struct {
	channel dsp.ChannelKind
	heard   bool // since sensing began
	on      bool
	at      time.Duration
	offFrom time.Duration // since when it is off or unheard
}

// NewWearerView begins a view of one wearer with these channels.
func NewWearerView(wearer string, channels ...dsp.ChannelKind) *WearerView {
	v := &WearerView{wearer: wearer, fields: fields(), again: true}
	for _, c := range channels {
		v.contacts = append(v.contacts, contact{channel: c})
	}
	return v
}

// Follow takes the wearer's standing at now. A change of share or of sensing forgets every value: what was heard under one
// rule is not told under another.
func (v *WearerView) Follow(now time.Duration, s Standing) {
	old := v.standing
	v.standing = s
	if s.Member && !old.Member {
		v.joined = now
	}
	if s.Member != old.Member {
		v.held[readRecovery], v.held[readCoregulation] = held{}, held{}
	}
	if !s.Paired && old.Paired {
		v.held[readCoregulation] = held{} // by the other one's pause too, at once
	}
	if s.Share != old.Share || s.Sensed != old.Sensed {
		v.forget(now)
	}
}

func (v *WearerView) forget(now time.Duration) {
	v.held = [readings]held{}
	v.state, v.hasState, v.reasons = regulation.State{}, false, ""
	for i := range v.contacts {
		v.contacts[i] = contact{channel: v.contacts[i].channel, offFrom: now}
	}
}

// Apply takes one event that pipeline.Disclose let through for the broker. Where it is a moment of its own (the state got
// another name, a command of this wearer was refused) its payload for the event topic is appended to dst; else dst comes back
// as it was. Events of other wearers change nothing.
func (v *WearerView) Apply(dst []byte, e pipeline.Event) []byte {
	shared := e.Wearer == ""
	if !shared && e.Wearer != v.wearer {
		return dst
	}
	switch x := e.Value.(type) {
	case dsp.Fault:
		v.fault(x)
		return dst
	case regulation.Coregulation:
		if x.Signal == "heart_rate" && x.Significant {
			v.hold(readCoregulation, x.R, e.At)
		} else if x.Signal == "heart_rate" {
			v.hold(readCoregulation, dsp.Maybe{}, e.At)
		}
		return dst
	}
	if shared {
		return dst
	}
	return v.applyOwn(dst, e)
}

// applyOwn takes an event that names this wearer.
func (v *WearerView) applyOwn(dst []byte, e pipeline.Event) []byte {
	switch x := e.Value.(type) {
	case pipeline.Refused:
		return refused(dst, x)
	case regulation.State:
		return v.applyState(dst, x, e.At)
	case dsp.Signal:
		v.applySignal(x, e.At)
	case dsp.HeartRate:
		v.hold(readHeartRate, x.BPM, e.At)
	case dsp.HRV:
		if x.Window <= time.Minute { // the five-minute window says the same of an older time
			v.hold(readRMSSD, x.RMSSD, e.At)
			v.hold(readRSALn, x.RSALn, e.At)
		}
	case dsp.Respiration:
		v.hold(readBreathing, x.Rate, e.At)
	case dsp.EDA:
		v.hold(readSCL, x.SCL, e.At)
		v.hold(readSCR, x.SCRPerMin, e.At)
	case regulation.Recovery:
		v.hold(readRecovery, x.ArousalHalfLife, e.At)
	}
	return dst
}

func (v *WearerView) hold(i reading, m dsp.Maybe, at time.Duration) {
	if m.Known {
		m = dsp.Some(m.Value)
	}
	v.held[i] = held{value: m, at: at}
}

func (v *WearerView) applyState(dst []byte, s regulation.State, at time.Duration) []byte {
	changed := v.hasState && s.Name != v.state.Name && v.shows(pipeline.ShareState)
	v.hold(readConfidence, dsp.Some(s.Confidence), at)
	v.hold(readArousal, s.Arousal, at)
	v.hold(readVagal, s.Vagal, at)
	v.reasons = string(appendReasons(nil, s.Reasons))
	s.Reasons = nil
	v.state, v.stateAt, v.hasState = s, at, true
	if !changed {
		return dst
	}
	o := open(dst).text("event_type", "state_changed").text("state", s.Name.String())
	o = o.number("confidence", s.Confidence, qualityDecimals).word("unknown_reason", s.Unknown.String())
	return o.close()
}

func (v *WearerView) applySignal(s dsp.Signal, at time.Duration) {
	for i := range v.contacts {
		c := &v.contacts[i]
		if c.channel != s.Channel {
			continue
		}
		if c.on && !s.Contact {
			c.offFrom = at
		}
		c.heard, c.on, c.at = true, s.Contact, at
	}
	switch s.Channel {
	case dsp.ChannelPulse:
		v.hold(readPulseQuality, dsp.Some(s.Quality), at)
	case dsp.ChannelEDA:
		v.hold(readEDAQuality, dsp.Some(s.Quality), at)
	}
}

// fault remembers which sources do not answer. A fault of a shared source is everybody's.
func (v *WearerView) fault(f dsp.Fault) {
	i := slices.Index(v.faults, f.Source)
	switch {
	case f.Reason != "" && i < 0:
		v.faults = append(v.faults, f.Source)
	case f.Reason == "" && i >= 0:
		v.faults = slices.Delete(v.faults, i, i+1)
	}
}

// Status is what the retained status topic says. At share none it follows the sensing switch alone.
func (v *WearerView) Status() WearerStatus {
	switch {
	case !v.standing.Sensed:
		return WearerPaused
	case v.standing.Share >= pipeline.ShareState && len(v.faults) > 0:
		return WearerOffline
	}
	return WearerOnline
}

// Again makes the next Publish due whatever changed, as after a connect or a birth message.
func (v *WearerView) Again() { v.again = true }

// Publish appends the state JSON where one is due at now, and takes it as sent.
func (v *WearerView) Publish(dst []byte, now time.Duration) ([]byte, bool) {
	next := v.next(now)
	if !v.again {
		if next == v.sent || !next.urgent(&v.sent) && now-v.sentAt < betweenStates {
			return dst, false
		}
	}
	for i := range next.numbers {
		if next.numbers[i] != v.sent.numbers[i] {
			v.shownAt[i] = now
		}
	}
	if next.reasons != v.sent.reasons {
		v.reasonsAt = now
	}
	v.sent, v.sentAt, v.again = next, now, false
	return next.append(dst, &v.fields), true
}

// NothingKnown is the state JSON in which every key is null. It is what to begin with: whoever was there before would go on
// showing what was measured last.
func NothingKnown() []byte {
	fields, none := fields(), face{}
	return none.append(nil, &fields)
}

func (v *WearerView) shows(s pipeline.Share) bool {
	return v.standing.Sensed && v.standing.Share >= s
}
