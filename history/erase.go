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

	"hubd/pipeline"
)

// Erased is what erasing a wearer did.
type Erased struct {
	Rows     int      // that are gone, in history.db and in the backups beside it
	Files    []string // that were overwritten and removed whole: they could not be rewritten without the wearer
	Searched int64    // bytes of the folder that were searched afterwards for what was erased
}

// Erase removes everything of a wearer from the folder of history.db: the rows, by writing the file anew and overwriting the old one; files
// that were set aside; the backups' rows and settings. Then it searches every byte of the folder for what was there; finding any of it is an
// error. The settings themselves are the caller's: SettingsFile.Erase.
func (d *DB) Erase(wearer string) (e Erased, err error) {
	d.forget(wearer)
	d.faults = slices.DeleteFunc(d.faults, func(f fault) bool { return f.Wearer == wearer })
	var traces [][]byte
	if d.bolt != nil {
		if traces, err = d.rewrite(wearer); err != nil {
			return e, fmt.Errorf("history: erase: %w", err)
		}
	}
	dir := filepath.Dir(d.o.Path)
	t, err := e.others(dir, d.o.Path, wearer)
	traces = append(traces, t...)
	e.Rows = len(traces)
	if err == nil {
		e.Searched, err = searchFolder(dir, traces)
	}
	if err != nil {
		return e, fmt.Errorf("history: erase: %w", err)
	}
	return e, nil
}

// rewrite puts a file without the wearer in the place of history.db, and goes on with it.
func (d *DB) rewrite(wearer string) (traces [][]byte, err error) {
	fresh := d.o.Path + ".rewritten"
	defer os.Remove(fresh)
	err = guard(func() error { traces, err = rewriteWithout(d.bolt, fresh, wearer); return err })
	if err != nil {
		return nil, err
	}
	if err := d.shut(); err != nil {
		return nil, err
	}
	err = replace(d.o.Path, fresh)
	d.open()
	if d.bolt == nil {
		err = errors.Join(err, errors.New(d.trouble))
	}
	return traces, errors.Join(err, syncDir(filepath.Dir(d.o.Path)))
}

// others erases the wearer from what stands beside history.db: backups are rewritten, what was set aside cannot be and goes whole.
func (e *Erased) others(dir, path, wearer string) (traces [][]byte, err error) {
	aside, err := filepath.Glob(escapeGlob(path) + ".corrupt-*")
	if err != nil {
		return nil, err
	}
	backups, err := filepath.Glob(escapeGlob(filepath.Join(dir, "")) + string(filepath.Separator) + "*" + backupPrefix + "*")
	if err != nil {
		return nil, err
	}
	for _, b := range backups {
		t, err := eraseBackup(b, wearer)
		if err == nil {
			traces = append(traces, t...)
			continue
		}
		// It holds somebody who wants to be gone, and nobody can tell where: no part of it may stay.
		aside = append(aside, filepath.Join(b, "history.db"), filepath.Join(b, settingsName))
	}
	for _, f := range aside {
		if err := shred(f); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return traces, err
		}
		e.Files = append(e.Files, f)
	}
	return traces, nil
}

// eraseBackup erases a wearer from one backup.
func eraseBackup(dir, wearer string) (traces [][]byte, err error) {
	path := filepath.Join(dir, "history.db")
	err = guard(func() error {
		b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
		if err != nil {
			return err
		}
		traces, err = rewriteWithout(b, path+".rewritten", wearer)
		return errors.Join(err, b.Close())
	})
	if err == nil {
		err = replace(path, path+".rewritten")
	}
	if err != nil {
		_ = os.Remove(path + ".rewritten")
		return traces, err
	}
	return traces, OpenSettings(dir).Erase(wearer)
}

// Erase removes a wearer from both versions of the settings and overwrites the old ones. The wearer then begins anew, paused. A folder
// without settings has nothing to erase.
func (f *SettingsFile) Erase(wearer string) error {
	s, status, err := f.Load()
	switch {
	case status == Missing:
		return nil
	case status == Damaged:
		return errors.Join(errors.New("history: erase: the settings are damaged"), err)
	}
	s.Wearers = slices.DeleteFunc(s.Wearers, func(w pipeline.WearerSettings) bool { return w.Wearer == wearer })
	if f.dir == "" {
		return f.Save(s)
	}
	for _, name := range []string{previousName, tempName} {
		if err := shred(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("history: erase: %w", err)
		}
	}
	if err := f.Save(s); err != nil {
		return err
	}
	// The version that held the wearer is the previous one now.
	if err := shred(filepath.Join(f.dir, previousName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("history: erase: %w", err)
	}
	return f.Save(s)
}

// Trace lengths below which bytes are found anywhere by chance, and the length that is looked at first.
const (
	traceLeast = 12
	traceHead  = 12
)

// searchFolder searches every file below dir for the traces, and gives how many bytes it read.
func searchFolder(dir string, traces [][]byte) (searched int64, err error) {
	index := map[[traceHead]byte][][]byte{}
	for _, t := range traces {
		if len(t) >= traceLeast {
			head := [traceHead]byte(t[:traceHead])
			index[head] = append(index[head], t)
		}
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		n, err := searchFile(path, index)
		searched += n
		return err
	})
	return searched, err
}

func searchFile(path string, index map[[traceHead]byte][][]byte) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	const block, overlap = 1 << 20, 128 << 10 // the longest row is a note, far below the overlap
	buffer := make([]byte, 0, block+overlap)
	total := int64(0)
	for {
		n, err := io.ReadFull(file, buffer[len(buffer):len(buffer)+block])
		buffer = buffer[:len(buffer)+n]
		total += int64(n)
		if found(buffer, index) {
			return total, fmt.Errorf("%s still holds what was to be erased: remove the file by hand", path)
		}
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return total, nil
			}
			return total, err
		}
		keep := min(len(buffer), overlap)
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
