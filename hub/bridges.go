package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/room"
)

// bridges follows what zigbee2mqtt tells of its lamps and groups, so that the room asks no lamp for what it cannot do. It belongs to
// the client's goroutine.
type bridges struct {
	log    *slog.Logger
	all    []*device.Bridge
	lamps  []*device.Lamp
	report func(room.LampReport)
	told   []string // topics and pairs of lamps that were complained of: as many as there are of them at most
}

func newBridges(log *slog.Logger, lamps []*device.Lamp, report func(room.LampReport)) *bridges {
	b := &bridges{log: log, lamps: lamps, report: report}
	var bases []string
	for _, l := range lamps {
		for _, base := range device.BridgesOf(l) {
			if !slices.Contains(bases, base) {
				bases = append(bases, base)
				b.all = append(b.all, device.NewBridge(base))
			}
		}
	}
	return b
}

// filters are what is subscribed to.
func (b *bridges) filters() []string {
	var out []string
	for _, bridge := range b.all {
		out = append(out, bridge.Topics()...)
	}
	return out
}

// large allows each list its length.
func (b *bridges) large() map[string]int {
	out := map[string]int{}
	for _, topic := range b.filters() {
		out[topic] = device.MaxBridge
	}
	return out
}

// hear takes a list and tells the room what it says of each lamp; false where the message is no list.
func (b *bridges) hear(in mqtt.Inbound) bool {
	if in.Oversize && slices.Contains(b.filters(), in.Topic) {
		b.complain(in.Topic, fmt.Errorf("it is longer than %d bytes, or too many came at once", device.MaxBridge))
		return true
	}
	for _, bridge := range b.all {
		mine, err := bridge.Hear(in.Topic, in.Payload)
		switch {
		case !mine:
			continue
		case len(in.Payload) == 0: // the broker was told to forget it; what was known holds
		case err != nil:
			b.complain(in.Topic, err)
		default:
			b.tell(bridge)
		}
		return true
	}
	return false
}

func (b *bridges) tell(bridge *device.Bridge) {
	for _, l := range b.lamps {
		if w := bridge.Whites(l); w.Known {
			b.report(room.LampReport{Lamp: l.ID(), Whites: w})
		}
		for _, group := range b.lamps {
			if bridge.Inside(l, group) {
				b.complain(group.ID()+" > "+l.ID(), errors.New("lamp "+l.ID()+" belongs to the group that lamp "+group.ID()+
					" is: leave one of them out of room.lamps, or each takes the other for a hand at the switch"))
			}
		}
	}
}

// complain tells once for each topic, and for each pair of lamps, what is wrong.
func (b *bridges) complain(of string, err error) {
	if slices.Contains(b.told, of) {
		return
	}
	b.told = append(b.told, of)
	b.log.Warn("what zigbee2mqtt tells of its lamps cannot be used whole", "of", of, "error", err)
}
