package hub_test

import (
	"strings"
	"testing"
	"time"

	"hubd/hub"
	"hubd/wire"
)

// tables reads what is kept of a's sessions, as hubd export does.
func tables(t *testing.T, d *daemon, table wire.KeptTable) (rows []string) {
	t.Helper()
	err := hub.Kept(t.Context(), d.socket, "a", table, false, time.Time{}, time.Time{}, func(line []byte) error {
		rows = append(rows, string(line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTheOwnPartOfAPrivateSessionIsKeptOnlyWhenItsWearerAsks(t *testing.T) {
	dir := t.TempDir()
	yaml := strings.Replace(keeping("", dir, "rest"), "private: false", "private: true", 1)
	d := keeper(t, yaml)
	if err := hub.KeepPart(t.Context(), d.socket, "a"); err == nil || !strings.Contains(err.Error(), "nothing of yours waits") {
		t.Errorf("before any session: %v", err)
	}
	d.ask(t, "a", "start_session", "together")
	if err := hub.KeepPart(t.Context(), d.socket, "a"); err == nil || !strings.Contains(err.Error(), "still runs for you") {
		t.Errorf("while it runs: %v", err)
	}
	d.ask(t, "", "check_in", "PRESS")
	d.ask(t, "a", "answer", "touch")
	d.ask(t, "", "end_session", "PRESS")
	if rows := tables(t, d, wire.KeptSessions); len(rows) > 0 {
		t.Errorf("kept without being asked: %v", rows)
	}
	if err := hub.KeepPart(t.Context(), d.socket, "a"); err != nil {
		t.Fatal(err)
	}
	d.stop()
	again := keeper(t, keeping("", dir, "rest"))
	sessions, moments := tables(t, again, wire.KeptSessions), tables(t, again, wire.KeptMoments)
	if len(sessions) != 1 || !strings.Contains(sessions[0], "together") || !strings.HasSuffix(sessions[0], ",true") {
		t.Errorf("sessions %q", sessions)
	}
	if !strings.Contains(strings.Join(moments, "\n"), ",answer,touch,") {
		t.Errorf("moments %q", moments)
	}
	if err := hub.KeepPart(t.Context(), again.socket, "a"); err == nil {
		t.Error("after a restart something waits")
	}
}

func TestKeepNothingKeepsNoPartEither(t *testing.T) {
	d := keeper(t, strings.Replace(keeping("", t.TempDir(), "nothing"), "private: false", "private: true", 1))
	d.ask(t, "a", "start_session", "together")
	d.ask(t, "", "end_session", "PRESS")
	if err := hub.KeepPart(t.Context(), d.socket, "a"); err == nil || !strings.Contains(err.Error(), "keep is nothing") {
		t.Errorf("%v", err)
	}
}
