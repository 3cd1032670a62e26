package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a program beside the test, which ends with it.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

func start(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	return p, nil
}

// end stops it, kindly at first.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// state tells whether it runs, or how it ended.
func (p *process) state() string {
	select {
	case err := <-p.done:
		p.done <- err
		return fmt.Sprintf("%s ended: %v", p.cmd.Args[0], p.cmd.ProcessState)
	case <-time.After(time.Second):
		return p.cmd.Args[0] + " runs"
	}
}

// qemu is the emulated machine.
type qemu struct {
	*process
	console chan string
	monitor string
}

// kernelOptions end the guest where its kernel gives up, and leave out what guards a kernel against its programs: for an emulated
// processor each step over that wall costs a hundred times its own time.
const kernelOptions = "console=ttyAMA0 quiet panic=-1 nokaslr kpti=off mitigations=off"

// startMachine boots a kernel on QEMU's machine "virt". Its time goes by instructions (-icount), one a nanosecond, and leaps over those in
// which it has nothing to do: a busy host makes the test slower, and nothing in it late.
func startMachine(ctx context.Context, kernel, archive, monitor string) (*qemu, error) {
	cmd := exec.CommandContext(ctx, "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-m", "512", "-icount", "shift=0,sleep=off",
		"-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio", "-monitor", "unix:"+monitor+",server,nowait",
		"-kernel", kernel, "-initrd", archive, "-append", kernelOptions)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	m := &qemu{console: make(chan string, 1024), monitor: monitor}
	if m.process, err = start(cmd); err != nil {
		return nil, err
	}
	go m.read(out)
	return m, nil
}

func (m *qemu) read(from io.Reader) {
	defer close(m.console)
	for scan := bufio.NewScanner(from); scan.Scan(); {
		m.console <- strings.TrimRight(scan.Text(), "\r")
	}
}

func (m *qemu) lines() <-chan string { return m.console }

// press pushes the power button, which is on line 3 of the machine's GPIO chip: up, and down again after a tenth of a second.
func (m *qemu) press() error {
	c, err := net.DialTimeout("unix", m.monitor, 10*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "system_powerdown\n"); err != nil {
		return err
	}
	// The monitor obeys after its prompt; it is left open until it has answered with the next one.
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	var heard strings.Builder
	for b := make([]byte, 1024); strings.Count(heard.String(), "(qemu)") < 2; {
		n, err := c.Read(b)
		if err != nil {
			return fmt.Errorf("monitor: %w", err)
		}
		heard.Write(b[:n])
	}
	return nil
}
