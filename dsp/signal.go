package dsp

import (
	"math"
	"time"
)

// usableQuality is the quality from which downstream values are given.
const usableQuality = 0.5

// Reasons told about a pulse; the faults of the input are in scan.
const (
	reasonStart     = "just begun: looking for the pulse"
	reasonNoWave    = "no pulse wave: place the sensor"
	reasonNoSkin    = "no skin there: place the sensor"
	reasonElectrode = "electrode off: press it on"
	reasonTorn      = "samples are lost all the time: the bus or the machine does not keep up"
	reasonDisturbed = "pulse disturbed: hold still"
	reasonUnlike    = "beats do not fit together: hold still"
)

// teller emits Signal when something changed and every 10 s.
type teller struct {
	channel ChannelKind
	told    bool
	last    Signal
}

func (s *teller) tell(dst []Value, t time.Duration, contact bool, quality float64, reason string) []Value {
	now := Signal{Channel: s.channel, Contact: contact, Quality: quality, Reason: reason}
	same := s.told && now.Contact == s.last.Contact && now.Reason == s.last.Reason &&
		math.Abs(now.Quality-s.last.Quality) < 0.1 && (now.Quality >= usableQuality) == (s.last.Quality >= usableQuality)
	if same && t%(10*time.Second) != 0 {
		return dst
	}
	s.told, s.last = true, now
	return append(dst, now)
}

// Grading of the pulse.
const (
	gradeSpan     = 10 * time.Second // over which beats are graded (Orphanidou et al. 2015)
	startTime     = 5 * time.Second  // in which "just begun" is the reason
	brokenQuality = 0.4              // where a beat was missed, and until good ones came again, it is no better than this
	surelyPulse   = 0.9              // mean quality of beats from which their rhythm is the heart's, however uneven
	unrestFree    = 0.10             // unrest of beats that costs no quality: 0.04 to 0.06 is usual, 0.07 in deep breathing …
	unrestMost    = 0.20             // … and that leaves none: what chance finds in noise has 0.3 and more
	worthGain     = 0.1              // per second: leads are compared over about 10 s
	ratelessMost  = 10               // s without a heart rate, though the signal is good: the intervals are to blame. A rate needs 5 to 8 s of them
	switchGain    = 0.15             // by which another lead must be better …
	switchTime    = 3                // … for so many seconds, before it is used
)

// quality grades a lead at time t over the last 10 s, or since its lock: the mean quality of its beats times the share of the
// time that they cover, doubtful ones for half. Contact needs a lock and a beat within the last 4 s.
func (l *lead) quality(t time.Duration) (contact bool, quality float64, reason string) {
	if l.look.leadOff {
		return false, 0, l.off
	}
	if reason = l.look.fault(t); reason != "" {
		return false, 0, reason
	}
	if !l.locked && l.look.torn() {
		return false, 0, reasonTorn
	}
	if !l.locked {
		return false, 0, reasonNoWave
	}
	now := l.wave.last
	from := max(now-l.cells(gradeSpan), l.watched)
	beats, sure, mean, longest := l.judged.since(from, now-l.form.beatAhead)
	if beats == 0 {
		return false, 0, reasonNoWave
	}
	usual := l.gaps.median()
	covered := min(1, (float64(beats+sure)/2+1)*usual/float64(max(1, now-from)))
	quality = mean * covered
	if float64(longest) > 2.2*usual+float64(l.form.beatAhead) {
		quality *= 0.7
	}
	if mean < surelyPulse {
		quality *= max(0, min(1, (unrestMost-l.judged.unrest(from))/(unrestMost-unrestFree)))
	}
	if !l.gate.open() || l.overdue() {
		quality = min(quality, brokenQuality)
	}
	if !l.form.sharp && l.turn.on {
		return true, min(quality, brokenQuality), unevenReason
	}
	if !l.form.sharp && l.lean.against(l.polarity) {
		return true, min(quality, brokenQuality), reasonNoWave
	}
	if quality < usableQuality {
		return true, quality, reasonDisturbed
	}
	return true, quality, ""
}

// watch tells between two seconds when the signal became usable by a beat, or ceased to be because one did not come.
func (p *Pulse) watch(dst []Value, t time.Duration) []Value {
	was := p.features.Quality >= usableQuality
	if was && !p.leads[p.active].overdue() || !was && len(p.found) == 0 {
		return dst
	}
	p.judge(t)
	f := &p.features
	if was == (f.Quality >= usableQuality) {
		return dst
	}
	return p.signal.tell(dst, t, f.Contact, f.Quality, f.Reason)
}

// rival is the other lead that is clearly better now. Seconds in which another one was do not count for it.
type rival struct{ lead, seconds int }

// second takes the lead that is better in this second and tells for how many in a row it has been.
func (r *rival) second(lead int) (ahead int) {
	if lead != r.lead {
		*r = rival{lead: lead}
	}
	r.seconds++
	return r.seconds
}

// choose picks the lead that is used. Leads are compared by their quality over the last seconds, not of now, since every change of
// lead costs an interval. One and the same other must be clearly better for 3 s, or the present one without contact.
func (p *Pulse) choose(t time.Duration) {
	if len(p.leads) == 1 {
		return
	}
	best := p.active
	for i, l := range p.leads {
		contact, quality, _ := l.quality(t)
		l.worth += (quality - l.worth) * worthGain
		if contact && l.worth > p.leads[best].worth {
			best = i
		}
	}
	contact, _, _ := p.leads[p.active].quality(t)
	if best == p.active || contact && p.leads[best].worth < p.leads[p.active].worth+switchGain {
		p.rival = rival{}
		return
	}
	if ahead := p.rival.second(best); contact && ahead < switchTime {
		return
	}
	p.active, p.rival = best, rival{}
	p.leads[best].alone = true // its next beat has no tie to the last one told
	p.breath.clear()
}

// assess takes the active lead's quality into the features.
func (p *Pulse) assess(t time.Duration) {
	p.judge(t)
	p.total.seconds++
	if p.features.Contact && p.features.Quality >= usableQuality {
		p.total.usable++
	}
}

// missRate counts the seconds in which a good signal gives no heart rate.
func (p *Pulse) missRate(told bool) {
	if p.rateless++; told || p.features.Quality < usableQuality {
		p.rateless = 0
	}
}

func (p *Pulse) judge(t time.Duration) {
	f := &p.features
	f.Contact, f.Quality, f.Reason = p.leads[p.active].quality(t)
	if f.Reason == reasonNoWave && (!p.begun || t-p.began < startTime) {
		f.Reason = reasonStart
	}
	switch {
	case f.Reason != "":
	case p.uneven():
		f.Reason = unevenReason
	case p.rateless > ratelessMost:
		f.Reason = reasonUnlike
	}
}
