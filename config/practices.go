package config

import (
	_ "embed" // the practices that every hubd has
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

//go:embed practices.yaml
var shippedPractices []byte

const shippedName = "practices.yaml"

// Practice is one guided exercise.
type Practice struct {
	Name    string
	Length  time.Duration // of one without Steps
	Members int           // wearers that have to take part in the session
	Pace    Pace          // InhaleShare 0: no pacer; BreathsPerMin 0: set by hand, or that of those who take part
	HumHz   float64       // 60…400; 0: none
	Steps   []Step
}

// Step is one part of a practice.
type Step struct {
	Text          string
	Last          time.Duration // 5 s…15 min
	Light         Light         // the part that is not given is the base scene's
	Sound         Sound
	VoiceFile     string  // with the words spoken; relative to the config's folder
	BreathsPerMin float64 // 4.5…7, of the pacer in this step; 0: the practice's
}

// The bounds of a practice.
const (
	practiceMost = time.Hour
	stepLeast    = 5 * time.Second
	stepMost     = 15 * time.Minute
	stepsMost    = 60

	resonance      = "resonance"
	resonancePaces = 3 // fewer could not be compared
	resonanceStep  = 90 * time.Second
)

// Practices are those that every hubd has, in the order in which they are listed.
func Practices() []Practice {
	r := &reader{file: shippedName}
	return r.shipped()
}

// shipped reads the embedded file as a config's own practices are read.
func (r *reader) shipped() []Practice {
	own := &reader{file: shippedName}
	all := own.changed(nil, own.open(own.parse(shippedPractices)))
	r.problems = append(r.problems, own.problems...)
	return all
}

// changed gives practices with the changes and the additions of a section.
func (r *reader) changed(all []Practice, section *object) []Practice {
	for _, o := range r.namedObjects(section) {
		name := o.name()
		if name == "auto" || name == "none" {
			r.hide(section.at[name], "this word has a meaning of its own in commands: wanted is another name")
		}
		i := slices.IndexFunc(all, func(p Practice) bool { return p.Name == name })
		if i < 0 {
			i, all = len(all), append(all, Practice{Name: name})
		}
		r.practice(o, &all[i])
	}
	return all
}

// practice reads what is given of one practice; what is not stays as it was. Steps and pace are replaced as a whole.
func (r *reader) practice(o *object, p *Practice) {
	before := len(r.problems)
	p.Members = o.integer("members", p.Members, 0, MaxWearers)
	p.HumHz = o.number("hum_hz", p.HumHz, 60, 400, "hertz")
	if o.get("pace").present() {
		p.Pace = pacer(o.section("pace"))
	}
	if o.get("steps").present() {
		p.Steps, p.Length = r.steps(o), 0
	}
	p.Length = o.seconds("seconds", p.Length, 30*time.Second, practiceMost)
	o.done()
	if !o.broken && len(r.problems) == before {
		r.wholePractice(o, p)
	}
}

func (r *reader) steps(practice *object) []Step {
	list := practice.list("steps")
	if len(list) > stepsMost {
		r.problem(practice.get("steps"), "wanted are at most %d steps", stepsMost)
		list = list[:stepsMost]
	}
	var all []Step
	for _, v := range list {
		o := r.open(v)
		o.need("text", "the words of this step")
		o.need("seconds", "how long it lasts")
		all = append(all, Step{
			Text:          o.text("text", ""),
			Last:          o.seconds("seconds", stepLeast, stepLeast, stepMost),
			Light:         light(o.section("light")),
			Sound:         r.sound(o.section("sound")),
			VoiceFile:     r.voiceFile(o),
			BreathsPerMin: o.number("breaths_per_min", 0, 4.5, 7, "a minute"),
		})
		o.done()
	}
	return all
}

// voiceFile reads the name of a sound file in the config's folder. That it is not there is told, and the practice goes without: a
// stick that was pulled out must not keep the hub from starting.
func (r *reader) voiceFile(o *object) string {
	name, v := o.file("voice_file"), o.get("voice_file")
	if name == "" {
		return ""
	}
	if !filepath.IsLocal(name) {
		r.problem(v, "wanted is the name of a file in the folder of this config, or in one inside it")
		return ""
	}
	r.add(&r.voices, v, name, "")
	switch info, err := os.Stat(filepath.Join(r.dir, name)); {
	case err != nil:
		r.warn(v, "this file cannot be read (%v): the step goes without a voice", bare(err))
	case !info.Mode().IsRegular():
		r.warn(v, "this is no ordinary file: the step goes without a voice")
	}
	return name
}

// wholePractice checks what a practice is with everything that was given.
func (r *reader) wholePractice(o *object, p *Practice) {
	total := time.Duration(0)
	for _, s := range p.Steps {
		total += s.Last
		if s.BreathsPerMin > 0 && p.Pace.InhaleShare == 0 {
			r.problem(o.value, "a step has breaths_per_min: wanted is pace beside steps, for example pace: {inhale_share: 0.4}")
			return
		}
	}
	switch {
	case len(p.Steps) > 0 && p.Length > 0:
		r.problem(o.get("seconds"), "its steps have seconds of their own: leave this out")
	case len(p.Steps) == 0 && p.Pace.InhaleShare == 0 && p.HumHz == 0:
		r.problem(o.value, "there is nothing to do here: wanted is steps, or pace or hum_hz with seconds")
	case len(p.Steps) == 0 && p.Length == 0:
		o.missing("seconds", "how long it lasts, since it has no steps")
	case total > practiceMost:
		r.problem(o.get("steps"), "together they last %v: wanted is %v at most", total, practiceMost)
	case p.Name == resonance:
		r.resonance(o, p)
	}
}

// resonance checks that there is something to compare.
func (r *reader) resonance(o *object, p *Practice) {
	var paces []float64
	for _, s := range p.Steps {
		if s.BreathsPerMin > 0 && s.Last >= resonanceStep && !slices.Contains(paces, s.BreathsPerMin) {
			paces = append(paces, s.BreathsPerMin)
		}
	}
	if len(paces) < resonancePaces {
		want := fmt.Sprintf("%d steps with a breaths_per_min each, of %v or more", resonancePaces, resonanceStep)
		r.problem(o.value, "here paces are compared: wanted are at least %s", want)
	}
}
