package dsp_test

import (
	"math"
	"strconv"
	"strings"
)

// panel is a stretch of a picture with a scale on either side: t to the right, v upwards.
type panel struct {
	*picture
	top, bottom float64 // px
	t0, t1      float64
	v0, v1      float64
}

// panel begins one between two heights in px, over a range of time and of values.
func (p *picture) panel(top, bottom, t0, t1, v0, v1 float64) *panel {
	return &panel{picture: p, top: top, bottom: bottom, t0: t0, t1: t1, v0: v0, v1: v1}
}

func (a *panel) x(t float64) float64 { return a.left + (t-a.t0)/(a.t1-a.t0)*(a.right-a.left) }
func (a *panel) y(v float64) float64 { return a.bottom - (v-a.v0)/(a.v1-a.v0)*(a.bottom-a.top) }

// curve is one series of values over time; NaN is a hole.
type curve struct{ t, v []float64 }

func (c *curve) add(t, v float64) { c.t, c.v = append(c.t, t), append(c.v, v) }

// at is the value at a time, on the straight line between its neighbours.
func (c *curve) at(t float64) float64 {
	for i := 1; i < len(c.t); i++ {
		if c.t[i] >= t {
			return c.v[i-1] + (t-c.t[i-1])/(c.t[i]-c.t[i-1])*(c.v[i]-c.v[i-1])
		}
	}
	return math.NaN()
}

// extent gives the least and the largest value within a stretch of time.
func (c *curve) extent(t0, t1 float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i, t := range c.t {
		if t >= t0 && t <= t1 && !math.IsNaN(c.v[i]) {
			low, high = min(low, c.v[i]), max(high, c.v[i])
		}
	}
	return low, high
}

// draw draws a curve as straight pieces, interrupted where it has holes.
func (a *panel) draw(class string, c *curve) {
	var points []point
	for i, t := range c.t {
		if math.IsNaN(c.v[i]) {
			a.line(class, points...)
			points = nil
		} else if t >= a.t0 && t <= a.t1 {
			points = append(points, point{a.x(t), a.y(c.v[i])})
		}
	}
	a.line(class, points...)
}

// hold draws a curve whose values hold until the next one.
func (a *panel) hold(class string, c *curve) {
	var steps curve
	for i, t := range c.t {
		if i > 0 && !math.IsNaN(c.v[i-1]) {
			steps.add(t, c.v[i-1])
		}
		steps.add(t, c.v[i])
	}
	a.draw(class, &steps)
}

// number writes a number of an axis.
func number(v float64) string {
	return strings.Replace(strconv.FormatFloat(math.Round(v*1000)/1000+0, 'f', -1, 64), "-", "−", 1)
}

// times marks the ticks of the time axis below the panel; the last one carries the unit.
func (a *panel) times(every, origin float64, unit string) {
	a.line("ink fine", point{a.left, a.bottom + 6}, point{a.right, a.bottom + 6})
	for t := math.Ceil((a.t0-origin)/every) * every; t+origin <= a.t1+1e-9; t += every {
		x := a.x(t + origin)
		a.line("ink fine", point{x, a.bottom + 6}, point{x, a.bottom + 10})
		label := number(t)
		if t+every+origin > a.t1+1e-9 {
			label += " " + unit
		}
		a.text("ink small middle", x, a.bottom+24, "%s", label)
	}
}

// values marks ticks on the left with faint lines across; the unit stands above the topmost.
func (a *panel) values(unit string, ticks ...float64) {
	for _, v := range ticks {
		a.line("ink fine faint", point{a.left, a.y(v)}, point{a.right, a.y(v)})
		a.text("ink small end", a.left-7, a.y(v)+4, "%s", number(v))
	}
	a.text("ink small end", a.left-7, a.y(ticks[len(ticks)-1])-11, "%s", unit)
}

// shade lays a wash over a stretch of time.
func (a *panel) shade(hue string, t0, t1 float64) {
	a.wash(hue, a.x(max(t0, a.t0)), a.top, a.x(min(t1, a.t1)), a.bottom)
}

// mark sets a dot at a time and value.
func (a *panel) mark(class string, t, v, radius float64) { a.dot(class, a.x(t), a.y(v), radius) }

// note writes at a time and value, moved by px.
func (a *panel) note(class string, t, v, dx, dy float64, format string, args ...any) {
	a.text(class, a.x(t)+dx, a.y(v)+dy, format, args...)
}
