package device

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hubd/room"
)

// MaxBridge is the longest of zigbee2mqtt's lists that is read, in bytes. A device takes two to four thousand, with all its bindings
// and everything it can do.
const MaxBridge = 2 << 20

const (
	maxBridgeDevices = 1000 // a coordinator bears a few hundred
	maxBridgeMembers = 256  // of one group
)

// Bridge is what one zigbee2mqtt tells of its lamps and groups: which colour temperatures each can do, and who belongs to whom. It
// keeps the newest of both lists. It belongs to one goroutine.
type Bridge struct {
	base   string
	lamps  map[string]bridgeLamp // by friendly name
	groups map[string][]string   // addresses of the members, by friendly name
}

// bridgeLamp is a device that is a light.
type bridgeLamp struct {
	address string // IEEE
	whites  room.Whites
}

// NewBridge follows the zigbee2mqtt with this base topic.
func NewBridge(base string) *Bridge { return &Bridge{base: base} }

// BridgesOf lists the base topics that a lamp's topic may lie under: a friendly name may hold slashes, and so may a base topic.
func BridgesOf(l *Lamp) []string {
	z, ok := l.d.(zigbee)
	if !ok {
		return nil
	}
	var bases []string
	for i, c := range z.topic {
		if c == '/' && i > 0 {
			bases = append(bases, z.topic[:i])
		}
	}
	return bases
}

// Topics lists what to subscribe to. Both are kept by the broker.
func (b *Bridge) Topics() []string {
	return []string{b.base + "/bridge/devices", b.base + "/bridge/groups"}
}

// Hear takes a message; false where it is none of the two lists. An error leaves the list as it was.
func (b *Bridge) Hear(topic string, payload []byte) (bool, error) {
	var err error
	switch topic {
	case b.base + "/bridge/devices":
		err = b.hearDevices(payload)
	case b.base + "/bridge/groups":
		err = b.hearGroups(payload)
	default:
		return false, nil
	}
	if err != nil {
		return true, fmt.Errorf("device: %s: %w", topic, err)
	}
	return true, nil
}

// Whites is what a lamp or a group can do; not Known where the lists do not tell. A group does what all of its lamps with a colour
// temperature do.
func (b *Bridge) Whites(l *Lamp) room.Whites {
	name, ok := b.name(l)
	if !ok {
		return room.Whites{}
	}
	if lamp, ok := b.lamps[name]; ok {
		return lamp.whites
	}
	return b.common(b.groups[name])
}

// Inside tells whether lamp l belongs to the group that in commands: then both would be commanded, and each taken for the other's hand.
func (b *Bridge) Inside(l, in *Lamp) bool {
	name, ok := b.name(l)
	group, also := b.name(in)
	if !ok || !also {
		return false
	}
	lamp, known := b.lamps[name]
	return known && slices.Contains(b.groups[group], lamp.address)
}

// name is a lamp's friendly name at this zigbee2mqtt; false where it is no lamp of it.
func (b *Bridge) name(l *Lamp) (string, bool) {
	z, ok := l.d.(zigbee)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(z.topic, b.base+"/")
}

// common is the range that all lamps with these addresses share; not Known where they share none, or one of theirs is not told.
func (b *Bridge) common(members []string) room.Whites {
	var all room.Whites
	for _, lamp := range b.lamps {
		switch {
		case !slices.Contains(members, lamp.address):
		case !lamp.whites.Known:
			return room.Whites{}
		case !all.Known, all.None:
			all = lamp.whites
		case !lamp.whites.None:
			all.Min, all.Max = max(all.Min, lamp.whites.Min), min(all.Max, lamp.whites.Max)
		}
	}
	if all.Min > all.Max {
		return room.Whites{}
	}
	return all
}

// bridgeDevice is the part of bridge/devices that concerns light (zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html).
type bridgeDevice struct {
	Address    string `json:"ieee_address"`
	Name       string `json:"friendly_name"`
	Definition *struct {
		Exposes []bridgeExpose `json:"exposes"`
	} `json:"definition"`
}

// bridgeExpose is one thing a device can do; those of type light hold features.
type bridgeExpose struct {
	Type     string         `json:"type"`
	Property string         `json:"property"`
	Least    json.Number    `json:"value_min"`
	Most     json.Number    `json:"value_max"`
	Features []bridgeExpose `json:"features"`
}

type bridgeGroup struct {
	Name    string `json:"friendly_name"`
	Members []struct {
		Address string `json:"ieee_address"`
	} `json:"members"`
}

func (b *Bridge) hearDevices(payload []byte) error {
	lamps := map[string]bridgeLamp{}
	err := each(payload, func(d bridgeDevice) {
		if d.Definition == nil || d.Name == "" || d.Address == "" {
			return // not interviewed yet, or unknown to zigbee2mqtt
		}
		for _, e := range d.Definition.Exposes {
			if e.Type == "light" {
				lamps[d.Name] = bridgeLamp{d.Address, lightWhites(e.Features)}
				return // of a device with several lights, the first
			}
		}
	})
	if err == nil {
		b.lamps = lamps
	}
	return err
}

func (b *Bridge) hearGroups(payload []byte) error {
	groups := map[string][]string{}
	err := each(payload, func(g bridgeGroup) {
		var members []string
		for _, m := range g.Members {
			if len(members) < maxBridgeMembers {
				members = append(members, m.Address)
			}
		}
		groups[g.Name] = members
	})
	if err == nil {
		b.groups = groups
	}
	return err
}

// lightWhites reads the range of property color_temp, in mired; a light without that property has one white, or colours alone.
func lightWhites(features []bridgeExpose) room.Whites {
	for _, f := range features {
		if f.Property != "color_temp" {
			continue
		}
		least, err := f.Least.Float64()
		most, err2 := f.Most.Float64()
		if errors.Join(err, err2) != nil || !(least >= 1 && least <= most) {
			return room.Whites{} // it has one, of a range that is not told
		}
		return room.Whites{Known: true, Min: mired(most), Max: mired(least)}
	}
	return room.Whites{Known: true, None: true}
}

// each reads a JSON list item by item, so that a list of hundreds of thousands of bytes is never in memory a second time.
func each[T any](payload []byte, take func(T)) error {
	d := json.NewDecoder(bytes.NewReader(payload))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("this is no JSON list")
	}
	for n := 0; d.More(); n++ {
		if n == maxBridgeDevices {
			return fmt.Errorf("more than %d items", maxBridgeDevices)
		}
		var item T
		if err := d.Decode(&item); err != nil {
			return fmt.Errorf("item %d: %w", n, err)
		}
		take(item)
	}
	_, err := d.Token()
	return err
}
