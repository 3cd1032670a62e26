package hub

import (
	"log/slog"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

// healthLog writes what Disclose lets the log have: sources that stop or start to answer. Never a bodily value, never a wearer.
type healthLog struct{ log *slog.Logger }

func (h *healthLog) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceLog}
}

func (h *healthLog) event(e pipeline.Event) {
	f, ok := e.Value.(dsp.Fault)
	switch {
	case !ok:
	case f.Reason == "":
		h.log.Info("a source answers again", "source", f.Source)
	default:
		h.log.Warn("a source does not answer", "source", f.Source, "reason", f.Reason)
	}
}

func (h *healthLog) tick(time.Duration, pipeline.Consent) {}
