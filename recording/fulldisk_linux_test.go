package recording_test

import (
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/recording"
)

// limitFiles lets no file of this process become longer, as a full disk does, until the function that it gives is called.
func limitFiles(t *testing.T, bytes uint64) (end func()) {
	t.Helper()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Skip(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	now := was
	now.Cur = bytes
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		t.Skip(err)
	}
	end = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return end
}

func TestAFullDiskIsToldOnceAndLeavesWholeRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.csv")
	w, err := recording.Create(path, "ppg_v")
	if err != nil {
		t.Fatal(err)
	}
	limit := limitFiles(t, 100_000)
	for i := 0; err == nil && i < 100_000; i++ {
		err = w.Row(time.Duration(i)*4*ms, dsp.Some(1/float64(i+3)))
	}
	limit()
	if err == nil || w.Close() != nil {
		t.Errorf("%v at first, and then %v: the disk is told of once", err, w.Close())
	}
	if r, err := recording.Open(path); err != nil || len(r.Columns[0].T) == 0 {
		t.Errorf("%v: nothing is left", err)
	}
}
