package hub

import (
	"log/slog"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/room"
	"hubd/sound"
)

// mediaPatience is how old an order for a volume may be when it is sent. A stop waits for the broker however long.
const mediaPatience = 2 * time.Second

// media leads a media player over MQTT. It is the processing goroutine's own.
type media struct {
	log    *slog.Logger
	codec  *device.Player
	send   func(m mqtt.Message, deadline time.Time, lost func()) error
	volume *sound.Volume
	orders []sound.Order
	failed bool // told already
}

func (m *media) cue(c room.Cue, capDB float64) { m.volume.Cue(c, capDB) }

// tick sends what is due.
func (m *media) tick(now time.Duration, capDB float64) {
	m.volume.Limit(capDB)
	m.orders = m.volume.Step(m.orders[:0], now)
	for _, o := range m.orders {
		if err := m.obey(o); err != nil && !m.failed {
			m.failed = true
			m.log.Error("the player was not told", "error", err)
		} else if err == nil {
			m.failed = false
		}
	}
}

func (m *media) obey(o sound.Order) error {
	deadline := time.Now().Add(mediaPatience)
	var msg mqtt.Message
	var err error
	switch o.Do {
	case sound.Play:
		msg, err = m.codec.Play(o.Bed)
	case sound.Stop:
		deadline = time.Time{}
		msg, err = m.codec.Stop()
	default:
		msg, err = m.codec.SetVolume(o.LevelDB, o.LevelDB <= sound.SilenceDB)
	}
	if err != nil {
		return err
	}
	return m.send(msg, deadline, nil)
}

// stop ends what plays when hubd ends.
func (m *media) stop() {
	for _, o := range m.volume.Halt(nil) {
		if err := m.obey(o); err != nil {
			m.log.Warn("the player was not told to stop", "error", err)
		}
	}
}
