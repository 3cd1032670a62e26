package device_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/mqtt/device"
	"hubd/room"
)

// The lists, as zigbee2mqtt 2.x tells them; what does not matter here is shortened.
const (
	bridgeDevices = `[
 {"ieee_address":"0x01","type":"Coordinator","friendly_name":"Coordinator","supported":true,"definition":null},
 {"ieee_address":"0x02","type":"Router","friendly_name":"bed","definition":{"model":"LED1836G9","vendor":"IKEA","exposes":[
  {"type":"light","features":[{"name":"state","property":"state","type":"binary","value_on":"ON"},{"name":"brightness","property":"brightness","type":"numeric","value_min":0,"value_max":254}]},
  {"name":"linkquality","property":"linkquality","type":"numeric","value_min":0,"value_max":255}]}},
 {"ieee_address":"0x03","type":"Router","friendly_name":"room/shelf","definition":{"model":"LED1732G11","vendor":"IKEA","exposes":[
  {"type":"enum","name":"power_on_behavior","property":"power_on_behavior","values":["off","on"]},
  {"type":"light","features":[{"name":"brightness","property":"brightness","type":"numeric","value_min":0,"value_max":254},
   {"name":"color_temp","property":"color_temp","type":"numeric","unit":"mired","value_min":250,"value_max":454},
   {"name":"color_temp_startup","property":"color_temp_startup","type":"numeric","value_min":250,"value_max":454}]}]}},
 {"ieee_address":"0x04","type":"Router","friendly_name":"strip","definition":{"model":"929003574201","vendor":"Philips","exposes":[
  {"type":"light","features":[{"name":"color_temp","property":"color_temp","type":"numeric","value_min":153,"value_max":500},
   {"name":"color_xy","property":"color","type":"composite","features":[{"name":"x","property":"x","type":"numeric"}]}]}]}},
 {"ieee_address":"0x05","friendly_name":"odd","definition":{"exposes":[{"type":"light","features":[{"property":"color_temp"}]}]}},
 {"ieee_address":"0x06","friendly_name":"button","definition":{"exposes":[{"type":"enum","property":"action"}]}}]`

	bridgeGroups = `[
 {"id":1,"friendly_name":"all","members":[{"ieee_address":"0x02","endpoint":1},{"ieee_address":"0x03","endpoint":1},{"ieee_address":"0x04","endpoint":11}]},
 {"id":2,"friendly_name":"whites","members":[{"ieee_address":"0x02","endpoint":1}]},
 {"id":3,"friendly_name":"unsure","members":[{"ieee_address":"0x03","endpoint":1},{"ieee_address":"0x05","endpoint":1}]},
 {"id":4,"friendly_name":"empty","members":[]}]`
)

func zigbeeLamp(t testing.TB, topic string) *device.Lamp {
	return must(t, device.Options{Lamp: "l", Dialect: device.Zigbee2MQTT, Topic: topic})
}

func heardBridge(t testing.TB) *device.Bridge {
	t.Helper()
	b := device.NewBridge("zigbee2mqtt")
	for topic, payload := range map[string]string{"zigbee2mqtt/bridge/devices": bridgeDevices, "zigbee2mqtt/bridge/groups": bridgeGroups} {
		if mine, err := b.Hear(topic, []byte(payload)); !mine || err != nil {
			t.Fatal(mine, err)
		}
	}
	return b
}

func TestABridgeTellsWhatItsLampsCanDo(t *testing.T) {
	b := heardBridge(t)
	none := room.Whites{Known: true, None: true}
	for _, row := range []struct {
		name, topic string
		want        room.Whites
	}{
		{"one white", "zigbee2mqtt/bed", none},
		{"a colour temperature, under a name with a slash", "zigbee2mqtt/room/shelf", room.Whites{Known: true, Min: 1e6 / 454.0, Max: 4000}},
		{"colours and a colour temperature", "zigbee2mqtt/strip", room.Whites{Known: true, Min: 2000, Max: 1e6 / 153.0}},
		{"a range that is not told", "zigbee2mqtt/odd", room.Whites{}},
		{"no light at all", "zigbee2mqtt/button", room.Whites{}},
		{"a name that nobody has", "zigbee2mqtt/nobody", room.Whites{}},
		{"another zigbee2mqtt", "other/bed", room.Whites{}},
		{"a group does what its lamps share", "zigbee2mqtt/all", room.Whites{Known: true, Min: 1e6 / 454.0, Max: 4000}},
		{"a group of whites", "zigbee2mqtt/whites", none},
		{"a group with a lamp whose range is not told", "zigbee2mqtt/unsure", room.Whites{}},
		{"a group of nobody", "zigbee2mqtt/empty", room.Whites{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if d := cmp.Diff(row.want, b.Whites(zigbeeLamp(t, row.topic))); d != "" {
				t.Error(d)
			}
		})
	}
	if got := b.Whites(must(t, strip())); got.Known {
		t.Errorf("a lamp with WLED: %+v", got)
	}
}

func TestABridgeTellsWhoBelongsToAGroup(t *testing.T) {
	b := heardBridge(t)
	bed, strip, all, whites := zigbeeLamp(t, "zigbee2mqtt/bed"), zigbeeLamp(t, "zigbee2mqtt/strip"), zigbeeLamp(t, "zigbee2mqtt/all"), zigbeeLamp(t, "zigbee2mqtt/whites")
	for _, row := range []struct {
		name  string
		l, in *device.Lamp
		want  bool
	}{
		{"a member", bed, all, true}, {"another member", strip, all, true}, {"no member", strip, whites, false},
		{"a group is in no lamp", all, bed, false}, {"a lamp is not in itself", bed, bed, false},
	} {
		if got := b.Inside(row.l, row.in); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestWhereABridgeMayBe(t *testing.T) {
	for topic, want := range map[string][]string{
		"zigbee2mqtt/bed": {"zigbee2mqtt"}, "home/zigbee2mqtt/room/bed": {"home", "home/zigbee2mqtt", "home/zigbee2mqtt/room"},
	} {
		if d := cmp.Diff(want, device.BridgesOf(zigbeeLamp(t, topic))); d != "" {
			t.Errorf("%s: %s", topic, d)
		}
	}
	if got := device.BridgesOf(must(t, strip())); got != nil {
		t.Errorf("a lamp with WLED: %v", got)
	}
}

func TestListsThatAreRefusedChangeNothing(t *testing.T) {
	for name, payload := range map[string]string{
		"text": "hello", "an object": `{}`, "nothing": ``, "half a list": `[{"friendly_name":"bed"}`, "a list of numbers": `[1]`,
		"more devices than Zigbee bears": "[" + strings.Repeat(`{"friendly_name":"bed"},`, 1000) + `{}]`,
	} {
		b := heardBridge(t)
		for _, topic := range b.Topics() {
			mine, err := b.Hear(topic, []byte(payload))
			if !mine || err == nil || !strings.Contains(err.Error(), topic) {
				t.Errorf("%s on %s: %v, %v", name, topic, mine, err)
			}
		}
		if !b.Whites(zigbeeLamp(t, "zigbee2mqtt/all")).Known {
			t.Errorf("%s: the lists are gone", name)
		}
	}
	if mine, err := device.NewBridge("zigbee2mqtt").Hear("zigbee2mqtt/bed", nil); mine || err != nil {
		t.Errorf("a lamp's own topic: %v, %v", mine, err)
	}
}

func TestALongListIsRead(t *testing.T) {
	var s strings.Builder
	s.WriteString("[")
	for i := range 500 {
		fmt.Fprintf(&s, `{"ieee_address":"0x%x","friendly_name":"n%d","endpoints":{"1":{"bindings":[%q]}},"definition":{"exposes":[]}},`, 100+i, i, strings.Repeat("x", 1000))
	}
	s.WriteString(strings.TrimPrefix(bridgeDevices, "["))
	b := device.NewBridge("zigbee2mqtt")
	if _, err := b.Hear("zigbee2mqtt/bridge/devices", []byte(s.String())); err != nil {
		t.Fatal(err)
	}
	if len(s.String()) < 500_000 || len(s.String()) > device.MaxBridge || !b.Whites(zigbeeLamp(t, "zigbee2mqtt/strip")).Known {
		t.Errorf("%d bytes, and the last lamp of them is not known", len(s.String()))
	}
}

func FuzzBridge(f *testing.F) {
	f.Add(bridgeDevices, bridgeGroups)
	f.Add(`[{"friendly_name":"bed","ieee_address":"1","definition":{"exposes":[{"type":"light","features":[{"property":"color_temp","value_min":1e-9,"value_max":1e300}]}]}}]`, `[{"friendly_name":"g","members":[{"ieee_address":"1"}]}]`)
	f.Add(`[null]`, `[{"members":null}]`)
	lamps := []*device.Lamp{zigbeeLamp(f, "zigbee2mqtt/bed"), zigbeeLamp(f, "zigbee2mqtt/all"), zigbeeLamp(f, "zigbee2mqtt/g")}
	f.Fuzz(func(t *testing.T, devices, groups string) {
		b := device.NewBridge("zigbee2mqtt")
		_, _ = b.Hear("zigbee2mqtt/bridge/devices", []byte(devices))
		_, _ = b.Hear("zigbee2mqtt/bridge/groups", []byte(groups))
		for _, l := range lamps {
			if w := b.Whites(l); w.Known && !w.None && !(w.Min > 0 && w.Min <= w.Max && w.Max <= 1e6) {
				t.Fatalf("whites %+v", w)
			}
		}
	})
}
