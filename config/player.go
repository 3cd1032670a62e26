package config

import "time"

// maxLatency keeps a pause silent within two seconds: what a player has taken is heard that much later.
const maxLatency = 1500 * time.Millisecond

func (r *reader) player(o *object, broker bool) Player {
	p := Player{Kind: choice(o, "player", NoPlayer, NoPlayer, Aplay, PwCat, NamedPipe, MQTTPlayer)}
	p.Device = r.device(o, p.Kind)
	p.Latency = r.latency(o, p.Kind)
	switch t := o.get("template"); {
	case p.Kind == MQTTPlayer && !t.present():
		o.missing("template", "volume, play and stop of the player, each with its topic")
	case p.Kind == MQTTPlayer:
		p.MQTT = r.media(r.open(t))
	case t.present():
		r.follows(t, []string{join(o.path, "player")}, "this belongs to player: mqtt")
	}
	r.needBroker(o.get("player"), p.Kind == MQTTPlayer && !broker)
	o.done()
	return p
}

func (r *reader) device(o *object, kind PlayerKind) string {
	v := o.get("device")
	switch {
	case kind == NamedPipe:
		o.need("device", "the path of the named pipe, such as /run/snapserver/hubd")
		return o.file("device")
	case v.present() && (kind == NoPlayer || kind == MQTTPlayer):
		r.follows(v, []string{join(o.path, "player")}, "this belongs to player: aplay, pw-cat or pipe")
		return ""
	}
	return o.text("device", "")
}

// latency is what each player is known to keep, where nothing else is said.
func (r *reader) latency(o *object, kind PlayerKind) time.Duration {
	usual := map[PlayerKind]time.Duration{
		Aplay: 200 * time.Millisecond, PwCat: 100 * time.Millisecond, NamedPipe: time.Second,
	}[kind]
	v := o.get("latency_ms")
	if usual == 0 && v.present() {
		r.follows(v, []string{join(o.path, "player")}, "this belongs to player: aplay, pw-cat or pipe")
		return 0
	}
	ms := o.number("latency_ms", float64(usual.Milliseconds()), 0, float64(maxLatency.Milliseconds()), "milliseconds")
	return time.Duration(ms * float64(time.Millisecond))
}

func (r *reader) media(o *object) *MQTTMedia {
	m := &MQTTMedia{
		VolumeTopic: o.topic("volume_topic", ""), PlayTopic: o.topic("play_topic", ""), StopTopic: o.topic("stop_topic", ""),
		Volume:     r.payload(o.need("volume", "the payload that sets the volume, such as {{.Percent}}"), volumeNames()),
		Play:       r.payload(o.need("play", "the payload that plays a file over and over"), []string{"Bed"}),
		Stop:       r.payload(o.need("stop", "the payload that stops it"), nil),
		VolumeMax:  o.number("volume_max", 100, 1, 65535, "the player's own full volume"),
		TopPercent: o.number("top_percent", 30, 1, 100, "percent of the player's volume"),
	}
	for _, key := range []string{"volume_topic", "play_topic", "stop_topic"} {
		o.need(key, "the topic that takes the payload")
	}
	o.done()
	return m
}

// volumeNames are what a volume payload may use, as mqtt/device fills them in.
func volumeNames() []string { return []string{"Percent", "Level", "Share"} }
