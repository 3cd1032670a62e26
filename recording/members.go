package recording

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
)

// gzipMagic begins every member of a gzip file (RFC 1952 section 2.3.1).
const gzipMagic = "\x1f\x8b"

// errAfterGzip is what stands behind the last member of a gzip file and is none. The data before it are whole, but nobody knows
// whether they are all.
var errAfterGzip = errors.New("the gzip data are whole, but something else stands after their end: copy the file again, or cut it off there")

// members reads one gzip member after the other (RFC 1952 section 2.2), as files that were appended to each other hold them.
type members struct {
	raw *bufio.Reader
	z   *gzip.Reader
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if err != io.EOF {
			return n, err
		}
		if n > 0 {
			return n, nil // the end is told again by the call after
		}
		if head, err := m.raw.Peek(2); len(head) == 0 {
			return 0, err
		} else if string(head) != gzipMagic {
			return 0, errAfterGzip
		}
		if err := m.z.Reset(m.raw); err != nil {
			return 0, err
		}
		m.z.Multistream(false)
	}
}
