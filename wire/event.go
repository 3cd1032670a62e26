package wire

import (
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// AppendEvent appends one event as the JSON object of design section 6.2, without a line end: keys in the design's order, null
// where a value is not known. The wearer is null where an event that names one has none, as a fault of a shared chip.
//
// A Value that hubd does not make is not encoded: dst comes back as it was. A test reads the packages that make Values and
// fails when one of them is missing here.
func AppendEvent(dst []byte, e pipeline.Event) []byte {
	if o, ok := bodyEvent(dst, e); ok {
		return o.close()
	}
	if o, ok := roomEvent(dst, e); ok {
		return o.close()
	}
	return dst
}

// bodyEvent writes what is about one wearer.
func bodyEvent(dst []byte, e pipeline.Event) (object, bool) {
	switch v := e.Value.(type) {
	case dsp.Beat:
		return beat(ofWearer(dst, e), v), true
	case dsp.IBI:
		return ibi(ofWearer(dst, e), v), true
	case dsp.HRV:
		return hrv(ofWearer(dst, e), v), true
	case dsp.Respiration:
		return respiration(ofWearer(dst, e), v), true
	case dsp.EDA:
		return eda(ofWearer(dst, e), v), true
	case dsp.SCR:
		return scr(ofWearer(dst, e), v), true
	case dsp.Signal:
		return signal(ofWearer(dst, e), v), true
	case regulation.State:
		return state(ofWearer(dst, e), v), true
	case dsp.HeartRate:
		return ofWearer(dst, e).maybe("bpm", v.BPM, heartRateDecimals), true
	case regulation.Night:
		return night(ofWearer(dst, e), v), true
	case dsp.Coherence:
		return coherence(ofWearer(dst, e), v), true
	case regulation.Recovery:
		return recovery(ofWearer(dst, e), v), true
	case pipeline.PracticeResult:
		return practiceResult(ofWearer(dst, e), v), true
	case pipeline.Part:
		return part(ofWearer(dst, e), v), true
	case pipeline.Choice:
		return ofWearer(dst, e).text("name", v.Name).text("value", v.Word), true
	case pipeline.Answered:
		return ofWearer(dst, e).text("answer", v.Word), true
	case pipeline.Wave:
		return wave(ofWearer(dst, e), v), true
	case dsp.Summary:
		return summary(open(dst).text("type", v.Kind()).word("wearer", e.Wearer), v), true
	}
	return nil, false
}

// roomEvent writes what is about the room, and what may concern everybody.
func roomEvent(dst []byte, e pipeline.Event) (object, bool) {
	switch v := e.Value.(type) {
	case pipeline.Refused:
		return ofRoom(dst, e).text("name", v.Name).text("reason", v.Reason), true
	case regulation.Coregulation:
		return coregulation(ofRoom(dst, e), v), true
	case room.Session:
		return session(ofRoom(dst, e), v), true
	case room.CheckIn:
		return ofWearer(dst, e).word("reason", v.Reason), true
	case room.Practice:
		return ofRoom(dst, e).text("name", v.Name).text("phase", v.Phase.String()), true
	case room.Cue:
		return cue(ofRoom(dst, e), v), true
	case room.LampCommand:
		return lamp(ofRoom(dst, e), v), true
	case room.Reminder:
		return ofRoom(dst, e).text("text", v.Words), true
	case dsp.Fault:
		return ofWearer(dst, e).text("source", v.Source).word("reason", v.Reason), true
	}
	return nil, false
}

// ofWearer begins an event that names its wearer.
func ofWearer(dst []byte, e pipeline.Event) object {
	return open(dst).text("type", e.Value.Kind()).word("wearer", e.Wearer).at(e.At)
}

// ofRoom begins an event that names nobody.
func ofRoom(dst []byte, e pipeline.Event) object {
	return open(dst).text("type", e.Value.Kind()).at(e.At)
}
