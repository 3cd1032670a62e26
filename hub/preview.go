package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"hubd/room"
)

// PreviewOptions say which scene to show, and for how long.
type PreviewOptions struct {
	Socket string // empty: where hubd run listens
	Scene  string
	For    time.Duration // then the room goes back
	Out    io.Writer
}

// Preview shows a scene in the room while no session runs: its light on the lamps, its sound in the player. At its end, or where ctx ends
// sooner, the room goes back to how it was; where somebody started a session meanwhile, the room is theirs.
func Preview(ctx context.Context, o PreviewOptions) error {
	before, err := askUse(ctx, o.Socket)
	if err != nil {
		return err
	}
	if before.Session != "" {
		return fmt.Errorf("a session of kind %s runs: hubd set scene %s shows it there", before.Session, o.Scene)
	}
	byHand := Request{Socket: o.Socket, Name: "scene", Payload: o.Scene}
	if _, err := Ask(ctx, byHand); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "Scene %s for %g s; Ctrl-C ends it sooner.\n", o.Scene, o.For.Seconds())
	before.tellDark(o.Out)
	shown := time.NewTimer(o.For)
	defer shown.Stop()
	select {
	case <-shown.C:
	case <-ctx.Done():
	}
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin) // Ctrl-C ends the scene, not the way back
	defer cancel()
	return endPreview(back, o)
}

// endPreview ends the session that the scene opened, and the after scene that follows an end: nobody was in it.
func endPreview(ctx context.Context, o PreviewOptions) error {
	now, err := askUse(ctx, o.Socket)
	if err != nil {
		return err
	}
	if now.Session != room.PracticeSession.String() {
		fmt.Fprintln(o.Out, "Somebody started or ended a session meanwhile: the room is left to it.")
		return nil
	}
	end := Request{Socket: o.Socket, Name: "end_session", Payload: "PRESS"}
	for range 2 {
		if _, err := Ask(ctx, end); err != nil {
			return err
		}
	}
	fmt.Fprintln(o.Out, "The room goes back to how it was, within a minute or two.")
	return nil
}

// roomUse is what the status tells of the room: which session runs, none where it is empty, and how it is with the lamps.
type roomUse struct {
	Active  bool   `json:"active"`
	Session string `json:"session"`
	Lamps   []struct {
		Lamp string `json:"lamp"`
		On   bool   `json:"on"`
		Says string `json:"says"`
	} `json:"lamps"`
}

// askUse asks how the room is used.
func askUse(ctx context.Context, socket string) (use roomUse, err error) {
	data, err := Status(ctx, socket)
	if err != nil {
		return use, err
	}
	if err := json.Unmarshal(data, &use); err != nil {
		return use, errNotJSON
	}
	if use.Active && use.Session == "" {
		return use, errors.New("the room is in use: try again when it is not; hubd end ends a session, and the scene that follows one")
	}
	return use, nil
}

// tellDark names the lamps that were not lit, so that nobody waits for a scene on a lamp that is left alone.
func (r roomUse) tellDark(out io.Writer) {
	for _, l := range r.Lamps {
		if !l.On {
			fmt.Fprintf(out, "Lamp %s: %s.\n", l.Lamp, l.Says)
		}
	}
}
