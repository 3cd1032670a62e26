package history

import (
	"bytes"
	"errors"
	"time"

	"hubd/dsp"
)

// MomentKind is what a Moment tells of.
type MomentKind uint8

// The kinds of moments. Name, Detail and Numbers of a Moment mean something else in each; a kind's numbers are named by Numbers.
const (
	MomentNone     MomentKind = iota
	MomentPractice            // a practice is over. Name: the practice; Detail: done or stopped
	MomentConsent             // the wearer's own setting changed. Name: share, keep or cues; Detail: its new word
	MomentState               // the state changed. Name: the state's word; Detail: why unknown, else empty
	MomentRecovery            // a recovery was measured
	MomentCheckIn             // a check-in was asked. Detail: "asked" by hand, or what in this wearer gave reason
	MomentAnswer              // the wearer's own answer. Name: its word
	MomentCue                 // what the room did in this wearer's session. Name: the scene; Detail: the practice that runs, else empty
)

// String gives the word used in exports.
func (k MomentKind) String() string {
	return [...]string{"none", "practice", "setting", "state", "recovery", "check_in", "answer", "cue"}[k]
}

// MomentKinds are all kinds of moments.
func MomentKinds() []MomentKind {
	return []MomentKind{
		MomentPractice, MomentConsent, MomentState, MomentRecovery, MomentCheckIn, MomentAnswer, MomentCue,
	}
}

// Numbers are the names of the numbers of a kind, with their units, in the order of Moment.Numbers.
func (k MomentKind) Numbers() []string {
	switch k {
	case MomentPractice:
		return []string{"ran_s"}
	case MomentState:
		return []string{"confidence", "arousal_z", "vagal_z"}
	case MomentRecovery:
		return []string{"arousal_half_life_s", "heart_rate_half_life_s"}
	case MomentCue:
		return []string{"brightness_percent", "kelvin", "breaths_per_min"}
	}
	return nil
}

// Moment is something that happened to one wearer.
type Moment struct {
	Stamp
	What    MomentKind
	Name    string // at most maxMomentWord bytes
	Detail  string // at most maxMomentWord bytes
	Numbers [3]dsp.Maybe
}

// A row of a moment is versioned and of fixed width:
//
//	0        version, 1
//	1        kind
//	2…33     name, filled up with zeros
//	34…65    detail, filled up with zeros
//	66       which numbers are known, lowest bit first
//	67…78    three float32; 0 where not known
const (
	momentVersion = 1
	momentSize    = 79
	momentNumbers = 66
	maxMomentWord = 32
)

func (m *Moment) numbers() []*dsp.Maybe {
	return []*dsp.Maybe{&m.Numbers[0], &m.Numbers[1], &m.Numbers[2]}
}

func encodeMoment(m Moment) []byte {
	row := make([]byte, momentNumbers, momentSize)
	row[0], row[1] = momentVersion, byte(m.What)
	copy(row[2:2+maxMomentWord], m.Name)
	copy(row[2+maxMomentWord:], m.Detail)
	return appendNumbers(row, m.numbers())
}

// decodeMoment reads a row; its stamp comes from its key.
func decodeMoment(row []byte) (Moment, error) {
	if err := checkRow("moment", row, momentVersion, momentSize); err != nil {
		return Moment{}, err
	}
	m := Moment{What: MomentKind(row[1])}
	if m.What == MomentNone || m.What > MomentCue {
		return Moment{}, errors.New("history: a moment is of no kind")
	}
	var err, err2 error
	m.Name, err = filledWord(row[2 : 2+maxMomentWord])
	m.Detail, err2 = filledWord(row[2+maxMomentWord : momentNumbers])
	return m, errors.Join(err, err2, readNumbers(row[momentNumbers:], m.numbers()))
}

// filledWord reads text that zeros fill up.
func filledWord(field []byte) (string, error) {
	word := bytes.TrimRight(field, "\x00")
	if !isText(string(word), "") {
		return "", errors.New("history: a moment holds a word that is none")
	}
	return string(word), nil
}

// Moments gives the committed moments from from (inclusive) to to (exclusive), of one wearer or, where wearer is empty, of all, oldest
// first. About limit come; ask again from a millisecond after the last.
func (d *DB) Moments(wearer string, from, to time.Time, limit int) (all []Moment, err error) {
	err = stamped(d, tableMoments, wearer, from, to, limit, takeMoment(&all))
	return all, err
}

// UndatedMoments gives at most limit moments of runs in which the Pi's clock was never set, without the first skip of them.
func (d *DB) UndatedMoments(wearer string, skip uint64, limit int) (all []Moment, err error) {
	err = unstamped(d, tableMoments, wearer, skip, limit, takeMoment(&all))
	return all, err
}

func takeMoment(all *[]Moment) func(Stamp, []byte) error {
	return func(s Stamp, row []byte) error {
		m, err := decodeMoment(row)
		if err != nil {
			return err
		}
		m.Stamp = s
		*all = append(*all, m)
		return nil
	}
}
