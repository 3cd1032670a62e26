package hub

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"hubd/config"
	"hubd/dsp"
	"hubd/mqtt/broker"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
	"hubd/wire"
)

// DemoOptions are the flags of hubd demo (design section 6.1).
type DemoOptions struct {
	Scenario string // of synth.Names
	MQTT     string // address of the embedded broker, for example 127.0.0.1:1883; empty: that, or a free port
	Listen   string // address of the page; empty: none
	Speed    float64
	Seed     uint64
	Version  string
	Out      io.Writer
	Log      *slog.Logger
}

// The demo's own world.
const (
	demoHub   = "demo"
	demoLamp  = "bed"
	demoBase  = "zigbee2mqtt"
	demoTopic = demoBase + "/" + demoLamp
	demoPort  = "127.0.0.1:1883"
)

// Demo runs a simulated evening until ctx ends: simulated chips, the real rest, an embedded broker and a lamp on it.
func Demo(ctx context.Context, o DemoOptions) error {
	scene, err := synth.New(o.Scenario, o.Seed)
	if err != nil {
		return err
	}
	b, err := demoBroker(o)
	if err != nil {
		return err
	}
	defer b.Close()
	cfg := demoConfig(scene, b.Addr())
	showPage(cfg, o.Listen)
	pacer := newPatientPacer(o.Speed)
	sim, err := newSimulated(cfg, scene, pacer.Now)
	if err != nil {
		return err
	}
	p, err := build(cfg, sim, o.Log)
	if err != nil {
		return err
	}
	p.page.keys, p.page.dir = "", "" // in memory alone
	p.version, p.pacer, p.speed, p.simFault, p.onCue, p.lay = o.Version, pacer, o.Speed, sim.fault, sim.feel, sim.across.Store
	p.discovery.Version = o.Version
	p.pipeline.Settings = demoSettings(scene, cfg)
	p.pipeline.Room.ReportsLate = time.Duration(float64(reportsLate) * o.Speed)
	screen := &demoScreen{out: o.Out}
	p.sinks = []sink{screen}
	l, err := newLive(p)
	if err != nil {
		return err
	}
	screen.behind, screen.room, screen.lamps = l.behind, l.core.pipeline.Room, l.core.pipeline.Lamps
	lamp, err := startDemoLamp(ctx, b.Addr(), pacer.Now)
	if err != nil {
		return err
	}
	defer lamp.Close(closeWithin)
	demoGreeting(o.Out, scene, b.Addr())
	if err := l.demoTokens(o.Out); err != nil {
		return err
	}
	l.startSession(scene.Session())
	return l.run(ctx)
}

// demoBroker starts the embedded broker on the usual port, or on a free one where that is taken and nobody asked for it.
func demoBroker(o DemoOptions) (*broker.Broker, error) {
	if o.MQTT != "" {
		return broker.Start(o.MQTT, o.Log)
	}
	b, err := broker.Start(demoPort, o.Log)
	if err != nil {
		return broker.Start("127.0.0.1:0", o.Log)
	}
	return b, nil
}

// demoConfig is a whole config, as a maker would write it: one ADS1115 a wearer, pulse on A0, skin conductance on A1, one lamp.
func demoConfig(scene *synth.Scene, brokerAddr string) *config.Config {
	c := &config.Config{
		Hub:   config.Hub{ID: demoHub, Name: "Demo room"},
		MQTT:  config.MQTT{URL: "mqtt://" + brokerAddr, DiscoveryPrefix: "homeassistant", BirthTopic: "homeassistant/status", Insecure: true},
		Buses: []config.Bus{{Name: "sim", I2C: "sim"}},
		GPIO:  config.GPIO{LEDBrightness: 20},
		Room: config.Room{
			BaseScene: "base", After: true, MinConfidence: 0.5, VolumeCapDB: -20, AnswerAfter: 2 * time.Minute,
			Night:      config.Night{BrightnessPercent: 15, Kelvin: 2200},
			Discretion: config.Discretion{DelayMin: 2 * time.Second, DelayMax: 6 * time.Second, Fade: 10 * time.Second, SpreadPercent: 15},
			Practices:  config.Practices(),
			Lamps:      []config.Lamp{{ID: demoLamp, Dialect: config.Zigbee2MQTT, Topic: demoTopic, MaxPercent: 100}},
			Player:     config.Player{Kind: config.NoPlayer}, // a demo makes no sound in a room that did not ask for it
		},
	}
	ids := scene.Wearers()
	for i, id := range ids {
		name := "chip-" + id
		c.Chips = append(c.Chips, config.Chip{Name: name, Kind: config.ADS1115, Bus: "sim", Address: uint16(0x48 + i), SupplyVolts: replaySupply})
		w := config.Wearer{
			ID: id, Name: id, Share: config.ShareFull, Keep: config.KeepNothing, Cues: true,
			StartFrom: []config.Source{config.FromBoot, config.FromMQTT},
			Pulse:     &config.Pulse{Chip: name, Channel: 0, Kind: config.PPG, RateHz: 250, FullScaleVolts: replayFullScale},
			EDA:       &config.EDA{Chip: name, Channel: 1, Kind: config.Grove, RateHz: 25, FullScaleVolts: replayFullScale},
		}
		if len(ids) == 2 {
			w.Pair = ids[1-i]
		}
		c.Wearers = append(c.Wearers, w)
	}
	return c
}

// showPage gives the demo its page, where it is wanted. Who pauses there can go on there.
func showPage(c *config.Config, listen string) {
	c.Web.Listen = listen
	for i := range c.Wearers {
		if listen != "" {
			c.Wearers[i].StartFrom = append(c.Wearers[i].StartFrom, config.FromPage)
		}
	}
}

// demoSettings starts unpaused, with each body's own rest known.
func demoSettings(scene *synth.Scene, c *config.Config) pipeline.Settings {
	today := int32(time.Now().Unix() / (24 * 60 * 60))
	var s pipeline.Settings
	for i, w := range c.Wearers {
		s.Wearers = append(s.Wearers, pipeline.WearerSettings{
			Wearer: w.ID, Share: pipeline.ShareFull, Keep: pipeline.KeepNothing, Cues: true, OpenCircuit: dsp.Some(openCircuit), SkinScale: dsp.Some(1),
			Baseline: scene.Baseline(i, today),
		})
	}
	return s
}

func demoGreeting(out io.Writer, scene *synth.Scene, addr string) {
	host, port, _ := net.SplitHostPort(addr)
	fmt.Fprintf(out, "hubd demo: %s\nSimulated bodies; everything after the converter's register is the real program. Ctrl-C ends it.\n\n", scene.Title())
	fmt.Fprintf(out, "See it on MQTT:   mosquitto_sub -h %s -p %s -v -t 'hubd/#' -t 'zigbee2mqtt/#'\n", host, port)
	fmt.Fprintf(out, "Stop all sensing: mosquitto_pub -h %s -p %s -t hubd/demo/room/set/pause -m PRESS\n", host, port)
	for _, w := range scene.Wearers() {
		fmt.Fprintf(out, "Sense %s again:    mosquitto_pub -h %s -p %s -t hubd/demo/%s/set/resume -m PRESS\n", w, host, port, w)
	}
	fmt.Fprintln(out)
}

// demoTokens gives each simulated body a token, and says where its page is, or how to have one. The page is served before that: what answers at
// an address that somebody else has would be given the token.
func (l *live) demoTokens(out io.Writer) error {
	if l.pages == nil {
		_, err := fmt.Fprint(out, "With a page too:  hubd demo --listen 127.0.0.1:8480\n\n")
		return err
	}
	if err := l.pages.serveHere(); err != nil {
		l.pages = nil
		_, err := fmt.Fprintf(out, "There is no page: %v. Another address or port helps, such as hubd demo --listen 127.0.0.1:8490\n\n", err)
		return err
	}
	here, _, _ := l.pages.server.at()
	for _, id := range l.core.wearers {
		token, err := l.pages.keys.make(id, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "The page of %s:    http://%s/#%s\n", id, here, token)
	}
	_, err := fmt.Fprintln(out)
	return err
}

// startSession starts a session for every wearer with boot in start_from.
func (l *live) startSession(kind string) {
	k, ok := room.ParseSessionKind(kind)
	if !ok {
		return
	}
	for i, w := range l.pipeline.Wearers {
		if !l.core.pipeline.Sensed(i) {
			continue
		}
		c := pipeline.Command{Name: pipeline.CommandStartSession, Wearer: w.ID, Session: k, Origin: pipeline.Origin{Source: pipeline.SourceBoot}}
		if err := l.core.request(c, nil); err != nil {
			l.log.Error("session not started", "error", err)
		}
	}
}

// demoScreen prints one readable line a second. It shows simulated bodies on their own terminal.
type demoScreen struct {
	out    io.Writer
	screen wire.Screen
	next   time.Duration
	behind *behind
	room   func() room.Status
	lamps  func(dst []room.LampStatus) []room.LampStatus
	step   string // words of a practice, as last shown
}

func (d *demoScreen) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceBroker}
}

func (d *demoScreen) event(e pipeline.Event) { d.screen.Apply(e) }

func (d *demoScreen) tick(now time.Duration, _ pipeline.Consent) {
	if now < d.next {
		return
	}
	d.next = now.Truncate(time.Second) + time.Second
	d.screen.Lamps(d.lamps(nil))
	line := d.screen.Line(now)
	if st := d.room(); st.Practice != "" {
		line += " | practice " + st.Practice
		if st.Step != "" && st.Step != d.step {
			line += ": " + st.Step
		}
		d.step = st.Step
	}
	if d.behind != nil && d.behind.note != "" {
		line += " | " + d.behind.note
	}
	fmt.Fprintln(d.out, line)
}
