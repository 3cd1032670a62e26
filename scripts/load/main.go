package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	runtime.LockOSThread() // see endsWithUs
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "hubs" {
		return serve(os.Stdin, os.Stdout, new(homes).do)
	}
	if len(args) == 1 && args[0] == "watch" {
		return serve(os.Stdin, os.Stdout, new(watcher).do)
	}
	return measure(args)
}

// settings are the flags.
type settings struct {
	kinds, hubs string
	seconds     int
	evening     int
	shared      bool
	rampM       float64 // hubs a second
	rampN       float64
	places      places
}

func measure(args []string) error {
	var s settings
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.StringVar(&s.kinds, "brokers", "mosquitto,nats", "which brokers")
	f.StringVar(&s.hubs, "hubs", "1,10,100,1000", "how many hubs, one step after the other")
	f.IntVar(&s.seconds, "seconds", 60, "how long each step is measured")
	f.IntVar(&s.evening, "evening", 600, "length of the evening that is told, in seconds")
	f.BoolVar(&s.shared, "shared", false, "one house: all hubs under one Home Assistant; else a home each")
	f.Float64Var(&s.rampM, "ramp", 50, "hubs that come in a second, to mosquitto")
	f.Float64Var(&s.rampN, "ramp-nats", 10, "hubs that come in a second, to NATS")
	f.StringVar(&s.places.configs, "configs", "docs/several-rooms", "the configs to try")
	f.StringVar(&s.places.mosquitto, "mosquitto", "mosquitto", "the program")
	f.StringVar(&s.places.nats, "nats", "nats-server", "the program")
	f.StringVar(&s.places.haproxy, "haproxy", "haproxy", "the program")
	keep := f.String("logs", "", "a folder for the brokers' logs; empty: they go away")
	if err := f.Parse(args); err != nil {
		return err
	}
	return s.all(*keep)
}

func (s settings) all(logs string) error {
	fmt.Print(heading)
	bad := 0
	for kind := range strings.SplitSeq(s.kinds, ",") {
		for text := range strings.SplitSeq(s.hubs, ",") {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return fmt.Errorf("-hubs: %q is no number of hubs", text)
			}
			good, err := s.one(kind, n, logs)
			if err != nil {
				return fmt.Errorf("%s, %d hubs: %w", kind, n, err)
			}
			if !good {
				bad++
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d steps lost what must not be lost", bad)
	}
	return nil
}

// one does one step in a folder of its own, and prints what it found.
func (s settings) one(kind string, n int, logs string) (good bool, err error) {
	p := s.places
	if p.work, err = workFolder(logs, fmt.Sprintf("%s-%d", kind, n)); err != nil {
		return false, err
	}
	if logs == "" {
		defer os.RemoveAll(p.work)
	}
	c := crowd{Hubs: n, Passwd: true, Shared: s.shared, RampHz: s.rampM, Evening: float64(s.evening), Seed: 1}
	if kind == "nats" {
		c.RampHz = s.rampN
	}
	st := &step{kind: kind, crowd: c, seconds: time.Duration(s.seconds) * time.Second, kill: kind == "nats", places: p}
	if err := st.run(); err != nil {
		return false, err
	}
	fmt.Print(st.text())
	return st.good(), nil
}

// workFolder gives a new folder, in logs where that is named: a cluster must not find what an earlier one left.
func workFolder(logs, name string) (string, error) {
	if logs == "" {
		return os.MkdirTemp("", "hubd-load-")
	}
	work := filepath.Join(logs, name)
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	return work, os.MkdirAll(work, 0o700)
}
