package wire

// The decimals of every number in hubd's JSON, in one place. They are finer than what the sensors resolve and coarse enough to
// read; a number is rounded once, here, to the nearest (at_s alone is rounded up, see object.at).
const (
	timeDecimals        = 3 // s: at_s and every point in time but a beat's
	beatTimeDecimals    = 4 // s: t_s of beats and intervals, interpolated between samples
	windowDecimals      = 0 // s: length of an HRV window
	halfLifeDecimals    = 1 // s
	lagDecimals         = 1 // s
	transitionDecimals  = 1 // s
	ibiDecimals         = 1 // ms: the same 0.1 ms as beatTimeDecimals
	intervalDecimals    = 2 // ms: mean NN, SDNN, RMSSD, RSA
	powerDecimals       = 1 // ms²
	lnPowerDecimals     = 3 // ln ms²
	percentDecimals     = 2 // %
	heartRateDecimals   = 1 // beats per minute
	breathDecimals      = 2 // breaths per minute
	conductanceDecimals = 3 // µS
	waveDecimals        = 4 // V: under a step of a 12-bit converter
	responseDecimals    = 1 // skin-conductance responses per minute
	qualityDecimals     = 2 // 0…1: quality, confidence
	axisDecimals        = 2 // z: arousal, vagal
	reasonDecimals      = 1 // z: one feature
	ratioDecimals       = 2 // 0…1: coherence, share of a breath
	correlationDecimals = 2 // −1…1
	angleDecimals       = 0 // degrees
	countDecimals       = 0
	brightnessDecimals  = 1 // %
	kelvinDecimals      = 0 // K
	levelDecimals       = 1 // dB
	toneDecimals        = 1 // Hz
	reportDecimals      = 8 // every measure of hubd hrv: compared with published values of up to four
)
