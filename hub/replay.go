package hub

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/recording"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

// ReplayOptions are the flags of hubd replay (design section 6.2).
type ReplayOptions struct {
	Files     []string
	Pulse     []string // columns; empty: the default
	EDA       string
	ADCBits   int // 10 or 12
	Rest      [2]time.Duration
	HasRest   bool
	Baselines map[string]regulation.Baseline
	Session   room.SessionKind
	NoSession bool // --session none
	Wall      time.Time
	Speed     float64 // 0: as fast as possible
	Explain   bool
	Wearers   []pipeline.WearerOptions // from a config; empty: full share, cues on
	Room      *room.Options            // from a config; nil: steady false and one lamp that is on
	Warn      func(string)
	Out       io.Writer
}

// replay is one run: no goroutine, no clock but the recordings'.
type replay struct {
	o        ReplayOptions
	pipeline *pipeline.Pipeline
	ids      []string
	tracks   []*track
	lamps    []*simLamp
	out      *bufio.Writer
	line     []byte
	explain  wire.Explainer
	events   []pipeline.Event
	samples  []dsp.Sample
	now      time.Duration
	rested   bool
	restEnds bool
}

// Replay sends recordings through simulated chips, the real drivers, dsp, regulation and room, and writes one event a line.
func Replay(ctx context.Context, o ReplayOptions) error {
	r := &replay{o: o, out: bufio.NewWriterSize(o.Out, 64<<10)}
	if err := r.load(); err != nil {
		return err
	}
	err := r.play(ctx)
	if err == nil {
		err = r.tell(r.pipeline.Summaries(r.events[:0]))
	}
	if flushed := r.out.Flush(); err == nil { // a run that ends early leaves whole lines too
		err = flushed
	}
	return err
}

// load opens the recordings and builds the pipeline they need.
func (r *replay) load() error {
	if r.o.ADCBits != 10 && r.o.ADCBits != 12 {
		return fmt.Errorf("replay: %d bits: a converter of 10 (MCP3008) or 12 bits (MCP3208) is simulated", r.o.ADCBits)
	}
	worn, err := openWearers(r.o)
	if err != nil {
		return err
	}
	options := pipeline.Options{Pair: true, Room: r.roomOptions(len(worn))}
	for i, w := range worn {
		wo := r.wearerOptions(i)
		tracks, err := tracksOf(i, w.Selection, r.o.ADCBits, &wo, r.o.Warn)
		if err != nil {
			return fmt.Errorf("%s: wearer %s: %w", w.file, wo.ID, err)
		}
		r.tracks = append(r.tracks, tracks...)
		r.ids = append(r.ids, wo.ID)
		options.Wearers = append(options.Wearers, wo)
		options.Settings.Wearers = append(options.Settings.Wearers, pipeline.WearerSettings{
			Wearer: wo.ID, Share: wo.Share, Keep: wo.Keep, Cues: wo.Cues, Baseline: r.o.Baselines[wo.ID],
		})
	}
	warnOfBaselines(r.o.Baselines, r.ids, r.o.Warn)
	r.pipeline = pipeline.New(options)
	for _, l := range options.Room.Lamps {
		r.lamps = append(r.lamps, &simLamp{id: l.ID, on: true, brightness: 80, kelvin: 2700})
	}
	return nil
}

func (r *replay) wearerOptions(i int) pipeline.WearerOptions {
	if i < len(r.o.Wearers) {
		return r.o.Wearers[i]
	}
	return pipeline.WearerOptions{
		ID: string(rune('a' + i)), Share: pipeline.ShareFull, Keep: pipeline.KeepNothing, Cues: true,
		StartFrom: []pipeline.Source{pipeline.SourceBoot},
	}
}

func (r *replay) roomOptions(wearers int) room.Options {
	if r.o.Room != nil {
		o := *r.o.Room
		o.Private = false
		return o
	}
	o := room.Options{Seed: 1, Lamps: []room.LampOptions{{ID: "lamp"}}} // no practice: a replay starts none
	for i := range wearers {
		o.Wearers = append(o.Wearers, room.WearerOptions{
			ID: string(rune('a' + i)), Cues: true, Comfort: room.Comfort{NotSteady: true},
		})
	}
	return o
}

// selected is what is replayed of one wearer, and from which file.
type selected struct {
	file string
	recording.Selection
}

// openWearers gives the columns of each wearer: two files, or one with columns of two.
func openWearers(o ReplayOptions) ([]selected, error) {
	var worn []selected
	wanted := append(append([]string{}, o.Pulse...), o.EDA)
	for _, path := range o.Files {
		rec, err := recording.Open(path, wanted...)
		if err != nil {
			return nil, err
		}
		used := map[*recording.Column]bool{}
		for _, id := range slices.Sorted(slices.Values(rec.Wearers())) { // b's columns may stand before a's
			sel, err := rec.Select(id, o.Pulse, o.EDA)
			if err != nil {
				return nil, err
			}
			worn = append(worn, selected{path, sel})
			for _, c := range append(slices.Clone(sel.Pulse), sel.EDA, sel.Motion) {
				used[c] = true
			}
			warnOfOutliers(path, rec, sel.Pulse, o.Warn)
		}
		warnOfUnused(path, rec, used, o.Warn)
	}
	if len(worn) > 2 {
		return nil, fmt.Errorf("replay: %d wearers: two at most", len(worn))
	}
	return worn, nil
}

// warnOfUnused says which columns were read where some were not: the wrong one would look like a bad signal.
func warnOfUnused(path string, rec *recording.Recording, used map[*recording.Column]bool, warn func(string)) {
	var read, not []string
	for i := range rec.Columns {
		if c := &rec.Columns[i]; used[c] {
			read = append(read, c.FullName())
		} else {
			not = append(not, c.FullName())
		}
	}
	for _, name := range rec.Ignored {
		if name == "" {
			name = "a column without a name"
		}
		not = append(not, name)
	}
	if len(not) > 0 {
		warn(fmt.Sprintf("%s: read: %s; not used: %s", path, strings.Join(read, ", "), strings.Join(not, ", ")))
	}
}

// warnOfBaselines says what of the baselines given is not used.
func warnOfBaselines(given map[string]regulation.Baseline, wearers []string, warn func(string)) {
	for _, id := range slices.Sorted(maps.Keys(given)) {
		if n := given[id].Impossible(); n > 0 {
			warn(fmt.Sprintf("baseline of %s: %d values or dates that no body or clock has are left out", id, n))
		}
		if !slices.Contains(wearers, id) {
			warn(fmt.Sprintf("baseline of %s is not used: the wearers here are %s", id, strings.Join(wearers, " and ")))
		}
	}
}

// warnOfOutliers names the cell that flattens a pulse column, which is mapped by its smallest and largest value. Columns with a scale of
// their own are not.
func warnOfOutliers(path string, rec *recording.Recording, pulse []*recording.Column, warn func(string)) {
	for _, c := range pulse {
		for _, x := range rec.Outliers {
			if x.Column == c.FullName() && c.Unit != recording.Counts && c.Unit != recording.Millivolt {
				warn(fmt.Sprintf("%s:%d: column %s: %g stands alone, far from all other values; the smallest and the largest span the converter, so the pulse is flattened: blank that cell", path, x.Line, x.Column, x.Value))
			}
		}
	}
}

// play steps through the recordings: blocks of 50 ms, each followed by its tick.
func (r *replay) play(ctx context.Context) error {
	start := time.Now()
	if err := r.begin(); err != nil {
		return err
	}
	for tick := time.Duration(0); ; tick += tickEvery {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := r.collect(tick)
		if err != nil {
			return err
		}
		if !more {
			return r.finish()
		}
		if r.o.Speed > 0 {
			time.Sleep(time.Until(start.Add(time.Duration(float64(tick) / r.o.Speed))))
		}
		if err := r.step(tick); err != nil {
			return err
		}
	}
}

// begin reports the lamps and starts the session, before the first sample.
func (r *replay) begin() error {
	for _, l := range r.lamps {
		if err := r.tell(r.pipeline.Lamp(r.events[:0], 0, l.report())); err != nil {
			return err
		}
	}
	if r.o.NoSession {
		return nil
	}
	kind := r.o.Session
	for _, id := range r.ids {
		c := pipeline.Command{Name: pipeline.CommandStartSession, Wearer: id, Session: kind, Origin: pipeline.Origin{Source: pipeline.SourceBoot}}
		if err := r.tell(r.pipeline.Command(r.events[:0], 0, c)); err != nil {
			return err
		}
	}
	return nil
}

// collect converts every cell before the tick, in order of (T, wearer, channel); false when nothing is left after them.
func (r *replay) collect(tick time.Duration) (bool, error) {
	r.samples = r.samples[:0]
	for {
		t := r.earliest()
		if t == nil {
			return false, nil
		}
		if at, _ := t.pending(); at >= tick {
			return true, nil
		}
		s, err := t.convert()
		if err != nil {
			return false, fmt.Errorf("replay: %s of wearer %s: %w", t.channel.Kind, r.ids[t.channel.Wearer], err)
		}
		r.samples = append(r.samples, s)
		r.now = max(r.now, s.T)
	}
}

// earliest is the track whose next cell comes first. The tracks stand in order of wearer and channel, which breaks a tie.
func (r *replay) earliest() (first *track) {
	var at time.Duration
	for _, t := range r.tracks {
		if next, ok := t.pending(); ok && (first == nil || next < at) {
			first, at = t, next
		}
	}
	return first
}

func (r *replay) step(tick time.Duration) error {
	if err := r.tell(r.pipeline.Block(r.events[:0], dsp.Block{Bus: replayBus, Until: tick, Samples: r.samples})); err != nil {
		return err
	}
	if err := r.rest(tick); err != nil {
		return err
	}
	wall := r.o.Wall
	if !wall.IsZero() {
		wall = wall.Add(tick)
	}
	return r.tell(r.pipeline.Tick(r.events[:0], tick, wall))
}

// rest declares the rest of --rest, and ends it.
func (r *replay) rest(tick time.Duration) error {
	if !r.o.HasRest {
		return nil
	}
	if !r.rested && tick >= r.o.Rest[0] {
		r.rested = true
		for _, id := range r.ids {
			c := pipeline.Command{Name: pipeline.CommandRestStart, Wearer: id, Origin: pipeline.Origin{Source: pipeline.SourceBoot}}
			if err := r.tell(r.pipeline.Command(r.events[:0], tick, c)); err != nil {
				return err
			}
		}
	}
	if r.rested && !r.restEnds && tick >= r.o.Rest[1] {
		r.restEnds = true
		r.pipeline.EndRest()
	}
	return nil
}

// finish closes what lies between the last tick and the last sample, and says of each wearer what a session leaves behind.
func (r *replay) finish() error {
	if err := r.tell(r.pipeline.Block(r.events[:0], dsp.Block{Bus: replayBus, Until: r.now, Samples: r.samples})); err != nil {
		return err
	}
	for i, id := range r.ids {
		if r.o.HasRest {
			r.o.Warn(fmt.Sprintf("wearer %s, declared rest: %s", id, r.pipeline.Rest(i).Words()))
		}
		if !r.o.Explain {
			continue
		}
		lines := wire.ExplainSession(r.line[:0], id, r.pipeline.Shares(i), r.pipeline.Baseline(i).Portrait())
		if _, err := r.out.Write(wire.ExplainHelped(lines, id, r.pipeline.Helped(i))); err != nil {
			return err
		}
	}
	return nil
}

// tell writes events, and lets the simulated lamps obey.
func (r *replay) tell(events []pipeline.Event) error {
	r.events = events
	for _, e := range events {
		if err := r.write(e); err != nil {
			return err
		}
	}
	// The lamps answer after all events of the step: their reports make events of their own.
	var reports []room.LampReport
	for _, e := range events {
		if c, ok := e.Value.(room.LampCommand); ok {
			for _, l := range r.lamps {
				if report, did := l.obey(c); did {
					reports = append(reports, report)
				}
			}
		}
	}
	for _, report := range reports {
		if err := r.tell(r.pipeline.Lamp(nil, r.now, report)); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) write(e pipeline.Event) error {
	if r.o.Explain {
		r.line = r.explain.Apply(r.line[:0], e)
	} else {
		r.line = append(wire.AppendEvent(r.line[:0], e), '\n')
	}
	_, err := r.out.Write(r.line)
	return err
}
