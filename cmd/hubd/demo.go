package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"

	"hubd/hub"
	"hubd/synth"
)

func runDemo(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd demo", flag.ContinueOnError)
	scenario := fs.String("scenario", synth.Default, "one of "+strings.Join(synth.Names(), ", "))
	mqtt := fs.String("mqtt", "", "address of the embedded broker (default 127.0.0.1:1883, or a free port where that is taken)")
	listen := fs.String("listen", "", "address of the page, for example 127.0.0.1:8480 (default: none)")
	speed := fs.Float64("speed", 1, "times real time, 1 to 10")
	seed := fs.Uint64("seed", 3, "which simulated people")
	verbose := fs.Bool("verbose", false, "show the log too")
	err := parseFlags(fs, args, std)
	switch {
	case err != nil:
		return err
	case !slices.Contains(synth.Names(), *scenario):
		return usageError{fmt.Sprintf("--scenario %q: one of %s", *scenario, strings.Join(synth.Names(), ", "))}
	case *listen != "" && !isAddress(*listen):
		return usageError{fmt.Sprintf("--listen %q: wanted is an address and a port, such as 127.0.0.1:8480", *listen)}
	case !(*speed >= 1 && *speed <= 10):
		return usageError{fmt.Sprintf("--speed %g: 1 to 10", *speed)}
	}
	level := slog.LevelWarn
	if *verbose {
		level = slog.LevelDebug
	}
	return hub.Demo(ctx, hub.DemoOptions{
		Scenario: *scenario, MQTT: *mqtt, Listen: *listen, Speed: *speed, Seed: *seed, Version: version, Out: std.out,
		Log: slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: level})),
	})
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && port != ""
}
