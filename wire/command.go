package wire

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// MaxPayload is the longest payload of a command, in bytes.
const MaxPayload = 4 << 10

// ParseCommand reads a command that came by MQTT or HTTP (design section 6.3). target is room or a wearer's id. The error is
// the reason of a refusal, in words for people; Refusal makes the event of it. Whether somebody may do this is not decided here.
//
// A retained command is refused: a broker would repeat it at every connect, and a pause of last week would stop tonight.
func ParseCommand(target, name string, payload []byte, retained bool, origin pipeline.Origin, wearers []string) (pipeline.Command, error) {
	c := pipeline.Command{Name: pipeline.CommandName(name), Origin: origin}
	if err := aim(&c, target, wearers); err != nil {
		return pipeline.Command{}, err
	}
	if retained {
		return pipeline.Command{}, errors.New("a retained command is not obeyed: send it without the retain flag")
	}
	if stops(c.Name) {
		return c, nil // whatever the payload is
	}
	if len(payload) > MaxPayload {
		return pipeline.Command{}, fmt.Errorf("the payload is longer than %d bytes", MaxPayload)
	}
	if err := fill(&c, string(payload)); err != nil {
		return pipeline.Command{}, err
	}
	return c, nil
}

// Refusal is the event that answers a command that could not be read. The name is cut and cleaned, since anybody may have sent it.
func Refusal(name string, err error) pipeline.Refused {
	return pipeline.Refused{Name: cleaned(name), Reason: err.Error()}
}

// aim checks that the name is known and the target is one that it is for.
func aim(c *pipeline.Command, target string, wearers []string) error {
	forRoom, forWearer := targets(c.Name)
	switch {
	case c.Name == simFault:
		return errors.New("fault is for simulated chips: its topic ends in sim/set/fault")
	case !forRoom && !forWearer:
		return fmt.Errorf("there is no command %q", cleaned(string(c.Name)))
	case target == TargetRoom && !forRoom:
		return fmt.Errorf("%s is for a wearer, not for the room", c.Name)
	case target == TargetRoom || c.Name == pipeline.CommandPause:
		return nil // a stop is obeyed however clumsily it is aimed: pausing is for everybody anyway
	case !slices.Contains(wearers, target):
		return fmt.Errorf("nobody here is called %q", cleaned(target))
	case !forWearer:
		return fmt.Errorf("%s is for the room, not for a wearer", c.Name)
	}
	c.Wearer = target
	return nil
}

// stops tells whether a command only ever stops something: then any message is one.
func stops(n pipeline.CommandName) bool {
	switch n {
	case pipeline.CommandPause, pipeline.CommandEndSession, pipeline.CommandStopPractice, pipeline.CommandRestStop:
		return true
	}
	return false
}

// targets tells what a command is for; neither for a name that is no command.
func targets(n pipeline.CommandName) (forRoom, forWearer bool) {
	switch n {
	case pipeline.CommandPause, pipeline.CommandEndSession, pipeline.CommandStopPractice, pipeline.CommandCues,
		pipeline.CommandCheckIn, pipeline.CommandScene, pipeline.CommandPractice,
		pipeline.CommandReminder, pipeline.CommandBreathPace, pipeline.CommandNightCeiling, pipeline.CommandVolumeCap:
		return true, false
	case pipeline.CommandResume, pipeline.CommandStartSession, pipeline.CommandSensing,
		pipeline.CommandShare, pipeline.CommandKeep,
		pipeline.CommandRestStart, pipeline.CommandRestStop, pipeline.CommandRestForget, pipeline.CommandCalibrate, pipeline.CommandComfort:
		return false, true
	case pipeline.CommandAnswer:
		return true, true
	}
	return false, false
}

// fill reads the payload into the command. Spaces and line ends around it do not count: a shell often adds one.
func fill(c *pipeline.Command, payload string) (err error) {
	text := strings.Trim(payload, " \t\r\n")
	switch c.Name {
	case pipeline.CommandResume, pipeline.CommandStartSession:
		c.Session, err = kindOrPress(text)
	case pipeline.CommandCues, pipeline.CommandSensing:
		c.On, err = onOff(text)
	case pipeline.CommandAnswer:
		c.Text, err = oneOf(text, answers()...)
	case pipeline.CommandScene:
		c.Text, err = nameOf(text, "scene", "a name from the config, or auto")
	case pipeline.CommandPractice:
		c.Text, err = nameOf(text, "practice", "breath, another of those hubd has, or a name from the config")
	case pipeline.CommandReminder:
		c.Text, err = oneOf(text, "start", "snooze", "done")
	case pipeline.CommandBreathPace:
		c.Number, err = between(text, 4.5, 7, "breaths per minute")
	case pipeline.CommandNightCeiling:
		c.Number, err = between(text, 0, 100, "percent")
	case pipeline.CommandVolumeCap:
		c.Number, err = between(text, -60, 0, "dB")
	case pipeline.CommandShare:
		c.Share, err = level(text, pipeline.ParseShare, pipeline.ShareNone, pipeline.ShareFull)
	case pipeline.CommandKeep:
		c.Keep, err = level(text, pipeline.ParseKeep, pipeline.KeepNothing, pipeline.KeepJournal)
	case pipeline.CommandCalibrate:
		err = calibration(c, text)
	case pipeline.CommandComfort:
		c.Spares, err = spares(text)
	case pipeline.CommandRestStart, pipeline.CommandRestForget:
		_, err = oneOf(text, press)
	}
	return err // check_in takes anything
}

// calibration reads what was measured on a skin-conductance board: its open circuit as a share of the supply, and, where known resistors
// were at hand, what its conductance is to be multiplied by.
func calibration(c *pipeline.Command, text string) (err error) {
	open, scale, both := strings.Cut(text, " ")
	if c.OpenCircuit, err = between(open, 0.2, 0.9, "of the supply"); err != nil || !both {
		return err
	}
	factor, err := between(scale, 0.2, 5, "times")
	c.Scale = dsp.Some(factor)
	return err
}

// AppendCalibration is the payload that says so.
func AppendCalibration(dst []byte, open float64, scale dsp.Maybe) []byte {
	dst = appendNumber(dst, open, probeDecimals)
	if scale.Known {
		dst = appendNumber(append(dst, ' '), scale.Value, probeDecimals)
	}
	return dst
}

// press is what a button of Home Assistant sends.
const press = "PRESS"

func answers() []string { return []string{"space", "touch", "reassurance", "fine_for_now", "stop"} }

// kindOrPress reads the kind of session; a mere press leaves it to the room.
func kindOrPress(text string) (room.SessionKind, error) {
	if text == press {
		return room.NoSession, nil
	}
	if k, ok := room.ParseSessionKind(text); ok {
		return k, nil
	}
	return room.NoSession, wanted(text, press, "together", "alone", "practice", "night")
}

// onOff reads a switch. Switching off forgives how it is written; switching on is said exactly.
func onOff(text string) (bool, error) {
	if strings.EqualFold(text, "OFF") {
		return false, nil
	}
	word, err := oneOf(text, "ON", "OFF")
	return word == "ON", err
}

// level reads one of an ordered list of words from least to most.
func level[T interface {
	~uint8
	fmt.Stringer
}](text string, parse func(string) (T, bool), least, most T) (T, error) {
	if v, ok := parse(text); ok {
		return v, nil
	}
	var words []string
	for v := least; v <= most; v++ {
		words = append(words, v.String())
	}
	return least, wanted(text, words...)
}

func oneOf(text string, words ...string) (string, error) {
	if slices.Contains(words, text) {
		return text, nil
	}
	return "", wanted(text, words...)
}

// maxName is the longest name of a scene or a practice.
const maxName = 32

// nameOf reads the form of a name; whether there is such a scene or practice only the room knows.
func nameOf(text, what, wanted string) (string, error) {
	for i, r := range text {
		letter, other := r >= 'a' && r <= 'z', r >= '0' && r <= '9' || r == '-' || r == '_'
		if !letter && (i == 0 || !other) || i >= maxName {
			return "", fmt.Errorf("%q is not the name of a %s: wanted is %s", cleaned(text), what, wanted)
		}
	}
	if text == "" {
		return "", fmt.Errorf("no %s was named: wanted is %s", what, wanted)
	}
	return text, nil
}

// maxDigits is the longest number read.
const maxDigits = 16

// between reads a plain decimal number in a closed range. Exponents, NaN and digits in groups are not plain.
func between(text string, low, high float64, unit string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	plain := len(text) <= maxDigits && strings.Trim(text, "+-.0123456789") == ""
	if err != nil || !plain {
		return 0, fmt.Errorf("%q is not a number: wanted is %g to %g %s", cleaned(text), low, high, unit)
	}
	if v < low || v > high {
		return 0, fmt.Errorf("%s is out of range: wanted is %g to %g %s", cleaned(text), low, high, unit)
	}
	return v + 0, nil // -0 + 0 is 0
}

func wanted(text string, words ...string) error {
	list := strings.Join(words, ", ")
	if text == "" {
		return fmt.Errorf("the payload is empty: wanted is one of %s", list)
	}
	return fmt.Errorf("%q is not understood: wanted is one of %s", cleaned(text), list)
}

// maxEcho is how much of what somebody sent an answer repeats, in characters.
const maxEcho = 24

// cleaned is a short piece of text from outside that may stand in an answer: plain ASCII without quotes, cut where it is long.
func cleaned(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxEcho {
			return b.String() + "..."
		}
		if r < ' ' || r >= utf8.RuneSelf-1 || r == '"' || r == '\\' || r == '`' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
