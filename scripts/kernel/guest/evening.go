package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hubd/drivers/sim"
	"hubd/mqtt"
	"hubd/scripts/kernel/plan"
)

// Bounds, in the guest's own time. Faults and recoveries have those that hubd promises.
const (
	answersWithin = 20 * time.Second
	faultWithin   = 5 * time.Second
	healsWithin   = 5 * time.Second
	beatWithin    = 40 * time.Second
	probeWithin   = 2 * time.Minute
	stopWithin    = 5 * time.Second

	heartRateOff = 3.0 // beats a minute between what is told and the truth of the last ten seconds
)

// evening is what one program lives through.
type evening struct {
	*world
	*program
	ears *ears
}

// steps are those of plan.Evening. Each gives its figures.
func (e *evening) steps() map[string]func() (string, error) {
	return map[string]func() (string, error){
		"check":               e.check,
		"probe paste":         e.probePaste,
		"probe figures":       e.probeFigures,
		"probe kernel driver": e.probeKernelDriver,
		"group":               e.group,
		"start":               e.startDaemon,
		"samples":             e.samples,
		"beat":                e.beat,
		"unplug ads1115":      func() (string, error) { return e.chip(e.ads, sim.Unplugged) },
		"unplug max30102":     func() (string, error) { return e.chip(e.max, sim.Unplugged) },
		"unplug mcp3208":      func() (string, error) { return e.chip(e.mcp, sim.Floating) },
		"stuck bus":           func() (string, error) { return e.chip(e.adsBus, sim.Stuck) },
		"unplug i2c node":     func() (string, error) { return e.node(adsNode) },
		"unplug spi node":     func() (string, error) { return e.node(mcpNode) },
		"lend":                e.lend,
		"button":              e.button,
		"stop":                e.stopDaemon,
	}
}

// await looks until ok says so, and tells how long that took.
func await(within time.Duration, what string, ok func() bool) (time.Duration, error) {
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if ok() {
			return time.Since(began), nil
		}
		if time.Since(began) > within {
			return 0, fmt.Errorf("not within %s: %s", within, what)
		}
	}
}

func (e *evening) check() (string, error) {
	version, err := e.ask(answersWithin, 0, "version")
	if err != nil {
		return "", err
	}
	_, err = e.ask(answersWithin, 0, "check", "--config", configFile)
	return strings.TrimSpace(version), err
}

// probePaste takes what hubd probe prints for the config that it says it is.
func (e *evening) probePaste() (string, error) {
	text, err := e.ask(probeWithin, 0, "probe", "--seconds", "2")
	if err != nil {
		return "", err
	}
	for _, part := range []string{"kind: ads1115", "kind: max30102", "kind: mcp3208", "0x48"} {
		if !strings.Contains(text, part) {
			return "", fmt.Errorf("hubd probe does not say %q: %s", part, text)
		}
	}
	const pasted = "/run/pasted.yaml"
	if err := os.WriteFile(pasted, []byte(text), 0o644); err != nil {
		return "", err
	}
	_, err = e.ask(answersWithin, 0, "check", "--config", pasted)
	return fmt.Sprintf("%d lines with all three chips, taken by hubd check", strings.Count(text, "\n")), err
}

// report is of hubd probe --json what this test looks at.
type report struct {
	Buses []struct {
		Place, Found string
		Clock        *float64 `json:"clock_hz"`
		Chips        []struct {
			Kind, Found, Detail string
			Channels            []struct {
				Signal string
				Asked  float64 `json:"rate_asked_hz"`
				Rate   float64 `json:"rate_hz"`
				P99    float64 `json:"jitter_p99_ms"`
				Skips  int
			}
		}
	}
}

// probe runs hubd probe --json; code 1 is its answer where it has something to mend.
func (e *evening) probe(code, seconds int) (r report, err error) {
	text, err := e.ask(probeWithin, code, "probe", "--config", configFile, "--socket", socketFile, "--seconds", strconv.Itoa(seconds), "--json")
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(text), &r)
}

func (e *evening) probeFigures() (string, error) {
	r, err := e.probe(0, 8)
	if err != nil {
		return "", err
	}
	return r.figures()
}

// figures are what a probe measured, where all of it is as it was set up.
func (r report) figures() (string, error) {
	var all []string
	for _, b := range r.Buses {
		clock := "clock unknown"
		if b.Clock != nil {
			clock = fmt.Sprintf("%.0f kHz", *b.Clock/1e3)
		}
		all = append(all, b.Place+" "+clock)
		for _, c := range b.Chips {
			if c.Found != "found" {
				return "", fmt.Errorf("%s: %s %s", c.Kind, c.Found, c.Detail)
			}
			for _, ch := range c.Channels {
				if math.Abs(ch.Rate-ch.Asked) > 0.05*ch.Asked {
					return "", fmt.Errorf("%s %s: %.1f of %.1f samples a second", c.Kind, ch.Signal, ch.Rate, ch.Asked)
				}
				all = append(all, fmt.Sprintf("%s %s %.1f/s of %.0f, jitter p99 %.2f ms, %d lost", c.Kind, ch.Signal, ch.Rate, ch.Asked, ch.P99, ch.Skips))
			}
		}
	}
	return strings.Join(all, "; "), nil
}

// probeKernelDriver shows hubd a machine on which a dtoverlay has given the ADS1115 to the kernel.
func (e *evening) probeKernelDriver() (figures string, err error) {
	const devices, over = "/sys/bus/i2c/devices", "/run/i2c-devices"
	if err := os.MkdirAll(over+"/7-0048", 0o755); err != nil {
		return "", err
	}
	if err := os.Symlink("../../../bus/i2c/drivers/ads1015", over+"/7-0048/driver"); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	if err := unix.Mount(over, devices, "", unix.MS_BIND, ""); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unix.Unmount(devices, 0)) }()
	r, err := e.probe(1, 2)
	if err != nil {
		return "", err
	}
	c := r.Buses[0].Chips[0]
	if c.Found != "kernel_driver" || c.Detail != "ads1015" {
		return "", fmt.Errorf("%s: %s %s", c.Kind, c.Found, c.Detail)
	}
	return "the " + c.Kind + " is told to be the driver " + c.Detail + "'s", nil
}

// group runs the daemon as a user who is not in the group of the nodes.
func (e *evening) group() (figures string, err error) {
	if err := e.start(nil); err != nil {
		return "", err
	}
	defer func() {
		_, failed := e.stop(stopWithin)
		err = errors.Join(err, failed)
	}()
	took, err := await(answersWithin, "each bus says that its user may not use it", func() bool {
		s, _ := e.program.status()
		n := 0
		for _, source := range s.Sources {
			if strings.Contains(source.Fault, "this user may not use /dev/") {
				n++
			}
		}
		return n == 3
	})
	return fmt.Sprintf("3 buses refused and told after %.1f s, no exit", took.Seconds()), err
}

func (e *evening) startDaemon() (string, error) {
	e.ears.forget()
	if err := e.start([]uint32{busGroup}); err != nil {
		return "", err
	}
	took, err := await(answersWithin, "every source answers and the broker is reached", func() bool {
		s, err := e.program.status()
		n, _ := s.faults()
		return err == nil && len(s.Sources) >= 3 && n == 0 && s.Broker.Connected && e.ears.status("a") == "online" && e.ears.status("b") == "online"
	})
	return fmt.Sprintf("all sources, the broker and both wearers online after %.1f s", took.Seconds()), err
}

// samples counts what passes the nodes.
func (e *evening) samples() (string, error) {
	const length = 4 * time.Second
	names := [...]string{adsNode, maxNode, mcpNode}
	var before [len(names)]uint64
	for i, name := range names {
		before[i] = e.devices[name].Calls()
	}
	time.Sleep(length)
	var rates [len(names)]float64
	for i, name := range names {
		rates[i] = float64(e.devices[name].Calls()-before[i]) / length.Seconds()
	}
	conversions := rates[0] / 3 // start, look, read
	figures := fmt.Sprintf("ADS1115 %.1f conversions/s of 55, MAX30102 %.0f transfers/s, MCP3208 %.1f conversions/s of 5", conversions, rates[1], rates[2])
	if math.Abs(conversions-55) > 4 || rates[1] < 50 || math.Abs(rates[2]-5) > 0.8 {
		return "", errors.New(figures)
	}
	return figures, nil
}

// beat waits until both hearts are told as they beat.
func (e *evening) beat() (string, error) {
	var figures [2]string
	off := func(i int, wearer string) bool {
		s, truth := e.ears.state(wearer), e.bodies[i].heartRate()
		if s.HeartRate == nil || s.Conductance == nil {
			return true
		}
		figures[i] = fmt.Sprintf("%s %.1f/min (truth %.1f) and %.2f µS (truth %.2f)", wearer, *s.HeartRate, truth, *s.Conductance, e.bodies[i].scene.EDA(0, e.now()))
		return math.Abs(*s.HeartRate-truth) > heartRateOff
	}
	took, err := await(beatWithin, "heart rates and skin conductance on MQTT that are the truth", func() bool { return !off(0, "a") && !off(1, "b") })
	if err != nil {
		return "", fmt.Errorf("%w; last: %s", err, strings.Join(figures[:], ", "))
	}
	return fmt.Sprintf("%s after %.1f s, %d messages", strings.Join(figures[:], ", "), took.Seconds(), e.ears.heard()), nil
}

// faultable is a chip or a bus.
type faultable interface {
	Set(f sim.Fault, on bool) error
}

// chip lets a chip or a bus fail, and work again.
func (e *evening) chip(part faultable, f sim.Fault) (string, error) {
	return e.fail(func() error { return part.Set(f, true) }, func() error { return part.Set(f, false) })
}

// node pulls out an adapter, and plugs it in again.
func (e *evening) node(name string) (string, error) {
	return e.fail(func() error { return e.unplug(name) }, func() error { return e.plug(name) })
}

// fail looks that one source is told as silent, in one line of the log, and as answering when it does.
func (e *evening) fail(broken, mended func() error) (string, error) {
	lines := strings.Count(e.log.String(), "\n")
	if err := broken(); err != nil {
		return "", err
	}
	reason := ""
	told, err := await(faultWithin, "a fault on the socket", func() bool {
		s, _ := e.program.status()
		n := 0
		n, reason = s.faults()
		return n == 1
	})
	if err != nil {
		return "", errors.Join(err, mended())
	}
	if err := mended(); err != nil {
		return "", err
	}
	healed, err := await(healsWithin, "the source answers again; last: "+reason, func() bool {
		s, _ := e.program.status()
		n, _ := s.faults()
		return len(s.Sources) > 0 && n == 0
	})
	if err != nil {
		return "", err
	}
	if lines = strings.Count(e.log.String(), "\n") - lines; lines > 2 {
		return "", fmt.Errorf("%d lines of log for one fault: %s", lines, e.log)
	}
	reason, _, _ = strings.Cut(reason, "; check")
	return fmt.Sprintf("told after %.1f s, healed after %.1f s, %d lines of log; %s", told.Seconds(), healed.Seconds(), lines, reason), nil
}

// lend lets a probe borrow the buses of the running daemon, which then goes on.
func (e *evening) lend() (string, error) {
	r, err := e.probe(0, 3)
	if err != nil {
		return "", err
	}
	if _, err := r.figures(); err != nil {
		return "", err
	}
	took, err := await(answersWithin, "every source answers after the loan", func() bool {
		s, _ := e.program.status()
		n, _ := s.faults()
		return len(s.Sources) > 0 && n == 0
	})
	return fmt.Sprintf("a probe had all buses of the running daemon, which had them back after %.1f s", took.Seconds()), err
}

// button presses the pause button by an edge of the kernel's, and resumes over MQTT.
func (e *evening) button() (string, error) {
	fmt.Println(plan.PressButton)
	paused, err := await(time.Minute, "both wearers paused by the button", func() bool {
		return e.ears.status("a") == "paused" && e.ears.status("b") == "paused"
	})
	if err != nil {
		return "", err
	}
	calls := e.devices[adsNode].Calls()
	time.Sleep(time.Second)
	if n := e.devices[adsNode].Calls() - calls; n > 0 {
		return "", fmt.Errorf("%d transfers to the ADS1115 in the second after the pause", n)
	}
	for _, wearer := range [...]string{"a", "b"} {
		if err := e.ears.client.Publish(mqtt.Message{Topic: "hubd/kernel/" + wearer + "/set/resume", Payload: []byte("PRESS"), QoS: 1}); err != nil {
			return "", err
		}
	}
	resumed, err := await(healsWithin, "both wearers online again", func() bool {
		return e.ears.status("a") == "online" && e.ears.status("b") == "online"
	})
	return fmt.Sprintf("a press paused both (%.1f s, with the way to the button), no transfer in the next second, resumed in %.1f s", paused.Seconds(), resumed.Seconds()), err
}

func (e *evening) stopDaemon() (string, error) {
	took, err := e.stop(stopWithin)
	if err != nil {
		return "", err
	}
	mode := make([]byte, 1)
	if err := e.maxBus.Tx(maxAddress, []byte{0x09}, mode); err != nil {
		return "", err
	}
	if mode[0]&0x80 == 0 {
		return "", fmt.Errorf("the LEDs of the MAX30102 are lit: mode %#x", mode[0])
	}
	return fmt.Sprintf("exit code 0 after %.2f s, the pulse chip dark", took.Seconds()), nil
}
