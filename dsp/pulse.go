package dsp

import "time"

// PulseKind tells what the pulse channel carries.
type PulseKind uint8

// The kinds of pulse.
const (
	PPG PulseKind = iota // optical wave, either way up
	ECG                  // one lead of an electrocardiogram, either way up
)

// PulseOptions configure a pulse chain.
type PulseOptions struct {
	Kind  PulseKind
	Leads int // optical channels of one sensor, at least 1; the best one is used
}

// PulseFeatures are what the regulation state needs of the pulse, as of the last Second. An absent number could not be
// computed; Reason says why the signal is not good, in plain words, and is empty where it is.
type PulseFeatures struct {
	HeartRate        Maybe // beats per minute, median of 10 s; also where a single one is too open to be told, since means over many need those as well
	MeanNN           Maybe // ms, 60 s
	RMSSD            Maybe // ms, 60 s
	RSALn            Maybe // ln ms², 60 s, Porges–Bohrer
	Breathing        Maybe // breaths per minute
	BreathingQuality float64
	Contact          bool
	Quality          float64 // 0…1
	Uneven           bool    // interval measures are withheld: the pulse is uneven
	Marked           bool    // more than 5 % of the 60 s window's intervals are not normal
	Reason           string
	Fresh            Fresh // that became certain within the last second
}

// Fresh are the normal intervals, and the successive differences of those that touch, that became certain within one second. For
// windows that their user chooses: sums over several seconds add up.
type Fresh struct {
	Intervals   int
	NN          float64 // ms, sum of the intervals
	Differences int
	Squares     float64 // ms², sum; each difference is taken relative to its two intervals' mean as if that were 1000 ms (Sacha 2014,
	// doi 10.3389/fphys.2014.00306), so that √(Squares/Differences) is the RMSSD of a heart of 60 beats per minute
}

// add takes one judged interval.
func (f *Fresh) add(e *entry) {
	if e.class == ClassNN {
		f.Intervals++
		f.NN += e.ms
	}
	if e.pair {
		relative := 1000 * e.diff / (e.ms - e.diff/2)
		f.Differences++
		f.Squares += relative * relative
	}
}

// Pulse turns the samples of one wearer's pulse sensor into beats, intervals and what follows from them.
type Pulse struct {
	leads    []*lead
	active   int
	rival    rival
	rateless int // s
	found    []found
	judged   []interval

	lastBeat time.Duration
	anyBeat  bool
	doubtful bool // the last beat's time is not good enough for an interval
	afterGap bool

	intervals *classifier
	told      toldBeats
	record    record
	short     window
	long      window
	spectra   *spectra
	breath    *breath
	breathing Respiration
	pacer     *pacer
	evenness  *evenness
	total     total
	begun     bool
	began     time.Duration
	features  PulseFeatures
	fresh     Fresh // since the last Second
	signal    teller
}

// NewPulse makes a chain. Fewer than one lead counts as one.
func NewPulse(o PulseOptions) *Pulse {
	p := &Pulse{intervals: newClassifier(), spectra: newSpectra(), breath: newBreath(), pacer: newPacer(),
		evenness: newEvenness(), afterGap: true, found: make([]found, 0, 16), judged: make([]interval, 0, 32)}
	for range max(1, o.Leads) {
		p.leads = append(p.leads, newLead(o.Kind))
	}
	if o.Kind == PPG {
		p.intervals.travel = travelShare
	}
	p.short = window{span: shortWindow, record: &p.record}
	p.long = window{span: longWindow, record: &p.record}
	p.signal = teller{channel: ChannelPulse}
	p.features.Reason = reasonStart
	return p
}

// Sample takes one sample and appends the beats and intervals that became certain by it: Beat, IBI.
func (p *Pulse) Sample(dst []Value, s Sample) []Value {
	i := int(s.Channel.Lead)
	if i >= len(p.leads) {
		return dst
	}
	p.total.time(s.T)
	if !p.begun {
		p.begun, p.began = true, s.T
	}
	l := p.leads[i]
	cell := l.grid.cell
	p.found = l.sample(p.found[:0], s)
	if i != p.active || l.grid.cell == cell { // between cells nothing is found, and no beat becomes overdue
		return dst
	}
	dst = p.watch(dst, s.T)
	for j := range p.found {
		dst = p.beat(dst, &p.found[j])
	}
	return dst
}

// beat takes an accepted beat of the active lead. An interval needs two beats that touch and whose times are good; where one is
// missing or doubtful, succession breaks as at a gap.
func (p *Pulse) beat(dst []Value, f *found) []Value {
	if p.anyBeat && f.at-p.lastBeat < refractory {
		p.doubtful = p.doubtful || f.alone
		return dst // the lead changed: this beat was told by the other one, whose times do not mix with this one's
	}
	between := f.at - p.lastBeat
	ms := float64(between) / 1e6
	touches := p.anyBeat && p.features.Quality >= usableQuality && !f.alone && !f.doubtful && !p.doubtful && ms >= shortestRR && ms <= longestRR
	p.lastBeat, p.anyBeat, p.doubtful = f.at, true, f.doubtful
	p.total.beats++
	quality := p.beatQuality(f)
	p.told.add(toldBeat{t: f.at, usable: quality >= usableQuality})
	dst = append(dst, Beat{T: f.at, Amplitude: f.amplitude, Quality: quality})
	p.breath.add(modulated{t: f.at, value: [modulations]float64{f.amplitude, f.foot, ms}, known: touches})
	if !touches {
		p.afterGap = true
		return dst
	}
	p.judged = p.intervals.push(p.judged[:0], f.at, between, p.afterGap)
	p.afterGap = false
	return p.tell(dst)
}

// endRun judges the intervals that wait for the next ones where none can touch them any more. They must not wait for the pulse to
// come back.
func (p *Pulse) endRun(dst []Value, t time.Duration) []Value {
	if p.afterGap || t-p.lastBeat < runOver {
		return dst
	}
	p.judged = p.intervals.flush(p.judged[:0])
	p.afterGap = true
	return p.tell(dst)
}

// tell appends what was just judged.
func (p *Pulse) tell(dst []Value) []Value {
	for i := range p.judged {
		e := p.record.add(p.judged[i])
		if !p.evenness.uneven {
			p.total.interval(e)
		}
		p.fresh.add(e)
		dst = append(dst, p.judged[i].IBI)
	}
	return dst
}

// beatQuality is 0 where the input itself is at fault: a clipped wave looks like its neighbours, and yet it is not to be trusted.
func (p *Pulse) beatQuality(f *found) float64 {
	if l := p.leads[p.active]; l.look.fault(l.look.last) != "" {
		return 0
	}
	return f.quality
}

// SetPace tells that a pacer leads the breath at so many breaths per minute, an inhale beginning at phaseZero; 0 for none.
func (p *Pulse) SetPace(breathsPerMin float64, phaseZero time.Duration) {
	if !(breathsPerMin > 0 && breathsPerMin <= 60) {
		breathsPerMin = 0
	}
	p.pacer.set(breathsPerMin, phaseZero)
}

// Withdraw forgets filters and windows: sensing stopped. The next beats need a fresh lock.
func (p *Pulse) Withdraw() {
	for _, l := range p.leads {
		l.withdraw()
	}
	p.intervals.clear()
	p.told.clear()
	p.short.clear()
	p.long.clear()
	p.breath.clear()
	p.breathing = Respiration{}
	p.evenness.uneven, p.rateless = false, 0
	p.afterGap, p.anyBeat, p.begun = true, false, false
	p.fresh = Fresh{}
	p.features = PulseFeatures{Reason: reasonStart}
}

// Features are the features as of the last Second.
func (p *Pulse) Features() PulseFeatures { return p.features }

// Summary covers the whole run.
func (p *Pulse) Summary() Summary { return p.total.summary() }

// runOver is how long after a beat no interval can begin with it any more: the longest one there is, and the time in which a beat is told.
const runOver = 3 * time.Second

// Second computes what belongs to a whole second t: Signal on change and every 10 s, HeartRate and Respiration every second,
// HRV every 5 s over 60 s and, once filled, 300 s, and Coherence every 5 s while paced.
func (p *Pulse) Second(dst []Value, t time.Duration) []Value {
	p.choose(t)
	p.assess(t)
	dst = p.endRun(dst, t)
	p.short.advance(t)
	p.long.advance(t)
	p.pacer.second(t)
	f := &p.features
	f.Fresh, p.fresh = p.fresh, Fresh{}
	f.HeartRate = p.heartRate(t)
	told := p.surely(f.HeartRate)
	p.missRate(told.Known)
	p.breathing = p.respiration(t)
	f.Breathing, f.BreathingQuality = p.breathing.Rate, p.breathing.Quality
	dst = p.signal.tell(dst, t, f.Contact, f.Quality, f.Reason)
	dst = append(dst, HeartRate{BPM: told}, p.breathing)
	if t%(5*time.Second) != 0 {
		return dst
	}
	dst = p.variability(dst, t)
	if p.pacer.perMin > 0 {
		dst = append(dst, p.coherence(t))
	}
	return dst
}

// uneven reports that interval measures mean nothing: many intervals of the last minute are not normal, or beats take turns.
func (p *Pulse) uneven() bool { return p.evenness.uneven || p.leads[p.active].turn.on }

// variability appends the windows. Where the pulse is uneven they carry their counts and nothing else.
func (p *Pulse) variability(dst []Value, t time.Duration) []Value {
	if p.evenness.update(&p.short) || p.uneven() {
		p.total.look(p.uneven())
	}
	v := p.short.measures()
	if p.uneven() {
		v = HRV{Window: v.Window, N: v.N, ExcludedPercent: v.ExcludedPercent}
	} else {
		p.spectra.short(&v, &p.short, t, p.breathing.Rate)
	}
	p.features.MeanNN, p.features.RMSSD, p.features.RSALn = v.MeanNN, v.RMSSD, v.RSALn
	p.features.Uneven, p.features.Marked = p.uneven(), v.Marked()
	dst = append(dst, v)
	if !p.long.filled() && !p.long.refused() || t < p.began+longWindow {
		return dst
	}
	v = p.long.measures()
	if p.uneven() {
		v = HRV{Window: v.Window, N: v.N, ExcludedPercent: v.ExcludedPercent}
	} else {
		p.spectra.long(&v, &p.long, t, p.breathing.Rate)
	}
	return append(dst, v)
}

func (p *Pulse) coherence(t time.Duration) Coherence {
	if p.features.Quality < usableQuality || p.uneven() {
		return Coherence{Pace: p.pacer.perMin}
	}
	return p.pacer.coherence(&p.record, max(p.record.oldest(), p.long.from), t)
}

func (p *Pulse) respiration(t time.Duration) Respiration {
	if p.features.Quality < usableQuality {
		return Respiration{T: t - breathWindow/2}
	}
	return p.breath.rate(t)
}
