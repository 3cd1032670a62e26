package regulation_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// body is what a body truly does in one second; the trailing windows that hubd would see of it are formed by trackMaker.
type body struct {
	rate  float64 // bpm
	rmssd float64 // ms
	scr   float64 // per minute
	scl   float64 // µS
}

// calm and roused are a rest and a clear change: heart rate +15, ten skin responses a minute, level up, RMSSD far down, and half of what
// it was when corrected for the faster heart.
var (
	calm   = body{rate: 65, rmssd: 42, scr: 2, scl: 4}
	roused = body{rate: 80, rmssd: 17, scr: 10, scl: 5}
)

// trackMaker turns a body's seconds into the features of a trailing 60 s window, as dsp forms them: interval measures renewed
// every 5 s, heart rate as median of 10 s.
type trackMaker struct {
	seconds []body
	peaks   []int // seconds with a confirmed response
	due     float64
	known   int // second from which features are known
	held    dsp.PulseFeatures
	noise   *rand.Rand
	drift   float64 // bpm
	tone    float64 // of ln RMSSD
}

func newTrack(knownFrom int, seed uint64) *trackMaker {
	m := &trackMaker{known: knownFrom, due: 0.5}
	if seed != 0 {
		m.noise = rand.New(rand.NewPCG(seed, seed))
	}
	return m
}

// next gives the features after one more second of the body.
func (m *trackMaker) next(b body) regulation.Features {
	if m.noise != nil {
		m.drift += -m.drift/30 + 0.4*m.noise.NormFloat64()
		b.rate += m.drift
		m.tone += -m.tone/120 + 0.0155*m.noise.NormFloat64() // spread 0.12 of ln RMSSD from minute to minute
		b.rmssd *= math.Exp(m.tone) * math.Abs(m.noise.NormFloat64())
		m.due += b.scr / 60 * 2 * m.noise.Float64()
	} else {
		m.due += b.scr / 60
	}
	n := len(m.seconds)
	m.seconds = append(m.seconds, b)
	responses := 0
	if m.due >= 1 {
		m.due--
		m.peaks = append(m.peaks, n)
		responses = 1
	}
	f := regulation.Features{HasPulse: true, HasSkin: true, Sensed: true, Setting: regulation.SettingAlone}
	f.Skin = dsp.SkinFeatures{Contact: true, Quality: 0.95, Watched: true, Responses: responses}
	f.Pulse = dsp.PulseFeatures{Contact: true, Quality: 0.95, Fresh: fresh(b)}
	if n >= m.known {
		f.Skin.SCL = dsp.Some(b.scl)
		f.Skin.SCRPerMin = dsp.Some(m.responses(n))
		if n%5 == 0 || !m.held.RMSSD.Known {
			m.held = m.window(n)
		}
		f.Pulse.RMSSD, f.Pulse.MeanNN, f.Pulse.RSALn = m.held.RMSSD, m.held.MeanNN, m.held.RSALn
		f.Pulse.Breathing, f.Pulse.BreathingQuality = dsp.Some(14), 0.8
	}
	if n >= 10 {
		f.Pulse.HeartRate = dsp.Some(m.medianRate(n))
	}
	return f
}

// fresh is what becomes certain in a second: one beat, whatever the rate, with a difference of the size that the body's RMSSD gives.
func fresh(b body) dsp.Fresh {
	relative := b.rmssd * b.rate / 60
	return dsp.Fresh{Intervals: 1, NN: 60000 / b.rate, Differences: 1, Squares: relative * relative}
}

func (m *trackMaker) responses(n int) float64 {
	count, span := 0, min(n+1, 60)
	for _, p := range m.peaks {
		if p > n-60 {
			count++
		}
	}
	return float64(count) * 60 / float64(span)
}

func (m *trackMaker) window(n int) dsp.PulseFeatures {
	w := m.seconds[max(0, n-59) : n+1]
	squares, rates := 0.0, 0.0
	for _, b := range w {
		squares += b.rmssd * b.rmssd / float64(len(w))
		rates += b.rate / float64(len(w))
	}
	return dsp.PulseFeatures{
		RMSSD: dsp.Some(math.Sqrt(squares)), MeanNN: dsp.Some(60000 / rates),
		RSALn: dsp.Some(math.Log(squares) - math.Log(42*42) + 6.2),
	}
}

func (m *trackMaker) medianRate(n int) float64 {
	var r []float64
	for _, b := range m.seconds[n-9 : n+1] {
		r = append(r, b.rate)
	}
	slices.Sort(r)
	return (r[4] + r[5]) / 2
}

// calmBaseline is that of the calm body at stage known: 24 minutes on two days.
func calmBaseline() regulation.Baseline {
	var b regulation.Baseline
	for i := range 24 {
		wobble := float64(i%5-2) / 2
		b.Minutes = append(b.Minutes, regulation.RestMinute{
			Day: 20000 + int32(i/12), LnRMSSD: dsp.Some(regulation.CorrectLnRMSSD(42, 923) + 0.1*wobble), RSALn: dsp.Some(6.2 + 0.2*wobble),
			HeartRate: dsp.Some(65 + 2*wobble), SCRPerMin: dsp.Some(2 + wobble), SCL: dsp.Some(4), Breathing: dsp.Some(14),
		})
	}
	return b
}

// firstBaseline holds three declared minutes.
func firstBaseline() regulation.Baseline {
	return regulation.Baseline{Minutes: calmBaseline().Minutes[:3]}
}

// told is one emitted value with its second.
type told struct {
	at int
	v  dsp.Value
}

// runner drives one Estimator second by second.
type runner struct {
	e   *regulation.Estimator
	at  int
	out []told
}

func (r *runner) step(f regulation.Features) regulation.State {
	for _, v := range r.e.Second(nil, time.Duration(r.at)*time.Second, time.Time{}, f) {
		r.out = append(r.out, told{r.at, v})
	}
	r.at++
	return r.e.State()
}

// states gives the emitted states.
func (r *runner) states() (s []regulation.State) {
	for _, o := range r.out {
		if st, ok := o.v.(regulation.State); ok {
			s = append(s, st)
		}
	}
	return s
}

// first gives the second at which a state of that name was first told, −1 if never.
func (r *runner) first(name regulation.Name) int {
	for _, o := range r.out {
		if st, ok := o.v.(regulation.State); ok && st.Name == name {
			return o.at
		}
	}
	return -1
}

// run plays seconds of a body, changed by alter where it is not nil.
func (r *runner) run(m *trackMaker, b body, seconds int, alter func(*regulation.Features)) regulation.State {
	var s regulation.State
	for range seconds {
		f := m.next(b)
		if alter != nil {
			alter(&f)
		}
		s = r.step(f)
	}
	return s
}

func newRunner(b regulation.Baseline, o regulation.Options) *runner {
	return &runner{e: regulation.New(o, b)}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}
