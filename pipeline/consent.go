package pipeline

// Share says what others get of a wearer: MQTT, Home Assistant, other people's tokens.
type Share uint8

// The levels of sharing, from least to most.
const (
	ShareNone  Share = iota // sensing on or off, nothing else
	ShareState              // the state and whether something is wrong
	ShareFull               // the measurements too
)

// String gives the word used in config and commands.
func (s Share) String() string { return [...]string{"none", "state", "full"}[s] }

// ParseShare reads the word of a level.
func ParseShare(s string) (Share, bool) {
	for v := ShareNone; v <= ShareFull; v++ {
		if v.String() == s {
			return v, true
		}
	}
	return ShareNone, false
}

// Keep says what is stored of a wearer.
type Keep uint8

// The levels of keeping, from least to most.
const (
	KeepNothing   Keep = iota // no row and no baseline
	KeepRest                  // the own baseline only
	KeepSummaries             // also minute summaries and sessions
	KeepJournal               // also, inside sessions, intervals, states and the journal
)

// String gives the word used in config and commands.
func (k Keep) String() string { return [...]string{"nothing", "rest", "summaries", "journal"}[k] }

// ParseKeep reads the word of a level.
func ParseKeep(s string) (Keep, bool) {
	for v := KeepNothing; v <= KeepJournal; v++ {
		if v.String() == s {
			return v, true
		}
	}
	return KeepNothing, false
}

// Consent is what may be told and stored at this moment.
type Consent struct {
	Private bool // a private session runs: to broker and history every share counts as none, and nothing is stored
	InRoom  []WearerConsent
}

// WearerConsent is one wearer's part of it.
type WearerConsent struct {
	Wearer  string
	Share   Share
	Keep    Keep
	Session bool // takes part in the running session

	passing bool // takes part under only one of two consents: see And
}

// AudienceKind is a kind of listener.
type AudienceKind uint8

// The listeners hubd has.
const (
	AudienceBroker AudienceKind = iota
	AudienceLog
	AudienceMetrics
	AudienceHistory
	AudiencePage
	AudienceWaiting
)

// Audience is one listener. Wearer is whose token a page has; of history, whose sessions are told in detail, and empty for what is told
// outside sessions too; of what waits in memory for "keep my part", whose it is.
type Audience struct {
	Kind   AudienceKind
	Wearer string
}

// And is the stricter of two consents, part by part: what happens while one gives way to the other is told under both. Who comes
// or goes in between counts as in the session where that withholds, and as outside it where that does.
func (c Consent) And(d Consent) Consent {
	both := Consent{Private: c.Private || d.Private}
	for _, w := range c.InRoom {
		if v, ok := d.of(w.Wearer); ok {
			w.Share, w.Keep = min(w.Share, v.Share), min(w.Keep, v.Keep)
			w.passing = w.passing || v.passing || w.Session != v.Session
			w.Session = w.Session || v.Session
		}
		both.InRoom = append(both.InRoom, w)
	}
	return both
}
