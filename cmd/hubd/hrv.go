package main

import (
	"context"
	"flag"
	"fmt"

	"hubd/dsp"
	"hubd/recording"
	"hubd/wire"
)

// runHRV prints the measures of a file of intervals: corrected, unless --raw or --like asks for the intervals as they are.
func runHRV(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd hrv", flag.ContinueOnError)
	raw := fs.Bool("raw", false, "without artefact correction")
	like := fs.String("like", "", "VLF, LF and HF with the spectral settings of kubios, pyhrv or systole, and --raw: to stand beside its figures")
	files, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return usageError{"hrv takes one file of intervals in ms: one a line, or a column rr_ms"}
	}
	settings, known := dsp.SpectrumLike(*like)
	if *like != "" && !known {
		return usageError{fmt.Sprintf("--like %q: one of kubios, pyhrv, systole", *like)}
	}
	rr, err := recording.OpenRR(files[0])
	if err != nil {
		return err
	}
	report := dsp.AnalyseIntervals(rr, !*raw && !known)
	if known {
		b := dsp.BandPowers(rr, settings)
		report.VLF, report.LF, report.HF = b.VLF, b.LF, b.HF
	}
	_, err = std.out.Write(append(wire.AppendIntervalReport(nil, report), '\n'))
	return err
}
