package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAWatchDrawsBothWaves(t *testing.T) {
	found := foundConfig(t)
	code, out, errs := hubd(t, "watch", "--config", found, "--simulate", "rest", "--speed", "50", "--seconds", "15")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	screens := strings.Split(strings.TrimSpace(out), "hubd watch: a")
	last := screens[len(screens)-1]
	if !strings.Contains(last, "pulse   A0 of adc   worn") || !strings.Contains(last, "skin    A1 of adc   worn") || strings.Count(last, "*") < 200 {
		t.Errorf("the last screen:\n%s", last)
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(line); n > 81 || strings.Contains(line, "\x1b") {
			t.Errorf("%d characters in a pipe, or words for a terminal: %q", n, line)
		}
	}
}

func TestAWatchRefusesWhatItCannotDo(t *testing.T) {
	found := foundConfig(t)
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--speed", "2"}, exitUsage, "--simulate"},
		{[]string{"--speed", "0", "--simulate", "rest"}, exitUsage, "--speed"},
		{[]string{"--seconds", "-1"}, exitUsage, "--seconds"},
		{[]string{"--wearer", "z", "--simulate", "rest"}, exitFailed, `no wearer "z"`},
		{[]string{"--simulate", "dance"}, exitFailed, "there is no scenario"},
	} {
		if code, _, errs := hubd(t, append([]string{"watch", "--config", found}, row.args...)...); code != row.code || !strings.Contains(errs, row.says) {
			t.Errorf("%v: exit %d: %s", row.args, code, errs)
		}
	}
}
