package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"

	"hubd/config"
	"hubd/hub"
)

func runCalibrate(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd calibrate", flag.ContinueOnError)
	var a attending
	a.flags(fs)
	fs.Float64Var(&a.seconds, "seconds", 0, "pulse: end by itself after so long; 0: when you end it")
	fs.BoolVar(&a.plain, "plain", false, "pulse: as in hubd watch")
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(operands) != 1 || operands[0] != "eda" && operands[0] != "pulse" {
		return usageError{"calibrate takes eda or pulse"}
	}
	o, err := a.options(std)
	switch {
	case err != nil:
		return err
	case operands[0] == "pulse":
		return calibratePulse(ctx, a, o, std)
	}
	return calibrateSkin(ctx, a, o, std)
}

// calibrateSkin asks for open electrodes and resistors, and stores what comes of it.
func calibrateSkin(ctx context.Context, a attending, o hub.SetupOptions, std streams) error {
	answer := hub.Answers(std.in)
	wearer, c, err := hub.CalibrateSkin(ctx, o, func(ctx context.Context, question string) (string, error) {
		fmt.Fprintln(std.out, question)
		return answer(ctx)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "\nThe open circuit of %s is %.4f of the supply.\n", wearer, c.OpenCircuit)
	if c.Scale.Known {
		fmt.Fprintf(std.out, "By the two resistors, which agree within %.1f %%, its conductance is %.3f times the nominal one: µS are true from now on.\n", 100*c.Apart, c.Scale.Value)
	} else {
		fmt.Fprintln(std.out, "Without two known resistors µS stay approximate, and every value says so. The state works all the same: it uses changes only.")
	}
	if a.simulate != "" && a.socket == "" {
		_, err := fmt.Fprintln(std.out, "Simulated: nothing was stored.")
		return err
	}
	if err := hub.KeepSkin(ctx, hub.Reaching{Socket: a.socket, Config: a.config, Program: program(), Write: true}, wearer, c); err != nil {
		return fmt.Errorf("that is not stored: %w", err)
	}
	_, err = fmt.Fprintln(std.out, "It is stored, and holds from now on.")
	return err
}

// calibratePulse shows the pulse until it is ended, then says what to write into the config.
func calibratePulse(ctx context.Context, a attending, o hub.SetupOptions, std streams) error {
	d := newDisplay(std.out, a.plain)
	if err := d.begin(); err != nil {
		return err
	}
	choice, err := hub.CalibratePulse(ctx, o, d.plain, d.period(), d.show)
	if err := errors.Join(err, d.end()); err != nil {
		return err
	}
	return tellPulse(std.out, choice)
}

// tellPulse says what was found, and the line to paste.
func tellPulse(out io.Writer, c hub.PulseChoice) error {
	switch {
	case c.Contact:
	case c.Failing != "":
		_, err := fmt.Fprintf(out, "No reading came from %s: hubd probe --config says what is wrong.\n", c.Failing)
		return err
	default:
		_, err := fmt.Fprintln(out, "No pulse was read at the end: wear the sensor, and try again. The config stays as it is.")
		return err
	}
	fmt.Fprintf(out, "The pulse of %s takes %.0f %% of the range, quality %.2f.\n", c.Wearer, 100*c.Amplitude, c.Quality)
	switch {
	case c.Chip.Kind.Optical():
		_, err := fmt.Fprintf(out, "Its light is steered by itself, now red %.1f mA and infrared %.1f mA. There is nothing to write into the config.\n", c.Red, c.Infrared)
		return err
	case c.Range == 0:
		_, err := fmt.Fprintf(out, "An %s has one range only. There is nothing to write into the config.\n", c.Chip.Kind)
		return err
	case c.Range == c.Pulse.FullScaleVolts:
		_, err := fmt.Fprintln(out, "The range in the config is the right one.")
		return err
	}
	_, err := fmt.Fprintf(out, "In the config, under wearer %s:\n    %s\n", c.Wearer, pulseLine(c.Pulse, c.Range))
	return err
}

// pulseLine is a pulse with all that the config says of it, and another range.
func pulseLine(p config.Pulse, volts float64) string {
	line := fmt.Sprintf("pulse: {chip: %s, channel: %d, kind: %s, rate_hz: %g, full_scale_v: %s", p.Chip, p.Channel, p.Kind, p.RateHz, strconv.FormatFloat(volts, 'g', -1, 64))
	switch l := p.LeadsOff; {
	case l == nil:
	case l.Minus == "":
		line += fmt.Sprintf(", leads_off: {plus: %q}", l.Plus)
	default:
		line += fmt.Sprintf(", leads_off: {plus: %q, minus: %q}", l.Plus, l.Minus)
	}
	return line + "}"
}
