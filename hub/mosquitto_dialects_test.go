package hub_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/mqtt/device/sim"
)

const lampsConfig = `
hub: {id: test}
mqtt: {url: "mqtt://127.0.0.1:%d", username: hubd, password_file: password}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main, supply_v: 3.3}}
wearers:
  - {id: a, share: none, start_from: [boot], pulse: {chip: adc, channel: 0, kind: ppg, full_scale_v: 4.096}, comfort: {steady: false}}
room:
  lamps:
    - {id: white, dialect: zigbee2mqtt, topic: zigbee2mqtt/white}
    - {id: tas, dialect: tasmota, topic: ceiling}
    - {id: esp, dialect: json, topic: desk/light/lamp/command}
history: {path: state/history.db}
web: {listen: none}
log: {level: debug}
`

// model is a lamp at the broker, in real time.
type model struct {
	mu     sync.Mutex
	lamp   sim.Lamp
	began  time.Time
	client *mqtt.Client
}

// say publishes what a lamp says; a lamp that is not heard is heard at its next word.
func (m *model) say(messages []mqtt.Message) {
	for _, message := range messages {
		_ = m.client.Publish(message)
	}
}

func (b *mosquitto) putModel(t *testing.T, id string, lamp sim.Lamp, first []mqtt.Message) *model {
	t.Helper()
	m := &model{lamp: lamp, began: time.Now()}
	ready := make(chan struct{})
	m.client = b.client(t, id, mqtt.Options{
		OnUp: func() []mqtt.Message { return first },
		OnInbound: func(in mqtt.Inbound) {
			<-ready
			m.mu.Lock()
			defer m.mu.Unlock()
			m.say(m.lamp.Hear(time.Since(m.began), in.Topic, in.Payload))
		},
	}, lamp.Topics()...)
	close(ready)
	return m
}

// hand is somebody at the lamp itself.
func (m *model) hand(to sim.Light) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.say(m.lamp.Hand(time.Since(m.began), to))
}

// longList is zigbee2mqtt's list with the lamp behind hundreds of other devices.
func longList(z *sim.Zigbee) mqtt.Message {
	m := z.Devices("zigbee2mqtt", "white")
	var s strings.Builder
	s.WriteString("[")
	for i := range 400 {
		fmt.Fprintf(&s, `{"ieee_address":"0x%x","friendly_name":"n%d","endpoints":{"1":%q},"definition":{"exposes":[]}},`, 16+i, i, strings.Repeat("x", 1000))
	}
	s.WriteString(strings.TrimPrefix(string(m.Payload), "["))
	m.Payload = []byte(s.String())
	return m
}

// TestMosquittoLamps lives an evening with three dialects at a real broker: a scene, a hand at one lamp, a pause.
func TestMosquittoLamps(t *testing.T) {
	binary := os.Getenv("HUBD_BINARY")
	if binary == "" {
		t.Skip("HUBD_BINARY names no program to test: make test-mqtt does")
	}
	if _, err := exec.LookPath("mosquitto"); err != nil {
		t.Skip("mosquitto is not here: install the package mosquitto")
	}
	e := &evening{life: t, binary: binary, dir: t.TempDir()}
	e.broker = newMosquitto(t, t, e.dir)
	e.broker.start(t)
	const white, tas, esp = "zigbee2mqtt/white", "cmnd/ceiling/Backlog0", "desk/light/lamp/command"
	e.ears = e.broker.watch(t, "ears", white+"/#", "cmnd/#", "desk/#", "hubd/test/#")
	on := sim.Light{On: true, Percent: 70, Kelvin: 3000}
	z := sim.NewZigbee(sim.ZigbeeOptions{Topic: white, Light: on})
	e.broker.putModel(t, "white", z, []mqtt.Message{longList(z), z.State()})
	ceiling := e.broker.putModel(t, "ceiling", sim.NewTasmota(sim.TasmotaOptions{Topic: "ceiling", Light: on}), nil)
	desk := sim.NewESPHome(sim.ESPHomeOptions{Device: "desk", Name: "lamp", Light: on})
	e.broker.putModel(t, "desk", desk, []mqtt.Message{desk.State()})
	if n := len(longList(z).Payload); n < 400_000 || n > device.MaxBridge {
		t.Fatalf("a list of %d bytes", n)
	}
	write(t, filepath.Join(e.dir, "config.yaml"), fmt.Sprintf(lampsConfig, e.broker.port))
	write(t, filepath.Join(e.dir, "password"), hubPassword+"\n")
	if err := os.Mkdir(filepath.Join(e.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	e.startHub(t)
	e.ears.await(t, 0, "cmnd/ceiling/State", "the question how it is", nil)
	e.ears.await(t, 0, white+"/get", "the question how it is", nil)

	from := e.ears.mark()
	e.ears.send(t, topic("room", "set", "scene"), "base")
	has := func(part string) func(string) bool { return func(p string) bool { return strings.Contains(p, part) } }
	e.ears.await(t, from, white+"/set", "a brightness", has(`"brightness"`))
	e.ears.await(t, from, tas, "a brightness", has(";Dimmer "))
	e.ears.await(t, from, esp, "a brightness", has(`"brightness"`))
	e.ears.await(t, from, tas, "a colour temperature", has(";CT "))
	e.ears.await(t, from, esp, "a colour temperature", has(`"color_temp"`))

	ceiling.hand(sim.Light{On: true, Percent: 100, Kelvin: 3000})
	mark := e.ears.mark()
	e.ears.send(t, topic("sync"), "") // comes back after the hand's report was handed to hubd
	e.ears.await(t, mark, topic("sync"), "the mark", nil)
	from = e.ears.mark()
	e.ears.send(t, topic("room", "set", "pause"), "PRESS")
	e.ears.await(t, from, white+"/set", "the pause light", has(`"brightness"`))
	e.ears.await(t, from, esp, "the pause light", has(`"brightness"`))
	e.hub.stop(t, syscall.SIGTERM)
	for _, in := range e.ears.since(from, tas) {
		t.Errorf("the lamp that a hand took was sent %s", in.Payload)
	}
	for _, in := range e.ears.since(0, white+"/set") {
		if strings.Contains(string(in.Payload), "color_temp") {
			t.Errorf("the lamp of one white was sent %s", in.Payload)
		}
	}
	if e.log.count("cannot be used whole")+e.log.count("is not understood") > 0 {
		t.Errorf("the log complains of the lamps:\n%s", &e.log)
	}
}
