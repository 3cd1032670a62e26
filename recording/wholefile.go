package recording

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
)

// wholeFile takes each Write whole or not at all: what a full disk cut off is taken away again. Compressed, each is a gzip member of its own
// (RFC 1952 section 2.2), so that the file is complete after each.
type wholeFile struct {
	f      *os.File
	size   int64 // of what was taken
	z      *gzip.Writer
	member bytes.Buffer // what z makes of one Write
}

// Write implements io.Writer.
func (w *wholeFile) Write(p []byte) (int, error) {
	data, err := w.packed(p)
	if err != nil {
		return 0, err
	}
	if _, err := w.f.Write(data); err != nil {
		return 0, errors.Join(err, w.f.Truncate(w.size))
	}
	w.size += int64(len(data))
	return len(p), nil
}

// packed is p as it goes into the file.
func (w *wholeFile) packed(p []byte) ([]byte, error) {
	if w.z == nil {
		return p, nil
	}
	w.member.Reset()
	w.z.Reset(&w.member)
	_, err := w.z.Write(p)
	err = errors.Join(err, w.z.Close())
	return w.member.Bytes(), err
}
