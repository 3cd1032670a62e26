package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"hubd/room"
)

// Session is one wearer's part of a session: from that wearer's joining to that wearer's leaving. It names nobody else.
type Session struct {
	Stamp
	Of     room.SessionKind
	Over   bool          // its end is known; false: it runs, power was lost, or keep was lowered in it
	Lasted time.Duration // where it is over; to the second
	Asked  bool          // it was private, and the wearer kept this part of it
}

// A row of a session is versioned and of fixed width:
//
//	0      version, 1
//	1      kind
//	2      bits: over, asked
//	3…6    how long it lasted, seconds
const (
	sessionVersion = 1
	sessionSize    = 7
)

const (
	sessionOver = 1 << iota
	sessionAsked
)

func encodeSession(s Session) []byte {
	row := []byte{sessionVersion, byte(s.Of), 0}
	if s.Over {
		row[2] |= sessionOver
	}
	if s.Asked {
		row[2] |= sessionAsked
	}
	return binary.BigEndian.AppendUint32(row, wholeSeconds(s.Lasted))
}

// maxSpan bounds the times in rows. A session ends after 12 h by itself; nothing that a row measures lasts a week.
const maxSpan = 7 * 24 * time.Hour

func wholeSeconds(d time.Duration) uint32 { return uint32(min(max(0, d), maxSpan) / time.Second) }

// decodeSession reads a row; its stamp comes from its key.
func decodeSession(row []byte) (Session, error) {
	if err := checkRow("session", row, sessionVersion, sessionSize); err != nil {
		return Session{}, err
	}
	s := Session{Of: room.SessionKind(row[1]), Over: row[2]&sessionOver != 0, Asked: row[2]&sessionAsked != 0}
	s.Lasted = time.Duration(binary.BigEndian.Uint32(row[3:])) * time.Second
	switch {
	case s.Of == room.NoSession || s.Of > room.Night:
		return Session{}, errors.New("history: a session is of no kind")
	case row[2]&^(sessionOver|sessionAsked) != 0 || s.Lasted > maxSpan || !s.Over && s.Lasted != 0:
		return Session{}, errors.New("history: a session holds what is none")
	}
	return s, nil
}

// checkRow tells what is wrong with the version and the length of a row of fixed width.
func checkRow(what string, row []byte, version byte, size int) error {
	switch {
	case len(row) == 0:
		return fmt.Errorf("history: a row of a %s is empty", what)
	case row[0] != version:
		return fmt.Errorf("history: a row of a %s has version %d, this hubd reads %d", what, row[0], version)
	case len(row) != size:
		return fmt.Errorf("history: a row of a %s has %d bytes, wanted are %d", what, len(row), size)
	}
	return nil
}

// Sessions gives the committed sessions that began from from (inclusive) to to (exclusive), of one wearer or, where wearer is empty, of
// all, oldest first. About limit come; ask again from a millisecond after the last.
func (d *DB) Sessions(wearer string, from, to time.Time, limit int) (all []Session, err error) {
	err = stamped(d, tableSessions, wearer, from, to, limit, takeSession(&all))
	return all, err
}

// UndatedSessions gives at most limit sessions of runs in which the Pi's clock was never set, without the first skip of them.
func (d *DB) UndatedSessions(wearer string, skip uint64, limit int) (all []Session, err error) {
	err = unstamped(d, tableSessions, wearer, skip, limit, takeSession(&all))
	return all, err
}

func takeSession(all *[]Session) func(Stamp, []byte) error {
	return func(s Stamp, row []byte) error {
		v, err := decodeSession(row)
		if err != nil {
			return err
		}
		v.Stamp = s
		*all = append(*all, v)
		return nil
	}
}
