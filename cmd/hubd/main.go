// Command hubd reads pulse and skin-conductance sensors, computes each wearer's autonomic regulation state, and asks the room's lamps
// for calm over MQTT.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"hubd/config"
)

// version and commit are set by the linker: -X main.version=… -X main.commit=…
var version, commit = "unknown", "unknown"

// Exit codes of design 6.1.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitConfig = 78 // the unit does not restart on it
)

// usageError is a mistake on the command line.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// command is one subcommand.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, std streams) error
}

// streams are the program's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func commands() []command {
	return []command{
		{"run", "the daemon: --config FILE", runDaemon},
		{"demo", "a simulated evening, without hardware or broker", runDemo},
		{"replay", "recordings through simulated chips, as JSON lines", runReplay},
		{"hrv", "heart-rate variability of an interval file", runHRV},
		{"check", "all mistakes of a config at once: --config FILE", runCheck},
		{"probe", "the sensors of a config, and what to do about them: --config FILE; without it, a config for what is there", runProbe},
		{"watch", "pulse and skin wave of one wearer, drawn here while the sensors are placed: --wearer ID", runWatch},
		{"calibrate", "eda (open electrodes, then two resistors if at hand) or pulse (its range and light): --wearer ID", runCalibrate},
		{"record", "one wearer's signals into a recording for hubd replay: FILE --minutes N --wearer ID", runRecord},
		{"start", "start or join a session: [KIND] --wearer ID", runStart},
		{"pause", "stop all sensing now", runPause},
		{"resume", "sense again: --wearer ID", runResume},
		{"end", "end the session", runEnd},
		{"rest", "three minutes of declared rest: --wearer ID", runRest},
		{"set", "NAME VALUE, for example: set scene settled", runSet},
		{"preview", "show one scene in the room, by day: SCENE", runPreview},
		{"journal", "notes and results of your own: add, list, remove; keep: your part of a private session", runJournal},
		{"export", "what is kept of a wearer, as csv or json, and recordings as edf: --wearer ID", runExport},
		{"report", "a week, or a session, as one page to read or to hand on: [--week|--session] [DATE]", runReport},
		{"backup", "a copy of all that is kept, also while the daemon runs", runBackup},
		{"erase", "what is kept of a wearer, or of one session, for ever: --wearer ID", runErase},
		{"history", "check FILE, key FILE, unlock, rekey: whether a history is whole, and what seals it", runHistory},
		{"sound", "render --scene NAME FILE.wav: a scene's sound as a loop for a media player", runSound},
		{"page", "open or close the page in a browser: open --wearer ID", runPage},
		{"discovery", "what Home Assistant is told of a config, and what it would refuse: --check --config FILE", runDiscovery},
		{"dark", "put out a sensing light that a crash left lit: --config FILE", runDark},
		{"version", "which hubd this is", runVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	code := execute(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// endings are the signals that end hubd in good order: light, sound and sensing light go as with every stop. A terminal that is closed, or an
// ssh that is lost, is one; where nohup has it ignored it stays so.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// execute runs one command line and gives the exit code.
func execute(ctx context.Context, args []string, std streams) int {
	if len(args) > 0 && (args[0] == "--version" || args[0] == "-version") {
		args = []string{"version"}
	}
	if len(args) > 0 && args[0] == "stop" {
		args = []string{"pause"} // whoever types this wants it to stop
	}
	if len(args) > 1 && args[0] == "help" {
		args = []string{args[1], "--help"}
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printUsage(std.err)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return exitCode(c.run(ctx, args[1:], std), std.err)
		}
	}
	fmt.Fprintf(std.err, "hubd: there is no command %q; hubd help lists them\n", args[0])
	return exitUsage
}

func exitCode(err error, out io.Writer) int {
	var usage usageError
	var problems *config.Error
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(out, "hubd: %s\n", usage.text)
		return exitUsage
	case errors.As(err, &problems):
		fmt.Fprintln(out, problems)
		return exitConfig
	case errors.Is(err, syscall.EPIPE):
		return exitFailed // whoever read the output has gone: there is nobody to tell
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(out, "hubd: %s\n", forPeople(err))
	return exitFailed
}

// forPeople is an error without the packages that it came through: they are for a log.
func forPeople(err error) string {
	text := err.Error()
	for {
		name, rest, found := strings.Cut(text, ": ")
		if !found || !slices.Contains(passedThrough(), name) {
			return text
		}
		text = rest
	}
}

// passedThrough are the packages whose errors begin with their name.
func passedThrough() []string {
	return []string{"acquire", "config", "history", "hub", "mqtt", "recording", "report", "room", "setup", "sound", "synth", "web", "wire"}
}

func printUsage(out io.Writer) {
	fmt.Fprintln(out, "hubd COMMAND [flags]   (hubd COMMAND --help shows the flags)")
	fmt.Fprintln(out)
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-9s %s\n", c.name, c.summary)
	}
}

func runVersion(_ context.Context, _ []string, std streams) error {
	_, err := fmt.Fprintf(std.out, "hubd %s, commit %s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// parse reads flags that may stand before, between or after the operands, and gives the operands. A negative number is one.
func parse(fs *flag.FlagSet, args []string, std streams) ([]string, error) {
	usage := fs.Usage
	fs.SetOutput(io.Discard) // a wrong flag is told in a line, not under a page of those there are
	fs.Usage = func() {}
	var operands []string
	for len(args) > 0 {
		if !isFlag(args[0]) {
			operands, args = append(operands, args[0]), args[1:]
			continue
		}
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				tellUsage(fs, usage, std.err)
				return nil, err
			}
			return nil, usageError{wrongFlag(fs.Name(), err)}
		}
		args = fs.Args()
	}
	return operands, nil
}

// tellUsage writes what --help asks for. Where a command has no text of its own, it begins with what hubd help says of it, which names
// the words that the command takes beside its flags.
func tellUsage(fs *flag.FlagSet, usage func(), out io.Writer) {
	var text strings.Builder
	fs.SetOutput(&text)
	usage()
	told := text.String()
	for _, c := range commands() {
		if rest, plain := strings.CutPrefix(told, "Usage of hubd "+c.name+":\n"); plain {
			told = "hubd " + c.name + ": " + c.summary + "\n\n" + rest
		}
	}
	_, _ = io.WriteString(out, told)
}

// unexpected tells of a word too many; the name of a config is the likeliest one, where a command takes one.
func unexpected(fs *flag.FlagSet, operand string) string {
	text := fmt.Sprintf("%q is not expected here", operand)
	if fs.Lookup("config") != nil && strings.HasSuffix(operand, ".yaml") {
		text += ": write --config " + operand
	}
	return text
}

// wrongFlag says in plain words what package flag found wrong on the line of a command.
func wrongFlag(command string, err error) string {
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		return fmt.Sprintf("there is no --%s here; %s --help lists what there is", name, command)
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: -"); ok {
		return fmt.Sprintf("--%s needs a value; %s --help says which", name, command)
	}
	return strings.Replace(err.Error(), " for flag -", " for --", 1)
}

func isFlag(arg string) bool {
	if len(arg) < 2 || arg[0] != '-' {
		return false
	}
	_, err := strconv.ParseFloat(arg, 64)
	return err != nil
}

// parseFlags reads flags of a command that takes no operands.
func parseFlags(fs *flag.FlagSet, args []string, std streams) error {
	operands, err := parse(fs, args, std)
	if err == nil && len(operands) > 0 {
		err = usageError{unexpected(fs, operands[0])}
	}
	return err
}
