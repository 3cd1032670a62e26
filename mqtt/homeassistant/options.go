// Package homeassistant describes hubd to Home Assistant: one device for the room and one for each wearer, by device
// discovery (Home Assistant 2024.11 and later), and never more than what the wearer shares.
//
// It is pure. It knows topics only as they are given to it, and the keys of the messages on them: those of design section
// 6.3. A null in a message becomes Home Assistant's unknown.
package homeassistant

import (
	"errors"
	"fmt"
	"regexp"

	"hubd/pipeline"
)

// Options say what there is to discover.
type Options struct {
	Prefix  string // of the discovery topics; empty means homeassistant
	HubID   string // ^[a-z][a-z0-9-]{0,31}$
	HubName string // name of the room's device; empty means Room
	Version string // of hubd
	Mark    string // tells this installation from every other, so that what it left under a former id is known; may be empty
	URL     string // where hubd's documentation is; may be empty
	Topics  Topics

	Wearers   []Wearer
	Scenes    []string // that can be chosen by hand, without auto
	Practices []string // that can be started
}

// Wearer is one wearer's part.
type Wearer struct {
	ID          string         // ^[a-z][a-z0-9-]{0,31}$, not room, status or sim
	Name        string         // empty means Wearer and the id
	Share       pipeline.Share // in force now
	StartByMQTT bool           // start_from has mqtt
	Paired      bool           // co-regulation may be told: pair is set, and both share everything
}

// Topics are the places of hubd's own messages.
type Topics struct {
	HubStatus   string // online | offline
	RoomSession string // {"active": true | false}
	RoomState   string // {"cues": true | false, "scene", "practice", "breath_pace", "night_ceiling", "volume_cap"}
	RoomEvent   string // {"event_type": …}
	RoomSet     func(command string) string

	WearerStatus func(wearer string) string // online | offline | paused
	WearerState  func(wearer string) string
	WearerEvent  func(wearer string) string // {"event_type": …}
	WearerSet    func(wearer, command string) string
}

var id = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (o Options) check() error {
	var problems []error
	if !id.MatchString(o.HubID) {
		problems = append(problems, fmt.Errorf("homeassistant: hub id %q: want %s", o.HubID, id))
	}
	t := o.Topics
	if t.HubStatus == "" || t.RoomSession == "" || t.RoomState == "" || t.RoomEvent == "" || t.RoomSet == nil ||
		t.WearerStatus == nil || t.WearerState == nil || t.WearerEvent == nil || t.WearerSet == nil {
		problems = append(problems, errors.New("homeassistant: a topic is missing"))
	}
	seen := map[string]bool{"room": true, "status": true, "sim": true}
	for _, w := range o.Wearers {
		if !id.MatchString(w.ID) || seen[w.ID] {
			problems = append(problems, fmt.Errorf("homeassistant: wearer id %q: want %s, once, and not a reserved word", w.ID, id))
		}
		seen[w.ID] = true
	}
	return errors.Join(problems...)
}

func (o Options) prefix() string {
	if o.Prefix == "" {
		return "homeassistant"
	}
	return o.Prefix
}

func (o Options) roomName() string {
	if o.HubName == "" {
		return "Room"
	}
	return o.HubName
}

func (w Wearer) name() string {
	if w.Name == "" {
		return "Wearer " + w.ID
	}
	return w.Name
}

// allShareState tells whether what the wearers do together may be told.
func (o Options) allShareState() bool {
	for _, w := range o.Wearers {
		if w.Share < pipeline.ShareState {
			return false
		}
	}
	return len(o.Wearers) > 0
}
