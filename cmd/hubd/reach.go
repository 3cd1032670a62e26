package main

import (
	"context"
	"errors"
	"flag"

	"hubd/hub"
)

// reaching are the flags of a command that works on what is kept, with a daemon or without.
type reaching struct{ socket, config, key string }

func (r *reaching) flags(fs *flag.FlagSet) {
	fs.StringVar(&r.socket, "socket", "", "local socket of the daemon (default: where hubd run listens)")
	fs.StringVar(&r.config, "config", "", "config `FILE` that says where what is kept lies, for when no daemon runs that keeps the same (default: "+hub.DefaultConfig+")")
	fs.StringVar(&r.key, "key", "", "key `FILE` of a sealed history, for when no daemon runs (default: the config's history.key_file, else it is asked for)")
}

// do calls f with a socket that answers: the daemon's or, while none runs, one of this process, which has the files open until f ends.
func (r *reaching) do(ctx context.Context, write bool, f func(socket string) error) error {
	socket, leave, err := hub.Reach(ctx, hub.Reaching{Socket: r.socket, Config: r.config, Program: program(), Write: write, KeyFile: r.key, Ask: askAtTerminal(ctx)})
	if err != nil {
		return err
	}
	return errors.Join(f(socket), leave())
}
