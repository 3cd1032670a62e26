package config

import "strings"

// topicWant says what topic means in a dialect.
func topicWant(d Dialect) string {
	switch d {
	case Zigbee2MQTT:
		return "zigbee2mqtt/<friendly name of a lamp or a group>"
	case WLED:
		return "the MQTT device topic in WLED, such as wled/bed"
	case Tasmota:
		return "Topic in Tasmota, such as bedlamp, or its FullTopic with %prefix% left in it"
	case JSON:
		return "the lamp's command topic, such as bedlamp/light/bed/command"
	case Templated:
		return "the topic that takes the brightness payload"
	}
	return "as the dialect wants it"
}

// lampTopic refuses what is surely another topic than the dialect wants, and warns of one that takes commands and tells nothing.
func (r *reader) lampTopic(o *object, l Lamp) {
	v, want := o.get("topic"), topicWant(l.Dialect)
	wrong := false
	switch l.Dialect {
	case Zigbee2MQTT:
		wrong = l.Topic != "" && !strings.Contains(l.Topic, "/") || strings.HasSuffix(l.Topic, "/set") || strings.HasSuffix(l.Topic, "/get")
	case WLED:
		wrong = strings.HasSuffix(l.Topic, "/api") || strings.HasSuffix(l.Topic, "/col")
	case Tasmota:
		first, _, _ := strings.Cut(l.Topic, "/")
		rest := strings.Replace(l.Topic, "%prefix%", "", 1)
		wrong = first == "cmnd" || first == "stat" || first == "tele" || strings.Contains(rest, "%")
	}
	switch {
	case wrong:
		r.problem(v, "wanted is %s", want)
	case l.Dialect == WLED && l.Topic == "wled/all", l.Dialect == Tasmota && l.Topic == "tasmotas":
		r.warn(v, "this is the topic of all lamps of this kind, which tells no state: without a state the lamp is left alone. Wanted is %s", want)
	}
}

// stateTopics reads where a JSON lamp tells its state and whether it is there. Both follow from ESPHome's command topic,
// <device>/light/<name>/command; the state also from one that ends in /set.
func (r *reader) stateTopics(o *object, l *Lamp) {
	if l.Dialect != JSON {
		for _, key := range []string{"state_topic", "availability_topic"} {
			if v := o.get(key); v.present() && l.Dialect != "" {
				r.problem(v, "this belongs to dialect: json")
			}
		}
		return
	}
	state, there := "", ""
	if base, ok := strings.CutSuffix(l.Topic, "/command"); ok {
		state = base + "/state"
		if device, _, ok := strings.Cut(l.Topic, "/light/"); ok {
			there = device + "/status"
		}
	} else if base, ok := strings.CutSuffix(l.Topic, "/set"); ok {
		state = base
	}
	if l.Topic != "" && state == "" {
		o.need("state_topic", "where the lamp tells its state as JSON: without it no hand at the switch would be seen")
	}
	l.StateTopic = o.topic("state_topic", state)
	l.AvailabilityTopic = o.topic("availability_topic", there)
}

// sharedTopic refuses two lamps of one dialect on one topic, and warns where two dialects meet on one.
func (r *reader) sharedTopic(o *object, l, other Lamp) {
	switch {
	case l.Topic == "" || l.Topic != other.Topic:
	case l.Dialect == other.Dialect:
		r.problem(o.get("topic"), "lamp %s is commanded on this topic already", other.ID)
	default:
		r.warn(o.get("topic"), "lamp %s has this topic too: where they are one lamp, each would take the other for a hand at the switch", other.ID)
	}
}
