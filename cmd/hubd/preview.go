package main

import (
	"context"
	"flag"
	"time"

	"hubd/hub"
)

func runPreview(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd preview", flag.ContinueOnError)
	socket := fs.String("socket", "", "local socket of the daemon (default: where hubd run listens)")
	seconds := fs.Float64("seconds", 30, "how long, 5 to 600")
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(operands) != 1 {
		return usageError{"preview takes one scene, for example: hubd preview settled"}
	}
	if !(*seconds >= 5 && *seconds <= 600) {
		return usageError{"--seconds takes a number from 5 to 600"}
	}
	return hub.Preview(ctx, hub.PreviewOptions{
		Socket: *socket, Scene: operands[0], For: time.Duration(*seconds * float64(time.Second)), Out: std.out,
	})
}
