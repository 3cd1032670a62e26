package hub

import (
	"context"
	"time"

	"hubd/mqtt"
)

// RunImpatiently is Run with other waits between attempts to reach the broker. begun gets the client's counters.
func RunImpatiently(ctx context.Context, o RunOptions, shortest, longest time.Duration, begun func(func() mqtt.Counters)) error {
	p, err := assemble(o)
	if err != nil {
		return err
	}
	p.mqtt.RetryMin, p.mqtt.RetryMax = shortest, longest
	l, err := newLive(p)
	if err != nil {
		return err
	}
	begun(l.client.Counters)
	return l.run(ctx)
}
