package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Trace lengths below which bytes are found anywhere by chance, and the length that is looked at first.
const (
	traceLeast = 12
	traceHead  = 12
)

// searchOverlap is how many bytes before it a block is searched with. The longest row is a note, and is shorter.
const searchOverlap = 128 << 10

// searchFolder searches every file below dir for the traces, and gives how many bytes it read.
func searchFolder(dir string, traces [][]byte) (searched int64, err error) {
	index := map[[traceHead]byte][][]byte{}
	for _, t := range traces {
		if len(t) >= traceLeast {
			head := [traceHead]byte(t[:traceHead])
			index[head] = append(index[head], t)
		}
	}
	var left []error
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		n, err := searchFile(path, index)
		searched += n
		if err != nil {
			left = append(left, err)
		}
		return nil
	})
	return searched, errors.Join(append(left, err)...)
}

func searchFile(path string, index map[[traceHead]byte][][]byte) (int64, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // the settings are written meanwhile, under a name for the moment
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	const block = 1 << 20
	buffer := make([]byte, 0, block+searchOverlap)
	total := int64(0)
	for {
		n, err := io.ReadFull(file, buffer[len(buffer):len(buffer)+block])
		buffer = buffer[:len(buffer)+n]
		total += int64(n)
		if found(buffer, index) {
			return total, fmt.Errorf("not erased: %s still holds what was to be erased: remove the file by hand", path)
		}
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return total, nil
			}
			return total, err
		}
		keep := min(len(buffer), searchOverlap)
		copy(buffer, buffer[len(buffer)-keep:])
		buffer = buffer[:keep]
	}
}

func found(data []byte, index map[[traceHead]byte][][]byte) bool {
	for i := 0; len(index) > 0 && i+traceHead <= len(data); i++ {
		for _, t := range index[[traceHead]byte(data[i:i+traceHead])] {
			if bytes.HasPrefix(data[i:], t) {
				return true
			}
		}
	}
	return false
}
