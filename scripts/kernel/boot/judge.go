package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"hubd/scripts/kernel/plan"
)

// machine is what judge needs of a guest.
type machine interface {
	lines() <-chan string // of the console; closed at its end
	press() error         // the power button
}

// judge follows the console: every step of the plan has to come in its order and to have gone well. It prints one line for each. After one
// that did not go well it goes on, as the guest does.
func judge(ctx context.Context, m machine, console io.Writer) error {
	var failed error
	for _, step := range plan.Steps() {
		err := follow(ctx, m, step, console)
		var one stepError
		if err != nil && !errors.As(err, &one) {
			drain(m, console)
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// stepError is a step that did not go well, as the guest told it.
type stepError string

func (e stepError) Error() string { return string(e) }

// follow reads until a step's own line.
func follow(ctx context.Context, m machine, step string, console io.Writer) error {
	began := time.Now()
	late := time.NewTimer(stepWithin)
	defer late.Stop()
	for {
		select {
		case line, more := <-m.lines():
			fmt.Fprintln(console, line)
			over, err := heard(m, step, line, more)
			if over {
				fmt.Printf("%s [%.0f s]\n", line, time.Since(began).Seconds())
			}
			if over || err != nil {
				return err
			}
		case <-late.C:
			return fmt.Errorf("%s: not over within %s", step, stepWithin)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", step, context.Cause(ctx))
		}
	}
}

// heard judges one line while a step is waited for.
func heard(m machine, step, line string, more bool) (over bool, err error) {
	switch came, passed, ok := plan.Parse(line); {
	case !more:
		return false, fmt.Errorf("%s: the guest ended before it", step)
	case ok && came != step:
		return false, fmt.Errorf("%s: the guest did %s instead", step, came)
	case ok && !passed:
		return true, stepError(line)
	case ok:
		return true, nil
	case line == plan.PressButton:
		return false, m.press()
	case line == plan.End:
		return false, fmt.Errorf("%s: the guest was done without it", step)
	case strings.Contains(line, "Kernel panic"):
		return false, errors.New(line)
	}
	return false, nil
}

// drain keeps what a guest that failed still says of it, shows that, and ends when it ends or falls silent.
func drain(m machine, console io.Writer) {
	for {
		select {
		case line, more := <-m.lines():
			if !more {
				return
			}
			fmt.Fprintln(console, line)
			fmt.Println("  |", line)
		case <-time.After(10 * time.Second):
			return
		}
	}
}
