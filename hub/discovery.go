package hub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"hubd/config"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/wire"
)

// DiscoveryOptions are the flags of hubd discovery, with the config read.
type DiscoveryOptions struct {
	Config  *config.Config
	Version string
	JSON    bool // the messages themselves instead of a summary
	Check   bool // also tell what Home Assistant would refuse
	Out     io.Writer
}

// Discovery prints what a hub of this config tells Home Assistant while nobody has lowered what they share. Nothing is sent and no
// hardware touched. With Check what Home Assistant would refuse is the error.
func Discovery(o DiscoveryOptions) error {
	messages, err := discoveryOf(o.Config, o.Version)
	if err != nil {
		return err
	}
	for i, m := range messages {
		if err := printDiscovery(o.Out, m, o.JSON, i == 0); err != nil {
			return err
		}
	}
	if !o.Check {
		return nil
	}
	var refused []error
	for _, m := range messages {
		refused = append(refused, homeassistant.Validate(m))
	}
	if err := errors.Join(refused...); err != nil {
		return fmt.Errorf("this Home Assistant would refuse:\n%w", err)
	}
	if o.JSON {
		return nil
	}
	_, err = fmt.Fprintln(o.Out, "\nHome Assistant would refuse nothing of this.")
	return err
}

// discoveryOf gives the messages as they would be sent, whether Home Assistant takes them or not.
func discoveryOf(c *config.Config, version string) ([]mqtt.Message, error) {
	p, err := build(c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	ha := discovery(c)
	ha.Version = version
	t := newTeller(p.log, wire.Topics{Hub: c.Hub.ID}, ha, p.wearers)
	whole := pipeline.New(p.pipeline)
	t.scenes, t.practices = whole.Scenes(), whole.Practices()
	for i, w := range p.pipeline.Wearers {
		t.shares[i] = w.Share
	}
	return homeassistant.Unchecked(t.facts(t.shown()))
}

func printDiscovery(out io.Writer, m mqtt.Message, asJSON, first bool) error {
	var text bytes.Buffer
	if !first {
		text.WriteByte('\n')
	}
	if asJSON {
		text.WriteString(m.Topic + "\n")
		if err := json.Indent(&text, m.Payload, "", "  "); err != nil {
			return fmt.Errorf("hub: %s: %w", m.Topic, err)
		}
		text.WriteByte('\n')
	} else {
		lines, err := homeassistant.AppendSummary(nil, m)
		if err != nil {
			return err
		}
		text.Write(lines)
	}
	_, err := text.WriteTo(out)
	return err
}
