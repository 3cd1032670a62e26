package dsp_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

// hurry is by how many ms an interval between pulses is too long for every ms by which the reference's next interval is longer than its
// own: the slope of a straight line through the origin. n is how many intervals it rests on.
func hurry(truth, beats []float64) (slope float64, n int) {
	lag := bestLag(truth, beats)
	var product, square float64
	for i := 1; i < len(beats); i++ {
		k, _ := slices.BinarySearch(truth, beats[i-1]-lag-0.15)
		if k+2 >= len(truth) || math.Abs(truth[k]+lag-beats[i-1]) > 0.15 || math.Abs(truth[k+1]+lag-beats[i]) > 0.15 {
			continue
		}
		own, next := truth[k+1]-truth[k], truth[k+2]-truth[k+1]
		off := beats[i] - beats[i-1] - own
		if change := next - own; math.Abs(off) < 0.06 && math.Abs(change) < 0.15 {
			product += off * change
			square += change * change
			n++
		}
	}
	return product / square, n
}

// TestThePulseHurriesBeforeALongInterval prints what dsp's travel correction rests on: go test ./dsp -run PulseHurries -v
// Recordings whose intervals change by several ms at least; a steady heart (icu_a103l, 4 ms) shows only noise.
func TestThePulseHurriesBeforeALongInterval(t *testing.T) {
	recordings := []struct{ name, column string }{
		{"nk_rest_5min", "ppg"}, {"welltory_02", "ppg_r"}, {"welltory_03", "ppg_r"}, {"welltory_04", "ppg_r"},
		{"welltory_05", "ppg_r"}, {"welltory_06", "ppg_r"}, {"welltory_08", "ppg_r"}, {"welltory_09", "ppg_g"}, {"welltory_10", "ppg_r"},
	}
	var slopes []float64
	for _, r := range recordings {
		times, values := column(t, r.name, r.column)
		names, places := dsp.Fiducials(asVolts(times, values, dsp.PPG))
		used := places[len(names)-1]
		beats := make([]float64, len(used))
		for i, at := range used {
			beats[i] = at.Round(time.Microsecond).Seconds()
		}
		var truth []float64
		if strings.HasPrefix(r.name, "welltory") {
			truth = strapBeats(t, r.name, beats)
		} else {
			truth = outside(numbers(t, r.name+".beats.csv"), invalid(t, r.name), 0)
		}
		slope, n := hurry(truth, beats)
		t.Logf("%-13s %6.3f of the next change, %d intervals", r.name, slope, n)
		slopes = append(slopes, slope)
	}
	slices.Sort(slopes)
	middle := (slopes[len(slopes)/2] + slopes[(len(slopes)-1)/2]) / 2
	t.Logf("middle %.3f, from %.3f to %.3f", middle, slopes[0], slopes[len(slopes)-1])
	if middle > -0.02 || middle < -0.10 {
		t.Errorf("an interval is %.3f of the following change too long; dsp corrects -0.05", middle)
	}
}
