package regulation

import (
	"math"

	"hubd/dsp"
)

// Setting tells in which kind of session a wearer is: some are not learnt from, one is not judged.
type Setting uint8

// The settings. They mirror room's session kinds, which this package must not import.
const (
	SettingNone     Setting = iota // sensed outside a session
	SettingAlone                   // learnt from
	SettingTogether                // only a declared rest is learnt from
	SettingPractice                // only a declared rest is learnt from
	SettingNight                   // no state, nothing learnt, a morning summary
)

// Features is what is known of one wearer as of one whole second.
type Features struct {
	Pulse    dsp.PulseFeatures
	Skin     dsp.SkinFeatures
	Motion   dsp.MotionFeatures
	HasPulse bool // a pulse sensor is configured
	HasSkin  bool // a skin-conductance sensor is configured
	Sensed   bool // false while paused or outside any session that senses
	SetUp    bool // the sensors are borrowed for probing or calibrating
	Paced    bool // the breathing pacer runs for this wearer
	Settling bool // sensing began, or a source answered again, a moment ago: a disturbance is the machine's, not the wearer's
	Setting  Setting
}

// contact tells whether any sensor touches skin.
func (f Features) contact() bool {
	return f.HasPulse && f.Pulse.Contact || f.HasSkin && f.Skin.Contact
}

// CorrectLnRMSSD gives ln RMSSD corrected for the mean interval, in ln ms at 60 bpm: ln(1000·RMSSD / mean NN), both in ms.
//
// Slower hearts show larger differences for mathematical reasons alone; dividing by the mean interval removes the first order of
// that (Sacha 2014, doi 10.3389/fphys.2014.00306; the near-proportional dependence: Monfredi et al. 2014,
// doi 10.1161/HYPERTENSIONAHA.114.03782). At a mean NN of 1000 ms it equals ln RMSSD. It is NaN where either is not above 0.
func CorrectLnRMSSD(rmssdMs, meanNNMs float64) float64 {
	if !(rmssdMs > 0) || !(meanNNMs > 0) {
		return math.NaN()
	}
	return math.Log(1000 * rmssdMs / meanNNMs)
}

// correctedLnRMSSD is absent where RMSSD or mean NN is.
func correctedLnRMSSD(p dsp.PulseFeatures) dsp.Maybe {
	if !p.RMSSD.Known || !p.MeanNN.Known {
		return dsp.Maybe{}
	}
	return dsp.Some(CorrectLnRMSSD(p.RMSSD.Value, p.MeanNN.Value))
}

// stabilised makes the spread of a count per minute independent of its size: √(n + 3/8), Anscombe 1948,
// doi 10.1093/biomet/35.3-4.246.
func stabilised(perMin float64) float64 { return math.Sqrt(perMin + 0.375) }

// stabiliseCount is stabilised, absent where the count is.
func stabiliseCount(perMin dsp.Maybe) dsp.Maybe {
	if !perMin.Known || perMin.Value < 0 {
		return dsp.Maybe{}
	}
	return dsp.Some(stabilised(perMin.Value))
}
