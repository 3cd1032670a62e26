package homeassistant

import (
	"fmt"
	"slices"

	"hubd/pipeline"
	"hubd/regulation"
)

func template(pattern, field string) string { return fmt.Sprintf(pattern, field) }

// stateNames are the states in the order of regulation, unknown among them: Home Assistant warns of a value that is not in
// the list.
func stateNames() []string {
	var all []string
	for n := regulation.Unknown; n <= regulation.Withdrawn; n++ {
		all = append(all, n.String())
	}
	return all
}

func roomBundle(o Options) bundle {
	hub := "hubd_" + o.HubID
	m := newMaker(hub+"_room", o.Topics.HubStatus) // room is no wearer id, so no wearer's entity has the same identity
	m.roomFacts(o)
	m.roomButtons(o.Topics)
	m.roomChoices(o)
	m.roomNumbers(o.Topics)
	m.roomTriggers(o.Topics)
	return bundle{
		Device:     device{IDs: []string{hub}, Name: deviceName(o.roomName(), "Room", m.made), Manufacturer: "hubd", Model: "Room", Software: o.Version, Serial: o.Mark},
		Origin:     origin{Name: "hubd", Software: o.Version, URL: o.URL},
		Components: m.made,
	}
}

func (m *maker) roomFacts(o Options) {
	t := o.Topics
	m.add("in_use", "binary_sensor", component{Name: "In use", Icon: "mdi:bed", StateTopic: t.RoomSession,
		ValueTemplate: template(plainTemplate, "active"), PayloadOn: "True", PayloadOff: "False", DeviceClass: "occupancy"})
	m.add("event", "event", component{Name: "Event", Icon: "mdi:bell-outline", StateTopic: t.RoomEvent, EventTypes: roomEvents(o)})
	m.add("online", "binary_sensor", component{Name: "Online", StateTopic: t.HubStatus, PayloadOn: "online", PayloadOff: "offline",
		DeviceClass: "connectivity", Category: "diagnostic"})
	m.always("online")
	m.add("version", "sensor", component{Name: "Version", Icon: "mdi:tag-outline", StateTopic: t.HubStatus,
		ValueTemplate: "{{ '" + plainVersion(o.Version) + "' }}", Category: "diagnostic"})
}

// roomEvents are the moments that the room may tell of.
func roomEvents(o Options) []string {
	events := []string{"check_in", "session_started", "session_ended", "command_refused", "reminder"}
	if o.allShareState() {
		events = append(events, "settled", "practice_done")
	}
	return events
}

// roomTriggers makes of those moments that people want to act on a choice in the automation editor, which shows them as
// "session" started. All of them stand there whatever is shared: one that is taken away and comes back makes Home Assistant
// (2026.11) complain at its next reload, and a moment that may not be told is never sent.
func (m *maker) roomTriggers(t Topics) {
	for _, on := range []struct{ event, subtype, happens string }{
		{"check_in", "check-in", "asked"},
		{"session_started", "session", "started"},
		{"session_ended", "session", "ended"},
		{"reminder", "quiet moment", "offered"},
		{"settled", "everyone", "settled"},
		{"practice_done", "practice", "done"},
	} {
		m.made["on_"+on.event] = component{Platform: triggerPlatform, AutomationType: "trigger", Topic: t.RoomEvent, QoS: 1,
			ValueTemplate: template(plainTemplate, "event_type"), Payload: on.event, Type: on.happens, Subtype: on.subtype}
	}
}

// plainVersion keeps what may stand between quotes in a template.
func plainVersion(v string) string {
	var kept []rune
	for _, r := range v {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || slices.Contains([]rune(".-+_~"), r) {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		return "unknown"
	}
	return string(kept)
}

func (m *maker) roomButtons(t Topics) {
	for _, b := range []struct {
		name    pipeline.CommandName
		says    string
		icon    string
		payload string
	}{
		{pipeline.CommandPause, "Pause", "mdi:pause", "PRESS"},
		{pipeline.CommandEndSession, "End session", "mdi:stop", "PRESS"},
		{pipeline.CommandStopPractice, "Stop practice", "mdi:stop-circle-outline", "PRESS"},
		{pipeline.CommandCheckIn, "Ask for a check-in", "mdi:comment-question-outline", "PRESS"},
	} {
		m.button(string(b.name), b.says, b.icon, t.RoomSet(string(b.name)), b.payload)
	}
	answer := t.RoomSet(string(pipeline.CommandAnswer))
	for _, a := range []struct{ word, says, icon string }{
		{"space", "Answer: space", "mdi:arrow-expand-horizontal"},
		{"touch", "Answer: touch", "mdi:hand-heart-outline"},
		{"reassurance", "Answer: reassurance", "mdi:comment-outline"},
		{"fine_for_now", "Answer: fine for now", "mdi:check"},
		{"stop", "Answer: stop", "mdi:hand-back-right-outline"},
	} {
		m.button("answer_"+a.word, a.says, a.icon, answer, a.word)
	}
}

func (m *maker) roomChoices(o Options) {
	t := o.Topics
	m.add("cues", "switch", component{Name: "Cues", Icon: "mdi:lightbulb-auto-outline", StateTopic: t.RoomState,
		ValueTemplate: template(plainTemplate, "cues"), StateOn: "True", StateOff: "False",
		CommandTopic: t.RoomSet(string(pipeline.CommandCues)), PayloadOn: "ON", PayloadOff: "OFF"})
	m.add("scene", "select", component{Name: "Scene", Icon: "mdi:palette-outline", StateTopic: t.RoomState,
		ValueTemplate: template(plainTemplate, "scene"), CommandTopic: t.RoomSet(string(pipeline.CommandScene)),
		Options: append([]string{"auto"}, o.Scenes...)})
	if len(o.Practices) > 0 {
		m.add("practice", "select", component{Name: "Practice", Icon: "mdi:meditation", StateTopic: t.RoomState,
			ValueTemplate: template(plainTemplate, "practice"), CommandTopic: t.RoomSet(string(pipeline.CommandPractice)),
			Options: slices.Clone(o.Practices)})
	}
}

func (m *maker) roomNumbers(t Topics) {
	for _, n := range []struct {
		name            pipeline.CommandName
		says, icon      string
		unit            string
		least, most, by float64
	}{
		{pipeline.CommandBreathPace, "Breath pace", "mdi:weather-windy", "1/min", 4.5, 7, 0.1},
		{pipeline.CommandNightCeiling, "Night ceiling", "mdi:brightness-4", "%", 0, 100, 1},
		{pipeline.CommandVolumeCap, "Volume cap", "mdi:volume-medium", "dB", -60, 0, 1},
	} {
		m.add(string(n.name), "number", component{Name: n.says, Icon: n.icon, Unit: n.unit, StateTopic: t.RoomState,
			ValueTemplate: template(plainTemplate, string(n.name)), CommandTopic: t.RoomSet(string(n.name)),
			Min: &n.least, Max: &n.most, Step: n.by, InputMode: "slider", Category: "config"})
	}
}
