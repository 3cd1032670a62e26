package hub

import (
	"time"

	"hubd/pipeline"
)

// keptAs is which part of history an event is for.
type keptAs uint8

const (
	keptRow     keptAs = iota // a wearer's own, or a fault
	keptDetail                // of a wearer's session
	keptWaiting               // of a private session, in memory
	keptBegan                 // no event: a session has begun
	keptLess                  // no event: the wearer wants less kept than before
)

// keptEvent waits for the keeper's goroutine.
type keptEvent struct {
	pipeline.Event
	as   keptAs
	keep pipeline.Keep // of keptLess
}

// add gives an event to the part of history that it is for.
func (k *keeper) add(e keptEvent) {
	if k.store.db != nil && k.store.db.Locked() != "" && e.Value != nil {
		return // as where nothing is to be kept
	}
	switch e.as {
	case keptRow:
		if k.store.add != nil {
			k.store.add(e.Event, k.wall())
		}
	case keptDetail:
		if k.store.detail != nil {
			k.store.detail(e.Event, k.wall())
		}
	case keptWaiting:
		k.waiting.Add(e.Event, k.wall())
	case keptBegan:
		k.waiting.SessionBegan()
	case keptLess:
		if e.keep == pipeline.KeepNothing {
			k.waiting.Forget(e.Wearer)
		}
		if k.store.db != nil {
			k.store.db.Lower(e.Wearer, e.keep) // else the minute that was begun would come with the next commit
		}
	}
}

// offer tells whether there was room for it.
func (k *keeper) offer(e pipeline.Event, as keptAs) bool {
	return k.wait(keptEvent{Event: e, as: as})
}

func (k *keeper) wait(e keptEvent) bool {
	select {
	case k.rows <- e:
		return true
	default:
		k.dropped.Add(1)
		return false
	}
}

// take gives everything that waits to history, so that what is asked next finds what was before it.
func (k *keeper) take() {
	for {
		select {
		case e := <-k.rows:
			k.add(e)
		default:
			return
		}
	}
}

// audience, event and tick make the keeper a sink.
func (k *keeper) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceHistory}
}

func (k *keeper) event(e pipeline.Event) { k.offer(e, keptRow) }

// tick sees that a session has begun, whoever's and of whatever kind: what waits of the one before is gone then.
func (k *keeper) tick(now time.Duration, c pipeline.Consent) {
	k.now.Store(int64(now))
	stands := false
	for _, w := range c.InRoom {
		stands = stands || w.Session
	}
	if stands && !k.stood && !k.offer(pipeline.Event{At: now}, keptBegan) {
		return // again with the next step
	}
	k.stood = stands
}

// sinks are the keeper itself, and what it keeps of each wearer's sessions.
func (k *keeper) sinks(wearers []string) []sink {
	all := []sink{k}
	for _, id := range wearers {
		all = append(all, detailSink{k, id}, &waitingSink{keeper: k, wearer: id})
	}
	return all
}

// detailSink keeps one wearer's sessions in detail.
type detailSink struct {
	*keeper
	wearer string
}

func (d detailSink) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceHistory, Wearer: d.wearer}
}

func (d detailSink) event(e pipeline.Event) { d.offer(e, keptDetail) }

func (detailSink) tick(time.Duration, pipeline.Consent) {}

// waitingSink holds one wearer's part of private sessions in memory.
type waitingSink struct {
	*keeper
	wearer string
	keep   pipeline.Keep // as last told
}

func (w *waitingSink) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceWaiting, Wearer: w.wearer}
}

func (w *waitingSink) event(e pipeline.Event) { w.offer(e, keptWaiting) }

// tick drops what waits of somebody who wants less kept than before.
func (w *waitingSink) tick(now time.Duration, c pipeline.Consent) {
	for _, is := range c.InRoom {
		if is.Wearer != w.wearer {
			continue
		}
		if is.Keep < w.keep && !w.wait(keptEvent{Event: pipeline.Event{Wearer: w.wearer, At: now}, as: keptLess, keep: is.Keep}) {
			return // again with the next step
		}
		w.keep = is.Keep
	}
}
