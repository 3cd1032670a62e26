package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"hubd/hub"
	"hubd/internal/waiting"
)

// preview shows scene settled on a daemon until ctx ends.
func preview(ctx context.Context, d *daemon, scene string, out *waiting.Text) error {
	return hub.Preview(ctx, hub.PreviewOptions{Socket: d.socket, Scene: scene, For: 10 * time.Minute, Out: out})
}

// shown waits for a preview to show its scene, does something meanwhile, and ends it.
func shown(t *testing.T, d *daemon, meanwhile func()) (said string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := &waiting.Text{}, make(chan error, 1)
	go func() { ended <- preview(ctx, d, "settled", out) }()
	waiting.Until(t, "the scene is shown", out.Has("Scene settled for 600 s"))
	waiting.Until(t, "the room is in use", func() bool { return d.status(t).Active })
	meanwhile()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAPreviewShowsAndGoesBack(t *testing.T) {
	d := run(t, home("", "1"), "rest")
	said := shown(t, d, func() {})
	if !strings.Contains(said, "goes back to how it was") {
		t.Errorf("it says %q", said)
	}
	if s := d.status(t); s.Active || s.Wearers[0].Status != "paused" {
		t.Errorf("after it: %+v, want a room not in use and nobody sensed", s)
	}
}

func TestAPreviewNamesTheLampsThatAreNotLit(t *testing.T) {
	lamp := strings.Replace(home(`mqtt: {url: "mqtt://127.0.0.1:1"}`, "1"), "private: false", "private: false, lamps: [{id: bed, dialect: zigbee2mqtt, topic: zigbee2mqtt/bed}]", 1)
	d := run(t, lamp, "rest")
	waiting.Until(t, "the status has the lamp", func() bool {
		status, err := hub.Status(t.Context(), d.socket)
		return err == nil && strings.Contains(string(status), `"lamp":"bed"`)
	})
	said := shown(t, d, func() {})
	if !strings.Contains(said, "Lamp bed: has not said how it is.") {
		t.Errorf("it says %q", said)
	}
}

func TestAPreviewLeavesSomebodysSessionAlone(t *testing.T) {
	d := run(t, home("", "1"), "rest")
	said := shown(t, d, func() { d.ask(t, "a", "start_session", "alone") })
	if !strings.Contains(said, "left to it") || !d.status(t).Active {
		t.Errorf("it says %q, and the session runs: %v", said, d.status(t).Active)
	}
	if err := preview(t.Context(), d, "settled", &waiting.Text{}); err == nil || !strings.Contains(err.Error(), "a session of kind alone runs") {
		t.Errorf("a preview in a session: %v", err)
	}
}

func TestAPreviewOfNoSceneIsRefused(t *testing.T) {
	d := run(t, home("", "1"), "rest")
	err := preview(t.Context(), d, "disco", &waiting.Text{})
	if err == nil || !strings.Contains(err.Error(), `there is no scene "disco": there are`) || d.status(t).Active {
		t.Errorf("got %v, and the room in use: %v", err, d.status(t).Active)
	}
}
