package hub

import (
	"time"

	"github.com/nathan-osman/go-sunrise"
)

// sunDown tells whether the whole sun is below the horizon of a place: its centre 0.833° under it, by refraction and its own size
// (Meeus, Astronomical Algorithms, chapter 15).
func sunDown(latitude, longitude float64) func(time.Time) bool {
	const set = -0.833
	return func(wall time.Time) bool { return sunrise.Elevation(latitude, longitude, wall) < set }
}

// sunSinks tells whether the sun of a place is on its way down: between its noon and its midnight.
func sunSinks(latitude, longitude float64) func(time.Time) bool {
	return func(wall time.Time) bool {
		return sunrise.Elevation(latitude, longitude, wall.Add(time.Minute)) < sunrise.Elevation(latitude, longitude, wall)
	}
}
