// Package plan is what the guest and the machine that starts it agree on: the steps of the test, and the lines by which the guest's
// console tells of them.
package plan

import (
	"fmt"
	"strings"
)

// Programs are the builds of hubd under test, by GOARCH and, for arm, GOARM: both run on the one 64-bit kernel.
func Programs() []string { return []string{"arm64", "armv6"} }

// Steps are all steps of the test in their order. Those of a program begin with its name.
func Steps() []string {
	steps := []string{"boot"}
	for _, program := range Programs() {
		for _, step := range Evening(program) {
			steps = append(steps, program+" "+step)
		}
	}
	return steps
}

// Evening are the steps of one program: the first does all, the others those in which the size of a pointer could matter.
func Evening(program string) []string {
	if program != Programs()[0] {
		return []string{"check", "probe figures", "start", "samples", "beat", "unplug ads1115", "unplug mcp3208", "unplug i2c node", "button", "stop"}
	}
	return []string{
		"check", "probe paste", "probe figures", "probe kernel driver", "group", "start", "samples", "beat",
		"unplug ads1115", "unplug max30102", "unplug mcp3208", "stuck bus", "unplug i2c node", "unplug spi node", "lend", "button", "stop",
	}
}

// Lines of the guest's console.
const (
	done   = "ok   "
	failed = "FAIL "
	// PressButton asks for a press of the machine's power button.
	PressButton = "ASK  power button"
	// End is the last line.
	End = "END"
)

// Done is the line of a step that was as it should be.
func Done(step, figures string) string { return fmt.Sprintf("%s%s: %s", done, step, figures) }

// Failed is the line of a step that was not.
func Failed(step string, err error) string {
	return fmt.Sprintf("%s%s: %s", failed, step, strings.ReplaceAll(err.Error(), "\n", " / "))
}

// Parse reads a line of the console; ok is false for any that tells of no step.
func Parse(line string) (step string, passed, ok bool) {
	for _, prefix := range [...]string{done, failed} {
		rest, found := strings.CutPrefix(line, prefix)
		if step, _, whole := strings.Cut(rest, ": "); found && whole {
			return step, prefix == done, true
		}
	}
	return "", false, false
}
