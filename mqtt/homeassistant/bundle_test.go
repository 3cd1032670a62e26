package homeassistant

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/mqtt"
	"hubd/pipeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

func testTopics() Topics {
	return Topics{
		HubStatus: "hubd/bed-room/status", RoomSession: "hubd/bed-room/room/session",
		RoomState: "hubd/bed-room/room/state", RoomEvent: "hubd/bed-room/room/event",
		RoomSet:      func(c string) string { return "hubd/bed-room/room/set/" + c },
		WearerStatus: func(w string) string { return "hubd/bed-room/" + w + "/status" },
		WearerState:  func(w string) string { return "hubd/bed-room/" + w + "/state" },
		WearerEvent:  func(w string) string { return "hubd/bed-room/" + w + "/event" },
		WearerSet:    func(w, c string) string { return "hubd/bed-room/" + w + "/set/" + c },
	}
}

func options(wearers ...Wearer) Options {
	return Options{HubID: "bed-room", Version: "0.1.0", Topics: testTopics(), Wearers: wearers,
		Scenes: []string{"base", "settle"}, Practices: []string{"breath", "hum"}}
}

func bundles(t *testing.T, wearers ...Wearer) []mqtt.Message {
	t.Helper()
	m, err := Bundles(options(wearers...))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decode(t *testing.T, m mqtt.Message) bundle {
	t.Helper()
	var b bundle
	if err := json.Unmarshal(m.Payload, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

func keys(b bundle) []string { return slices.Sorted(maps.Keys(b.Components)) }

func TestBundlesAreAsBefore(t *testing.T) {
	for _, row := range []struct {
		file   string
		wearer Wearer
	}{
		{"none", Wearer{ID: "a", Share: pipeline.ShareNone}},
		{"state", Wearer{ID: "a", Share: pipeline.ShareState}},
		{"full", Wearer{ID: "a", Share: pipeline.ShareFull, StartByMQTT: true, Paired: true}},
	} {
		all := bundles(t, row.wearer)
		golden(t, "wearer_"+row.file, all[1])
		golden(t, "room_"+row.file, all[0])
	}
}

func golden(t *testing.T, name string, m mqtt.Message) {
	t.Helper()
	got := new(bytes.Buffer)
	got.WriteString(m.Topic + "\n")
	if err := json.Indent(got, m.Payload, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteString("\n")
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s changed; identities must not (go test -update writes it anew):\n%s", name, diff)
	}
}

func TestShareBoundsWhatIsDescribed(t *testing.T) {
	none := []string{"sensing", "sensing_switch", "share_nothing"}
	state := append([]string{"confidence", "event", "problem", "state"}, none...)
	full := append([]string{"arousal", "breathing", "eda_quality", "heart_rate", "pulse_quality", "recovery_half_life", "rmssd", "rsa", "scl",
		"scr_rate", "vagal"}, state...)
	for _, row := range []struct {
		name   string
		wearer Wearer
		want   []string
	}{
		{"none: sensing, and nothing else", Wearer{Share: pipeline.ShareNone, Paired: true}, none},
		{"state: the state too", Wearer{Share: pipeline.ShareState, Paired: true}, state},
		{"full: the measurements too", Wearer{Share: pipeline.ShareFull}, full},
		{"co-regulation only for two who both share it", Wearer{Share: pipeline.ShareFull, Paired: true}, append([]string{"coregulation"}, full...)},
		{"starting only where mqtt may start", Wearer{Share: pipeline.ShareNone, StartByMQTT: true}, append([]string{"start_session", "resume"}, none...)},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.wearer.ID = "a"
			m := bundles(t, row.wearer)[1]
			want := slices.Sorted(slices.Values(row.want))
			if got := keys(decode(t, m)); !slices.Equal(got, want) {
				t.Errorf("components %q\nwant       %q", got, want)
			}
			if row.wearer.Share == pipeline.ShareNone && bytes.Contains(m.Payload, []byte("hubd/bed-room/a/state")) {
				t.Error("the topic of the state is named")
			}
		})
	}
}

func TestTheRoomTellsOfTogetherOnlyWhereEverybodyShares(t *testing.T) {
	a := Wearer{ID: "a", Share: pipeline.ShareFull}
	for share, want := range map[pipeline.Share]bool{pipeline.ShareNone: false, pipeline.ShareState: true, pipeline.ShareFull: true} {
		room := decode(t, bundles(t, a, Wearer{ID: "b", Share: share})[0])
		if got := slices.Contains(room.Components["event"].EventTypes, "settled"); got != want {
			t.Errorf("second wearer at %s: settled %v, want %v", share, got, want)
		}
	}
}

func TestMomentsOfTheRoomAreTriggersOfItsDevice(t *testing.T) {
	want := []string{"check-in asked", "everyone settled", "practice done", "quiet moment offered", "session ended", "session started"}
	told := decode(t, bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull})[0]).Components["event"].EventTypes
	for share := pipeline.ShareNone; share <= pipeline.ShareFull; share++ {
		var got []string
		for key, c := range decode(t, bundles(t, Wearer{ID: "a", Share: share})[0]).Components {
			if c.Platform != triggerPlatform {
				continue
			}
			got = append(got, c.Subtype+" "+c.Type)
			if c.Topic != "hubd/bed-room/room/event" || key != "on_"+c.Payload || c.ValueTemplate != "{{ value_json.event_type }}" ||
				!slices.Contains(told, c.Payload) {
				t.Errorf("%s: %+v is never set off", key, c)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("at share %s: %q, want %q", share, got, want)
		}
	}
}

func TestAvailability(t *testing.T) {
	all := bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull, StartByMQTT: true})
	hub := availability{Topic: "hubd/bed-room/status"}
	// Without the template paused would be ignored, and what was measured before the pause would stay available.
	worn := availability{"hubd/bed-room/a/status", "{{ 'online' if value == 'online' else 'offline' }}"}
	for key, c := range decode(t, all[1]).Components {
		want := []availability{hub}
		if c.StateTopic == "hubd/bed-room/a/state" {
			want = append(want, worn)
		}
		if !slices.Equal(c.Availability, want) || c.Mode != "all" {
			t.Errorf("%s: available by %v (%s), want all of %v", key, c.Availability, c.Mode, want)
		}
	}
	for key, c := range decode(t, all[0]).Components {
		if (key == "online" || c.Platform == triggerPlatform) && len(c.Availability) == 0 {
			continue // the first tells what would hide it, the others are no entities
		}
		if !slices.Equal(c.Availability, []availability{hub}) {
			t.Errorf("room %s: available by %v", key, c.Availability)
		}
	}
}

func TestIdentities(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull, Name: "Somebody"}, Wearer{ID: "a-b", Share: pipeline.ShareFull}) {
		b := decode(t, m)
		if !strings.HasSuffix(m.Topic, "/device/"+b.Device.IDs[0]+"/config") || !m.Retain || m.QoS != 1 {
			t.Errorf("%s retain %v QoS %d", m.Topic, m.Retain, m.QoS)
		}
		for key, c := range b.Components {
			if c.Platform == triggerPlatform {
				continue // no entity
			}
			if seen[c.UniqueID] || seen[c.DefaultEntityID] {
				t.Errorf("%s: %s is taken", key, c.UniqueID)
			}
			seen[c.UniqueID], seen[c.DefaultEntityID] = true, true
			if strings.Contains(c.UniqueID+c.DefaultEntityID, "omebody") {
				t.Errorf("%s: a name stands in an id: %s %s", key, c.UniqueID, c.DefaultEntityID)
			}
		}
	}
	again := bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull})
	if !bytes.Equal(again[1].Payload, bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull})[1].Payload) {
		t.Error("the same options give two different bundles")
	}
}

func TestNoWordPromisesAnythingOfAPerson(t *testing.T) {
	never := regexp.MustCompile(`(?i)\b(safe|safety|ready|willing|consent|calm)\b`)
	for _, m := range bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull, StartByMQTT: true, Paired: true}) {
		if word := never.Find(m.Payload); word != nil {
			t.Errorf("%s says %q", m.Topic, word)
		}
	}
}

func TestOptionsAreRefused(t *testing.T) {
	for _, row := range []struct {
		name, want string
		change     func(*Options)
	}{
		{"a hub id with a slash", "hub id", func(o *Options) { o.HubID = "a/b" }},
		{"a wearer called room", "reserved", func(o *Options) { o.Wearers = []Wearer{{ID: "room"}} }},
		{"two wearers of one id", "once", func(o *Options) { o.Wearers = []Wearer{{ID: "a"}, {ID: "a"}} }},
		{"a missing topic", "topic is missing", func(o *Options) { o.Topics.RoomSet = nil }},
		{"a prefix with a wildcard", "want <prefix>/device/", func(o *Options) { o.Prefix = "home+" }},
		{"a topic inside the discovery tree", "discovery tree", func(o *Options) { o.Topics.HubStatus = "homeassistant/x" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := options(Wearer{ID: "a"})
			row.change(&o)
			if _, err := Bundles(o); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one about %q", err, row.want)
			}
		})
	}
}

func TestPlainVersion(t *testing.T) {
	for version, want := range map[string]string{"1.2.3-rc1+dev": "1.2.3-rc1+dev", "0~202611280420.95e2c465c208": "0~202611280420.95e2c465c208", "1' }}{{ x": "1x", "": "unknown"} {
		if got := plainVersion(version); got != want {
			t.Errorf("version %q in a template: %q, want %q", version, got, want)
		}
	}
}

func TestAChosenNameThatAnEntityBeginsWithGetsAWordBeforeIt(t *testing.T) {
	for _, row := range []struct {
		hub, wearer         string
		wantHub, wantWearer string
	}{
		{"Bedroom", "Ada", "Bedroom", "Ada"},
		{"Scene", "Heart", "Room Scene", "Wearer Heart"},
		{"volume", "skin", "Room volume", "Wearer skin"},
		{"Pause", "State", "Room Pause", "Wearer State"},
		{"Volumes", "Hear", "Volumes", "Hear"},
		{"", "", "Room", "Wearer a"},
	} {
		for share := pipeline.ShareNone; share <= pipeline.ShareFull; share++ {
			o := options(Wearer{ID: "a", Name: row.wearer, Share: share})
			o.HubName = row.hub
			all, err := Bundles(o)
			if err != nil {
				t.Fatalf("%s and %s at share %s: %v", row.hub, row.wearer, share, err)
			}
			if got := decode(t, all[0]).Device.Name; got != row.wantHub {
				t.Errorf("the room %q is called %q", row.hub, got)
			}
			if got := decode(t, all[1]).Device.Name; got != row.wantWearer {
				t.Errorf("the wearer %q is called %q at share %s", row.wearer, got, share)
			}
		}
	}
}
