package main

import (
	"context"
	"flag"

	"hubd/dsp"
	"hubd/recording"
	"hubd/wire"
)

func runHRV(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd hrv", flag.ContinueOnError)
	raw := fs.Bool("raw", false, "without artefact correction")
	files, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return usageError{"hrv takes one file of intervals in ms: one a line, or a column rr_ms"}
	}
	rr, err := recording.OpenRR(files[0])
	if err != nil {
		return err
	}
	line := wire.AppendIntervalReport(nil, dsp.AnalyseIntervals(rr, !*raw))
	_, err = std.out.Write(append(line, '\n'))
	return err
}
