package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"hubd/recording"
)

// writeEDF writes the recording of --capture as EDF+. It needs no daemon: hubd itself stores no raw signal.
func (x *exporting) writeEDF(out io.Writer) error {
	r, err := recording.Open(x.capture)
	if err != nil {
		return err
	}
	wearers := r.Wearers()
	switch {
	case x.wearer == "" && len(wearers) > 1:
		return usageError{fmt.Sprintf("%s holds two people: whose? add --wearer with one of: %s", x.capture, strings.Join(wearers, ", "))}
	case x.wearer == "":
		x.wearer = wearers[0]
	case !slices.Contains(wearers, x.wearer) && slices.Equal(wearers, []string{""}):
		x.wearer = "" // the file has one wearer and does not name them
	}
	return r.WriteEDF(out, x.wearer)
}

// checkEDF refuses what EDF cannot hold.
func (x *exporting) checkEDF(out io.Writer) error {
	switch {
	case x.capture == "":
		return usageError{"--format edf is for signals, and hubd stores none: name a recording with --capture FILE.csv.gz"}
	case x.format != "edf":
		return usageError{"--capture goes with --format edf: a recording is CSV already"}
	case !x.from.IsZero() || !x.to.IsZero():
		return usageError{"--from and --to are dates, and a recording has none: leave them out"}
	case isTerminal(out):
		return usageError{"EDF is nothing to read on a screen: hubd export --capture FILE.csv.gz --format edf > FILE.edf"}
	}
	return nil
}

// isTerminal tells whether what is written there appears on a screen.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}
