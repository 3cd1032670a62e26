package room

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hubd/dsp"
	"hubd/regulation"
)

// Scene is what the room does for one name. In Options.Scenes a zero part, and a zero Brightness or Kelvin, means the
// default of that name; for an own name, that of base. Light.Transition and Pace.PhaseZero are not read. The Sound of a
// scene that shall be silent, or hum alone, has the Bed "none".
type Scene struct {
	Light Light
	Sound Sound
	Pace  Pace
}

// The scenes that every room has.
const (
	sceneBase  = "base"
	scenePause = "pause"
	sceneAfter = "after"
	sceneAuto  = "auto"   // a word of commands: back to what States ask for
	sceneBoth  = "merged" // two wearers want different scenes; whose is whose is not told
	bedNone    = "none"
)

// defaultScenes are warm and of one hue. The state scenes differ in brightness alone, by 12 points, and no state has a
// sound of its own, so that the room is no display of a body (design section 5.3).
func defaultScenes() map[string]Scene {
	lit := func(brightness float64) Scene {
		return Scene{Light: Light{Brightness: brightness, Kelvin: 2400}, Sound: Sound{Bed: "noise", LevelDB: dsp.Some(-42)}}
	}
	low := func(brightness float64) Scene {
		return Scene{Light: Light{Brightness: brightness, Kelvin: 2200}}
	}
	return map[string]Scene{
		regulation.Settled.String():   lit(32),
		regulation.Engaged.String():   lit(28),
		regulation.Activated.String(): lit(20),
		regulation.Withdrawn.String(): lit(26),
		"neutral":                     lit(26),
		sceneBase:                     lit(30),
		scenePause:                    low(10),
		sceneAfter:                    low(15),
	}
}

// newScenes lays own over the default scenes and pulls every value into its range.
func newScenes(own map[string]Scene, spread float64) map[string]Scene {
	scenes := defaultScenes()
	for _, name := range slices.Sorted(maps.Keys(own)) {
		under, ok := scenes[name]
		if !ok {
			under = scenes[sceneBase]
		}
		scenes[name] = own[name].over(under)
	}
	limitSpread(scenes, spread)
	return scenes
}

// SceneNamed gives a scene as a room of these options has it, before comfort, cap and night ceiling.
func SceneNamed(o Options, name string) (Scene, error) {
	scenes := newScenes(o.Scenes, o.withDefaults().Discretion.SpreadPercent)
	s, ok := scenes[name]
	if !ok {
		return Scene{}, fmt.Errorf("there is no scene %q: there are %s", name, sceneNames(scenes))
	}
	return s, nil
}

func (s Scene) over(under Scene) Scene {
	out := Scene{Sound: s.Sound.meant(), Pace: s.Pace}
	out.Light.Brightness = clamp(orNumber(s.Light.Brightness, under.Light.Brightness), 0, 100)
	out.Light.Kelvin = clamp(orNumber(s.Light.Kelvin, under.Light.Kelvin), 1000, 10000)
	if s.Sound == (Sound{}) {
		out.Sound = under.Sound
	}
	if s.Pace.BreathsPerMin == 0 {
		out.Pace = under.Pace
	}
	out.Pace = out.Pace.inRange()
	return out
}

// meant takes the word none for no bed: a hum beside it is heard alone.
func (s Sound) meant() Sound {
	if s.Bed == bedNone {
		s.Bed = ""
	}
	if !s.audible() {
		return Sound{}
	}
	return s
}

// limitSpread lowers the state scenes that are more than spread points above the dimmest of them.
func limitSpread(scenes map[string]Scene, spread float64) {
	lowest := 100.0
	for n := regulation.Settled; n <= regulation.Withdrawn; n++ {
		lowest = min(lowest, scenes[n.String()].Light.Brightness)
	}
	for n := regulation.Settled; n <= regulation.Withdrawn; n++ {
		s := scenes[n.String()]
		s.Light.Brightness = min(s.Light.Brightness, lowest+spread)
		scenes[n.String()] = s
	}
}

// gentler gives the gentler of each value: lower and warmer light, quieter sound, slower pace, and none before any. It is the same
// whichever comes first, so that nobody can tell whose is whose.
func gentler(a, b Scene) Scene {
	out := a
	out.Light.Brightness = min(a.Light.Brightness, b.Light.Brightness)
	out.Light.Kelvin = min(a.Light.Kelvin, b.Light.Kelvin)
	if b.Sound.gentlerThan(a.Sound) {
		out.Sound = b.Sound
	}
	if b.Pace.gentlerThan(a.Pace) {
		out.Pace = b.Pace
	}
	return out
}

// gentlerThan orders sounds; between two as loud the order means nothing, but it is one.
func (s Sound) gentlerThan(o Sound) bool {
	return cmp.Or(
		cmp.Compare(s.level(), o.level()),
		cmp.Compare(s.Bed, o.Bed),
		cmp.Compare(s.HumHz.Or(0), o.HumHz.Or(0)),
		cmp.Compare(s.SwellDB.Or(0), o.SwellDB.Or(0)),
	) < 0
}

// gentlerThan orders paces: none, then the slower, then without holds.
func (p Pace) gentlerThan(o Pace) bool {
	return cmp.Or(
		cmp.Compare(p.BreathsPerMin, o.BreathsPerMin),
		cmp.Compare(p.Hold, o.Hold),
		cmp.Compare(p.InhaleShare, o.InhaleShare),
	) < 0
}

// inRange pulls a pace into the range that bodies breathe at with ease; 0 stays none.
func (p Pace) inRange() Pace {
	if !(p.BreathsPerMin > 0) {
		return Pace{}
	}
	p.BreathsPerMin = clamp(p.BreathsPerMin, MinBreathPace, MaxBreathPace)
	p.InhaleShare = clamp(orNumber(p.InhaleShare, defaultInhale), 0.25, 0.6)
	p.Hold = max(0, min(p.Hold, p.period()/4))
	p.PhaseZero = 0
	return p
}

func sceneNames(scenes map[string]Scene) string {
	return strings.Join(slices.Sorted(maps.Keys(scenes)), ", ")
}
