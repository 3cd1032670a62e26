package dsp

// SpectrumLike gives the spectral settings of another program, for figures that can stand beside its own; false where hubd does
// not know the program. Bands but VLF are the same in all. Their splines end without a knot, hubd's is natural, which moves powers
// by less than 0.1 %.
func SpectrumLike(program string) (SpectralSettings, bool) {
	s := HRVSpectrum()
	switch program {
	case "kubios": // Kubios 2.2 at its defaults: 4 Hz, Hann windows of 256 s filled up with zeros, VLF from 0 Hz
		s.VLFLow = 0
	case "pyhrv": // pyHRV, series of 5 min or more: 4 Hz, Hamming windows of 300 samples in transforms of 4096
		s = SpectralSettings{Hz: 4, Trend: MeanTrend, Taper: Hamming, Segment: 300, Points: 4096}
	case "systole": // systole: 5 Hz, Hann windows of 256 s, trapezoids, VLF from 0.003 Hz
		s = SpectralSettings{Hz: 5, Trend: MeanTrend, Segment: 256 * 5, VLFLow: 0.003, Trapeze: true}
	default:
		return SpectralSettings{}, false
	}
	return s, true
}
