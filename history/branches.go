package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// The form of bbolt's pages, in the byte order of the machine that wrote them: number (8 bytes), kind (2), count (2), overflow (4), then for each
// element of a branch position (4), length of the key (4) and page (8), of a leaf kind (4), position (4), length of the key (4) and of the value
// (4). A position counts from its own element.
const (
	pageHead    = 16
	elementSize = 16
	isBranch    = 1
	isLeaf      = 2
	mostDepth   = 16 // of a tree; one of 256 MiB has four

	mostOverflow = 256 // pages; the longest row is a note
)

var errBranch = fmt.Errorf("%w: a branch does not begin with the key below it", errPanic)

// examineBranches looks at what bbolt takes for granted and never checks: that a branch repeats the first key of each page below it. Where it does not,
// every row is found, and the next one that is written there leaves a tree that nobody can read.
func examineBranches(path string, tx *bbolt.Tx) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
		if b.Root() == 0 {
			return nil // so small that it has no page of its own
		}
		_, err := firstKey(file, uint64(b.Root()), mostDepth)
		return err
	})
}

// firstKey gives the first key below a page, and compares those of the pages below it with what it says of them.
func firstKey(file *os.File, page uint64, depth int) ([]byte, error) {
	all, err := readPage(file, page)
	if err != nil {
		return nil, err
	}
	kind, count := binary.NativeEndian.Uint16(all[8:]), int(binary.NativeEndian.Uint16(all[10:]))
	switch {
	case kind == isLeaf && count == 0:
		return nil, nil
	case kind == isLeaf:
		return elementKey(all, 0, 4)
	case kind != isBranch || depth == 0:
		return nil, errBranch
	}
	for i := range count {
		key, err := elementKey(all, i, 0)
		if err != nil {
			return nil, err
		}
		below, err := firstKey(file, binary.NativeEndian.Uint64(all[pageHead+i*elementSize+8:]), depth-1)
		if err == nil && !bytes.Equal(key, below) {
			err = errBranch
		}
		if err != nil {
			return nil, err
		}
	}
	return elementKey(all, 0, 0)
}

// readPage reads a page with what it overflows into.
func readPage(file *os.File, page uint64) ([]byte, error) {
	all := make([]byte, pageSize)
	err := readAt(file, page, all)
	more := binary.NativeEndian.Uint32(all[12:])
	switch {
	case err != nil || more == 0:
		return all, err
	case more > mostOverflow:
		return nil, errBranch
	}
	all = make([]byte, (int(more)+1)*pageSize)
	return all, readAt(file, page, all)
}

func readAt(file *os.File, page uint64, dst []byte) error {
	_, err := file.ReadAt(dst, int64(page)*pageSize)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it is cut off", errPanic)
	}
	return err
}

// elementKey gives the key of an element, whose position stands at bytes into it.
func elementKey(page []byte, i, at int) ([]byte, error) {
	element := pageHead + i*elementSize
	if element+elementSize > len(page) {
		return nil, errBranch
	}
	from := uint64(element) + uint64(binary.NativeEndian.Uint32(page[element+at:]))
	size := uint64(binary.NativeEndian.Uint32(page[element+at+4:]))
	if from+size > uint64(len(page)) {
		return nil, errBranch
	}
	return page[from : from+size], nil
}
