package homeassistant

import "hubd/pipeline"

// measurement is a number from a wearer's state message.
type measurement struct {
	key       string // of the component; part of the entity's identity
	field     string // of the message
	name      string
	icon      string
	unit      string
	class     string // device class; empty where Home Assistant has none that permits the unit
	decimals  int
	percent   bool // the message has 0…1, Home Assistant gets 0…100
	quality   bool // diagnostic
	unlisted  bool // disabled by default
	paired    bool // only with co-regulation
	stateless bool // not a running measurement: no state class
}

// microsiemens is written with the Greek letter mu, U+03BC, as Home Assistant has it, not with the micro sign U+00B5. Its
// device class conductivity knows only units per length and would refuse this one.
const microsiemens = "\u03bcS"

// measurements are told at share full.
func measurements() []measurement {
	return []measurement{
		{key: "heart_rate", field: "heart_rate_bpm", name: "Heart rate", icon: "mdi:heart-pulse", unit: "bpm"},
		{key: "rmssd", field: "rmssd_ms", name: "RMSSD", icon: "mdi:heart-settings-outline", unit: "ms", decimals: 1},
		{key: "rsa", field: "rsa_ln_ms2", name: "RSA", icon: "mdi:sine-wave", unit: "ln ms²", decimals: 2},
		{key: "breathing", field: "breathing_per_min", name: "Breathing rate", icon: "mdi:lungs", unit: "1/min", decimals: 1},
		{key: "scl", field: "scl_microsiemens", name: "Skin conductance level", icon: "mdi:water-outline", unit: microsiemens, decimals: 2},
		{key: "scr_rate", field: "scr_per_min", name: "Skin responses", icon: "mdi:pulse", unit: "1/min", decimals: 1},
		{key: "arousal", field: "arousal", name: "Arousal", icon: "mdi:trending-up", decimals: 1, unlisted: true},
		{key: "vagal", field: "vagal", name: "Vagal", icon: "mdi:trending-down", decimals: 1, unlisted: true},
		{key: "pulse_quality", field: "pulse_quality", name: "Pulse quality", icon: "mdi:signal", unit: "%", percent: true, quality: true, unlisted: true},
		{key: "eda_quality", field: "eda_quality", name: "Skin conductance quality", icon: "mdi:signal", unit: "%", percent: true, quality: true, unlisted: true},
		{key: "recovery_half_life", field: "recovery_half_life_s", name: "Recovery half-life", icon: "mdi:timer-sand", unit: "s",
			class: "duration", unlisted: true, stateless: true},
		{key: "coregulation", field: "coregulation_r", name: "Co-regulation", icon: "mdi:link-variant", decimals: 2, unlisted: true, paired: true},
	}
}

// Templates. An explicit null renders as None, which Home Assistant takes as unknown.
const (
	plainTemplate   = "{{ value_json.%s }}"
	percentTemplate = "{{ (value_json.%[1]s * 100) | round(0) if value_json.%[1]s is not none else None }}"
)

func wearerBundles(o Options) []bundle {
	var all []bundle
	for _, w := range o.Wearers {
		all = append(all, wearerBundle(o, w))
	}
	return all
}

func wearerBundle(o Options, w Wearer) bundle {
	hub := "hubd_" + o.HubID
	m := wearerMaker(o, w)
	most := w
	most.Share, most.StartByMQTT, most.Paired = pipeline.ShareFull, true, true // the name stays when the share changes
	return bundle{
		Device: device{IDs: []string{m.owner}, Name: deviceName(w.name(), "Wearer", wearerMaker(o, most).made), Manufacturer: "hubd",
			Model: "Wearer", Software: o.Version, Serial: o.Mark, Via: hub},
		Origin:     origin{Name: "hubd", Software: o.Version, URL: o.URL},
		Components: m.made,
	}
}

func wearerMaker(o Options, w Wearer) *maker {
	m := newMaker("hubd_"+o.HubID+"_"+w.ID, o.Topics.HubStatus)
	m.sensing(o.Topics, w)
	if w.Share >= pipeline.ShareState {
		m.state(o.Topics, w)
	}
	if w.Share >= pipeline.ShareFull {
		m.measurements(o.Topics, w)
	}
	return m
}

// sensing is what stands at every share. Its controls work while the wearer is paused or offline.
func (m *maker) sensing(t Topics, w Wearer) {
	status := t.WearerStatus(w.ID)
	const template = "{{ 'ON' if value == 'online' else 'OFF' }}"
	m.add("sensing", "binary_sensor", component{Name: "Sensing", Icon: "mdi:motion-sensor", StateTopic: status,
		ValueTemplate: template, DeviceClass: "running"})
	// Off works for everybody at once. On is refused by hubd itself where the wearer's start_from has no mqtt.
	m.add("sensing_switch", "switch", component{Name: "Sensing switch", Icon: "mdi:power", StateTopic: status, ValueTemplate: template,
		CommandTopic: t.WearerSet(w.ID, string(pipeline.CommandSensing)), PayloadOn: "ON", PayloadOff: "OFF"})
	m.button("share_nothing", "Share nothing", "mdi:eye-off", t.WearerSet(w.ID, string(pipeline.CommandShare)), pipeline.ShareNone.String())
	if w.StartByMQTT {
		m.button("start_session", "Start session", "mdi:play", t.WearerSet(w.ID, string(pipeline.CommandStartSession)), "PRESS")
		m.button("resume", "Resume", "mdi:play-pause", t.WearerSet(w.ID, string(pipeline.CommandResume)), "PRESS")
	}
}

// state is told at share state and above.
func (m *maker) state(t Topics, w Wearer) {
	worn := []availability{sensed(t.WearerStatus(w.ID))}
	topic := t.WearerState(w.ID)
	m.add("state", "sensor", component{Name: "State", Icon: "mdi:heart-outline", StateTopic: topic, Availability: worn,
		ValueTemplate: template(plainTemplate, "state"), DeviceClass: "enum", Options: stateNames()})
	m.add("confidence", "sensor", component{Name: "Confidence", Icon: "mdi:percent-outline", StateTopic: topic, Availability: worn,
		ValueTemplate: template(percentTemplate, "confidence"), Unit: "%", StateClass: "measurement", Precision: decimals(0),
		Category: "diagnostic", Enabled: disabled()})
	m.add("problem", "binary_sensor", component{Name: "Problem", StateTopic: topic, Availability: worn,
		ValueTemplate: template(plainTemplate, "problem"), PayloadOn: "True", PayloadOff: "False", DeviceClass: "problem", Category: "diagnostic"})
	m.add("event", "event", component{Name: "Event", Icon: "mdi:bell-outline", StateTopic: t.WearerEvent(w.ID),
		EventTypes: []string{"state_changed", "command_refused"}})
}

func (m *maker) measurements(t Topics, w Wearer) {
	for _, q := range measurements() {
		if q.paired && !w.Paired {
			continue
		}
		c := component{Name: q.name, Icon: q.icon, StateTopic: t.WearerState(w.ID), ValueTemplate: template(plainTemplate, q.field),
			DeviceClass: q.class, StateClass: "measurement", Unit: q.unit, Precision: decimals(q.decimals),
			Availability: []availability{sensed(t.WearerStatus(w.ID))}}
		if q.percent {
			c.ValueTemplate = template(percentTemplate, q.field)
		}
		if q.stateless {
			c.StateClass = ""
		}
		if q.quality {
			c.Category = "diagnostic"
		}
		if q.unlisted {
			c.Enabled = disabled()
		}
		m.add(q.key, "sensor", c)
	}
}
