package hub

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"time"

	"hubd/config"
	"hubd/mqtt/device"
	"hubd/sound"
)

// aplayBuffer is what aplay is asked to keep: room.sound.latency_ms is by default as long.
const aplayBuffer = "--buffer-time=200000" // µs

// openPlayer is how the config's player is opened; nil where there is none that takes PCM.
func openPlayer(p config.Player) func() (*player, error) {
	switch p.Kind {
	case config.NamedPipe:
		return func() (*player, error) {
			o, err := sound.OpenPipe(p.Device)
			if err != nil {
				return nil, err
			}
			return &player{write: o.Write, queued: o.Queued, close: o.Close}, nil
		}
	case config.Aplay:
		return startPlayer(func() []string { return playerCommand(p, false) })
	case config.PwCat:
		return startPlayer(func() []string { return playerCommand(p, knowsRaw()) })
	}
	return nil
}

// knowsRaw tells whether this pw-cat has a flag for raw sound. Those that have it look for a file's head without it; of those that have
// not, - alone means raw since 0.3.79.
func knowsRaw() bool {
	ctx, cancel := context.WithTimeout(context.Background(), takesWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "pw-cat", "--help")
	cmd.WaitDelay = lastWords // a script's child that goes on holds nothing up
	help, err := cmd.CombinedOutput()
	return err == nil && bytes.Contains(help, []byte("--raw"))
}

// playerCommand is the player's command line, as a list of words.
func playerCommand(p config.Player, raw bool) []string {
	if p.Kind == config.PwCat {
		c := []string{"pw-cat", "--playback", "--format=s16", "--rate=48000", "--channels=2", "--latency=100ms"}
		if raw {
			c = append(c, "--raw")
		}
		if p.Device != "" {
			c = append(c, "--target="+p.Device)
		}
		return append(c, "-")
	}
	c := []string{"aplay", "--quiet", "--file-type=raw", "--format=S16_LE", "--rate=48000", "--channels=2", aplayBuffer, "--period-time=50000"}
	if p.Device != "" {
		c = append(c, "--device="+p.Device)
	}
	return append(c, "-")
}

// startPlayer starts a process each time it is called, but never one beside another that has not ended.
func startPlayer(command func() []string) func() (*player, error) {
	var former chan struct{} // closed when the former process has ended
	return func() (*player, error) {
		if former != nil {
			select {
			case <-former:
			case <-time.After(lastWords):
				return nil, errors.New("the former player process has not ended yet")
			}
		}
		o, err := sound.Start(command())
		if err != nil {
			return nil, err
		}
		ended, over := make(chan string, 1), make(chan struct{})
		former = over
		go func() {
			ended <- o.Wait()
			close(over)
		}()
		return &player{write: o.Write, queued: o.Queued, close: o.Close, ended: ended}, nil
	}
}

func mediaOptions(c *config.Config) device.PlayerOptions {
	m := c.Room.Player.MQTT
	return device.PlayerOptions{
		VolumeTopic: m.VolumeTopic, Volume: m.Volume, PlayTopic: m.PlayTopic, Play: m.Play, StopTopic: m.StopTopic, Stop: m.Stop,
		TopPercent: m.TopPercent, Steps: m.VolumeMax, CapDB: c.Room.VolumeCapDB,
	}
}
