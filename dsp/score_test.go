package dsp_test

import (
	"math"
	"slices"
)

// match pairs true and found times one to one within tolerance, in time order, after removing the lag.
func match(truth, found []float64, lag, tolerance float64) (pairs [][2]int) {
	j := 0
	for i, t := range truth {
		for j < len(found) && found[j] < t+lag-tolerance {
			j++
		}
		if j < len(found) && found[j] <= t+lag+tolerance {
			pairs = append(pairs, [2]int{i, j})
			j++
		}
	}
	return pairs
}

// bestLag is the constant delay, −0.6…0.6 s, at which most times agree, moved to the median of what is left.
func bestLag(truth, found []float64) float64 {
	best, most := 0.0, -1.0
	for lag := -0.6; lag <= 0.6; lag += 0.01 {
		sum := 0.0
		for _, p := range match(truth, found, lag, 0.15) {
			sum += 1 - math.Abs(found[p[1]]-truth[p[0]]-lag)/0.15
		}
		if sum > most {
			best, most = lag, sum
		}
	}
	var rest []float64
	for _, p := range match(truth, found, best, 0.15) {
		rest = append(rest, found[p[1]]-truth[p[0]])
	}
	if len(rest) == 0 {
		return 0
	}
	slices.Sort(rest)
	return rest[len(rest)/2]
}

// f1 is twice the matches over all, percent, at 150 ms.
func f1(truth, found []float64, lag float64) float64 {
	if len(truth)+len(found) == 0 {
		return 0
	}
	return 200 * float64(len(match(truth, found, lag, 0.15))) / float64(len(truth)+len(found))
}
