package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const worn = `
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main, address: 0x48}}
wearers: [{id: a, share: none, keep: nothing, start_from: [boot], eda: {chip: adc, channel: 1, kind: grove}}]
web: {listen: none}
`

func TestEverySignalThatEndsHubdEndsItInGoodOrder(t *testing.T) {
	// Whoever runs the tests may have had these ignored, which a child inherits. What is caught here has its default there.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, row := range []struct {
		name string
		as   []string
		send []syscall.Signal
	}{
		{"systemd's", nil, []syscall.Signal{syscall.SIGTERM}},
		{"twice", nil, []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}},
		{"Ctrl-C", nil, []syscall.Signal{syscall.SIGINT}},
		{"a terminal that is closed", nil, []syscall.Signal{syscall.SIGHUP}},
		{"one that nohup has ignored, then another", []string{"nohup"}, []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			file, socket := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "s")
			text := worn + "history: {path: " + filepath.Join(dir, "history.db") + "}\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			argv := append(row.as, os.Args[0], "run", "--config", file, "--socket", socket, "--simulate", "rest")
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
			said, err := cmd.StderrPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Skip(err)
			}
			for lines := bufio.NewScanner(said); lines.Scan() && !strings.Contains(lines.Text(), "the first samples are here"); {
			}
			for _, s := range row.send {
				if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) { // a second may come too late
					t.Error(err)
				}
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("ended with %v", err)
			}
			if _, err := os.Lstat(socket); err == nil {
				t.Error("its socket is left behind")
			}
		})
	}
}
