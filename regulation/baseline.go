package regulation

import "hubd/dsp"

// RestMinute holds the medians of one good quiet minute of a wearer.
type RestMinute struct {
	Day       int32     // local date as days since 1970-01-01; 0 where the clock was not set
	Declared  bool      // from a rest the wearer declared
	LnRMSSD   dsp.Maybe // ln ms, corrected for mean NN
	RSALn     dsp.Maybe // ln ms²
	HeartRate dsp.Maybe // beats per minute
	SCRPerMin dsp.Maybe
	SCL       dsp.Maybe // µS
	Breathing dsp.Maybe // breaths per minute
}

// Baseline is what is known of a wearer's own rest: the minutes themselves, so that it can be shown, exported and forgotten.
// The zero Baseline is that of a stranger.
type Baseline struct {
	Minutes []RestMinute // oldest first, at most MaxRestMinutes
}

// MaxRestMinutes bounds a Baseline.
const MaxRestMinutes = 240
