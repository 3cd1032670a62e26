package hub

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"hubd/config"
	"hubd/draw"
	"hubd/drivers/max3010x"
	"hubd/dsp"
	"hubd/setup"
	"hubd/wire"
)

// Answers reads a person's answers line by line. A question ends with ctx too; the read itself ends with the process.
func Answers(in io.Reader) func(ctx context.Context) (string, error) {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return func(ctx context.Context) (string, error) {
		select {
		case line, ok := <-lines:
			if !ok {
				return "", errors.New("nobody answers: this command asks questions, and needs a terminal")
			}
			return line, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Asking puts a question to whoever sets up, and gives the answer.
type Asking func(ctx context.Context, question string) (string, error)

// skinReads is how long a board is read for one value.
const skinReads = 4 * time.Second

// Questions of a calibration.
const (
	askOpen  = "Take the electrodes off, so that they touch nothing, and press Enter."
	askFirst = "Put a known resistor across the two electrodes and type its value (100k), or press Enter if none is at hand."
	askNext  = "Put a second one, some ten times as large, and type its value (1M), or press Enter without one."
)

// CalibrateSkin measures one wearer's Grove board: open, then with known resistors as far as they are at hand. The daemon, where one runs,
// lends the bus for each reading.
func CalibrateSkin(ctx context.Context, o SetupOptions, ask Asking) (wearer string, c setup.SkinCalibration, err error) {
	i, b, err := attending(ctx, &o)
	if err != nil {
		return "", c, err
	}
	w := o.Config.Wearers[i]
	switch {
	case w.EDA == nil:
		return "", c, fmt.Errorf("%s has no skin-conductance sensor in this config", w.ID)
	case w.EDA.Kind != config.Grove:
		return "", c, fmt.Errorf("the skin conductance of %s comes from a divider: its resistor stands in the config as divider_ohm, and there is nothing to calibrate", w.ID)
	}
	if err := b.standing(i); err != nil {
		return "", c, err
	}
	if _, err := ask(ctx, askOpen); err != nil {
		return "", c, err
	}
	open, err := b.skinShare(ctx, i, 0)
	if err != nil {
		return "", c, err
	}
	known, err := b.knownOhms(ctx, i, ask)
	if err != nil {
		return "", c, err
	}
	c, err = setup.FitSkin(open, known)
	return w.ID, c, err
}

// knownOhms reads the board with as many of two resistors as there are.
func (b *workbench) knownOhms(ctx context.Context, wearer int, ask Asking) (known []setup.KnownOhm, err error) {
	for _, question := range []string{askFirst, askNext} {
		ohm, err := askOhm(ctx, ask, question)
		if err != nil || ohm == 0 {
			return known, err
		}
		share, err := b.skinShare(ctx, wearer, 1e6/ohm)
		if err != nil {
			return nil, err
		}
		known = append(known, setup.KnownOhm{Ohm: ohm, Share: share})
	}
	return known, nil
}

// askOhm asks until the answer is a resistor: who mistypes one has the electrodes in hand, and need not begin anew. 0: none is at hand.
func askOhm(ctx context.Context, ask Asking, question string) (float64, error) {
	again := ""
	for {
		text, err := ask(ctx, again+question)
		if err != nil || text == "" {
			return 0, err
		}
		ohm, err := setup.ParseOhm(text)
		if err == nil {
			return ohm, nil
		}
		again = err.Error() + "\n"
	}
}

// skinShare reads what a board puts out, as a share of the supply. On a simulated bench this much conductance lies across its electrodes.
func (b *workbench) skinShare(ctx context.Context, wearer int, microsiemens float64) (float64, error) {
	if s, ok := b.buses.(*simulated); ok {
		s.across.Store(&microsiemens)
	}
	supply := chip(b.config, b.config.Wearers[wearer].EDA.Chip).SupplyVolts
	var shares []float64
	err := b.attend(ctx, wearer, skinReads, func(block dsp.Block) {
		for _, s := range block.Samples {
			if int(s.Channel.Wearer) == wearer && s.Channel.Kind == dsp.ChannelEDA && !s.Flags.Has(dsp.FlagFault) {
				shares = append(shares, s.Volts/supply)
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case ctx.Err() != nil:
		return 0, ctx.Err()
	}
	return setup.SteadyShare(shares)
}

// KeepSkin stores a calibration where hubd finds it: through the daemon where one runs, else in the settings beside the config's history.
func KeepSkin(ctx context.Context, r Reaching, wearer string, c setup.SkinCalibration) (err error) {
	socket, leave, err := Reach(ctx, r)
	if err != nil {
		return err
	}
	_, err = Ask(ctx, Request{Socket: socket, Wearer: wearer, Name: "calibrate", Payload: string(wire.AppendCalibration(nil, c.OpenCircuit, c.Scale))})
	return errors.Join(err, leave())
}

// PulseChoice is what a pulse's calibration came to.
type PulseChoice struct {
	Wearer    string
	Chip      config.Chip
	Pulse     config.Pulse
	Failing   string // a source that gave no reading at the end; empty: none
	Contact   bool
	Quality   float64
	Amplitude float64 // share of the present range
	Range     float64 // V, to be set; 0: there is none to choose, or none that holds it
	Red       float64 // mA, as the chip is steered now
	Infrared  float64
}

// adsRanges are the ranges that a config can set for an ADS1x15.
func adsRanges() []float64 { return []float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256} }

// CalibratePulse follows one wearer's pulse until ctx ends or for a length of time, shows how large it is, and gives the range to set. It
// senses this wearer, and nobody else: see Watch.
func CalibratePulse(ctx context.Context, o SetupOptions, plain bool, every time.Duration, show func(draw.Screen) error) (PulseChoice, error) {
	i, b, err := attending(ctx, &o)
	if err != nil {
		return PulseChoice{}, err
	}
	w := o.Config.Wearers[i]
	if w.Pulse == nil {
		return PulseChoice{}, fmt.Errorf("%s has no pulse sensor in this config", w.ID)
	}
	choice := PulseChoice{Wearer: w.ID, Chip: chip(o.Config, w.Pulse.Chip), Pulse: *w.Pulse}
	so := scopeOf(b, i, watchHead("calibrate pulse", o))
	so.EDAName = ""
	scope, step := setup.NewScope(so), chipStep(choice.Chip, w.Pulse.FullScaleVolts)
	if choice.Chip.Kind.Optical() {
		step = 1.0 / max3010x.FullScale
	}
	err = b.follow(ctx, i, o.Length, func(block dsp.Block) {
		scope.Block(block)
		if b.light != nil {
			red, infrared := b.light.Currents()
			choice.Red, choice.Infrared = float64(red)*max3010x.StepMilliamps, float64(infrared)*max3010x.StepMilliamps
		}
	}, every, func() error {
		screen := scope.Screen()
		screen.Bar = setup.PulseBar(scope.Amplitude(), int(scope.Amplitude()*so.Range/step), plain)
		return show(screen)
	})
	p := scope.Pulse()
	choice.Failing = scope.Failing()
	choice.Contact, choice.Quality, choice.Amplitude = p.Contact, p.Quality, scope.Amplitude()
	if choice.Chip.Kind == config.ADS1115 || choice.Chip.Kind == config.ADS1015 {
		choice.Range = setup.PickRange(scope.Highest(), adsRanges())
	}
	return choice, err
}
