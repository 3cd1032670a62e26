package hub

import (
	"context"
	"fmt"
	"log/slog"

	"hubd/acquire"
	"hubd/config"
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
}

// Run is the daemon: it runs until ctx ends. Only a part that cannot be built ends it early; absent hardware, broker or disk do not.
func Run(ctx context.Context, o RunOptions) error {
	pacer := acquire.NewKernelPacer()
	b, err := busesFor(o, pacer)
	if err != nil {
		return err
	}
	p, err := build(o.Config, b.buses, o.Log)
	if err != nil {
		return err
	}
	p.version, p.pacer, p.onCue, p.discovery.Version = o.Version, pacer, b.onCue, o.Version
	p.socket = o.Socket
	if p.socket == "" {
		p.socket = SocketPath()
	}
	p.store, p.pipeline.Settings = openStore(o.Config, p.pipeline.Wearers, o.Log.With("part", "storage"))
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

// worn is where the signals come from.
type worn struct {
	buses
	onCue func(room.Cue)
}

func busesFor(o RunOptions, pacer acquire.Pacer) (worn, error) {
	if o.Simulate == "" {
		kernel, report, err := newKernelBuses()
		if err != nil {
			return worn{}, err
		}
		o.Log.Info("periph drivers", "report", report)
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
	o.Log.Warn("simulated chips: nobody is sensed", "scenario", o.Simulate)
	return worn{buses: s, onCue: s.feel}, nil
}
