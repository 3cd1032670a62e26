package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"hubd/hub"
)

func runHistory(_ context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd history", flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprintln(std.err, "hubd history check FILE   looks at every byte of a history, and says whether it is whole")
	}
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	if len(operands) != 2 || operands[0] != "check" {
		return usageError{"history takes check and a file: hubd history check /var/lib/hubd/history.db"}
	}
	said, err := hub.Examine(operands[1])
	if _, werr := fmt.Fprintln(std.out, said); err == nil {
		err = werr
	}
	return err
}

// program is the path of this hubd, for looking at a history in a process of its own; empty where it is not known.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}
