package hub

import (
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"hubd/config"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// pageOptions says what the page is. The zero pageOptions is none.
type pageOptions struct {
	listen string
	keys   string // file of the tokens; empty: in memory alone
	dir    string // where a certificate of its own stands
	cert   *certificate
	people []wire.Me // what each wearer's page has to know once, without scenes and practices
}

// pageOptionsOf makes the page's options of a config.
func pageOptionsOf(c *config.Config) pageOptions {
	if c.Web.Listen == "" || c.Web.Listen == config.NoPage {
		return pageOptions{}
	}
	o := pageOptions{listen: c.Web.Listen, dir: filepath.Dir(historyPath(c)), keys: c.Web.TokenFile}
	if !filepath.IsAbs(o.keys) {
		o.keys = filepath.Join(o.dir, o.keys)
	}
	if c.Web.CertFile != "" {
		o.cert = &certificate{cert: c.Resolve(c.Web.CertFile), key: c.Resolve(c.Web.KeyFile), guarded: func() error { return c.Guarded(c.Web.KeyFile) }}
	}
	for _, w := range c.Wearers {
		o.people = append(o.people, meOf(c, w))
	}
	return o
}

func meOf(c *config.Config, w config.Wearer) wire.Me {
	share, _ := pipeline.ParseShare(string(w.Share))
	keep, _ := pipeline.ParseKeep(string(w.Keep))
	m := wire.Me{
		Wearer: w.ID, Name: w.Name, Hub: c.Hub.Name, ShareMost: share, KeepMost: keep, CuesMost: w.Cues,
		MayStart:  slices.Contains(w.StartFrom, config.FromPage),
		Comfort:   wire.Comfort{Never: w.Comfort.Never, LightFloor: w.Comfort.LightFloor, Steady: w.Comfort.Steady, Ask: w.Comfort.Ask},
		NightMost: c.Room.Night.BrightnessPercent, VolumeMost: c.Room.VolumeCapDB,
	}
	if w.Pulse != nil {
		m.Channels = append(m.Channels, "pulse")
		if ch := chip(c, w.Pulse.Chip); !ch.Kind.Optical() {
			m.PulseRange = min(ch.SupplyVolts, fullScale(w.Pulse.FullScaleVolts, ch))
		}
	}
	if w.EDA != nil {
		m.Channels = append(m.Channels, "eda")
		m.Calibrates = w.EDA.Kind == config.Grove
	}
	for _, other := range c.Wearers {
		if other.ID != w.ID {
			m.Others = append(m.Others, wire.Named{ID: other.ID, Name: other.Name})
		}
	}
	return m
}

// browserPage is the page at work.
type browserPage struct {
	o      pageOptions
	live   *live
	keys   *pageKeys
	feeds  map[string]*web.Feed
	server *pageServer
	turn   chan struct{} // has room for one: who opens the page or shuts it
}

// joinPage gives every wearer's page a sink. Nothing is served yet.
func (l *live) joinPage() error {
	if l.page.listen == "" {
		return nil
	}
	keys, err := openPageKeys(l.page.keys)
	if err != nil {
		l.log.Error("page", "error", err)
	}
	p := &browserPage{o: l.page, live: l, keys: keys, feeds: map[string]*web.Feed{}, turn: make(chan struct{}, 1)}
	watched := make([]*web.Feed, len(l.core.wearers))
	for i, id := range l.core.wearers {
		feed := &web.Feed{}
		p.feeds[id], watched[i] = feed, feed
		l.core.sinks = append(l.core.sinks, &pageSink{
			wearer: id, index: i, feed: feed, wearers: l.core.wearers, room: l.core.pipeline.Room, lamps: l.core.pipeline.Lamps,
			sensed: l.core.pipeline.Sensed, faults: func() []pipeline.Event { return l.core.board.standing() }, present: func(viewer string) []wire.Present { return l.core.board.present(viewer, l.core.pipeline.Sensed) },
		})
	}
	l.core.waves = newWaveTap(l.core.wearers, l.pipeline.Wearers, func(i int) bool { return watched[i].Waves() })
	l.core.waves.follow(l.core.pipeline.Settings())
	handler, err := web.NewPage(p.options())
	if err != nil {
		return err
	}
	p.server = &pageServer{log: l.log.With("part", "page"), handler: handler}
	l.pages = p
	return nil
}

// options joins the handler with the hub.
func (p *browserPage) options() web.PageOptions {
	l := p.live
	own := map[string]web.Options{}
	for _, id := range l.core.wearers {
		own[id] = p.ownWay(id)
	}
	return web.PageOptions{
		Hub: l.id, Tokens: p.keys.tokens, Anyone: l.answersOf(pipeline.Origin{Source: pipeline.SourcePage}), Own: own, Feeds: p.feeds,
		Me: p.me, System: p.system, Clock: func() (time.Duration, float64) { return l.pacer.Now(), l.speed },
		Metrics: func(dst []byte) []byte { return wire.AppendMetrics(dst, p.metrics()) },
		Log:     l.log.With("part", "page"), Now: time.Now,
	}
}

// ownWay is a wearer's own way in: the same as the local socket's, but for what is the whole hub's.
func (p *browserPage) ownWay(wearer string) web.Options {
	l := p.live
	o := l.answersOf(pipeline.Origin{Source: pipeline.SourcePage, Wearer: wearer})
	o.OwnRest, o.Export, o.Report, o.History = l.core.board.ownRest, exportRest, l.reporting(), l.history()
	o.Captures = (&captures{dir: p.o.dir}).ways()
	o.Calibration = &web.Calibration{Measure: l.skins.measure, Keep: l.keepBoard}
	if o.Sealing = l.sealing(); o.Sealing != nil {
		o.Sealing.Rekey = nil // sealing anew is for who has the machine
	}
	return o
}

func (p *browserPage) me(wearer string) wire.Me {
	l := p.live
	i := slices.IndexFunc(p.o.people, func(m wire.Me) bool { return m.Wearer == wearer })
	if i < 0 {
		return wire.Me{Wearer: wearer}
	}
	m := p.o.people[i]
	m.Version, m.History = l.version, l.store.db != nil
	m.Scenes, m.Practices = l.scenes, l.practices
	return m
}

func (p *browserPage) system(viewer string) wire.System {
	s := p.live.status()
	out := wire.System{Version: s.Version, Uptime: s.Uptime, Buses: p.live.busReports(), Broker: s.Broker, Storage: s.Storage}
	out.Sources = sourcesFor(viewer, s, wornSources(p.live.buses))
	out.Page.Open, out.Page.TLS = p.atHome()
	for _, id := range p.live.core.wearers {
		out.Page.Viewers = append(out.Page.Viewers, wire.ViewerReport{Wearer: id, Pages: p.feeds[id].Viewers()})
	}
	return out
}

// atHome tells whether the home network reaches the page, by hubd page open or since the config says so, and whether nobody can read along.
func (p *browserPage) atHome() (open, tls bool) {
	here, home, tls := p.server.at()
	if here == "" || onlyHere(p.o.listen) {
		return home, tls
	}
	return true, p.o.cert != nil && (tls || !home)
}

func (l *live) busReports() []wire.BusReport {
	out := make([]wire.BusReport, len(l.loops))
	for i, loop := range l.loops {
		c := loop.Counters()
		out[i] = wire.BusReport{
			Bus: l.buses[i].Bus, Samples: c.Samples, Gaps: c.Gaps, Late: c.Late, Skipped: c.Skipped, Lost: c.Lost, Errors: c.Errors,
			Faults: c.Faults, Reopens: c.Reopens, LatenessMax: c.LatenessMax,
		}
	}
	return out
}

func (p *browserPage) metrics() wire.Metrics {
	l := p.live
	s, t := l.core.board.read(), l.tally()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	m := wire.Metrics{
		Version: l.version, Uptime: s.Uptime, Buses: l.busReports(), BrokerConnected: s.Broker.Connected,
		StorageTrouble: s.Storage.Settings != "" || s.Storage.History != "", BlocksDropped: t.BlocksDropped,
		RowsDropped: t.RowsDropped, Goroutines: t.Goroutines, MemoryBytes: memory.Sys, AnonymousBytes: t.MemoryBytes, LiveBytes: t.LiveBytes,
		OpenFiles: t.OpenFiles, Commits: t.Commits, CommitSlowest: t.CommitSlowest, Queues: []wire.Queue{
			{Name: "blocks", Waiting: t.BlocksWaiting}, {Name: "broker", Waiting: t.BrokerWaiting}, {Name: "rows", Waiting: t.RowsWaiting},
		},
		Reconnects: t.Broker.Reconnects(), Sent: t.Broker.Sent, Unsent: t.Broker.Dropped + t.Broker.Expired,
	}
	for _, src := range s.Sources {
		if src.Fault != "" {
			m.SourcesSilent++
		}
	}
	for _, f := range p.feeds {
		m.PageViewers += f.Viewers()
		m.FramesDropped += f.Dropped()
	}
	return m
}

// serve begins to serve the page, on the home network too where it was left open. What cannot be served keeps nothing else from
// running.
func (p *browserPage) serve() {
	log := p.server.log
	if err := p.serveHere(); err != nil {
		log.Error("hubd runs without its page on this machine", "error", fmt.Errorf("hub: the page: %w: is %s taken? Another web.listen helps", err, p.o.listen))
	} else {
		log.Info("the page is here; hubd page open lets somebody in", "listen", p.o.listen)
	}
	keys := p.keys.read()
	if keys.Listen == "" {
		return
	}
	home, err := p.server.reach(keys.Listen, p.certFor(keys.Certificate))
	if err != nil {
		log.Error("the home network does not reach the page", "error", err)
		return
	}
	home.keep()
	log.Info("the home network reaches the page; hubd page close ends that", "listen", keys.Listen, "tls", keys.Certificate)
}

// serveHere begins to serve the page on this machine, where it is not served yet.
func (p *browserPage) serveHere() error {
	if here, _, _ := p.server.at(); here != "" {
		return nil
	}
	cert := p.o.cert
	if onlyHere(p.o.listen) {
		cert = nil
	}
	return p.server.serveHere(p.o.listen, cert)
}

func onlyHere(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// certFor is the certificate for the home network: the config's, or a self-made one; nil: none.
func (p *browserPage) certFor(wanted bool) *certificate {
	switch {
	case p.o.cert != nil:
		return p.o.cert
	case wanted && p.o.dir != "":
		own := ownCertificate(p.o.dir)
		return &own
	}
	return nil
}

func (p *browserPage) endStreams() {
	for _, f := range p.feeds {
		f.End()
	}
}

func (p *browserPage) close() {
	p.endStreams()
	p.server.close()
}
