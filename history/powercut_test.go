package history_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	guestMark  = "HUBD_TEST_GUEST"    // stands in the environment of the computer whose power is cut
	guestParts = "HUBD_TEST_POWERCUT" // names a folder with a kernel, as make test-powercut lays it out

	guestWithin = "HUBD_TEST_WITHIN" // not empty: every cut falls within the writes, not every other one

	cardSize   = 96 << 20
	bootWithin = 5 * time.Minute // emulated, on a machine that has other work
)

// The power of a whole computer is cut at any moment, also while it opens the file or its file system repairs itself. Its memory card forgets
// what it was not asked to flush. At the next start what was called stored is stored, what was called erased is in no byte, the file is whole, no more
// than one commit is missing, and the settings are the newest that were called stored.
func TestNoPowerCutLosesWhatIsAcknowledged(t *testing.T) {
	if os.Getenv(guestMark) != "" {
		liveInGuest(t)
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	r := newRig(t, &card{})
	cuts := kills(50)
	most, opening, unflushed := 0, 0, 0
	began := time.Now()
	for i := range cuts {
		told, lasts := r.said, time.Duration(random.IntN(4000))*time.Millisecond
		if r.card.writesLeft = 0; i%2 == 0 || os.Getenv(guestWithin) != "" {
			r.card.writesLeft, lasts = 1+random.IntN(300), 20*time.Second // in the middle of a commit, or of a repair
		}
		open, checked := r.life(t, lasts, mayForget(i/2)%kindsOfCuts, random)
		if !checked {
			opening++
		}
		if r.wrong != "" {
			t.Fatalf("cut %d: of %+v: %s", i, told, r.wrong)
		}
		unflushed += open
		most = max(most, r.lost)
		if (i+1)%10 == 0 {
			t.Logf("%d cuts in %s: %+v", i+1, time.Since(began).Round(time.Second), r.said)
		}
	}
	r.card.writesLeft = 0
	r.life(t, 0, forgetsNothing, random) // looks at what the last cut left
	if r.wrong != "" {
		t.Fatalf("the last cut: %s", r.wrong)
	}
	most = max(most, r.lost)
	t.Logf("%d power cuts in %s (%d before the computer was at work): %d minutes, %d notes and %d settings acknowledged and every one stored; "+
		"at most %d minutes not (a commit holds %d); erased up to %d; %d pages were not flushed at a cut, %d flushes",
		cuts, time.Since(began).Round(time.Second), opening, r.said.kept, r.said.notes, r.said.saved, most, perCommit, r.said.erased, unflushed, r.card.flushes)
	if r.said.kept < cuts || unflushed == 0 || r.said.erased == 0 {
		t.Error("too little was at stake: this tries nothing")
	}
}

// A card that answers flushes and does nothing loses what was acknowledged. A test that did not see that would see no missing flush either.
func TestAMissingFlushShows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := newRig(t, &card{lies: true})
	for i := range 20 {
		r.life(t, 3*time.Second, forgetsAll, random)
		if r.wrong != "" {
			t.Logf("seen after %d cuts: %s", i, r.wrong)
			return
		}
	}
	t.Error("the card never flushed anything, and nothing was missing")
}

// A card at its end refuses every write (EIO): what hubd cannot store waits in memory, and it says so. Whether it hears of the card or of a file
// system that has become read-only by then is the kernel's to decide.
func TestACardThatRefusesWritesEndsNothing(t *testing.T) {
	if os.Getenv(guestMark) != "" {
		endure(t)
	}
	r := newRig(t, &card{failsAfter: 150})
	r.test = t.Name()
	r.life(t, time.Minute, forgetsNothing, rand.New(rand.NewPCG(1, 2)))
	var stored, read int
	var whole bool
	for line := range strings.Lines(r.other) {
		if _, err := fmt.Sscanf(line, "endured %d %d %t", &stored, &read, &whole); err == nil {
			break
		}
	}
	said := strings.Contains(r.other, "history.db: the disk does not answer") || strings.Contains(r.other, "history.db: the disk is read-only")
	if stored == 0 || !said || strings.Contains(r.other, "settings: <nil>") {
		t.Errorf("%d minutes were stored: %s", stored, r.other)
	}
	t.Logf("%d minutes stored before, %d read after (%t); it said:\n%s", stored, read, whole, r.other)
}

// rig is a computer that lives again and again with the same card.
type rig struct {
	card            *card
	kernel, initial string
	socket          net.Listener
	said            progress // that is acknowledged
	lost            int      // minutes that were fed before the newest cut and were not there after it
	wrong           string   // what was not as it must be; empty: nothing
	other           string   // what the computer said besides
	test            string   // that it runs
}

// newRig skips where no computer can be emulated.
func newRig(t *testing.T, c *card) *rig {
	t.Helper()
	parts := os.Getenv(guestParts)
	if parts == "" {
		t.Skip("this needs an emulated computer: make test-powercut")
	}
	r := &rig{card: c, test: "TestNoPowerCutLosesWhatIsAcknowledged", kernel: filepath.Join(parts, "kernel"), initial: filepath.Join(t.TempDir(), "initial")}
	if err := writeInitial(r.initial, parts); err != nil {
		t.Fatal(err)
	}
	image := filepath.Join(t.TempDir(), "image")
	if out, err := exec.Command("mke2fs", "-q", "-F", "-t", "ext4", "-b", strconv.Itoa(sector), image, strconv.Itoa(cardSize/sector)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c.lasting = read(t, image)
	var err error
	if r.socket, err = net.Listen("unix", filepath.Join(t.TempDir(), "card")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.socket.Close() })
	return r
}

// life starts the computer, lets it write for a while from when its card is mounted, and cuts its power. It gives how many sectors had not been
// flushed, and whether what an earlier cut left had been looked at.
func (r *rig) life(t *testing.T, writes time.Duration, may mayForget, random *rand.Rand) (open int, checked bool) {
	t.Helper()
	served := make(chan error, 1)
	go func() {
		conn, err := r.socket.Accept()
		if err == nil {
			err = r.card.serve(conn)
		}
		served <- err
	}()
	cmd := r.computer()
	r.card.powerGoes, r.card.gone = func() { _ = cmd.Process.Kill() }, false
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	power := time.AfterFunc(bootWithin, func() { _ = cmd.Process.Kill() })
	defer power.Stop()
	checked, mounted := r.listen(out, func() { power.Reset(writes) }, writes == 0, cmd)
	_ = cmd.Wait()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if !mounted && !r.card.gone || cmd.ProcessState.Exited() {
		t.Fatalf("the computer ended by itself, or did not start within %s: %s", bootWithin, r.other)
	}
	return r.card.cut(random, may), checked
}

// computer is one with a processor, a serial line and the card.
func (r *rig) computer() *exec.Cmd {
	words := "console=ttyS0 quiet loglevel=2 panic=-1 no_timer_check " + guestMark + "=1 -- -test.timeout=0 -test.run=^" + r.test + "$"
	args := []string{
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-m", "256", "-serial", "stdio",
		"-kernel", r.kernel, "-initrd", r.initial, "-append", words,
		"-drive", "if=none,id=card,format=raw,cache=none,file=nbd+unix:///?socket=" + r.socket.Addr().String(),
		"-device", fmt.Sprintf("virtio-blk-pci,drive=card,logical_block_size=%d,physical_block_size=%[1]d", sector),
	}
	return exec.Command("qemu-system-x86_64", append(args, "-accel", cmp.Or(os.Getenv("HUBD_ACCEL"), "tcg"))...)
}

// listen follows what the computer says until its power is cut, and holds it against what it had said before.
func (r *rig) listen(out io.Reader, mounted func(), once bool, cmd *exec.Cmd) (checked, started bool) {
	fed := r.said.fed
	r.other = ""
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return checked, started // what is cut off says nothing
		}
		line = strings.TrimSpace(line)
		var found progress
		var notErased int
		switch _, err := fmt.Sscanf(line, "found %d %d %d %d", &found.kept, &found.notes, &found.saved, &notErased); {
		case line == "mounted":
			started = true
			mounted()
		case err == nil:
			checked = true
			r.judge(found, fed, notErased)
			if once {
				_ = cmd.Process.Kill()
			}
		case strings.HasPrefix(line, "wrong "):
			r.wrong = line
		case strings.HasPrefix(line, "endured "):
			r.other += line + "\n"
			_ = cmd.Process.Kill()
		case r.said.hear(line) != nil:
			r.other += line + "\n"
		}
	}
}

// judge holds what a start found against what was acknowledged before it.
func (r *rig) judge(found progress, fed, notErased int) {
	r.lost = max(0, fed-found.kept)
	if notErased != 0 && notErased <= r.said.erased {
		r.wrong = fmt.Sprintf("%d was told to be erased, up to %d, and is there", notErased, r.said.erased)
	}
	if found.kept < r.said.kept || found.notes < r.said.notes || found.saved < r.said.saved || r.lost > perCommit {
		r.wrong = fmt.Sprintf("found %+v of %+v that were told", found, r.said)
	}
	r.said.fed = found.kept // the next life goes on from there
}
