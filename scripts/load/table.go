package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const heading = `broker      hubs  there after   messages/s  bytes/hub-hour  at a connect   a hub: CPU  memory   broker: CPU  memory   p50      p99   not seen   machine
`

// text is the step's line, and what there is to say of it.
func (s *step) text() string {
	r, n := s.r, float64(s.crowd.Hubs)
	seconds := r.window.Seconds()
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %5d %11.1fs %12.1f %15.0f %13.0f %10.3f%% %6.0fK %12.2f%% %6.1fM %6.1fms %6.1fms %10s %8.0f%%\n",
		s.kind, s.crowd.Hubs, r.connecting.Seconds(), float64(r.calm.told)/seconds, float64(r.calm.bytes)/n/seconds*3600, float64(r.before)/n,
		r.hubs.processor/n, float64(r.hubs.bytes)/n/1024, r.broker.processor, float64(r.broker.bytes)/(1<<20),
		ms(percentile(r.calm.took, 0.5)), ms(percentile(r.calm.took, 0.99)), fmt.Sprintf("%d/%d", r.calm.told-r.calm.seen, r.calm.told), r.machine)
	if r.unsent.Connected < s.crowd.Hubs {
		fmt.Fprintf(&b, "           %d of %d hubs were at the broker at the end of the measured time: this machine has no more\n", r.unsent.Connected, s.crowd.Hubs)
	}
	if s.broker.front != nil {
		fmt.Fprintf(&b, "           the balancer: %.2f%% of a core, %.1fM\n", r.front.processor, float64(r.front.bytes)/(1<<20))
	}
	if r.unsent.Replaced+r.unsent.Dropped > 0 || r.calm.strange > 0 {
		fmt.Fprintf(&b, "           overtaken by a newer one of their topic before they could leave: %d, since the start %d; dropped: %d; seen that nobody told, or twice: %d\n",
			r.overtaken, r.unsent.Replaced, r.unsent.Dropped, r.calm.strange)
	}
	if r.killed {
		fmt.Fprintf(&b, "           one node killed: %d of %d hubs there after %.1f s; of %d messages from then on %d were not seen\n",
			r.connected, s.crowd.Hubs, r.back.Seconds(), r.stormy.told, r.stormy.told-r.stormy.seen)
	}
	fmt.Fprintf(&b, "           one command to each hub: %s of %d came\n", heardOf(r.commands), s.crowd.Hubs)
	fmt.Fprintf(&b, "           kept at each living node as told last: %s; all hubs cut off, their wills: %s; nodes read up to %d times until they had all\n",
		lostOf(r.lost), lostOf(r.willsLost), r.asked)
	return b.String()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// lostOf says what is lost, with some examples.
func lostOf(lost []string) string {
	if len(lost) == 0 {
		return "all"
	}
	return fmt.Sprintf("%d lost (%s)", len(lost), strings.Join(lost[:min(3, len(lost))], "; "))
}

// heardOf says how many heard theirs, and what a second try gave.
func heardOf(tries []int) string {
	if len(tries) == 2 {
		return fmt.Sprintf("%d, %s later %d", tries[0], deaf, tries[1])
	}
	return fmt.Sprint(tries[0])
}

// good tells whether everything that must not be lost is there.
func (s *step) good() bool {
	return len(s.r.lost)+len(s.r.willsLost) == 0 && s.r.connected == s.crowd.Hubs && slices.Max(append(s.r.commands, 0)) >= s.crowd.Hubs
}
