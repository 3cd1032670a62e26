package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/synth"
)

// attending are the flags of a command that is about one wearer's sensors.
type attending struct {
	config, simulate string
	socket, wearer   string
	speed, seconds   float64
	plain            bool
}

func (a *attending) flags(fs *flag.FlagSet) {
	fs.StringVar(&a.config, "config", defaultConfig, "config `FILE`")
	fs.StringVar(&a.simulate, "simulate", "", "simulated chips on synthetic bodies instead of real buses: "+strings.Join(synth.Names(), ", "))
	fs.Float64Var(&a.speed, "speed", 1, "times real time, 1 to 100; with --simulate")
	fs.StringVar(&a.socket, "socket", "", "local socket of a daemon that has the buses (default: where hubd run listens)")
	fs.StringVar(&a.wearer, "wearer", "", "id of the wearer (not needed where there is only one)")
}

// options reads the config and checks the flags.
func (a *attending) options(std streams) (hub.SetupOptions, error) {
	switch {
	case !(a.speed >= 1 && a.speed <= 100):
		return hub.SetupOptions{}, usageError{fmt.Sprintf("--speed %g: 1 to 100", a.speed)}
	case a.speed != 1 && a.simulate == "":
		return hub.SetupOptions{}, usageError{"--speed goes with --simulate: real sensors have their own time"}
	case !(a.seconds >= 0 && a.seconds <= 24*60*60):
		return hub.SetupOptions{}, usageError{fmt.Sprintf("--seconds %g: 0 to 86400", a.seconds)}
	}
	cfg, err := config.Load(a.config)
	if err != nil {
		return hub.SetupOptions{}, err
	}
	return hub.SetupOptions{Config: cfg, Simulate: a.simulate, Socket: a.socket, Wearer: a.wearer, Speed: a.speed,
		Length: time.Duration(a.seconds * float64(time.Second)), Log: quiet(std)}, nil
}

func runWatch(ctx context.Context, args []string, std streams) (err error) {
	fs := flag.NewFlagSet("hubd watch", flag.ContinueOnError)
	var a attending
	a.flags(fs)
	fs.Float64Var(&a.seconds, "seconds", 0, "end by itself after so long; 0: when you end it")
	fs.BoolVar(&a.plain, "plain", false, "ASCII, one screen below the other: for a pipe, or a terminal that draws nonsense")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	o, err := a.options(std)
	if err != nil {
		return err
	}
	d := newDisplay(std.out, a.plain)
	if err := d.begin(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	return hub.Watch(ctx, o, d.period(), d.show)
}
