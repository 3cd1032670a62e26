package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hubd/config"
	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// Reaching says how a command comes to what is kept: through the daemon where one answers, else in the files of a config.
type Reaching struct {
	Socket  string // empty: where hubd run listens
	Config  string // file: a daemon is reached only where it keeps the same; empty: DefaultConfig, and none where a socket is named
	Program string // as in RunOptions
	Write   bool   // the command changes what is kept

	KeyFile string                            // what opens a sealed history; empty: as the config says
	Ask     func(what string) (string, error) // asks a person for a passphrase or key; nil: nobody is there
	Locked  bool                              // a history that is not open is enough: the command opens it
}

// DefaultConfig is the config of a daemon that is installed.
const DefaultConfig = "/etc/hubd/config.yaml"

// Reach gives a socket that answers for what is kept. Where no daemon does, or the one that does keeps something else than the config that is
// named, this process stands in for one: it opens the files under the lock that a daemon takes, and answers on a socket of its own until leave
// is called. It senses nothing and tells no broker anything.
func Reach(ctx context.Context, r Reaching) (socket string, leave func() error, err error) {
	socket, leave = r.Socket, func() error { return nil }
	if socket == "" {
		socket = findSocket()
	}
	c, err := net.DialTimeout("unix", socket, time.Second)
	if err == nil {
		c.Close()
		if r.Config == "" {
			return socket, leave, nil
		}
		return r.reachNamed(ctx, socket)
	}
	if errors.Is(err, os.ErrPermission) || r.Socket != "" && r.Config == "" {
		return "", leave, noDaemon(socket, err)
	}
	file := r.Config
	if file == "" {
		file = DefaultConfig
	}
	if _, missing := os.Stat(file); missing != nil && r.Config == "" {
		return "", leave, fmt.Errorf("%s: no daemon answers, and there is no %s: start it with hubd run, or say with --config where what is kept lies", socket, file)
	}
	cfg, err := config.Load(file)
	if err != nil {
		return "", leave, err
	}
	return standInFor(ctx, cfg, r)
}

// reachNamed reaches what the named config says, though a daemon answers: what that one keeps, where it is another, must be neither shown nor
// erased for it.
func (r Reaching) reachNamed(ctx context.Context, socket string) (_ string, leave func() error, err error) {
	leave = func() error { return nil }
	cfg, err := config.Load(r.Config)
	if err != nil {
		return "", leave, err
	}
	kept, err := PlaceOf(ctx, socket)
	switch {
	case err != nil:
		return "", leave, err
	case kept.File == historyPath(cfg):
		return socket, leave, nil
	case r.Socket != "":
		return "", leave, fmt.Errorf("%s keeps %s, and %s says %s: leave out --socket or --config", socket, kept.File, r.Config, historyPath(cfg))
	}
	return standInFor(ctx, cfg, r)
}

// standInFor opens the files of a config and answers for them.
func standInFor(ctx context.Context, cfg *config.Config, r Reaching) (socket string, leave func() error, err error) {
	leave = func() error { return nil }
	l, err := newStandIn(cfg, r)
	if err != nil {
		return "", leave, err
	}
	dir, err := os.MkdirTemp("", "hubd") // for its owner alone
	if err != nil {
		return "", leave, fmt.Errorf("hub: socket: %w", errors.Join(err, l.store.close()))
	}
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	answers := l.answers()
	go l.keeper.run(keeping)
	socket = filepath.Join(dir, socketName)
	l.server, err = serveSocket(socket, web.New(answers), slog.New(slog.DiscardHandler))
	leave = func() error {
		if l.server != nil {
			l.server.close()
		}
		stop()
		<-l.keeper.done
		return os.RemoveAll(dir)
	}
	if err != nil {
		return "", func() error { return nil }, errors.Join(err, leave())
	}
	return socket, leave, nil
}

// newStandIn builds what answers. It opens the files, and says what keeps it from that.
func newStandIn(cfg *config.Config, r Reaching) (*live, error) {
	path := historyPath(cfg)
	if err := ownFiles(path, r.Write); err != nil {
		return nil, err
	}
	p, err := build(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	db, err := r.open(cfg)
	if err != nil {
		return nil, err
	}
	var unread history.Unreadable // who asks for rows is told
	if _, err := db.Wearers(); unread.Take(err) != nil && !(r.Locked && db.Locked() != "") {
		return nil, errors.Join(errors.New("no daemon answers, and the files give nothing: "+r.nothing(cfg, db)), db.Close())
	}
	file := openSettings(cfg, db)
	settings, status, _ := file.Load() // what is wrong with them does not keep rows from being read
	p.store = store{db: db, settings: file, close: db.Close}
	p.key, p.keyNamed = keyFile(cfg)
	p.keyTyped = cfg.History.KeyFile == config.KeyTyped
	l := &live{parts: p, standIn: true, core: &core{}}
	if r.Write && status != history.Damaged { // what is damaged is looked at by a daemon, which says so
		l.saveBoard = file.Save
	}
	clock := newWallClock(time.Now, timesync)
	l.keeper = newKeeper(p.log, p.store, clock.local)
	l.core.board = newBoard("", p.id, path, nil, nil, l.keeper.status)
	p.pipeline.Settings = begin(settings, status, p.pipeline.Wearers)
	l.core.pipeline = pipeline.New(p.pipeline)
	for _, w := range l.core.pipeline.Settings().Wearers {
		l.core.wearers = append(l.core.wearers, w.Wearer)
		l.core.board.status.Wearers = append(l.core.board.status.Wearers,
			wire.WearerReport{ID: w.Wearer, Status: wire.WearerPaused, Share: w.Share, Keep: w.Keep, Cues: w.Cues})
	}
	return l, nil
}

// nothing says why the files give nothing, and what to do where no daemon runs.
func (r Reaching) nothing(cfg *config.Config, db *history.DB) string {
	status := db.Status()
	_, begun := db.Lock()
	switch {
	case strings.Contains(status, "in use"):
		return status + ": a daemon that listens elsewhere? Name its socket with --socket"
	case !begun || db.Locked() == "" || r.KeyFile != "":
		return status
	}
	why := "locked: it is sealed"
	if k, named := keyFile(cfg); named {
		if _, _, err := readKey(context.Background(), k); err != nil {
			why += ", and " + err.Error()
		}
	}
	return why + ". Name the file of its key with --key FILE, or run this at a terminal, where it asks for the passphrase or key"
}

// open opens the history, with what opens it where it is sealed.
func (r Reaching) open(cfg *config.Config) (*history.DB, error) {
	o := history.Options{
		Path: historyPath(cfg), Days: cfg.History.Days, MaxBytes: cfg.History.MaxMB << 20, Check: itself(r.Program), ReadOnly: !r.Write,
	}
	o = sealedAs(o, cfg)
	if r.KeyFile != "" {
		k := history.KeyFile{Path: r.KeyFile, History: o.Path, InsecureOK: true} // it is named by hand, and for this once
		secret, err := k.Read()
		if err != nil {
			return nil, err
		}
		o.Secret = secret
	}
	db := history.Open(o)
	lock, begun := db.Lock()
	if !begun || db.Locked() == "" || r.Ask == nil || r.KeyFile != "" {
		return db, nil
	}
	text, err := r.Ask(db.Locked())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	secret, err := history.ParseSecret(text)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	seal, err := secret.Open(lock)
	if err == nil {
		err = db.Unlock(seal)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// answers are for what is kept, of those too whom the config names no more. Everything else needs a daemon.
func (l *live) answers() web.Options {
	ids := slices.Clone(l.core.wearers)
	var unread history.Unreadable
	if kept, err := l.store.db.Wearers(); unread.Take(err) == nil {
		ids = append(ids, kept...)
	}
	return web.Options{
		Wearers: ids, Origin: pipeline.Origin{Source: pipeline.SourceSocket}, Within: answerWithin, Status: l.core.board.read, History: l.history(), Sealing: l.sealing(), Report: l.reporting(),
		Do: func(ctx context.Context, c pipeline.Command) (string, error) {
			if c.Name != pipeline.CommandCalibrate {
				return "hubd does not run: start it with hubd run", nil
			}
			return l.calibrate(ctx, c), nil
		},
	}
}

// calibrate stores what was measured on a board, as a daemon would.
func (l *live) calibrate(ctx context.Context, c pipeline.Command) (refusal string) {
	if l.saveBoard == nil {
		return "the settings cannot be written: hubd run says what is wrong with them"
	}
	l.copying.Lock() // one at a time: this pipeline has no goroutine of its own
	defer l.copying.Unlock()
	for _, e := range l.core.pipeline.Command(nil, 0, c) {
		if r, ok := e.Value.(pipeline.Refused); ok {
			return r.Reason
		}
	}
	stored := make(chan error, 1)
	if err := l.keeper.hand(ctx, func() { stored <- l.saveBoard(l.core.pipeline.Settings()) }); err != nil {
		return err.Error()
	}
	select {
	case err := <-stored:
		if err != nil {
			return err.Error()
		}
	case <-ctx.Done():
		return diskSilent(ctx).Error()
	}
	return ""
}

// ownFiles refuses what would go wrong later: files that are not there to be read, and changing files of another user, which a daemon could
// then not open any more.
func ownFiles(path string, write bool) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("nothing is kept yet: there is no %s", dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: no daemon answers, and this user may not look there: use sudo -u hubd", dir)
	case err != nil:
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !write || !ok || int(stat.Uid) == os.Geteuid() {
		return nil
	}
	owner := strconv.Itoa(int(stat.Uid))
	if u, err := user.LookupId(owner); err == nil {
		owner = u.Username
	}
	return fmt.Errorf("no daemon answers, and %s belongs to %s: use sudo -u %s, so that hubd can open what is written there", dir, owner, owner)
}
