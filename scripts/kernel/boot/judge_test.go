package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"hubd/scripts/kernel/plan"
)

// played is a machine whose console is known.
type played struct {
	console chan string
	presses int
	stuck   error
}

func (p *played) lines() <-chan string { return p.console }

func (p *played) press() error {
	p.presses++
	return p.stuck
}

func play(lines ...string) *played {
	p := &played{console: make(chan string, len(lines))}
	for _, l := range lines {
		p.console <- l
	}
	close(p.console)
	return p
}

// evening is a console on which all went well.
func evening() []string {
	lines := []string{"[    0.8] Run /init"}
	for _, step := range plan.Steps() {
		if strings.HasSuffix(step, " button") {
			lines = append(lines, plan.PressButton)
		}
		lines = append(lines, plan.Done(step, "as it should be"))
	}
	return append(lines, plan.End)
}

func TestAnEveningThatWentWellPasses(t *testing.T) {
	m, console := play(evening()...), &bytes.Buffer{}
	if err := judge(t.Context(), m, console); err != nil {
		t.Fatal(err)
	}
	if m.presses != len(plan.Programs()) {
		t.Errorf("the button was pressed %d times", m.presses)
	}
	if !strings.Contains(console.String(), "Run /init") {
		t.Error("the kernel's own lines are not kept")
	}
}

func TestWhatDidNotGoWellFails(t *testing.T) {
	steps := plan.Steps()
	last := steps[len(steps)-1]
	without := func(step string) []string {
		return slices.DeleteFunc(evening(), func(l string) bool { return l == plan.Done(step, "as it should be") })
	}
	for _, row := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a step that failed", []string{plan.Failed("boot", errors.New("no /dev/cuse"))}, "no /dev/cuse"},
		{"a step that was left out", without("arm64 beat"), "arm64 beat: the guest did arm64 unplug ads1115 instead"},
		{"the last step was left out", without(last), last + ": the guest was done without it"},
		{"a console that ends", evening()[:5], "the guest ended before it"},
		{"a kernel that gave up", []string{"Kernel panic - not syncing"}, "Kernel panic"},
		{"nothing", nil, "boot: the guest ended before it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := judge(t.Context(), play(row.lines...), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

func TestAStepThatFailedLeavesTheOthersToBeSeen(t *testing.T) {
	lines := evening()
	lines[2], lines[4] = plan.Failed("arm64 check", errors.New("exit code 78")), plan.Failed("arm64 probe figures", errors.New("38 of 50"))
	m := play(lines...)
	err := judge(t.Context(), m, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "exit code 78") || !strings.Contains(err.Error(), "38 of 50") {
		t.Error(err)
	}
	if m.presses != len(plan.Programs()) {
		t.Errorf("the steps after it were not followed: the button was pressed %d times", m.presses)
	}
}

func TestAButtonThatCannotBePressedFails(t *testing.T) {
	m := play(evening()...)
	m.stuck = errors.New("no monitor")
	if err := judge(t.Context(), m, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "no monitor") {
		t.Error(err)
	}
}
