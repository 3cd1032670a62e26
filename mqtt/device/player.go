package device

import (
	"errors"
	"fmt"
	"math"

	"hubd/mqtt"
)

// PlayerOptions describe a media player in the user's own words. Payloads are Go text/templates over PlayerValues.
type PlayerOptions struct {
	VolumeTopic string  // required
	Volume      string  // payload, for example {{.Percent}}; required
	PlayTopic   string  // required
	Play        string  // payload, for example {"play":"hubd-{{.Bed}}.wav","repeat":true}; required
	StopTopic   string  // required
	Stop        string  // payload; required
	TopPercent  float64 // the player's volume at the room's volume cap, 1…100
	Steps       float64 // the player's own full volume, for .Level; 0: 100
	CapDB       float64 // the room's volume cap, relative to full scale
}

// PlayerValues is what a payload template may use.
type PlayerValues struct {
	Percent float64 // volume, 0…100, to the hundredth
	Level   float64 // volume in whole steps of 0…Steps
	Share   float64 // volume, 0…1, to the ten-thousandth
	Bed     string  // what to play: noise, rain or hum
}

// Player is the codec of one media player. It may be used by several goroutines.
type Player struct {
	o                  PlayerOptions
	volume, play, stop *payloadOf[PlayerValues]
}

// NewPlayer checks the options. Its errors name the option and say what is wanted.
func NewPlayer(o PlayerOptions) (*Player, error) {
	if o.Steps == 0 {
		o.Steps = 100
	}
	errs := []error{checkTopic("volume_topic", o.VolumeTopic), checkTopic("play_topic", o.PlayTopic), checkTopic("stop_topic", o.StopTopic)}
	if !(o.TopPercent >= 1 && o.TopPercent <= 100) {
		errs = append(errs, fmt.Errorf("top_percent %g: wanted is 1 to 100", o.TopPercent))
	}
	if !(o.Steps >= 1) || math.IsInf(o.Steps, 0) {
		errs = append(errs, fmt.Errorf("volume_max %g: wanted is the player's full volume, 1 or more", o.Steps))
	}
	p := &Player{o: o}
	for _, t := range []struct {
		name, text string
		to         **payloadOf[PlayerValues]
	}{{"volume", o.Volume, &p.volume}, {"play", o.Play, &p.play}, {"stop", o.Stop, &p.stop}} {
		var err error
		if *t.to, err = parsePayload(t.name, t.text, PlayerValues{Percent: 10, Level: 10, Share: 0.1, Bed: "noise"}); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("device: player: %w", err)
	}
	return p, nil
}

// SetVolume is the message for a level in dB; silent is volume 0. Half the volume is 6 dB less, as with most players.
func (p *Player) SetVolume(levelDB float64, silent bool) (mqtt.Message, error) {
	return p.message(p.o.VolumeTopic, p.volume, p.values(levelDB, silent, ""))
}

// Play is the message that starts a bed, silent until its volume is set.
func (p *Player) Play(bed string) (mqtt.Message, error) {
	return p.message(p.o.PlayTopic, p.play, p.values(0, true, bed))
}

// Stop is the message that ends all sound.
func (p *Player) Stop() (mqtt.Message, error) {
	return p.message(p.o.StopTopic, p.stop, p.values(0, true, ""))
}

func (p *Player) message(topic string, say *payloadOf[PlayerValues], v PlayerValues) (mqtt.Message, error) {
	b, err := say.fill(v)
	if err != nil {
		return mqtt.Message{}, fmt.Errorf("device: player: %w", err)
	}
	return mqtt.Message{Topic: topic, Payload: b, QoS: 1}, nil
}

// values takes a level to the player's own volume. Above the cap there is nothing.
func (p *Player) values(levelDB float64, silent bool, bed string) PlayerValues {
	share := p.o.TopPercent / 100 * math.Pow(10, min(0, levelDB-p.o.CapDB)/20)
	if silent {
		share = 0
	}
	return PlayerValues{
		Percent: math.Round(share*10000) / 100, Share: math.Round(share*10000) / 10000,
		Level: math.Round(share * p.o.Steps), Bed: bed,
	}
}
