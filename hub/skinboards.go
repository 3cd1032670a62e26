package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/setup"
	"hubd/wire"
)

const (
	// boardWithin is the longest that a reading may take in real time: a chip that does not answer must not keep its bus from everybody.
	boardWithin = 15 * time.Second
	boardLook   = 100 * time.Millisecond
)

// skinBoards reads skin-conductance boards for a calibration on the wearer's own page. The loop that has the bus goes on, and reads that one
// wearer alone; what it reads goes to the calibration and nowhere else, while the pipeline is told that the bus is set up. Any goroutine
// may use it.
type skinBoards struct {
	lends *lends
	own   []skinBoard
	buses map[string]*atomic.Pointer[skinReading] // nil: nobody reads a board there
	lay   func(microsiemens *float64)             // across simulated electrodes, nil: the body; real ones are in somebody's hands
}

// skinBoard is what the config says of one wearer's.
type skinBoard struct {
	bus    string  // empty: there is none to calibrate
	supply float64 // V
	byPage bool    // start_from has page: reading it is the wearer's own act, though sensing is off
}

func newSkinBoards(l *lends, wearers []pipeline.WearerOptions) *skinBoards {
	b := &skinBoards{lends: l, buses: map[string]*atomic.Pointer[skinReading]{}}
	for _, w := range wearers {
		own := skinBoard{byPage: slices.Contains(w.StartFrom, pipeline.SourcePage), supply: w.Skin.SupplyVolts}
		if w.Skin.Circuit == dsp.Grove {
			own.bus = w.SkinBus
		}
		b.own = append(b.own, own)
	}
	return b
}

// join gives a bus's loop the way to a calibration: what it asks before each conversion, and where its blocks go.
func (b *skinBoards) join(bus string, off func(wearer uint8) bool, emit func(dsp.Block)) (paused func(uint8) bool, out func(dsp.Block)) {
	at := &atomic.Pointer[skinReading]{}
	b.buses[bus] = at
	paused = func(wearer uint8) bool {
		if r := at.Load(); r != nil {
			return wearer != r.wearer || r.over() != ""
		}
		return off(wearer)
	}
	return paused, func(block dsp.Block) {
		if r := at.Load(); r != nil && !block.SetUp {
			r.take(block)
			block.Samples, block.SetUp = nil, true
		}
		emit(block)
	}
}

// skinReading is one reading under way.
type skinReading struct {
	wearer uint8
	supply float64
	over   func() string // why it is over before its time, in words

	mu          sync.Mutex
	begun       bool
	from, until time.Duration
	shares      []float64
}

// take keeps what a block holds of the board.
func (r *skinReading) take(b dsp.Block) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.begun {
		r.begun, r.from = true, b.Until
	}
	r.until = b.Until
	for i := range b.Samples {
		s := &b.Samples[i]
		if s.Channel.Wearer == r.wearer && s.Channel.Kind == dsp.ChannelEDA && s.T >= r.from && !s.Flags.Has(dsp.FlagFault) {
			r.shares = append(r.shares, s.Volts/r.supply)
		}
	}
}

// read is for how long it has been read.
func (r *skinReading) read() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return min(r.until-r.from, skinReads)
}

func (r *skinReading) share() (float64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return setup.SteadyShare(r.shares)
}

// measure reads a wearer's board with open electrodes, or with a resistor across them, and tells how far it is. A pause ends it, and so
// does ctx; then no sample of it is used.
func (b *skinBoards) measure(ctx context.Context, wearer string, ohm float64, tell func(read, of time.Duration)) (share float64, refusal string, err error) {
	i := slices.Index(b.lends.wearers, wearer)
	if i < 0 || b.own[i].bus == "" {
		return 0, "there is no board of yours to be measured: only a Grove board has a trimmer", nil
	}
	own := b.own[i]
	at := b.buses[own.bus]
	if at == nil {
		return 0, "this board's bus is not read", nil
	}
	stops, off := b.lends.pauses.count(), b.lends.pauses.word.Load()
	if off&(1<<i) != 0 && !own.byPage {
		return 0, "sensing is off, and this wearer's start_from does not name page: hubd calibrate eda on the machine reads the board", nil
	}
	if !b.lends.takeSoon(own.bus) {
		return 0, fmt.Sprintf("the bus %s is lent to another hubd command: wait until that has ended", own.bus), nil
	}
	defer b.lends.free(own.bus)
	b.lends.readOn(own.bus)
	end := time.Now().Add(boardWithin)
	r := &skinReading{wearer: uint8(i), supply: own.supply, over: func() string { return b.lends.over(end, stops, off) }}
	defer b.across(ohm)()
	at.Store(r)
	defer at.Store(nil)
	if why := r.wait(ctx, tell); why != "" {
		return 0, why, nil
	}
	if share, err = r.share(); err != nil {
		return 0, err.Error(), nil
	}
	return share, "", nil
}

// across lays a resistor across simulated electrodes, or nothing, and gives the way to take it off again.
func (b *skinBoards) across(ohm float64) (off func()) {
	if b.lay == nil {
		return func() {}
	}
	microsiemens := 0.0
	if ohm > 0 {
		microsiemens = 1e6 / ohm
	}
	b.lay(&microsiemens)
	return func() { b.lay(nil) }
}

// wait waits until enough was read; else why not, in words.
func (r *skinReading) wait(ctx context.Context, tell func(read, of time.Duration)) (why string) {
	look := time.NewTicker(boardLook)
	defer look.Stop()
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return "nobody waits for it any more"
		}
		if why := r.over(); why != "" {
			return why
		}
		read := r.read()
		if tell(read, skinReads); read >= skinReads {
			return ""
		}
	}
}

// keepBoard works out a wearer's board and stores it, as hubd calibrate eda does.
func (l *live) keepBoard(ctx context.Context, wearer string, r wire.BoardReadings) (c setup.SkinCalibration, refusal string, err error) {
	if c, err = setup.FitSkin(r.Open, r.Known); err != nil {
		return c, err.Error(), nil
	}
	refusal, err = l.do(ctx, pipeline.Command{
		Name: pipeline.CommandCalibrate, Wearer: wearer, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: wearer},
		OpenCircuit: c.OpenCircuit, Scale: c.Scale,
	})
	return c, refusal, err
}
