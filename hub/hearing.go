package hub

import (
	"errors"
	"log/slog"
	"slices"

	"hubd/config"
	"hubd/drivers/sim"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/pipeline"
	"hubd/wire"
)

// hearer takes what the broker sends: commands, lamp states, Home Assistant's birth message. It runs on the client's goroutine and
// only sorts; the processing goroutine decides.
type hearer struct {
	log        *slog.Logger
	topics     wire.Topics
	birthTopic string
	wearers    []string
	lamps      []*device.Lamp
	bridges    *bridges
	stops      []config.StopButton
	inbox      *inbox
	request    func(pipeline.Command, chan<- string) error
	born       func()
	sweeper    *sweeper
	told       []string                                              // topics of lamps whose report was not understood; as many as there are lamps at most
	simFault   func(chip string, f sim.Fault, seconds float64) error // nil: no simulated chips
}

// certain are the filters of what must not be lost on its way here: what somebody asks for once.
func (h *hearer) certain() []string {
	out := []string{h.topics.Commands()}
	for _, s := range h.stops {
		out = append(out, s.Topic)
	}
	return out
}

// followed are the filters of what is kept by the broker, said again when asked for, or never sent with QoS.
func (h *hearer) followed() []string {
	out := append([]string{h.birthTopic}, h.sweeper.filters()...)
	for _, l := range h.lamps {
		out = append(out, l.Topics()...)
	}
	return append(out, h.bridges.filters()...)
}

// urgent tells whether a topic's messages stop something: none of them may be lost in a flood of others.
func (h *hearer) urgent(topic string) bool {
	if slices.ContainsFunc(h.stops, func(s config.StopButton) bool { return s.Topic == topic }) {
		return true
	}
	_, name, ok := h.topics.ParseCommand(topic)
	return ok && slices.Contains([]string{
		string(pipeline.CommandPause), string(pipeline.CommandEndSession), string(pipeline.CommandStopPractice), string(pipeline.CommandSensing),
	}, name)
}

func (h *hearer) hear(in mqtt.Inbound) {
	if in.Topic == h.birthTopic {
		if string(in.Payload) == "online" && !in.Retained {
			h.born()
		}
		return
	}
	if h.sweeper.hear(in) {
		return
	}
	if !in.Retained && h.pressed(in) {
		h.stop()
		return
	}
	if target, name, ok := h.topics.ParseCommand(in.Topic); ok {
		h.command(target, name, in)
		return
	}
	if h.bridges.hear(in) {
		return
	}
	if in.Oversize {
		h.puzzled(in.Topic, errors.New("it is longer than any lamp's state"))
		return
	}
	for _, l := range h.lamps {
		report, ok, err := l.Decode(in.Topic, in.Payload)
		if err != nil {
			h.puzzled(in.Topic, err)
		}
		if ok && err == nil {
			h.inbox.report(report)
		}
	}
}

// puzzled tells once for each topic that a lamp cannot be understood: one that is never understood is never commanded either.
func (h *hearer) puzzled(topic string, err error) {
	if slices.Contains(h.told, topic) {
		return
	}
	h.told = append(h.told, topic)
	h.log.Warn("a lamp's report is not understood: without it the lamp is left alone", "topic", topic, "error", err)
}

// pressed tells whether a message is the press of a stop button.
func (h *hearer) pressed(in mqtt.Inbound) bool {
	for _, s := range h.stops {
		if s.Topic == in.Topic && wire.Pressed(in.Payload, s.JSONKey) {
			return true
		}
	}
	return false
}

func (h *hearer) stop() {
	if err := h.request(pipeline.Command{Name: pipeline.CommandPause, Origin: pipeline.Origin{Source: pipeline.SourceButton}}, nil); err != nil {
		h.log.Error("stop button not obeyed", "error", err)
	}
}

func (h *hearer) command(target, name string, in mqtt.Inbound) {
	if target == wire.TargetSim {
		h.fault(name, in)
		return
	}
	payload := in.Payload
	if in.Oversize {
		payload = make([]byte, wire.MaxPayload+1) // longer than allowed: refused by the same words as any other too long one
	}
	c, err := wire.ParseCommand(target, name, payload, in.Retained, pipeline.Origin{Source: pipeline.SourceMQTT}, h.wearers)
	if err == nil {
		err = h.request(c, nil)
	}
	if err != nil {
		h.refuse(target, name, err)
	}
}

// fault lets a simulated chip fail for a while.
func (h *hearer) fault(name string, in mqtt.Inbound) {
	if h.simFault == nil || name != "fault" {
		return // a real hub has no such topic: nobody is answered
	}
	f, err := wire.ParseSimFault(in.Payload)
	if err == nil {
		var kind sim.Fault
		if kind, err = sim.ParseFault(f.Kind); err == nil {
			err = h.simFault(f.Chip, kind, f.Seconds)
		}
	}
	if err != nil {
		h.refuse(wire.TargetRoom, name, err)
	}
}

func (h *hearer) refuse(target, name string, err error) {
	wearer := ""
	if slices.Contains(h.wearers, target) {
		wearer = target
	}
	h.inbox.refuse(pipeline.Event{Wearer: wearer, Value: wire.Refusal(name, err)})
}
