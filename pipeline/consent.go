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
)

// Audience is one listener; Wearer is whose token a page has.
type Audience struct {
	Kind   AudienceKind
	Wearer string
}
