package history

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// detail is what was last kept of a wearer's session, so that only changes are.
type detail struct {
	state    regulation.Name
	unknown  regulation.UnknownReason
	stated   bool
	scene    string
	reason   string
	practice string
}

// ownMoment is a moment that a wearer's own event makes by itself.
func ownMoment(v pipeline.Value) (Moment, bool) {
	switch v := v.(type) {
	case pipeline.Choice:
		return Moment{What: MomentConsent, Name: v.Name, Detail: v.Word}, true
	case pipeline.Answered:
		return Moment{What: MomentAnswer, Name: v.Word}, true
	case regulation.Recovery:
		return Moment{What: MomentRecovery, Numbers: [3]dsp.Maybe{v.ArousalHalfLife, v.HeartRateHalfLife}}, true
	}
	return Moment{}, false
}

// addDetail takes an event of a wearer's session that may be kept in detail: the own state, check-ins, and what the room did.
func (g *gatherer) addDetail(e pipeline.Event, wall time.Time) {
	g.follow(e.At, wall)
	g.newest = max(g.newest, e.At)
	c := g.collector(e.Wearer, e.At)
	if c == nil {
		return
	}
	if m, ok := c.detail.moment(e.Value); ok {
		g.put(tableMoments, e.Wearer, e.At, encodeMoment(m))
	}
}

// moment is what an event of a session is worth keeping; false where it repeats what was.
func (d *detail) moment(v pipeline.Value) (Moment, bool) {
	switch v := v.(type) {
	case regulation.State:
		if v.Unknown == regulation.ReasonNight {
			return Moment{}, false // a night has no states; its account comes in the morning
		}
		if d.stated && d.state == v.Name && d.unknown == v.Unknown {
			return Moment{}, false
		}
		d.stated, d.state, d.unknown = true, v.Name, v.Unknown
		numbers := [3]dsp.Maybe{dsp.Some(v.Confidence), v.Arousal, v.Vagal}
		return Moment{What: MomentState, Name: v.Name.String(), Detail: v.Unknown.String(), Numbers: numbers}, true
	case room.CheckIn:
		return Moment{What: MomentCheckIn, Detail: momentWord(v.Reason)}, true
	case room.Practice:
		return d.practised(v)
	case room.Cue:
		return d.cued(v)
	}
	return Moment{}, false
}

// practised keeps a practice that counts, as it ends. One that begins is only remembered: the next cue is its.
func (d *detail) practised(v room.Practice) (Moment, bool) {
	if v.Phase == room.PracticeStarted {
		d.practice = momentWord(v.Name)
		return Moment{}, false
	}
	d.practice = ""
	if !v.Counts() {
		return Moment{}, false
	}
	ran := [3]dsp.Maybe{dsp.Some(v.Ran.Seconds())}
	return Moment{What: MomentPractice, Name: momentWord(v.Name), Detail: v.Phase.String(), Numbers: ran}, true
}

// cued keeps a cue that brings another scene or another reason; not each breath of it.
func (d *detail) cued(v room.Cue) (Moment, bool) {
	scene, reason := momentWord(v.Scene), v.Reason+d.practice
	if d.scene == scene && d.reason == reason {
		return Moment{}, false
	}
	d.scene, d.reason = scene, reason
	numbers := [3]dsp.Maybe{dsp.Some(v.Light.Brightness), dsp.Some(v.Light.Kelvin)}
	if v.Pace.BreathsPerMin > 0 {
		numbers[2] = dsp.Some(v.Pace.BreathsPerMin)
	}
	return Moment{What: MomentCue, Name: scene, Detail: d.practice, Numbers: numbers}, true
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// momentWord cuts a word to what a row holds, at a letter.
func momentWord(word string) string {
	if !isText(word, "") {
		word = strings.Map(printable, strings.ToValidUTF8(word, ""))
	}
	for len(word) > maxMomentWord {
		_, size := utf8.DecodeLastRuneInString(word)
		word = word[:len(word)-size]
	}
	return word
}
