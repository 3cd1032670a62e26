package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clockTicks is how many units of /proc/PID/stat a second has: USER_HZ, 100 on every Linux that hubd runs on.
const clockTicks = 100

// processorTime is what a process has used since it began.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseProcessorTime(string(text))
}

// parseProcessorTime reads user and system time. The program's name stands in parentheses and may hold anything.
func parseProcessorTime(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat has %d fields after the name", len(fields))
	}
	sum := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / clockTicks, nil
}

// residentBytes is the memory that a process has.
func residentBytes(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmRSS", pid)
}

// machineTimes are what all processors of this machine did, in ticks: something, and anything at all.
type machineTimes struct{ busy, all int64 }

func readMachine() (machineTimes, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return machineTimes{}, err
	}
	var m machineTimes
	line, _, _ := strings.Cut(string(text), "\n")
	for i, f := range strings.Fields(line)[1:] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return machineTimes{}, err
		}
		m.all += n
		if i != 3 && i != 4 { // idle, and waiting for a disk
			m.busy += n
		}
	}
	return m, nil
}

// use is what a group of processes used in a stretch of time.
type use struct {
	processor float64 // percent of one core
	bytes     int64   // at its end
}

// meter measures a group of processes.
type meter struct {
	pids  []int
	began time.Time
	used  time.Duration
}

func newMeter(pids ...int) (meter, error) {
	m := meter{pids: pids, began: time.Now()}
	for _, pid := range pids {
		d, err := processorTime(pid)
		if err != nil {
			return m, err
		}
		m.used += d
	}
	return m, nil
}

func (m meter) read() (use, error) {
	now, err := newMeter(m.pids...)
	if err != nil {
		return use{}, err
	}
	u := use{processor: 100 * float64(now.used-m.used) / float64(now.began.Sub(m.began))}
	for _, pid := range m.pids {
		b, err := residentBytes(pid)
		if err != nil {
			return u, err
		}
		u.bytes += b
	}
	return u, nil
}

// server is a program that runs beside.
type server struct {
	cmd *exec.Cmd
	log string // file
}

func startServer(log, program string, args ...string) (*server, error) {
	f, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = f, f, endsWithUs()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &server{cmd: cmd, log: log}, nil
}

// endsWithUs lets a process end with the thread that started it: nothing stays when load is killed. main keeps to one thread for this.
func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// kill ends it without a word.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	_ = s.cmd.Wait()
}
