package main

import (
	"context"
	"flag"
	"log/slog"

	"hubd/config"
	"hubd/hub"
)

func runDiscovery(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd discovery", flag.ContinueOnError)
	file := fs.String("config", defaultConfig, "config file")
	check := fs.Bool("check", false, "also say what Home Assistant would refuse, and exit with 1 where it would")
	asJSON := fs.Bool("json", false, "the messages themselves, instead of a line for each entity")
	forget := fs.String("forget", "", "take back all that a hub of this id left on the broker: after a change of hub.id")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	if *forget != "" {
		log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
		return hub.Forget(ctx, hub.ForgetOptions{Config: cfg, Hub: *forget, Out: std.out, Log: log})
	}
	return hub.Discovery(hub.DiscoveryOptions{Config: cfg, Version: version, JSON: *asJSON, Check: *check, Out: std.out})
}
