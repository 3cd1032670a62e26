package synth

import (
	"fmt"
	"math"
	"time"

	"hubd/recording"
)

// Rates of a rendered recording: those of hubd's own sampling, on the body's own tick.
const (
	edaEvery    = 10 // ticks: 25 per second
	motionEvery = 50 // ticks: 5 per second
)

// Render plays the scene from its start for a time and gives what the sensors showed as a recording, so that it can be replayed:
// ppg in V at 250 Hz, eda_us at 25 Hz, acc_std_g at 5 Hz; with the wearers' prefixes where there are two. Values are rounded to what
// a converter resolves (0.1 mV, 0.1 nS, 0.1 mg). The scene must be new; what happened is in Truth afterwards.
func (s *Scene) Render(length time.Duration) *recording.Recording {
	rows := max(int(length/tick), 1)
	times := make([]time.Duration, rows)
	for i := range times {
		times[i] = time.Duration(i) * tick
	}
	r := &recording.Recording{Name: fmt.Sprintf("synth %s, seed %d", s.scenario.name, s.seed), Length: times[rows-1]}
	for i, id := range s.ids {
		if len(s.ids) == 1 {
			id = ""
		}
		r.Columns = append(r.Columns, s.columns(i, id, times)...)
	}
	return r
}

// columns are one wearer's channels.
func (s *Scene) columns(wearer int, id string, times []time.Duration) []recording.Column {
	ppg := recording.Column{Name: "ppg", Wearer: id, T: times, V: make([]float64, len(times))}
	eda := recording.Column{Name: "eda_us", Unit: recording.Microsiemens, Wearer: id}
	acc := recording.Column{Name: "acc_std_g", Unit: recording.Gravity, Wearer: id}
	for i, t := range times {
		now := s.at(wearer, t)
		ppg.V[i] = rounded(now.pulse)
		if i%edaEvery == 0 {
			eda.T, eda.V = append(eda.T, t), append(eda.V, rounded(now.eda))
		}
		if i%motionEvery == 0 {
			acc.T, acc.V = append(acc.T, t), append(acc.V, rounded(now.motion))
		}
	}
	return []recording.Column{ppg, eda, acc}
}

// rounded keeps four decimals.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }
