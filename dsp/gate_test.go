package dsp_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

// withoutPulse takes the wave away from a to b seconds: the finger is pressed, the level stays.
func withoutPulse(samples []dsp.Sample, a, b float64) []dsp.Sample {
	for i, s := range samples {
		if t := s.T.Seconds(); t > a && t < b {
			samples[i].Volts = samples[0].Volts + 0.002*math.Sin(9*t)
		}
	}
	return samples
}

func TestASignalIsWithheldAsSoonAsABeatDidNotCome(t *testing.T) {
	b := body{hz: 100, seconds: 60, rr: steady(75)}
	h := listen(newPPG(), withoutPulse(b.samples(), 30, 34))
	lastBeat := 0.0
	for _, at := range beatTimes(h) {
		if at < 30.2 {
			lastBeat = at
		}
	}
	closed, opened := 0.0, 0.0
	for i, v := range h.values {
		s, ok := v.(dsp.Signal)
		at := h.at[i].Seconds()
		switch {
		case !ok || at < 29:
		case closed == 0 && s.Quality < 0.5:
			closed = at
			if !strings.Contains(s.Reason, "disturbed") {
				t.Errorf("reason %q", s.Reason)
			}
		case closed > 0 && opened == 0 && s.Quality >= 0.5:
			opened = at
		}
	}
	// The next beat was due 0.8 s after the last; it is missed at 1.6 intervals, and known to be 0.35 s later.
	if closed == 0 || closed-lastBeat > 1.6*0.8+0.4 {
		t.Errorf("closed at %.2f s, the last beat was at %.2f s", closed, lastBeat)
	}
	if opened < 34 || opened > 38.5 {
		t.Errorf("opened at %.2f s, the pulse came back at 34 s", opened)
	}
}

func TestNoIntervalIsToldWhileTheSignalIsWithheld(t *testing.T) {
	b := body{hz: 100, seconds: 60, rr: steady(75)}
	for _, v := range all[dsp.IBI](listen(newPPG(), withoutPulse(b.samples(), 30, 34))) {
		if from, to := (v.T - v.Dur).Seconds(), v.T.Seconds(); to > 30.6 && from < 33.8 {
			t.Errorf("an interval from %.2f to %.2f s, where there was no pulse", from, to)
		}
	}
}

func TestASwingAsQuickUpAsDownIsNoPulse(t *testing.T) {
	for _, hz := range []float64{0.7, 1.2, 2.5} {
		var samples []dsp.Sample
		for i := range 30 * 100 {
			at := float64(i) / 100
			samples = append(samples, dsp.Sample{T: time.Duration(at * 1e9), Volts: 1.5 + 0.3*math.Sin(2*math.Pi*hz*at)})
		}
		p := newPPG()
		if n := len(beatTimes(listen(p, samples))); n > 0 || p.Features().HeartRate.Known {
			t.Errorf("%d beats in a sine of %.1f Hz", n, hz)
		}
	}
}

func TestASwingThatFillsAllTheTimeIsNoECG(t *testing.T) {
	for _, hz := range []float64{0.7, 1.2, 2, 3} {
		var samples []dsp.Sample
		for i := range 60 * 250 {
			at := float64(i) / 250
			samples = append(samples, dsp.Sample{T: time.Duration(at * 1e9), Volts: 1.65 + 0.1*math.Sin(2*math.Pi*hz*at)})
		}
		p := dsp.NewPulse(dsp.PulseOptions{Kind: dsp.ECG})
		if n := len(beatTimes(listen(p, samples))); n > 0 || p.Features().HeartRate.Known {
			t.Errorf("%d beats in a sine of %.1f Hz", n, hz)
		}
	}
}

func TestWideBeatsOfAFastHeartAreAnECG(t *testing.T) {
	const every = 60. / 180
	var samples []dsp.Sample
	for i := range 60 * 250 {
		at := float64(i) / 250
		phase := math.Mod(at, every) - 0.1
		volts := math.Exp(-math.Pow(phase/0.05, 2)) // 120 ms wide
		samples = append(samples, dsp.Sample{T: time.Duration(at * 1e9), Volts: 1.65 + 0.1*volts})
	}
	if n := len(beatTimes(listen(dsp.NewPulse(dsp.PulseOptions{Kind: dsp.ECG}), samples))); n < 175 {
		t.Errorf("%d beats of 180", n)
	}
}

// Noise gives a sine, or mains hum that a sampling rate folds down to 1.2 Hz, some asymmetry by chance: enough for a lock, not for long.
func TestNoiseDoesNotMakeAPulseOfASine(t *testing.T) {
	for _, noise := range []float64{0.02, 0.05, 0.1, 0.2} { // of the amplitude
		random := rand.New(rand.NewPCG(5, 6))
		var samples []dsp.Sample
		for i := range 300 * 100 {
			at := float64(i) / 100
			samples = append(samples, dsp.Sample{T: time.Duration(at * 1e9), Volts: 1.5 + 0.3*(math.Sin(2*math.Pi*1.2*at)+noise*random.NormFloat64())})
		}
		h := listen(newPPG(), samples)
		shown := 0
		for _, v := range all[dsp.HeartRate](h) {
			if v.BPM.Known {
				shown++
			}
		}
		if n := len(all[dsp.IBI](h)); shown > 0 || n > 30 {
			t.Errorf("noise %.2f: %d heart rates, %d intervals in 360 swings", noise, shown, n)
		}
	}
}

func TestABeatOfABadInputHasNoQuality(t *testing.T) {
	clipped := body{hz: 100, seconds: 30, rr: steady(70)}.samples()
	for i := range clipped {
		if i%5 == 0 {
			clipped[i].Flags |= dsp.FlagClip
		}
	}
	for name, samples := range map[string][]dsp.Sample{
		"clipped": clipped, "16 samples a second": body{hz: 16, seconds: 60, rr: steady(70)}.samples(),
	} {
		h := listen(newPPG(), samples)
		if len(beatTimes(h)) == 0 {
			t.Errorf("%s: no beats", name)
		}
		for _, v := range all[dsp.Beat](h) {
			if v.Quality != 0 {
				t.Errorf("%s: quality %.2f at %v", name, v.Quality, v.T)
			}
		}
		if n := len(all[dsp.IBI](h)); n > 0 {
			t.Errorf("%s: %d intervals", name, n)
		}
	}
}

func TestFramesThatACameraDropsCostNothing(t *testing.T) {
	b := body{hz: 30, seconds: 60, rr: variable, inverted: true}
	var samples []dsp.Sample
	for i, s := range b.samples() {
		if i%29 != 13 { // about one frame a second is not there, and nobody calls it a gap
			samples = append(samples, s)
		}
	}
	h := listen(newPPG(), samples)
	truth, found := b.beats()[1:], beatTimes(h)
	for truth[len(truth)-1] > b.seconds-0.8 {
		truth = truth[:len(truth)-1]
	}
	if got := f1(truth, found, bestLag(truth, found)); got < 98.5 {
		t.Errorf("F1 %.1f %%", got)
	}
	if n := len(all[dsp.IBI](h)); n < len(truth)-6 {
		t.Errorf("%d intervals of %d beats", n, len(truth))
	}
}

// A premature ventricular beat is wide, early and followed by a pause.
func TestAWideBeatOfAnECGIsABeat(t *testing.T) {
	var beats []float64
	for at, i := 0.5, 0; at < 59; i++ {
		beats = append(beats, at)
		switch i % 10 {
		case 6:
			at += 0.5
		case 7:
			at += 1.1
		default:
			at += 0.8
		}
	}
	var samples []dsp.Sample
	for i := range 60 * 250 {
		at := float64(i) / 250
		v := 0.0
		for k, b := range beats {
			if k%10 == 7 {
				v += 1.2*bump(at, b, 0.035) - 0.5*bump(at, b+0.12, 0.05)
			} else {
				v += body{ecg: true}.shape(at - b)
			}
		}
		samples = append(samples, dsp.Sample{T: time.Duration(at * 1e9), Volts: 1.65 + 0.1*v})
	}
	h := listen(dsp.NewPulse(dsp.PulseOptions{Kind: dsp.ECG, Leads: 1}), samples)
	found := beatTimes(h)
	if got := f1(beats, found, bestLag(beats, found)); got < 97.5 {
		t.Errorf("F1 %.1f %%, %d of %d beats", got, len(found), len(beats))
	}
	for _, v := range all[dsp.IBI](h) {
		if v.Class == dsp.ClassNN && (v.Dur < 600*time.Millisecond || v.Dur > time.Second) {
			t.Errorf("an interval of %v counts as normal", v.Dur)
		}
	}
}

func TestASecondWaveSoonAfterABeatIsNone(t *testing.T) {
	b := body{hz: 250, seconds: 60, rr: steady(60)}
	samples := b.samples()
	for i, s := range samples {
		for _, at := range b.beats() {
			samples[i].Volts += 0.3 * bump(s.T.Seconds(), at+0.55, 0.05) // a strong dicrotic wave
		}
	}
	found := beatTimes(listen(newPPG(), samples))
	for i := 1; i < len(found); i++ {
		if d := found[i] - found[i-1]; math.Abs(d-1) > 0.1 {
			t.Errorf("beats %.2f s apart at %.2f s", d, found[i])
		}
	}
}

func TestAGapIsNobodysMissedBeat(t *testing.T) {
	var samples []dsp.Sample
	lost := false
	for _, s := range (body{hz: 250, seconds: 60, rr: steady(75)}).samples() {
		if at := s.T.Seconds(); at > 20 && math.Mod(at, 7) < 0.1 { // 0.1 s in every 7 is lost, and told
			lost = true
			continue
		}
		if lost {
			s.Flags |= dsp.FlagGap
		}
		samples, lost = append(samples, s), false
	}
	for _, s := range all[dsp.Signal](listen(newPPG(), samples)) {
		if s.Contact && s.Quality < 0.5 {
			t.Errorf("%+v: what was lost is no disturbance of the pulse", s)
		}
	}
}
