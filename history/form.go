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
// (4). A position counts from its own element. The value of a bucket begins with its own page (8) and what it counts (8); page 0: the page,
// which is a leaf then, follows.
const (
	pageHead    = 16
	elementSize = 16
	bucketHead  = 16
	isBranch    = 1
	isLeaf      = 2
	isBucket    = 1  // of an element of a leaf
	mostDepth   = 16 // of a tree; one of 256 MiB has four

	mostOverflow = 256     // pages; the longest row is a note
	mostPages    = 1 << 40 // no disk has so many
)

var (
	errBranch = fmt.Errorf("%w: a branch does not begin with the key below it", errPanic)
	errCutOff = fmt.Errorf("%w: it is cut off", errPanic)
	errForm   = fmt.Errorf("%w: a row reaches beyond its page", errPanic)
)

// examineForm looks at what bbolt takes for granted and never checks. That every row lies within its page: where one reaches beyond the file, reading
// it ends one process, and by chance not another, which has something else there in its memory. That a branch repeats the first key of each page
// below it: where it does not, every row is found, and the next one that is written there leaves a tree that nobody can read.
func examineForm(path string, tx *bbolt.Tx) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = firstKey(file, uint64(tx.Cursor().Bucket().Root()), mostDepth)
	return err
}

// firstKey gives the first key below a page, and looks at all that is below it.
func firstKey(file *os.File, page uint64, depth int) ([]byte, error) {
	all, err := readPage(file, page)
	if err != nil {
		return nil, err
	}
	kind, count := binary.NativeEndian.Uint16(all[8:]), int(binary.NativeEndian.Uint16(all[10:]))
	switch {
	case depth == 0:
		return nil, errBranch
	case kind == isLeaf:
		return examineLeaf(file, all, count, depth)
	case kind != isBranch:
		return nil, errBranch
	}
	for i := range count {
		key, _, err := parts(all, i, isBranch)
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
	first, _, err := parts(all, 0, isBranch)
	return first, err
}

// examineLeaf looks at every row of a leaf and into its buckets, and gives its first key; none where it is empty.
func examineLeaf(file *os.File, page []byte, count, depth int) (first []byte, err error) {
	for i := range count {
		key, value, err := parts(page, i, isLeaf)
		if err == nil && binary.NativeEndian.Uint32(page[pageHead+i*elementSize:]) == isBucket {
			err = examineInto(file, value, depth-1)
		}
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = key
		}
	}
	return first, nil
}

// examineInto looks into a bucket.
func examineInto(file *os.File, bucket []byte, depth int) (err error) {
	if len(bucket) < bucketHead {
		return errForm
	}
	if root := binary.NativeEndian.Uint64(bucket); root != 0 {
		_, err = firstKey(file, root, depth)
		return err
	}
	page := bucket[bucketHead:]
	if depth == 0 || len(page) < pageHead || binary.NativeEndian.Uint16(page[8:]) != isLeaf {
		return errForm
	}
	_, err = examineLeaf(file, page, int(binary.NativeEndian.Uint16(page[10:])), depth)
	return err
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
	if page > mostPages {
		return errCutOff
	}
	_, err := file.ReadAt(dst, int64(page)*pageSize)
	if errors.Is(err, io.EOF) {
		return errCutOff
	}
	return err
}

// parts gives the key of an element, and of one of a leaf its value.
func parts(page []byte, i, kind int) (key, value []byte, err error) {
	element := pageHead + i*elementSize
	if element+elementSize > len(page) {
		return nil, nil, errForm
	}
	at := page[element:]
	if kind == isLeaf {
		at = at[4:]
	}
	from := uint64(element) + uint64(binary.NativeEndian.Uint32(at))
	to := from + uint64(binary.NativeEndian.Uint32(at[4:]))
	end := to
	if kind == isLeaf {
		end += uint64(binary.NativeEndian.Uint32(at[8:]))
	}
	if end > uint64(len(page)) {
		return nil, nil, errForm
	}
	return page[from:to], page[to:end], nil
}
