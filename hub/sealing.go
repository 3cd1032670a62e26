package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubd/config"
	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

const (
	lookForKeyEvery = 10 * time.Second // for a stick that was not there
	unlockAtMost    = time.Minute      // a passphrase on a slow Pi
	readWithin      = 2 * time.Second  // a stick that is dying may not answer
)

// errUnlocking is told where an attempt runs: each takes memory and seconds.
const errUnlocking = "a passphrase or key is being tried already: wait for its answer"

// keyFile is where a config says the key of its history lies; false where it names no file.
func keyFile(c *config.Config) (history.KeyFile, bool) {
	if c.History.KeyFile == "" || c.History.KeyFile == config.KeyTyped {
		return history.KeyFile{}, false
	}
	path := c.Resolve(c.History.KeyFile)
	credentials := os.Getenv("CREDENTIALS_DIRECTORY")
	return history.KeyFile{
		Path: path, History: historyPath(c), InsecureOK: c.History.InsecureKeyOK,
		Credential: credentials != "" && filepath.Dir(path) == filepath.Clean(credentials),
	}, true
}

// readKey reads a key file without waiting for a disk that does not answer. At most one read waits: done is closed when it is over.
func readKey(ctx context.Context, k history.KeyFile) (secret history.Secret, done <-chan struct{}, err error) {
	type came struct {
		secret history.Secret
		err    error
	}
	reply, over := make(chan came, 1), make(chan struct{})
	go func() {
		defer close(over)
		s, err := k.Read()
		reply <- came{s, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	select {
	case c := <-reply:
		return c.secret, over, c.err
	case <-ctx.Done():
		return secret, over, fmt.Errorf("key file %s: the disk does not answer", k.Path)
	}
}

// sealedAs adds to the options of a history what the config says of its seal, with the key where its file is there.
func sealedAs(o history.Options, c *config.Config) history.Options {
	o.Sealed = c.History.KeyFile != ""
	if c.History.KeyFile == config.KeyTyped {
		o.Why = history.Typing
	}
	if k, named := keyFile(c); named {
		secret, _, err := readKey(context.Background(), k)
		if o.Secret = secret; err != nil {
			o.Why = err.Error() + "; " + history.Unlocking
		}
	}
	return o
}

// hideMemory keeps the kernel from writing this process's memory into a core file, and other processes of the user from reading it: from now on
// it holds a key. Where that fails the unit's LimitCORE still holds.
func hideMemory() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }

// sealState is what the keeper's goroutine knows.
type sealState struct {
	wire.Sealing
	lock  history.Lock
	seal  *history.Seal
	plain bool
}

func (l *live) sealState(ctx context.Context) (sealState, error) {
	db := l.store.db
	return ask(ctx, l.keeper, func() (s sealState) {
		s.lock, s.Begun = db.Lock()
		s.Sealed, s.Locked, s.Phrase, s.seal, s.plain = db.Sealed(), db.Locked(), s.lock.Phrase(), db.Seal(), db.Plain()
		return s
	})
}

// sealing gives the page and the local socket their way to what seals the history.
func (l *live) sealing() *web.Sealing {
	if l.store.db == nil {
		return nil
	}
	return &web.Sealing{
		State: func(ctx context.Context) (wire.Sealing, error) {
			s, err := l.sealState(ctx)
			return s.Sealing, err
		},
		Unlock: func(ctx context.Context, text string, fresh bool) (string, error) {
			secret, err := history.ParseSecret(text)
			if err != nil {
				return err.Error(), nil
			}
			return l.unlock(ctx, secret, fresh)
		},
		Rekey: l.rekey,
	}
}

// unlock opens the history with a secret. fresh lets it be what seals a history that was never begun.
func (l *live) unlock(ctx context.Context, secret history.Secret, fresh bool) (refusal string, err error) {
	if !l.unlocking.TryLock() {
		return errUnlocking, nil
	}
	defer l.unlocking.Unlock()
	s, err := l.sealState(ctx)
	switch {
	case err != nil:
		return "", err
	case s.seal != nil && s.Locked == "":
		return "", l.settle(ctx) // it is open
	case s.plain:
		return s.Locked, nil
	case !s.Sealed:
		return "the history is not sealed: hubd history rekey seals it", nil
	case !s.Begun && !fresh:
		return "nothing was ever sealed here: what is typed now would seal everything from now on. hubd history unlock asks for it twice", nil
	}
	hideMemory()
	seal, err := opened(secret, s)
	if err != nil {
		return err.Error(), nil
	}
	failed, err := ask(ctx, l.keeper, func() error { return l.store.db.Unlock(seal) })
	if err != nil || failed != nil {
		return words(failed), err
	}
	return "", l.settle(ctx)
}

// opened makes what opens a lock, or a new one where there is none. The memory that stretching took goes back at once.
func opened(secret history.Secret, s sealState) (*history.Seal, error) {
	defer debug.FreeOSMemory()
	if s.Begun {
		return secret.Open(s.lock)
	}
	return secret.Seal()
}

// settle gives the pipeline what is stored of bodies, once, and from then on stores them under the seal. In this order: what is written in between
// leaves what was sealed as it is.
func (l *live) settle(ctx context.Context) error {
	if l.settled.Load() {
		return nil
	}
	type found struct {
		seal   *history.Seal
		bodies map[string]pipeline.Body
		err    error
	}
	file := l.store.settings
	f, err := ask(ctx, l.keeper, func() (f found) {
		f.seal = l.store.db.Seal()
		f.bodies, f.err = file.Bodies(f.seal)
		return f
	})
	if err = errors.Join(err, f.err); err != nil {
		return err
	}
	for _, id := range l.core.wearers {
		body, known := f.bodies[id]
		if !known || l.standIn {
			continue
		}
		c := pipeline.Command{Name: pipeline.CommandRecall, Wearer: id, Body: &body, Origin: pipeline.Origin{Source: pipeline.SourceBoot}}
		if refusal, err := l.do(ctx, c); refusal != "" || err != nil {
			return errors.Join(errors.New("the own rest could not be taken up: "+refusal), err)
		}
	}
	failed, err := ask(ctx, l.keeper, func() error {
		l.keeper.tellHistory(l.store.db.Status())
		if err := l.keeper.reseal(true, f.seal); err != nil {
			return err
		}
		l.keeper.writeKnown() // with what was taken up, and learnt meanwhile
		return nil
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	l.settled.Store(true)
	return nil
}

// reseal writes the settings in another form. The keeper's goroutine alone may call it.
func (k *keeper) reseal(on bool, seals ...*history.Seal) error {
	k.write() // the newest first
	return k.store.settings.Reseal(on, seals...)
}

// writeKnown writes the settings, if there are any yet.
func (k *keeper) writeKnown() {
	k.mu.Lock()
	known := k.revision != 0
	k.mu.Unlock()
	if known {
		k.writeNow()
	}
}

// lookForKey looks for the key file every so often, until the history is open and its settings are taken up.
func (l *live) lookForKey(ctx context.Context, k history.KeyFile, named bool) {
	ticker := time.NewTicker(lookForKeyEvery)
	defer ticker.Stop()
	var reading <-chan struct{}
	for !l.settled.Load() {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if reading != nil {
			select {
			case <-reading:
			default:
				continue // the disk still owes an answer: one question is enough
			}
		}
		reading = l.look(ctx, k, named)
	}
}

// look is one look.
func (l *live) look(ctx context.Context, k history.KeyFile, named bool) (reading <-chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s, err := l.sealState(ctx)
	switch {
	case err != nil:
		return nil
	case s.seal != nil && s.Locked == "":
		if err := l.settle(ctx); err != nil {
			l.keeper.log.Warn("settings", "error", err)
		}
		return nil
	case !named || s.plain || s.Locked == "":
		return nil
	}
	secret, reading, err := readKey(ctx, k)
	refusal := ""
	if err == nil {
		if refusal, err = l.unlock(ctx, secret, true); err == nil && refusal == "" {
			return nil
		}
		refusal = fmt.Sprintf("key file %s: %s", k.Path, strings.TrimSpace(refusal+" "+words(err)))
	} else {
		refusal = err.Error() + "; " + history.Unlocking
	}
	_, _ = ask(ctx, l.keeper, func() bool { l.store.db.StillLocked(refusal); return true }) // a keeper that is gone tells nobody
	return reading
}

// rekey seals everything under another secret, or opens it again.
func (l *live) rekey(ctx context.Context, to web.RekeyTo, text string) (wire.Rekeying, string, error) {
	if !l.copying.TryLock() {
		return wire.Rekeying{}, errCopying, nil
	}
	defer l.copying.Unlock()
	if !l.unlocking.TryLock() {
		return wire.Rekeying{}, errUnlocking, nil
	}
	defer l.unlocking.Unlock()
	s, err := l.sealState(ctx)
	if err != nil {
		return wire.Rekeying{}, "", err
	}
	if s.Locked != "" && !s.plain {
		return wire.Rekeying{}, s.Locked, nil
	}
	seal, refusal := l.newSeal(ctx, to, text)
	if refusal != "" {
		return wire.Rekeying{}, refusal, nil
	}
	r, err := l.resealAll(ctx, s.seal, seal)
	if err != nil {
		r.Failed = err.Error()
	} else {
		l.settled.Store(true)
	}
	r.Next = l.nextStart(to, seal)
	return r, "", nil
}

// newSeal makes what everything is to be sealed with; nil for nothing.
func (l *live) newSeal(ctx context.Context, to web.RekeyTo, text string) (seal *history.Seal, refusal string) {
	var secret history.Secret
	var err error
	switch {
	case to == web.RekeyToNone:
		return nil, ""
	case to == web.RekeyToSecret:
		secret, err = history.ParseSecret(text)
	case l.keyTyped:
		return nil, "history.key_file is typed: hubd history rekey --passphrase asks for a passphrase, and seals everything under it"
	case !l.keyNamed:
		return nil, "the config names no key file: add history.key_file, or say under what: hubd history rekey --help"
	default:
		secret, _, err = readKey(ctx, l.key)
	}
	if err != nil {
		return nil, err.Error()
	}
	hideMemory()
	defer debug.FreeOSMemory()
	if seal, err = secret.Seal(); err != nil {
		return nil, err.Error()
	}
	return seal, ""
}

// resealAll takes care that, whenever the power goes, the settings can be opened by what opens the history then.
func (l *live) resealAll(ctx context.Context, from, to *history.Seal) (r wire.Rekeying, err error) {
	settings := func(on bool, seals ...*history.Seal) error {
		failed, err := ask(ctx, l.keeper, func() error { return l.keeper.reseal(on, seals...) })
		return errors.Join(failed, err)
	}
	if from != nil {
		if err := settings(to != nil, from, to); err != nil {
			return r, fmt.Errorf("nothing was changed: %w", err)
		}
	}
	ids := slices.Clone(l.core.wearers)
	var failed error
	var is *history.Seal
	open := false
	err = l.keeper.lend(ctx, func() {
		r.Rekeyed, failed = l.store.db.Rekey(to, ids)
		is, open = l.store.db.Seal(), l.store.db.Locked() == "" // what went wrong may have come after the rows had their new seal
	})
	if err = errors.Join(err, failed); err != nil && !open {
		return r, err // the settings stay under both: one of them is what opens the history
	}
	return r, errors.Join(err, settings(is != nil, is))
}

// nextStart says what the config has to say before hubd starts again.
func (l *live) nextStart(to web.RekeyTo, seal *history.Seal) []string {
	configured := l.keyNamed || l.keyTyped
	switch {
	case to == web.RekeyToNone && configured:
		return []string{"take history.key_file out of the config before hubd starts again: it keeps nothing in a history that is not what the config says"}
	case to == web.RekeyToNone || to == web.RekeyToFile:
		return nil
	case seal.Phrase() && !l.keyTyped:
		return []string{"set history.key_file: typed in the config before hubd starts again"}
	case !seal.Phrase():
		return []string{"let history.key_file in the config name the file of this key before hubd starts again, and keep a copy of the key elsewhere"}
	}
	return nil
}
