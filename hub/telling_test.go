package hub

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

func TestAHubSaysThatItIsThereWhenNothingOldCanBeShown(t *testing.T) {
	consent := pipeline.Consent{InRoom: []pipeline.WearerConsent{{Wearer: "a", Share: pipeline.ShareFull}}}
	teller := newTeller(logTo(&waiting.Text{}), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed"}, []tellWearer{{id: "a"}})
	teller.statuses[0] = teller.topics.StatusOf("a", wire.WearerOnline)
	teller.shares[0] = consent.InRoom[0].Share
	var err error
	if teller.bundles, err = teller.describe(teller.shown()); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, m := range teller.announcement() {
		order = append(order, m.Topic)
		if m.Topic == "hubd/bed/a/state" && (m.Retain || strings.Trim(string(m.Payload), "{}") == "" || strings.Contains(string(m.Payload), "true")) {
			t.Errorf("begins with %s", m.Payload)
		}
	}
	const want = "homeassistant/device/hubd_bed/config homeassistant/device/hubd_bed_a/config hubd/bed/a/state hubd/bed/a/status hubd/bed/status"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("announced in the order %s\nwant %s", got, want)
	}
	if !teller.up.Load() {
		t.Error("the states are not due after a connect")
	}
}

// Steps may follow each other at once. What changes in one is told in it: whoever breathes with room/cue must not be late, nor a pause.
func TestACueAndAPauseAreToldInTheirOwnStep(t *testing.T) {
	var told []string
	sensed := true
	teller := newTeller(logTo(&waiting.Text{}), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed"}, []tellWearer{{id: "a"}})
	teller.keepNewest = func(m mqtt.Message) error { told = append(told, m.Topic); return nil }
	teller.sendOnce = func(mqtt.Message, time.Time, func()) error { return nil }
	teller.room, teller.sensed = func() room.Status { return room.Status{InUse: true, Session: room.Alone, Members: []bool{true}} }, func(int) bool { return sensed }
	step := func(at time.Duration) []string {
		told = nil
		teller.tick(at*time.Millisecond, pipeline.Consent{})
		return told
	}
	step(100)
	if got := step(101); len(got) > 0 {
		t.Errorf("where nothing changed, %q is told", got)
	}
	teller.event(pipeline.Event{At: 102 * time.Millisecond, Value: room.Cue{Scene: "base", Light: room.Light{Brightness: 30, Kelvin: 2400, Transition: time.Second}}})
	if got := step(102); !slices.Contains(got, "hubd/bed/room/cue") {
		t.Errorf("a cue's own step tells %q", got)
	}
	sensed = false
	if got := step(103); !slices.Contains(got, "hubd/bed/a/status") {
		t.Errorf("a pause's own step tells %q", got)
	}
}

// A broker of several machines may have missed the last word on one of them: what is kept of who is there is told again, and nothing else is.
func TestWhatIsKeptIsToldAgainEachMinute(t *testing.T) {
	var told []string
	teller := newTeller(logTo(&waiting.Text{}), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed"}, []tellWearer{{id: "a"}})
	teller.keepNewest = func(m mqtt.Message) error { told = append(told, m.Topic+" "+string(m.Payload)); return nil }
	teller.statuses[0] = teller.topics.StatusOf("a", wire.WearerPaused)
	again := []string{"hubd/bed/a/status paused", "hubd/bed/status online"}
	for _, row := range []struct {
		name     string
		announce bool
		at       time.Duration
		want     []string
	}{
		{"nothing before a broker was there", false, time.Hour, nil},
		{"a connect tells it itself", true, time.Hour, nil},
		{"not within the minute", false, time.Hour + 59*time.Second, nil},
		{"after it", false, time.Hour + time.Minute, again},
		{"once", false, time.Hour + 61*time.Second, nil},
		{"and after another", false, time.Hour + 2*time.Minute, again},
		{"not soon after the next connect", true, time.Hour + 3*time.Minute, nil},
	} {
		told = nil
		if row.announce {
			teller.announcement()
		}
		teller.answerBirth(row.at)
		teller.keepTold(row.at)
		if !slices.Equal(told, row.want) {
			t.Errorf("%s: %q, want %q", row.name, told, row.want)
		}
	}
}
