package dsp

// PulseFeatures is what the pulse chain knows as of the last Second.
type PulseFeatures struct {
	HeartRate        Maybe   // beats per minute, last 10 s
	MeanNN           Maybe   // ms, last 60 s
	RMSSD            Maybe   // ms, last 60 s
	RSALn            Maybe   // ln ms², last 60 s, Porges–Bohrer
	Breathing        Maybe   // breaths per minute
	BreathingQuality float64 // 0…1
	Contact          bool
	Quality          float64 // 0…1
	Uneven           bool    // the rhythm is uneven by itself: interval measures mean little
	Reason           string  // why the quality is not good; empty when it is
}

// SkinFeatures is what the skin-conductance chain knows as of the last Second.
type SkinFeatures struct {
	SCL        Maybe // µS
	SCRPerMin  Maybe // over the last 60 s
	Phasic     Maybe // µS above the tonic level
	Contact    bool
	Quality    float64 // 0…1
	Calibrated bool
	Reason     string
}

// MotionFeatures is what an accelerometer knows as of the last Second.
type MotionFeatures struct {
	Known  bool // there is an accelerometer and it answers
	Moving bool
	Level  Maybe // g
}
