package main

import (
	"context"
	"flag"

	"hubd/config"
	"hubd/hub"
)

func runDiscovery(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd discovery", flag.ContinueOnError)
	file := fs.String("config", defaultConfig, "config file")
	check := fs.Bool("check", false, "also say what Home Assistant would refuse, and exit with 1 where it would")
	asJSON := fs.Bool("json", false, "the messages themselves, instead of a line for each entity")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	cfg, err := config.Load(*file)
	if err != nil {
		return err
	}
	return hub.Discovery(hub.DiscoveryOptions{Config: cfg, Version: version, JSON: *asJSON, Check: *check, Out: std.out})
}
