package hub_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/internal/waiting"
	"hubd/mqtt/broker"
)

// keeping is a home in which wearer a keeps a journal, in a folder.
func keeping(with, dir, keep string) string {
	yaml := strings.Replace(home(with, "1"), "share: full,", "share: full, keep: "+keep+",", 1)
	return strings.Replace(yaml, "path: history.db", "path: "+filepath.Join(dir, "history.db"), 1)
}

// keeper is a daemon that knows what its wearer wants kept.
func keeper(t *testing.T, yaml string) *daemon {
	t.Helper()
	d := run(t, yaml, "stress")
	waiting.Until(t, "the wearer is known", func() bool { return len(d.status(t).Wearers) == 1 })
	return d
}

func TestANoteIsOnTheDiskWhenItIsAnsweredAndNowhereElse(t *testing.T) {
	b, err := broker.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	h := &heard{}
	listen(t, b.Addr(), h)
	dir := t.TempDir()
	d := keeper(t, keeping(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", b.Addr()), dir, "journal"))
	const canary = "canary of an evening"
	id, err := hub.AddNote(t.Context(), d.socket, history.Note{Wearer: "a", Text: canary, Labs: []history.Lab{{Name: "canary lab", Value: 1, Unit: "u"}}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "history.db"))
	if err != nil || !bytes.Contains(data, []byte(canary)) {
		t.Errorf("it is not in the file: %v", err)
	}
	notes, err := hub.Notes(t.Context(), d.socket, "a", time.Time{}, time.Time{})
	if err != nil || len(notes) != 1 || notes[0].ID != id || notes[0].Text != canary || len(notes[0].Labs) != 1 {
		t.Errorf("%v, %+v", err, notes)
	}
	if err := hub.RemoveNote(t.Context(), d.socket, "a", id); err != nil {
		t.Error(err)
	}
	d.stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.got) == 0 {
		t.Error("the broker was told nothing at all")
	}
	for _, m := range h.got {
		if bytes.Contains(m.Payload, []byte("canary")) {
			t.Errorf("%s tells it: %s", m.Topic, m.Payload)
		}
	}
	if strings.Contains(d.log.String(), "canary") {
		t.Error("the log tells it")
	}
}

func TestANoteOfBytesThatAreNoTextIsRefusedNotMended(t *testing.T) {
	d := keeper(t, keeping("", t.TempDir(), "journal"))
	for _, n := range []history.Note{
		{Wearer: "a", Text: "a \xff"},
		{Wearer: "a", Tags: []history.Tag{{Kind: history.TagBody, Word: "chest\xff"}}},
		{Wearer: "a", Labs: []history.Lab{{Name: "n", Value: 1, Unit: "\xff"}}},
	} {
		if id, err := hub.AddNote(t.Context(), d.socket, n); err == nil || !strings.HasPrefix(err.Error(), "refused: ") {
			t.Errorf("%+v is note %d, %v", n, id, err)
		}
	}
	if notes, err := hub.Notes(t.Context(), d.socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != 0 {
		t.Errorf("%v, %+v", err, notes)
	}
}

func TestNotesWaitForTheWearersOwnKeep(t *testing.T) {
	dir := t.TempDir()
	d := keeper(t, keeping("", dir, "summaries"))
	note := history.Note{Wearer: "a", Text: "canary"}
	if _, err := hub.AddNote(t.Context(), d.socket, note); err == nil || !strings.Contains(err.Error(), "keep is summaries") ||
		!strings.Contains(err.Error(), "The config allows summaries at most: write keep: journal for a there") || strings.Contains(err.Error(), "hubd set") {
		t.Errorf("at summaries: %v", err)
	}
	d.stop()
	second := keeper(t, keeping("", dir, "journal"))
	if _, err := hub.AddNote(t.Context(), second.socket, note); err != nil {
		t.Errorf("at journal: %v", err)
	}
	second.ask(t, "a", "keep", "rest")
	if _, err := hub.AddNote(t.Context(), second.socket, note); err == nil || !strings.Contains(err.Error(), "hubd set keep journal --wearer a") {
		t.Errorf("lowered to rest, a note is answered with %v", err)
	}
	if notes, err := hub.Notes(t.Context(), second.socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != 1 {
		t.Errorf("lowering erases nothing, and there are %d notes: %v", len(notes), err)
	}
}

func TestManyNotesOfOneSecondAreAllListed(t *testing.T) {
	d := keeper(t, keeping("", t.TempDir(), "journal"))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const many = 130
	for i := range many {
		n := history.Note{Wearer: "a", Text: "x", At: at.Add(time.Duration(i/120) * time.Second)}
		if _, err := hub.AddNote(t.Context(), d.socket, n); err != nil {
			t.Fatal(err)
		}
	}
	if notes, err := hub.Notes(t.Context(), d.socket, "a", time.Time{}, time.Time{}); err != nil || len(notes) != many {
		t.Errorf("%d notes, want %d: %v", len(notes), many, err)
	}
}
