package pipeline

import (
	"hubd/dsp"
	"hubd/room"
)

// CommandName names a command of design section 6.3.
type CommandName string

// The commands. Those marked (wearer) carry a wearer id; answer may.
const (
	CommandPause        CommandName = "pause"
	CommandEndSession   CommandName = "end_session"
	CommandStopPractice CommandName = "stop_practice"
	CommandResume       CommandName = "resume"        // (wearer)
	CommandStartSession CommandName = "start_session" // (wearer) Session
	CommandCues         CommandName = "cues"          // On
	CommandCheckIn      CommandName = "check_in"
	CommandAnswer       CommandName = "answer"        // Text: space, touch, reassurance, fine_for_now, stop
	CommandScene        CommandName = "scene"         // Text: a scene, or auto
	CommandPractice     CommandName = "practice"      // Text: a practice
	CommandReminder     CommandName = "reminder"      // Text: start, snooze, done
	CommandBreathPace   CommandName = "breath_pace"   // Number: breaths per minute, 4.5–7
	CommandNightCeiling CommandName = "night_ceiling" // Number: percent, 0–100
	CommandVolumeCap    CommandName = "volume_cap"    // Number: dB, −60–0
	CommandSensing      CommandName = "sensing"       // (wearer) On
	CommandShare        CommandName = "share"         // (wearer) Share
	CommandKeep         CommandName = "keep"          // (wearer) Keep
	CommandRestStart    CommandName = "rest_start"    // (wearer)
	CommandRestStop     CommandName = "rest_stop"     // (wearer)
	CommandRestForget   CommandName = "rest_forget"   // (wearer)
	CommandRecall       CommandName = "recall"        // (wearer) Body; from hubd itself, once what is stored can be read: it is no command of design section 6.3
	CommandComfort      CommandName = "comfort"       // (wearer) Spares; from the local socket and the own page only
	CommandCalibrate    CommandName = "calibrate"     // (wearer) OpenCircuit, Scale; from the local socket and the own page only
	CommandErase        CommandName = "erase"         // (wearer) from the local socket's own path only: it is no command of design section 6.3
)

// Source is the way a command came in.
type Source uint8

// The sources.
const (
	SourceMQTT   Source = iota
	SourceSocket        // the local socket: somebody with a login on the Pi
	SourcePage          // a browser with a wearer's own token
	SourceButton        // a wearer's own button, held 3 s; or the room's pause button
	SourceBoot          // the daemon's own start, for wearers with boot in start_from
)

// String gives the word used in start_from; socket for SourceSocket.
func (s Source) String() string { return [...]string{"mqtt", "socket", "page", "button", "boot"}[s] }

// Origin tells where a command came from and whose token or button it was.
type Origin struct {
	Source Source
	Wearer string // id; empty where the way in belongs to nobody
}

// Command is one act of a person, or of an automation in a person's name.
type Command struct {
	Name    CommandName
	Wearer  string // id, for commands on a wearer
	Origin  Origin
	Session room.SessionKind
	On      bool
	Text    string
	Number  float64
	Share   Share
	Keep    Keep
	Body    *Body
	Spares  *Spares

	OpenCircuit float64   // of a skin-conductance board, share of the supply
	Scale       dsp.Maybe // of its conductance; absent: not measured
}
