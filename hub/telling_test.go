package hub

import (
	"strings"
	"testing"

	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/wire"
)

func TestAHubSaysThatItIsThereWhenNothingOldCanBeShown(t *testing.T) {
	consent := pipeline.Consent{InRoom: []pipeline.WearerConsent{{Wearer: "a", Share: pipeline.ShareFull}}}
	teller := newTeller(logTo(&lines{}), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed"}, []tellWearer{{id: "a"}})
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
