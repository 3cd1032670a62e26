package wire

import (
	"time"

	"hubd/pipeline"
	"hubd/room"
)

// Status is how it is with the hub, for the local socket and the page: no bodily value.
type Status struct {
	Version   string
	Uptime    time.Duration
	Hub       string           // id
	Simulated string           // scenario of the simulated chips that hubd runs on; empty: they are real
	Active    bool             // a session runs
	Session   room.SessionKind // NoSession also where whoever asks may not know
	Practice  string           // that runs; empty: none, or not to be known
	Step      string           // its words now
	Paused    bool
	Wearers   []WearerReport
	Lamps     []room.LampStatus
	Sources   []SourceReport
	Lent      []string // buses that another hubd command has borrowed to set up sensors
	Broker    BrokerReport
	Storage   StorageReport
}

// WearerReport is one wearer's status and own settings.
type WearerReport struct {
	ID     string
	Status WearerStatus
	Share  pipeline.Share
	Keep   pipeline.Keep
	Cues   bool
}

// SourceReport is one chip, or another source of samples.
type SourceReport struct {
	Source string // for example ads1115@48 on i2c 1
	Fault  string // what is wrong and what to look at; empty: it answers, or is not asked while its wearers are paused
}

// BrokerReport is how it is with MQTT.
type BrokerReport struct {
	Configured bool
	Connected  bool
}

// StorageReport is how it is with what lasts. Empty: it works.
type StorageReport struct {
	Settings string // what is wrong with settings.json
	History  string // what is wrong with history.db
	File     string // where history.db lies, or would
}

// AppendStatus appends the status as one JSON object without a line end.
func AppendStatus(dst []byte, s Status) []byte {
	o := open(dst).text("version", s.Version).seconds("uptime_s", s.Uptime, windowDecimals).text("hub", s.Hub)
	o = o.word("simulated", s.Simulated).flag("active", s.Active)
	if s.Session == room.NoSession {
		o = o.null("session")
	} else {
		o = o.text("session", s.Session.String())
	}
	o = o.word("practice", s.Practice).word("step", s.Step).flag("paused", s.Paused)
	o = append(o.key("wearers"), '[')
	for i, w := range s.Wearers {
		o = w.object(separate(o, i)).close()
	}
	o = append(append(o, ']').key("lamps"), '[')
	for i, l := range s.Lamps {
		o = lampStatus(separate(o, i), l)
	}
	o = append(append(o, ']').key("sources"), '[')
	for i, src := range s.Sources {
		o = open(separate(o, i)).text("source", src.Source).word("fault", src.Fault).close()
	}
	o = append(append(o, ']').key("lent"), '[')
	for i, bus := range s.Lent {
		o = appendText(separate(o, i), bus)
	}
	o = append(o, ']')
	b := open(o.key("broker")).flag("configured", s.Broker.Configured).flag("connected", s.Broker.Connected)
	o = b.close()
	st := open(o.key("storage")).word("settings", s.Storage.Settings).word("history", s.Storage.History).word("file", s.Storage.File)
	return object(st.close()).close()
}

func (w WearerReport) object(dst []byte) object {
	o := open(dst).text("wearer", w.ID).text("status", w.Status.String())
	return o.text("share", w.Share.String()).text("keep", w.Keep.String()).text("cues", cuesWord(w.Cues))
}

func cuesWord(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// separate writes the comma between the members of an array.
func separate(o object, i int) object {
	if i > 0 {
		return append(o, ',')
	}
	return o
}

// AppendError appends {"error":…}, the answer to a request that was refused or failed.
func AppendError(dst []byte, text string) []byte { return open(dst).text("error", text).close() }

// AppendDone appends {"done":true}, the answer to a command that was obeyed.
func AppendDone(dst []byte) []byte { return open(dst).flag("done", true).close() }
