package hub

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// busSilence is how long a reading loop may deliver nothing, not even an empty block, before hubd no longer counts as alive. A
// sensor that does not answer is no silence: its loop goes on delivering empty blocks and faults.
const busSilence = 5 * time.Second

// sendSilence is how long messages may wait for a broker that is there without one of them leaving. The client gives up such a connection
// after a fraction of that; if it does not, its goroutine hangs.
const sendSilence = time.Minute

// watchLooks is how long a watch may not have looked, and believe that it was there. Where hubd got no processor for longer, its loops had none either.
const watchLooks = time.Second

// outflow is how far publishing has come.
type outflow struct {
	connected bool
	waiting   int    // messages
	sent      uint64 // so far
}

// watch feeds systemd's watchdog from the progress of reading, processing and publishing, never from a bare ticker.
type watch struct {
	log    *slog.Logger
	out    func() outflow // nil: no broker
	every  time.Duration  // 0: nobody watches
	buses  []string
	looked time.Duration            // when it looked last
	seen   time.Duration            // how much of the time so far it has seen
	heard  map[string]time.Duration // how much it had seen at the last block of each bus
	sent   uint64                   // when publishing last moved
	moved  time.Duration            // and how much it had seen then
	fed    time.Duration
	stuck  bool
	begun  bool // a sample has come
	status string
	notify func(state string) error
}

func newWatch(log *slog.Logger, buses []string) *watch {
	w := &watch{log: log, buses: buses, heard: map[string]time.Duration{}, notify: func(state string) error {
		_, err := daemon.SdNotify(false, state)
		return err
	}}
	if every, err := daemon.SdWatchdogEnabled(false); err == nil {
		w.every = every / 3
	}
	return w
}

// ready tells systemd that hubd has started.
func (w *watch) ready() { w.send(daemon.SdNotifyReady) }

// stopping tells systemd that hubd is about to end.
func (w *watch) stopping() { w.send(daemon.SdNotifyStopping) }

func (w *watch) send(state string) {
	if err := w.notify(state); err != nil {
		w.log.Debug("systemd not told", "state", state, "error", err)
	}
}

// progress takes one processed batch, and feeds the watchdog while every bus delivers and what is published leaves.
func (w *watch) progress(now time.Duration, b *batch) {
	w.seen += min(now-w.looked, watchLooks)
	w.looked = now
	for i := range b.blocks {
		w.heard[b.blocks[i].Bus] = w.seen
		if !w.begun && len(b.blocks[i].Samples) > 0 {
			w.begun = true
			w.log.Info("the first samples are here")
		}
	}
	still := w.still()
	if stuck := len(still) > 0; stuck != w.stuck {
		w.stuck = stuck
		if stuck {
			w.log.Error("a loop of hubd stands still; the watchdog is not fed", "loops", strings.Join(still, ", "))
		} else {
			w.log.Info("all loops of hubd move again")
		}
	}
	if w.stuck || w.every == 0 || now-w.fed < w.every {
		return
	}
	w.fed = now
	w.send(daemon.SdNotifyWatchdog)
}

// still are the loops that do not move.
func (w *watch) still() []string {
	var names []string
	for _, bus := range w.buses {
		if w.seen-w.heard[bus] > busSilence {
			names = append(names, bus)
		}
	}
	if w.out == nil {
		return names
	}
	out := w.out()
	if !out.connected || out.waiting == 0 || out.sent != w.sent {
		w.sent, w.moved = out.sent, w.seen
	}
	if w.seen-w.moved > sendSilence {
		names = append(names, "broker")
	}
	return names
}

// tell shows a line in systemctl status when it changes. While nobody is sensed no chip is touched, so nobody knows whether one would answer.
func (w *watch) tell(sources, silent int, paused bool, broker string) {
	answer := fmt.Sprintf("%d of %d sources answer", sources-silent, sources)
	if paused {
		answer = "nobody is sensed, no source is asked"
	}
	status := "STATUS=" + answer + "; broker: " + broker
	if status != w.status {
		w.status = status
		w.send(status)
	}
}
