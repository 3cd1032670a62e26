package history

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Rekeyed is what came of sealing a history anew.
type Rekeyed struct {
	Rows    int      // of history.db, that were taken over
	Damaged int      // rows that could not be opened, and are gone
	Done    []string // in words for people
	Left    []string // what is still as it was before, and what to do about it
}

// Rekey writes history.db and the backups beside it anew, under another seal or, where it is nil, in the clear, and overwrites the old files.
// Where it is sealed backups come first, where it is opened they come last: whenever the power goes, history.db is whole under the one or the
// other, and none beside a sealed one is in the clear. A second time takes up what is left. The settings are the caller's: SettingsFile.Reseal before
// for both seals, and after for the new one. ids are those that the config names. An error need not mean that all is as it was: Seal tells what
// history.db is sealed with.
func (d *DB) Rekey(to *Seal, ids []string) (r Rekeyed, err error) {
	plain := d.bolt == nil
	if plain && !d.openPlain() {
		return r, fmt.Errorf("history: rekey: %w", errors.New(cmp.Or(d.trouble, errMemory.Error())))
	}
	if d.seal == nil && to == nil {
		return d.openBackups(ids)
	}
	if r, err = d.rekey(to, ids); err == nil {
		return r, nil
	}
	if plain {
		d.sealing = true
		err = errors.Join(err, d.shut())
		d.open()
	}
	return r, fmt.Errorf("history: rekey: %w", err)
}

func (d *DB) rekey(to *Seal, ids []string) (r Rekeyed, err error) {
	from, dir := d.seal, filepath.Dir(d.o.Path)
	kept, err := d.Wearers()
	if err != nil {
		return r, err
	}
	backups := func() error { return r.backups(dir, d.opener(to, from), to, append(kept, ids...)) }
	if to != nil {
		if err := backups(); err != nil {
			return r, err
		}
	}
	w, err := d.rewrite(func(fresh string) (rewritten, error) {
		return rewriteFile(d.bolt, fresh, rewriting{from: from, to: to})
	}, to)
	if err != nil {
		return r, err
	}
	r.Rows, r.Damaged = w.rows, w.damaged
	r.Done = append(r.Done, fmt.Sprintf("%d rows of %s", w.rows, d.o.Path))
	if to == nil {
		return r, backups()
	}
	r.Left = append(r.Left, inTheClear(dir, d.o.Path)...)
	return r, nil
}

// openBackups opens those that a loss of power left sealed beside a history that is open already.
func (d *DB) openBackups(ids []string) (r Rekeyed, err error) {
	kept, err := d.Wearers()
	if err == nil {
		err = r.backups(filepath.Dir(d.o.Path), d.opener(), nil, append(kept, ids...))
	}
	if err == nil && len(r.Done) == 0 {
		err = errors.New("it is not sealed: there is nothing to open")
	}
	if err != nil {
		return r, fmt.Errorf("history: rekey: %w", err)
	}
	return r, nil
}

// openPlain opens a file that is not sealed though it should be, to seal it: nothing else may be done with it.
func (d *DB) openPlain() bool {
	if !d.plain {
		return false
	}
	d.sealing = false
	d.open()
	return d.bolt != nil
}

// backups seals the backups anew. One that was sealed under something else stays as it is.
func (r *Rekeyed) backups(dir string, open opener, to *Seal, ids []string) error {
	backups, err := backupsIn(dir)
	if err != nil {
		return err
	}
	for _, b := range backups {
		if err := r.backup(b, open, to, ids); err != nil {
			r.Left = append(r.Left, fmt.Sprintf("the backup %s: %v. Remove it by hand where it is to go", b, err))
		}
	}
	return nil
}

// backup takes care, as with the history itself, that what opens the rows after a loss of power opens the settings too: the salt of a seal stands
// beside the rows alone.
func (r *Rekeyed) backup(dir string, open opener, to *Seal, ids []string) error {
	from, f := (*Seal)(nil), OpenSettings(dir)
	f.Know(ids...)
	w, err := rewriteBackup(dir, func(file *bbolt.DB, fresh string) (w rewritten, err error) {
		if from, err = open(file); err != nil {
			return w, err
		}
		if f.SealWith(from != nil, from); from != nil {
			err = f.Reseal(to != nil, from, to)
		}
		if err != nil {
			return w, err
		}
		return rewriteFile(file, fresh, rewriting{from: from, to: to})
	})
	if err != nil || from == nil && to == nil {
		return err
	}
	r.Done = append(r.Done, fmt.Sprintf("%d rows of the backup %s", w.rows, dir))
	if err := f.Reseal(to != nil, to); err != nil {
		r.Left = append(r.Left, fmt.Sprintf("the settings of the backup %s: %v", dir, err))
	}
	return nil
}

// inTheClear names what sealing cannot reach beside the history.
func inTheClear(dir, path string) (left []string) {
	aside, _ := filepath.Glob(escapeGlob(path) + ".corrupt-*")
	for _, a := range aside {
		left = append(left, fmt.Sprintf("%s, a damaged file that was set aside and may hold rows in the clear: shred -u removes it", a))
	}
	captures := filepath.Join(dir, capturesFolder)
	if entries, err := os.ReadDir(captures); err == nil && len(entries) > 0 {
		left = append(left, captures+", recordings in the clear")
	}
	return left
}
