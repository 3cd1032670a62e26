package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/sim"
	"hubd/history"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/room"
	"hubd/sound"
	"hubd/web"
	"hubd/wire"
)

// closeWithin bounds each part of stopping.
const closeWithin = 3 * time.Second

// parts is everything a live hub is made of, before anything runs. build.go and demo.go make it.
type parts struct {
	version   string
	simulated string // scenario of the simulated chips; empty: they are real
	id        string
	log       *slog.Logger
	pacer     acquire.Pacer
	speed     float64 // stream seconds per real second
	pipeline  pipeline.Options
	wearers   []tellWearer
	buses     []acquire.Options // without Pacer, Emit, Paused
	devices   map[string]string // of the buses, by name: as they are asked for on the socket
	lamps     []*device.Lamp
	player    config.Player
	media     *device.Player // for a player over MQTT
	mqtt      *mqtt.Options  // nil: no broker; without callbacks and will
	discovery homeassistant.Options
	birth     string
	stops     []config.StopButton
	panel     *panel
	store     store
	key       history.KeyFile // of history.db, where keyNamed
	keyNamed  bool
	keyTyped  bool   // the config says that it is typed
	locked    bool   // at the start the history was to be sealed, and was not open
	socket    string // empty: none
	simFault  func(chip string, f sim.Fault, seconds float64) error
	lay       func(microsiemens *float64) // across simulated electrodes; nil: real ones
	onCue     func(room.Cue)
	sinks     []sink // besides broker, history and log
	page      pageOptions
}

// live is a hub at work.
type live struct {
	parts
	core              *core
	loops             []*acquire.Loop
	client            *mqtt.Client
	teller            *teller
	keeper            *keeper
	behind            *behind
	lends             *lends
	skins             *skinBoards
	server            *socketServer
	pages             *browserPage // nil: no page
	scenes, practices []string     // that can be chosen by hand
	feeder            *feeder      // nil: no player takes PCM
	inputs            *lineReader  // nil: no button and no electrode is on a line
	led               *led         // nil: there is none
	running           sync.WaitGroup
	copying           sync.Mutex                    // held while history is copied or erased: never both
	unlocking         sync.Mutex                    // held while a secret is tried, or everything is sealed anew
	settled           atomic.Bool                   // what the settings hold of bodies is taken up
	saveBoard         func(pipeline.Settings) error // of a stand-in: for a calibration alone, which changes nothing else; nil: it may not
	standIn           bool                          // nothing runs but the keeper: this answers hubd's commands while there is no daemon
}

// newLive joins the parts. Nothing runs yet.
func newLive(p parts) (*live, error) {
	l := &live{parts: p}
	in, stop := newInbox(), &pauses{}
	clock := newWallClock(time.Now, timesync)
	l.keeper = newKeeper(p.log.With("part", "storage"), p.store, clock.local)
	l.keeper.ring = in.ring
	ids := make([]string, len(p.wearers))
	for i, w := range p.wearers {
		ids[i] = w.id
	}
	l.core = &core{
		log: p.log, now: p.pacer.Now, wall: clock.local, speed: p.speed, pipeline: pipeline.New(p.pipeline), wearers: ids,
		inbox: in, pauses: stop, keeper: l.keeper, onCue: p.onCue,
		refusals: refusals{log: p.log.With("part", "commands")},
		sinks:    append(l.keeper.sinks(ids), &healthLog{log: p.log.With("part", "sensors")}),
	}
	l.core.sinks = append(l.core.sinks, p.sinks...)
	l.core.consent = l.core.pipeline.Consent()
	stop.follow(l.core.pipeline.Sensed, len(ids))
	l.lends = &lends{log: p.log.With("part", "sensors"), pauses: stop, wearers: ids}
	l.skins = newSkinBoards(l.lends, p.pipeline.Wearers)
	l.skins.lay = p.lay
	if p.panel != nil {
		l.lends.leads = p.panel.leads
	}
	if err := l.joinBuses(in, stop); err != nil {
		return nil, err
	}
	l.behind = &behind{log: p.log.With("part", "sensors"), loops: l.loops, last: make([]acquire.Counters, len(l.loops))}
	l.core.sinks = append(l.core.sinks, l.behind)
	if err := l.joinPanel(); err != nil {
		return nil, err
	}
	if err := l.joinBroker(in); err != nil {
		return nil, err
	}
	l.core.lamps, l.core.askLamp = l.lampGate(in), l.askLamp
	l.joinSound()
	l.core.watch = newWatch(p.log, l.busNames())
	l.joinTally()
	l.core.board = newBoard(p.version, p.id, p.store.file, l.sourceNames(), l.connected(), l.keeper.status)
	l.core.board.status.Simulated = p.simulated
	l.scenes, l.practices = l.core.pipeline.Scenes(), l.core.pipeline.Practices()
	return l, l.joinPage()
}

func (l *live) joinBuses(in *inbox, stop *pauses) error {
	for i, o := range l.buses {
		o.Pacer, o.Seed, o.Lending = l.pacer, uint64(i), &acquire.Lending{}
		o.Paused, o.Emit = l.skins.join(o.Bus, stop.Off, in.block)
		l.lends.buses = append(l.lends.buses, lendable{name: o.Bus, device: l.devices[o.Bus], lending: o.Lending})
		loop, err := acquire.NewLoop(o)
		if err != nil {
			return err
		}
		l.loops = append(l.loops, loop)
	}
	return nil
}

func (l *live) joinBroker(in *inbox) error {
	if l.mqtt == nil {
		return nil
	}
	c := l.core
	side, err := l.towardsBroker(knowledge{
		wearers: c.wearers, room: c.pipeline.Room, sensed: c.pipeline.Sensed, scenes: c.pipeline.Scenes(), practices: c.pipeline.Practices(),
		consent: c.consent, inbox: in, request: c.request,
	})
	if err != nil {
		return err
	}
	l.client, l.teller = side.client, side.teller
	c.sinks = append(c.sinks, l.teller)
	return nil
}

func (l *live) lampGate(in *inbox) *lampGate {
	g := &lampGate{lamp: map[string]*device.Lamp{}, lost: in.report, speed: l.speed, up: l.connected()}
	g.fail = func(err error) { l.log.Error("lamp command not sent", "error", err) }
	g.send = func(m mqtt.Message, deadline time.Time, lost func()) error { return l.client.Send(m, deadline, lost) }
	if l.client == nil {
		return g
	}
	for i, lamp := range l.lamps {
		g.lamp[l.pipeline.Room.Lamps[i].ID] = lamp
	}
	return g
}

// askLamp asks one lamp how it is.
func (l *live) askLamp(q room.Question) {
	for _, lamp := range l.lamps {
		if lamp.ID() == q.Lamp && l.teller != nil {
			l.teller.askLamp(lamp, q.White)
		}
	}
}

// joinSound gives the room a voice: a player that takes PCM, or one over MQTT. Sound is heard in real time or not at all.
func (l *live) joinSound() {
	log := l.log.With("part", "sound")
	open := openPlayer(l.player)
	switch {
	case l.speed != 1:
	case open != nil:
		l.feeder = &feeder{
			loud: newLoud(), log: log, now: l.pacer.Now, open: open, read: sound.OpenRecording, latency: l.player.Latency,
			seed: l.pipeline.Room.Seed,
		}
		l.core.sound = l.feeder.loud
	case l.media != nil && l.client != nil:
		l.core.sound = &media{log: log, codec: l.media, send: l.client.Send, volume: sound.NewVolume()}
	}
}

func (l *live) busNames() []string {
	names := make([]string, len(l.buses))
	for i, b := range l.buses {
		names[i] = b.Bus
	}
	return names
}

func (l *live) sourceNames() []string {
	var names []string
	for _, b := range l.buses {
		for _, c := range b.Chips {
			names = append(names, c.Source)
		}
		for _, c := range b.Optical {
			names = append(names, c.Source)
			if c.Interrupt != nil {
				names = append(names, c.Interrupt.Source)
			}
		}
	}
	if l.panel != nil {
		names = append(names, l.panel.sources()...)
	}
	return names
}

func (l *live) connected() func() bool {
	if l.client == nil {
		return nil
	}
	return l.client.Connected
}

// run runs the hub until ctx ends, then stops it in the order that loses least: sensors, processing, broker, disk.
func (l *live) run(ctx context.Context) error {
	work, stopWork := context.WithCancel(context.Background())
	defer stopWork()
	keeping, stopKeeping := context.WithCancel(context.Background())
	defer stopKeeping()
	l.goRun(func() { l.keeper.run(keeping) })
	if l.locked {
		l.goRun(func() { l.lookForKey(work, l.key, l.keyNamed) })
	}
	if l.client != nil {
		if err := l.client.Start(context.Background()); err != nil {
			return err
		}
	}
	if l.pages != nil {
		l.pages.serve() // before the socket, by which it is opened: who opens it is told where it is
	}
	if err := l.listen(); err != nil {
		l.log.Error("hubd runs without its local socket: hubd start and hubd pause cannot reach it", "error", err)
	}
	defer giveSleepers(l.sleepers())()
	for _, loop := range l.loops {
		l.goRun(func() {
			loop.Run(work)
			if p, waits := l.pacer.(*patientPacer); waits {
				p.leave()
			}
		})
	}
	l.runPanel(work)
	if l.feeder != nil {
		l.goRun(func() { l.feeder.run(work) })
	}
	l.core.watch.ready()
	l.core.run(ctx)
	l.core.watch.stopping()
	stopWork()
	err := l.stop(stopKeeping)
	return err
}

// giveSleepers lets Go run other goroutines at once beside the reading loops, and gives the way back. A loop spends its life
// asleep in the kernel and keeps its place in Go's scheduler there; with too few places Go takes it away and gives it back a
// thousand times a second, which costs more than the reading does. Fewer would do while nothing else computes; where as many goroutines
// compute as there are other places, a loop waits for its own at every sample, for longer than the next one takes to be due.
//
// On one processor, as the service has it, a second place beside the loops costs nothing, and the kernel, unlike Go, lets who has slept go first.
// On several it wakes up processors for nothing.
func giveSleepers(loops int) (back func()) {
	before := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") != "" {
		return func() {} // somebody knows better
	}
	others := 1
	if runtime.NumCPU() == 1 {
		others = 2
	}
	runtime.GOMAXPROCS(max(before, loops+others))
	return func() { runtime.GOMAXPROCS(before) }
}

func (l *live) stop(stopKeeping context.CancelFunc) error {
	l.lends.ended.Store(true)
	if l.server != nil {
		l.server.close()
	}
	if l.pages != nil {
		l.pages.close()
	}
	l.core.step() // what came in before the end is obeyed: a pause that was answered is stored
	if m, ok := l.core.sound.(*media); ok {
		m.stop()
	}
	if l.client != nil {
		if err := l.client.Close(closeWithin); err != nil {
			l.log.Warn("the broker did not take the last messages; its own will says that hubd is gone", "error", err)
		}
	}
	stopKeeping()
	ended := make(chan struct{})
	go func() { l.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-time.After(closeWithin):
		return errors.New("hub: a bus or the disk did not come back in time; stopped without it")
	}
}

func (l *live) goRun(f func()) {
	l.running.Add(1)
	go func() {
		defer l.running.Done()
		f()
	}()
}

// listen serves the local socket.
func (l *live) listen() error {
	if l.socket == "" {
		return nil
	}
	o := l.answersOf(pipeline.Origin{Source: pipeline.SourceSocket})
	o.Status, o.Lend, o.History, o.Sealing, o.OwnRest, o.Export, o.Report = l.status, l.lends.lend, l.history(), l.sealing(), l.core.board.ownRest, exportRest, l.reporting()
	if l.pages != nil {
		o.Page = l.pages.control()
	}
	s, err := serveSocket(l.socket, web.New(o), l.log.With("part", "socket"))
	if err != nil {
		return err
	}
	l.server = s
	l.log.Info("listening for hubd start, pause, resume, end, rest", "socket", l.socket)
	return nil
}

// answersOf is what every way in has: commands.
func (l *live) answersOf(origin pipeline.Origin) web.Options {
	return web.Options{
		Wearers: l.core.wearers, Origin: origin, Within: answerWithin, Do: l.do, Health: l.health,
		Refused: func(target string, r pipeline.Refused) {
			l.core.inbox.refuse(pipeline.Event{Wearer: target, Value: r})
		},
	}
}

// standstill is how long processing may stand still before hubd does not count as well.
const standstill = 5 * time.Second

// health says what keeps hubd from working: nothing of it is about anybody.
func (l *live) health() error {
	behind := l.pacer.Now() - l.core.board.read().Uptime
	if behind > time.Duration(float64(standstill)*l.speed) {
		return errors.New("processing stands still: see the log, and systemctl status hubd")
	}
	return nil
}

// status is the board, and which buses are away.
func (l *live) status() wire.Status {
	s := l.core.board.read()
	s.Lent = l.lends.away()
	return s
}

// do gives a command from the socket to the processing goroutine and waits for its answer.
func (l *live) do(ctx context.Context, c pipeline.Command) (string, error) {
	reply := make(chan string, 1)
	if err := l.core.request(c, reply); err != nil {
		return "", err
	}
	select {
	case refusal := <-reply:
		return refusal, nil
	case <-ctx.Done():
		return "", fmt.Errorf("hubd did not answer in time: %w", ctx.Err())
	}
}
