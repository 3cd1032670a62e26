package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// backupPrefix begins the name of every backup's folder.
const backupPrefix = "backup-"

// backupDB is the name of the history in a backup, whatever its own.
const backupDB = "history.db"

// backupsIn gives the folders of all backups, unfinished ones too.
func backupsIn(dir string) ([]string, error) {
	return filepath.Glob(filepath.Join(escapeGlob(dir), "*"+backupPrefix+"*"))
}

// unfinishedPrefix begins the name of a backup that is being written.
const unfinishedPrefix = ".unfinished-" + backupPrefix

// sweep removes what a loss of power left of backups: each would take as much room as the history, for ever. It is only for a file that was
// opened for the first time by this process, which then writes no backup yet.
func (d *DB) sweep() {
	if d.bolt == nil || d.o.ReadOnly {
		return
	}
	left, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(d.o.Path)), unfinishedPrefix+"*"))
	for _, l := range left {
		err = errors.Join(err, os.RemoveAll(l))
	}
	if err != nil && d.note == "" {
		d.note = fmt.Sprintf("what a loss of power left of a backup could not be removed: %v", err)
	}
}

// Snapshot is how history.db was at one moment. It may be written by another goroutine than the DB's, while the DB goes on.
type Snapshot struct {
	dir      string
	settings []byte // the newest version; nil: there was none
	tx       *bbolt.Tx
}

// Snapshot takes the committed rows and the newest settings as they are now. It must be closed: until then the file cannot use its old pages
// again.
func (d *DB) Snapshot() (*Snapshot, error) {
	if d.bolt == nil {
		return nil, d.away()
	}
	s := &Snapshot{dir: filepath.Dir(d.o.Path)}
	var err error
	if s.settings, err = os.ReadFile(filepath.Join(s.dir, settingsName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("history: snapshot: %w", err)
	}
	err = guard(func() (err error) { s.tx, err = d.bolt.Begin(false); return err })
	if err != nil {
		d.begunAnew(err)
		return nil, fmt.Errorf("history: snapshot: %w", err)
	}
	return s, nil
}

// Close lets the file go.
func (s *Snapshot) Close() error { return guard(s.tx.Rollback) }

// Write writes a folder backup-<time> beside history.db, for its owner alone, and gives its path. It has that name only once it is whole
// and on the disk.
func (s *Snapshot) Write(now time.Time) (path string, err error) {
	path = filepath.Join(s.dir, backupPrefix+now.UTC().Format("20060102T150405Z"))
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("history: %s is there already: wait a second", path)
	}
	temp, err := os.MkdirTemp(s.dir, unfinishedPrefix)
	if err != nil {
		return "", fmt.Errorf("history: backup: %w", err)
	}
	defer os.RemoveAll(temp) // nothing is left there once it has its name
	err = guard(func() error { return s.fill(temp) })
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return "", fmt.Errorf("history: backup: %w", err)
	}
	return path, nil
}

func (s *Snapshot) fill(dir string) error {
	if s.settings != nil {
		if err := writeSynced(filepath.Join(dir, settingsName), s.settings); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(filepath.Join(dir, backupDB), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = s.tx.WriteTo(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return syncDir(dir)
}
