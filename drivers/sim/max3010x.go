package sim

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// MAXOptions describe a simulated MAX30101, MAX30102 or MAX30105.
type MAXOptions struct {
	// Light is what comes back from a body: nA in the photodiode for each mA in the LED, 0 red or 1 infrared. It falls when blood comes.
	Light Input
	// Swapped is a clone with the LEDs in each other's place.
	Swapped bool
	// ClockError is how far the chip's oscillator is off, −0.1…+0.1: +0.1 samples 10 % faster.
	ClockError float64
	// ClockSwing is how far the rate goes up and down around that with the room's temperature, in an hour; 0…0.001.
	ClockSwing float64
	// NoFlags is a clone that tells no new samples in its status.
	NoFlags bool
	// PartID is 0x15 where 0.
	PartID byte
	// Interrupt is told the level of the INT pin at every change, with its time; nil: it is not wired. It must not call back.
	Interrupt func(high bool, t time.Duration)
}

// Registers, MAX30102 19-7740 "Register Map". They are one byte each.
const (
	maxStatus1 = 0x00
	maxEnable1 = 0x02
	maxWrite   = 0x04
	maxLost    = 0x05
	maxRead    = 0x06
	maxData    = 0x07
	maxFIFO    = 0x08
	maxMode    = 0x09
	maxSpO2    = 0x0A
	maxRed     = 0x0C
	maxPart    = 0xFF

	maxDepth     = 32
	maxNewSample = 1 << 6
	maxFullFlag  = 1 << 7
	maxPowerFlag = 1
	maxRollover  = 1 << 4
	maxShutdown  = 1 << 7
	maxReset     = 1 << 6
	maxFull      = 1<<18 - 1
	maxMostLost  = 31

	maxResetReads  = 2 // of the mode, until a reset is seen to end; by reads, since on some buses transfers take no time
	maxSwingPeriod = time.Hour
)

// MAX3010x is the register model of one chip. Set may be called from any goroutine.
type MAX3010x struct {
	o MAXOptions

	mu        sync.Mutex
	faults    faults
	pointer   byte
	registers [256]byte
	resetting int // reads of the mode to come that still show the reset

	memory   [maxDepth][6]byte
	unread   int     // samples not read yet, 0…32
	part     int     // bytes read of the oldest one
	sampling bool    // the oscillator runs
	next     float64 // s, when the next sample is complete
	made     uint64  // samples since power-up
	lost     uint64  // of them, never in the FIFO or written over there
	low      bool    // the INT pin
}

// NewMAX3010x makes a chip fresh from power-up.
func NewMAX3010x(o MAXOptions) (*MAX3010x, error) {
	if o.Light == nil {
		return nil, fmt.Errorf("sim: a MAX3010x needs Light")
	}
	if !(math.Abs(o.ClockError) <= 0.1) || !(o.ClockSwing >= 0 && o.ClockSwing <= 0.001) {
		return nil, fmt.Errorf("sim: clock error %g, swing %g: wanted are -0.1 to 0.1 and 0 to 0.001", o.ClockError, o.ClockSwing)
	}
	if o.PartID == 0 {
		o.PartID = 0x15
	}
	c := &MAX3010x{o: o}
	c.powerUp()
	return c, nil
}

// Set switches a fault of the chip: NACK, Stuck, Frozen, StuckFIFO, Unplugged, or BrownOut, which happens at once and cannot be switched
// off.
func (c *MAX3010x) Set(f Fault, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f {
	case NACK, Stuck, Frozen, StuckFIFO:
		c.faults.set(f, on)
	case Unplugged:
		c.faults.set(f, on)
		c.powerUp()
	case BrownOut:
		if on {
			c.powerUp()
		}
	default:
		return fmt.Errorf("sim: a MAX3010x has no fault %s", f)
	}
	return nil
}

// Made tells how many samples the chip took since it was made, and how many of them were lost because its FIFO was full.
func (c *MAX3010x) Made() (taken, lost uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made, c.lost
}

// Lit are the currents of both LEDs in mA as they shine now: red, infrared; 0 while the chip sleeps.
func (c *MAX3010x) Lit() (red, infrared float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sampling {
		return 0, 0
	}
	red, infrared = c.milliamps(0), c.milliamps(1)
	if c.o.Swapped {
		red, infrared = infrared, red
	}
	return red, infrared
}

func (c *MAX3010x) silent() bool { return c.faults.has(NACK) || c.faults.has(Unplugged) }
func (c *MAX3010x) stuck() bool  { return c.faults.has(Stuck) }

func (c *MAX3010x) atOnce() bool { return false }

// powerUp gives the registers their values after the supply came.
func (c *MAX3010x) powerUp() {
	c.registers = [256]byte{maxPart - 1: 3, maxPart: c.o.PartID, maxStatus1: maxPowerFlag}
	c.sampling, c.unread, c.part, c.pointer = false, 0, 0, 0
}

// write is a write transfer that ended at now: the address, then registers.
func (c *MAX3010x) write(w []byte, now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	c.pointer = w[0]
	for _, v := range w[1:] {
		c.put(c.pointer, v, now)
		c.pointer++
	}
	c.signal(now)
}

// signal drives the INT pin: low while an enabled status waits; that of the supply always is.
func (c *MAX3010x) signal(t time.Duration) {
	low := c.registers[maxStatus1]&(c.registers[maxEnable1]|maxPowerFlag) != 0
	if low == c.low || c.o.Interrupt == nil {
		return
	}
	c.low = low
	c.o.Interrupt(!low, t)
}

// put writes one register.
func (c *MAX3010x) put(register, v byte, now time.Duration) {
	switch {
	case register <= 1 || register == maxData || register >= maxPart-1: // read-only
		return
	case register == maxMode && v&maxReset != 0:
		c.powerUp()
		c.registers[maxStatus1] = 0
		c.registers[maxMode] = maxReset
		c.resetting = maxResetReads
		return
	case register >= maxWrite && register <= maxRead:
		v &= maxDepth - 1
	}
	before := c.registers[register]
	c.registers[register] = v
	switch register {
	case maxWrite, maxRead:
		c.unread, c.part = int(c.registers[maxWrite]-c.registers[maxRead])&(maxDepth-1), 0
	case maxFIFO, maxMode, maxSpO2:
		if v != before {
			c.start(now)
		}
	}
}

// start lets the oscillator begin a sample, where the mode has it sample at all.
func (c *MAX3010x) start(now time.Duration) {
	mode := c.registers[maxMode]
	c.sampling = mode&(maxShutdown|maxReset) == 0 && mode&7 == 3
	c.next = now.Seconds() + c.period(now.Seconds())
}

// rate is conversions a second and averaging, as the settings ask for. More than the pulse width leaves time for is not refused: the
// chip then halves the rate until it fits.
func (c *MAX3010x) rate() (rate, averaging float64) {
	setting := c.registers[maxSpO2]
	rate = [8]float64{50, 100, 200, 400, 800, 1000, 1600, 3200}[setting>>2&7]
	for most := [4]float64{1600, 1000, 800, 400}[setting&3]; rate > most; rate /= 2 {
	}
	return rate, float64(min(1<<(c.registers[maxFIFO]>>5), 32))
}

// period is how long a sample takes from second t on.
func (c *MAX3010x) period(t float64) float64 {
	rate, averaging := c.rate()
	swing := c.o.ClockSwing * math.Sin(2*math.Pi*t/maxSwingPeriod.Seconds())
	return averaging / rate / (1 + c.o.ClockError + swing)
}

// settle takes the samples that are complete by now.
func (c *MAX3010x) settle(now time.Duration) {
	for s := now.Seconds(); c.sampling && c.next <= s; {
		p := c.period(c.next)
		c.sample(c.next, p)
		c.signal(time.Duration(c.next * 1e9))
		c.next += p
	}
}

// sample takes the sample that was complete at second end.
func (c *MAX3010x) sample(end, period float64) {
	c.made++
	_, averaging := c.rate()
	c.registers[maxStatus1] |= maxNewSample
	at := c.registers[maxWrite] & (maxDepth - 1)
	if c.unread == maxDepth {
		c.lost++
		c.registers[maxLost] = min(c.registers[maxLost]+1, maxMostLost)
		if c.registers[maxFIFO]&maxRollover == 0 {
			return
		}
	} else {
		c.unread++
	}
	if empty := maxDepth - c.unread; empty <= int(c.registers[maxFIFO]&15) {
		c.registers[maxStatus1] |= maxFullFlag
	}
	if !c.faults.has(Frozen) {
		pulse := [4]float64{69e-6, 118e-6, 215e-6, 411e-6}[c.registers[maxSpO2]&3]
		middle := end - period*(averaging-1)/(2*averaging) - pulse
		c.measure(&c.memory[at], time.Duration(middle*1e9))
	} else {
		c.memory[at] = c.memory[(at+maxDepth-1)%maxDepth]
	}
	if !c.faults.has(StuckFIFO) {
		c.registers[maxWrite] = (at + 1) % maxDepth
	}
}

// measure puts both LEDs' codes into the memory.
func (c *MAX3010x) measure(to *[6]byte, t time.Duration) {
	setting := c.registers[maxSpO2]
	fullScale := 2048 * float64(int(1)<<(setting>>5&3)) // nA
	short := 3 - uint(setting&3)                        // bits that the pulse width leaves out
	for slot := range 2 {
		led := slot
		if c.o.Swapped {
			led = 1 - slot
		}
		code := int32(0)
		if v := c.o.Light(led, t) * c.milliamps(slot) / fullScale; v > 0 {
			code = int32(min(v*maxFull, maxFull))
		}
		code = code >> short << short
		to[3*slot], to[3*slot+1], to[3*slot+2] = byte(code>>16), byte(code>>8), byte(code)
	}
}

// milliamps is the current of a slot's LED.
func (c *MAX3010x) milliamps(slot int) float64 {
	return 0.2 * float64(c.registers[maxRed+slot])
}

// read is a read transfer that latches at now. The address goes on but for the FIFO's.
func (c *MAX3010x) read(r []byte, now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	for i := range r {
		if c.pointer == maxData {
			r[i] = c.pop()
			continue
		}
		r[i] = c.registers[c.pointer]
		if c.pointer == maxStatus1 {
			if c.o.NoFlags {
				r[i] &^= maxNewSample | maxFullFlag
			}
			c.registers[maxStatus1] = 0
		}
		if c.pointer == maxMode && c.resetting > 0 {
			if c.resetting--; c.resetting == 0 {
				c.registers[maxMode] = 0
			}
		}
		c.pointer++
	}
	c.signal(now)
}

// pop reads the next byte of the FIFO. An empty one gives what lies there.
func (c *MAX3010x) pop() byte {
	at := c.registers[maxRead] & (maxDepth - 1)
	b := c.memory[at][c.part]
	c.part++
	c.registers[maxStatus1] &^= maxNewSample | maxFullFlag
	if c.part < len(c.memory[at]) {
		return b
	}
	c.part = 0
	if c.faults.has(StuckFIFO) {
		return b
	}
	c.registers[maxRead], c.registers[maxLost] = (at+1)%maxDepth, 0
	c.unread = max(c.unread-1, 0)
	return b
}
