package wire_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

func TestCommandsAreRead(t *testing.T) {
	for _, c := range []struct {
		name, target, command, payload string
		want                           pipeline.Command
	}{
		{"pause takes anything", "room", "pause", "\xff whatever", pipeline.Command{}},
		{"end takes nothing", "room", "end_session", "", pipeline.Command{}},
		{"stop_practice takes a press", "room", "stop_practice", "PRESS", pipeline.Command{}},
		{"check_in takes anything", "room", "check_in", "PRESS", pipeline.Command{}},
		{"resume by a press leaves the kind to the room", "a", "resume", "PRESS", pipeline.Command{Wearer: "a"}},
		{"a session starts with its kind", "b", "start_session", "together", pipeline.Command{Wearer: "b", Session: room.Together}},
		{"a line end of a shell does not count", "b", "start_session", "night\r\n", pipeline.Command{Wearer: "b", Session: room.Night}},
		{"cues go off", "room", "cues", "OFF", pipeline.Command{}},
		{"cues go on", "room", "cues", "ON", pipeline.Command{On: true}},
		{"an answer to the room is nobody's", "room", "answer", "space", pipeline.Command{Text: "space"}},
		{"an answer may be a wearer's", "a", "answer", "fine_for_now", pipeline.Command{Wearer: "a", Text: "fine_for_now"}},
		{"a scene has a name", "room", "scene", "own_scene-2", pipeline.Command{Text: "own_scene-2"}},
		{"auto is a scene", "room", "scene", "auto", pipeline.Command{Text: "auto"}},
		{"a practice has a name", "room", "practice", "breath", pipeline.Command{Text: "breath"}},
		{"or one from the config", "room", "practice", "evening-walk", pipeline.Command{Text: "evening-walk"}},
		{"a reminder is put off", "room", "reminder", "snooze\n", pipeline.Command{Text: "snooze"}},
		{"a reminder is let go", "room", "reminder", "done", pipeline.Command{Text: "done"}},
		{"the slowest pace", "room", "breath_pace", "4.5", pipeline.Command{Number: 4.5}},
		{"the fastest pace", "room", "breath_pace", "7.0", pipeline.Command{Number: 7}},
		{"a ceiling of nothing", "room", "night_ceiling", "0", pipeline.Command{}},
		{"the lowest cap", "room", "volume_cap", "-60", pipeline.Command{Number: -60}},
		{"a cap of minus nothing is nothing", "room", "volume_cap", "-0", pipeline.Command{}},
		{"sensing goes off", "a", "sensing", "OFF", pipeline.Command{Wearer: "a"}},
		{"sharing has three levels", "a", "share", "state", pipeline.Command{Wearer: "a", Share: pipeline.ShareState}},
		{"keeping has four", "a", "keep", "summaries", pipeline.Command{Wearer: "a", Keep: pipeline.KeepSummaries}},
		{"what to spare is words", "a", "comfort", " steady  light_floor=12 red red unasked\n", pipeline.Command{Wearer: "a",
			Spares: &pipeline.Spares{Steady: true, LightFloor: 12, Unasked: true, Never: []string{"red"}}}},
		{"or none", "a", "comfort", "none", pipeline.Command{Wearer: "a", Spares: &pipeline.Spares{}}},
		{"a rest starts by a press", "a", "rest_start", "PRESS", pipeline.Command{Wearer: "a"}},
		{"a rest stops by anything", "a", "rest_stop", "what now", pipeline.Command{Wearer: "a"}},
		{"a rest is forgotten by a press", "a", "rest_forget", "PRESS", pipeline.Command{Wearer: "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}
			got, err := wire.ParseCommand(c.target, c.command, []byte(c.payload), false, origin, []string{"a", "b"})
			c.want.Name, c.want.Origin = pipeline.CommandName(c.command), origin
			if d := cmp.Diff(c.want, got); err != nil || d != "" {
				t.Errorf("error %v, difference %s", err, d)
			}
		})
	}
}

func TestCommandsAreRefusedWithTheReason(t *testing.T) {
	const kinds = "wanted is one of PRESS, together, alone, practice, night"
	const spare = "wanted is one of none, steady, unasked, light_floor=3 to 50, dark, red, breath_sound, voice, rain, noise, tone, modulated_light, breath_hold"
	for _, c := range []struct {
		name, target, command, payload string
		retained                       bool
		want                           string
	}{
		{"a retained one", "room", "pause", "PRESS", true, "a retained command is not obeyed: send it without the retain flag"},
		{"an unknown one", "room", "open \"door\"\n", "", false, `there is no command "open ?door??"`},
		{"one for nobody", "c", "resume", "PRESS", false, `nobody here is called "c"`},
		{"one for the reserved status", "status", "resume", "PRESS", false, `nobody here is called "status"`},
		{"a wearer's for the room", "room", "share", "none", false, "share is for a wearer, not for the room"},
		{"the room's for a wearer", "a", "scene", "base", false, "scene is for the room, not for a wearer"},
		{"a fault of simulated chips", "sim", "fault", "{}", false, "fault is for simulated chips: its topic ends in sim/set/fault"},
		{"a payload without end", "room", "scene", strings.Repeat("x", 4097), false, "the payload is longer than 4096 bytes"},
		{"an empty kind", "a", "start_session", " ", false, "the payload is empty: " + kinds},
		{"none is no kind to start", "a", "start_session", "none", false, `"none" is not understood: ` + kinds},
		{"a lower-case press", "a", "rest_start", "press", false, `"press" is not understood: wanted is one of PRESS`},
		{"cues neither on nor off", "room", "cues", "toggle", false, `"toggle" is not understood: wanted is one of ON, OFF`},
		{"no answer of the five", "room", "answer", "yes", false, `"yes" is not understood: wanted is one of space, touch, reassurance, fine_for_now, stop`},
		{"a scene with a path in its name", "room", "scene", "../x", false, `"../x" is not the name of a scene: wanted is a name from the config, or auto`},
		{"a scene without a name", "room", "scene", "", false, "no scene was named: wanted is a name from the config, or auto"},
		{"a practice in capitals", "room", "practice", "Breath", false,
			`"Breath" is not the name of a practice: wanted is breath, another of those hubd has, or a name from the config`},
		{"an answer to a reminder that is none", "room", "reminder", "later", false, `"later" is not understood: wanted is one of start, snooze, done`},
		{"a reminder of one wearer", "a", "reminder", "done", false, "reminder is for the room, not for a wearer"},
		{"nothing to spare", "a", "comfort", "", false, "the payload is empty: " + spare},
		{"something that hubd does not do", "a", "comfort", "steady thunder", false, `"thunder" is not understood: ` + spare},
		{"nothing and something", "a", "comfort", "none red", false, `"none" is not understood: ` + spare},
		{"a light that is never low", "a", "comfort", "light_floor=51", false, "light_floor: 51 is out of range: wanted is 3 to 50 percent"},
		{"the room's comfort", "room", "comfort", "steady", false, "comfort is for a wearer, not for the room"},
		{"a pace too slow", "room", "breath_pace", "4.49", false, "4.49 is out of range: wanted is 4.5 to 7 breaths per minute"},
		{"a pace in words", "room", "breath_pace", "slow", false, `"slow" is not a number: wanted is 4.5 to 7 breaths per minute`},
		{"a pace with an exponent", "room", "breath_pace", "5e0", false, `"5e0" is not a number: wanted is 4.5 to 7 breaths per minute`},
		{"a ceiling above all", "room", "night_ceiling", "100.1", false, "100.1 is out of range: wanted is 0 to 100 percent"},
		{"a ceiling that is no number", "room", "night_ceiling", "NaN", false, `"NaN" is not a number: wanted is 0 to 100 percent`},
		{"a cap above full scale", "room", "volume_cap", "1", false, "1 is out of range: wanted is -60 to 0 dB"},
		{"a cap of no end", "room", "volume_cap", "-Inf", false, `"-Inf" is not a number: wanted is -60 to 0 dB`},
		{"a level of sharing that is none", "a", "share", "all", false, `"all" is not understood: wanted is one of none, state, full`},
		{"a level of keeping that is none", "a", "keep", "", false, "the payload is empty: wanted is one of nothing, rest, summaries, journal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := wire.ParseCommand(c.target, c.command, []byte(c.payload), c.retained, pipeline.Origin{}, []string{"a", "b"})
			if err == nil || err.Error() != c.want {
				t.Errorf("got error\n%v\nwant\n%s", err, c.want)
			}
			if got != (pipeline.Command{}) {
				t.Errorf("a refused command came out: %+v", got)
			}
		})
	}
}

func TestARefusalRepeatsLittleOfWhatWasSent(t *testing.T) {
	r := wire.Refusal(strings.Repeat("é", 300), errors.New("no"))
	if want := strings.Repeat("?", 24) + "..."; r.Name != want || r.Reason != "no" {
		t.Errorf("got %+v, want name %s", r, want)
	}
}

func FuzzParseCommand(f *testing.F) {
	f.Add("room", "pause", []byte("PRESS"), false)
	f.Add("a", "share", []byte("none"), false)
	f.Add("a", "comfort", []byte("steady light_floor=3 dark dark"), false)
	f.Add("room", "breath_pace", []byte("0x1p2"), false)
	f.Add("room", "volume_cap", []byte("-1_0"), false)
	f.Add("a", "start_session", []byte("\xff\xfe\u2028\""), true)
	f.Add("room", "scene", []byte(strings.Repeat("a", 5000)), false)
	f.Fuzz(func(t *testing.T, target, name string, payload []byte, retained bool) {
		c, err := wire.ParseCommand(target, name, payload, retained, pipeline.Origin{}, []string{"a"})
		if err != nil {
			text := wire.Refusal(name, err)
			if len(text.Reason) > 200 || len(text.Name) > 27 || !printable(text.Reason) || !printable(text.Name) {
				t.Fatalf("refusal %+v", text)
			}
			return
		}
		if retained || len(payload) > wire.MaxPayload || c.Wearer != "" && c.Wearer != "a" || len(c.Text) > 32 {
			t.Fatalf("accepted %+v", c)
		}
		if s := c.Spares; s != nil && (len(s.Never) > 9 || !(s.LightFloor == 0 || s.LightFloor >= 3 && s.LightFloor <= 50)) {
			t.Fatalf("accepted %+v", s)
		}
		low, high := 0.0, 0.0
		switch c.Name {
		case pipeline.CommandBreathPace:
			low, high = 4.5, 7
		case pipeline.CommandNightCeiling:
			high = 100
		case pipeline.CommandVolumeCap:
			low = -60
		}
		if !(c.Number >= low && c.Number <= high) {
			t.Fatalf("%s accepted %v", c.Name, c.Number)
		}
	})
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

func TestSimulatedFaultsAreRead(t *testing.T) {
	got, err := wire.ParseSimFault([]byte(` {"chip":"adc","kind":"nack","seconds":2.5} `))
	if want := (wire.SimFault{Chip: "adc", Kind: "nack", Seconds: 2.5}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, payload := range map[string]string{
		"no JSON":                "nack",
		"another key":            `{"chip":"adc","kind":"nack","seconds":2,"x":1}`,
		"two objects":            `{"chip":"adc","kind":"nack","seconds":2}{}`,
		"no chip":                `{"kind":"nack","seconds":2}`,
		"no time":                `{"chip":"adc","kind":"nack"}`,
		"a time without end":     `{"chip":"adc","kind":"nack","seconds":601}`,
		"a time before now":      `{"chip":"adc","kind":"nack","seconds":-1}`,
		"a name with a line end": `{"chip":"a\ndc","kind":"nack","seconds":1}`,
		"a payload without end":  `{"chip":"` + strings.Repeat("x", 5000) + `","kind":"nack","seconds":1}`,
	} {
		if got, err := wire.ParseSimFault([]byte(payload)); err == nil {
			t.Errorf("%s was read as %+v", name, got)
		}
	}
}

func FuzzParseSimFault(f *testing.F) {
	f.Add([]byte(`{"chip":"adc","kind":"nack","seconds":2}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		got, err := wire.ParseSimFault(payload)
		if err == nil && (got.Chip == "" || got.Kind == "" || !(got.Seconds > 0 && got.Seconds <= wire.MaxSimFault)) {
			t.Fatalf("read %+v", got)
		}
	})
}

// A stop is obeyed however it is sent: to whom, with what, and how much of it.
func TestAStopIsAStopHoweverItIsSent(t *testing.T) {
	long := []byte(strings.Repeat("x", 300_000))
	for _, target := range []string{"room", "a", "nobody"} {
		c, err := wire.ParseCommand(target, "pause", long, false, pipeline.Origin{}, []string{"a"})
		if err != nil || c.Name != pipeline.CommandPause {
			t.Errorf("pause to %s: %+v, %v", target, c, err)
		}
	}
	for _, off := range []string{"OFF", "off", "Off\n"} {
		if c, err := wire.ParseCommand("room", "cues", []byte(off), false, pipeline.Origin{}, nil); err != nil || c.On {
			t.Errorf("cues %q: %+v, %v", off, c, err)
		}
	}
	if _, err := wire.ParseCommand("room", "cues", []byte("on"), false, pipeline.Origin{}, nil); err == nil {
		t.Error("cues on: obeyed, want ON said exactly")
	}
}
