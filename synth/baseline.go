package synth

import (
	"math"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

const (
	restDays    = 2
	restMinutes = 14 // of each day
)

// rested lets a body lie still on the days before today and sums up every minute. The measures are taken from the body's true
// beats with the few lines below rather than with dsp, so that they do not share a mistake with what they help to test.
func rested(seed uint64, wearer int, t traits, today int32) regulation.Baseline {
	days := source(seed, wearer, streamDays)
	var out regulation.Baseline
	for d := range int32(restDays) {
		still := script{segments: []segment{{}}, length: restMinutes * minute}
		b := newBody(days.Uint64(), wearer, t.onAnotherDay(days), still, newShared(days))
		for m := range restMinutes {
			for range minute / tick {
				b.live()
			}
			out.Minutes = append(out.Minutes, b.restMinute(time.Duration(m)*minute, today-restDays+d))
		}
	}
	return out
}

// restMinute sums up the minute that began at from and has just been lived.
func (b *body) restMinute(from time.Duration, day int32) regulation.RestMinute {
	beats := since(b.history.beats, from)
	nn := intervals(beats)
	responses := 0
	for _, r := range b.history.responses {
		if r.Onset >= from {
			responses++
		}
	}
	return regulation.RestMinute{
		Day:       day,
		LnRMSSD:   dsp.Some(correctLnRMSSD(rmssd(nn), mean(nn))),
		RSALn:     dsp.Some(porgesBohrer(beats)),
		HeartRate: dsp.Some(60_000 / median(nn)),
		SCRPerMin: dsp.Some(float64(responses)),
		SCL:       dsp.Some(b.skin.level),
		Breathing: dsp.Some(b.breath.rate),
	}
}

// correctLnRMSSD takes out of ln RMSSD what a slower heart alone adds to it, both in ms: ln(1000·RMSSD / mean NN).
func correctLnRMSSD(rmssdMs, meanNNMs float64) float64 {
	return math.Log(1000 * rmssdMs / meanNNMs)
}

// since gives the times from a given one on.
func since(times []time.Duration, from time.Duration) []time.Duration {
	n, _ := slices.BinarySearch(times, from)
	return times[n:]
}

// intervals gives the distances of beats, in ms.
func intervals(beats []time.Duration) []float64 {
	var nn []float64
	for i := 1; i < len(beats); i++ {
		nn = append(nn, (beats[i]-beats[i-1]).Seconds()*1000)
	}
	return nn
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func median(v []float64) float64 {
	sorted := slices.Sorted(slices.Values(v))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// rmssd is the root mean square of successive differences (Task Force 1996).
func rmssd(nn []float64) float64 {
	sum := 0.0
	for i := 1; i < len(nn); i++ {
		sum += (nn[i] - nn[i-1]) * (nn[i] - nn[i-1])
	}
	return math.Sqrt(sum / float64(len(nn)-1))
}

// porgesBohrer is ln of the variance (ms²) that breathing gives the intervals: 2 Hz series minus a moving cubic over 21 points,
// which takes out all below about 0.095 Hz. Its upper band limit of 0.40 Hz is left out: little lies above it in these bodies.
func porgesBohrer(beats []time.Duration) float64 {
	const half = 10
	x := atTwoHertz(beats)
	sum, n := 0.0, 0
	for i := half; i < len(x)-half; i++ {
		smooth := 0.0
		for j := -half; j <= half; j++ {
			smooth += cubicWeight(j, half) * x[i+j]
		}
		sum += (x[i] - smooth) * (x[i] - smooth)
		n++
	}
	return math.Log(sum / float64(n))
}

// cubicWeight is the weight of point j in the middle value of a least-squares cubic over 2·half+1 points (Savitzky & Golay 1964).
func cubicWeight(j, half int) float64 {
	m, d := float64(half), float64(j)
	return 3 * (3*m*m + 3*m - 1 - 5*d*d) / ((2*m - 1) * (2*m + 1) * (2*m + 3))
}

// atTwoHertz interpolates the intervals (ms) between beats, in a straight line.
func atTwoHertz(beats []time.Duration) []float64 {
	var out []float64
	i := 2
	for t := beats[1]; t < beats[len(beats)-1]; t += 500 * time.Millisecond {
		for beats[i] <= t {
			i++
		}
		before, after := (beats[i-1]-beats[i-2]).Seconds()*1000, (beats[i]-beats[i-1]).Seconds()*1000
		w := float64(t-beats[i-1]) / float64(beats[i]-beats[i-1])
		out = append(out, before+w*(after-before))
	}
	return out
}
