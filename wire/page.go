package wire

import (
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// Me is what a wearer's page has to know once. Names and ceilings are the config's.
type Me struct {
	Wearer     string
	Name       string
	Hub        string // name, for people
	Version    string
	ShareMost  pipeline.Share
	KeepMost   pipeline.Keep
	CuesMost   bool
	MayStart   bool // start_from has page
	Channels   []string
	PulseRange float64 // V, of the converter's input; 0: the wave is a share of an optical chip's range
	Calibrates bool    // the skin-conductance board has something to be measured
	Comfort    Comfort
	NightMost  float64 // percent: what the night ceiling may be raised to
	VolumeMost float64 // dB: what the volume cap may
	Scenes     []string
	Practices  []string
	History    bool // something can be kept at all
	Others     []Named
}

// Named is somebody else's id and name.
type Named struct{ ID, Name string }

// Comfort is what a wearer wants to be spared, as the config says.
type Comfort struct {
	Never      []string
	LightFloor float64 // percent
	Steady     bool
	Ask        bool
}

// AppendMe appends it as one JSON object without a line end.
func AppendMe(dst []byte, m Me) []byte {
	o := open(dst).text("wearer", m.Wearer).text("name", m.Name).text("hub", m.Hub).text("version", m.Version)
	o = o.text("share_most", m.ShareMost.String()).text("keep_most", m.KeepMost.String()).flag("cues_most", m.CuesMost)
	o = o.flag("may_start", m.MayStart).texts("channels", m.Channels).number("pulse_range_v", m.PulseRange, waveDecimals).flag("calibrates", m.Calibrates)
	c := open(o.key("comfort")).texts("never", m.Comfort.Never).number("light_floor", m.Comfort.LightFloor, brightnessDecimals)
	o = c.flag("steady", m.Comfort.Steady).flag("check_in", m.Comfort.Ask).close()
	o = o.number("night_ceiling_most", m.NightMost, brightnessDecimals).number("volume_cap_most", m.VolumeMost, levelDecimals)
	o = o.texts("scenes", m.Scenes).texts("practices", m.Practices).flag("history", m.History)
	o = append(o.key("others"), '[')
	for i, n := range m.Others {
		o = open(separate(o, i)).text("wearer", n.ID).text("name", n.Name).close()
	}
	return object(append(o, ']')).close()
}

// AppendClock appends stream time now, and how many of its seconds pass in one.
func AppendClock(dst []byte, now time.Duration, speed float64) []byte {
	return open(dst).seconds("now_s", now, timeDecimals).number("speed", speed, ratioDecimals).close()
}

// AppendHello appends what a live stream begins with.
func AppendHello(dst []byte, now time.Duration, speed float64) []byte {
	o := open(dst).text("type", "hello").seconds("now_s", now, timeDecimals)
	return o.number("speed", speed, ratioDecimals).close()
}

// Here says nothing but that hubd is there.
const Here = `{"type":"here"}`

// AppendForget appends that nothing of a wearer holds any more that was told before.
func AppendForget(dst []byte, wearer string) []byte {
	return open(dst).text("type", "forget").text("wearer", wearer).close()
}

// PageRoom is how it is with the room, for one wearer's page.
type PageRoom struct {
	Room   room.Status
	Member bool          // the viewer takes part in the session
	May    pipeline.Page // what the viewer may know of it
	Why    string        // the room does what it does; empty: not known, or not to be known
	Lamps  []room.LampStatus
}

// AppendPageRoom appends it as one JSON object without a line end. What the viewer may not know is null.
func AppendPageRoom(dst []byte, p PageRoom) []byte {
	r := p.Room
	o := open(dst).text("type", "room").flag("in_use", r.InUse)
	kind := ""
	if p.May.Session && r.Session != room.NoSession {
		kind = r.Session.String()
	}
	o = o.word("session", kind).text("phase", r.Phase.String())
	if kind == "" {
		o = o.null("private").null("practice").null("step").null("pace")
	} else {
		o = pace(o.flag("private", r.Private).word("practice", r.Practice).word("step", r.Step), r.Pace)
	}
	o = o.flag("paused", r.Paused).flag("member", p.Member).flag("check_in", r.CheckIn).flag("cues", r.Cues)
	scene := ""
	if p.May.Scene {
		scene = r.Scene
	}
	o = o.word("scene", scene).word("why", p.Why).number("breath_pace", r.BreathPace, breathDecimals)
	o = o.number("night_ceiling", r.NightCeiling, brightnessDecimals).number("volume_cap", r.VolumeCap, levelDecimals)
	o = append(o.key("lamps"), '[')
	for i, l := range p.Lamps {
		o = lampStatus(separate(o, i), l)
	}
	return object(append(o, ']')).close()
}

// Present is one wearer as a page shows them. All but whether they are sensed is for the wearer's own page alone.
type Present struct {
	ID     string
	Sensed bool
	Own    bool
	Share  pipeline.Share
	Keep   pipeline.Keep
	Cues   bool
	Stage  string // of the own rest
	Spares pipeline.Spares
}

// AppendPeople appends who is sensed as one JSON object without a line end.
func AppendPeople(dst []byte, all []Present) []byte {
	o := append(open(dst).text("type", "people").key("people"), '[')
	for i, p := range all {
		o = open(separate(o, i)).text("wearer", p.ID).flag("sensed", p.Sensed)
		if p.Own {
			o = o.text("share", p.Share.String()).text("keep", p.Keep.String()).flag("cues", p.Cues).text("stage", p.Stage)
			o = appendSpares(o.key("spares"), p.Spares)
		}
		o = o.close()
	}
	return object(append(o, ']')).close()
}

// AppendFaults appends which sources do not answer, of those that a page may know of, as one JSON object without a line end.
func AppendFaults(dst []byte, all []dsp.Fault) []byte {
	o := append(open(dst).text("type", "faults").key("faults"), '[')
	for i, f := range all {
		o = open(separate(o, i)).text("source", f.Source).text("reason", f.Reason).close()
	}
	return object(append(o, ']')).close()
}

// System is how it is with the hub's own parts: no bodily value.
type System struct {
	Version string
	Uptime  time.Duration
	Buses   []BusReport
	Sources []PageSource
	Broker  BrokerReport
	Storage StorageReport
	Page    PageReport
}

// PageSource is a source as a page may speak of it. What is wrong with one comes with AppendFaults.
type PageSource struct {
	Source string
	Asked  bool // false: nobody knows whether it would answer
	Told   bool // the viewer is told what is wrong with it; false: its wearer shares nothing
}

// BusReport counts what one reading loop did since hubd began.
type BusReport struct {
	Bus         string
	Samples     uint64
	Gaps        uint64
	Late        uint64
	Skipped     uint64 // grid points that passed while the bus was behind
	Lost        uint64 // by a chip's own memory
	Errors      uint64
	Faults      uint64
	Reopens     uint64
	LatenessMax time.Duration
}

// PageReport says who can reach the page.
type PageReport struct {
	Open    bool // the home network can
	TLS     bool // and what goes there cannot be read on the way
	Viewers []ViewerReport
}

// ViewerReport is how many pages are open under one wearer's token.
type ViewerReport struct {
	Wearer string
	Pages  int
}

// AppendSystem appends it as one JSON object without a line end.
func AppendSystem(dst []byte, s System) []byte {
	o := open(dst).text("version", s.Version).seconds("uptime_s", s.Uptime, windowDecimals)
	o = append(o.key("buses"), '[')
	for i, b := range s.Buses {
		o = b.object(separate(o, i)).close()
	}
	o = append(object(append(o, ']')).key("sources"), '[')
	for i, src := range s.Sources {
		o = open(separate(o, i)).text("source", src.Source).flag("asked", src.Asked).flag("told", src.Told).close()
	}
	o = append(o, ']')
	o = open(o.key("broker")).flag("configured", s.Broker.Configured).flag("connected", s.Broker.Connected).close()
	o = open(o.key("storage")).word("settings", s.Storage.Settings).word("history", s.Storage.History).close()
	p := append(open(o.key("page")).flag("open", s.Page.Open).flag("tls", s.Page.TLS).key("viewers"), '[')
	for i, v := range s.Page.Viewers {
		p = open(separate(p, i)).text("wearer", v.Wearer).count("pages", v.Pages).close()
	}
	return object(object(append(p, ']')).close()).close()
}

func (b BusReport) object(dst []byte) object {
	o := open(dst).text("bus", b.Bus).size("samples", int64(b.Samples)).size("gaps", int64(b.Gaps)).size("late", int64(b.Late))
	o = o.size("skipped", int64(b.Skipped)).size("lost", int64(b.Lost)).size("errors", int64(b.Errors))
	return o.size("faults", int64(b.Faults)).size("reopens", int64(b.Reopens)).millis("lateness_max_ms", b.LatenessMax, ibiDecimals)
}
