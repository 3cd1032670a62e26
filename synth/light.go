package synth

import "time"

// What comes back of an LED that shines into a fingertip: nA in the photodiode for each mA in the LED. Red goes less deep and is taken
// up by more of the blood that does not pulse.
const (
	redSkin      = 200.0 // nA/mA, mean
	infraredSkin = 290.0
	redDepth     = 0.006 // share of the mean that one volt of an analog pulse sensor stands for
	infraredDeep = 0.012
	airLight     = 2.0 // nA/mA, without skin
)

// Light is what a wearer's skin gives back of the light of a pulse oximeter's LED at time t, 0 red or 1 infrared: nA in its photodiode
// for each mA in the LED. It falls with each beat, since blood takes up light, and is next to nothing off the skin.
func (s *Scene) Light(wearer, led int, t time.Duration) float64 {
	mean, depth := redSkin, redDepth
	if led == 1 {
		mean, depth = infraredSkin, infraredDeep
	}
	now := s.at(wearer, t)
	return airLight + now.touch*mean*(1-depth*(now.pulse-supplyMiddle))
}
