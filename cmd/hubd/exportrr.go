package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"

	"hubd/wire"
)

// writeRR writes the times between heartbeats as programs for heart-rate variability read them: milliseconds, one a line, and nothing else. Such a file
// cannot tell what a beat was, nor that some are missing; how often they are is told beside it.
func (x *exporting) writeRR(ctx context.Context, out *bufio.Writer) error {
	all, gaps := 0, 0
	err := x.kept(ctx, wire.KeptIntervals, true, func(line []byte) error {
		var row struct {
			Interval json.Number `json:"ibi_ms"`
			Kind     string      `json:"kind"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return fmt.Errorf("the daemon's answer is not understood: %w", err)
		}
		if all++; row.Kind == "after_gap" {
			gaps++
		}
		_, err := fmt.Fprintln(out, row.Interval)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(x.notes, "%d times between heartbeats; at %d of them beats are missing before it, which this form cannot tell: csv can\n", all, gaps)
	return err
}
