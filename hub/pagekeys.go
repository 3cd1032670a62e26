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
	path    string     // empty: in memory alone
	writing sync.Mutex // the file: one after the other

	mu   sync.Mutex // keys; never held while the disk works
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
	return token, k.change(func(keys *wire.PageKeys) { addToken(keys, wearer, token, now) })
}

// makeReached makes a token and remembers how the home network reaches the page from then on: both or neither.
func (k *pageKeys) makeReached(wearer string, now time.Time, listen string, certificate bool) (token string, err error) {
	token = web.NewToken()
	return token, k.change(func(keys *wire.PageKeys) {
		addToken(keys, wearer, token, now)
		keys.Listen, keys.Certificate = listen, certificate
	})
}

// unmake takes one token back, and the home network goes by as it did.
func (k *pageKeys) unmake(token string, was wire.PageKeys) error {
	sum := web.SumOf(token)
	return k.change(func(keys *wire.PageKeys) {
		keys.Tokens = slices.DeleteFunc(keys.Tokens, func(t wire.PageKey) bool { return t.Sum == sum })
		if keys.Listen != "" {
			keys.Listen, keys.Certificate = was.Listen, was.Certificate
		}
	})
}

// addToken adds a token; where its wearer has too many, the oldest goes.
func addToken(keys *wire.PageKeys, wearer, token string, now time.Time) {
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
}

// forget takes a wearer's tokens back, of nobody all of them, and the home network's way with those: at once, whatever the disk does. It lasts
// once it is stored.
func (k *pageKeys) forget(wearer string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys.Tokens = slices.DeleteFunc(slices.Clone(k.keys.Tokens), func(t wire.PageKey) bool { return wearer == "" || t.Wearer == wearer })
	if wearer == "" {
		k.keys.Listen, k.keys.Certificate = "", false
	}
}

// erase takes back the tokens of a wearer, and tells whether there were any.
func (k *pageKeys) erase(wearer string) (had bool, err error) {
	had = slices.ContainsFunc(k.read().Tokens, func(t wire.PageKey) bool { return t.Wearer == wearer })
	if had {
		k.forget(wearer)
		err = k.store()
	}
	return had, err
}

// store writes what is kept.
func (k *pageKeys) store() error {
	k.writing.Lock()
	defer k.writing.Unlock()
	return k.write(k.read())
}

// change changes what is kept, in memory when the disk has it. Who asks for tokens meanwhile does not wait for the disk.
func (k *pageKeys) change(f func(*wire.PageKeys)) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	next := k.read()
	f(&next)
	if err := k.write(next); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f(&k.keys) // and not next: tokens may have been taken back meanwhile
	return nil
}

// write puts keys on the disk; k.writing is held.
func (k *pageKeys) write(keys wire.PageKeys) error {
	if k.path == "" {
		return nil
	}
	if err := writeWhole(k.path, wire.AppendPageKeys(nil, keys)); err != nil {
		return fmt.Errorf("hub: page tokens are not stored: %w", err)
	}
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
