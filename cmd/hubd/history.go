package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"hubd/hub"
	"hubd/web"
	"hubd/wire"
)

const historyUsage = `hubd history check FILE [--key FILE]   reads every row of a history and names those that cannot be read; the rows of a sealed one with its key
hubd history check --pages FILE        looks at its pages alone, as hubd does before it opens a history
hubd history key FILE                  makes a key in a new file, for a stick
hubd history unlock [--key FILE]       lets a running daemon open a sealed history: asks for its passphrase or key, or reads a line of it
hubd history rekey                     seals everything under the key of the config's history.key_file
hubd history rekey --to FILE           … under the key in this file
hubd history rekey --passphrase        … under a passphrase that is asked for
hubd history rekey --none              opens everything: rows stand in the clear again

Without a key a letter that was changed into another one cannot be seen: rows in the clear have no checksum.
rekey writes history, settings and backups anew and overwrites the old files. It works with the daemon running and without.
`

// sealingLine is a command line of hubd history.
type sealingLine struct {
	reaching
	to               string
	passphrase, none bool
	pages            bool
}

func runHistory(ctx context.Context, args []string, std streams) error {
	var l sealingLine
	fs := flag.NewFlagSet("hubd history", flag.ContinueOnError)
	l.flags(fs)
	fs.StringVar(&l.to, "to", "", "rekey: `FILE` of the key to seal with")
	fs.BoolVar(&l.passphrase, "passphrase", false, "rekey: seal with a passphrase that is asked for")
	fs.BoolVar(&l.none, "none", false, "rekey: seal with nothing")
	fs.BoolVar(&l.pages, "pages", false, "check: look at the pages of the file alone, not into its rows")
	fs.Usage = func() { fmt.Fprint(std.err, historyUsage, "\n"); fs.PrintDefaults() }
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	verb, rest := "", []string(nil)
	if len(operands) > 0 {
		verb, rest = operands[0], operands[1:]
	}
	switch {
	case verb == "check" && len(rest) == 1:
		return l.check(rest[0], std)
	case verb == "key" && len(rest) == 1:
		return makeKey(rest[0], std)
	case verb == "unlock" && len(rest) == 0:
		return l.unlock(ctx, std)
	case verb == "rekey" && len(rest) == 0:
		return l.rekey(ctx, std)
	}
	if verb == "check" {
		return usageError{"history check takes one file: hubd history check /var/lib/hubd/history.db"}
	}
	return usageError{"history takes check FILE, key FILE, unlock or rekey; hubd history --help says more"}
}

func (l *sealingLine) check(file string, std streams) error {
	said, err := hub.Examine(file)
	if err == nil && !l.pages {
		said, err = hub.ExamineRows(file, l.key)
	}
	if err != nil {
		return errors.New(said) // the daemon, which has this command look, knows its words
	}
	_, err = fmt.Fprintln(std.out, said)
	return err
}

func makeKey(file string, std streams) error {
	if err := hub.MakeKey(file); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "%s holds a new key. Keep a copy elsewhere, on paper too: without it nothing that is sealed under it can ever be read.\n"+
		"Name it in the config (history.key_file), then: hubd history rekey\n", file)
	return err
}

// unlock opens the history of a running daemon.
func (l *sealingLine) unlock(ctx context.Context, std streams) error {
	s, err := hub.AskSealing(ctx, l.socket)
	switch {
	case err != nil:
		return err
	case s.Locked == "" && s.Sealed:
		_, err := fmt.Fprintln(std.out, "the history is open")
		return err
	case !s.Sealed:
		return errors.New("the history is not sealed: hubd history rekey seals it")
	}
	secret, err := l.secret(ctx, !s.Begun, std)
	if err != nil {
		return err
	}
	if err := hub.Unlock(ctx, l.socket, secret, !s.Begun); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, "the history is open: from now on what is to be kept is kept")
	return err
}

// secret gives what opens a history: from a key file, or as typed; one that seals from now on twice.
func (l *sealingLine) secret(ctx context.Context, fresh bool, std streams) (string, error) {
	switch {
	case l.key != "":
		return hub.KeyOf(l.key)
	case fresh:
		return readNewSecret(ctx, std)
	}
	return readSecret(ctx, "Passphrase or key: ", std)
}

// rekey seals everything anew, through the daemon or without.
func (l *sealingLine) rekey(ctx context.Context, std streams) error {
	to, secret, err := l.what(ctx, std)
	if err != nil {
		return err
	}
	socket, leave, err := hub.Reach(ctx, hub.Reaching{
		Socket: l.socket, Config: l.config, Program: program(), Write: true, KeyFile: l.key, Ask: askAtTerminal(ctx), Locked: true,
	})
	if err != nil {
		return err
	}
	came, err := hub.Rekey(ctx, socket, to, secret)
	if err = errors.Join(err, leave()); err != nil {
		return err
	}
	if err := tellRekeying(std.out, to, came); err != nil {
		return err
	}
	if came.Failed != "" {
		return errors.New(came.Failed)
	}
	return nil
}

// what reads what to seal with.
func (l *sealingLine) what(ctx context.Context, std streams) (to web.RekeyTo, secret string, err error) {
	given := 0
	for _, is := range []bool{l.to != "", l.passphrase, l.none} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return "", "", usageError{"of --to, --passphrase and --none one at most"}
	case l.none:
		return web.RekeyToNone, "", nil
	case l.passphrase:
		secret, err = readNewSecret(ctx, std)
		return web.RekeyToSecret, secret, err
	case l.to != "":
		secret, err = hub.KeyOf(l.to)
		return web.RekeyToSecret, secret, err
	}
	return web.RekeyToFile, "", nil
}

// tellRekeying says what is sealed, what is not, and what cannot be reached.
func tellRekeying(out io.Writer, to web.RekeyTo, r wire.Rekeying) error {
	var b strings.Builder
	verb := "sealed anew"
	if to == web.RekeyToNone {
		verb = "opened"
	}
	for _, d := range r.Done {
		fmt.Fprintf(&b, "%s: %s\n", verb, d)
	}
	if r.Damaged > 0 {
		fmt.Fprintf(&b, "%d damaged rows could not be opened and are gone\n", r.Damaged)
	}
	for _, l := range r.Left {
		fmt.Fprintf(&b, "as it was: %s\n", l)
	}
	for _, n := range r.Next {
		fmt.Fprintf(&b, "now: %s\n", n)
	}
	if to != web.RekeyToNone {
		b.WriteString("\nOut of hubd's reach: copies, exports and reports elsewhere, and worn-out cells of the card, which may hold rows as they were before.\n" +
			"What is sealed from now on is gone for good, from worn-out cells too, once every copy of its key is destroyed.\n")
	}
	_, err := io.WriteString(out, b.String())
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
