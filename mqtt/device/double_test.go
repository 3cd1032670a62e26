package device_test

import (
	"testing"

	"hubd/dsp"
	"hubd/mqtt/device"
	"hubd/room"
)

// The double and the codec must mean the same: what is encoded for the lamp comes back from it as a report.
func TestDoubleAnswersTheCodec(t *testing.T) {
	lamp, err := device.New(device.Options{Lamp: "bed", Dialect: device.Zigbee2MQTT, Topic: "zigbee2mqtt/bed"})
	if err != nil {
		t.Fatal(err)
	}
	double := device.NewDouble("zigbee2mqtt/bed", 80, 2700)
	for _, c := range []struct {
		command            room.LampCommand
		brightness, kelvin float64
	}{
		{room.LampCommand{Lamp: "bed", Brightness: dsp.Some(30), Transition: 2e9}, 30, 2700},
		{room.LampCommand{Lamp: "bed", Kelvin: dsp.Some(2200), Transition: 2e9}, 30, 2200},
	} {
		sent, err := lamp.Encode(nil, c.command)
		if err != nil || len(sent) != 1 {
			t.Fatalf("encode %+v: %v, %d messages", c.command, err, len(sent))
		}
		said := double.Hear(sent[0].Topic, sent[0].Payload)
		if len(said) != 1 {
			t.Fatalf("%s %s: the lamp says %d messages, want 1", sent[0].Topic, sent[0].Payload, len(said))
		}
		r, ok, err := lamp.Decode(said[0].Topic, said[0].Payload)
		if err != nil || !ok {
			t.Fatalf("decode %s: %v %v", said[0].Payload, ok, err)
		}
		if !near(r.Brightness, c.brightness, 0.3) || !near(r.Kelvin, c.kelvin, 10) || r.On.Value != 1 {
			t.Errorf("after %s the lamp is %+v, want %g %% %g K", sent[0].Payload, r, c.brightness, c.kelvin)
		}
	}
}

func TestDoubleIgnoresWhatItDoesNotUnderstand(t *testing.T) {
	double := device.NewDouble("z/bed", 80, 2700)
	before := string(double.State().Payload)
	for _, m := range [][2]string{{"z/other/set", `{"brightness":1}`}, {"z/bed/set", `{"brightness":`}, {"z/bed/set", "ON"}} {
		if said := double.Hear(m[0], []byte(m[1])); said != nil {
			t.Errorf("%s %s: the lamp says %s", m[0], m[1], said[0].Payload)
		}
	}
	if after := string(double.State().Payload); after != before {
		t.Errorf("state is %s, want %s", after, before)
	}
}

func near(m dsp.Maybe, want, within float64) bool {
	return m.Known && m.Value >= want-within && m.Value <= want+within
}
