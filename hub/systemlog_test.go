package hub

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubd/internal/waiting"

	"github.com/coreos/go-systemd/v22/journal"
	"github.com/google/go-cmp/cmp"
)

// entry is what the journal got.
type entry struct {
	Message  string
	Priority journal.Priority
	Fields   map[string]string
}

func TestTheJournalGetsAFieldForEveryAttribute(t *testing.T) {
	var got []entry
	h := &journalHandler{level: slog.LevelInfo, send: func(m string, p journal.Priority, f map[string]string) error {
		got = append(got, entry{m, p, f})
		return nil
	}}
	log := slog.New(h).With("part", "mqtt")
	log.Debug("not at this level")
	log.Info("broker connected", "broker", "mqtt://127.0.0.1:1883")
	log.Warn("a source does not answer", "source", "ads1115@48", "next-try s", 2*time.Second)
	log.Error("settings are not stored", "error", errors.New("no space left"))
	want := []entry{
		{"broker connected, part mqtt, broker mqtt://127.0.0.1:1883", journal.PriInfo,
			map[string]string{"SYSLOG_IDENTIFIER": "hubd", "HUBD_PART": "mqtt", "HUBD_BROKER": "mqtt://127.0.0.1:1883"}},
		{"a source does not answer, part mqtt, source ads1115@48, next-try s 2s", journal.PriWarning,
			map[string]string{"SYSLOG_IDENTIFIER": "hubd", "HUBD_PART": "mqtt", "HUBD_SOURCE": "ads1115@48", "HUBD_NEXT_TRY_S": "2s"}},
		{"settings are not stored, part mqtt, error no space left", journal.PriErr,
			map[string]string{"SYSLOG_IDENTIFIER": "hubd", "HUBD_PART": "mqtt", "HUBD_ERROR": "no space left"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatTheJournalDoesNotTakeIsStillWritten(t *testing.T) {
	out := &waiting.Text{}
	log := slog.New(&journalHandler{
		send:     func(string, journal.Priority, map[string]string) error { return errors.New("no journal") },
		fallback: slog.NewTextHandler(out, nil),
	})
	log.With("part", "mqtt").Info("broker connected", "broker", "here")
	out.Wants(t, 1, `msg="broker connected" part=mqtt broker=here`)
}

func TestOneMessageComesSoOftenAndIsThenCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &waiting.Text{}
		log := slog.New(limit(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})))
		for range 100 {
			log.With("part", "sensors").Warn("a source does not answer")
			time.Sleep(time.Second)
		}
		out.Wants(t, limitBurst, "a source does not answer")
		out.Wants(t, 1, "more of this is counted")
		log.Info("something else")
		out.Wants(t, 1, "something else")
		for range 100 {
			log.Debug("a closer look")
		}
		out.Wants(t, 100, "a closer look")
		time.Sleep(limitEvery)
		log.Warn("a source does not answer")
		out.Wants(t, 1, "untold_before=90")
		log.Warn("a source does not answer")
		out.Wants(t, limitBurst+1, "a source does not answer")
		time.Sleep(limitBurst * limitEvery)
		for range limitBurst {
			log.Warn("a source does not answer")
		}
		out.Wants(t, 2*limitBurst+1, "a source does not answer")
		out.Wants(t, 1, "untold_before=1\n")
	})
}

func TestAMessageThatIsToldOncePerOutageStaysWhole(t *testing.T) {
	out := &waiting.Text{}
	log := slog.New(limit(slog.NewTextHandler(out, nil)))
	log.Warn("broker lost", "reason", "refused")
	if strings.Contains(out.String(), "untold") || strings.Contains(out.String(), "counted") {
		t.Errorf("something was added:\n%s", out)
	}
}
