package wire

import (
	"strconv"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/history"
)

// KeptTable is a table of what is kept of sessions.
type KeptTable string

// The tables that hubd export writes beside minutes and journal.
const (
	KeptSessions  KeptTable = "sessions"
	KeptMornings  KeptTable = "mornings"
	KeptMoments   KeptTable = "moments"
	KeptIntervals KeptTable = "intervals"
)

// KeptTables are all of them.
func KeptTables() []KeptTable {
	return []KeptTable{KeptSessions, KeptMornings, KeptMoments, KeptIntervals}
}

// KeptHeader is the header of a table as CSV, units in the names. Where the Pi's clock was not set, time is empty, and run and since_s say
// which start of hubd it was and how long after.
func KeptHeader(t KeptTable) string {
	var cells []cell
	switch t {
	case KeptSessions:
		cells = sessionCells(history.Session{})
	case KeptMornings:
		cells = morningCells(history.Morning{})
	case KeptMoments:
		cells = momentCells(history.Moment{})
	case KeptIntervals:
		cells = intervalCells(history.Stamp{}, history.Interval{})
	}
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = c.name
	}
	return strings.Join(names, ",")
}

// KeptForm is how rows are written: a line of cells, or an object.
type KeptForm func(dst []byte, cells []cell) []byte

// AppendSession appends a session as a line.
func AppendSession(dst []byte, form KeptForm, s history.Session) []byte {
	return append(form(dst, sessionCells(s)), '\n')
}

// AppendMorning appends a morning as a line.
func AppendMorning(dst []byte, form KeptForm, m history.Morning) []byte {
	return append(form(dst, morningCells(m)), '\n')
}

// AppendMoment appends a moment as a line.
func AppendMoment(dst []byte, form KeptForm, m history.Moment) []byte {
	return append(form(dst, momentCells(m)), '\n')
}

// AppendIntervals appends each interval of a minute as a line; its time is that of the beat that closes it.
func AppendIntervals(dst []byte, form KeptForm, in history.Intervals) []byte {
	for _, b := range in.Beats {
		dst = append(form(dst, intervalCells(in.Stamp, b)), '\n')
	}
	return dst
}

// cell is one value of a row; text empty: not known.
type cell struct {
	name, text string
	word       bool // quoted in JSON
}

// AsCells writes a row of a CSV table.
func AsCells(dst []byte, cells []cell) []byte {
	for i, c := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		if strings.ContainsAny(c.text, ",\"\r\n") {
			dst = append(dst, '"')
			dst = append(dst, strings.ReplaceAll(c.text, `"`, `""`)...)
			dst = append(dst, '"')
			continue
		}
		dst = append(dst, c.text...)
	}
	return dst
}

// AsObject writes a row as a JSON object, null where something is not known.
func AsObject(dst []byte, cells []cell) []byte {
	o := open(dst)
	for _, c := range cells {
		switch {
		case c.text == "":
			o = o.null(c.name)
		case c.word:
			o = o.text(c.name, c.text)
		default:
			o = append(o.key(c.name), c.text...)
		}
	}
	return o.close()
}

func knownCell(name string, m dsp.Maybe, decimals int) cell {
	if !m.Known {
		return cell{name: name}
	}
	return cell{name: name, text: string(appendNumber(nil, m.Value, decimals))}
}

func lasting(name string, d time.Duration, decimals int) cell {
	return cell{name: name, text: string(appendDuration(nil, d, 9, decimals))}
}

func flagged(name string, v bool) cell { return cell{name: name, text: strconv.FormatBool(v)} }

// stampCells says when, to the millisecond.
func stampCells(s history.Stamp) []cell {
	if s.At.IsZero() {
		return []cell{{name: "time"}, {name: "run", text: strconv.FormatUint(s.Run, 10)}, lasting("since_s", s.Since, timeDecimals)}
	}
	return []cell{{"time", s.At.Format("2006-01-02T15:04:05.000Z07:00"), true}, {name: "run"}, {name: "since_s"}}
}

func sessionCells(s history.Session) []cell {
	lasted := cell{name: "lasted_s"}
	if s.Over {
		lasted = lasting("lasted_s", s.Lasted, 0)
	}
	return append(stampCells(s.Stamp), cell{"kind", s.Of.String(), true}, lasted, flagged("private", s.Asked))
}

func morningCells(m history.Morning) []cell {
	return append(stampCells(m.Stamp), lasting("worn_s", m.Worn, 0), lasting("usable_s", m.Usable, 0),
		knownCell("lowest_bpm", m.LowestBPM, heartRateDecimals), knownCell("median_bpm", m.MedianBPM, heartRateDecimals),
		knownCell("rmssd_ms", m.RMSSD, intervalDecimals), knownCell("breathing_per_min", m.BreathingPerMin, breathDecimals),
		knownCell("restless_periods", m.RestlessPeriods, countDecimals))
}

// momentCells has a column for every number of every kind.
func momentCells(m history.Moment) []cell {
	cells := append(stampCells(m.Stamp), cell{"what", m.What.String(), true}, cell{"name", m.Name, true}, cell{"detail", m.Detail, true})
	for _, k := range history.MomentKinds() {
		for i, name := range k.Numbers() {
			c := cell{name: name}
			if k == m.What {
				c = knownCell(name, m.Numbers[i], momentDecimals)
			}
			cells = append(cells, c)
		}
	}
	return cells
}

// momentDecimals is enough for every number of a moment.
const momentDecimals = 2

func intervalCells(s history.Stamp, b history.Interval) []cell {
	s.Since += b.After
	if !s.At.IsZero() {
		s.At = s.At.Add(b.After)
	}
	ibi := cell{name: "ibi_ms", text: string(appendDuration(nil, b.Dur, 6, intervalDecimals))}
	return append(stampCells(s), ibi, cell{"kind", b.Class.String(), true})
}
