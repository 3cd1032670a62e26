package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"hubd/history"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/wire"
)

// errCopying is told where history cannot be erased, or copied, because of the other.
const errCopying = "a copy is being written, or something erased: try again when it is done"

// erase erases a wearer's past, or a part of it, wherever this hub has it: in the pipeline, in what waits for the disk, in both versions of
// the settings, in history.db and what stands beside it, and on the broker.
func (l *live) erase(ctx context.Context, x history.Erasing) (wire.Erasure, string, error) {
	if !l.copying.TryLock() {
		return wire.Erasure{}, errCopying, nil
	}
	defer l.copying.Unlock()
	seal, err := l.sealState(ctx)
	if err != nil || seal.Locked != "" {
		return wire.Erasure{}, seal.Locked, err // whose a sealed row is nobody can tell
	}
	file, configured := l.store.settings, slices.Contains(l.core.wearers, x.Wearer)
	traces, err := ask(ctx, l.keeper, func() [][]byte { return file.Traces(x.Wearer) })
	if err != nil {
		return wire.Erasure{}, "", err
	}
	if refusal, err := l.known(ctx, x.Wearer, configured || len(traces) > 0); refusal != "" || err != nil {
		return wire.Erasure{}, refusal, err
	}
	if !x.Everything() {
		traces = nil // the own rest has days only, and is no part of a session's past
	} else if refusal, err := l.becomeStranger(ctx, x.Wearer, configured); refusal != "" || err != nil {
		return wire.Erasure{}, refusal, err
	}
	settings, err := ask(ctx, l.keeper, func() settingsErased { return l.keeper.eraseSettings(x, configured) })
	if err != nil {
		return wire.Erasure{}, "", err
	}
	var erased history.Erased
	var rows error
	if err := l.keeper.lend(ctx, func() { erased, rows = l.store.db.EraseWhat(x, traces) }); err != nil {
		rows = fmt.Errorf("not erased: the rows: %w", err)
	}
	tokens, keys := l.eraseTokens(ctx, x, configured)
	e := wire.Erasure{Erased: erased, CannotReach: l.unreached(x, seal.Sealed)}
	e.Done = slices.Concat(settings.done, tokens, e.Done)
	if x.Everything() && l.client != nil {
		e.Done = append(e.Done, l.clearBroker(x.Wearer, configured))
	}
	e.Failed = failures(settings.err, rows, keys)
	return e, "", nil
}

// eraseTokens takes back the page's tokens of somebody whom the config names no more: they open nothing, and tell that somebody was here, and when.
// Who is of this hub keeps theirs: a page on which everything was erased can still pause, and show that.
func (l *live) eraseTokens(ctx context.Context, x history.Erasing, configured bool) (done []string, err error) {
	if !x.Everything() || configured || l.page.keys == "" {
		return nil, nil
	}
	type taken struct {
		had bool
		err error
	}
	t, err := ask(ctx, l.keeper, func() (t taken) {
		k, err := l.pageKeys()
		if err == nil {
			t.had, err = k.erase(x.Wearer)
		}
		t.err = err
		return t
	})
	if err = errors.Join(err, t.err); err != nil {
		return nil, fmt.Errorf("not erased: the tokens of the page: %w", err)
	}
	if t.had {
		done = []string{"tokens of the page"}
	}
	return done, nil
}

// pageKeys are the keys of the page that runs, or as they are stored.
func (l *live) pageKeys() (*pageKeys, error) {
	if l.pages != nil {
		return l.pages.keys, nil
	}
	return openPageKeys(l.page.keys)
}

// known refuses an id of which nothing is known: it is mistyped, and files that were set aside would go for nothing.
func (l *live) known(ctx context.Context, wearer string, surely bool) (refusal string, err error) {
	if surely {
		return "", nil
	}
	type found struct {
		ids []string
		err error
	}
	f, err := ask(ctx, l.keeper, func() (f found) { f.ids, f.err = l.store.db.Wearers(); return f })
	switch {
	case err != nil:
		return "", err
	case slices.Contains(f.ids, wearer):
		return "", nil
	case f.err != nil:
		return fmt.Sprintf("nobody here is called %q, and whether anything is kept of one cannot be read: %v", wearer, f.err), nil
	}
	ids := slices.Concat(l.core.wearers, f.ids)
	slices.Sort(ids)
	return fmt.Sprintf("nobody here is called %q, and nothing is kept of one: known are %s", wearer, strings.Join(slices.Compact(ids), ", ")), nil
}

// becomeStranger lets the pipeline forget the wearer, who is sensed no more. Without a pipeline nobody is known to it.
func (l *live) becomeStranger(ctx context.Context, wearer string, configured bool) (refusal string, err error) {
	if !configured || l.standIn {
		return "", nil
	}
	return l.do(ctx, pipeline.Command{Name: pipeline.CommandErase, Wearer: wearer, Origin: pipeline.Origin{Source: pipeline.SourceSocket}})
}

// failures joins what is not erased, in words; empty where everything is.
func failures(errs ...error) string {
	var all []string
	for _, err := range errs {
		if err != nil {
			all = append(all, err.Error())
		}
	}
	return strings.Join(all, "\n")
}

// settingsErased is what came of erasing from the settings.
type settingsErased struct {
	done []string
	err  error
}

// eraseSettings drops what waits of the wearer and writes both versions of the settings without the wearer's body; without the wearer, where
// the config does not name one. The keeper's goroutine alone may call it.
func (k *keeper) eraseSettings(x history.Erasing, configured bool) (s settingsErased) {
	for waiting := true; waiting; {
		select {
		case e := <-k.rows:
			if e.Wearer != x.Wearer || !x.Everything() {
				k.add(e)
			}
		default:
			waiting = false
		}
	}
	if !x.Everything() {
		return s
	}
	k.waiting.Forget(x.Wearer)
	k.write() // what the pipeline has forgotten by now
	if configured {
		s.err = k.store.settings.EraseBody(x.Wearer)
	} else {
		s.err = k.store.settings.Erase(x.Wearer)
	}
	if s.err != nil {
		s.err = fmt.Errorf("not erased: the settings: %w", s.err)
		return s
	}
	s.done = []string{"own rest, own pace and how the room was, in both versions of the settings"}
	return s
}

// lend gives the database away for longer than a pause may wait for the disk: settings are written meanwhile, rows and questions wait. The
// keeper's end waits for it to come back.
func (k *keeper) lend(ctx context.Context, f func()) error {
	back := make(chan struct{})
	if _, err := ask(ctx, k, func() bool { k.lent = back; return true }); err != nil {
		return err
	}
	defer close(back)
	f()
	return nil
}

// clearBroker takes off the broker what may be kept there of a wearer, and says what it did. Who is still of this hub keeps the description
// and the word on whether sensing is on: they tell of no body, and Home Assistant could not pause without them.
func (l *live) clearBroker(wearer string, configured bool) string {
	topics := l.teller.topics
	gone := []string{topics.WearerState(wearer), topics.WearerEvent(wearer)}
	if !configured {
		gone = append(gone, topics.WearerStatus(wearer), topics.Discovery(l.discoveryPrefix(), wearer))
	}
	messages := []mqtt.Message{}
	for _, topic := range gone {
		messages = append(messages, mqtt.Message{Topic: topic, QoS: 1, Retain: true})
	}
	if configured {
		messages = append(messages, wire.Telling(topics.WearerState(wearer), wire.NothingKnown()))
	}
	for _, m := range messages {
		if err := l.client.Send(m, time.Now().Add(eventPatience), nil); err != nil {
			return fmt.Sprintf("nothing on the broker: %s could not be cleared (%v)", m.Topic, err)
		}
	}
	return "on the broker: " + strings.Join(gone, ", ")
}

func (l *live) discoveryPrefix() string {
	if l.discovery.Prefix == "" {
		return "homeassistant"
	}
	return l.discovery.Prefix
}

// unreached says what erasing cannot reach, and what a person can do about each.
func (l *live) unreached(x history.Erasing, sealed bool) []string {
	all := []string{"what was taken elsewhere: exports, reports, and copies of history.db, settings.json or backups on other disks. Delete them there."}
	if l.mqtt != nil {
		all = append(all, l.recorder(x.Wearer))
	}
	if l.standIn && l.mqtt != nil && x.Everything() {
		topics := wire.Topics{Hub: l.id}
		all = append(all, fmt.Sprintf("the broker, since hubd does not run: it keeps no bodily value, only %s, and under %s what entities there are. "+
			"Start hubd with a config that does not name %[3]s, and it takes both off.", topics.WearerStatus(x.Wearer), topics.Discovery(l.discoveryPrefix(), x.Wearer), x.Wearer))
	}
	cells := "worn-out cells of a memory card or SSD: no program can overwrite them. "
	if sealed {
		return append(all, cells+"What they hold is sealed: hubd history rekey to a new key, then destroying every copy of the old one, is the erasing that "+
			"reaches them; what was kept before the history was sealed, and the config, they may hold in the clear.")
	}
	return append(all, cells+"Destroying the key of a sealed history (hubd history rekey seals it) or of an encrypted disk is the erasing that reaches them; "+
		"without one, destroying the card.")
}

// recorder is what to do about Home Assistant's own database, as a call to paste.
func (l *live) recorder(wearer string) string {
	var b strings.Builder
	b.WriteString("Home Assistant's recorder. Developer tools › Actions › YAML mode, with other names where you gave them:\n")
	b.WriteString("action: recorder.purge_entities\ndata:\n  keep_days: 0\n  entity_id:\n")
	for _, id := range l.entities(wearer) {
		fmt.Fprintf(&b, "    - %s\n", id)
	}
	b.WriteString("Then recorder.purge with repack: true, so that its file is written anew, and Developer tools › Statistics for what it keeps by the hour.")
	return b.String()
}

// entities are all that Home Assistant can have been told of a wearer, whatever is shared now.
func (l *live) entities(wearer string) []string {
	topics := wire.Topics{Hub: l.id}
	wearers := append(slices.Clone(l.wearers), tellWearer{id: wearer})
	t := newTeller(slog.New(slog.DiscardHandler), topics, l.discovery, wearers)
	var all []homeassistant.Wearer
	for _, w := range wearers[slices.IndexFunc(wearers, func(w tellWearer) bool { return w.id == wearer }):][:1] {
		all = append(all, homeassistant.Wearer{ID: w.id, Name: w.name, Share: pipeline.ShareFull, StartByMQTT: true, Paired: true})
	}
	messages, err := homeassistant.Unchecked(t.facts(all))
	if err != nil {
		return []string{"sensor.hubd_" + strings.ReplaceAll(l.id+"_"+wearer, "-", "_") + "_state"}
	}
	var ids []string
	for _, m := range messages {
		if m.Topic == topics.Discovery(l.discoveryPrefix(), wearer) {
			ids, _ = homeassistant.Entities(m)
		}
	}
	return ids
}

// session says when a session of a wearer was that a time lies in.
func (l *live) session(ctx context.Context, wearer string, at time.Time) (from, to time.Time, refusal string, err error) {
	type span struct {
		from, to time.Time
		err      error
	}
	s, err := ask(ctx, l.keeper, func() (s span) { s.from, s.to, s.err = l.store.db.SessionAt(wearer, at); return s })
	return s.from, s.to, words(s.err), err
}
