package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// Command obeys or refuses one act. Less is anyone's; more is the wearer's own (design section 5.2). A refusal is an event on the
// wearer, or on the room where the command was for the room.
func (p *Pipeline) Command(dst []Event, now time.Duration, c Command) []Event {
	p.now = max(p.now, now)
	p.values = p.values[:0]
	dst = p.answered(dst, now, c)
	err := p.act(now, c)
	dst = p.take(dst, now)
	if err != nil {
		wearer := c.Wearer
		if p.find(wearer) == nil {
			wearer = ""
		}
		var in inside
		r := Refused{Name: string(c.Name), Reason: err.Error(), Inside: errors.As(err, &in)}
		dst = append(dst, Event{Wearer: wearer, At: now, Value: r})
	}
	p.forgetAbsent(now)
	p.unpair() // here, not with the next second: a pause ends it also where the resume follows at once
	return dst
}

// act does what a command asks, leaving the room's values in p.values. An error is a refusal in words for people.
func (p *Pipeline) act(now time.Duration, c Command) error {
	switch c.Name {
	case CommandResume, CommandStartSession, CommandSensing, CommandShare, CommandKeep,
		CommandRestStart, CommandRestStop, CommandRestForget, CommandErase, CommandRecall, CommandCalibrate, CommandComfort:
		w := p.find(c.Wearer)
		if w == nil {
			return fmt.Errorf("nobody here is called %q", c.Wearer)
		}
		return p.actOnWearer(now, c, w)
	}
	return p.actOnRoom(now, c)
}

func (p *Pipeline) actOnWearer(now time.Duration, c Command, w *Wearer) error {
	switch c.Name {
	case CommandResume:
		return p.resume(now, c, w)
	case CommandStartSession:
		return p.start(now, c, w)
	case CommandSensing:
		if c.On {
			return p.resume(now, c, w)
		}
		p.setPaused(w, true)
		p.values = p.room.Leave(p.values, now, w.index)
		return nil
	case CommandShare:
		return p.setShare(c, w)
	case CommandKeep:
		return p.setKeep(c, w)
	case CommandErase:
		return p.erase(now, c, w)
	case CommandRecall:
		return p.recall(c, w)
	case CommandCalibrate:
		return p.calibrate(c, w)
	case CommandComfort:
		return p.setComfort(c, w)
	}
	return p.actOnRest(now, c, w)
}

// calibrate takes what was measured on a wearer's skin-conductance board. It takes hands at the board: nobody's automation does it.
func (p *Pipeline) calibrate(c Command, w *Wearer) error {
	switch {
	case c.Origin.Source != SourceSocket && (c.Origin.Source != SourcePage || c.Origin.anothers(w.id)):
		return errors.New("a board is calibrated by hubd calibrate on the machine itself, or on the wearer's own page")
	case w.skin == nil:
		return errors.New("this wearer has no skin-conductance sensor")
	case w.options.Skin.Circuit != dsp.Grove:
		return errors.New("a divider is calibrated by divider_ohm in the config")
	}
	w.settings.OpenCircuit, w.settings.SkinScale = dsp.Some(c.OpenCircuit), c.Scale
	w.options.Skin.Calibrated = false
	w.options.Skin = w.settings.calibrated(w.options.Skin)
	w.skin = dsp.NewSkin(w.options.Skin)
	p.revision++
	return nil
}

// actOnRest starts, stops or forgets a wearer's own rest. To forget is for ever: nobody's automation does it.
func (p *Pipeline) actOnRest(now time.Duration, c Command, w *Wearer) error {
	switch {
	case c.Name == CommandRestStop:
		w.estimator.EndRest()
	case c.Name == CommandRestForget && c.Origin.Source != SourceSocket:
		return errors.New("an own rest is forgotten by hubd rest --forget on the machine itself only")
	case c.Name == CommandRestForget:
		w.estimator.Forget()
		w.settings.Forgotten = true
		p.revision++
	case c.Origin.anothers(w.id): // it changes what this wearer is compared with
		return errOwnOnly
	case !w.sensed():
		return errors.New("sensing is off: start or resume first")
	default:
		return within(w.estimator.StartRest(now))
	}
	return nil
}

func (p *Pipeline) resume(now time.Duration, c Command, w *Wearer) error {
	if err := w.ownAct(c.Origin); err != nil {
		return err
	}
	p.setPaused(w, false)
	p.values = p.room.Resume(p.values, now, w.index)
	return nil
}

// start begins or joins a session and turns the wearer's own sensing on. In a paused session it is the wearer's resume.
func (p *Pipeline) start(now time.Duration, c Command, w *Wearer) error {
	if err := w.ownAct(c.Origin); err != nil {
		return err
	}
	if st := p.room.Status(); st.Paused && st.Members[w.index] {
		return p.resume(now, c, w)
	}
	v, err := p.room.Start(p.values, now, w.index, p.kindOf(c.Session))
	p.values = v
	if err == nil {
		p.setPaused(w, false)
	}
	return within(err)
}

// kindOf is the kind of session a start without a kind means: what becomes of the one that other wearers are in, else that of everybody
// here.
func (p *Pipeline) kindOf(asked room.SessionKind) room.SessionKind {
	if asked != room.NoSession {
		return asked
	}
	if st := p.room.Status(); st.Session != room.NoSession && slices.Contains(st.Members, true) {
		return st.Session
	}
	if len(p.wearers) > 1 {
		return room.Together
	}
	return room.Alone
}

func (p *Pipeline) setShare(c Command, w *Wearer) error {
	if c.Share > w.options.Share {
		return fmt.Errorf("the config allows %s at most", w.options.Share)
	}
	if c.Share > w.settings.Share {
		if err := w.ownAct(c.Origin); err != nil {
			return err
		}
	}
	if c.Share != w.settings.Share {
		w.settings.Share = c.Share
		p.revision++
	}
	return nil
}

func (p *Pipeline) setKeep(c Command, w *Wearer) error {
	if c.Keep > w.options.Keep {
		return fmt.Errorf("the config allows %s at most", w.options.Keep)
	}
	if c.Keep > w.settings.Keep {
		if err := w.ownAct(c.Origin); err != nil {
			return err
		}
	}
	if c.Keep != w.settings.Keep {
		w.settings.Keep = c.Keep
		p.revision++
	}
	return nil
}

func (p *Pipeline) actOnRoom(now time.Duration, c Command) (err error) {
	v := p.values
	switch c.Name {
	case CommandPause:
		for _, w := range p.wearers {
			p.setPaused(w, true)
		}
		v = p.room.Pause(v, now)
	case CommandEndSession:
		v = p.room.End(v, now)
	case CommandStopPractice:
		v = p.room.StopPractice(v, now)
	case CommandCues:
		return p.setCues(now, c)
	case CommandCheckIn:
		v, err = p.room.AskCheckIn(v, now)
	case CommandAnswer:
		v, err = p.room.Answer(v, now, p.answerer(c), c.Text)
	case CommandScene:
		v, err = p.room.Scene(v, now, c.Text)
		err = within(err)
	case CommandPractice:
		v, err = p.room.Practice(v, now, c.Text)
		err = within(err)
	case CommandReminder:
		v, err = p.room.AnswerReminder(v, now, c.Text)
		err = within(err)
	case CommandBreathPace:
		v, err = p.room.SetBreathPace(v, now, c.Number)
	case CommandNightCeiling:
		if err = p.mayRaise(c, p.atMost.NightCeiling, "%"); err == nil {
			v, err = p.room.SetNightCeiling(v, now, c.Number)
		}
	case CommandVolumeCap:
		if err = p.mayRaise(c, p.atMost.VolumeCap, "dB"); err == nil {
			v, err = p.room.SetVolumeCap(v, now, c.Number)
		}
	default:
		return errors.New("there is no such command")
	}
	p.values = v
	return err
}

// mayRaise refuses brighter nights and louder sound than the config's to whoever may not start everyone: lower is anyone's, and so is the way
// back to the config's.
func (p *Pipeline) mayRaise(c Command, most float64, unit string) error {
	if c.Number <= most {
		return nil
	}
	for _, w := range p.wearers {
		if err := w.ownAct(c.Origin); err != nil {
			return fmt.Errorf("the config says %g %s, and more is everyone's own act: %w", most, unit, err)
		}
	}
	return nil
}

// setCues turns everyone's cues off, or back on to what each wearer's config says. On is more: it needs an act that is
// everyone's own, so MQTT may only where every start_from says so, and a page or a button only for its own wearer.
func (p *Pipeline) setCues(now time.Duration, c Command) error {
	refused, own := error(nil), 0
	for _, w := range p.wearers {
		if err := w.ownAct(c.Origin); err != nil {
			refused = err
		} else {
			own++
		}
	}
	if c.On && refused != nil && (own == 0 || c.Origin.Source == SourceMQTT) {
		return refused
	}
	for _, w := range p.wearers {
		if c.On && w.ownAct(c.Origin) != nil {
			continue
		}
		if on := c.On && w.options.Cues; on != w.settings.Cues {
			w.settings.Cues = on
			p.revision++
			p.values = p.room.SetCues(p.values, now, w.index, on)
		}
	}
	return nil
}

// answerer is who an answer belongs to: nobody, unless it came to a wearer.
func (p *Pipeline) answerer(c Command) int {
	if w := p.find(c.Wearer); w != nil {
		return w.index
	}
	return -1
}

var errOwnOnly = errors.New("only the wearer's own button or page can do this")

// anothers tells whether an act came by a page or a button that is not this wearer's.
func (o Origin) anothers(wearer string) bool {
	return (o.Source == SourcePage || o.Source == SourceButton) && o.Wearer != wearer
}

// ownAct refuses an act that is not the wearer's own. The local socket stands for somebody with a login on the Pi.
func (w *Wearer) ownAct(o Origin) error {
	switch {
	case o.Source == SourceSocket:
		return nil
	case o.anothers(w.id):
		return errOwnOnly
	case !slices.Contains(w.options.StartFrom, o.Source):
		return fmt.Errorf("this wearer's start_from does not name %s", o.Source)
	}
	return nil
}

func (p *Pipeline) find(id string) *Wearer {
	for _, w := range p.wearers {
		if w.id == id {
			return w
		}
	}
	return nil
}

// Consent is what may be told and stored now. It is to be asked again after every step.
func (p *Pipeline) Consent() Consent {
	st := p.room.Status()
	c := Consent{Private: st.Session != room.NoSession && st.Private}
	for i, w := range p.wearers {
		c.InRoom = append(c.InRoom, WearerConsent{
			Wearer: w.id, Share: w.settings.Share, Keep: w.settings.Keep,
			Session: st.Session != room.NoSession && st.Members[i],
		})
	}
	return c
}

// Settings is a copy of what must outlast a restart.
func (p *Pipeline) Settings() Settings {
	s := Settings{Room: p.snapshot}
	for _, w := range p.wearers {
		ws := w.settings
		ws.ShareFollows, ws.KeepFollows, ws.CuesFollow = ws.Share == w.options.Share, ws.Keep == w.options.Keep, ws.Cues == w.options.Cues
		ws.Baseline = w.estimator.Baseline()
		s.Wearers = append(s.Wearers, ws)
	}
	return s
}

// Revision changes whenever Settings does.
func (p *Pipeline) Revision() uint64 { return p.revision }

// Questions gives, once, the lamps that the room wants to be asked how they are. The slice is valid until the next Tick.
func (p *Pipeline) Questions() []room.Question { return p.room.Questions() }

// Room is what the room does now.
func (p *Pipeline) Room() room.Status { return p.room.Status() }

// Lamps appends how it is with each lamp.
func (p *Pipeline) Lamps(dst []room.LampStatus) []room.LampStatus { return p.room.Lamps(dst) }

// Scenes are the names of the scenes that can be chosen by hand, in alphabetical order.
func (p *Pipeline) Scenes() []string { return p.room.Scenes() }

// Practices are the names of the practices that can be started, in the order of the options.
func (p *Pipeline) Practices() []string { return p.room.Practices() }

// Sensed tells whether a wearer's sensors are to be read.
func (p *Pipeline) Sensed(index int) bool { return index < len(p.wearers) && p.wearers[index].sensed() }

// Summaries appends the closing summary of each wearer's run.
func (p *Pipeline) Summaries(dst []Event) []Event {
	for _, w := range p.wearers {
		s := dsp.Summary{}
		if w.pulse != nil {
			s = w.pulse.Summary()
		}
		s.Duration = p.now
		dst = append(dst, Event{Wearer: w.id, At: p.now, Value: s})
	}
	return dst
}

// EndRest ends every running declared rest with what it has learnt.
func (p *Pipeline) EndRest() {
	for _, w := range p.wearers {
		w.estimator.EndRest()
	}
}

// Rest tells how a wearer's declared rest goes, or how the last one went.
func (p *Pipeline) Rest(index int) regulation.Rest { return p.wearers[index].estimator.Rest() }

// Helped tells what was seen of a wearer's arousal around each scene and practice since the hub began.
func (p *Pipeline) Helped(index int) []regulation.HelpedRow { return p.wearers[index].helped.Rows() }

// Shares tells how a wearer's session was spent.
func (p *Pipeline) Shares(index int) regulation.Shares { return p.wearers[index].estimator.Shares() }

// Baseline gives a copy of what is known of a wearer's own rest.
func (p *Pipeline) Baseline(index int) regulation.Baseline {
	return p.wearers[index].estimator.Baseline()
}
