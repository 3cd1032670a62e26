package hub

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

// healthWindow is how often the log hears of sources: a plug that wobbles must not fill a card.
const healthWindow = 10 * time.Second

// healthLog writes what Disclose lets the log have: sources that stop or start to answer. Never a bodily value, never a wearer. It writes
// one line in healthWindow: the first news at once, what comes in the rest of the window together at its end, of each source the newest.
type healthLog struct {
	log  *slog.Logger
	ends time.Duration // of the window
	news []health      // not written yet: one of each source at most
}

// health is the newest of one source.
type health struct {
	dsp.Fault
	changes int // since the last line
}

func (h *healthLog) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceLog}
}

func (h *healthLog) event(e pipeline.Event) {
	f, ok := e.Value.(dsp.Fault)
	if !ok {
		return
	}
	changes := 1
	if i := slices.IndexFunc(h.news, func(n health) bool { return n.Source == f.Source }); i >= 0 {
		changes += h.news[i].changes
		h.news = slices.Delete(h.news, i, i+1)
	}
	h.news = append(h.news, health{f, changes})
}

func (h *healthLog) tick(now time.Duration, _ pipeline.Consent) {
	if len(h.news) == 0 || now < h.ends {
		return
	}
	h.ends = now + healthWindow
	if len(h.news) == 1 {
		h.one(h.news[0])
	} else {
		h.several()
	}
	h.news = h.news[:0]
}

// one writes what is new of a single source.
func (h *healthLog) one(n health) {
	log := h.log
	if n.changes > 1 {
		log = log.With("changes", n.changes)
	}
	if n.Reason == "" {
		log.Info("a source answers again", "source", n.Source)
		return
	}
	log.Warn("a source does not answer", "source", n.Source, "reason", n.Reason)
}

// several writes one line of all that are new.
func (h *healthLog) several() {
	var silent, back []string
	changes := 0
	for _, n := range h.news {
		changes += n.changes
		if n.Reason == "" {
			back = append(back, n.Source)
		} else {
			silent = append(silent, n.Source+": "+n.Reason)
		}
	}
	log := h.log.With("changes", changes)
	if len(back) > 0 {
		log = log.With("answering", strings.Join(back, ", "))
	}
	if len(silent) == 0 {
		log.Info("sources answer again")
		return
	}
	log.Warn("sources do not answer", "silent", strings.Join(silent, " | "))
}
