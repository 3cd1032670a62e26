package mcp3x0x_test

import (
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
)

func identified(t *testing.T, bits int, input sim.Input, faults ...sim.Fault) int {
	t.Helper()
	chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: bits, Inputs: 8, Input: input})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if err := chip.Set(f, true); err != nil {
			t.Fatal(err)
		}
	}
	port := sim.NewSPI("0.0", func() time.Duration { return 0 }, nil, chip)
	conn, err := port.Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mcp3x0x.Identify(conn)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheWidthIsToldByTheCodeThatComesBackwards(t *testing.T) {
	half := func(int, time.Duration) float64 { return 1.234 }
	one := func(input int, _ time.Duration) float64 { return map[int]float64{2: 2.5}[input] }
	for _, row := range []struct {
		name   string
		bits   int
		input  sim.Input
		faults []sim.Fault
		want   int
	}{
		{"a chip of 10 bits", 10, half, nil, 10},
		{"a chip of 12 bits", 12, half, nil, 12},
		{"one input with a voltage is enough", 12, one, nil, 12},
		{"a line that nobody drives is no chip", 12, half, []sim.Fault{sim.Floating}, 0},
		{"a line at ground could be anything", 10, func(int, time.Duration) float64 { return 0 }, nil, 0},
	} {
		if got := identified(t, row.bits, row.input, row.faults...); got != row.want {
			t.Errorf("%s: %d bits, want %d", row.name, got, row.want)
		}
	}
}

func TestNoVoltageMakesAChipOneOfTheOtherWidth(t *testing.T) {
	for _, bits := range []int{10, 12} {
		for code := range 1 << bits {
			v := (float64(code) + 0.1) * sim.DefaultSupplyVolts / float64(int(1)<<bits)
			got := identified(t, bits, func(int, time.Duration) float64 { return v })
			if got != bits && got != 0 {
				t.Fatalf("code %d of %d bits was taken for one of %d", code, bits, got)
			}
			if got == 0 && code != 0 {
				t.Logf("code %d of %d bits could be of either width", code, bits)
			}
		}
	}
}
