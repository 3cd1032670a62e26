package hub

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/sim"
	"hubd/room"
	"hubd/synth"
)

// RunOptions are the flags of hubd run, with the config read.
type RunOptions struct {
	Config   *config.Config
	Socket   string // empty: SocketPath
	Simulate string // a scenario of synth: simulated chips instead of real buses
	Version  string
	Log      *slog.Logger
	Program  string // of hubd itself, to look at a history in a process of its own before it is opened; empty: it is opened at once
}

// Run is the daemon: it runs until ctx ends. Only a part that cannot be built ends it early, or another daemon that answers on
// its socket; absent hardware, broker or disk do not.
func Run(ctx context.Context, o RunOptions) error {
	if o.Socket == "" {
		o.Socket = SocketPath()
	}
	if err := unanswered(o.Socket); err != nil {
		return err
	}
	p, err := assemble(o)
	if err != nil {
		return err
	}
	l, err := newLive(p)
	if err != nil {
		return err
	}
	if o.Config.MQTT.URL == "" {
		o.Log.Info("no broker is configured: hubd senses, pauses and keeps, but commands no lamp and tells nobody")
	}
	o.Log.Info("hubd runs", "version", o.Version, "hub", o.Config.Hub.ID, "wearers", len(o.Config.Wearers))
	return l.run(ctx)
}

// assemble makes the parts of the daemon, with what it knows from an earlier run.
func assemble(o RunOptions) (parts, error) {
	pacer := pacerFor(o)
	b, err := busesFor(o, pacer)
	if err != nil {
		return parts{}, err
	}
	p, err := build(o.Config, b.buses, o.Log)
	if err != nil {
		return parts{}, err
	}
	p.version, p.pacer, p.onCue, p.simFault, p.lay, p.discovery.Version = o.Version, pacer, b.onCue, b.simFault, b.lay, o.Version
	p.simulated = o.Simulate
	p.socket = o.Socket
	p.store, p.pipeline.Settings = openStore(o.Config, p.pipeline.Wearers, itself(o.Program), o.Log.With("part", "storage"), newWallClock(time.Now, timesync).local)
	p.key, p.keyNamed = keyFile(o.Config)
	p.keyTyped = o.Config.History.KeyFile == config.KeyTyped
	p.locked = p.store.db.Sealed() && p.store.db.Seal() == nil
	return p, nil
}

// pacerFor gives the clock of the sensors. Simulated ones wait for their reader, as the demo's do, as far as one loop reads them all.
func pacerFor(o RunOptions) acquire.Pacer {
	if o.Simulate != "" && len(o.Config.Buses) == 1 {
		return newPatientPacer(1)
	}
	return acquire.NewKernelPacer()
}

// worn is where the signals come from.
type worn struct {
	buses
	onCue    func(room.Cue)
	simFault func(chip string, f sim.Fault, seconds float64) error // nil: real chips
	lay      func(microsiemens *float64)                           // nil: real electrodes
}

func busesFor(o RunOptions, pacer acquire.Pacer) (worn, error) {
	if o.Simulate == "" {
		kernel, report, err := newKernelBuses()
		if err != nil {
			return worn{}, err
		}
		if k, ok := pacer.(*acquire.KernelPacer); ok {
			kernel.at = k.At
		}
		o.Log.Debug("periph drivers", "report", report)
		return worn{buses: kernel}, nil
	}
	scene, err := synth.New(o.Simulate, 1)
	if err != nil {
		return worn{}, err
	}
	s, err := newSimulated(o.Config, scene, pacer.Now)
	if err != nil {
		return worn{}, fmt.Errorf("hub: simulate: %w", err)
	}
	o.Log.Warn("simulated chips: nobody is sensed; what they teach is kept all the same, so give history.path a folder for them alone", "scenario", o.Simulate)
	return worn{buses: s, onCue: s.feel, simFault: s.fault, lay: s.across.Store}, nil
}
