package dsp

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// bell is a whole Hann kernel of n cells that sums to 1, by its definition.
func bell(n int) []float64 {
	w, sum := make([]float64, n), 0.0
	for i := range w {
		w[i] = 1 - math.Cos(2*math.Pi*float64(i+1)/float64(n+1))
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// folded is the convolution of raw with kernel w, centred on cell c.
func folded(raw, w []float64, c int) (sum float64) {
	for i, a := range w {
		sum += a * raw[c+len(w)/2-i]
	}
	return sum
}

func TestWavesAreTheCellsUnderTheirKernels(t *testing.T) {
	for _, test := range []struct {
		name    string
		kind    PulseKind
		level   func(raw []float64, c int) float64
		feature func(raw []float64, c int) float64
	}{
		{"the optical pulse is smoothed, and its feature is the slope", PPG,
			func(raw []float64, c int) float64 { return folded(raw, bell(13), c) },
			func(raw []float64, c int) float64 {
				return (folded(raw, bell(13), c+1) - folded(raw, bell(13), c-1)) / 2
			}},
		{"the ECG's feature is the difference of two smoothings", ECG,
			func(raw []float64, c int) float64 { return folded(raw, bell(5), c) },
			func(raw []float64, c int) float64 { return folded(raw, bell(13), c) - folded(raw, bell(45), c) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := newWaveform(test.kind)
			rapid.Check(t, func(t *rapid.T) {
				h := history{form: &form}
				h.clear()
				first := rapid.Int64Range(-2000, 5000).Draw(t, "first")
				raw := rapid.SliceOfN(rapid.Float64Range(-5, 5), 50, 200).Draw(t, "raw")
				for i, v := range raw {
					if !h.add(first+int64(i), v) {
						continue
					}
					c := h.last - first
					level, feature := h.level[at(h.last)], h.feature[at(h.last)]
					if want := test.level(raw, int(c)); math.Abs(level-want) > 1e-12 {
						t.Fatalf("level %v, want %v", level, want)
					}
					if want := test.feature(raw, int(c)); math.Abs(feature-want) > 1e-12 {
						t.Fatalf("feature %v, want %v", feature, want)
					}
				}
				if got, want := h.last, first+int64(len(raw))-1-form.reach; got != want || h.first != first+form.reach {
					t.Fatalf("waves from %d to %d, want %d to %d", h.first, got, first+form.reach, want)
				}
			})
		})
	}
}

func TestNoEnergyReachesAcrossAGap(t *testing.T) {
	form := newWaveform(PPG)
	h, d := history{form: &form}, detector{form: &form}
	h.clear()
	for k := range int64(3000) {
		h.add(k, math.Sin(float64(k)))
	}
	for k := range int64(100) {
		h.add(4000+k, 1)
	}
	d.restart(h.first, 1)
	if !d.ready(&h) {
		t.Fatal("100 cells are not enough")
	}
	if d.step(&h); d.shortSum > 1e-20 || d.longSum > 1e-20 {
		t.Errorf("sums %v and %v over a flat stretch", d.shortSum, d.longSum)
	}
}

func TestARingsStretchLiesInOnePiece(t *testing.T) {
	var c cells
	for k := int64(-3000); k < 3000; k++ {
		c.set(k, float64(k))
		for _, n := range []int{1, 63, historyCells} {
			if s := c.from(k-int64(n)+1, n); k > -1900 && (s[0] != float64(k-int64(n)+1) || s[n-1] != float64(k)) {
				t.Fatalf("the %d numbers up to %d are %v … %v", n, k, s[0], s[n-1])
			}
		}
	}
}
