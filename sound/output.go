package sound

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pipeBytes is how much may wait in a pipe: two blocks. What waits there is heard however soon it shall be silent.
const pipeBytes = 8192

// ErrStalled says that a player did not take a block in time.
var ErrStalled = errors.New("nobody takes the sound: the player stands still, or is not there")

// Output is where blocks go: the standard input of a player process, or a named pipe. It belongs to one goroutine, except Wait.
type Output struct {
	file   *os.File
	held   *os.File  // a named pipe's other end; nil for a process
	player *exec.Cmd // nil for a named pipe
	said   *os.File  // what the process writes to its standard error

	mu    sync.Mutex
	ended bool // the process; its number may be another's from now on
}

// Start starts a player process that reads PCM from its standard input. The command is a list of words, never a shell's line.
func Start(command []string) (*Output, error) {
	in, file, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("sound: player: %w", err)
	}
	defer in.Close()
	said, errs, err := os.Pipe()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("sound: player: %w", err)
	}
	defer errs.Close()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stderr = in, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is hubd's: it fades out first; and all of the group ends with it
	if err := cmd.Start(); err != nil {
		file.Close()
		said.Close()
		return nil, fmt.Errorf("sound: player %s: %w", command[0], err)
	}
	o := &Output{file: file, player: cmd, said: said}
	o.narrow()
	return o, nil
}

// OpenPipe opens a named pipe. It is held open at both ends: a Snapcast server that finds no writer goes away and comes back every
// moment, so that the two would seldom meet. While nobody reads, Write stalls.
//
// The end that is held is another file than the one written to, and one that Go's poller does not know: it would be woken by each block, for
// there would be something to read.
func OpenPipe(path string) (*Output, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("sound: there is no pipe %s: start what reads it (snapserver makes its own), or mkfifo %s", path, path)
	case err != nil:
		return nil, fmt.Errorf("sound: pipe: %w", err)
	case info.Mode()&fs.ModeNamedPipe == 0:
		return nil, fmt.Errorf("sound: %s is no named pipe: sound would fill the disk", path)
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("sound: pipe %s: %w", path, err)
	}
	held := os.NewFile(uintptr(fd), path)
	file, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		held.Close()
		return nil, fmt.Errorf("sound: pipe: %w", err)
	}
	o := &Output{file: file, held: held}
	o.narrow()
	return o, nil
}

// narrow makes the pipe small. Where the kernel does not allow that, Queued still tells what waits.
func (o *Output) narrow() {
	_ = o.control(func(fd int) error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, pipeBytes)
		return err
	})
}

func (o *Output) control(f func(fd int) error) error {
	raw, err := o.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}

// Write writes one block, waiting at most so long for room. A block is written whole or not at all.
func (o *Output) Write(block []byte, within time.Duration) error {
	if err := o.file.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return fmt.Errorf("sound: %w", err)
	}
	switch _, err := o.file.Write(block); {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrStalled
	case err != nil:
		return fmt.Errorf("sound: %w", err)
	}
	return nil
}

// Queued is how much sound waits in the pipe.
func (o *Output) Queued() time.Duration {
	bytes := 0
	_ = o.control(func(fd int) (err error) {
		bytes, err = unix.IoctlGetInt(fd, unix.TIOCINQ) // FIONREAD
		return err
	})
	return time.Duration(bytes) * BlockTime / BlockBytes
}

// Close ends the output: a pipe is closed, a process killed with all that it has started. Wait then returns soon.
func (o *Output) Close() error {
	err := o.file.Close()
	if o.held != nil {
		err = errors.Join(err, o.held.Close())
	}
	if o.player != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !o.ended {
			err = errors.Join(err, o.kill())
		}
	}
	if err != nil {
		return fmt.Errorf("sound: player not ended: %w", err)
	}
	return nil
}

// kill kills the process and its group: a player may be a script that starts the one that plays.
func (o *Output) kill() error {
	if err := unix.Kill(-o.player.Process.Pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}

// Process tells whether this is a process, which has an end to wait for.
func (o *Output) Process() bool { return o.player != nil }

// Wait waits until the process has ended, ends what it has left behind, and says what it said of that. It is called once, from any
// goroutine.
func (o *Output) Wait() string {
	o.sweep()
	err := o.player.Wait()
	words := make([]byte, 1024)
	n := 0
	if o.said.SetReadDeadline(time.Now().Add(100*time.Millisecond)) == nil {
		n, _ = o.said.Read(words)
	}
	o.said.Close()
	text := strings.Join(strings.Fields(string(words[:n])), " ")
	switch {
	case text != "":
		return text
	case err != nil:
		return err.Error()
	}
	return "it ended by itself"
}

// sweep waits for the end of the process without taking it off the kernel's list: until then no other group can have its number.
func (o *Output) sweep() {
	for unix.Waitid(unix.P_PID, o.player.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.kill() // what cannot be killed is somebody else's now
	o.ended = true
}
