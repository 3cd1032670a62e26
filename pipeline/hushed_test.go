package pipeline_test

import (
	"testing"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// A hum or a breath to hear is a practice as much as a pacer is.
func TestTheSoundOfAPracticeIsNotToldWhereThePracticeIsNot(t *testing.T) {
	heard := room.Sound{Bed: "noise", LevelDB: dsp.Some(-42), SwellDB: dsp.Some(6), HumHz: dsp.Some(130)}
	for _, row := range []struct {
		name  string
		share pipeline.Share
		want  room.Sound
	}{
		{"nothing is shared", pipeline.ShareNone, room.Sound{Bed: "noise", LevelDB: dsp.Some(-42)}},
		{"the state is", pipeline.ShareState, heard},
	} {
		c := pipeline.Consent{InRoom: []pipeline.WearerConsent{{Wearer: "a", Share: row.share, Session: true}}}
		e, ok := pipeline.Disclose(pipeline.Event{Value: room.Cue{Sound: heard}}, pipeline.Audience{Kind: pipeline.AudienceBroker}, c)
		if got := e.Value.(room.Cue).Sound; !ok || got != row.want {
			t.Errorf("%s: the sound is %+v, want %+v", row.name, got, row.want)
		}
	}
}
