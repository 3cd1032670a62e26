package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/setup"
	"hubd/synth"
	"hubd/wire"
)

// errTrouble is a probe that found something to mend, which its output tells.
var errTrouble = errors.New("something is to be mended: see above")

// probing are the flags of hubd probe.
type probing struct {
	config, simulate string
	fault            string
	socket, wearer   string
	seconds          float64
	json             bool
}

func runProbe(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd probe", flag.ContinueOnError)
	var f probing
	fs.StringVar(&f.config, "config", "", "config `FILE` whose chips are looked at; without it every bus is, and a config for what is there is printed")
	fs.StringVar(&f.simulate, "simulate", "", "simulated chips on synthetic bodies instead of real buses: "+strings.Join(synth.Names(), ", "))
	fs.StringVar(&f.fault, "fault", "", "what ails a simulated chip or bus, as `CHIP=FAULT`, to read what is said then; with --config and --simulate")
	fs.StringVar(&f.socket, "socket", "", "local socket of a daemon that has the buses (default: where hubd run listens)")
	fs.StringVar(&f.wearer, "wearer", "", "id of a wearer whose sensors are read even while paused: that is this wearer's own act")
	fs.Float64Var(&f.seconds, "seconds", 8, "how long each bus is read, 2 to 60")
	fs.BoolVar(&f.json, "json", false, "one JSON object instead of a table; with --config")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	switch {
	case !(f.seconds >= 2 && f.seconds <= 60):
		return usageError{fmt.Sprintf("--seconds %g: 2 to 60", f.seconds)}
	case f.json && f.config == "":
		return usageError{"--json goes with --config: without one, probe prints a config"}
	case f.fault != "" && (f.config == "" || f.simulate == ""):
		return usageError{"--fault goes with --config and --simulate: real chips fail by themselves"}
	}
	if f.config == "" {
		return scan(ctx, f, std)
	}
	return probe(ctx, f, std)
}

func (f probing) length() time.Duration { return time.Duration(f.seconds * float64(time.Second)) }

// quiet is the log of a command whose screen says what matters.
func quiet(std streams) *slog.Logger {
	return slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// scan looks for chips and prints a config.
func scan(ctx context.Context, f probing, std streams) error {
	if f.simulate == "" {
		fmt.Fprintln(std.err, "Looking at every bus; this takes some seconds.")
	}
	found, passed, err := hub.Scan(ctx, hub.ScanOptions{Simulate: f.simulate, Socket: f.socket, Length: f.length(), Log: quiet(std)})
	if err != nil {
		return err
	}
	if f.simulate != "" {
		passed = append(passed, setup.Passed{Place: "simulated chips", Words: "no bus of this machine was looked at"})
	}
	return f.tell(found, passed, std)
}

// tell prints the config for what was found.
func (f probing) tell(found []setup.FoundChip, passed []setup.Passed, std streams) error {
	text := setup.Paste(found, passed)
	if len(found) == 0 { // no config: it is for whoever reads this, and the output is most often a file
		if _, err := std.err.Write(text); err != nil {
			return err
		}
		return errTrouble
	}
	if _, err := std.out.Write(text); err != nil {
		return err
	}
	fmt.Fprintf(std.err, "Save that as config.yaml. Then: hubd probe --config config.yaml%[1]s, and hubd watch --config config.yaml%[1]s\n", f.again())
	return nil
}

// again is what the next command needs where this one simulates.
func (f probing) again() string {
	if f.simulate == "" {
		return ""
	}
	return " --simulate " + f.simulate
}

// probe looks at the chips of a config.
func probe(ctx context.Context, f probing, std streams) error {
	cfg, err := config.Load(f.config)
	if err != nil {
		return err
	}
	if f.simulate != "" {
		fmt.Fprintln(std.err, "Simulated chips: no bus of this machine is looked at.")
	}
	report, err := hub.Probe(ctx, hub.SetupOptions{Config: cfg, Simulate: f.simulate, Fault: f.fault, Socket: f.socket, Wearer: f.wearer, Length: f.length(), Log: quiet(std)})
	if err != nil {
		return err
	}
	var text []byte
	if f.json {
		text = append(wire.AppendProbe(nil, report), '\n')
	} else {
		text = wire.AppendProbeTable(nil, report)
	}
	if _, err := std.out.Write(text); err != nil {
		return err
	}
	if report.Trouble() {
		return errTrouble
	}
	return nil
}
