package history

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// KeyFile is where the key of a history lies.
type KeyFile struct {
	Path       string
	History    string // of history.db: a key on the same card is taken along with it
	InsecureOK bool   // it may lie there all the same
	machine    machine
	Credential bool // systemd gave it, and has set who may read it; where it comes from cannot be seen
}

// ErrNoKeyFile is a stick that is not there.
var ErrNoKeyFile = errors.New("the key file is not there")

// Read reads the key. An error says what is wrong with the file and never what is in it; ErrNoKeyFile where it is not there.
func (k KeyFile) Read() (Secret, error) {
	f, err := os.OpenFile(k.Path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0) // a pipe would wait for a writer
	if errors.Is(err, fs.ErrNotExist) {
		return Secret{}, fmt.Errorf("%w: %s", ErrNoKeyFile, k.Path)
	}
	if err != nil {
		return Secret{}, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Secret{}, fmt.Errorf("key file: %w", err)
	}
	if err := k.check(info); err != nil {
		return Secret{}, fmt.Errorf("key file %s: %w", k.Path, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*int64(keyTextSize)))
	if err != nil {
		return Secret{}, fmt.Errorf("key file %s: %w", k.Path, err)
	}
	s, err := ParseKey(text)
	if len(text) == 2*keyTextSize {
		s, err = Secret{}, errKeyText // there is more, unread
	}
	if err != nil {
		return Secret{}, fmt.Errorf("key file %s: %w; hubd history key FILE makes one", k.Path, err)
	}
	return s, nil
}

// check tells what is wrong with who may read a key file and where it lies.
func (k KeyFile) check(info fs.FileInfo) error {
	stat, known := info.Sys().(*syscall.Stat_t)
	mode := info.Mode().Perm()
	switch {
	case !info.Mode().IsRegular():
		return errors.New("it is no ordinary file")
	case k.Credential && !k.InsecureOK:
		return errors.New("as a credential of systemd it may lie on the card that it is to protect: name the file on a stick, or set history.insecure_key_ok")
	case k.Credential:
		return nil
	case mode != 0o600 && mode != 0o400:
		return fmt.Errorf("others may use it (mode %04o): chmod 600, or on a stick without rights of its own mount with umask=0177 and uid=hubd", mode)
	case known && stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d, who could change it: chown it to the user that hubd runs as", stat.Uid)
	case k.InsecureOK:
		return nil
	}
	same, err := k.machine.sameDisk(k.Path, folderThatIs(filepath.Dir(k.History)))
	switch {
	case err != nil:
		return fmt.Errorf("which disk it lies on cannot be seen (%w): history.insecure_key_ok takes it all the same", err)
	case same:
		return errors.New("it lies on the same card as the history, and whoever takes the card has both: put it on a stick, or set history.insecure_key_ok: true")
	}
	return nil
}

// folderThatIs gives a folder or, where it is yet to be made, the one above in which it will be.
func folderThatIs(folder string) string {
	for {
		_, err := os.Stat(folder)
		above := filepath.Dir(folder)
		if !errors.Is(err, fs.ErrNotExist) || above == folder {
			return folder
		}
		folder = above
	}
}

// WriteKeyFile makes a key in a new file, for its owner alone. A file that is there is left alone: it may be the key of something.
func WriteKeyFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and may be the key of a history: name another file", path)
	}
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	_, err = f.WriteString(NewKey().KeyText())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("key file %s: %w", path, err)
	}
	return nil
}
