package wire

import "strings"

// TargetRoom and TargetSim are the targets of commands that are no wearer. No wearer can have their names.
const (
	TargetRoom = "room"
	TargetSim  = "sim" // the simulated chips of hubd demo
)

// Topics are the topics of one hub (design section 6.3). Ids match ^[a-z][a-z0-9-]{0,31}$, which config has checked.
type Topics struct{ Hub string }

func (t Topics) under(parts ...string) string {
	return "hubd/" + t.Hub + "/" + strings.Join(parts, "/")
}

// Status is where the hub says that it is there; also the topic of its last will. Retained.
func (t Topics) Status() string { return t.under("status") }

// WearerStatus is where online, offline or paused is said of one wearer. Retained.
func (t Topics) WearerStatus(wearer string) string { return t.under(wearer, "status") }

// WearerState is where WearerView's state goes. Never retained.
func (t Topics) WearerState(wearer string) string { return t.under(wearer, "state") }

// WearerEvent is where WearerView's events go. Never retained.
func (t Topics) WearerEvent(wearer string) string { return t.under(wearer, "event") }

// WearerSet is where a command for one wearer comes in.
func (t Topics) WearerSet(wearer, name string) string { return t.under(wearer, "set", name) }

// RoomCue is where lamp and sound values go. Never retained.
func (t Topics) RoomCue() string { return t.under(TargetRoom, "cue") }

// RoomSession is where it is said whether a session runs. Never retained.
func (t Topics) RoomSession() string { return t.under(TargetRoom, "session") }

// RoomState is where the room's settings go. Never retained.
func (t Topics) RoomState() string { return t.under(TargetRoom, "state") }

// RoomEvent is where RoomView's events go. Never retained.
func (t Topics) RoomEvent() string { return t.under(TargetRoom, "event") }

// RoomSet is where a command for the room comes in.
func (t Topics) RoomSet(name string) string { return t.under(TargetRoom, "set", name) }

// SimSet is where a fault for the demo's simulated chips comes in.
func (t Topics) SimSet(name string) string { return t.under(TargetSim, "set", name) }

// Commands is the one filter to subscribe to for all commands of this hub, whatever their target.
func (t Topics) Commands() string { return t.under("+", "set", "+") }

// Discovery is where Home Assistant reads the room's device; wearer empty, or one wearer's. Retained.
func (t Topics) Discovery(prefix, wearer string) string {
	id := "hubd_" + t.Hub
	if wearer != "" {
		id += "_" + wearer
	}
	return prefix + "/device/" + id + "/config"
}

// ParseStatus reads the wearer from a topic of WearerStatus; false for any other topic.
func (t Topics) ParseStatus(topic string) (wearer string, ok bool) {
	rest, mine := strings.CutPrefix(topic, "hubd/"+t.Hub+"/")
	wearer, last, two := strings.Cut(rest, "/")
	return wearer, mine && two && wearer != "" && last == "status"
}

// ParseCommand reads target and name from a topic that Commands matched; false for any other topic. Neither part is checked:
// ParseCommand does that and says what is wrong.
func (t Topics) ParseCommand(topic string) (target, name string, ok bool) {
	rest, ok := strings.CutPrefix(topic, "hubd/"+t.Hub+"/")
	if !ok {
		return "", "", false
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 3 || parts[0] == "" || parts[1] != "set" || parts[2] == "" {
		return "", "", false
	}
	return parts[0], parts[2], true
}
