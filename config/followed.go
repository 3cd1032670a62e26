package config

import (
	"regexp"
	"strings"
)

var lightEntity = regexp.MustCompile(`^light\.[a-z0-9_]+$`)

// followed reads what an automation of Home Assistant makes follow the room, and tells where a lamp would have two writers. hubd cannot
// see Home Assistant: it compares names, so this is a warning and never a problem.
func (r *reader) followed(room *object, lamps []Lamp) {
	for _, v := range room.list("followed") {
		entity := r.text(v)
		if !lightEntity.MatchString(entity) {
			r.problem(v, "wanted is an entity of Home Assistant, a light such as light.shelf")
			continue
		}
		for _, l := range lamps {
			if l.is(entity) {
				r.warn(v, "by its name this is also the lamp %s in room.lamps (%s): one lamp has one writer. Take it out of there, or out of the automation", l.ID, l.Topic)
			}
		}
	}
}

// is tells whether an entity of Home Assistant has the name of this lamp: its id, or its topic without the first level, or one level of it.
func (l Lamp) is(entity string) bool {
	_, name, _ := strings.Cut(entity, ".")
	levels := strings.Split(l.Topic, "/")
	names := append([]string{l.ID, strings.Join(levels[1:], "_")}, levels...)
	for _, n := range names {
		if n != "set" && slug(n) == name {
			return true
		}
	}
	return false
}

// slug is a name as Home Assistant makes an entity's id of it: lower case, everything else than letters and digits one _.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	return strings.Join(words, "_")
}
