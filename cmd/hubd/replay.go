package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hubd/hub"
	"hubd/room"
)

func runReplay(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd replay", flag.ContinueOnError)
	o := hub.ReplayOptions{Out: std.out, Warn: func(s string) { fmt.Fprintln(std.err, "hubd:", s) }}
	configFile := fs.String("config", "", "config whose wearers and room are used")
	baseline := fs.String("baseline", "", "settings file whose baselines are used")
	session := fs.String("session", "", "alone, together, practice, night or none (default alone; for two wearers together)")
	rest := fs.String("rest", "", "FROM-TO in seconds: a declared rest")
	pulse := fs.String("pulse", "", "pulse column, or several optical columns of one sensor with commas")
	wall := fs.String("wall", "", "local time at 0 s, as 2026-01-31T22:00:00+01:00 (default: the clock is not set)")
	fs.StringVar(&o.EDA, "eda", "", "skin-conductance column")
	fs.IntVar(&o.ADCBits, "adc-bits", 12, "resolution of *_adc columns: 10 or 12")
	fs.Float64Var(&o.Speed, "speed", 0, "times real time (default: as fast as possible)")
	fs.BoolVar(&o.Explain, "explain", false, "one readable line per change of state, instead of JSON")
	files, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(files) < 1 || len(files) > 2 {
		return usageError{"replay takes one recording, or two for two wearers"}
	}
	if o.ADCBits != 10 && o.ADCBits != 12 {
		return usageError{fmt.Sprintf("--adc-bits %d: 10 (MCP3008) or 12 (MCP3208)", o.ADCBits)}
	}
	if o.Speed < 0 || math.IsNaN(o.Speed) {
		return usageError{"--speed is a number above 0"}
	}
	o.Files = files
	if *pulse != "" {
		o.Pulse = strings.Split(*pulse, ",")
	}
	if err := replayMoments(&o, *rest, *session, *wall); err != nil {
		return err
	}
	if err := hub.ReplayFiles(&o, *configFile, *baseline); err != nil {
		return err
	}
	return hub.Replay(ctx, o)
}

// replayMoments reads the flags that say when and in what session.
func replayMoments(o *hub.ReplayOptions, rest, session, wall string) (err error) {
	if rest != "" {
		if o.Rest, err = span(rest); err != nil {
			return err
		}
		o.HasRest = true
	}
	switch kind, ok := room.ParseSessionKind(session); {
	case session == "none":
		o.NoSession = true
	case session != "" && !ok:
		return usageError{fmt.Sprintf("--session %q: alone, together, practice, night or none", session)}
	default:
		o.Session = kind
	}
	if wall != "" {
		if o.Wall, err = time.Parse(time.RFC3339, wall); err != nil {
			return usageError{fmt.Sprintf("--wall %q: wanted is a time like 2026-01-31T22:00:00+01:00", wall)}
		}
	}
	return nil
}

// span reads FROM-TO in seconds.
func span(text string) (s [2]time.Duration, err error) {
	wrong := usageError{fmt.Sprintf("--rest %q: wanted is FROM-TO in seconds, for example 0-180", text)}
	from, to, ok := strings.Cut(text, "-")
	if !ok {
		return s, wrong
	}
	for i, part := range []string{from, to} {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || !(v >= 0 && v < 1e7) {
			return s, wrong
		}
		s[i] = time.Duration(v * float64(time.Second))
	}
	if s[1] <= s[0] {
		return s, wrong
	}
	return s, nil
}
