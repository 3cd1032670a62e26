package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"periph.io/x/conn/v3/physic"

	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/scripts/kernel/cuse"
	"hubd/scripts/kernel/nodes"
	"hubd/synth"
)

// Where the chips are. The numbers are none that a Pi has by itself.
const (
	adsNode, maxNode, mcpNode = "i2c-7", "i2c-8", "spidev0.0"
	adsAddress, maxAddress    = 0x48, 0x57
	supplyVolts               = 3.3
	openCircuit               = 0.5
	busGroup                  = 990 // of the nodes, as udev gives them to i2c, spi and gpio
)

// body is one person at rest who wears the sensors.
type body struct{ scene *synth.Scene }

// heartRate is the truth: 60 s over the median interval of the last ten seconds.
func (b body) heartRate() float64 {
	truth := b.scene.Truth(0)
	var intervals []float64
	for i := len(truth.Beats) - 1; i > 0 && truth.Beats[i] > truth.Until-10*time.Second; i-- {
		intervals = append(intervals, (truth.Beats[i] - truth.Beats[i-1]).Seconds())
	}
	if len(intervals) == 0 {
		return 0
	}
	return 60 / median(intervals)
}

// world is two bodies, the chips that they wear, and the nodes that lead there.
type world struct {
	began  time.Time
	bodies [2]body

	adsBus, maxBus *sim.I2C
	spi            *sim.SPI
	ads            *sim.ADS1x15
	max            *sim.MAX3010x
	mcp            *sim.MCP3x0x

	serve   map[string]cuse.Serve
	devices map[string]*cuse.Device
	i2c     *nodes.I2C // of the ADS1115
}

func newWorld() (*world, error) {
	w := &world{began: time.Now(), serve: map[string]cuse.Serve{}, devices: map[string]*cuse.Device{}}
	for i := range w.bodies {
		scene, err := synth.New("rest", uint64(i+1))
		if err != nil {
			return nil, err
		}
		w.bodies[i] = body{scene}
	}
	if err := w.solder(); err != nil {
		return nil, err
	}
	for _, name := range [...]string{adsNode, maxNode, mcpNode} {
		if err := w.plug(name); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// live lets the bodies live on while nobody asks for them: else a chip that was silent for a while would have to make up for that within
// its next conversion.
func (w *world) live(ctx context.Context) {
	for tick := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; <-tick.C {
		for _, b := range w.bodies {
			b.scene.EDA(0, w.now())
		}
	}
}

func (w *world) now() time.Duration { return time.Since(w.began) }

// busy lets a transfer take the time that it takes on a real bus, so that a clock can be measured. Short ones are waited for awake: the
// kernel's timers are coarser than a byte.
func busy(d time.Duration) {
	if d >= time.Millisecond {
		time.Sleep(d)
		return
	}
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

// solder puts the chips on their buses. Wearer a has the ADS1115 for both signals; b the MAX30102 for the pulse and the MCP3208 for the skin.
func (w *world) solder() (err error) {
	w.adsBus, w.maxBus = sim.NewI2C(adsNode, w.now, busy), sim.NewI2C(maxNode, w.now, busy)
	if w.ads, err = sim.NewADS1x15(sim.ADSOptions{Input: w.analog(0), SupplyVolts: supplyVolts, ClockError: 0.06}); err != nil {
		return err
	}
	light := func(led int, t time.Duration) float64 { return w.bodies[1].scene.Light(0, led, t) }
	if w.max, err = sim.NewMAX3010x(sim.MAXOptions{Light: light, ClockError: -0.03}); err != nil {
		return err
	}
	if w.mcp, err = sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: w.analog(1), VrefVolts: supplyVolts}); err != nil {
		return err
	}
	w.adsBus.Attach(adsAddress, w.ads)
	w.maxBus.Attach(maxAddress, w.max)
	w.spi = sim.NewSPI(mcpNode, w.now, busy, w.mcp)
	w.i2c = nodes.NewI2C(w.adsBus)
	w.serve[adsNode], w.serve[maxNode] = w.i2c.Serve, nodes.NewI2C(w.maxBus).Serve
	w.serve[mcpNode] = nodes.NewSPI(w.spi, 125*physic.MegaHertz).Serve
	return nil
}

// analog is a pulse sensor on input 0 and a Grove board on input 1.
func (w *world) analog(of int) sim.Input {
	return func(input int, t time.Duration) float64 {
		switch scene := w.bodies[of].scene; input {
		case 0:
			return scene.Pulse(0, t)
		case 1:
			return dsp.GroveVolts(scene.EDA(0, t), supplyVolts, openCircuit)
		}
		return 0
	}
}

// plug makes a node, for root and its group, as udev would.
func (w *world) plug(name string) error {
	device, err := cuse.New(name, w.serve[name])
	if err != nil {
		return err
	}
	w.devices[name] = device
	return openTo(busGroup, "/dev/"+name)
}

// openTo lets a group use a node.
func openTo(group int, path string) error {
	return errors.Join(os.Chown(path, 0, group), os.Chmod(path, 0o660))
}

// unplug takes a node away.
func (w *world) unplug(name string) error {
	if err := w.devices[name].Close(); err != nil {
		return err
	}
	if _, err := os.Stat("/dev/" + name); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("/dev/%s is still there: %w", name, err)
	}
	return nil
}
