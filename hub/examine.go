package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"hubd/history"
)

// How long a look at a history may take: a slow card reads a few megabytes a second. What takes longer hangs.
const (
	examineAtLeast = 15 * time.Second
	examineSpeed   = 4 << 20 // bytes a second
)

// The words with which hubd history check begins its answer, which the command tells as its error where it is one.
const (
	examineSaysFirst = "hubd: "

	examinedWhole   = "whole"
	examinedDamaged = "damaged: "
	examinedUnread  = "unread: "

	examinedInUse = examinedUnread + "a running hubd has it"
)

// examineAnswered is the exit code of a look that came to an end and is no good. Where the process itself was ended by what it looked at, Go's runtime gives
// another.
const examineAnswered = 1

// Examine looks at every page of a history and gives the answer of hubd history check --pages. An error is that it is not whole.
func Examine(path string) (string, error) {
	err := history.Examine(path)
	switch {
	case err == nil:
		return examinedWhole, nil
	case errors.Is(err, history.ErrDamaged):
		return examinedDamaged + strings.TrimPrefix(err.Error(), history.ErrDamaged.Error()+": "), err
	}
	if errors.Is(err, history.ErrInUse) {
		return examinedInUse + ": look at a copy, which hubd backup makes, or stop hubd first", err
	}
	return examinedUnread + err.Error(), err
}

// examiner looks at a history in a process of its own, which command makes: on some damage bbolt ends its process, or never comes back.
func examiner(command func(ctx context.Context, path string) *exec.Cmd) func(path string) error {
	return func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("hub: look at the history: %w", err)
		}
		within := examineAtLeast + time.Duration(info.Size()/examineSpeed)*time.Second
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		cmd := command(ctx, path)
		var said bothEnds
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &said, &said, time.Second
		err = cmd.Run()
		if ctx.Err() != nil {
			return fmt.Errorf("%w: a look at it took longer than %s", history.ErrDamaged, within)
		}
		return examined(err, said.text())
	}
}

// examined judges how the look ended. A process that was ended from outside has found nothing.
func examined(err error, said string) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit) && exit.ExitCode() == examineAnswered && strings.HasPrefix(said, examinedDamaged):
		return fmt.Errorf("%w: %s", history.ErrDamaged, strings.TrimPrefix(said, examinedDamaged))
	case strings.HasPrefix(said, examinedInUse):
		return fmt.Errorf("hub: %w", history.ErrInUse)
	case strings.HasPrefix(said, examinedUnread):
		return fmt.Errorf("hub: look at the history: %s", strings.TrimPrefix(said, examinedUnread))
	case exit == nil || exit.ExitCode() <= examineAnswered: // it could not be looked at: a history is only set aside for what was found in it
		return fmt.Errorf("hub: look at the history: %w: %s", err, said)
	}
	return fmt.Errorf("%w: looking at it ended with %q", history.ErrDamaged, said)
}

// bothEnds keeps the beginning and the end of what a process says, and takes all of it.
type bothEnds struct{ first, last []byte }

// Write never fails.
func (e *bothEnds) Write(p []byte) (int, error) {
	const most = 300
	e.first = append(e.first, p[:min(len(p), max(0, most-len(e.first)))]...)
	e.last = append(e.last, p[max(0, len(p)-most):]...)
	e.last = e.last[max(0, len(e.last)-most):]
	return len(p), nil
}

// text is the answer's line, or the first one. Go's runtime may say something of its own before the answer, about a page that the disk does not
// give, or, in a program built to find data races, of bbolt's.
func (e *bothEnds) text() string {
	said := string(e.first)
	for _, end := range []string{string(e.last), said} {
		if _, answer, found := strings.Cut(end, examineSaysFirst); found {
			said = answer
			break
		}
	}
	first, _, _ := strings.Cut(said, "\n")
	return first
}

// itself makes the command that looks at a history: this program. Empty: none.
func itself(program string) func(path string) error {
	if program == "" {
		return nil
	}
	return examiner(func(ctx context.Context, path string) *exec.Cmd {
		return exec.CommandContext(ctx, program, "history", "check", "--pages", path)
	})
}

// ExamineRows reads every row of a history that Examine finds whole, with the key in a file where one is named, and gives the answer of hubd history
// check. An error is that not every row can be read; the answer names each of them.
func ExamineRows(path, keyFile string) (string, error) {
	var secret history.Secret
	if keyFile != "" {
		var err error
		if secret, err = (history.KeyFile{Path: keyFile, InsecureOK: true}).Read(); err != nil {
			return examinedUnread + err.Error(), err
		}
	}
	rows, err := history.ReadRows(path, secret)
	var bad history.Unreadable
	switch {
	case errors.Is(err, history.ErrNoSecret):
		return examinedWhole + ". Its rows are sealed: --key FILE says whether each of them opens", nil
	case bad.Take(err) != nil:
		return examinedUnread + strings.TrimPrefix(err.Error(), "history: "), err
	case err != nil:
		return unreadableRows(rows, bad), err
	case keyFile != "":
		return fmt.Sprintf("%s, and every one of %d rows opens", examinedWhole, rows), nil
	}
	return fmt.Sprintf("%s, and every one of %d rows can be read", examinedWhole, rows), nil
}

// unreadableRows names the rows that cannot be read, a line each.
func unreadableRows(rows int, bad history.Unreadable) string {
	more := ""
	if bad.More {
		more = "more than "
	}
	return fmt.Sprintf("not whole: %s%d of %d rows cannot be read; hubd leaves them out and goes on with all others:\n  %s",
		more, len(bad.Rows), rows, strings.Join(bad.Rows, "\n  "))
}
