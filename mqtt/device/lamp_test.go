package device_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/room"
)

func zigbee() device.Options {
	return device.Options{Lamp: "bed", Dialect: device.Zigbee2MQTT, Topic: "zigbee2mqtt/bed"}
}

func own() device.Options {
	return device.Options{Lamp: "bed", Dialect: device.Templated, Template: device.Template{
		BrightnessTopic: "lamp/set", Brightness: `{"bri":{{.Level}},"tt":{{.Seconds}}}`, Top: 255,
		KelvinTopic: "lamp/set", Kelvin: `{"ct":{{.Mired}},"ms":{{.Milliseconds}}}`,
		StateTopic: "lamp/state", OnKey: "light.on", BrightnessKey: "light.bri", KelvinKey: "light.ct", KelvinMired: true,
		AskTopic: "lamp/ask", AskPayload: "?",
	}}
}

func strip() device.Options {
	return device.Options{Lamp: "bed", Dialect: device.WLED, Topic: "wled/bed"}
}

func ceiling() device.Options {
	return device.Options{Lamp: "bed", Dialect: device.Tasmota, Topic: "bedlamp"}
}

func esp() device.Options {
	return device.Options{Lamp: "bed", Dialect: device.JSON, Topic: "esp/light/bed/command", StateTopic: "esp/light/bed/state", AvailabilityTopic: "esp/status"}
}

func must(t testing.TB, o device.Options) *device.Lamp {
	t.Helper()
	l, err := device.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func bright(percent float64, d time.Duration) room.LampCommand {
	return room.LampCommand{Lamp: "bed", Brightness: dsp.Some(percent), Transition: d}
}

func warm(kelvin float64, d time.Duration) room.LampCommand {
	return room.LampCommand{Lamp: "bed", Kelvin: dsp.Some(kelvin), Transition: d}
}

func TestEncode(t *testing.T) {
	ranged := zigbee()
	ranged.MinPercent, ranged.MaxPercent = 10, 60
	lighting, rooted, waking := esp(), ceiling(), ceiling()
	lighting.SwitchOn, waking.SwitchOn = true, true
	rooted.Topic = "home/%prefix%/bed/"
	percent := own()
	percent.Template.Brightness = "{{.Percent}} in {{.Seconds}}"
	percent.Template.Kelvin = "{{.Kelvin}}"
	for _, row := range []struct {
		name           string
		o              device.Options
		c              room.LampCommand
		topic, payload string
	}{
		{"brightness, of 254 steps", zigbee(), bright(30, 10*time.Second), "zigbee2mqtt/bed/set", `{"brightness":76,"transition":10}`},
		{"full brightness", zigbee(), bright(100, time.Second), "zigbee2mqtt/bed/set", `{"brightness":254,"transition":1}`},
		{"the least light is still light", zigbee(), bright(0.1, time.Second), "zigbee2mqtt/bed/set", `{"brightness":2,"transition":1}`},
		{"only nothing is off", zigbee(), bright(0, time.Second), "zigbee2mqtt/bed/set", `{"brightness":0,"transition":1}`},
		{"colour temperature in mired", zigbee(), warm(2200, 4250*time.Millisecond), "zigbee2mqtt/bed/set", `{"color_temp":455,"transition":4.3}`},
		{"half of the lamp's own range", ranged, bright(50, time.Second), "zigbee2mqtt/bed/set", `{"brightness":89,"transition":1}`},
		{"the bottom of it", ranged, bright(0.1, time.Second), "zigbee2mqtt/bed/set", `{"brightness":26,"transition":1}`},
		{"nothing is off there too", ranged, bright(0, time.Second), "zigbee2mqtt/bed/set", `{"brightness":0,"transition":1}`},
		{"WLED: brightness, of 255 steps, and a transition in tenths", strip(), bright(30, 10*time.Second), "wled/bed/api", `{"bri":77,"tt":100}`},
		{"WLED: a transition of two minutes would overflow", strip(), bright(30, 2*time.Minute), "wled/bed/api", `{"bri":77,"tt":655}`},
		{"WLED: off, at which it keeps its brightness for later", strip(), bright(0, time.Second), "wled/bed/api", `{"on":false,"tt":10}`},
		{"WLED: a white of every selected segment", strip(), warm(2200, 4250*time.Millisecond), "wled/bed/api", `{"seg":{"col":[2200]},"tt":43}`},
		{"Tasmota: a fade of ten seconds in half seconds", ceiling(), bright(30, 10*time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 20;Dimmer 30"},
		{"Tasmota: 20 s is the slowest", ceiling(), bright(30, time.Minute), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 40;Dimmer 30"},
		{"Tasmota: never faster than 20 points a second", ceiling(), bright(0.1, time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 10;Dimmer 1"},
		{"Tasmota: mired", ceiling(), warm(2200, 10*time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 20;CT 455"},
		{"Tasmota: mired that it knows", ceiling(), warm(1500, 10*time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 20;CT 500"},
		{"Tasmota: another FullTopic", rooted, bright(30, 10*time.Second), "home/cmnd/bed/Backlog0", "Fade 1;Speed2 20;Dimmer 30"},
		{"Tasmota: that may be switched on, whatever its SetOption20 is", waking, bright(30, 10*time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 20;Dimmer 30;Power ON"},
		{"Tasmota: off", waking, bright(0, 10*time.Second), "cmnd/bedlamp/Backlog0", "Fade 1;Speed2 20;Dimmer 0"},
		{"JSON: brightness without a word of on", esp(), bright(30, 10*time.Second), "esp/light/bed/command", `{"brightness":77,"transition":10}`},
		{"JSON: that may be switched on", lighting, bright(30, 10*time.Second), "esp/light/bed/command", `{"state":"ON","brightness":77,"transition":10}`},
		{"JSON: off", esp(), bright(0, 2500*time.Millisecond), "esp/light/bed/command", `{"state":"OFF","transition":2.5}`},
		{"JSON: mired", lighting, warm(2200, 10*time.Second), "esp/light/bed/command", `{"color_temp":455,"transition":10}`},
		{"a template's levels", own(), bright(50, 2500*time.Millisecond), "lamp/set", `{"bri":128,"tt":2.5}`},
		{"a template's mired", own(), warm(2700, 1500*time.Millisecond), "lamp/set", `{"ct":370,"ms":1500}`},
		{"a template's percent", percent, bright(33.33, time.Second), "lamp/set", `33.3 in 1`},
		{"a template's kelvin", percent, warm(2222.2, time.Second), "lamp/set", `2222`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := must(t, row.o).Encode(nil, row.c)
			if err != nil {
				t.Fatal(err)
			}
			want := []mqtt.Message{{Topic: row.topic, Payload: []byte(row.payload), QoS: 1}}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWhatIsNotEncoded(t *testing.T) {
	both := bright(30, time.Second)
	both.Kelvin = dsp.Some(2200)
	other := bright(30, time.Second)
	other.Lamp = "door"
	white := own()
	white.Template.Kelvin, white.Template.KelvinTopic = "", ""
	for _, row := range []struct {
		name string
		o    device.Options
		c    room.LampCommand
		why  string
	}{
		{"two attributes at once", zigbee(), both, "exactly one"},
		{"no attribute", zigbee(), room.LampCommand{Lamp: "bed", Transition: time.Second}, "exactly one"},
		{"no transition", zigbee(), bright(30, 0), "would jump"},
		{"another lamp's command", zigbee(), other, `lamp "door"`},
		{"no colour temperature at all", zigbee(), warm(0, time.Second), "no colour temperature"},
		{"Tasmota: no transition", ceiling(), bright(30, 0), "would jump"},
		{"colour for a white lamp", white, warm(2700, time.Second), "no kelvin payload"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := must(t, row.o).Encode(nil, row.c)
			if err == nil || !strings.Contains(err.Error(), row.why) || len(got) > 0 {
				t.Errorf("messages %v, error %v, want %q", got, err, row.why)
			}
		})
	}
	hand := room.LampCommand{Lamp: "bed", Owner: room.OwnerHand, Brightness: dsp.Some(1), Kelvin: dsp.Some(1)}
	if got, err := must(t, zigbee()).Encode(nil, hand); err != nil || len(got) > 0 {
		t.Errorf("letting go gave %v, %v", got, err)
	}
}

func TestDecode(t *testing.T) {
	ranged := zigbee()
	ranged.MinPercent, ranged.MaxPercent = 10, 60
	plain := own()
	plain.Template.OnKey = ""
	for _, row := range []struct {
		name           string
		o              device.Options
		topic, payload string
		want           room.LampReport
		about          bool
	}{
		{"a whole state", zigbee(), "zigbee2mqtt/bed", `{"brightness":127,"color_mode":"color_temp","color_temp":400,"linkquality":90,"state":"ON"}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(50), Kelvin: dsp.Some(2500)}, true},
		{"a lamp that is off", zigbee(), "zigbee2mqtt/bed", `{"state":"OFF","brightness":254}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(0), Brightness: dsp.Some(100)}, true},
		{"nulls are absent", zigbee(), "zigbee2mqtt/bed", `{"state":"ON","brightness":null,"color_temp":null}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1)}, true},
		{"a coloured lamp's colour temperature is a leftover", zigbee(), "zigbee2mqtt/bed", `{"state":"ON","color_mode":"xy","color_temp":400}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Coloured: true}, true},
		{"under the lamp's own range is light all the same", ranged, "zigbee2mqtt/bed", `{"brightness":20}`,
			room.LampReport{Lamp: "bed", Brightness: dsp.Some(0.1)}, true},
		{"no light is none in any range", ranged, "zigbee2mqtt/bed", `{"brightness":0}`,
			room.LampReport{Lamp: "bed", Brightness: dsp.Some(0)}, true},
		{"above the lamp's own range is 100 %", ranged, "zigbee2mqtt/bed", `{"brightness":254}`,
			room.LampReport{Lamp: "bed", Brightness: dsp.Some(100)}, true},
		{"a state about something else", zigbee(), "zigbee2mqtt/bed", `{"linkquality":12}`, room.LampReport{}, false},
		{"another lamp", zigbee(), "zigbee2mqtt/bed2", `{"state":"ON"}`, room.LampReport{}, false},
		{"a cleared retained message", zigbee(), "zigbee2mqtt/bed", ``, room.LampReport{}, false},
		{"gone", zigbee(), "zigbee2mqtt/bed/availability", `{"state":"offline"}`, room.LampReport{Lamp: "bed", Gone: true}, true},
		{"gone, in an older version", zigbee(), "zigbee2mqtt/bed/availability", `offline`, room.LampReport{Lamp: "bed", Gone: true}, true},
		{"there", zigbee(), "zigbee2mqtt/bed/availability", `{"state":"online"}`, room.LampReport{}, false},
		{"WLED: its brightness", strip(), "wled/bed/g", "51", room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(20)}, true},
		{"WLED: off is brightness 0", strip(), "wled/bed/g", "0", room.LampReport{Lamp: "bed", On: dsp.Some(0), Brightness: dsp.Some(0)}, true},
		{"WLED: a mixed white", strip(), "wled/bed/c", "#FFA757", room.LampReport{Lamp: "bed", Kelvin: dsp.Some(2700)}, true},
		{"WLED: the white channel has no colour temperature", strip(), "wled/bed/c", "#80000000", room.LampReport{Lamp: "bed", Coloured: true}, true},
		{"WLED: a white channel below 16 is told with one digit", strip(), "wled/bed/c", "#AFFA757", room.LampReport{Lamp: "bed", Coloured: true}, true},
		{"WLED: amber is a colour", strip(), "wled/bed/c", "#FFA000", room.LampReport{Lamp: "bed", Coloured: true}, true},
		{"WLED: gone", strip(), "wled/bed/status", "offline", room.LampReport{Lamp: "bed", Gone: true}, true},
		{"WLED: its XML has nothing that /g and /c have not", strip(), "wled/bed/v", "<vs/>", room.LampReport{}, false},
		{"Tasmota: the answer to a command", ceiling(), "stat/bedlamp/RESULT", `{"POWER":"ON","Dimmer":40,"Color":"660066","HSBColor":"0,0,40","White":40,"CT":400}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(40), Kelvin: dsp.Some(2500)}, true},
		{"Tasmota: the state of every five minutes", ceiling(), "tele/bedlamp/STATE", `{"Time":"2026-11-27T07:00:00","POWER1":"OFF","Dimmer":40,"CT":400,"Fade":"ON","Speed":20}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(0), Brightness: dsp.Some(40), Kelvin: dsp.Some(2500)}, true},
		{"Tasmota: without white it shows a colour", ceiling(), "stat/bedlamp/RESULT", `{"POWER":"ON","Dimmer":40,"White":0,"CT":153}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(40), Coloured: true}, true},
		{"Tasmota: switched at the wall", ceiling(), "stat/bedlamp/RESULT", `{"POWER":"OFF"}`, room.LampReport{Lamp: "bed", On: dsp.Some(0)}, true},
		{"Tasmota: an answer about something else", ceiling(), "stat/bedlamp/RESULT", `{"Speed2":20}`, room.LampReport{}, false},
		{"Tasmota: gone", ceiling(), "tele/bedlamp/LWT", "Offline", room.LampReport{Lamp: "bed", Gone: true}, true},
		{"Tasmota: there", ceiling(), "tele/bedlamp/LWT", "Online", room.LampReport{}, false},
		{"JSON: a whole state", esp(), "esp/light/bed/state", `{"color_mode":"color_temp","state":"ON","brightness":102,"color":{},"color_temp":400}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(40), Kelvin: dsp.Some(2500)}, true},
		{"JSON: a lamp that mixes its two whites", esp(), "esp/light/bed/state", `{"color_mode":"cwww","state":"ON","brightness":102,"color":{"c":10,"w":200}}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(40), Coloured: true}, true},
		{"JSON: gone", esp(), "esp/status", "offline", room.LampReport{Lamp: "bed", Gone: true}, true},
		{"a template's nested keys", own(), "lamp/state", `{"light":{"on":true,"bri":51,"ct":250}}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(20), Kelvin: dsp.Some(4000)}, true},
		{"words for off", own(), "lamp/state", `{"light":{"on":"OFF"}}`, room.LampReport{Lamp: "bed", On: dsp.Some(0)}, true},
		{"on is taken from the brightness where no key tells it", plain, "lamp/state", `{"light":{"bri":51}}`,
			room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(20)}, true},
		{"and off too", plain, "lamp/state", `{"light":{"bri":0}}`, room.LampReport{Lamp: "bed", On: dsp.Some(0), Brightness: dsp.Some(0)}, true},
		{"nothing of the lamp", own(), "lamp/state", `{"uptime":5}`, room.LampReport{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, about, err := must(t, row.o).Decode(row.topic, []byte(row.payload))
			if err != nil || about != row.about {
				t.Fatalf("about %v, error %v", about, err)
			}
			near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
			if d := cmp.Diff(row.want, got, near); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestStatesThatAreRefused(t *testing.T) {
	for _, row := range []struct {
		name, topic, payload, why string
		o                         device.Options
	}{
		{"no JSON", "zigbee2mqtt/bed", "hello", "no light's JSON", zigbee()},
		{"text for a number", "zigbee2mqtt/bed", `{"brightness":"bright"}`, "no light's JSON", zigbee()},
		{"a word that is neither", "zigbee2mqtt/bed", `{"state":"DIM"}`, "neither ON nor OFF", zigbee()},
		{"too bright", "zigbee2mqtt/bed", `{"brightness":300}`, "outside 0 to 254", zigbee()},
		{"no colour", "zigbee2mqtt/bed", `{"color_temp":0}`, "mired", zigbee()},
		{"half gone", "zigbee2mqtt/bed/availability", `maybe`, "neither online nor offline", zigbee()},
		{"WLED: more than a byte", "wled/bed/g", "256", "0 to 255", strip()},
		{"WLED: no colour", "wled/bed/c", "#FF", "#RRGGBB", strip()},
		{"WLED: not hexadecimal", "wled/bed/c", "#GGGGGG", "#RRGGBB", strip()},
		{"Tasmota: text", "stat/bedlamp/RESULT", "hello", "no light's JSON", ceiling()},
		{"Tasmota: perhaps on", "stat/bedlamp/RESULT", `{"POWER":"MAYBE"}`, "neither ON nor OFF", ceiling()},
		{"Tasmota: beyond full", "stat/bedlamp/RESULT", `{"Dimmer":101}`, "outside 0 to 100", ceiling()},
		{"Tasmota: no mired", "tele/bedlamp/STATE", `{"CT":2700}`, "mired", ceiling()},
		{"JSON: text", "esp/light/bed/state", "on", "no light's JSON", esp()},
		{"JSON: a lamp that speaks kelvin", "esp/light/bed/state", `{"color_temp":2700}`, "dialect template", esp()},
		{"JSON: half gone", "esp/status", "asleep", "neither online nor offline", esp()},
		{"a list", "lamp/state", `[1]`, "no JSON object", own()},
		{"a number where an object belongs", "lamp/state", `{"light":5}`, "light is no JSON object", own()},
		{"beyond the top", "lamp/state", `{"light":{"bri":256}}`, "outside 0 to 255", own()},
		{"perhaps on", "lamp/state", `{"light":{"on":"perhaps"}}`, "neither on nor off", own()},
		{"zero mired", "lamp/state", `{"light":{"ct":0}}`, "no colour temperature", own()},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, about, err := must(t, row.o).Decode(row.topic, []byte(row.payload))
			if err == nil || about || !strings.Contains(err.Error(), row.why) || !strings.Contains(err.Error(), row.topic) {
				t.Errorf("about %v, error %v, want %q", about, err, row.why)
			}
		})
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		change func(o *device.Options)
		why    string
	}{
		"no id":                      {func(o *device.Options) { o.Lamp = "" }, "needs an id"},
		"an unknown dialect":         {func(o *device.Options) { o.Dialect = "morse" }, "zigbee2mqtt, wled, tasmota, json or template"},
		"a range upside down":        {func(o *device.Options) { o.MinPercent, o.MaxPercent = 60, 50 }, "min < max"},
		"no brightness payload":      {func(o *device.Options) { o.Template.Brightness = "" }, "brightness payload is missing"},
		"a template that is broken":  {func(o *device.Options) { o.Template.Brightness = "{{" }, "brightness payload"},
		"a value that is not there":  {func(o *device.Options) { o.Template.Kelvin = "{{.Hue}}" }, "kelvin payload"},
		"a payload without end":      {func(o *device.Options) { o.Template.Kelvin = `{{printf "%5000d" 1}}` }, "4096"},
		"no state topic":             {func(o *device.Options) { o.Template.StateTopic = "" }, "state_topic is missing"},
		"a wildcard":                 {func(o *device.Options) { o.Template.BrightnessTopic = "a/+" }, "wildcards"},
		"no brightness key":          {func(o *device.Options) { o.Template.BrightnessKey = "" }, "brightness_key"},
		"half a colour":              {func(o *device.Options) { o.Template.KelvinTopic = "" }, "go together"},
		"a top below nothing":        {func(o *device.Options) { o.Template.Top = -1 }, "top -1"},
		"zigbee2mqtt without topic":  {func(o *device.Options) { o.Dialect = device.Zigbee2MQTT }, "topic is missing"},
		"WLED without topic":         {func(o *device.Options) { o.Dialect = device.WLED }, "topic is missing"},
		"Tasmota without topic":      {func(o *device.Options) { o.Dialect = device.Tasmota }, "topic is missing"},
		"a FullTopic not filled in":  {func(o *device.Options) { o.Dialect, o.Topic = device.Tasmota, "%prefix%/%topic%" }, "filled in"},
		"JSON without topic":         {func(o *device.Options) { o.Dialect = device.JSON }, "topic is missing"},
		"JSON without state":         {func(o *device.Options) { o.Dialect, o.Topic = device.JSON, "a" }, "state_topic is missing"},
		"JSON with a wildcard":       {func(o *device.Options) { o.Dialect, o.Topic, o.AvailabilityTopic = device.JSON, "a", "#" }, "availability_topic"},
		"a wildcard in the question": {func(o *device.Options) { o.Template.AskTopic = "#" }, "ask_topic"},
	} {
		o := own()
		row.change(&o)
		if _, err := device.New(o); err == nil || !strings.Contains(err.Error(), row.why) {
			t.Errorf("%s: error %v, want %q", name, err, row.why)
		}
	}
}

func TestTopicsAndAsking(t *testing.T) {
	quiet, mute := esp(), own()
	quiet.AvailabilityTopic, mute.Template.AskTopic = "", ""
	for _, row := range []struct {
		name   string
		o      device.Options
		topics []string
		ask    []mqtt.Message
	}{
		{"zigbee2mqtt", zigbee(), []string{"zigbee2mqtt/bed", "zigbee2mqtt/bed/availability"},
			[]mqtt.Message{{Topic: "zigbee2mqtt/bed/get", Payload: []byte(`{"state":"","brightness":""}`), QoS: 1}}},
		{"WLED", strip(), []string{"wled/bed/g", "wled/bed/c", "wled/bed/status"},
			[]mqtt.Message{{Topic: "wled/bed/api", Payload: []byte(`{"udpn":{"nn":true},"nl":{}}`), QoS: 1}}},
		{"Tasmota", ceiling(), []string{"stat/bedlamp/RESULT", "tele/bedlamp/STATE", "tele/bedlamp/LWT"}, []mqtt.Message{{Topic: "cmnd/bedlamp/State", QoS: 1}}},
		{"JSON, which has no question", esp(), []string{"esp/light/bed/state", "esp/status"}, nil},
		{"JSON without availability", quiet, []string{"esp/light/bed/state"}, nil},
		{"a template", own(), []string{"lamp/state"}, []mqtt.Message{{Topic: "lamp/ask", Payload: []byte("?"), QoS: 1}}},
		{"a template without a question", mute, []string{"lamp/state"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := must(t, row.o)
			if d := cmp.Diff(row.topics, l.Topics()); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(row.ask, l.Ask(nil, false)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOnlyZigbeeIsAskedForItsWhiteInSoManyWords(t *testing.T) {
	for _, row := range []struct {
		o    device.Options
		want string
	}{{zigbee(), `{"state":"","brightness":"","color_temp":""}`}, {strip(), `{"udpn":{"nn":true},"nl":{}}`}, {ceiling(), ""}} {
		m := must(t, row.o).Ask(nil, true)
		if len(m) != 1 || string(m[0].Payload) != row.want {
			t.Errorf("%s is asked %v", row.o.Dialect, m)
		}
	}
}

func TestWhatIsKnownOfEveryLampOfAKind(t *testing.T) {
	white := own()
	white.Template.Kelvin, white.Template.KelvinTopic = "", ""
	for _, row := range []struct {
		name string
		o    device.Options
		want room.Whites
	}{
		{"zigbee2mqtt tells it in its list", zigbee(), room.Whites{}},
		{"WLED mixes any white that it tells back", strip(), room.Whites{Known: true, Min: 1900, Max: 10000}},
		{"Tasmota has 153 to 500 mired", ceiling(), room.Whites{Known: true, Min: 2000, Max: 1e6 / 153.0}},
		{"a JSON lamp may do anything", esp(), room.Whites{}},
		{"a template with a colour temperature", own(), room.Whites{}},
		{"a template without one", white, room.Whites{Known: true, None: true}},
	} {
		if d := cmp.Diff(row.want, must(t, row.o).Whites()); d != "" {
			t.Errorf("%s: %s", row.name, d)
		}
	}
}

// What is sent to a lamp reads back, from a lamp that says it in the same words, as what was sent.
func TestSentAndToldAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := zigbee()
		o.MinPercent = rapid.Float64Range(0, 40).Draw(t, "min")
		o.MaxPercent = rapid.Float64Range(50, 100).Draw(t, "max")
		l, err := device.New(o)
		if err != nil {
			t.Fatal(err)
		}
		percent := rapid.Float64Range(0, 100).Draw(t, "percent")
		kelvin := rapid.Float64Range(2000, 6500).Draw(t, "kelvin")
		for _, c := range []room.LampCommand{bright(percent, time.Second), warm(kelvin, time.Second)} {
			m, err := l.Encode(nil, c)
			if err != nil || len(m) != 1 {
				t.Fatal(m, err)
			}
			rep, about, err := l.Decode(o.Topic, m[0].Payload)
			if err != nil || !about {
				t.Fatal(about, err)
			}
			if c.Brightness.Known && math.Abs(rep.Brightness.Value-percent) > 1.6*100/(o.MaxPercent-o.MinPercent) {
				t.Errorf("%.2f %% reads back as %.2f", percent, rep.Brightness.Value)
			}
			if c.Kelvin.Known && math.Abs(rep.Kelvin.Value-kelvin) > 25 {
				t.Errorf("%.0f K reads back as %.0f", kelvin, rep.Kelvin.Value)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"state":"ON","brightness":120,"color_temp":400,"color_mode":"color_temp"}`, `{"state":null}`, `offline`, `{"state":"offline"}`,
		`{"light":{"on":1,"bri":10,"ct":300}}`, `{"light":{"on":"ON"}}`, `{}`, `[]`, `null`, ``, `{"brightness":1e308}`, `{"light":null}`,
		`128`, `#FFA757`, `#AFFA757`, `{"POWER":"ON","Dimmer":40,"White":40,"CT":400}`, `Offline`,
	} {
		f.Add(s)
	}
	lamps := []*device.Lamp{must(f, zigbee()), must(f, strip()), must(f, ceiling()), must(f, esp()), must(f, own())}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, l := range lamps {
			for _, topic := range l.Topics() {
				rep, about, err := l.Decode(topic, []byte(payload))
				if about != (rep.Lamp == "bed") || about && err != nil {
					t.Fatalf("about %v, report %+v, error %v", about, rep, err)
				}
				if b := rep.Brightness; b.Known && !(b.Value >= 0 && b.Value <= 100) {
					t.Fatalf("brightness %v", b)
				}
				if k := rep.Kelvin; k.Known && !(k.Value > 0 && k.Value <= 1e6) {
					t.Fatalf("kelvin %v", k)
				}
			}
		}
	})
}

// WLED tells a white as the mixture it made of it: 8 bits a colour, a little otherwise where another program chose it.
func TestAMixedWhiteReadsBackAsItsColourTemperature(t *testing.T) {
	l := must(t, strip())
	rapid.Check(t, func(t *rapid.T) {
		kelvin := rapid.Float64Range(2000, 6500).Draw(t, "kelvin")
		r, g, b := device.WhiteOfWLED(kelvin)
		off := rapid.Float64Range(-2, 2).Draw(t, "off")
		mixture := fmt.Sprintf("#%02X%02X%02X", int(r), int(min(255, g+off)), int(min(255, max(0, b-off))))
		rep, about, err := l.Decode("wled/bed/c", []byte(mixture))
		if err != nil || !about || math.Abs(rep.Kelvin.Value-kelvin) > 200 {
			t.Errorf("%.0f K is %s and reads back as %+v, %v", kelvin, mixture, rep.Kelvin, err)
		}
	})
}
