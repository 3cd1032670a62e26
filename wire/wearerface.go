package wire

import (
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
)

// reasonsEvery is how often the reasons of an unchanged state are told anew.
const reasonsEvery = 30 * time.Second

// next is the face to show at now.
func (v *WearerView) next(now time.Duration) face {
	var f face
	if !v.shows(pipeline.ShareState) {
		return f
	}
	if v.stateFresh(now) {
		f.state, f.unknown = v.state.Name.String(), v.state.Unknown.String()
	}
	f.contact, f.problem = v.contact(now), v.problem(now)
	for i := range readings {
		f.numbers[i] = v.fields[i].settle(v.reading(i, now), v.sent.numbers[i], now-v.shownAt[i])
	}
	same := f.state == v.sent.state && f.unknown == v.sent.unknown
	if !same {
		f.numbers[readConfidence] = v.reading(readConfidence, now) // it is that of this word, and not of the one before
	}
	if f.state != "" && v.shows(pipeline.ShareFull) {
		f.reasons = v.reasons
		if same && v.sent.reasons != "" && now-v.reasonsAt < reasonsEvery {
			f.reasons = v.sent.reasons
		}
	}
	return f
}

func (v *WearerView) stateFresh(now time.Duration) bool {
	return v.hasState && now-v.stateAt <= stateLasts
}

// reading is one value as it may be shown at now; absent where it is withheld, withdrawn or old.
func (v *WearerView) reading(i reading, now time.Duration) dsp.Maybe {
	f, h := &v.fields[i], v.held[i]
	if !v.shows(f.share) || f.lasts > 0 && now-h.at > f.lasts || !v.rests(f.from, now) {
		return dsp.Maybe{}
	}
	if i == readSession {
		return dsp.Some((now - v.joined).Truncate(time.Minute).Seconds())
	}
	return h.value
}

// rests reports whether what a reading rests on is there.
func (v *WearerView) rests(on from, now time.Duration) bool {
	switch on {
	case fromPulse:
		return v.measures() && v.touches(dsp.ChannelPulse, now)
	case fromSkin:
		return v.measures() && v.touches(dsp.ChannelEDA, now)
	case fromSession:
		return v.standing.Member
	}
	return true
}

// measures reports whether the sensors measure the wearer at all: while they are being set up they do not.
func (v *WearerView) measures() bool {
	return !v.hasState || v.state.Unknown != regulation.ReasonSetUp
}

func (v *WearerView) touches(k dsp.ChannelKind, now time.Duration) bool {
	for _, c := range v.contacts {
		if c.channel == k {
			return c.on && c.fresh(now)
		}
	}
	return false
}

func (c contact) fresh(now time.Duration) bool { return c.heard && now-c.at <= signalLasts }

// contact tells whether any sensor sits on the wearer; unknown until one has been heard.
func (v *WearerView) contact(now time.Duration) known {
	is := unknown
	for _, c := range v.contacts {
		if c.fresh(now) {
			is = max(is, knownIf(c.on))
		}
	}
	return is
}

// problem tells whether somebody should look after the sensors.
func (v *WearerView) problem(now time.Duration) known {
	for _, c := range v.contacts {
		quiet := c.on && !c.fresh(now) // it sat well and then nothing came any more
		if quiet || !c.on && now-c.offFrom >= problemAfter {
			return yes
		}
	}
	return knownIf(len(v.faults) > 0)
}

// refused writes the event that answers a command that was not obeyed.
func refused(dst []byte, r pipeline.Refused) []byte {
	return open(dst).text("event_type", r.Kind()).text("name", r.Name).word("reason", r.Reason).close()
}
