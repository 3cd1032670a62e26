package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Where hubd lives in the guest, and as whom: nobody but the group of the nodes helps it.
const (
	configFile = "/run/config.yaml"
	socketFile = "/run/hubd/hubd.sock"
	stateDir   = "/run/hubd-state"
	hubdUser   = 991

	brokerAddress = "127.0.0.1:1883"
)

// hubdConfig is the bedroom of this test. The rates are low: an emulated machine pays for each transfer. The button is the machine's own power
// button, which is wired the other way round: it rests pressed, and comes down after each push.
const hubdConfig = `
hub: {id: kernel}
mqtt: {url: "mqtt://` + brokerAddress + `"}
buses:
  one: {i2c: "7"}
  two: {i2c: "8"}
  three: {spi: "0.0", clock_hz: 1000000}
chips:
  adc: {kind: ads1115, bus: one, address: 0x48, supply_v: 3.3}
  finger: {kind: max30102, bus: two, leds: {rate_hz: 50}}
  skin: {kind: mcp3208, bus: three, supply_v: 3.3}
wearers:
  - id: a
    share: full
    start_from: [boot, mqtt]
    pulse: {chip: adc, channel: 0, kind: ppg, rate_hz: 50, full_scale_v: 4.096}
    eda: {chip: adc, channel: 1, kind: grove, rate_hz: 5, full_scale_v: 4.096}
  - id: b
    share: full
    start_from: [boot, mqtt]
    pulse: {chip: finger, kind: ppg}
    eda: {chip: skin, channel: 1, kind: grove, rate_hz: 5}
gpio: {pause_button: "9030000.pl061:3"}
room: {private: false}
history: {path: ` + stateDir + `/history.db}
`

// output is what a program has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// program is hubd for one kind of processor.
type program struct {
	path string
	cmd  *exec.Cmd
	log  *output
	done chan error
}

// command makes a call of hubd as its own user, in the given groups beside its own.
func (p *program) command(groups []uint32, args ...string) *exec.Cmd {
	c := exec.Command(p.path, args...)
	c.Env = []string{"HOME=" + stateDir, "PATH=/"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: hubdUser, Gid: hubdUser, Groups: groups}}
	return c
}

// ask runs a command of hubd to its end, within bound, and gives what it wrote. A command that ends with a code, not by a signal or too
// late, has answered: want says which code.
func (p *program) ask(within time.Duration, want int, args ...string) (string, error) {
	c := p.command([]uint32{busGroup}, args...)
	var out, failed output
	c.Stdout, c.Stderr = &out, &failed
	if err := c.Start(); err != nil {
		return "", err
	}
	timer := time.AfterFunc(within, func() { c.Process.Kill() })
	err := c.Wait()
	if !timer.Stop() {
		return "", fmt.Errorf("hubd %s is not over within %s", args[0], within)
	}
	if code := c.ProcessState.ExitCode(); code != want {
		return "", fmt.Errorf("hubd %s: exit code %d, want %d: %w: %s%s", strings.Join(args, " "), code, want, err, failed.String(), out.String())
	}
	return out.String(), nil
}

// start runs the daemon with nothing kept from an earlier run.
func (p *program) start(groups []uint32) error {
	for _, folder := range [...]string{stateDir, "/run/hubd"} {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
		if err := os.Chown(folder, hubdUser, hubdUser); err != nil {
			return err
		}
	}
	p.log, p.done = &output{}, make(chan error, 1)
	p.cmd = p.command(groups, "run", "--config", configFile, "--socket", socketFile)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() { p.done <- p.cmd.Wait() }()
	return nil
}

// stop asks the daemon to end and tells how long it took.
func (p *program) stop(within time.Duration) (time.Duration, error) {
	if p.cmd == nil {
		return 0, nil
	}
	began := time.Now()
	defer func() { p.cmd = nil }()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case err := <-p.done:
		return time.Since(began), err
	case <-time.After(within):
		p.cmd.Process.Kill()
		<-p.done
		return 0, fmt.Errorf("hubd does not end within %s", within)
	}
}

// status is what the daemon says of itself on its socket.
type status struct {
	Sources []struct{ Source, Fault string }
	Wearers []struct{ Wearer, Status string }
	Broker  struct{ Connected bool }
}

func (p *program) status() (s status, err error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socketFile)
		},
	}}
	r, err := client.Get("http://hubd/api/status")
	if err != nil {
		return s, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(body, &s)
}

// faults counts the sources that do not answer and gives one's reason.
func (s status) faults() (n int, reason string) {
	for _, source := range s.Sources {
		if source.Fault != "" {
			n++
			reason = source.Source + ": " + source.Fault
		}
	}
	return n, reason
}
