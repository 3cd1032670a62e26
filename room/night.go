package room

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// quiet tells whether quiet hours are on. A clock that is not set counts as night: too dim is the smaller harm.
func (o *Options) quiet(wall time.Time) bool {
	if !o.HasQuiet {
		return false
	}
	if wall.IsZero() {
		return true
	}
	h, m, s := wall.Clock()
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if o.FromSunset || o.ToSunrise {
		return o.quietBySun(wall, at)
	}
	if o.QuietFrom <= o.QuietTo {
		return at >= o.QuietFrom && at < o.QuietTo
	}
	return at >= o.QuietFrom || at < o.QuietTo
}

// quietBySun takes the half of the day before noon as the end of a night and the half after it as the beginning of one. Where
// the sun does not set, a night by the sun alone does not come; one that the clock began lasts past midnight while the sun sinks, since it
// has not risen then.
func (o *Options) quietBySun(wall time.Time, at time.Duration) bool {
	const noon = 12 * time.Hour
	switch {
	case at < noon && !o.ToSunrise:
		return at < o.QuietTo
	case at >= noon && !o.FromSunset:
		return at >= o.QuietFrom
	}
	return o.SunDown(wall) || at < noon && !o.FromSunset && o.SunSinks(wall)
}

// envelope gives the limits that hold now.
func (r *Room) envelope() Envelope {
	e := Envelope{BrightnessCeiling: 100, KelvinCeiling: 10000, SwitchOn: r.o.SwitchOn}
	if r.quiet {
		// A ceiling under the floor would put lamps out, which hubd then may not switch on again: people must see the door.
		e.BrightnessCeiling, e.KelvinCeiling = max(r.nightCeiling, lightFloor), r.o.NightKelvin
	}
	return e
}

// SetNightCeiling sets the highest brightness in quiet hours, 0…100 percent.
func (r *Room) SetNightCeiling(dst []dsp.Value, now time.Duration, percent float64) ([]dsp.Value, error) {
	if !(percent >= 0 && percent <= 100) {
		return dst, fmt.Errorf("night_ceiling is %g: wanted is a percentage from 0 to 100", percent)
	}
	r.nightCeiling = percent
	return r.follow(dst, now), nil
}

// SetVolumeCap sets the highest sound level, −60…0 dB relative to full scale.
func (r *Room) SetVolumeCap(dst []dsp.Value, now time.Duration, dB float64) ([]dsp.Value, error) {
	if !(dB >= silenceDB && dB <= 0) {
		return dst, fmt.Errorf("volume_cap is %g: wanted is a level from -60 to 0 dB", dB)
	}
	r.volumeCap = dB
	r.sound.limit(now, dB)
	return r.follow(dst, now), nil
}
