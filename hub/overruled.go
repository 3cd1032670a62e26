package hub

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hubd/config"
	"hubd/room"
	"hubd/sound"
)

// Overruled warns of what a config asks for and the room will not do: scenes that its bounds change. Each says what is done instead, and
// which key decides. It warns of scenes that name a State, too. What hubd ships with is not warned of where the config did not touch it.
func Overruled(c *config.Config) []config.Problem {
	o := overruled{c: c, options: roomOptions(c)}
	o.names = sceneNames(c)
	o.spread()
	o.alike()
	o.loud()
	o.night()
	o.practices()
	for i := range c.Wearers {
		o.floor(i)
	}
	return o.all
}

type overruled struct {
	c       *config.Config
	options room.Options
	names   []string
	all     []config.Problem
}

// sceneNames are all scenes of a config: those that every room has, and its own.
func sceneNames(c *config.Config) []string {
	names := append(stateScenes(), "neutral", "base", "pause", "after")
	for _, s := range c.Room.Scenes {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

func stateScenes() []string { return []string{"settled", "engaged", "activated", "withdrawn"} }

func (o *overruled) warn(key, want string, args ...any) {
	o.all = append(o.all, o.c.Places.Warning(key, want, args...))
}

// asked is a scene as the config asks for it, before the room's spread.
func (o *overruled) asked(name string) room.Scene {
	wide := o.options
	wide.Discretion.SpreadPercent = 100
	s, _ := room.SceneNamed(wide, name) // of a name that is there
	return s
}

// brightnessOf is the key that a scene's brightness stands under, and whether the config gives it.
func (o *overruled) brightnessOf(name string) (string, bool) {
	key := "room.scenes." + name + ".light.brightness_percent"
	return key, o.c.Places.Has(key)
}

// spread warns of state scenes that are lowered to stay near the dimmest.
func (o *overruled) spread() {
	dimmest, least := "", math.Inf(1)
	for _, name := range stateScenes() {
		if b := o.asked(name).Light.Brightness; b < least {
			dimmest, least = name, b
		}
	}
	most := least + o.c.Room.Discretion.SpreadPercent
	var untouched []string
	for _, name := range stateScenes() {
		b := o.asked(name).Light.Brightness
		if b <= most {
			continue
		}
		if key, given := o.brightnessOf(name); given {
			o.warn(key, "this is more than %g points above %s (%g %%), the dimmest state scene: it is shown at %g %%. Set it lower, or the dimmest one higher; a larger room.discretion.spread_percent shows bodies more plainly",
				o.c.Room.Discretion.SpreadPercent, dimmest, least, most)
		} else {
			untouched = append(untouched, name)
		}
	}
	if len(untouched) == 0 {
		return
	}
	key, given := o.brightnessOf(dimmest)
	if !given {
		key = "room.discretion.spread_percent"
	}
	o.warn(key, "with this %s shown at %g %%, no more than %g points above %s. Set the state scenes nearer to each other", are(untouched), most, o.c.Room.Discretion.SpreadPercent, dimmest)
}

// alike warns of state scenes that differ in more than brightness.
func (o *overruled) alike() {
	o.apart("light.kelvin", func(a, b room.Scene) bool { return a.Light.Kelvin == b.Light.Kelvin })
	o.apart("sound", func(a, b room.Scene) bool { return a.Sound == b.Sound })
	o.apart("pace", func(a, b room.Scene) bool { return a.Pace == b.Pace })
}

// apart warns once of a part that is not the same in all state scenes: it would name a State to whoever sees or hears the room.
func (o *overruled) apart(part string, same func(a, b room.Scene) bool) {
	for _, name := range stateScenes() {
		key := "room.scenes." + name + "." + part
		differs := func(other string) bool { return !same(o.asked(name), o.asked(other)) }
		if o.c.Places.Has(key) && slices.ContainsFunc(stateScenes(), differs) {
			o.warn(key, "the state scenes differ in this, which tells whoever is there what a body does. Give all four the same, or leave it out")
			return
		}
	}
}

// loud warns of sounds above the volume cap, and of a cap that hubd itself never reaches.
func (o *overruled) loud() {
	limit := o.c.Room.VolumeCapDB
	var untouched []string
	for _, name := range o.names {
		level := o.asked(name).Sound.LevelDB
		if !level.Known || level.Value <= limit {
			continue
		}
		if key := "room.scenes." + name + ".sound.level_db"; o.c.Places.Has(key) {
			o.warn(key, "this is above room.volume_cap_db: it is heard at %g dB. Set it lower, or the cap higher", limit)
		} else {
			untouched = append(untouched, name)
		}
	}
	if len(untouched) > 0 {
		o.warn("room.volume_cap_db", "with this %s heard at %g dB, more softly than made. Set the cap higher, or their level_db lower", are(untouched), limit)
	}
	if limit > sound.TopDB {
		o.warn("room.volume_cap_db", "hubd makes nothing louder than %g dB: set your amplifier louder where that is too soft", float64(sound.TopDB))
	}
}

// night warns of scenes that look otherwise in quiet hours.
func (o *overruled) night() {
	if !o.c.Room.QuietHours.Set {
		return
	}
	ceiling, first := o.c.Room.Night, ""
	var bright []string
	for _, name := range o.names {
		key, given := o.brightnessOf(name)
		light := o.asked(name).Light
		if given && light.Brightness > ceiling.BrightnessPercent {
			bright = append(bright, fmt.Sprintf("%s (%g %%)", name, light.Brightness))
			if first == "" {
				first = key
			}
		}
		if !given && (name == "pause" || name == "after") && light.Brightness > ceiling.BrightnessPercent {
			o.warn("room.night.brightness_percent", "in quiet hours %s shown at this, and is made for %g %%: enough to see each other and the door. Set the ceiling higher, or try it in the dark",
				are([]string{name}), light.Brightness)
		}
	}
	if first != "" {
		o.warn(first, "in quiet hours nothing is brighter than %g %%, and %s shown so. Set it below room.night.brightness_percent, or that higher, if the room shall answer at night",
			ceiling.BrightnessPercent, are(bright))
	}
}

// practices warns of steps that are shown or heard otherwise than the config asks for.
func (o *overruled) practices() {
	scene := o.options.BaseScene
	base := o.asked(scene).Light.Brightness
	for _, p := range o.c.Room.Practices {
		for i, s := range p.Steps {
			step := fmt.Sprintf("room.practices.%s.steps[%d]", p.Name, i)
			o.brightStep(step+".light.brightness_percent", s.Light.BrightnessPercent, scene, base)
			if key, limit := step+".sound.level_db", o.c.Room.VolumeCapDB; o.c.Places.Has(key) && s.Sound.LevelDB > limit {
				o.warn(key, "this is above room.volume_cap_db: it is heard at %g dB. Set it lower, or the cap higher", limit)
			}
		}
	}
}

// brightStep warns of a step that is brighter than its room may be.
func (o *overruled) brightStep(key string, asked float64, scene string, base float64) {
	if !o.c.Places.Has(key) {
		return
	}
	if asked > base {
		o.warn(key, "no step is brighter than the base scene: it is shown at %g %%, as %s is. Set it lower, or that scene brighter", base, scene)
	}
	if ceiling := o.c.Room.Night.BrightnessPercent; o.c.Room.QuietHours.Set && min(asked, base) > ceiling {
		o.warn(key, "in quiet hours nothing is brighter than %g %%, and this is shown so. Set it below room.night.brightness_percent, or that higher", ceiling)
	}
}

// floor warns where one wearer's floor meets the night ceiling, and of scenes that are darker than it.
func (o *overruled) floor(i int) {
	w := o.c.Wearers[i]
	floor, key := w.Comfort.LightFloor, fmt.Sprintf("wearers[%d].comfort.light_floor", i)
	if slices.Contains(w.Comfort.Never, "dark") && floor < room.DarkFloor {
		floor, key = room.DarkFloor, fmt.Sprintf("wearers[%d].comfort.never", i)
	}
	if !o.c.Places.Has(key) {
		return // the floor that every room has
	}
	if ceiling := o.c.Room.Night.BrightnessPercent; o.c.Room.QuietHours.Set && floor > ceiling {
		o.warn(key, "in quiet hours the night ceiling of %g %% wins over this floor of %g %%. Set room.night.brightness_percent to %g at least, where it shall not be darker",
			ceiling, floor, floor)
	}
	var dark []string
	for _, name := range o.names {
		if b := o.asked(name).Light.Brightness; b < floor {
			dark = append(dark, fmt.Sprintf("%s (%g %%)", name, b))
		}
	}
	if len(dark) > 0 {
		o.warn(key, "while %s takes part %s shown at %g %%, which is the darkest wanted. Set the floor lower, or the scenes brighter", w.ID, are(dark), floor)
	}
}

// are lists names with their verb.
func are(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0] + " is"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are"
}
