package main

import (
	"context"
	"flag"
	"fmt"

	"hubd/hub"
)

func runBackup(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd backup", flag.ContinueOnError)
	var r reaching
	r.flags(fs)
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	var path string
	err := r.do(ctx, true, func(socket string) (err error) { path, err = hub.Backup(ctx, socket); return err })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s holds everything that is kept, of everybody. Take it to another disk; it is as private as the original.\n", path)
	return err
}
