package dsp

import "math"

// rsaHz is the rate at which Porges–Bohrer looks at the intervals.
const rsaHz = 2

// rsaPolynomial is half of the symmetric kernel that fits a cubic to 21 points and takes its middle: centre first. Savitzky &
// Golay 1964, (3·m·(m+1)−1−5·i²) times 3/((2m−1)(2m+1)(2m+3)) with m = 10.
var rsaPolynomial = [11]float64{329. / 3059, 324. / 3059, 309. / 3059, 284. / 3059, 249. / 3059, 204. / 3059, 149. / 3059,
	84. / 3059, 9. / 3059, -76. / 3059, -171. / 3059}

// rsaLow and rsaHigh bound the band of spontaneous adult breathing, Hz.
const rsaLow, rsaHigh = 0.12, 0.40

// rsaEpoch is the number of values in 30 s, rsaRest the fewest that count as an epoch at the end.
const rsaEpoch, rsaRest = 60, 30

// vagal computes respiratory sinus arrhythmia over one length of window.
type vagal struct {
	band *bandPass
	gain []float64 // of what the moving polynomial leaves, and the band-pass
	near []float64 // about the breath
}

func newVagal(size int) *vagal {
	v := &vagal{band: newBandPass(size), gain: make([]float64, size/2+1), near: make([]float64, size/2+1)}
	for k := 1; k < len(v.gain); k++ {
		hz := v.band.hz(k)
		trend := rsaPolynomial[0]
		for j, w := range rsaPolynomial[1:] {
			trend += 2 * w * math.Cos(2*math.Pi*hz/rsaHz*float64(j+1))
		}
		v.gain[k] = (1 - trend) * butterworth(hz, rsaLow, rsaHigh)
	}
	return v
}

// porgesBohrer is ln of the variance (ms²) that the loaded intervals have in 0.12–0.40 Hz after a 21-point cubic moving polynomial
// was subtracted, as the mean over epochs of 30 s (Porges & Bohrer 1990; Lewis et al. 2012, doi
// 10.1016/j.biopsycho.2011.11.009). Both filters are one gain in the spectrum; the first and last 5 s, which the polynomial reaches
// out of, are left out.
func (v *vagal) porgesBohrer() Maybe {
	edge := len(rsaPolynomial) - 1
	if v.band.n < rsaEpoch+2*edge {
		return Maybe{}
	}
	values := v.band.pass(v.gain)
	values = values[edge : len(values)-edge]
	sum, epochs := 0.0, 0.0
	for ; len(values) >= rsaRest; values = values[min(len(values), rsaEpoch):] {
		sum += math.Log(variance(values[:min(len(values), rsaEpoch)])) // of nothing: −Inf, which Some refuses
		epochs++
	}
	return Some(sum / epochs)
}

// variance is that of a sample, n−1.
func variance(values []float64) float64 {
	var sum, square float64
	for _, v := range values {
		sum, square = sum+v, square+v*v
	}
	n := float64(len(values))
	return max(0, (square-sum*sum/n)/(n-1))
}
