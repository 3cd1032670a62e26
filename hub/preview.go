package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	before, err := sessionOf(ctx, o.Socket)
	if err != nil {
		return err
	}
	if before != "" {
		return fmt.Errorf("a session of kind %s runs: hubd set scene %s shows it there", before, o.Scene)
	}
	byHand := Request{Socket: o.Socket, Name: "scene", Payload: o.Scene}
	if _, err := Ask(ctx, byHand); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "Scene %s for %g s; Ctrl-C ends it sooner.\n", o.Scene, o.For.Seconds())
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
	now, err := sessionOf(ctx, o.Socket)
	if err != nil {
		return err
	}
	if now != room.PracticeSession.String() {
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

// sessionOf asks which session runs; none where it is empty.
func sessionOf(ctx context.Context, socket string) (string, error) {
	data, err := call(ctx, socket, http.MethodGet, "/api/status", "")
	if err != nil {
		return "", err
	}
	var status struct {
		Active  bool    `json:"active"`
		Session *string `json:"session"`
	}
	if err := json.Unmarshal(data, &status); err != nil {
		return "", errNotJSON
	}
	switch {
	case status.Session != nil:
		return *status.Session, nil
	case status.Active:
		return "", errors.New("the room is in use: try again when it is not; hubd end ends a session, and the scene that follows one")
	}
	return "", nil
}
