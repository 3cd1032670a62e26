package plan_test

import (
	"errors"
	"slices"
	"testing"

	"hubd/scripts/kernel/plan"
)

func TestALineTellsItsStepAndHowItWent(t *testing.T) {
	for _, row := range []struct {
		name, line, step string
		passed, ok       bool
	}{
		{"a step that went well", plan.Done("arm64 beat", "a 61.2: truth 61.4"), "arm64 beat", true, true},
		{"a step that did not, on one line", plan.Failed("boot", errors.New("no network\nat all: none")), "boot", false, true},
		{"a line of the kernel", "[    0.83] Run /init: as init process", "", false, false},
		{"a step without figures", "ok   boot", "", false, false},
		{"the end", plan.End, "", false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if step, passed, ok := plan.Parse(row.line); step != row.step || passed != row.passed || ok != row.ok {
				t.Errorf("%q: %q, %t, %t", row.line, step, passed, ok)
			}
		})
	}
}

func TestEveryProgramDoesEveryStepOnce(t *testing.T) {
	steps := plan.Steps()
	want := 1
	for _, program := range plan.Programs() {
		want += len(plan.Evening(program))
	}
	if len(steps) != want {
		t.Errorf("%d steps, want %d", len(steps), want)
	}
	slices.Sort(steps)
	if n := len(steps); len(slices.Compact(steps)) != n {
		t.Error("two steps have one name")
	}
}
