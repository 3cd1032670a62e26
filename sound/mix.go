package sound

import (
	"time"

	"hubd/room"
)

// The beds, as Cues name them.
const (
	bedNoise = "noise"
	bedRain  = "rain"
)

// crossFade is how long one mix takes to become another.
const crossFade = 4 * time.Second

// content is what is heard, without its level. The zero content is nothing.
type content struct {
	bed   string  // noise, rain or empty
	humHz float64 // 0: none
}

func contentOf(s room.Sound) content {
	c := content{bed: s.Bed, humHz: s.HumHz.Or(0)}
	if c.bed != bedNoise && c.bed != bedRain {
		c.bed = ""
	}
	if !(c.humHz > 0) || c.humHz > Rate/8 {
		c.humHz = 0
	}
	return c
}

// parts is of how many voices it is made.
func (c content) parts() (n int) {
	if c.bed != "" {
		n++
	}
	if c.humHz > 0 {
		n++
	}
	return n
}

// part is a voice's share of the whole's power.
func (c content) part(is content) float64 {
	if n := c.parts(); n > 0 && ((is.bed != "" && is.bed == c.bed) || (is.humHz > 0 && is.humHz == c.humHz)) {
		return 1 / float64(n)
	}
	return 0
}

// mixer crosses from one content to another with equal power, so that the whole keeps its loudness. A wish that comes while it
// crosses waits for its end; the newest one counts.
type mixer struct {
	beds   [2]layer
	hums   [2]layer // one comes while the other goes
	from   content
	to     content
	wanted content
	way    float64  // 0…1, from from to to
	heard  []*layer // in this block
}

// layer is one voice that may be heard.
type layer struct {
	is    content
	voice voice
	gain  float64 // amplitude at the end of the last block
	goal  float64 // and at the end of this one
}

func newMixer(bed func(name string) voice) mixer {
	m := mixer{way: 1}
	for i, name := range [...]string{bedNoise, bedRain} {
		m.beds[i] = layer{is: content{bed: name}, voice: bed(name)}
	}
	return m
}

// start lets a content be heard from the next block on, at once: nothing else was heard.
func (m *mixer) start(c content) {
	m.from, m.to, m.wanted, m.way = c, c, c, 1
	m.tune()
	m.pass(0)
	m.settle()
}

func (m *mixer) settle() {
	for _, l := range m.layers() {
		l.gain = l.goal
	}
}

// pass lets time pass and sets every layer's goal.
func (m *mixer) pass(dt time.Duration) {
	m.settle()
	if m.way >= 1 && m.wanted != m.to {
		m.from, m.to, m.way = m.to, m.wanted, 0
		m.tune()
	}
	m.way = min(1, m.way+dt.Seconds()/crossFade.Seconds())
	m.heard = m.heard[:0]
	for _, l := range m.layers() {
		l.goal = amplitude(m.from.part(l.is)*(1-m.way) + m.to.part(l.is)*m.way)
		if l.gain > 0 || l.goal > 0 {
			m.heard = append(m.heard, l)
		}
	}
}

// tune puts a hum that is to come on the oscillator that is free.
func (m *mixer) tune() {
	if hz := m.to.humHz; hz > 0 && m.hums[0].is.humHz != hz && m.hums[1].is.humHz != hz {
		free := &m.hums[0]
		if free.is.humHz == m.from.humHz && m.from.humHz > 0 {
			free = &m.hums[1]
		}
		*free = layer{is: content{humHz: hz}, voice: newTone(hz, humPartials())}
	}
}

// next gives the next frame; share is how much of the block has passed, 0…1.
func (m *mixer) next(share float64) (left, right float64) {
	for _, l := range m.heard {
		vl, vr := l.voice.next()
		g := l.at(share)
		left, right = left+g*vl, right+g*vr
	}
	return left, right
}

func (l *layer) at(share float64) float64 { return l.gain + (l.goal-l.gain)*share }

func (m *mixer) layers() [4]*layer {
	return [4]*layer{&m.beds[0], &m.beds[1], &m.hums[0], &m.hums[1]}
}
