package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"

	"hubd/config"
	"hubd/drivers/sim"
)

// adapters is a machine whose device nodes are files in a folder, and which notes what is opened.
type adapters struct {
	t      *testing.T
	dev    string
	mu     sync.Mutex
	opened []string
	i2cs   []*sim.I2C
}

func newAdapters(t *testing.T, nodes ...string) (*adapters, *kernelBuses) {
	a := &adapters{t: t, dev: t.TempDir()}
	for _, n := range nodes {
		a.plug(n)
	}
	return a, &kernelBuses{dev: a.dev, openI2C: a.openI2C, openSPI: a.openSPI, open: map[string]openNode{}}
}

func (a *adapters) plug(node string) {
	if err := os.WriteFile(filepath.Join(a.dev, node), nil, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *adapters) unplug(node string) {
	if err := os.Rename(filepath.Join(a.dev, node), filepath.Join(a.dev, "gone")); err != nil { // kept, so that its inode is not used again
		a.t.Fatal(err)
	}
}

func (a *adapters) note(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.opened = append(a.opened, what)
}

func (a *adapters) openI2C(number int) (i2c.BusCloser, error) {
	a.note(fmt.Sprint("i2c ", number))
	b := sim.NewI2C("bus", func() time.Duration { return 0 }, nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.i2cs = append(a.i2cs, b)
	return b, nil
}

func (a *adapters) openSPI(port, chipSelect int) (spi.PortCloser, error) {
	a.note(fmt.Sprint("spi ", port, " ", chipSelect))
	chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: func(int, time.Duration) float64 { return 1 }})
	if err != nil {
		return nil, err
	}
	return sim.NewSPI("port", func() time.Duration { return 0 }, nil, chip), nil
}

func (a *adapters) want(what ...string) {
	a.t.Helper()
	if got := strings.Join(a.opened, ", "); got != strings.Join(what, ", ") {
		a.t.Errorf("opened: %s; want %s", got, what)
	}
}

var (
	i2cBus = config.Bus{Name: "main", I2C: "7"}
	spiBus = config.Bus{Name: "fast", SPI: "0.1", ClockHz: 1_000_000}
)

func TestABusIsOpenedOnceForAllItsChips(t *testing.T) {
	a, k := newAdapters(t, "i2c-7")
	first, err := k.i2c(i2cBus, 0x48)
	if err != nil {
		t.Fatal(err)
	}
	second, err := k.i2c(i2cBus, 0x57)
	if err != nil || second != first {
		t.Errorf("the second chip got another bus, or none: %v", err)
	}
	a.want("i2c 7")
}

func TestAnAdapterThatComesBackIsOpenedAnew(t *testing.T) {
	a, k := newAdapters(t, "i2c-7")
	old, err := k.i2c(i2cBus, 0x48)
	if err != nil {
		t.Fatal(err)
	}
	a.unplug("i2c-7")
	if _, err := k.i2c(i2cBus, 0x48); err == nil || !strings.Contains(err.Error(), "there is no "+filepath.Join(a.dev, "i2c-7")+": set dtparam=i2c_arm=on") {
		t.Errorf("without its node: %v", err)
	}
	a.plug("i2c-7")
	bus, err := k.i2c(i2cBus, 0x48)
	if err != nil || bus == old {
		t.Errorf("the bus from before the unplugging was given again, or none: %v", err)
	}
	if err := old.Tx(0x48, []byte{0}, nil); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("the old bus is still open: %v", err)
	}
	a.want("i2c 7", "i2c 7")
}

func TestAnAdapterThatWasAwayBetweenTwoLooksIsOpenedAnew(t *testing.T) {
	a, k := newAdapters(t, "i2c-7")
	old, _ := k.i2c(i2cBus, 0x48)
	a.unplug("i2c-7")
	a.plug("i2c-7")
	if bus, err := k.i2c(i2cBus, 0x48); err != nil || bus == old {
		t.Errorf("the bus from before the unplugging was given again, or none: %v", err)
	}
}

func TestABusThatComesLaterNeedsNoRestart(t *testing.T) {
	a, k := newAdapters(t)
	if _, err := k.i2c(i2cBus, 0x48); err == nil {
		t.Error("a bus without a node was opened")
	}
	if _, err := k.spi(spiBus); err == nil || !strings.Contains(err.Error(), "set dtparam=spi=on") {
		t.Errorf("a port without a node: %v", err)
	}
	a.want()
	a.plug("i2c-7")
	a.plug("spidev0.1")
	if _, err := k.i2c(i2cBus, 0x48); err != nil {
		t.Error(err)
	}
	if _, err := k.spi(spiBus); err != nil {
		t.Error(err)
	}
	a.want("i2c 7", "spi 0 1")
}

func TestAPortIsConnectedAgainAfterAFault(t *testing.T) {
	a, k := newAdapters(t, "spidev0.1")
	for range 2 {
		conn, err := k.spi(spiBus)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Tx([]byte{6, 0, 0}, make([]byte, 3)); err != nil {
			t.Error(err)
		}
	}
	a.want("spi 0 1", "spi 0 1")
}

// The loops of two buses look for their chips at the same time.
func TestTwoBusesAreOpenedSideBySide(t *testing.T) {
	_, k := newAdapters(t, "i2c-7", "i2c-8", "spidev0.1")
	var all sync.WaitGroup
	for _, b := range []config.Bus{i2cBus, {Name: "other", I2C: "8"}} {
		all.Go(func() {
			for range 100 {
				if _, err := k.i2c(b, 0x48); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for range 100 {
			if _, err := k.spi(spiBus); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
}
