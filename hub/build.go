package hub

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/ads1x15"
	"hubd/drivers/mcp3x0x"
	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/room"
)

// frozenAfter is how long a pulse input may give the very same code before its chip counts as stuck.
const frozenAfter = 3 * time.Second

// build turns a config into the parts of a hub. It touches nothing: chips are opened by their loops, the broker by its client.
func build(c *config.Config, b buses, log *slog.Logger) (parts, error) {
	p := parts{
		devices: map[string]string{}, id: c.Hub.ID, log: log, birth: c.MQTT.BirthTopic, stops: stopTopics(c), panel: panelOf(c), speed: 1,
		page: pageOptionsOf(c),
	}
	p.panel.open = func() (header, error) { return b.header() }
	for i, w := range c.Wearers {
		p.pipeline.Wearers = append(p.pipeline.Wearers, wearerOptions(c, w))
		p.wearers = append(p.wearers, tellWearerOf(c, i))
	}
	p.pipeline.Pair = paired(c)
	p.pipeline.Room = roomOptions(c)
	for _, bus := range c.Buses {
		if o := busOptions(c, bus, b, p.panel); len(o.Chips)+len(o.Optical) > 0 {
			p.buses = append(p.buses, o)
			p.devices[bus.Name] = deviceOf(bus)
		}
	}
	for i, l := range c.Room.Lamps {
		lamp, err := device.New(lampOptions(l, c.Room.SwitchOn))
		if err != nil {
			return parts{}, err
		}
		p.lamps = append(p.lamps, lamp)
		p.pipeline.Room.Lamps[i].Whites = lamp.Whites()
	}
	if p.player = c.Room.Player; p.player.Kind == config.MQTTPlayer {
		var err error
		if p.media, err = device.NewPlayer(mediaOptions(c)); err != nil {
			return parts{}, err
		}
	}
	if c.MQTT.URL != "" {
		p.mqtt = mqttOptions(c, log)
		p.discovery = discovery(c)
	}
	return p, nil
}

// stopTopics are the stop buttons that the broker tells of.
func stopTopics(c *config.Config) (topics []config.StopButton) {
	for _, s := range c.Room.StopButtons {
		if s.Topic != "" {
			topics = append(topics, s)
		}
	}
	return topics
}

func wearerOptions(c *config.Config, w config.Wearer) pipeline.WearerOptions {
	share, _ := pipeline.ParseShare(string(w.Share))
	keep, _ := pipeline.ParseKeep(string(w.Keep))
	o := pipeline.WearerOptions{ID: w.ID, Share: share, Keep: keep, Cues: w.Cues, VagalOff: w.VagalOff}
	for _, s := range w.StartFrom {
		o.StartFrom = append(o.StartFrom, startFrom(s))
	}
	if w.Pulse != nil {
		ch := chip(c, w.Pulse.Chip)
		o.PulseBus = ch.Bus
		o.Pulse = dsp.PulseOptions{Kind: pulseKind(w.Pulse.Kind), Leads: 1}
		if ch.Kind.Optical() {
			o.Pulse.Leads = 2 // infrared and red: the better one counts
		}
	}
	if e := w.EDA; e != nil {
		ch := chip(c, e.Chip)
		o.SkinBus = ch.Bus
		o.Skin = dsp.SkinOptions{
			Circuit: dsp.Grove, SupplyVolts: ch.SupplyVolts, OpenCircuit: openCircuit, StepVolts: chipStep(ch, e.FullScaleVolts),
			DividerOhm: e.DividerOhm, DividerHigh: e.DividerHigh,
		}
		if e.Kind == config.Divider {
			o.Skin.Circuit, o.Skin.Calibrated = dsp.Divider, true // the resistor is known; there is no trimmer
		}
	}
	return o
}

func startFrom(s config.Source) pipeline.Source {
	switch s {
	case config.FromMQTT:
		return pipeline.SourceMQTT
	case config.FromPage:
		return pipeline.SourcePage
	case config.FromBoot:
		return pipeline.SourceBoot
	}
	return pipeline.SourceButton
}

func tellWearerOf(c *config.Config, i int) tellWearer {
	w := c.Wearers[i]
	t := tellWearer{id: w.ID, name: w.Name, paired: paired(c)}
	if w.Name == w.ID {
		t.name = "" // Home Assistant's own default is clearer than a bare id
	}
	for _, s := range w.StartFrom {
		t.byMQTT = t.byMQTT || s == config.FromMQTT
	}
	if w.Pulse != nil {
		t.channels = append(t.channels, dsp.ChannelPulse)
	}
	if w.EDA != nil {
		t.channels = append(t.channels, dsp.ChannelEDA)
	}
	return t
}

// paired tells whether two wearers name each other.
func paired(c *config.Config) bool {
	return len(c.Wearers) == 2 && c.Wearers[0].Pair == c.Wearers[1].ID && c.Wearers[1].Pair == c.Wearers[0].ID
}

func roomOptions(c *config.Config) room.Options {
	r := c.Room
	o := room.Options{
		Seed: uint64(time.Now().UnixNano()), Private: r.Private, SwitchOn: r.SwitchOn, NoAfter: !r.After, BaseScene: r.BaseScene,
		MinConfidence: r.MinConfidence, HasQuiet: r.QuietHours.Set, QuietFrom: r.QuietHours.From, QuietTo: r.QuietHours.To,
		NightBrightness: r.Night.BrightnessPercent, NightKelvin: r.Night.Kelvin, VolumeCapDB: r.VolumeCapDB, AskByItself: r.AskByItself, AnswerAfter: r.AnswerAfter,
		Discretion: room.Discretion(r.Discretion), Scenes: map[string]room.Scene{},
	}
	if q := r.QuietHours; q.FromSunset || q.ToSunrise {
		o.FromSunset, o.ToSunrise = q.FromSunset, q.ToSunrise
		o.SunDown, o.SunSinks = sunDown(q.Latitude, q.Longitude), sunSinks(q.Latitude, q.Longitude)
	}
	for _, s := range r.Scenes {
		o.Scenes[s.Name] = scene(s)
	}
	for _, p := range r.Practices {
		o.Practices = append(o.Practices, practice(c, p))
	}
	for _, m := range r.Reminders {
		o.Reminders = append(o.Reminders, room.ReminderOptions(m))
	}
	for _, l := range r.Lamps {
		o.Lamps = append(o.Lamps, room.LampOptions{ID: l.ID, Group: l.Group})
	}
	for _, w := range c.Wearers {
		o.Wearers = append(o.Wearers, room.WearerOptions{ID: w.ID, Cues: w.Cues, Comfort: room.Comfort{
			Never: w.Comfort.Never, LightFloor: w.Comfort.LightFloor, Ask: w.Comfort.Ask, NotSteady: !w.Comfort.Steady,
		}})
	}
	return o
}

func scene(s config.Scene) room.Scene {
	return room.Scene{Light: light(s.Light), Sound: bed(s.Sound), Pace: pace(s.Pace)}
}

func light(l config.Light) room.Light {
	return room.Light{Brightness: l.BrightnessPercent, Kelvin: l.Kelvin}
}

func pace(p config.Pace) room.Pace {
	return room.Pace{BreathsPerMin: p.BreathsPerMin, InhaleShare: p.InhaleShare, Hold: p.Hold}
}

func bed(s config.Sound) room.Sound {
	if s == (config.Sound{}) {
		return room.Sound{}
	}
	out := room.Sound{Bed: s.Bed, LevelDB: dsp.Some(s.LevelDB)}
	if s.SwellDB > 0 {
		out.SwellDB = dsp.Some(s.SwellDB)
	}
	if s.HumHz > 0 {
		out.HumHz = dsp.Some(s.HumHz)
	}
	return out
}

// practice turns one practice of a config, whose voice files lie in its folder.
func practice(c *config.Config, p config.Practice) room.PracticeOptions {
	out := room.PracticeOptions{Name: p.Name, Length: p.Length, Members: p.Members, Pacer: pace(p.Pace), HumHz: p.HumHz}
	for _, s := range p.Steps {
		step := room.StepOptions{Text: s.Text, Last: s.Last, Light: light(s.Light), Sound: bed(s.Sound), BreathsPerMin: s.BreathsPerMin}
		if s.VoiceFile != "" {
			step.VoiceFile = filepath.Join(c.Dir, s.VoiceFile)
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// busOptions gathers the chips of a bus and each chip's channels, over all wearers.
func busOptions(c *config.Config, bus config.Bus, b buses, p *panel) acquire.Options {
	o := acquire.Options{Bus: bus.Name}
	for _, ch := range c.Chips {
		if ch.Bus != bus.Name {
			continue
		}
		if ch.Kind.Optical() {
			o.Optical = append(o.Optical, opticals(c, ch, bus, b)...)
			continue
		}
		if channels := chipChannels(c, ch, p); len(channels) > 0 {
			o.Chips = append(o.Chips, acquire.Chip{
				Source: sourceName(ch, bus), Channels: channels, Open: opener(c, ch, bus, b),
			})
		}
	}
	return o
}

func chipChannels(c *config.Config, ch config.Chip, panel *panel) []acquire.Channel {
	var out []acquire.Channel
	for i, w := range c.Wearers {
		if p := w.Pulse; p != nil && p.Chip == ch.Name {
			step := chipStep(ch, p.FullScaleVolts)
			channel := acquire.Channel{
				Channel: dsp.Channel{Wearer: uint8(i), Kind: dsp.ChannelPulse}, Input: p.Channel, Rate: p.RateHz,
				ClipLow: 2 * step, ClipHigh: min(ch.SupplyVolts, fullScale(p.FullScaleVolts, ch)) - 2*step, Frozen: frozenAfter,
				Dense: pulseKind(p.Kind).Dense(),
			}
			if leads := panel.leadsOf(i); leads != nil {
				channel.LeadOff = leads.Off
			}
			out = append(out, channel)
		}
		if e := w.EDA; e != nil && e.Chip == ch.Name {
			out = append(out, acquire.Channel{
				Channel: dsp.Channel{Wearer: uint8(i), Kind: dsp.ChannelEDA}, Input: e.Channel, Rate: e.RateHz,
				ClipLow: skinClip, ClipHigh: 2 * ch.SupplyVolts, // the high end is an open electrode's, which is no clipping
			})
		}
	}
	return out
}

// pulseKind is what a pulse channel carries, in the words of what reads it.
func pulseKind(k config.PulseKind) dsp.PulseKind {
	if k == config.ECG {
		return dsp.ECG
	}
	return dsp.PPG
}

func sourceName(ch config.Chip, bus config.Bus) string {
	if bus.SPI != "" {
		return fmt.Sprintf("%s on SPI %s", ch.Kind, bus.SPI)
	}
	return fmt.Sprintf("%s@%x on I2C %s", ch.Kind, ch.Address, bus.I2C)
}

func fullScale(volts float64, ch config.Chip) float64 {
	if volts == 0 {
		return ch.SupplyVolts
	}
	return volts
}

// chipStep is one step of a chip's converter in volts, on a range (0 where the chip has none).
func chipStep(ch config.Chip, rangeVolts float64) float64 {
	switch ch.Kind {
	case config.ADS1115:
		return fullScale(rangeVolts, ch) / (1 << 15)
	case config.ADS1015:
		return fullScale(rangeVolts, ch) / (1 << 11)
	case config.MCP3004, config.MCP3008:
		return ch.SupplyVolts / (1 << 10)
	}
	return ch.SupplyVolts / (1 << 12)
}

// opener is the closed list of the chips hubd knows. A new converter gets a case here.
func opener(c *config.Config, ch config.Chip, bus config.Bus, b buses) func() (acquire.Converter, error) {
	switch ch.Kind {
	case config.ADS1115:
		return adsOpener(ads1x15.ADS1115, c, ch, bus, b)
	case config.ADS1015:
		return adsOpener(ads1x15.ADS1015, c, ch, bus, b)
	case config.MCP3004:
		return mcpOpener(mcp3x0x.MCP3004, ch, bus, b)
	case config.MCP3008:
		return mcpOpener(mcp3x0x.MCP3008, ch, bus, b)
	case config.MCP3204:
		return mcpOpener(mcp3x0x.MCP3204, ch, bus, b)
	}
	return mcpOpener(mcp3x0x.MCP3208, ch, bus, b)
}

func adsOpener(kind ads1x15.Chip, c *config.Config, ch config.Chip, bus config.Bus, b buses) func() (acquire.Converter, error) {
	o := ads1x15.Options{Chip: kind}
	for _, w := range c.Wearers {
		if w.Pulse != nil && w.Pulse.Chip == ch.Name {
			o.FullScaleVolts[w.Pulse.Channel] = w.Pulse.FullScaleVolts
		}
		if w.EDA != nil && w.EDA.Chip == ch.Name {
			o.FullScaleVolts[w.EDA.Channel] = w.EDA.FullScaleVolts
		}
	}
	return func() (acquire.Converter, error) {
		port, err := b.i2c(bus, ch.Address)
		if err != nil {
			return nil, err
		}
		return ads1x15.New(port, ch.Address, o)
	}
}

func mcpOpener(kind mcp3x0x.Chip, ch config.Chip, bus config.Bus, b buses) func() (acquire.Converter, error) {
	return func() (acquire.Converter, error) {
		conn, err := b.spi(bus)
		if err != nil {
			return nil, err
		}
		return mcp3x0x.New(conn, mcp3x0x.Options{Chip: kind, VrefVolts: ch.SupplyVolts})
	}
}

func chip(c *config.Config, name string) config.Chip {
	for _, ch := range c.Chips {
		if ch.Name == name {
			return ch
		}
	}
	return config.Chip{} // config has checked every reference
}

func lampOptions(l config.Lamp, switchOn bool) device.Options {
	o := device.Options{
		Lamp: l.ID, Dialect: string(l.Dialect), Topic: l.Topic, MinPercent: l.MinPercent, MaxPercent: l.MaxPercent, SwitchOn: switchOn,
		StateTopic: l.StateTopic, AvailabilityTopic: l.AvailabilityTopic,
	}
	if t := l.Template; t != nil {
		kelvinTopic := t.KelvinTopic
		if kelvinTopic == "" && t.Kelvin != "" {
			kelvinTopic = l.Topic
		}
		o.Template = device.Template{
			BrightnessTopic: l.Topic, Brightness: t.Brightness, KelvinTopic: kelvinTopic, Kelvin: t.Kelvin, Top: t.BrightnessMax,
			StateTopic: t.StateTopic, OnKey: t.OnKey, BrightnessKey: t.BrightnessKey, KelvinKey: t.KelvinKey,
			KelvinMired: t.KelvinMired, AskTopic: t.AskTopic, AskPayload: t.AskPayload,
		}
	}
	return o
}

// retryBroker is the longest wait between two attempts to reach the broker, before the random part of a quarter: whatever kept it away, the room is
// back in the house within ten seconds of its end.
const retryBroker = 6 * time.Second

func mqttOptions(c *config.Config, log *slog.Logger) *mqtt.Options {
	o := &mqtt.Options{
		RetryMax: retryBroker,
		URL:      c.MQTT.URL, ClientID: clientID(c.Hub.ID), Username: c.MQTT.Username, Insecure: c.MQTT.Insecure, Log: log.With("part", "mqtt"),
		TLS: mqtt.TLS{CAFile: c.Resolve(c.MQTT.CAFile), CertFile: c.Resolve(c.MQTT.CertFile), KeyFile: c.Resolve(c.MQTT.KeyFile)},
	}
	if c.MQTT.KeyFile != "" {
		o.TLS.Guarded = func() error { return c.Guarded(c.MQTT.KeyFile) }
	}
	if c.MQTT.PasswordFile != "" {
		o.Password = func() (string, error) { return c.Secret(c.MQTT.PasswordFile) }
	}
	return o
}

func discovery(c *config.Config) homeassistant.Options {
	o := homeassistant.Options{Prefix: c.MQTT.DiscoveryPrefix, HubID: c.Hub.ID, HubName: c.Hub.Name, Mark: mark(c)}
	if o.HubName == c.Hub.ID {
		o.HubName = ""
	}
	return o
}
