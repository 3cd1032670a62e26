package room

import (
	"time"

	"hubd/dsp"
)

// Options is all a Room is built from. Every zero field means the default named beside it, so the zero Options is a room
// without lamps in which nothing moves.
type Options struct {
	Seed      uint64 // of the random delays; equal seeds and inputs give equal outputs
	Private   bool   // sessions of kind Together are private
	SwitchOn  bool   // a lamp known to be off may be switched on; otherwise it is left alone
	NoAfter   bool   // no after scene: the restore follows the end at once
	BaseScene string // name of the scene a session begins with; empty: base

	MinConfidence float64 // a State below it counts as unknown, 0…1; 0: 0.5
	Discretion    Discretion
	Scenes        map[string]Scene // own scenes, and changes to the default ones

	HasQuiet        bool          // there are quiet hours
	QuietFrom       time.Duration // local time of day; may lie after QuietTo
	QuietTo         time.Duration
	FromSunset      bool                      // they begin at sunset, whatever QuietFrom says
	ToSunrise       bool                      // they end at sunrise, whatever QuietTo says
	SunDown         func(wall time.Time) bool // the sun is below the horizon; needed by both
	SunSinks        func(wall time.Time) bool // it is on its way down; needed by ToSunrise
	NightBrightness float64                   // ceiling in quiet hours, percent; 0: 15
	NightKelvin     float64                   // ceiling in quiet hours; 0: 2200

	VolumeCapDB float64       // highest level, relative to full scale; 0: −20
	AskByItself bool          // hubd may ask, where every wearer of the session wants it
	AnswerAfter time.Duration // a check-in waits this long for an answer; 0: 2 min
	ReportsLate time.Duration // after a transition, for a lamp to arrive and say so, and for an older report to come in; 0: 2 s
	HandFor     time.Duration // a lamp that a hand took is left alone this long, or until the session ends; 0: 30 min

	Practices []PracticeOptions // that can be started
	Reminders []ReminderOptions

	Lamps   []LampOptions
	Wearers []WearerOptions
	Restore Snapshot // left by a run that did not end its restore; zero: none
}

// Discretion hides whose body changed when: a change made by a State begins late and goes slowly (design section 5.3).
type Discretion struct {
	DelayMin      time.Duration // 0: 20 s
	DelayMax      time.Duration // 0: 90 s; at least DelayMin
	Fade          time.Duration // 0: 30 s
	SpreadPercent float64       // the state scenes' brightness stays within so many points of the dimmest; 0: 15
}

// LampOptions describes one lamp.
type LampOptions struct {
	ID     string
	Group  string // lamps that share one rate budget; empty: a budget of its own
	Whites Whites // what is known before the lamp says it; not Known: 2200 to 6500 K
}

// WearerOptions describes one wearer; its place in Options.Wearers is the wearer's number in every method.
type WearerOptions struct {
	ID      string
	Cues    bool      // this wearer's State may steer the room
	Pace    dsp.Maybe // that this wearer's heart answers most, breaths per minute; absent: not known
	Comfort Comfort
}

// withDefaults fills every zero field and pulls the rest into its range.
func (o Options) withDefaults() Options {
	o.BaseScene = orText(o.BaseScene, sceneBase)
	o.MinConfidence = clamp(orNumber(o.MinConfidence, 0.5), 0, 1)
	o.NightBrightness = clamp(orNumber(o.NightBrightness, 15), 0, 100)
	o.NightKelvin = clamp(orNumber(o.NightKelvin, 2200), minKelvin, maxKelvin)
	o.VolumeCapDB = clamp(orNumber(o.VolumeCapDB, -20), silenceDB, 0)
	o.AnswerAfter = orNumber(o.AnswerAfter, 2*time.Minute)
	o.ReportsLate = orNumber(o.ReportsLate, 2*time.Second)
	o.HandFor = orNumber(o.HandFor, 30*time.Minute)
	d := &o.Discretion
	d.DelayMin = orNumber(d.DelayMin, 20*time.Second)
	d.DelayMax = max(orNumber(d.DelayMax, 90*time.Second), d.DelayMin)
	d.Fade = max(orNumber(d.Fade, 30*time.Second), minTransition)
	d.SpreadPercent = clamp(orNumber(d.SpreadPercent, 15), 0, 100)
	return o
}

// bounded pulls a range that somebody told into what a lamp of this world can do. Where nothing is known, or what was told makes no
// range, it is that of common lamps.
func (w Whites) bounded() Whites {
	if !w.Known || (!w.None && !(w.Min > 0 && w.Min <= w.Max)) {
		return Whites{Known: true, Min: minKelvin, Max: maxKelvin}
	}
	w.Min, w.Max = clamp(w.Min, warmestLamp, coldestLamp), clamp(w.Max, warmestLamp, coldestLamp)
	return w
}

const (
	minKelvin   = 2200.0 // of a lamp of which nothing is known
	maxKelvin   = 6500.0
	warmestLamp = 1000.0 // of any lamp: what tells less or more tells nonsense
	coldestLamp = 20000.0
)

func orNumber[N float64 | time.Duration](v, other N) N {
	if v == 0 {
		return other
	}
	return v
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// clamp pulls v into lo…hi; a NaN becomes lo.
func clamp(v, lo, hi float64) float64 {
	if !(v >= lo) {
		return lo
	}
	return min(v, hi)
}
