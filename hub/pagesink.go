package hub

import (
	"bytes"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/web"
	"hubd/wire"
)

// How often a page is told what no event tells, where it changed. One that opens finds what nobody saw at most a second old, and is told the
// newest with the room's next step.
const (
	pageLooks   = 100 * time.Millisecond
	unseenLooks = time.Second
)

// pageSink tells one wearer's page. All of it is the processing goroutine's.
type pageSink struct {
	wearer  string
	index   int
	feed    *web.Feed
	wearers []string
	room    func() room.Status
	lamps   func(dst []room.LampStatus) []room.LampStatus
	sensed  func(wearer int) bool
	faults  func() []pipeline.Event // that stand, whosever
	present func(viewer string) []wire.Present

	looked  time.Duration
	watched bool // a page was open in the last step
	may     pipeline.Page
	why     string // the room does what it does, as far as the viewer may know
	stands  []pageStanding
	lit     []room.LampStatus
	told    [3][]byte // what the room, the people and the faults were when last told
	draft   []byte    // of one of the three, to be compared
}

// pageStanding is under what a wearer's values were told.
type pageStanding struct {
	sensed bool
	share  pipeline.Share
}

func (s *pageSink) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudiencePage, Wearer: s.wearer}
}

// event passes on what Disclose let through: values that hold, and moments.
func (s *pageSink) event(e pipeline.Event) {
	key := web.FrameKey{Wearer: e.Wearer, Kind: e.Value.Kind()}
	switch v := e.Value.(type) {
	case room.Cue:
		s.why = v.Reason
	case dsp.Signal:
		key.Kind += " " + v.Channel.String()
		s.feed.Offer(key, wire.AppendEvent(nil, e))
	case dsp.HRV:
		if v.Window <= time.Minute { // the longer window says the same of an older time
			s.feed.Offer(key, wire.AppendEvent(nil, e))
		}
	case dsp.HeartRate, dsp.Respiration, dsp.EDA, dsp.Coherence, regulation.State, regulation.Recovery, regulation.Night:
		s.feed.Offer(key, wire.AppendEvent(nil, e))
	case dsp.Beat, dsp.SCR, pipeline.Wave:
		if s.feed.Waves() {
			s.feed.Pass(key, wire.AppendEvent(nil, e), true)
		}
	case room.Practice, room.Session, room.CheckIn, room.Reminder:
		if s.feed.Watched() {
			s.feed.Pass(key, wire.AppendEvent(nil, e), false)
		}
	}
}

// tick takes back what may not be shown any more, and tells what changed without an event.
func (s *pageSink) tick(now time.Duration, c pipeline.Consent) {
	due := s.due(now)
	if changed := s.withdraw(c); !changed && !due {
		return
	}
	s.looked = now
	st := s.room()
	s.lit = s.lamps(s.lit[:0])
	r := wire.PageRoom{Room: st, Member: st.Session != room.NoSession && st.Members[s.index], May: s.may, Lamps: s.lit}
	if s.may.Scene {
		r.Why = s.why
	}
	s.tell(0, "room", wire.AppendPageRoom(s.draft[:0], r))
	s.tell(1, "people", wire.AppendPeople(s.draft[:0], s.present(s.wearer)))
	s.tell(2, "faults", wire.AppendFaults(s.draft[:0], s.standing(c)))
}

// due tells whether it is time for a look: seldom while no page is open, and at once when one has opened.
func (s *pageSink) due(now time.Duration) bool {
	watched := s.feed.Watched()
	opened := watched && !s.watched
	s.watched = watched
	every := unseenLooks
	if watched {
		every = pageLooks
	}
	return opened || now-s.looked >= every
}

// standing gives the faults that this page may know of now. They are no moments: a chip stays silent through a pause, and is told of where a
// share is raised.
func (s *pageSink) standing(c pipeline.Consent) (all []dsp.Fault) {
	for _, e := range s.faults() {
		if told, ok := pipeline.Disclose(e, s.audience(), c); ok {
			all = append(all, told.Value.(dsp.Fault))
		}
	}
	return all
}

// tell offers one of the three where it changed. The draft is used again; what is offered is a copy that nobody writes to any more.
func (s *pageSink) tell(i int, kind string, draft []byte) {
	s.draft = draft
	if !bytes.Equal(draft, s.told[i]) {
		s.told[i] = bytes.Clone(draft)
		s.feed.Offer(web.FrameKey{Kind: kind}, s.told[i])
	}
}

// withdraw forgets a wearer's values where sensing or the share changed: what was told under one rule does not stand under another. It tells
// whether any of that changed, or what the viewer may know of the room.
func (s *pageSink) withdraw(c pipeline.Consent) (changed bool) {
	if may := c.PageOf(s.wearer); may != s.may {
		s.may, s.why = may, ""
		changed = true
	}
	if s.stands == nil {
		s.stands = make([]pageStanding, len(s.wearers))
	}
	for i, id := range s.wearers {
		is := pageStanding{sensed: s.sensed(i), share: pipeline.ShareFull}
		if id != s.wearer {
			is.share = c.ShareToPages(id)
		}
		if is != s.stands[i] {
			s.stands[i] = is
			s.feed.Forget(id, wire.AppendForget(nil, id))
			changed = true
		}
	}
	return changed
}
