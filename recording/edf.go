package recording

import (
	"bufio"
	"fmt"
	"io"
	"time"
)

// maxEDFLength is the longest recording that becomes an EDF file: its gaps are filled, and a file must not grow by days of them.
const maxEDFLength = 48 * time.Hour

// WriteEDF writes the columns of one wearer as EDF+C (Kemp & Olivan, Clinical Neurophysiology 114, 2003; the specification at edfplus.info),
// the form that programs for bodily signals read. Who wore it and when stays out of the file: its subject is X X X X and its date the one that
// EDF keeps for none.
//
// EDF knows even time steps only. Each value therefore stands in the cell of an even grid that is nearest to its time and still free; none is
// left out, none is interpolated. EDF+C, and not EDF+D, since most readers know no other: a cell in which nothing was sampled holds the
// value before it, and an annotation that begins with "Bad" says so. Values are told in 16 bits between the column's smallest and largest.
func (r *Recording) WriteEDF(out io.Writer, wearer string) error {
	e, err := r.edf(wearer)
	if err != nil {
		return fmt.Errorf("recording: %s: %w", r.Name, err)
	}
	w := bufio.NewWriterSize(out, maxLine)
	if _, err := w.Write(e.header()); err != nil {
		return fmt.Errorf("recording: write EDF: %w", err)
	}
	var record []byte
	for i := range e.records {
		record = e.record(record[:0], i)
		if _, err := w.Write(record); err != nil {
			return fmt.Errorf("recording: write EDF: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("recording: write EDF: %w", err)
	}
	return nil
}

// edfFile is an EDF file that is laid out and not yet written.
type edfFile struct {
	duration time.Duration
	records  int
	signals  []edfSignal
	notes    [][]byte // of each record: its annotations as they stand in the file
	room     int      // bytes of annotations in each record
}

// edf lays the file out.
func (r *Recording) edf(wearer string) (*edfFile, error) {
	if r.Length > maxEDFLength {
		return nil, fmt.Errorf("it lasts %v, and EDF would fill its gaps: cut it into pieces of at most %v", r.Length.Round(time.Minute), maxEDFLength)
	}
	columns := r.of(wearer)
	if len(columns) == 0 {
		return nil, fmt.Errorf("no column%s; %s", ofWearer(wearer), r.inventory())
	}
	e := &edfFile{duration: edfDurationOf(columns)}
	var notes []edfNote
	for _, c := range columns {
		s, filled, err := newEDFSignal(c, e.duration)
		if err != nil {
			return nil, err
		}
		e.signals = append(e.signals, s)
		e.records = max(e.records, (len(s.cells)+s.perRecord-1)/s.perRecord)
		notes = append(notes, filled...)
	}
	for i := range e.signals {
		notes = append(notes, e.signals[i].pad(e.records, e.duration)...)
	}
	e.annotate(notes)
	return e, nil
}

// of gives the columns of a wearer, in the order of the file.
func (r *Recording) of(wearer string) (mine []*Column) {
	for i := range r.Columns {
		if c := &r.Columns[i]; c.Wearer == wearer {
			mine = append(mine, c)
		}
	}
	return mine
}

// record appends data record i: each signal's cells as little-endian 16 bits, then the annotations.
func (e *edfFile) record(dst []byte, i int) []byte {
	for _, s := range e.signals {
		for _, v := range s.cells[i*s.perRecord : (i+1)*s.perRecord] {
			dst = append(dst, byte(v), byte(v>>8))
		}
	}
	dst = append(dst, e.notes[i]...)
	return append(dst, make([]byte, e.room-len(e.notes[i]))...)
}
