package recording

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The widths of the header's fields in bytes.
const (
	edfLabelWidth = 16
	edfHeaderUnit = 256 // of the fixed part, and of each signal
)

// The header's fixed texts.
const (
	edfAnnotations = "EDF Annotations"
	edfNobody      = "X X X X"           // EDF+ subject: code, sex, birthdate and name, none of them told
	edfNoDate      = "Startdate X X X X" // EDF+ recording: date, hospital, technician and equipment
	edfEpoch       = "01.01.85"          // what EDF+ asks for where a date is not told
	edfMidnight    = "00.00.00"
)

// header is the fixed part, then each field of all signals, field by field.
func (e *edfFile) header() []byte {
	n := len(e.signals) + 1
	var h []byte
	put := func(text string, width int) { h = append(h, padded(edfText(text, width), width)...) }
	put("0", 8)
	put(edfNobody, 80)
	put(edfNoDate, 80)
	put(edfEpoch, 8)
	put(edfMidnight, 8)
	put(strconv.Itoa(edfHeaderUnit*(n+1)), 8)
	put("EDF+C", 44)
	put(strconv.Itoa(e.records), 8)
	put(string(appendSeconds(nil, e.duration)), 8) // whole microseconds: as a float some come out a billionth short, and lose the last one to the width
	put(strconv.Itoa(n), 4)
	each := func(width int, annotations string, of func(s edfSignal) string) {
		for _, s := range e.signals {
			put(of(s), width)
		}
		put(annotations, width)
	}
	each(edfLabelWidth, edfAnnotations, func(s edfSignal) string { return s.label })
	each(80, "", func(edfSignal) string { return "" }) // transducer
	each(8, "", func(s edfSignal) string { return s.dimension })
	each(edfNumber, "-1", func(s edfSignal) string { return s.scale.lo })
	each(edfNumber, "1", func(s edfSignal) string { return s.scale.hi })
	each(8, strconv.Itoa(edfDigitalMin), func(s edfSignal) string { return strconv.Itoa(s.scale.min) })
	each(8, strconv.Itoa(edfDigitalMax), func(s edfSignal) string { return strconv.Itoa(s.scale.max) })
	each(80, "", func(edfSignal) string { return "" }) // prefiltering: none but the sensor's own
	each(8, strconv.Itoa(e.room/2), func(s edfSignal) string { return strconv.Itoa(s.perRecord) })
	each(32, "", func(edfSignal) string { return "" })
	return h
}

// edfText keeps printable ASCII, which is all that EDF knows, and cuts what is too long.
func edfText(text string, width int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), width)]
}

func padded(text string, width int) string { return text + strings.Repeat(" ", width-len(text)) }

// edfNote is an annotation.
type edfNote struct {
	at, lasts time.Duration
	text      string
}

// tal is a time-stamped annotation list of one annotation: +onset, 0x15 and how long, 0x14, its text, 0x14, 0.
func (n edfNote) tal() []byte {
	b := appendSeconds([]byte{'+'}, n.at)
	if n.lasts > 0 {
		b = appendSeconds(append(b, 0x15), n.lasts)
	}
	b = append(append(b, 0x14), n.text...)
	return append(b, 0x14, 0)
}

const (
	edfRoom  = 128  // bytes of annotations in a record, where that is enough
	edfNotes = 5000 // annotations at most; what is left out is counted in one more
)

// annotate puts each annotation into the record in which it begins, or a later one where that is full; every record begins with its own time,
// as EDF+ asks.
func (e *edfFile) annotate(notes []edfNote) {
	slices.SortStableFunc(notes, func(a, b edfNote) int { return cmp.Compare(a.at, b.at) })
	if more := len(notes) - edfNotes; more > 0 {
		last := edfNote{at: notes[edfNotes].at, text: "Bad: " + strconv.Itoa(more) + " more stretches that were not sampled are not listed"}
		notes = append(notes[:edfNotes:edfNotes], last)
	}
	for e.room = edfRoom; !e.fits(notes); e.room *= 2 {
	}
}

func (e *edfFile) fits(notes []edfNote) bool {
	e.notes = make([][]byte, e.records)
	for i := range e.notes {
		begin := e.duration * time.Duration(i) // to the microsecond: readers check it
		end := begin + e.duration
		record := append(appendSeconds([]byte{'+'}, begin), 0x14, 0x14, 0)
		for len(notes) > 0 && notes[0].at < end {
			tal := notes[0].tal()
			if len(record)+len(tal) > e.room {
				break
			}
			record, notes = append(record, tal...), notes[1:]
		}
		e.notes[i] = record
	}
	return len(notes) == 0
}
