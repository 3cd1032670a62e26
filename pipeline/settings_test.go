package pipeline_test

import (
	"testing"

	"hubd/pipeline"
)

// An edited config counts at once for what nobody lowered, and never raises what somebody did.
func TestSettingsUnderAnEditedConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		stored pipeline.WearerSettings
		share  pipeline.Share // of the config now
		want   pipeline.Share
	}{
		{"not lowered, config raised", pipeline.WearerSettings{Share: pipeline.ShareNone, ShareFollows: true}, pipeline.ShareFull, pipeline.ShareFull},
		{"not lowered, config lowered", pipeline.WearerSettings{Share: pipeline.ShareFull, ShareFollows: true}, pipeline.ShareState, pipeline.ShareState},
		{"lowered, config raised", pipeline.WearerSettings{Share: pipeline.ShareState}, pipeline.ShareFull, pipeline.ShareState},
		{"lowered, config lowered further", pipeline.WearerSettings{Share: pipeline.ShareState}, pipeline.ShareNone, pipeline.ShareNone},
		{"nothing is known: the least", pipeline.WearerSettings{}, pipeline.ShareFull, pipeline.ShareNone},
	} {
		c.stored.Wearer = "a"
		p := pipeline.New(pipeline.Options{
			Wearers:  []pipeline.WearerOptions{{ID: "a", Share: c.share, Keep: pipeline.KeepRest, Cues: true}},
			Settings: pipeline.Settings{Wearers: []pipeline.WearerSettings{c.stored}},
		})
		got := p.Settings().Wearers[0]
		if got.Share != c.want {
			t.Errorf("%s: share %s, want %s", c.name, got.Share, c.want)
		}
		if follows := got.Share == c.share; got.ShareFollows != follows {
			t.Errorf("%s: stored as following %v, want %v", c.name, got.ShareFollows, follows)
		}
	}
}
