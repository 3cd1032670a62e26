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

// vagal computes respiratory sinus arrhythmia with its own buffers, for both windows.
type vagal struct{ short, long *bandPass }

func newVagal() *vagal {
	v := &vagal{short: newBandPass(256), long: newBandPass(1024)}
	v.short.butterworth(rsaLow, rsaHigh)
	v.long.butterworth(rsaLow, rsaHigh)
	return v
}

// porgesBohrer is ln of the variance (ms²) that intervals at 2 Hz have in 0.12–0.40 Hz after a 21-point cubic moving polynomial
// was subtracted, as the mean over epochs of 30 s (Porges & Bohrer 1990; Lewis et al. 2012, doi
// 10.1111/j.1469-8986.2011.01329.x). The first and last 5 s of the window only feed the polynomial.
func (v *vagal) porgesBohrer(curve []float64) Maybe {
	half := len(rsaPolynomial) - 1
	n := len(curve) - 2*half
	band := v.short
	if 2*n > len(band.values) {
		band = v.long
	}
	if n < rsaEpoch || n > len(band.values) {
		return Maybe{}
	}
	for i := range n {
		trend := rsaPolynomial[0] * curve[i+half]
		for j := 1; j <= half; j++ {
			trend += rsaPolynomial[j] * (curve[i+half-j] + curve[i+half+j])
		}
		band.values[i] = curve[i+half] - trend
	}
	values := band.pass(n)
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
