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

// WearerSettings is one wearer's part of Settings. Share, Keep and Cues never exceed the config's. Each has a word on whether anybody
// lowered it: one that follows was not, and is the config's again when that is edited. The zero WearerSettings is the least there is.
type WearerSettings struct {
	Wearer        string
	Paused        bool
	Share         Share
	Keep          Keep
	Cues          bool
	ShareFollows  bool
	KeepFollows   bool
	CuesFollow    bool
	Spares        Spares    // besides the config's comfort
	OpenCircuit   dsp.Maybe // calibrated open-circuit ratio of the skin-conductance board, 0…1
	SkinScale     dsp.Maybe // what its conductance is to be multiplied by, by known resistors; absent: µS are approximate
	Baseline      regulation.Baseline
	ResonancePace dsp.Maybe // breaths per minute
	Forgotten     bool      // in this run the own rest was forgotten: what is stored of it goes, though it may be sealed and was never read
}

// Body is what settings hold of a wearer's body.
type Body struct {
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
