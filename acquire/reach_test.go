package acquire_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/sim"
	"hubd/dsp"
)

// distant is a bus behind a kernel that takes its time, before a transfer or after it.
type distant struct {
	*sim.I2C
	clock  *acquire.VirtualPacer
	takes  time.Duration
	random *rand.Rand
}

func (d *distant) Tx(addr uint16, w, r []byte) error {
	before := time.Duration(d.random.Float64() * float64(d.takes))
	d.clock.Advance(before)
	err := d.I2C.Tx(addr, w, r)
	d.clock.Advance(d.takes - before)
	return err
}

// ramps gives each input volts of its own that tell the time within a tenth of a second, in steps of 20 µs.
func ramps(input int, t time.Duration) float64 {
	_, part := math.Modf(t.Seconds() * 10)
	return 0.1 + 0.75*float64(input) + 0.6*part
}

// told is the input that a ramp's volts belong to, and how far they are from those at t, in s.
func told(volts float64, t time.Duration) (input int, off float64) {
	input = int((volts - 0.1 + 0.07) / 0.75)
	_, part := math.Modf(t.Seconds() * 10)
	off = part - (volts-0.1-0.75*float64(input))/0.6
	return input, (off - math.Round(off)) / 10
}

// reach is what one run of a chip at 250 and 25 samples a second came to.
type reach struct {
	samples, wrong int
	squares        float64
}

func (r reach) rms() float64 { return math.Sqrt(r.squares / float64(r.samples)) }

// run reads two inputs of an ADS1115 for ten seconds.
func run(t rapid.TB, off float64, takes time.Duration, late func() time.Duration, channels []acquire.Channel, seed uint64) reach {
	clock := &acquire.VirtualPacer{}
	bus := &distant{sim.NewI2C("i2c 1", clock.Now, clock.Advance), clock, takes, rand.New(rand.NewPCG(seed, 3))}
	if err := bus.SetSpeed(400 * physic.KiloHertz); err != nil {
		t.Fatal(err)
	}
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: ramps, ClockError: off})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x48, chip)
	var r reach
	loop, err := acquire.NewLoop(acquire.Options{
		Bus: "i2c", Pacer: slow{clock, late}, Seed: seed,
		Chips: []acquire.Chip{{Source: "ads1115", Channels: channels, Open: func() (acquire.Converter, error) {
			return ads1x15.New(bus, 0x48, ads1x15.Options{})
		}}},
		Emit: func(b dsp.Block) {
			for _, s := range b.Samples {
				input, e := told(s.Volts, s.T)
				r.samples++
				r.squares += e * e
				if input != inputOf(channels, s.Channel) {
					r.wrong++
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for clock.Now() < 10*time.Second {
		loop.Step()
	}
	return r
}

func inputOf(channels []acquire.Channel, c dsp.Channel) int {
	for _, ch := range channels {
		if ch.Channel == c {
			return ch.Input
		}
	}
	return -1
}

func TestTwoSignalsOnOneADS1115AreNeverMixedUpAndHaveTheirTimes(t *testing.T) {
	worst, runs, samples := 0.0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		inputs := rapid.Permutation([]int{0, 1, 2, 3}).Draw(t, "inputs")
		channels := []acquire.Channel{{Channel: pulseA, Input: inputs[0], Rate: 250}, {Channel: edaA, Input: inputs[1], Rate: 25}}
		if rapid.Bool().Draw(t, "the slow one first") {
			channels[0], channels[1] = channels[1], channels[0]
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		most := time.Duration(rapid.IntRange(0, 3000).Draw(t, "late by up to µs")) * time.Microsecond
		late := func() time.Duration { return time.Duration(random.Float64() * float64(most)) }
		r := run(t, rapid.Float64Range(-0.1, 0.1).Draw(t, "clock"), 200*time.Microsecond, late, channels, random.Uint64())
		worst, runs, samples = max(worst, r.rms()), runs+1, samples+r.samples
		if r.wrong > 0 || r.rms() > 0.2e-3 || r.samples < 2000 {
			t.Fatalf("%d samples, %d of another input, times off by %.3f ms rms", r.samples, r.wrong, 1e3*r.rms())
		}
	})
	t.Logf("%d runs of 10 s, %d samples, none of another input; times off by at most %.3f ms rms", runs, samples, 1e3*worst)
}

func TestTwoSignalsOnOneADS1115LoseNothingAtAnyClock(t *testing.T) {
	for _, off := range []float64{-0.1, 0, 0.1} {
		r := run(t, off, 200*time.Microsecond, func() time.Duration { return 0 }, pulseAndEDA(), 1)
		t.Logf("clock %+g: %d samples in 10 s, times off by %.3f ms rms", off, r.samples, 1e3*r.rms())
		if r.samples < 2730 || r.wrong > 0 {
			t.Errorf("clock %+g: %d samples in 10 s, %d of another input", off, r.samples, r.wrong)
		}
	}
}
