package config

import (
	"slices"
	"strings"
	"text/template/parse"
)

func (r *reader) lamps(room *object, broker bool) []Lamp {
	var all []Lamp
	for _, v := range room.list("lamps") {
		o := r.open(v)
		l := r.lamp(o)
		for _, other := range all {
			if l.ID != "" && l.ID == other.ID {
				r.problem(o.get("id"), "another lamp has this id already")
			}
			r.sharedTopic(o, l, other)
		}
		all = append(all, l)
	}
	r.needBroker(room.get("lamps"), len(all) > 0 && !broker)
	return all
}

func (r *reader) lamp(o *object) Lamp {
	l := Lamp{
		ID:         o.id("id"),
		Dialect:    r.dialect(o),
		Topic:      o.topic("topic", ""),
		MinPercent: o.number("min_percent", 0, 0, 99, "percent"),
		MaxPercent: o.number("max_percent", 100, 1, 100, "percent"),
	}
	o.need("topic", "the lamp's topic: "+topicWant(l.Dialect))
	r.lampTopic(o, l)
	r.stateTopics(o, &l)
	if v := o.get("group"); v.present() {
		if l.Group = r.text(v); !isID(l.Group) || l.Group == "true" || l.Group == "false" {
			r.problem(v, "wanted is one name for all lamps that share a rate budget: %s", idWant)
		}
	}
	if l.MinPercent >= l.MaxPercent {
		r.follows(o.get("min_percent"), []string{join(o.path, "max_percent")}, "wanted is less than max_percent, which is %s", figure(l.MaxPercent))
	}
	switch t := o.get("template"); {
	case l.Dialect == Templated && !t.present():
		o.missing("template", "brightness, brightness_key and state_topic of the lamp")
	case l.Dialect == Templated:
		l.Template = r.template(r.open(t), l.Topic)
	case t.present() && l.Dialect != "":
		r.problem(t, "this belongs to dialect: template")
	}
	o.done()
	return l
}

func (r *reader) dialect(o *object) Dialect {
	v := o.need("dialect", "zigbee2mqtt, wled, tasmota, json or template")
	if !v.present() {
		return ""
	}
	return pick(r, v, "", Zigbee2MQTT, WLED, Tasmota, JSON, Templated)
}

func (r *reader) template(o *object, topic string) *Template {
	o.need("state_topic", "where the lamp tells its state as JSON: without it no hand at the switch would be seen")
	o.need("brightness_key", "the key of the brightness in that JSON")
	t := &Template{
		Brightness:    r.payload(o.need("brightness", `the payload, such as {"bri":{{.Level}},"tt":{{.Seconds}}}`), payloadNames()),
		BrightnessMax: o.number("brightness_max", 100, 1, 65535, "the lamp's own full brightness"),
		Kelvin:        r.payload(o.get("kelvin"), payloadNames()),
		StateTopic:    o.topic("state_topic", ""),
		BrightnessKey: o.text("brightness_key", ""),
		KelvinKey:     o.text("kelvin_key", ""),
		KelvinMired:   choice(o, "kelvin_unit", "kelvin", "kelvin", "mired") == "mired",
		OnKey:         o.text("on_key", ""),
		AskTopic:      o.topic("ask_topic", ""),
		AskPayload:    o.text("ask_payload", ""),
	}
	if at := o.get("kelvin_topic"); t.Kelvin != "" {
		t.KelvinTopic = o.topic("kelvin_topic", topic)
	} else if at.present() {
		r.follows(at, []string{join(o.path, "kelvin")}, "this needs kelvin, the payload, beside it")
	}
	if at := o.get("kelvin_unit"); at.present() && t.KelvinKey == "" {
		r.follows(at, []string{join(o.path, "kelvin_key")}, "this needs kelvin_key beside it")
	}
	if at := o.get("ask_payload"); at.present() && t.AskTopic == "" {
		r.follows(at, []string{join(o.path, "ask_topic")}, "this needs ask_topic beside it")
	}
	o.done()
	return t
}

// payloadNames are what a payload may use, as mqtt/device fills them in.
func payloadNames() []string {
	return []string{"Percent", "Level", "Kelvin", "Mired", "Seconds", "Milliseconds"}
}

// payload reads a payload template, so that a wrong name shows now and not in the night. Text and names are all it may hold: a
// loop could go on for ever.
func (r *reader) payload(v value, names []string) string {
	text := r.text(v)
	if text == "" {
		return ""
	}
	want := "wanted is a payload of plain text"
	if len(names) > 0 {
		want = "wanted is a payload with {{." + strings.ReplaceAll(orList(names), ", ", "}}, {{.")
		want = strings.Replace(want, " or ", "}} or {{.", 1) + "}}"
	}
	trees, err := parse.Parse("payload", text, "", "")
	if err != nil {
		r.problem(v, "%s: %s", want, strings.TrimPrefix(err.Error(), "template: "))
		return ""
	}
	if len(trees) != 1 {
		r.problem(v, "%s, and nothing else in {{ }}", want)
		return ""
	}
	for _, node := range trees["payload"].Root.Nodes {
		if name, ok := templateName(node, names); !ok {
			r.problem(v, "%s, and nothing else in {{ }}: %s", want, name)
			return ""
		}
	}
	return text
}

// templateName tells whether a node is plain text or one of the names.
func templateName(node parse.Node, names []string) (string, bool) {
	action, ok := node.(*parse.ActionNode)
	if !ok {
		return node.String(), node.Type() == parse.NodeText
	}
	if len(action.Pipe.Decl) > 0 || len(action.Pipe.Cmds) != 1 || len(action.Pipe.Cmds[0].Args) != 1 {
		return node.String(), false
	}
	field, ok := action.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
	return node.String(), ok && len(field.Ident) == 1 && slices.Contains(names, field.Ident[0])
}
