package sim

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// GPIOOptions describe a simulated GPIO chip and the kernel before it.
type GPIOOptions struct {
	Label string   // pinctrl-bcm2711 where empty
	Names []string // of its lines, by number; empty: no name
	// Persist: a line that nobody holds any more stays as it was driven, as on Raspberry Pi OS. Otherwise it becomes an input.
	Persist bool
	// NoDebounce: the kernel cannot debounce.
	NoDebounce bool
}

// GPIO models the character device of one GPIO chip down to the bytes of its requests, and the kernel's queue of edges. It stands in for
// gpioline.System. It may be used from any goroutine.
type GPIO struct {
	o    GPIOOptions
	now  func() time.Duration
	wait func(time.Duration)

	mu     sync.Mutex
	faults faults
	lines  []*GPIOLine
	open   map[int]*GPIOLine // descriptors; nil: of the chip itself
	last   int
}

// NewGPIO makes a chip. now is the clock of its edges; wait lets time pass, by moving a virtual clock or by sleeping.
func NewGPIO(o GPIOOptions, now func() time.Duration, wait func(time.Duration)) *GPIO {
	if o.Label == "" {
		o.Label = "pinctrl-bcm2711"
	}
	g := &GPIO{o: o, now: now, wait: wait, open: map[int]*GPIOLine{}}
	for i, name := range o.Names {
		g.lines = append(g.lines, &GPIOLine{gpio: g, name: name, at: uint32(i)})
	}
	return g
}

// HeaderNames are the names of the lines of a Raspberry Pi's header by number, GPIO0…GPIO27.
func HeaderNames() []string {
	names := make([]string, 28)
	for i := range names {
		names[i] = fmt.Sprintf("GPIO%d", i)
	}
	return names
}

// Set switches a fault of the chip: Absent (it was never there), or Unplugged, by which lines in use fail too.
func (g *GPIO) Set(f Fault, on bool) error {
	if f != Absent && f != Unplugged {
		return fmt.Errorf("sim: a GPIO chip has no fault %s", f)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults.set(f, on)
	if f == Unplugged && on {
		for _, l := range g.lines {
			l.let()
			l.out = false // nothing drives what is not there
		}
	}
	return nil
}

// Line is the line of a name; nil where there is none.
func (g *GPIO) Line(name string) *GPIOLine {
	for _, l := range g.lines {
		if l.name == name {
			return l
		}
	}
	return nil
}

// Descriptors is how many are open: a way to see leaks.
func (g *GPIO) Descriptors() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.open)
}

const gpioPath = "/dev/gpiochip0"

// Chips implements gpioline.Kernel.
func (g *GPIO) Chips() ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone() {
		return nil, syscall.ENOENT
	}
	return []string{gpioPath}, nil
}

func (g *GPIO) gone() bool { return g.faults.has(Absent) || g.faults.has(Unplugged) }

// Open implements gpioline.Kernel.
func (g *GPIO) Open(path string) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if path != gpioPath || g.gone() {
		return -1, &os.PathError{Op: "open", Path: path, Err: syscall.ENOENT}
	}
	return g.descriptor(nil), nil
}

func (g *GPIO) descriptor(l *GPIOLine) int {
	g.last++
	g.open[g.last] = l
	return g.last
}

// Close implements gpioline.Kernel.
func (g *GPIO) Close(fd int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, ok := g.open[fd]
	if !ok {
		return syscall.EBADF
	}
	delete(g.open, fd)
	if l != nil && l.fd == fd {
		l.let()
	}
	return nil
}

// Crash closes every descriptor, as the kernel does for a process that ended.
func (g *GPIO) Crash() {
	g.mu.Lock()
	fds := make([]int, 0, len(g.open))
	for fd := range g.open {
		fds = append(fds, fd)
	}
	g.mu.Unlock()
	for _, fd := range fds {
		_ = g.Close(fd) // it was open a moment ago
	}
}

// gpioSlice is how finely Wait looks for an edge.
const gpioSlice = 5 * time.Millisecond

// Wait implements gpioline.Kernel. It also returns when it has waited for as long as the time-out in vain: a simulated clock stands still once
// nobody moves it any more.
func (g *GPIO) Wait(fds []int, timeout time.Duration) (uint64, error) {
	waited := time.Duration(0)
	for end := g.now() + timeout; ; {
		if ready := g.ready(fds); ready != 0 {
			return ready, nil
		}
		rest := min(end-g.now(), timeout-waited)
		if rest <= 0 {
			return 0, nil
		}
		slice := min(rest, gpioSlice)
		g.wait(slice)
		waited += slice
	}
}

func (g *GPIO) ready(fds []int) (ready uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for i, fd := range fds {
		l := g.open[fd]
		if l == nil || l.fd != fd || g.gone() {
			ready |= 1 << i // it fails
			continue
		}
		l.settle(now)
		if len(l.queue) > 0 {
			ready |= 1 << i
		}
	}
	return ready
}

// Read implements gpioline.Kernel.
func (g *GPIO) Read(fd int, p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, err := g.held(fd)
	if err != nil {
		return 0, err
	}
	l.settle(g.now())
	return l.take(p), nil
}

// held is the line of a descriptor that still is somebody's.
func (g *GPIO) held(fd int) (*GPIOLine, error) {
	l, ok := g.open[fd]
	switch {
	case !ok:
		return nil, syscall.EBADF
	case g.gone() || l == nil || l.fd != fd:
		return nil, syscall.ENODEV
	}
	return l, nil
}

// Now implements gpioline.Kernel.
func (g *GPIO) Now() time.Duration { return g.now() }

// Ioctl implements gpioline.Kernel.
func (g *GPIO) Ioctl(fd int, request uint32, arg []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.open[fd]; !ok {
		return syscall.EBADF
	}
	if g.gone() {
		return syscall.ENODEV
	}
	switch request {
	case gpioCode[gpioChipInfo](gpioRead, gpioChipInfoNumber):
		return answer(arg, &gpioChipInfo{Name: name32("gpiochip0"), Label: name32(g.o.Label), Lines: uint32(len(g.lines))}, nil)
	case gpioCode[gpioLineInfo](gpioRead|gpioWrite, gpioLineInfoNumber):
		info := gpioLineInfo{}
		return answer(arg, &info, func() error { return g.info(&info) })
	case gpioCode[gpioRequest](gpioRead|gpioWrite, gpioLineNumber):
		r := gpioRequest{}
		return answer(arg, &r, func() error { return g.request(&r) })
	case gpioCode[gpioValues](gpioRead|gpioWrite, gpioGetValuesNumber):
		v := gpioValues{}
		return answer(arg, &v, func() error { return g.values(fd, &v) })
	case gpioCode[gpioValues](gpioRead|gpioWrite, gpioSetValuesNumber):
		v := gpioValues{}
		return answer(arg, &v, func() error { return g.drive(fd, v) })
	}
	return syscall.ENOTTY
}

// answer reads a structure from arg, lets do work on it, and writes it back. With do nil it is only written.
func answer[T any](arg []byte, of *T, do func() error) error {
	if do != nil {
		if _, err := binary.Decode(arg, binary.NativeEndian, of); err != nil {
			return syscall.EFAULT
		}
		if err := do(); err != nil {
			return err
		}
	}
	if _, err := binary.Encode(arg, binary.NativeEndian, of); err != nil {
		return syscall.EFAULT
	}
	return nil
}

func name32(s string) (b [32]byte) {
	copy(b[:31], s)
	return b
}

func (g *GPIO) info(i *gpioLineInfo) error {
	if i.Offset >= uint32(len(g.lines)) {
		return syscall.EINVAL
	}
	l := g.lines[i.Offset]
	*i = gpioLineInfo{Offset: i.Offset, Consumer: name32(l.consumer), Flags: l.flags}
	if !l.faults.has(Nameless) {
		i.Name = name32(l.name)
	}
	if l.faults.has(Busy) {
		i.Consumer = name32("another")
	}
	if l.fd != 0 || l.faults.has(Busy) {
		i.Flags |= gpioUsed
	}
	return nil
}

// request gives a line to somebody.
func (g *GPIO) request(r *gpioRequest) error {
	if r.Lines != 1 || r.Offsets[0] >= uint32(len(g.lines)) || r.Config.Count > 10 {
		return syscall.EINVAL
	}
	l := g.lines[r.Offsets[0]]
	in, out := r.Config.Flags&gpioInput != 0, r.Config.Flags&gpioOutput != 0
	end := slices.Index(r.Consumer[:], 0)
	switch {
	case end < 0, in == out, out && r.Config.Flags&(gpioRising|gpioFalling|gpioPullUp|gpioPullDown) != 0:
		return syscall.EINVAL
	case l.fd != 0 || l.faults.has(Busy):
		return syscall.EBUSY
	}
	still, high, err := g.attributes(r)
	if err != nil {
		return err
	}
	l.flags, l.still, l.consumer = r.Config.Flags, still, string(r.Consumer[:end])
	l.room, l.row, l.changed = max(int(r.Buffer), gpioQueue), 0, 0
	if out {
		l.out = high != (l.flags&gpioActiveLow != 0)
	}
	l.level = l.seen()
	l.fd = g.descriptor(l)
	r.FD = int32(l.fd)
	return nil
}

// attributes reads debouncing and first value of a request's only line.
func (g *GPIO) attributes(r *gpioRequest) (still time.Duration, high bool, err error) {
	for _, a := range r.Config.Attributes[:r.Config.Count] {
		switch {
		case a.Mask&1 == 0:
		case a.Attribute.ID == gpioAttrValues:
			high = a.Attribute.Value&1 != 0
		case a.Attribute.ID == gpioAttrDebounce && !g.o.NoDebounce:
			still = time.Duration(uint32(a.Attribute.Value)) * time.Microsecond
		default:
			return 0, false, syscall.EINVAL
		}
	}
	return still, high, nil
}

func (g *GPIO) values(fd int, v *gpioValues) error {
	l, err := g.held(fd)
	if err != nil {
		return err
	}
	l.settle(g.now())
	if l.still == 0 && !l.faults.has(Frozen) {
		l.level = l.seen()
	}
	v.Bits = 0
	if l.active() {
		v.Bits = v.Mask & 1
	}
	return nil
}

func (g *GPIO) drive(fd int, v gpioValues) error {
	l, err := g.held(fd)
	switch {
	case err != nil:
		return err
	case l.flags&gpioOutput == 0:
		return syscall.EPERM
	case v.Mask&1 != 0 && !l.faults.has(Frozen):
		l.out = (v.Bits&1 != 0) != (l.flags&gpioActiveLow != 0)
		l.level = l.out
	}
	return nil
}
