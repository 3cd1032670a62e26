package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"hubd/config"
	"hubd/hub"
	"hubd/synth"
)

const defaultConfig = "/etc/hubd/config.yaml"

func runDaemon(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd run", flag.ContinueOnError)
	file := fs.String("config", defaultConfig, "config file")
	socket := fs.String("socket", "", "local socket (default: "+hub.DefaultSocket+", or a folder of your own where that cannot be written)")
	simulate := fs.String("simulate", "", "simulated chips on synthetic bodies instead of real buses: "+strings.Join(synth.Names(), ", "))
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return err
	}
	log := slog.New(hub.LogHandler(std.err, level))
	for _, w := range append(cfg.Warnings, hub.Overruled(cfg)...) {
		log.Warn(w.String())
	}
	return hub.Run(ctx, hub.RunOptions{Config: cfg, Socket: *socket, Simulate: *simulate, Version: version, Log: log, Program: program()})
}

func runDark(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd dark", flag.ContinueOnError)
	file := fs.String("config", defaultConfig, "config file")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	return hub.Dark(cfg)
}

func runCheck(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd check", flag.ContinueOnError)
	file := fs.String("config", defaultConfig, "config file")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	notes, problems := hub.CheckVoices(cfg)
	if len(problems) > 0 {
		return &config.Error{Problems: problems}
	}
	for _, w := range slices.Concat(cfg.Warnings, notes, hub.Overruled(cfg)) {
		fmt.Fprintln(std.out, "note:", w.String())
	}
	_, err = fmt.Fprintf(std.out, "%s: nothing wrong\n", *file)
	return err
}
