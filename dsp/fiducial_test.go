package dsp_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

// intervalErrors are the absolute differences in ms between the intervals of beats and those of the reference that they cover, the
// constant lag removed. Where a beat is missing on either side nothing is compared.
func intervalErrors(truth, beats []float64) []float64 {
	lag := bestLag(truth, beats)
	nearest := func(at float64) (int, bool) {
		i, _ := slices.BinarySearch(truth, at-lag)
		if i > 0 && (i == len(truth) || at-lag-truth[i-1] < truth[i]-at+lag) {
			i--
		}
		return i, math.Abs(truth[i]+lag-at) < 0.15
	}
	var out []float64
	for n := 1; n < len(beats); n++ {
		i, one := nearest(beats[n-1])
		j, other := nearest(beats[n])
		if one && other && j == i+1 {
			out = append(out, 1000*math.Abs(beats[n]-beats[n-1]-truth[j]+truth[i]))
		}
	}
	slices.Sort(out)
	return out
}

// strapBeats are the beat times of a chest strap, which knows intervals only; they are laid on the recording's clock where they agree
// with the beats best.
func strapBeats(t *testing.T, name string, beats []float64) []float64 {
	rr := numbers(t, name+".rr.csv")
	truth := make([]float64, len(rr)+1)
	for i, v := range rr {
		truth[i+1] = truth[i] + v/1000
	}
	best, most := 0.0, -1.0
	for shift := -15.0; shift <= 15; shift += 0.02 {
		agree := 0.0
		for _, b := range beats {
			i, _ := slices.BinarySearch(truth, b-shift)
			for _, k := range []int{i - 1, i} {
				if k >= 0 && k < len(truth) {
					agree += max(0, 0.1-math.Abs(truth[k]+shift-b))
				}
			}
		}
		if agree > most {
			best, most = shift, agree
		}
	}
	for i := range truth {
		truth[i] += best
	}
	return truth
}

// TestTheFiducialIsChosenByMeasurement prints the table that docs/physiology.md explains: go test ./dsp -run ChosenByMeasurement -v
func TestTheFiducialIsChosenByMeasurement(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	recordings := []struct{ name, column string }{
		{"nk_rest_5min", "ppg"}, {"icu_a103l", "ppg"}, {"pk_p11_baseline", "ppg_finger_adc"},
		{"welltory_02", "ppg_r"}, {"welltory_03", "ppg_r"}, {"welltory_04", "ppg_r"}, {"welltory_05", "ppg_r"}, {"welltory_06", "ppg_r"},
		{"welltory_08", "ppg_r"}, {"welltory_09", "ppg_g"}, {"welltory_10", "ppg_r"},
	}
	var names []string
	medians := map[string][]float64{} // by fiducial, one a recording
	for _, r := range recordings {
		times, values := column(t, r.name, r.column)
		var places [][]time.Duration
		names, places = dsp.Fiducials(asVolts(times, values, dsp.PPG))
		for i, name := range names {
			beats := make([]float64, len(places[i]))
			for k, at := range places[i] {
				beats[k] = at.Seconds()
			}
			truth := beats
			if strings.HasPrefix(r.name, "welltory") {
				truth = strapBeats(t, r.name, beats)
			} else {
				truth = outside(numbers(t, r.name+".beats.csv"), invalid(t, r.name), 0)
			}
			errors := intervalErrors(truth, beats)
			medians[name] = append(medians[name], errors[len(errors)/2])
		}
	}
	line := fmt.Sprintf("%-22s", "median error, ms")
	for _, r := range recordings {
		line += fmt.Sprintf(" %8s", strings.NewReplacer("nk_rest_5min", "nk_rest", "icu_a103l", "icu", "pk_p11_baseline", "pk_p11", "welltory_", "camera ").Replace(r.name))
	}
	t.Log(line + "   median")
	middle := func(name string) float64 {
		sorted := slices.Sorted(slices.Values(medians[name]))
		return sorted[len(sorted)/2]
	}
	for _, name := range names {
		line := fmt.Sprintf("%-22s", name)
		for _, v := range medians[name] {
			line += fmt.Sprintf(" %8.1f", v)
		}
		t.Logf("%s %8.1f", line, middle(name))
	}
	used := names[len(names)-1]
	for _, name := range names[:len(names)-1] {
		if middle(used) > middle(name)+0.3 {
			t.Errorf("%s is better than what is used: %.2f ms against %.2f ms", name, middle(name), middle(used))
		}
	}
}
