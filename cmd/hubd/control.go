package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"hubd/hub"
	"hubd/room"
)

// control sends one command through the local socket and prints the answer.
func control(ctx context.Context, socket, wearer, name, payload string, std streams) error {
	answer, err := hub.Ask(ctx, hub.Request{Socket: socket, Wearer: wearer, Name: name, Payload: payload})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, answer)
	return err
}

// controlFlags are the flags that every control command has.
func controlFlags(name string) (fs *flag.FlagSet, socket, wearer *string) {
	fs = flag.NewFlagSet("hubd "+name, flag.ContinueOnError)
	socket = fs.String("socket", "", "local socket of the daemon (default: where hubd run listens)")
	wearer = fs.String("wearer", "", "id of the wearer (not needed where there is only one)")
	return fs, socket, wearer
}

func runStart(ctx context.Context, args []string, std streams) error {
	fs, socket, wearer := controlFlags("start")
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	kind := "PRESS"
	if len(operands) > 0 {
		kind = operands[0]
	}
	if _, known := room.ParseSessionKind(kind); len(operands) > 1 || len(operands) == 1 && !known {
		return usageError{"start takes one kind: together, alone, practice or night"}
	}
	id, err := hub.TheWearer(ctx, *socket, *wearer)
	if err != nil {
		return err
	}
	return control(ctx, *socket, id, "start_session", kind, std)
}

// onWearer runs a command that needs a wearer and no value.
func onWearer(ctx context.Context, verb, name string, args []string, std streams) error {
	fs, socket, wearer := controlFlags(verb)
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	id, err := hub.TheWearer(ctx, *socket, *wearer)
	if err != nil {
		return err
	}
	return control(ctx, *socket, id, name, "PRESS", std)
}

// onRoom runs a command of the room that needs no value.
func onRoom(ctx context.Context, verb, name string, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd "+verb, flag.ContinueOnError)
	socket := fs.String("socket", "", "local socket of the daemon (default: where hubd run listens)")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	return control(ctx, *socket, "", name, "PRESS", std)
}

// runPause stops sensing whatever else is on the line: a stop is not refused for how it was typed.
func runPause(ctx context.Context, args []string, std streams) error {
	fs, socket, _ := controlFlags("pause")
	if _, err := parse(fs, args, std); errors.Is(err, flag.ErrHelp) {
		return err
	}
	return control(ctx, *socket, "", "pause", "PRESS", std)
}

func runEnd(ctx context.Context, args []string, std streams) error {
	return onRoom(ctx, "end", "end_session", args, std)
}

func runResume(ctx context.Context, args []string, std streams) error {
	return onWearer(ctx, "resume", "resume", args, std)
}

func runSet(ctx context.Context, args []string, std streams) error {
	fs, socket, wearer := controlFlags("set")
	fs.Usage = func() {
		fmt.Fprintln(std.err, `hubd set NAME VALUE [--wearer ID]
  scene NAME|auto · practice NAME · cues ON|OFF · stop_practice now · check_in now · answer WORD · reminder start|snooze|done · breath_pace 4.5…7 · night_ceiling 0…100 · volume_cap -60…0
  share none|state|full · keep nothing|rest|summaries|journal · sensing ON|OFF (of one wearer)
  comfort none|"steady unasked light_floor=12 dark red voice …": what to spare one wearer besides what the config says`)
		fs.PrintDefaults()
	}
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(operands) != 2 {
		return usageError{"set takes a name and a value, for example: hubd set scene settled"}
	}
	id := *wearer
	switch operands[0] {
	case "share", "keep", "sensing", "comfort":
		if id, err = hub.TheWearer(ctx, *socket, id); err != nil {
			return err
		}
	}
	return control(ctx, *socket, id, operands[0], operands[1], std)
}
