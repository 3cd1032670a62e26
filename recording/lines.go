package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxLine bounds a line, in bytes: far above any row of signals, far below what a file without line ends would fill.
const maxLine = 64 << 10

// maxCellShown bounds how much of a bad cell an error repeats.
const maxCellShown = 40

// lines hands out the lines of a text, gzip or plain, with their numbers for errors.
type lines struct {
	name string
	in   *bufio.Reader
	n    int    // number of the line handed out last, from 1
	over int    // empty lines that were passed over before it
	last []byte // that line
	held bool   // next gives it once more
}

// openLines recognises gzip by its first two bytes, not by the file's name.
func openLines(r io.Reader, name string) (*lines, error) {
	raw := bufio.NewReaderSize(r, maxLine)
	l := &lines{name: name, in: raw}
	head, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("recording: %s: %w", name, err)
	}
	if string(head) != gzipMagic {
		return l, nil
	}
	z, err := gzip.NewReader(raw)
	if err != nil {
		l.n = 1
		return nil, l.readError(err)
	}
	z.Multistream(false)
	l.in = bufio.NewReaderSize(&members{raw: raw, z: z}, maxLine)
	return l, nil
}

// next gives the next line that is not empty, without its end; it is good until the call after. io.EOF ends the text.
func (l *lines) next() ([]byte, error) {
	if l.held {
		l.held = false
		return l.last, nil
	}
	l.over = 0
	for {
		b, err := l.in.ReadSlice('\n')
		if len(b) == 0 && err == io.EOF {
			return nil, io.EOF
		}
		l.n++
		if err != nil && err != io.EOF {
			return nil, l.readError(err)
		}
		if l.n == 1 {
			b = bytes.TrimPrefix(b, []byte("\ufeff")) // spreadsheets begin UTF-8 with it
		}
		if b = bytes.TrimSpace(b); len(b) > 0 {
			l.last = b
			return b, nil
		}
		l.over++
	}
}

// repeat makes next give the line handed out last once more.
func (l *lines) repeat() { l.held = true }

// readError puts what the reader or the decompressor says into words about the file.
func (l *lines) readError(err error) error {
	switch {
	case errors.Is(err, errAfterGzip):
		return l.errorf("%w", err)
	case errors.Is(err, bufio.ErrBufferFull):
		return l.errorf("a line of more than %d bytes: is this a CSV file?", maxLine)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return l.errorf("the gzip data end too early: the file is truncated, copy or record it again")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return l.errorf("the gzip data are damaged: copy the file again: %w", err)
	}
	return l.errorf("cannot be read: %w", err)
}

// errorf is an error at the line handed out last.
func (l *lines) errorf(format string, args ...any) error {
	return fmt.Errorf("recording: %s:%d: %w", l.name, l.n, fmt.Errorf(format, args...))
}

// cutCell splits a row at its first comma. Quotes around a cell are taken off; a comma inside quotes is not supported.
func cutCell(row []byte) (cell, rest []byte, more bool) {
	cell, rest, more = bytes.Cut(row, []byte{','})
	cell = bytes.TrimSpace(cell)
	if n := len(cell); n >= 2 && cell[0] == '"' && cell[n-1] == '"' {
		cell = bytes.TrimSpace(cell[1 : n-1])
	}
	return cell, rest, more
}

// number reads a finite number; column is for the error only.
func (l *lines) number(cell []byte, column string) (float64, error) {
	v, err := strconv.ParseFloat(string(cell), 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0, l.errorf("column %s: %q is not a number", column, shown(cell))
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, l.errorf("column %s: %q is not a finite number; leave the cell blank where nothing was measured", column, shown(cell))
	}
	return v, nil
}

// listed names columns in an error message: what is no text, as in a file that is no CSV, is escaped, and the list is bounded.
func listed(names []string) string {
	const most = 20
	var out []string
	for _, name := range names[:min(len(names), most)] {
		if quoted := strconv.Quote(string(shown([]byte(name)))); quoted[1:len(quoted)-1] != name {
			name = quoted
		}
		out = append(out, name)
	}
	if len(names) > most {
		out = append(out, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(out, ", ")
}

// shown shortens a cell for an error message.
func shown(cell []byte) []byte {
	return cell[:min(len(cell), maxCellShown)]
}
