package pipeline

import (
	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// Settings is what must outlast a restart (design section 5.4).
type Settings struct {
	Wearers []WearerSettings
	Room    room.Snapshot
}

// WearerSettings is one wearer's part of Settings. Share, Keep and Cues never exceed the config's. What the config allowed when they
// were set stands beside them: a value as high as that was not lowered by anybody, and follows the config when it is edited.
type WearerSettings struct {
	Wearer        string
	Paused        bool
	Share         Share
	Keep          Keep
	Cues          bool
	MaxShare      Share
	MaxKeep       Keep
	MaxCues       bool
	OpenCircuit   dsp.Maybe // calibrated open-circuit ratio of the skin-conductance board, 0…1
	Baseline      regulation.Baseline
	ResonancePace dsp.Maybe // breaths per minute
}

// Wearer gives the settings of one wearer; false where there are none.
func (s Settings) Wearer(id string) (WearerSettings, bool) {
	for _, w := range s.Wearers {
		if w.Wearer == id {
			return w, true
		}
	}
	return WearerSettings{}, false
}
