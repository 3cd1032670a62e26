package room

import (
	"time"

	"hubd/dsp"
)

// Comfort is what one wearer wants to be spared. The comforts of all who take part are merged, the strictest first.
type Comfort struct {
	// Never lists what must not happen: dark (nothing under 10 %), red (nothing warmer than 2200 K), breath_sound, voice,
	// rain, noise, tone, modulated_light (no light that breathes or marks steps), breath_hold.
	Never      []string
	LightFloor float64 // the room is never made darker than this, percent, save by the night ceiling; 0: 3
	Ask        bool    // hubd may ask by itself how it is, when this wearer takes part
	NotSteady  bool    // the wearer has set steady to false; until then the room is one steady warm light without sound
}

// NeverWords are the words that may stand in Comfort.Never.
func NeverWords() []string {
	return []string{"dark", "red", "breath_sound", "voice", "rain", "noise", "tone", "modulated_light", "breath_hold"}
}

// KnownNever tells whether a word may stand in Comfort.Never.
func KnownNever(word string) bool {
	var c comfort
	return c.forbid(word)
}

// comfort is the merged one.
type comfort struct {
	floor  float64
	steady bool

	dark, red, breathSound, voice, rain, noise, tone, modulatedLight, breathHold bool
}

const lightFloor = 3.0 // percent

// DarkFloor is what a room is not made darker than where dark is never wanted, percent.
const DarkFloor = 10.0

func (c *comfort) add(o Comfort) {
	c.floor = max(c.floor, clamp(orNumber(o.LightFloor, lightFloor), 0, 100))
	c.steady = c.steady || !o.NotSteady
	for _, word := range o.Never {
		c.forbid(word)
	}
	if c.dark {
		c.floor = max(c.floor, DarkFloor)
	}
}

// forbid reports whether it knows the word.
func (c *comfort) forbid(word string) bool {
	switch word {
	case "dark":
		c.dark = true
	case "red":
		c.red = true
	case "breath_sound":
		c.breathSound = true
	case "voice":
		c.voice = true
	case "rain":
		c.rain = true
	case "noise":
		c.noise = true
	case "tone":
		c.tone = true
	case "modulated_light":
		c.modulatedLight = true
	case "breath_hold":
		c.breathHold = true
	default:
		return false
	}
	return true
}

// mark takes from a mark what somebody wants to be spared. A steady room has no sound at all.
func (c *comfort) mark(m Mark) Mark {
	if c.tone || c.steady {
		m.Tone = false
	}
	if c.voice || c.steady {
		m.Voice = ""
	}
	return m
}

// apply takes from a scene what somebody wants to be spared.
func (c *comfort) apply(s Scene) Scene {
	s.Light.Brightness = max(s.Light.Brightness, c.floor)
	if c.red {
		s.Light.Kelvin = max(s.Light.Kelvin, minKelvin)
	}
	if c.breathHold {
		s.Pace.Hold = 0
	}
	if c.steady {
		s.Sound, s.Pace = Sound{}, Pace{}
	}
	s.Sound = c.spare(s.Sound)
	return s
}

func (c *comfort) spare(s Sound) Sound {
	if (c.noise && s.Bed == "noise") || (c.rain && s.Bed == "rain") {
		s.Bed = ""
	}
	if c.breathSound {
		s.SwellDB.Known, s.SwellDB.Value = false, 0
	}
	if c.tone {
		s.HumHz.Known, s.HumHz.Value = false, 0
	}
	if !s.audible() {
		return Sound{}
	}
	return s
}

// bears tells whether a sound may go on. One that somebody does not want ends at once and is not faded out.
func (c *comfort) bears(s Sound) bool {
	return !s.audible() || c.apply(Scene{Sound: s}).Sound == s
}

// SetComfort takes what a wearer wants to be spared from now on.
func (r *Room) SetComfort(dst []dsp.Value, now time.Duration, wearer int, c Comfort) []dsp.Value {
	if !r.isWearer(wearer) {
		return dst
	}
	r.o.Wearers[wearer].Comfort = c
	r.mergeComfort()
	return r.follow(dst, now)
}

// mergeComfort merges the comforts of those who take part; where nobody does, of every wearer of the hub, since whoever
// lies in the room is then unknown.
func (r *Room) mergeComfort() {
	c := comfort{floor: lightFloor}
	anyone := r.anyMember()
	for i, w := range r.o.Wearers {
		if r.members[i] || !anyone {
			c.add(w.Comfort)
		}
	}
	r.comfort = c
	r.hush = r.hush || (c.voice || c.steady) && r.practice.on && r.practice.is.spoken()
}
