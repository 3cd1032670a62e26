package config

import "slices"

func (r *reader) wearers(root *object, c *Config, chips chipPlaces) {
	list := root.list("wearers")
	switch {
	case len(list) == 0 && !root.broken && !root.get("wearers").present():
		root.missing("wearers", "a list with at least one wearer")
	case len(list) == 0 && !root.broken:
		r.problem(root.get("wearers"), "wanted is a list with at least one wearer")
	case len(list) > MaxWearers:
		r.problem(root.get("wearers"), "one hub has at most %d wearers", MaxWearers)
		list = list[:MaxWearers]
	}
	var objects []*object
	for _, v := range list {
		o := r.open(v)
		w := r.wearer(o, chips)
		for _, other := range c.Wearers {
			if w.ID != "" && w.ID == other.ID {
				r.problem(o.get("id"), "another wearer has this id already")
			}
		}
		c.Wearers, objects = append(c.Wearers, w), append(objects, o)
	}
	r.pairs(c.Wearers, objects)
	r.budget(chips)
}

func (r *reader) wearer(o *object, chips chipPlaces) Wearer {
	w := Wearer{ID: o.id("id")}
	w.Name = o.text("name", w.ID)
	o.need("share", "none, state or full: what others may get of this wearer; only they can decide it")
	w.Share = choice(o, "share", ShareNone, ShareNone, ShareState, ShareFull)
	w.Keep = choice(o, "keep", KeepRest, KeepNothing, KeepRest, KeepSummaries, KeepJournal)
	w.Cues = o.flag("cues", true)
	w.StartFrom = r.startFrom(o)
	w.VagalOff = !o.flag("vagal", true)
	w.Pair = r.text(o.get("pair"))
	w.Pulse = r.pulse(o, chips)
	w.EDA = r.eda(o, chips)
	if w.Pulse == nil && w.EDA == nil && !o.broken {
		r.follows(o.value, []string{join(o.path, "pulse"), join(o.path, "eda")}, "wanted is pulse, eda or both")
	}
	w.Button = r.line(o.get("button"))
	w.Comfort = r.comfort(o.section("comfort"))
	r.buttons(o, w)
	o.done()
	return w
}

func (r *reader) startFrom(o *object) []Source {
	if !o.get("start_from").present() {
		return []Source{FromButton, FromPage}
	}
	from := []Source{}
	for _, v := range o.list("start_from") {
		s := pick(r, v, "", FromButton, FromPage, FromMQTT, FromBoot)
		if slices.Contains(from, s) && s != "" {
			r.problem(v, "this stands in the list already")
		}
		from = append(from, s)
	}
	return from
}

// signal is what pulse and eda have in common.
func (r *reader) signal(wearer *object, key string, chips chipPlaces) (*object, *chipPlace, int) {
	if !wearer.get(key).present() {
		return nil, nil, 0
	}
	o := wearer.section(key)
	chip, channel := r.claim(o, chips)
	return o, chip, channel
}

func (r *reader) pulse(wearer *object, chips chipPlaces) *Pulse {
	o, chip, channel := r.signal(wearer, "pulse", chips)
	if o == nil {
		return nil
	}
	o.need("kind", "ppg for an optical sensor, ecg for electrodes")
	p := &Pulse{
		Channel:        channel,
		Kind:           choice(o, "kind", PPG, PPG, ECG),
		RateHz:         o.number("rate_hz", 250, 50, 1000, "a second"),
		FullScaleVolts: r.fullScale(o, chip),
	}
	if chip != nil {
		p.Chip = chip.Name
		r.shone(o, chip, p)
		chip.ask(o.path, p.RateHz)
	}
	p.LeadsOff = r.leadsOff(o, p.Kind)
	o.done()
	return p
}

// shone completes the pulse of an optical chip.
func (r *reader) shone(o *object, chip *chipPlace, p *Pulse) {
	if !chip.Kind.Optical() {
		return
	}
	r.lightOnly(o, chip, "channel", "rate_hz", "full_scale_v")
	if p.Kind == ECG {
		r.problem(o.get("kind"), "an %s measures light: wanted is ppg", chip.Kind)
	}
	p.RateHz = float64(chip.LEDs.RateHz)
}

func (r *reader) eda(wearer *object, chips chipPlaces) *EDA {
	o, chip, channel := r.signal(wearer, "eda", chips)
	if o == nil {
		return nil
	}
	o.need("kind", "grove for the Grove GSR board, divider for electrodes and one resistor")
	e := &EDA{
		Channel:        channel,
		Kind:           choice(o, "kind", Grove, Grove, Divider),
		RateHz:         o.number("rate_hz", 25, 4, 100, "a second"),
		FullScaleVolts: r.fullScale(o, chip),
	}
	if chip != nil && chip.Kind.Optical() {
		r.problem(o.get("chip"), "an %s measures light: wanted is a converter for skin conductance", chip.Kind)
	}
	if chip != nil {
		e.Chip = chip.Name
		chip.ask(o.path, e.RateHz)
	}
	r.divider(o, e)
	o.done()
	return e
}

func (r *reader) divider(o *object, e *EDA) {
	ohm, side := o.get("divider_ohm"), o.get("divider_side")
	if e.Kind != Divider {
		for _, v := range []value{ohm, side} {
			if v.present() {
				r.follows(v, []string{join(o.path, "kind")}, "this belongs to kind: divider")
			}
		}
		return
	}
	o.need("divider_ohm", "the fixed resistor in ohm")
	o.need("divider_side", "high if the fixed resistor goes to the supply, low if to ground")
	e.DividerOhm = o.number("divider_ohm", 0, 1e3, 1e7, "ohm")
	e.DividerHigh = choice(o, "divider_side", "", "high", "low") == "high"
}

func (r *reader) comfort(o *object) Comfort {
	c := Comfort{
		LightFloor: o.number("light_floor", 3, 3, 100, "percent"),
		Ask:        o.flag("check_in", false),
		Steady:     o.flag("steady", true),
	}
	for _, v := range o.list("never") {
		if word := pick(r, v, "", NeverWords()...); word != "" && !slices.Contains(c.Never, word) {
			c.Never = append(c.Never, word)
		}
	}
	o.done()
	return c
}

// pairs checks whom each wearer wants to be compared with. It takes two: one alone is told, not refused.
func (r *reader) pairs(wearers []Wearer, objects []*object) {
	for i, w := range wearers {
		if w.Pair == "" {
			continue
		}
		v := objects[i].get("pair")
		j := slices.IndexFunc(wearers, func(o Wearer) bool { return o.ID == w.Pair })
		switch {
		case w.Pair == w.ID:
			r.problem(v, "wanted is the id of another wearer")
		case j < 0 && slices.ContainsFunc(wearers, func(o Wearer) bool { return o.ID == "" }): // whose id may be this one
		case j < 0:
			r.problem(v, "there is no wearer with this id")
		case wearers[j].Pair != w.ID:
			r.warn(v, "nothing is compared until %s names %s too", w.Pair, w.ID)
		}
	}
}

// starters warns where the only way to start is a command on this machine.
func (r *reader) starters(root *object, wearers []Wearer, page bool) {
	for _, w := range wearers {
		button := w.Button != "" && slices.Contains(w.StartFrom, FromButton)
		if button || page && slices.Contains(w.StartFrom, FromPage) || slices.Contains(w.StartFrom, FromMQTT) || slices.Contains(w.StartFrom, FromBoot) {
			return
		}
	}
	if len(wearers) > 0 {
		r.warn(root.get("wearers"), "only `hubd start --wearer %s` on this machine can start: no start_from has mqtt or boot, a page that there is, or a button that there is",
			wearers[0].ID)
	}
}

// buttons warns of a button that its wearer cannot start with.
func (r *reader) buttons(o *object, w Wearer) {
	if w.Button != "" && !slices.Contains(w.StartFrom, FromButton) {
		r.warn(o.get("button"), "this button only pauses: holding it starts nothing while start_from does not name button")
	}
}

// asking warns where only half of what it takes is said: the hub and every wearer have a word on whether hubd asks by itself. The hub's
// word without anybody's does nothing, nor does a wearer's without the hub's; one wearer's missing word is that wearer's choice and
// decides for every session with them.
func (r *reader) asking(root *object, c *Config) {
	if len(r.problems) > 0 {
		return // what is wrong comes first, and would be told twice
	}
	automatic := root.section("room").section("check_in").get("automatic")
	var silent []string
	for i, v := range root.list("wearers")[:len(c.Wearers)] {
		w := c.Wearers[i]
		if !w.Comfort.Ask {
			silent = append(silent, w.ID)
			continue
		}
		if !c.Room.AskByItself {
			r.warn(r.open(v).section("comfort").get("check_in"), "nobody is asked while room.check_in.automatic is false: it takes both")
		}
	}
	switch {
	case !c.Room.AskByItself || len(silent) == 0:
	case len(silent) == len(c.Wearers):
		r.warn(automatic, "nobody is asked until the wearers say so too, each in comfort: {check_in: true}")
	default:
		r.warn(automatic, "nobody is asked while %s takes part: comfort.check_in is not true there", orList(silent))
	}
}
