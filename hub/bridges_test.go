package hub

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/room"
)

const (
	twoDevices = `[{"ieee_address":"1","friendly_name":"bed","definition":{"exposes":[{"type":"light","features":[{"property":"brightness"}]}]}},
		{"ieee_address":"2","friendly_name":"shelf","definition":{"exposes":[{"type":"light","features":[{"property":"color_temp","value_min":250,"value_max":400}]}]}}]`
	bothInOne = `[{"friendly_name":"all","members":[{"ieee_address":"1"},{"ieee_address":"2"}]}]`
)

func TestWhatZigbee2mqttTellsOfItsLampsReachesTheRoom(t *testing.T) {
	const devices, groups = "zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/groups"
	bed := room.LampReport{Lamp: "bed", Whites: room.Whites{Known: true, None: true}}
	shelf := room.LampReport{Lamp: "shelf", Whites: room.Whites{Known: true, Min: 2500, Max: 4000}}
	all := room.LampReport{Lamp: "all", Whites: room.Whites{Known: true, Min: 2500, Max: 4000}}
	list := func(topic, payload string) mqtt.Inbound { return mqtt.Inbound{Topic: topic, Payload: []byte(payload)} }
	for _, row := range []struct {
		name  string
		lamps []string
		heard []mqtt.Inbound
		want  []room.LampReport
		log   string // told once; empty: nothing
	}{
		{"each lamp of the list", []string{"bed", "shelf"}, []mqtt.Inbound{list(devices, twoDevices)}, []room.LampReport{bed, shelf}, ""},
		{"a lamp that is not in it", []string{"door"}, []mqtt.Inbound{list(devices, twoDevices)}, nil, ""},
		{"a group, once both lists are there", []string{"all"}, []mqtt.Inbound{list(groups, bothInOne), list(devices, twoDevices)}, []room.LampReport{all}, ""},
		{"a lamp and its group", []string{"all", "bed"}, []mqtt.Inbound{list(devices, twoDevices), list(groups, bothInOne), list(groups, bothInOne)},
			[]room.LampReport{bed, all, bed, all, bed}, "lamp bed belongs to the group that lamp all is"},
		{"no list", []string{"bed"}, []mqtt.Inbound{list(devices, "{}"), list(devices, "{}")}, nil, "no JSON list"},
		{"too long a list", []string{"bed"}, []mqtt.Inbound{{Topic: devices, Oversize: true}, {Topic: devices, Oversize: true}}, nil, "longer than 2097152 bytes"},
		{"a list that was cleared", []string{"bed"}, []mqtt.Inbound{{Topic: devices}}, nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var lamps []*device.Lamp
			byID := lampsByID(t, row.lamps...)
			for _, id := range row.lamps {
				lamps = append(lamps, byID[id])
			}
			var got []room.LampReport
			var log bytes.Buffer
			b := newBridges(slog.New(slog.NewTextHandler(&log, nil)), lamps, func(r room.LampReport) { got = append(got, r) })
			for _, in := range row.heard {
				if !b.hear(in) {
					t.Errorf("%s is not taken", in.Topic)
				}
			}
			if d := cmp.Diff(row.want, got); d != "" {
				t.Error(d)
			}
			if n := strings.Count(log.String(), "\n"); (row.log == "") != (n == 0) || n > 1 || !strings.Contains(log.String(), row.log) {
				t.Errorf("log:\n%s\nwant %q, once", &log, row.log)
			}
		})
	}
}

func TestOnlyZigbeeLampsHaveABridge(t *testing.T) {
	strip, err := device.New(device.Options{Lamp: "strip", Dialect: device.WLED, Topic: "wled/strip"})
	if err != nil {
		t.Fatal(err)
	}
	b := newBridges(slog.New(slog.DiscardHandler), []*device.Lamp{strip, lampsByID(t, "bed")["bed"]}, nil)
	want := []string{"zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/groups"}
	if !slices.Equal(b.filters(), want) || len(b.large()) != 2 || b.large()[want[0]] != device.MaxBridge {
		t.Errorf("subscribes to %v, large %v", b.filters(), b.large())
	}
	if b.hear(mqtt.Inbound{Topic: "wled/bridge/devices"}) || b.hear(mqtt.Inbound{Topic: "zigbee2mqtt/bed"}) {
		t.Error("took what is no list")
	}
}
