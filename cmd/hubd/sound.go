package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/room"
)

const soundUsage = "hubd sound render --scene NAME [--config FILE] [--minutes N] FILE.wav"

// The lengths of a loop, in minutes.
const (
	usualMinutes = 10.0
	mostMinutes  = 120.0
	leastMinutes = 0.5
)

// runSound makes sound files. It needs no daemon.
func runSound(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd sound", flag.ContinueOnError)
	scene := fs.String("scene", "", "the scene whose sound is wanted")
	file := fs.String("config", "", "config whose scenes and volume cap are used (default: the scenes every room has)")
	minutes := fs.Float64("minutes", usualMinutes, "length of the loop, 0.5 to 120; rounded to whole breaths where the sound swells with them")
	words, err := parse(fs, args, std)
	switch {
	case err != nil:
		return err
	case len(words) != 2 || words[0] != "render":
		return usageError{"wanted is " + soundUsage}
	case *scene == "":
		return usageError{"--scene is missing: wanted is " + soundUsage}
	case !(*minutes >= leastMinutes && *minutes <= mostMinutes):
		return usageError{fmt.Sprintf("--minutes %g: wanted is %g to %g", *minutes, leastMinutes, mostMinutes)}
	case !strings.EqualFold(filepath.Ext(words[1]), ".wav"):
		return usageError{fmt.Sprintf("%q: wanted is a file whose name ends in .wav", words[1])}
	}
	o := hub.RenderOptions{Scene: *scene, Length: time.Duration(*minutes * float64(time.Minute)), File: words[1]}
	if *file != "" {
		if o.Config, err = config.Load(*file); err != nil {
			return err
		}
	}
	r, err := hub.Render(ctx, o)
	var wrong hub.SceneError
	if errors.As(err, &wrong) {
		return usageError{wrong.Error()}
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s: scene %s, %s\nlength %.3f s; loudness %.1f LUFS, peak %.1f dBFS; it loops without a seam\n",
		o.File, o.Scene, soundWords(r.Sound), r.Length.Seconds(), r.LUFS, r.PeakDBFS)
	return err
}

// soundWords says what is heard.
func soundWords(s room.Sound) string {
	var parts []string
	if s.Bed != "" {
		parts = append(parts, s.Bed)
	}
	if s.HumHz.Known {
		parts = append(parts, fmt.Sprintf("a hum of %.0f Hz", s.HumHz.Value))
	}
	text := strings.Join(parts, " and ") + fmt.Sprintf(" at %.0f dB", s.LevelDB.Value)
	if s.SwellDB.Known {
		text += fmt.Sprintf(", swelling by %.0f dB", s.SwellDB.Value)
	}
	return text
}
