package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hubd/web"
	"hubd/wire"
)

// maxTokens is how many tokens one wearer can have at once: phones, a tablet, a desk. The oldest goes.
const maxTokens = 8

// pageKeys knows who may open the page, and keeps it in a file that holds no token itself.
type pageKeys struct {
	path string // empty: in memory alone

	mu   sync.Mutex
	keys wire.PageKeys
}

// openPageKeys reads the file. One that cannot be read lets nobody in: hubd page open makes a new one.
func openPageKeys(path string) (*pageKeys, error) {
	k := &pageKeys{path: path}
	if path == "" {
		return k, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		k.keys, err = wire.ParsePageKeys(data)
	}
	if err != nil {
		return k, fmt.Errorf("hub: %s: %w; nobody can open the page until hubd page open", path, err)
	}
	return k, nil
}

// tokens are those that open the page now.
func (k *pageKeys) tokens() []web.Token {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]web.Token, len(k.keys.Tokens))
	for i, t := range k.keys.Tokens {
		all[i] = web.Token{Wearer: t.Wearer, Sum: t.Sum}
	}
	return all
}

// read is a copy of what is kept.
func (k *pageKeys) read() wire.PageKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := k.keys
	out.Tokens = slices.Clone(out.Tokens)
	return out
}

// make makes a wearer a token. It counts only when it is stored.
func (k *pageKeys) make(wearer string, now time.Time) (token string, err error) {
	token = web.NewToken()
	err = k.change(func(keys *wire.PageKeys) {
		theirs := 0
		for i := len(keys.Tokens) - 1; i >= 0; i-- {
			if keys.Tokens[i].Wearer != wearer {
				continue
			}
			if theirs++; theirs >= maxTokens {
				keys.Tokens = slices.Delete(keys.Tokens, i, i+1)
			}
		}
		keys.Tokens = append(keys.Tokens, wire.PageKey{Wearer: wearer, Sum: web.SumOf(token), Made: now})
	})
	return token, err
}

// take takes a wearer's tokens back; of nobody: all of them.
func (k *pageKeys) take(wearer string) error {
	return k.change(func(keys *wire.PageKeys) {
		keys.Tokens = slices.DeleteFunc(keys.Tokens, func(t wire.PageKey) bool { return wearer == "" || t.Wearer == wearer })
	})
}

// reach says how the home network reaches the page; an empty listen: not at all.
func (k *pageKeys) reach(listen string, certificate bool) error {
	return k.change(func(keys *wire.PageKeys) { keys.Listen, keys.Certificate = listen, certificate })
}

// change changes what is kept, in memory when the disk has it. Taking back holds also where the disk refuses.
func (k *pageKeys) change(f func(*wire.PageKeys)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.keys
	next.Tokens = slices.Clone(next.Tokens)
	f(&next)
	if k.path != "" {
		if err := writeWhole(k.path, wire.AppendPageKeys(nil, next)); err != nil {
			if len(next.Tokens) <= len(k.keys.Tokens) {
				k.keys = next
			}
			return fmt.Errorf("hub: page tokens are not stored: %w", err)
		}
	}
	k.keys = next
	return nil
}

// writeWhole replaces a file with one that only its owner reads: after a loss of power there is the old one or the new one.
func writeWhole(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path)) // else a loss of power could bring back tokens that were taken
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
