package hub

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"hubd/config"
	"hubd/room"
	"hubd/sound"
)

// RenderOptions are the flags of hubd sound render.
type RenderOptions struct {
	Config *config.Config // nil: the scenes every room has
	Scene  string
	Length time.Duration
	File   string
}

// Rendered is what came out.
type Rendered struct {
	Sound    room.Sound
	Length   time.Duration
	LUFS     float64 // integrated, ITU-R BS.1770-4
	PeakDBFS float64 // of the samples
}

// SceneError says that a scene cannot be rendered.
type SceneError struct{ text string }

func (e SceneError) Error() string { return e.text }

// renderSeed makes the same scene the same file on every machine of one kind.
const renderSeed = 1

// Render writes a scene's sound as a WAV file that can be played over and over without a seam.
func Render(ctx context.Context, o RenderOptions) (Rendered, error) {
	var options room.Options
	if o.Config != nil {
		options = roomOptions(o.Config)
	}
	scene, err := room.SceneNamed(options, o.Scene)
	if err != nil {
		return Rendered{}, SceneError{err.Error()}
	}
	if scene.Sound == (room.Sound{}) {
		return Rendered{}, SceneError{fmt.Sprintf("scene %s is silent: there is nothing to render", o.Scene)}
	}
	capDB := sound.TopDB
	if options.VolumeCapDB != 0 {
		capDB = min(capDB, options.VolumeCapDB)
	}
	loop := sound.NewLoop(scene, o.Length, capDB, renderSeed)
	r := Rendered{Sound: scene.Sound, Length: time.Duration(loop.Frames()) * time.Second / sound.Rate}
	if err := r.write(ctx, loop, o.File); err != nil {
		return Rendered{}, fmt.Errorf("sound render: %w", err)
	}
	return r, nil
}

// write writes beside the file and renames, so that a player never reads half a loop.
func (r *Rendered) write(ctx context.Context, loop *sound.Loop, path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := w.Write(sound.WAVHeader(loop.Frames())); err != nil {
		return err
	}
	meter := sound.NewMeter()
	for pcm := loop.Next(); pcm != nil; pcm = loop.Next() {
		meter.AddPCM(pcm)
		if _, err := w.Write(pcm); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	r.LUFS, _ = meter.Integrated()
	r.PeakDBFS = 20 * math.Log10(meter.Peak())
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
