package hub_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
)

// The hub under test: a shares everything and may be started by MQTT, b shares nothing and may not.
const (
	hubPassword = "only for hubd 7Wq"
	lampTopic   = "zigbee2mqtt/bed"
	hubConfig   = `
hub: {id: test, name: Bedroom}
mqtt: {url: "mqtt://127.0.0.1:%d", username: hubd, password_file: password}
buses: {main: {i2c: "1"}}
chips:
  adc-a: {kind: ads1115, bus: main, address: 0x48, supply_v: 3.3}
  adc-b: {kind: ads1115, bus: main, address: 0x49, supply_v: 3.3}
wearers:
  - id: a
    share: full
    keep: rest
    start_from: [boot, mqtt]
    pulse: {chip: adc-a, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096}
    eda: {chip: adc-a, channel: 1, kind: grove, rate_hz: 25, full_scale_v: 4.096}
    comfort: {steady: false}
  - id: b
    share: none
    keep: rest
    start_from: [button, page]
    pulse: {chip: adc-b, channel: 0, kind: ppg, rate_hz: 250, full_scale_v: 4.096}
    eda: {chip: adc-b, channel: 1, kind: grove, rate_hz: 25, full_scale_v: 4.096}
room:
  private: true
  lamps: [{id: bed, dialect: zigbee2mqtt, topic: ` + lampTopic + `}]
history: {path: state/history.db}
web: {listen: none}
log: {level: debug}
`
)

const (
	stateLevelKeys = "state confidence unknown_reason contact problem"
	fullLevelKeys  = "arousal vagal heart_rate_bpm rmssd_ms rsa_ln_ms2 breathing_per_min scl_microsiemens scr_per_min pulse_quality " +
		"eda_quality session_s recovery_half_life_s coregulation_r reasons"
)

// evening is one run of a hub against a broker, lived through step by step.
type evening struct {
	life        *testing.T // the whole test
	binary, dir string
	broker      *mosquitto
	hub         *process
	log         printed // of every run of the hub
	ears        *watcher
}

// needMosquitto gives the program to test, or skips where it or the broker is not here.
func needMosquitto(t *testing.T) (binary string) {
	t.Helper()
	if binary = os.Getenv("HUBD_BINARY"); binary == "" {
		t.Skip("HUBD_BINARY names no program to test: make test-mqtt does")
	}
	for _, program := range []string{"mosquitto", "mosquitto_passwd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not here: install the package mosquitto", program)
		}
	}
	return binary
}

// TestMosquitto runs the program against a real broker. Each step begins where the one before it ended.
func TestMosquitto(t *testing.T) {
	binary := needMosquitto(t)
	e := &evening{life: t, binary: binary, dir: t.TempDir()}
	for _, step := range []struct {
		name string
		live func(*testing.T, *evening)
	}{
		{"a wrong password is told once and tried again", wrongPassword},
		{"hub and wearers say that they are there", statuses},
		{"discovery describes the room and each wearer, bounded by what they share", discovery},
		{"a state has every key in order, and only null at share none", states},
		{"a session starts by MQTT only where start_from allows it", sessionByMQTT},
		{"the broker keeps discovery and availability, nothing else", onlyAvailabilityIsKept},
		{"pause by MQTT stops sensing, withdraws every value and reaches the lamp", pauseByMQTT},
		{"resume by MQTT senses again", resumeByMQTT},
		{"what cannot be obeyed is answered by one refusal each", refusals},
		{"a lowered share withdraws entities and values, and comes back", loweredShare},
		{"a private session tells nothing but that the room is in use", privateSession},
		{"Home Assistant's birth brings discovery, then states", birth},
		{"a killed hub is offline by its last will", lastWill},
		{"a hub that was paused is paused after its restart, and a retained resume is refused", pausedAfterRestart},
		{"a broker that forgot everything is told everything, and commands work again", brokerRestart},
		{"a stopped hub says offline itself and exits with 0", orderlyEnd},
		{"every lamp command has one attribute and a transition", lampCommands},
		{"no topic but a wearer's state carries a measurement", measurementsInPlace},
		{"the log tells each change once, and nothing of a body or a password", quietLog},
	} {
		ok := t.Run(step.name, func(t *testing.T) { step.live(t, e) })
		if !ok {
			t.Fatalf("the steps after it would not begin where they should. The hub's log:\n%s\nthe broker's:\n%s", &e.log, &e.broker.log)
		}
	}
}

func topic(parts ...string) string { return "hubd/test/" + strings.Join(parts, "/") }

func configText(wearer string) string {
	if wearer == "" {
		return "homeassistant/device/hubd_test/config"
	}
	return "homeassistant/device/hubd_test_" + wearer + "/config"
}

// kept are the topics that the broker is to keep.
func kept() []string {
	return []string{configText(""), configText("a"), configText("b"), topic("a", "status"), topic("b", "status"), topic("status")}
}

func is(word string) func(string) bool { return func(payload string) bool { return payload == word } }

// stateFields reads a JSON object into its values, with the keys in their order.
func stateFields(t *testing.T, payload string) (keys []string, values map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal([]byte(payload), &values); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	d := json.NewDecoder(strings.NewReader(payload))
	_, _ = d.Token()
	for d.More() {
		key, _ := d.Token()
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
	}
	return keys, values
}

// known tells whether some of the keys of a message are not null.
func known(t *testing.T, keys ...string) func(string) bool {
	return func(payload string) bool {
		_, values := stateFields(t, payload)
		return slices.ContainsFunc(keys, func(k string) bool { return string(values[k]) != "null" })
	}
}

// silent tells whether every one of the keys is null.
func silent(t *testing.T, keys ...string) func(string) bool {
	some := known(t, keys...)
	return func(payload string) bool { return !some(payload) }
}

func allKeys() []string { return strings.Fields(stateLevelKeys + " " + fullLevelKeys) }

// component is the part of an entity's description that matters here.
type component struct {
	Platform string `json:"p"`
	State    string `json:"state_topic"`
	Template string `json:"value_template"`
	Command  string `json:"command_topic"`
}

func components(t *testing.T, payload string) map[string]component {
	t.Helper()
	var b struct {
		Components map[string]component `json:"cmps"`
	}
	if err := json.Unmarshal([]byte(payload), &b); err != nil {
		t.Fatalf("%v: %s", err, payload)
	}
	return b.Components
}

func (e *evening) startHub(t *testing.T) {
	t.Helper()
	e.hub = startProcess(t, e.life, &e.log, e.binary, "run", "--simulate", "stress", "--config", filepath.Join(e.dir, "config.yaml"),
		"--socket", filepath.Join(e.dir, "hubd.sock"))
}

// keptNow gives what the broker keeps at this moment. A message of the asker's own comes after all that is kept.
func (e *evening) keptNow(t *testing.T, asker string) map[string]string {
	t.Helper()
	w := e.broker.watch(t, asker, "#")
	w.send(t, "test/"+asker, "that was all")
	w.await(t, 0, "test/"+asker, "the asker's own message", nil)
	all := map[string]string{}
	for _, in := range w.since(0, "") {
		if in.Retained {
			all[in.Topic] = string(in.Payload)
		}
	}
	return all
}

func (e *evening) expectKept(t *testing.T, asker string) map[string]string {
	t.Helper()
	all := e.keptNow(t, asker)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := kept(); !slices.Equal(names, want) {
		t.Errorf("the broker keeps\n%s\nwanted\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
	return all
}

func wrongPassword(t *testing.T, e *evening) {
	e.broker = newMosquitto(t, e.life, e.dir)
	e.broker.start(t)
	e.ears = e.broker.watch(t, "ears", "hubd/#", "homeassistant/#", lampTopic+"/#")
	e.broker.putLamp(t, lampTopic)
	e.ears.await(t, 0, lampTopic, "the lamp", nil)
	write(t, filepath.Join(e.dir, "config.yaml"), fmt.Sprintf(hubConfig, e.broker.port))
	write(t, filepath.Join(e.dir, "password"), "not this one\n")
	if err := os.Mkdir(filepath.Join(e.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	e.startHub(t)
	e.broker.log.await(t, "not authorised", 2)
	if n := e.log.count("no broker"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &e.log)
	}
	write(t, filepath.Join(e.dir, "password"), hubPassword+"\n")
	e.log.await(t, "broker connected", 1)
}

func statuses(t *testing.T, e *evening) {
	e.ears.await(t, 0, topic("status"), "online", is("online"))
	if first := e.ears.await(t, 0, topic("a", "status"), "a status", nil); first != "online" {
		t.Errorf("a has boot in start_from and is called %s at first", first)
	}
	e.ears.await(t, 0, topic("b", "status"), "paused, for nobody has started b", is("paused"))
}

func discovery(t *testing.T, e *evening) {
	seen := map[string]map[string]component{}
	for _, wearer := range []string{"", "a", "b"} {
		payload := e.ears.await(t, 0, configText(wearer), "a description", nil)
		if err := homeassistant.Validate(mqtt.Message{Topic: configText(wearer), Payload: []byte(payload), QoS: 1, Retain: true}); err != nil {
			t.Error(err)
		}
		seen[wearer] = components(t, payload)
	}
	for _, key := range []string{"sensing", "state", "heart_rate", "scl", "resume", "start_session"} {
		if _, there := seen["a"][key]; !there {
			t.Errorf("a, who shares everything and may be started by MQTT, has no %s", key)
		}
	}
	e.ears.await(t, 0, configText("b"), "what an earlier run may have described taken back", func(p string) bool {
		return components(t, p)["heart_rate"] == component{Platform: "sensor"}
	})
	if c := seen[""]["pause"]; c.Command != topic("room", "set", "pause") {
		t.Errorf("the room's pause button: %+v", c)
	}
	for key, c := range seen["b"] {
		if c.State != "" && c.State != topic("b", "status") || strings.HasSuffix(c.Command, "/resume") {
			t.Errorf("b shares nothing and may not be started by MQTT, but has %s: %+v", key, c)
		}
	}
}

func states(t *testing.T, e *evening) {
	a := e.ears.await(t, 0, topic("a", "state"), "a heart rate", known(t, "heart_rate_bpm"))
	b := e.ears.await(t, 0, topic("b", "state"), "a state", nil)
	for _, payload := range []string{a, b} {
		if keys, _ := stateFields(t, payload); !slices.Equal(keys, allKeys()) {
			t.Errorf("keys %q, wanted %q", keys, allKeys())
		}
	}
	if !silent(t, allKeys()...)(b) {
		t.Errorf("b shares nothing, but: %s", b)
	}
}

func sessionByMQTT(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.ears.send(t, topic("b", "set", "start_session"), "alone")
	refusal := e.ears.await(t, from, topic("b", "event"), "a refusal", nil)
	if !strings.Contains(refusal, `"event_type":"command_refused","name":"start_session"`) {
		t.Errorf("got %s", refusal)
	}
	e.ears.send(t, topic("a", "set", "start_session"), "alone")
	e.ears.await(t, from, topic("room", "event"), "the start", is(`{"event_type":"session_started","kind":"alone"}`))
	e.ears.await(t, from, topic("room", "session"), "in use", is(`{"active":true,"kind":"alone"}`))
	e.ears.await(t, from, topic("room", "cue"), "the base scene", func(p string) bool { return strings.HasPrefix(p, `{"scene":"base"`) })
	e.ears.await(t, from, lampTopic+"/set", "the base scene", func(p string) bool { return strings.Contains(p, "brightness") })
}

func onlyAvailabilityIsKept(t *testing.T, e *evening) {
	all := e.expectKept(t, "newcomer")
	if all[topic("status")] != "online" || all[topic("a", "status")] != "online" || all[topic("b", "status")] != "paused" {
		t.Errorf("kept: %v", all)
	}
}

func pauseByMQTT(t *testing.T, e *evening) {
	from, began := e.ears.mark(), time.Now()
	e.ears.send(t, topic("room", "set", "pause"), "PRESS")
	e.ears.await(t, from, lampTopic+"/set", "the pause light", nil)
	t.Logf("the lamp was asked %d ms after the pause was sent", time.Since(began).Milliseconds())
	e.ears.await(t, from, topic("a", "status"), "paused", is("paused"))
	e.ears.await(t, from, topic("a", "state"), "only null", silent(t, allKeys()...))
	e.ears.await(t, from, topic("room", "cue"), "the pause scene", func(p string) bool { return strings.HasPrefix(p, `{"scene":"pause"`) })
}

func resumeByMQTT(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.ears.send(t, topic("a", "set", "resume"), "PRESS")
	e.ears.await(t, from, topic("a", "status"), "online", is("online"))
	e.ears.await(t, from, topic("a", "state"), "values", known(t, "state"))
	if n := len(e.ears.since(from, topic("b", "status"))); n != 0 {
		t.Errorf("a's resume said something of b %d times", n)
	}
}

func refusals(t *testing.T, e *evening) {
	from := e.ears.mark()
	want := map[string][]string{}
	for _, c := range []struct{ target, name, payload, answered string }{
		{"room", "dance", "PRESS", "room"},
		{"room", "breath_pace", "fast", "room"},
		{"room", "night_ceiling", "101", "room"},
		{"room", "scene", strings.Repeat("x", 5000), "room"},
		{"room", "scene", strings.Repeat("x", 40_000), "room"},
		{"c", "resume", "PRESS", "room"},
		{"a", "share", "everything", "a"},
		{"a", "sensing", "", "a"},
		{"a", "scene", "PRESS", "a"},
		{"b", "sensing", "ON", "b"},
		{"b", "share", "full", "b"},
		{"room", "last", "", "room"}, // after these no answer is outstanding
		{"a", "last", "", "a"},
		{"b", "last", "", "b"},
	} {
		e.ears.send(t, topic(c.target, "set", c.name), c.payload)
		want[c.answered] = append(want[c.answered], c.name)
	}
	for answered, names := range want {
		e.ears.await(t, from, topic(answered, "event"), "the last refusal", func(p string) bool { return strings.Contains(p, `"name":"last"`) })
		var got []string
		for _, in := range e.ears.since(from, topic(answered, "event")) {
			_, values := stateFields(t, string(in.Payload))
			if string(values["event_type"]) == `"command_refused"` {
				got = append(got, strings.Trim(string(values["name"]), `"`))
			}
		}
		slices.Sort(got)
		slices.Sort(names)
		if !slices.Equal(got, names) {
			t.Errorf("%s: refused %q, wanted %q", answered, got, names)
		}
	}
}

func loweredShare(t *testing.T, e *evening) {
	lower := func(share string) int {
		from := e.ears.mark()
		e.ears.send(t, topic("a", "set", "share"), share)
		return from
	}
	from := lower("state")
	e.ears.await(t, from, configText("a"), "the heart rate taken away", func(p string) bool {
		return components(t, p)["heart_rate"] == component{Platform: "sensor"}
	})
	e.ears.await(t, from, configText("a"), "a description without it, but with the state", func(p string) bool {
		_, has := components(t, p)["heart_rate"]
		_, state := components(t, p)["state"]
		return state && !has
	})
	e.ears.await(t, from, topic("a", "state"), "the state alone", func(p string) bool {
		return known(t, "state")(p) && silent(t, strings.Fields(fullLevelKeys)...)(p)
	})
	from = lower("none")
	e.ears.await(t, from, configText("a"), "a description without the state", func(p string) bool {
		_, has := components(t, p)["state"]
		return !has
	})
	e.ears.await(t, from, topic("a", "state"), "only null", silent(t, allKeys()...))
	from = lower("full")
	e.ears.await(t, from, configText("a"), "the heart rate again", func(p string) bool { return components(t, p)["heart_rate"].State != "" })
	e.ears.await(t, from, topic("a", "state"), "quality again", known(t, "pulse_quality"))
	for _, in := range e.ears.since(0, configText("a")) {
		if err := homeassistant.Validate(mqtt.Message{Topic: in.Topic, Payload: in.Payload, QoS: 1, Retain: true}); err != nil {
			t.Error(err)
		}
	}
}

func privateSession(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.ears.send(t, topic("room", "set", "end_session"), "PRESS")
	e.ears.await(t, from, topic("room", "event"), "the end", func(p string) bool { return strings.Contains(p, "session_ended") })
	e.ears.await(t, from, topic("room", "session"), "the scene after it, of no kind", is(`{"active":true}`)) // else the next is no change to tell
	from = e.ears.mark()
	e.ears.send(t, topic("a", "set", "start_session"), "together")
	e.ears.await(t, from, topic("room", "event"), "a start without its kind", is(`{"event_type":"session_started"}`))
	e.ears.await(t, from, topic("a", "state"), "only null", silent(t, allKeys()...))
	out, err := exec.Command(e.binary, "start", "--wearer", "b", "--socket", filepath.Join(e.dir, "hubd.sock")).CombinedOutput()
	if err != nil {
		t.Fatalf("b cannot join on the Pi itself: %v\n%s", err, out)
	}
	e.ears.await(t, from, topic("b", "status"), "sensing is on", is("online"))
	e.ears.await(t, from, topic("room", "cue"), "a cue without a scene", silent(t, "scene", "reason"))
	e.ears.await(t, from, topic("room", "state"), "a room without a scene", silent(t, "scene", "practice"))

	from = e.ears.mark() // from here on nothing may be told
	e.ears.send(t, topic("a", "set", "rest_start"), "PRESS")
	e.ears.send(t, topic("b", "set", "resume"), "PRESS")
	e.ears.await(t, from, topic("b", "event"), "a refusal", nil)
	e.ears.send(t, topic("room", "set", "end_session"), "PRESS")
	e.ears.await(t, from, topic("room", "event"), "the end without its kind", is(`{"event_type":"session_ended"}`))
	e.ears.await(t, from, topic("b", "status"), "sensing is off after the session", is("paused"))
	for _, in := range e.ears.since(from, "") {
		payload := string(in.Payload)
		switch {
		case in.Topic == topic("room", "event"):
			return // the session has ended
		case in.Topic == topic("a", "state") && known(t, allKeys()...)(payload),
			in.Topic == topic("room", "session") && payload != `{"active":true}`,
			strings.HasSuffix(in.Topic, "/event") && !strings.Contains(payload, "command_refused"),
			strings.HasPrefix(in.Topic, "homeassistant/"):
			t.Errorf("told of a private session: %s %s", in.Topic, payload)
		}
	}
}

func birth(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.ears.send(t, "homeassistant/status", "online")
	for _, name := range kept() {
		e.ears.await(t, from, name, "sent again", nil)
	}
	e.ears.await(t, from, topic("b", "state"), "sent again", nil)
	e.ears.await(t, from, topic("a", "state"), "sent again", nil)
	e.ears.await(t, from, topic("room", "session"), "sent again", nil)
	e.ears.await(t, from, topic("room", "state"), "sent again", nil)
	described := 0
	for _, in := range e.ears.since(from, "") {
		if strings.HasPrefix(in.Topic, "homeassistant/device/") {
			described++
		}
		if in.Topic == topic("b", "state") && described < 3 {
			t.Errorf("a state before the description of its entity: %d of 3 were sent", described)
		}
	}
}
