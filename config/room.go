package config

import (
	"slices"
	"time"
)

func (r *reader) room(o *object, broker bool) Room {
	m := Room{
		Private:       o.flag("private", true),
		MinConfidence: o.number("min_confidence", 0.5, 0.05, 1, ""),
		After:         o.flag("after", true),
		QuietHours:    r.quietHours(o.section("quiet_hours")),
		Night:         night(o.section("night")),
		VolumeCapDB:   o.number("volume_cap_db", -20, -60, -1, "dB"),
		SwitchOn:      o.flag("switch_on", false),
		Discretion:    r.discretion(o.section("discretion")),
		StopButtons:   r.stopButtons(o, broker),
		Lamps:         r.lamps(o, broker),
	}
	r.followed(o, m.Lamps)
	m.Scenes = r.scenes(o.section("scenes"))
	m.BaseScene = r.baseScene(o, m.Scenes)
	m.AskByItself, m.AnswerAfter = checkIn(o.section("check_in"))
	m.Player = r.player(o.section("sound"), broker)
	m.Practices = r.changed(r.shipped(), o.section("practices"))
	m.Reminders = r.reminders(o, m.Practices)
	o.done()
	return m
}

func (r *reader) quietHours(o *object) QuietHours {
	q := QuietHours{Set: true, From: 22 * time.Hour, To: 7 * time.Hour}
	from, to := o.get("from"), o.get("to")
	switch {
	case o.get("latitude").present() || o.get("longitude").present():
		q = r.quietBySun(o)
	case from.present() || to.present():
		q = QuietHours{Set: true, From: o.clockTime("from"), To: o.clockTime("to")}
		if q.From == q.To && from.present() && to.present() {
			r.follows(to, []string{from.path}, "wanted is another time than from")
		}
	}
	o.done()
	return q
}

// quietBySun reads quiet hours of which at least one end is the sun's: the one that has no time of day.
func (r *reader) quietBySun(o *object) QuietHours {
	const noon = 12 * time.Hour
	o.need("latitude", "degrees north of the equator, such as 52.5")
	o.need("longitude", "degrees east of Greenwich, such as 13.4")
	q := QuietHours{
		Set: true, FromSunset: true, ToSunrise: true,
		Latitude: o.number("latitude", 0, -90, 90, "degrees"), Longitude: o.number("longitude", 0, -180, 180, "degrees"),
	}
	if v := o.get("from"); v.present() {
		q.FromSunset, q.From = false, o.clockTime("from")
		if q.From < noon {
			r.problem(v, "with latitude and longitude wanted is a time from 12:00 to 23:59")
		}
	}
	if v := o.get("to"); v.present() {
		q.ToSunrise, q.To = false, o.clockTime("to")
		if q.To >= noon {
			r.problem(v, "with latitude and longitude wanted is a time from 00:00 to 11:59")
		}
	}
	if !q.FromSunset && !q.ToSunrise {
		r.problem(o.get("to"), "from and to are the clock's, so the sun has no say: leave one of them out, or latitude and longitude")
	}
	return q
}

func night(o *object) Night {
	n := Night{
		BrightnessPercent: o.number("brightness_percent", 15, 1, 100, "percent"),
		Kelvin:            o.number("kelvin", 2200, 2200, 6500, "kelvin"),
	}
	o.done()
	return n
}

// What hides whose body changed when, and below which it is warned.
const (
	delayMin      = 20 * time.Second
	delayMax      = 90 * time.Second
	fade          = 30 * time.Second
	spreadPercent = 15.0
)

func (r *reader) discretion(o *object) Discretion {
	d := Discretion{DelayMin: delayMin, DelayMax: delayMax}
	if v := o.get("delay_s"); v.present() {
		d.DelayMin, d.DelayMax = r.delay(o, v)
	}
	d.Fade = o.seconds("fade_s", fade, time.Second, 10*time.Minute)
	d.SpreadPercent = o.number("spread_percent", spreadPercent, 1, 100, "percentage points")
	r.weaker(o.get("delay_s"), d.DelayMin < delayMin || d.DelayMax < delayMax)
	r.weaker(o.get("fade_s"), d.Fade < fade)
	r.weaker(o.get("spread_percent"), d.SpreadPercent > spreadPercent)
	o.done()
	return d
}

// delay reads [shortest, longest] in seconds.
func (r *reader) delay(o *object, v value) (lo, hi time.Duration) {
	var s []float64
	for _, item := range o.list("delay_s") {
		n, ok := r.number(item)
		if !ok || !(n >= 1 && n <= 600) {
			r.problem(item, "wanted is a number from 1 to 600 (seconds)")
			n = 1
		}
		s = append(s, n)
	}
	if len(s) != 2 || s[0] > s[1] {
		r.follows(v, []string{v.path + "[0]", v.path + "[1]"}, "wanted are two numbers, the shortest and the longest delay, such as [20, 90]")
		return delayMin, delayMax
	}
	return time.Duration(s[0] * float64(time.Second)), time.Duration(s[1] * float64(time.Second))
}

func (r *reader) weaker(v value, is bool) {
	if is {
		r.warn(v, "with this the room shows sooner or more plainly whose body changed; from 20 to 90 s, 30 s and 15 points hide it better")
	}
}

func (r *reader) stopButtons(room *object, broker bool) []StopButton {
	var all []StopButton
	topics := 0
	for _, v := range room.list("stop_buttons") {
		o := r.open(v)
		if line := o.get("line"); line.present() {
			all = append(all, r.lineButton(o, line))
			continue
		}
		topics++
		o.need("topic", "the topic that a press is published on; or line, for a button on the GPIO header")
		b := StopButton{Topic: o.topic("topic", ""), JSONKey: o.text("json_key", ""), AnyValue: o.flag("any_value", false)}
		switch {
		case b.JSONKey == "" && !b.AnyValue && !o.broken:
			r.follows(o.value, []string{join(o.path, "json_key"), join(o.path, "any_value")}, "wanted is json_key: KEY, or any_value: true if every message on the topic is a press")
		case b.JSONKey != "" && b.AnyValue:
			r.problem(o.get("any_value"), "with json_key this has no meaning: any value of that key is a press")
		}
		o.done()
		all = append(all, b)
	}
	r.needBroker(room.get("stop_buttons"), topics > 0 && !broker)
	return all
}

// lineButton reads a button on the GPIO header.
func (r *reader) lineButton(o *object, line value) StopButton {
	for _, key := range []string{"topic", "json_key", "any_value"} {
		if v := o.get(key); v.present() {
			r.problem(v, "a button is on a topic or on a line, not on both")
		}
	}
	o.done()
	return StopButton{Line: r.line(line)}
}

func (r *reader) needBroker(v value, missing bool) {
	if missing && !r.noBroker {
		r.follows(v, []string{"mqtt"}, "this needs a broker: wanted is the section mqtt")
		r.noBroker = true
	}
}

func (r *reader) baseScene(o *object, own []Scene) string {
	v := o.get("base_scene")
	name := r.text(v)
	if name == "" {
		return "base"
	}
	names := sceneNames()
	for _, s := range own {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	if !slices.Contains(names, name) {
		r.follows(v, []string{"room.scenes"}, "there is no scene of this name: wanted is %s", orList(names))
	}
	return name
}

// sceneNames lists the scenes every room has.
func sceneNames() []string {
	return []string{"settled", "engaged", "activated", "withdrawn", "neutral", "base", "pause", "after"}
}

func (r *reader) scenes(section *object) []Scene {
	var all []Scene
	for _, o := range r.namedObjects(section) {
		s := Scene{Name: o.name()}
		if s.Name == "auto" || s.Name == "merged" || s.Name == "none" {
			r.hide(section.at[s.Name], "this word has a meaning of its own in commands: wanted is another name")
		}
		s.Light = light(o.section("light"))
		s.Sound = r.sound(o.section("sound"))
		s.Pace = pace(o.section("pace"))
		o.done()
		all = append(all, s)
	}
	return all
}

func light(o *object) Light {
	l := Light{
		BrightnessPercent: o.number("brightness_percent", 0, 1, 100, "percent"),
		Kelvin:            o.number("kelvin", 0, 1000, 10000, "kelvin"),
	}
	o.done()
	return l
}

func (r *reader) sound(o *object) Sound {
	s := Sound{
		Bed:     choice(o, "bed", "", "none", "noise", "rain"),
		LevelDB: o.number("level_db", 0, -60, 0, "dB"),
		SwellDB: o.number("swell_db", 0, 0, 12, "dB"),
		HumHz:   o.number("hum_hz", 0, 60, 400, "hertz"),
	}
	if s.HumHz != 0 || (s.Bed != "" && s.Bed != "none") {
		o.need("level_db", "how loud it is, from -60 to 0 (dB)")
	} else {
		r.nothingToHear(o)
	}
	o.done()
	return s
}

// nothingToHear says that a sound is silent which has a loudness or a swell.
func (r *reader) nothingToHear(sound *object) {
	for _, key := range []string{"level_db", "swell_db"} {
		if v := sound.get(key); v.present() {
			r.follows(v, []string{join(sound.path, "bed"), join(sound.path, "hum_hz")}, "there is nothing to hear: wanted is bed or hum_hz beside it")
			return
		}
	}
}

// pacer reads a pacer, which need not name its pace: a practice has one of its own then.
func pacer(o *object) Pace {
	p := Pace{
		BreathsPerMin: o.number("breaths_per_min", 0, 4.5, 7, "a minute"),
		InhaleShare:   o.number("inhale_share", 0.4, 0.25, 0.6, ""),
		Hold:          o.seconds("hold_s", 0, 0, 3*time.Second),
	}
	o.done()
	return p
}

// pace reads the pacer of a scene, which is none without a pace.
func pace(o *object) Pace {
	p := pacer(o)
	if p.BreathsPerMin == 0 {
		for _, key := range []string{"inhale_share", "hold_s"} {
			if o.get(key).present() {
				o.need("breaths_per_min", "from 4.5 to 7")
				break
			}
		}
		return Pace{}
	}
	return p
}

func checkIn(o *object) (byItself bool, answer time.Duration) {
	byItself = o.flag("automatic", false)
	answer = o.seconds("answer_s", 2*time.Minute, 10*time.Second, 10*time.Minute)
	o.done()
	return byItself, answer
}
