package hub

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"hubd/config"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

// The files of the folder homeassistant name topics and entities that this program makes. Nothing but these tests keeps both together.
const haFolder = "../homeassistant"

// twoWearers is a config under which everything is described that ever is.
const twoWearers = `
hub: {id: bedroom}
mqtt: {url: "mqtt://127.0.0.1"}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main}}
wearers:
  - {id: a, share: full, start_from: [mqtt], pair: b, pulse: {chip: adc, channel: 0, kind: ppg}}
  - {id: b, share: full, start_from: [mqtt], pair: a, pulse: {chip: adc, channel: 1, kind: ppg}}
`

// entity is what a bundle tells of one entity or device trigger.
type entity struct {
	Platform    string   `json:"p"`
	ID          string   `json:"default_entity_id"`
	DeviceClass string   `json:"device_class"`
	StateTopic  string   `json:"state_topic"`
	Command     string   `json:"command_topic"`
	Payload     string   `json:"payload_press"`
	EventTypes  []string `json:"event_types"`
}

func allEntities(t *testing.T) map[string]entity {
	t.Helper()
	c, err := config.Parse("config.yaml", []byte(twoWearers))
	if err != nil {
		t.Fatal(err)
	}
	messages, err := discoveryOf(c, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]entity{}
	for _, m := range messages {
		var b struct {
			Components map[string]entity `json:"cmps"`
		}
		if err := json.Unmarshal(m.Payload, &b); err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Components {
			if e.ID != "" {
				all[e.ID] = e
			}
		}
	}
	return all
}

// allTopics are hubd's own topics for a hub and its wearers.
func allTopics(hub string, wearers ...string) []string {
	t := wire.Topics{Hub: hub}
	topics := []string{t.Status(), t.RoomCue(), t.RoomSession(), t.RoomState(), t.RoomEvent()}
	for _, name := range []pipeline.CommandName{
		pipeline.CommandPause, pipeline.CommandEndSession, pipeline.CommandStopPractice, pipeline.CommandCues, pipeline.CommandCheckIn,
		pipeline.CommandAnswer, pipeline.CommandScene, pipeline.CommandPractice, pipeline.CommandBreathPace, pipeline.CommandNightCeiling, pipeline.CommandVolumeCap,
	} {
		topics = append(topics, t.RoomSet(string(name)))
	}
	for _, w := range wearers {
		topics = append(topics, t.WearerStatus(w), t.WearerState(w), t.WearerEvent(w))
		for _, name := range []pipeline.CommandName{
			pipeline.CommandResume, pipeline.CommandStartSession, pipeline.CommandSensing, pipeline.CommandShare, pipeline.CommandKeep, pipeline.CommandRestStart,
			pipeline.CommandAnswer,
		} {
			topics = append(topics, t.WearerSet(w, string(name)))
		}
	}
	return topics
}

func readYAML(t *testing.T, file string) (text string, root *yaml.Node) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil || len(document.Content) != 1 {
		t.Fatalf("%s: %v", file, err)
	}
	return string(data), document.Content[0]
}

// at follows keys down a mapping; nil where one is not there.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		var found *yaml.Node
		for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				found = n.Content[i+1]
			}
		}
		n = found
	}
	return n
}

// walk visits every node; key is the key under which it stands in a mapping.
func walk(n *yaml.Node, key string, visit func(key string, n *yaml.Node)) {
	visit(key, n)
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode {
			if i%2 == 1 {
				walk(child, n.Content[i-1].Value, visit)
			}
			continue
		}
		walk(child, key, visit)
	}
}

func blueprints(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(haFolder + "/blueprints/*/hubd/*.yaml")
	if err != nil || len(files) != 6 {
		t.Fatalf("blueprints %q, %v: want six", files, err)
	}
	return files
}

// inputs gives the inputs of a blueprint, out of their sections.
func inputs(n *yaml.Node) map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		name, is := n.Content[i].Value, n.Content[i+1]
		if section := at(is, "input"); section != nil {
			maps.Copy(all, inputs(section))
			continue
		}
		all[name] = is
	}
	return all
}

func TestEachBlueprintIsWhole(t *testing.T) {
	for _, file := range blueprints(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, root := readYAML(t, file)
			about := at(root, "blueprint")
			for _, key := range []string{"name", "description", "author"} {
				if at(about, key) == nil {
					t.Errorf("blueprint.%s is missing", key)
				}
			}
			if domain := at(about, "domain"); domain == nil || domain.Value != filepath.Base(filepath.Dir(filepath.Dir(file))) {
				t.Error("its domain is not its folder's")
			}
			if version := at(about, "homeassistant", "min_version"); version == nil || !regexp.MustCompile(`^20\d\d\.\d+\.\d+$`).MatchString(version.Value) {
				t.Error("homeassistant.min_version: want three numbers")
			}
			for _, want := range []string{"What it does:", "What it does not:", "\nmode: "} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in it", want)
				}
			}
			checkInputs(t, root)
			checkSyntax(t, root, at(about, "domain").Value)
		})
	}
}

// checkInputs proves that every input has a name and a selector, and that inputs are declared and used.
func checkInputs(t *testing.T, root *yaml.Node) {
	declared := inputs(at(root, "blueprint", "input"))
	for name, is := range declared {
		if at(is, "name") == nil || at(is, "selector") == nil {
			t.Errorf("input %s: want a name and a selector", name)
		}
	}
	used := map[string]bool{}
	walk(root, "", func(_ string, n *yaml.Node) {
		if n.Tag == "!input" {
			used[n.Value] = true
		}
	})
	if got, want := slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(declared)); !slices.Equal(got, want) {
		t.Errorf("inputs used     %q\ninputs declared %q", got, want)
	}
}

// checkSyntax finds what Home Assistant has replaced by another word.
func checkSyntax(t *testing.T, root *yaml.Node, domain string) {
	wants := map[string][]string{"automation": {"triggers", "actions", "mode"}, "script": {"sequence", "mode"}}[domain]
	for _, key := range wants {
		if at(root, key) == nil {
			t.Errorf("%s: is missing", key)
		}
	}
	for _, key := range []string{"trigger", "condition", "action"} {
		if at(root, key) != nil {
			t.Errorf("%s: is the old word: want the plural", key)
		}
	}
	walk(root, "", func(key string, n *yaml.Node) {
		if slices.Contains([]string{"service", "platform", "color_temp", "kelvin", "object_id", "entity_namespace", "data_template"}, key) {
			t.Errorf("line %d: the key %s is of an older Home Assistant", n.Line, key)
		}
		if key == "action" && n.Kind == yaml.ScalarNode && n.Value != "" && !strings.Contains(n.Value, "{{") && !regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`).MatchString(n.Value) {
			t.Errorf("line %d: action %q: want domain.action", n.Line, n.Value)
		}
	})
}

// hubWritten brings the ways in which a blueprint writes the hub's id to one.
var hubWritten = strings.NewReplacer(`' ~ hub ~ '`, "HUB", `{{ hub }}`, "HUB", `<hub id>`, "HUB")

func TestTopicsOfBlueprintsAreHubds(t *testing.T) {
	known := allTopics("HUB")
	topic := regexp.MustCompile(`hubd/HUB(/[a-z_]+)+`)
	seen := 0
	for _, file := range blueprints(t) {
		text, _ := readYAML(t, file)
		for _, found := range topic.FindAllString(hubWritten.Replace(text), -1) {
			seen++
			if !slices.Contains(known, found) {
				t.Errorf("%s: %s is no topic of the room", file, found)
			}
		}
		if strings.Contains(hubWritten.Replace(text), "hubd/bedroom") {
			t.Errorf("%s: a hub's id stands in it", file)
		}
	}
	if seen < 6 {
		t.Errorf("only %d topics found: the search is broken", seen)
	}
}

func TestWordsOfBlueprintsAreHubds(t *testing.T) {
	entities := allEntities(t)
	_, ask := readYAML(t, haFolder+"/blueprints/automation/hubd/check_in_phone.yaml")
	if payload := at(ask, "triggers").Content[0]; !slices.Contains(entities["event.hubd_bedroom_room_event"].EventTypes, at(payload, "payload").Value) {
		t.Errorf("%q is no event of the room", at(payload, "payload").Value)
	}
	var answers []string
	for id, e := range entities {
		if strings.HasPrefix(id, "button.hubd_bedroom_room_answer_") {
			answers = append(answers, e.Payload)
		}
	}
	slices.Sort(answers)
	var offered, heard []string
	var practices []string
	for _, p := range config.Practices() {
		practices = append(practices, p.Name)
	}
	for _, o := range at(inputs(at(ask, "blueprint", "input"))["answers"], "selector", "select", "options").Content {
		offered = append(offered, at(o, "value").Value)
	}
	walk(at(ask, "actions"), "", func(key string, n *yaml.Node) {
		if key == "id" {
			heard = append(heard, n.Value)
		}
	})
	slices.Sort(offered)
	slices.Sort(heard)
	if !slices.Equal(offered, answers) || !slices.Equal(heard, answers) {
		t.Errorf("answers offered %q, heard %q, understood by hubd %q", offered, heard, answers)
	}
	_, breathe := readYAML(t, haFolder+"/blueprints/script/hubd/breathing_session.yaml")
	for _, o := range at(inputs(at(breathe, "blueprint", "input"))["which"], "selector", "select", "options").Content {
		if !slices.Contains(practices, at(o, "value").Value) {
			t.Errorf("%q is no practice", at(o, "value").Value)
		}
	}
}

func TestCueKeysOfFollowTheRoomAreHubds(t *testing.T) {
	text, _ := readYAML(t, haFolder+"/blueprints/automation/hubd/follow_the_room.yaml")
	var v wire.RoomView
	v.Follow(wire.RoomFacts{Active: true}, false, nil)
	v.Apply(nil, pipeline.Event{Value: room.Cue{Light: room.Light{Brightness: 20}, Sound: room.Sound{Bed: "rain"}}})
	payload, _ := v.PublishCue(nil, 0)
	var cue map[string]map[string]any
	if err := json.Unmarshal(payload, &cue); err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`cue\.(light|sound)\.([a-z_]+)`).FindAllStringSubmatch(text, -1)
	if len(keys) < 5 {
		t.Errorf("only %d keys found: the search is broken", len(keys))
	}
	for _, key := range keys {
		if _, is := cue[key[1]][key[2]]; !is {
			t.Errorf("%s is not in %s", key[0], payload)
		}
	}
}

func TestEntitiesThatBlueprintsAskForExist(t *testing.T) {
	entities := allEntities(t)
	for _, file := range blueprints(t) {
		_, root := readYAML(t, file)
		for name, is := range inputs(at(root, "blueprint", "input")) {
			filters := at(is, "selector", "entity", "filter")
			if filters == nil {
				continue
			}
			for _, f := range filters.Content {
				if from := at(f, "integration"); from == nil || from.Value != "mqtt" {
					continue
				}
				domain, class := at(f, "domain").Value, ""
				if c := at(f, "device_class"); c != nil {
					class = c.Value
				}
				ok := slices.ContainsFunc(slices.Collect(maps.Values(entities)), func(e entity) bool {
					return e.Platform == domain && (class == "" || e.DeviceClass == class)
				})
				if !ok {
					t.Errorf("%s: input %s asks for a %s of class %q, which hubd does not make", file, name, domain, class)
				}
			}
		}
	}
}

func TestEntitiesOfTheDashboardExist(t *testing.T) {
	entities := allEntities(t)
	_, root := readYAML(t, haFolder+"/dashboard.yaml")
	shown := map[string]bool{}
	walk(root, "", func(key string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && (key == "entity" || key == "entity_id") {
			shown[n.Value] = true
		}
		if key == "type" && strings.HasPrefix(n.Value, "custom:") {
			t.Errorf("line %d: %s is no card of Home Assistant's own", n.Line, n.Value)
		}
	})
	if len(shown) < 20 {
		t.Errorf("only %d entities found: the search is broken", len(shown))
	}
	for id := range shown {
		if _, is := entities[id]; !is {
			t.Errorf("%s: there is no such entity", id)
		}
	}
}

func TestTheRecorderSnippetNamesEveryEntity(t *testing.T) {
	_, root := readYAML(t, haFolder+"/recorder-exclude.yaml")
	globs := at(root, "recorder", "exclude", "entity_globs")
	used := map[string]bool{}
	for id := range allEntities(t) {
		excluded := false
		for _, glob := range globs.Content {
			if match, err := path.Match(glob.Value, id); err == nil && match {
				excluded, used[glob.Value] = true, true
			}
		}
		if !excluded {
			t.Errorf("%s would be recorded", id)
		}
	}
	if len(used) != len(globs.Content) {
		t.Errorf("%d of %d globs match anything", len(used), len(globs.Content))
	}
}

// TestLimitsOfFollowTheRoomAreHubds holds what the blueprint assumes of a config to what a config says by default.
func TestLimitsOfFollowTheRoomAreHubds(t *testing.T) {
	c, err := config.Parse("config.yaml", []byte(twoWearers))
	if err != nil {
		t.Fatal(err)
	}
	text, root := readYAML(t, haFolder+"/blueprints/automation/hubd/follow_the_room.yaml")
	asked := inputs(at(root, "blueprint", "input"))
	clock := func(d time.Duration) string { return time.Time{}.Add(d).Format(time.TimeOnly) }
	for input, want := range map[string]string{
		"quiet_from":   clock(c.Room.QuietHours.From),
		"quiet_to":     clock(c.Room.QuietHours.To),
		"night_kelvin": fmt.Sprint(c.Room.Night.Kelvin),
	} {
		if have := at(asked[input], "default").Value; have != want {
			t.Errorf("%s is %s by default, in hubd's config %s", input, have, want)
		}
	}
	if least := at(asked["back_over"], "selector", "number", "min").Value; least != "60" {
		t.Errorf("lights may go back within %s s, want 60 at least", least)
	}
	if want := fmt.Sprintf("float(%g)", c.Room.Night.BrightnessPercent); !strings.Contains(text, want) {
		t.Errorf("without an entity the night ceiling is not %s", want)
	}
}
