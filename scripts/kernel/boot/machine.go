package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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

// brokerWithin bounds the start of the broker.
const brokerWithin = 30 * time.Second

// startBroker runs a mosquitto on a free port of the loopback, which the guest sees as its router's.
func startBroker(ctx context.Context, folder string) (*process, int, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	port := free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		return nil, 0, err
	}
	file := filepath.Join(folder, "mosquitto.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "listener %d 127.0.0.1\nallow_anonymous true\n", port), 0o600); err != nil {
		return nil, 0, err
	}
	p, err := start(exec.CommandContext(ctx, "mosquitto", "-c", file))
	if err != nil {
		return nil, 0, err
	}
	for end := time.Now().Add(brokerWithin); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return p, port, c.Close()
		}
	}
	p.end()
	return nil, 0, fmt.Errorf("mosquitto does not listen on port %d", port)
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

// startMachine boots a kernel on QEMU's machine "virt". Its time goes by instructions (-icount), one a nanosecond, and stands while this
// machine gives it nothing: a busy host makes the test slower and nothing in it late.
func startMachine(ctx context.Context, kernel, archive, monitor string, port int) (*qemu, error) {
	cmd := exec.CommandContext(ctx, "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-m", "512", "-icount", "shift=0,sleep=on",
		"-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio", "-monitor", "unix:"+monitor+",server,nowait",
		"-netdev", "user,id=net", "-device", "virtio-net-device,netdev=net",
		"-kernel", kernel, "-initrd", archive, "-append", fmt.Sprintf(kernelOptions+" HUBD_BROKER=10.0.2.2:%d", port))
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
