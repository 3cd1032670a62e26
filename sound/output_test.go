package sound

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const patience = 20 * time.Second // for what must happen; nothing depends on how long it takes

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reader opens the other end of a named pipe.
func reader(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func block(v byte) []byte { return bytes.Repeat([]byte{v}, BlockBytes) }

func TestABlockGoesIntoAPipeWholeOrNotAtAll(t *testing.T) {
	path := fifo(t)
	r := reader(t, path)
	o, err := OpenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for {
		err := o.Write(block(byte(written)), time.Millisecond)
		if errors.Is(err, ErrStalled) {
			break
		}
		if written++; err != nil || written > 100 {
			t.Fatalf("%v after %d blocks: a pipe that nobody empties must stall", err, written)
		}
	}
	if most := max(pipeBytes, os.Getpagesize()); written*BlockBytes > most {
		t.Errorf("%d blocks wait in the pipe: that is more than %d bytes", written, most)
	}
	if got, want := o.Queued(), time.Duration(written)*BlockTime; got != want {
		t.Errorf("%s wait, want %s", got, want)
	}
	all := make([]byte, 1<<20)
	n, err := r.Read(all)
	all = all[:n]
	if err != nil || len(all) != written*BlockBytes {
		t.Fatalf("%d bytes were read, %v: want %d whole blocks", len(all), err, written)
	}
	for i := range written {
		if !bytes.Equal(all[i*BlockBytes:(i+1)*BlockBytes], block(byte(i))) {
			t.Errorf("block %d is not the one that was written", i)
		}
	}
}

func TestWhatIsNoPipeIsRefused(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{
		plain:                                "no named pipe",
		filepath.Join(t.TempDir(), "absent"): "there is no pipe",
		t.TempDir():                          "no named pipe",
	}
	for path, want := range rows {
		if _, err := OpenPipe(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// A file that could read its own blocks would wake whoever polls it at each of them.
func TestABlockInAPipeIsNothingToReadForItsWriter(t *testing.T) {
	path := fifo(t)
	o, err := OpenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := o.Write(block(1), time.Second); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		file *os.File
		want bool
	}{"a reader": {reader(t, path), true}, "the writer": {o.file, false}} {
		ask := []unix.PollFd{{Fd: int32(row.file.Fd()), Events: unix.POLLIN}}
		if _, err := unix.Poll(ask, 0); err != nil {
			t.Fatal(err)
		}
		if got := ask[0].Revents&unix.POLLIN != 0; got != row.want {
			t.Errorf("%s has something to read: %t, want %t", name, got, row.want)
		}
	}
}

func TestAClosedPipeIsHeldOpenAtNeitherEnd(t *testing.T) {
	path := fifo(t)
	o, err := OpenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	writing := func() error {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err == nil {
			f.Close()
		}
		return err
	}
	if err := writing(); err != nil {
		t.Errorf("%v while it is open: nobody is there to read", err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if err := writing(); !errors.Is(err, syscall.ENXIO) {
		t.Errorf("%v after the end, want that nobody is there to read", err)
	}
}

func TestAPipeThatNobodyReadsStalls(t *testing.T) {
	path := fifo(t)
	r := reader(t, path)
	o, err := OpenPipe(path)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	r.Close()
	for err == nil {
		err = o.Write(block(0), time.Millisecond)
	}
	if !errors.Is(err, ErrStalled) {
		t.Errorf("%v, want that it stands still", err)
	}
}

func TestAPlayerProcessTakesWhatIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	o, err := Start([]string{"dd", "of=" + path, "status=none"})
	if err != nil {
		t.Skip("no dd here")
	}
	for i := range 20 {
		if err := o.Write(block(byte(i)), patience); err != nil {
			t.Fatal(err)
		}
	}
	o.file.Close() // its end of input; Close would kill it
	if why := o.Wait(); why != "it ended by itself" {
		t.Errorf("it ended with %q", why)
	}
	all, err := os.ReadFile(path)
	if err != nil || len(all) != 20*BlockBytes {
		t.Errorf("%d bytes arrived, %v", len(all), err)
	}
}

func TestAPlayerThatEndsSaysWhy(t *testing.T) {
	o, err := Start([]string{"cat", "/there/is/no/sound/card"})
	if err != nil {
		t.Skip("no cat here")
	}
	if why := o.Wait(); !strings.Contains(why, "No such file") {
		t.Errorf("it ended with %q", why)
	}
	for err == nil {
		err = o.Write(block(0), patience)
	}
	if !errors.Is(err, unix.EPIPE) {
		t.Errorf("writing gives %v, want a broken pipe", err)
	}
	if err := o.Close(); err != nil {
		t.Errorf("closing what has ended: %v", err)
	}
}

func TestAPlayerThatStandsStillIsKilled(t *testing.T) {
	o, err := Start([]string{"sleep", "600"})
	if err != nil {
		t.Skip("no sleep here")
	}
	for err == nil {
		err = o.Write(block(0), time.Millisecond)
	}
	if !errors.Is(err, ErrStalled) {
		t.Fatalf("%v, want that it stands still", err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan string, 1)
	go func() { ended <- o.Wait() }()
	select {
	case why := <-ended:
		if !strings.Contains(why, "killed") {
			t.Errorf("it ended with %q", why)
		}
	case <-time.After(patience):
		t.Error("it is still there")
	}
}

// A player may be a script that starts the one that plays. Its child holds a pipe open for as long as it lives.
func TestWhatAPlayerHasStartedEndsWithIt(t *testing.T) {
	rows := []struct {
		name string
		then string // what the script does once its child is there
	}{
		{"when it is let go", "wait"},
		{"when the script has ended by itself", "exit 3"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			path := fifo(t)
			o, err := Start([]string{"sh", "-c", "(echo up; exec sleep 600) >" + path + " & " + row.then})
			if err != nil {
				t.Skip("no sh here")
			}
			child, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer child.Close()
			if err := child.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(child, make([]byte, 3)); err != nil {
				t.Fatal(err)
			}
			ended := make(chan string, 1)
			go func() { ended <- o.Wait() }()
			if row.then == "wait" {
				if err := o.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := child.Read(make([]byte, 1)); err != io.EOF {
				t.Fatalf("its child is still there: %v", err)
			}
			<-ended
			if err := o.Close(); row.then != "wait" && err != nil {
				t.Errorf("closing what has ended: %v", err)
			}
		})
	}
}

func TestAPlayerThatIsNotInstalledIsNamed(t *testing.T) {
	if _, err := Start([]string{"there-is-no-such-player"}); err == nil || !strings.Contains(err.Error(), "there-is-no-such-player") {
		t.Errorf("%v", err)
	}
}
