package acquire_test

import (
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/max3010x"
	"hubd/drivers/sim"
	"hubd/dsp"
)

func TestALentBusIsLeftAloneAndReadAgainAfterwards(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("1", clock.Now, clock.Advance)
	read := 0
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: func(int, time.Duration) float64 { read++; return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x48, chip)
	lending := &acquire.Lending{}
	var blocks []dsp.Block
	loop, err := acquire.NewLoop(acquire.Options{
		Bus: "1", Pacer: clock, Lending: lending, Emit: func(b dsp.Block) { blocks = append(blocks, b) },
		Chips: []acquire.Chip{{Source: "adc", Channels: []acquire.Channel{{Channel: pulseA, Rate: 250}},
			Open: func() (acquire.Converter, error) { return ads1x15.New(bus, 0x48, ads1x15.Options{}) }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	until := func(end time.Duration) {
		for clock.Now() < end {
			loop.Step()
		}
	}
	until(time.Second)
	lending.Ask()
	if lending.Given() {
		t.Fatal("the bus was given while its loop was in the middle of it")
	}
	loop.Step()
	if !lending.Given() {
		t.Fatal("the bus was not given between two conversions")
	}
	lentAt, before := clock.Now(), read
	blocks = nil
	until(lentAt + 10*time.Second)
	if read != before {
		t.Errorf("%d conversions while the bus was lent", read-before)
	}
	for _, b := range blocks[1:] { // the first one holds what was under way
		if !b.SetUp || len(b.Samples)+len(b.Faults) > 0 {
			t.Fatalf("%+v", b)
		}
	}
	if len(blocks) < 490 || blocks[len(blocks)-1].Until < lentAt+9*time.Second {
		t.Errorf("%d blocks in ten seconds: the watermark must go on", len(blocks))
	}
	lending.Return()
	blocks = nil
	until(lentAt + 11*time.Second)
	var back []dsp.Sample
	for _, b := range blocks {
		if b.SetUp {
			t.Fatalf("a block after the return says that the bus is lent: %+v", b)
		}
		back = append(back, b.Samples...)
	}
	if len(back) < 240 || !back[0].Flags.Has(dsp.FlagGap) || back[1].Flags != 0 {
		t.Errorf("%d samples in the second after, the first %+v", len(back), back[:min(2, len(back))])
	}
}

func TestAnOpticalChipIsDarkWhenItsBusIsGivenAndWhatABorrowerLeavesLitIsPutOut(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("1", clock.Now, clock.Advance)
	chip, err := sim.NewMAX3010x(sim.MAXOptions{Light: func(int, time.Duration) float64 { return 300 }})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x57, chip)
	lending, paused := &acquire.Lending{}, false
	loop, err := acquire.NewLoop(acquire.Options{
		Bus: "1", Pacer: clock, Lending: lending, Emit: func(dsp.Block) {}, Paused: func(uint8) bool { return paused },
		Optical: []acquire.Optical{opticalOn(bus)},
	})
	if err != nil {
		t.Fatal(err)
	}
	until := func(end time.Duration) {
		for clock.Now() < end {
			loop.Step()
		}
	}
	until(time.Second)
	if red, _ := chip.Lit(); red == 0 {
		t.Fatal("the chip never shone")
	}
	lending.Ask()
	until(1200 * time.Millisecond)
	if red, infrared := chip.Lit(); red+infrared != 0 {
		t.Error("the bus was given with the LEDs lit")
	}
	borrower, err := opticalOn(bus).Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := borrower.Restart(); err != nil {
		t.Fatal(err)
	}
	paused = true
	lending.Return() // as where the borrower was killed
	until(2 * time.Second)
	if red, infrared := chip.Lit(); red+infrared != 0 {
		t.Error("the LEDs of a paused wearer are lit after a borrower that was killed")
	}
}

func opticalOn(bus *sim.I2C) acquire.Optical {
	return acquire.Optical{Source: "max30102", Open: func() (*max3010x.Dev, error) { return max3010x.New(bus, max3010x.Options{}) }}
}
