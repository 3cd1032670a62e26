package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
)

// rewriteRows is how many rows one transaction of a rewrite holds, so that it needs little memory.
const rewriteRows = 10_000

// wearerAt says where a bucket's keys hold the wearer's number; −1: in no key.
func wearerAt(bucket string) int {
	switch bucket {
	case bucketMinutes, bucketJournal, bucketSessions, bucketMornings, bucketMoments, bucketIntervals:
		return keySize - 1
	case bucketUndated:
		return undatedWearer
	case bucketUnplaced:
		return unplacedSize - 1
	}
	return -1
}

// belongs tells whether a row is a wearer's.
func belongs(bucket string, key, row []byte, wearer string, number byte) bool {
	switch at := wearerAt(bucket); {
	case bucket == bucketWearers:
		return string(key) == wearer
	case bucket == bucketFaults:
		_, whose, err := decodeFault(row)
		return err == nil && whose == number
	case at >= 0:
		return len(key) > at && key[at] == number
	}
	return false
}

// rewriting is how a file is written anew.
type rewriting struct {
	from, to *Seal // nil: in the clear. The same: rows go over as they stand
	leave    func(bucket string, key, row []byte) bool
}

// rewritten is what came of it.
type rewritten struct {
	traces  [][]byte // what must not be found anywhere afterwards: rows that were left out as they stand in a page, key and value side by side
	rows    int      // that were taken over
	damaged int      // that could not be opened, and are gone
}

// rewriteWithout writes a new file with every row of src but those that are to be erased.
func rewriteWithout(src *bbolt.DB, path string, seal *Seal, x Erasing) (w rewritten, err error) {
	var number []byte
	err = src.View(func(tx *bbolt.Tx) error {
		number = slices.Clone(txn{Tx: tx, seal: seal}.shelf(bucketWearers).Get([]byte(x.Wearer)))
		return nil
	})
	if err != nil {
		return w, err
	}
	return rewriteFile(src, path, rewriting{seal, seal, func(bucket string, key, row []byte) bool {
		return len(number) == 1 && belongs(bucket, key, row, x.Wearer, number[0]) && x.holdsRow(bucket, key, row)
	}})
}

// rewriteFile writes a new file with the rows of src. A sealed row that does not open is nobody's any more, and stays behind.
func rewriteFile(src *bbolt.DB, path string, r rewriting) (w rewritten, err error) {
	if err := shred(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return w, err
	}
	dst, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: pageSize, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, Timeout: lockWait})
	if err != nil {
		return w, err
	}
	dst.AllocSize = growBy
	err = guard(func() error { return w.fill(dst, src, r) })
	return w, errors.Join(err, guard(dst.Close))
}

func (w *rewritten) fill(dst, src *bbolt.DB, r rewriting) error {
	if r.to != nil {
		if err := dst.Update(func(tx *bbolt.Tx) error { return putLock(tx, r.to) }); err != nil {
			return err
		}
	}
	return src.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if string(name) == bucketLock {
				return nil
			}
			return w.copyBucket(dst, string(name), b, r)
		})
	})
}

// copyBucket copies what is not left out, some rows at a time.
func (w *rewritten) copyBucket(dst *bbolt.DB, name string, src *bbolt.Bucket, r rewriting) error {
	c := src.Cursor()
	k, v := c.First()
	for first := true; first || k != nil; first = false {
		err := dst.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(name))
			if err != nil {
				return err
			}
			b.FillPercent = fillPercent
			for n := 0; k != nil && n < rewriteRows; k, v = c.Next() {
				k, v := w.row(name, k, v, r)
				if k == nil {
					continue
				}
				if err := b.Put(k, v); err != nil {
					return err
				}
				n++
				w.rows++
			}
			return b.SetSequence(src.Sequence())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// row gives a row as it stands in the new file; none where it is left out.
func (w *rewritten) row(bucket string, name, value []byte, r rewriting) (newName, newValue []byte) {
	key, row := name, value
	if r.from != nil {
		var err error
		if key, row, err = r.from.open(bucket, name, value); err != nil {
			w.damaged++
			return nil, nil
		}
	}
	switch {
	case r.leave != nil && r.leave(bucket, key, row):
		w.traces = append(w.traces, append(bytes.Clone(name), value...))
		return nil, nil
	case r.from == r.to:
		return name, value
	case r.to == nil:
		return key, row
	}
	name = r.to.name(bucket, key)
	return name, r.to.seal(bucket, name, key, row)
}

// erasingName is a second name of the old file while a new one takes its place.
func erasingName(path string) string { return path + ".erasing" }

// replace puts the new file in the place of the old, whose bytes are then overwritten. Whenever the power goes, the file's name is that of a whole
// one, and finishErasing overwrites what is left. taken tells that the new one has its place, whatever else went wrong.
func replace(path, with string) (taken bool, err error) {
	if err := os.Link(path, erasingName(path)); err != nil {
		return false, err
	}
	if err := os.Rename(with, path); err != nil {
		return false, err
	}
	return true, finishErasing(path)
}

// rewrittenSuffix makes the name of a new file that is not whole yet.
const rewrittenSuffix = ".rewritten"

// finishAllErasing finishes what lost its power, in the history and in every backup beside it.
func finishAllErasing(path string) error {
	err := finishErasing(path)
	backups, globErr := backupsIn(filepath.Dir(path))
	err = errors.Join(err, globErr)
	for _, b := range backups {
		err = errors.Join(err, finishErasing(filepath.Join(b, backupDB)))
	}
	return err
}

// finishErasing overwrites and removes an old file that another has taken the place of, and a new one that never did. It does nothing where
// there is none.
func finishErasing(path string) error {
	if err := shred(path + rewrittenSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old := erasingName(path)
	is, err := os.Stat(old)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	now, err := os.Stat(path)
	if err == nil && os.SameFile(is, now) {
		return os.Remove(old) // the new file had not taken its place yet: this is the only one
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // what has its place cannot be seen
	}
	// That the new file has its name must last before the old one is overwritten: else a loss of power gives the name back to zeros.
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return shred(old)
}

// shred overwrites a file's bytes and removes it. On flash the old cells may outlast that; no program can reach them.
func shred(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		_, err = io.CopyN(file, zeros{}, info.Size())
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("overwrite %s: %w", path, err)
	}
	return os.Remove(path)
}

// zeros is an endless source of them.
type zeros struct{}

// Read fills p.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
