package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"hubd/dsp"
	"hubd/recording"
	"hubd/setup"
)

// Recorded is how a capture goes.
type Recorded struct {
	Rows    int
	Length  time.Duration
	Columns []string
	Screen  string // one line on the signals, for whoever waits
}

// Record captures one wearer's signals into a new file that hubd replay reads, until ctx ends or for a length of time. It senses this
// wearer, and nobody else: see Watch.
func Record(ctx context.Context, o SetupOptions, path string, every time.Duration, tell func(Recorded) error) error {
	wearer, b, err := attending(ctx, &o)
	if err != nil {
		return err
	}
	columns := captureColumns(b, wearer)
	so := Recorded{Columns: namesOf(columns)}
	file, err := recording.Create(path, so.Columns...)
	if err != nil {
		return err
	}
	capture, scope := setup.NewCapture(columns), setup.NewScope(scopeOf(b, wearer, ""))
	var wrong error // of the file
	work, stop := context.WithCancel(ctx)
	defer stop()
	err = b.follow(work, wearer, o.Length, func(block dsp.Block) {
		scope.Block(block)
		if wrong == nil {
			wrong = capture.Block(block, func(t time.Duration, values []dsp.Maybe) error {
				so.Rows, so.Length = so.Rows+1, t
				return file.Row(t, values...)
			})
		}
		if wrong != nil {
			stop()
		}
	}, every, func() error {
		if wrong == nil { // a crash takes no more than what came since
			wrong = file.Flush()
		}
		if wrong != nil {
			stop()
			return nil
		}
		so.Screen = scope.Hint()
		return tell(so)
	})
	return errors.Join(err, unfinished(wrong, path), file.Close(), nothingIn(so, path))
}

// unfinished says of a file that could not be written on what is in it.
func unfinished(err error, path string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s keeps what was written before", err, path)
}

func namesOf(columns []setup.CaptureColumn) (names []string) {
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// nothingIn is the error of a capture without a row: its sensors never answered. It takes the empty file away, whose name is wanted for
// the next try.
func nothingIn(so Recorded, path string) error {
	if so.Rows > 0 {
		return nil
	}
	return errors.Join(fmt.Errorf("no sample came, and %s is not kept: hubd probe says what is wrong", path), os.Remove(path))
}

func captureColumns(b *workbench, wearer int) []setup.CaptureColumn {
	w := b.config.Wearers[wearer]
	c := setup.Columns{Wearer: uint8(wearer), Worn: b.worn()[wearer], HasPulse: w.Pulse != nil, HasSkin: w.EDA != nil}
	if w.Pulse != nil {
		ch := chip(b.config, w.Pulse.Chip)
		c.Light, c.PulseSupply = ch.Kind.Optical(), ch.SupplyVolts
	}
	return c.List()
}
