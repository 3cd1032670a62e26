package synth

import (
	"math"
	"math/rand/v2"
	"time"
)

const (
	tick           = 4 * time.Millisecond // 250 per second
	tickSeconds    = 0.004
	controlTicks   = 25 // levels are looked at ten times a second
	controlSeconds = controlTicks * tickSeconds
	ringTicks      = 64    // 256 ms of readings, so that channels may be asked a little out of step
	catchUpTicks   = 150e3 // ten minutes: the most that is lived through in one question

	supplyMiddle  = 1.65 // V, where a PulseSensor's output rests on 3.3 V
	railLow       = 0.02 // V, of its output amplifier
	railHigh      = 3.28 // V
	pulseNoise    = 0.004
	ambientNoise  = 0.02  // V, without a finger: room light and hum
	skinNoise     = 0.002 // µS
	skinLeakage   = 0.004 // µS, between electrodes in the air
	sharedLag     = 2.0   // s, by which the second wearer follows in what both have in common
	pulseArousal  = 0.08  // ln units of pulse amplitude lost per unit of arousal: vessels narrow
	breathInPulse = 0.08  // share of the pulse amplitude that goes with breathing
)

// reading is what the sensors show at one tick.
type reading struct {
	pulse  float64 // V
	eda    float64 // µS
	motion float64 // g
	touch  float64 // 0…1, contact of the pulse sensor
}

// body is one wearer: a script, the organs that it drives, the sensors on the skin, and the truth.
type body struct {
	traits  traits
	script  script
	room    Room
	inRoom  bool // a room was ever told
	soothe  float64
	levels  levels // as they are now, after what the room did
	breath  breath
	heart   heart
	skin    skin
	wave    wave
	move    movement
	noise   *rand.Rand
	wander  float64 // V, slow movement of the pulse baseline
	aim     float64 // V, where it goes
	shared  *shared
	lag     float64 // s
	namer   namer
	history history
	ticks   int64 // lived so far
	ring    [ringTicks]reading
}

func newBody(seed uint64, wearer int, t traits, s script, common *shared) *body {
	b := &body{
		traits: t, script: s, shared: common, lag: sharedLag * float64(wearer),
		breath:  newBreath(source(seed, wearer, streamBreath), t.breath),
		heart:   newHeart(source(seed, wearer, streamHeart), t),
		skin:    newSkin(source(seed, wearer, streamSkin), t),
		move:    newMovement(source(seed, wearer, streamMovement)),
		noise:   source(seed, wearer, streamNoise),
		history: newHistory(),
	}
	return b
}

// at gives the readings at time t, lived up to there and interpolated between ticks. A t before the ring's gets the ring's oldest.
func (b *body) at(t time.Duration) reading {
	k := int64(max(t, 0) / tick)
	if k+1-b.ticks > catchUpTicks {
		b.skip(k + 1 - catchUpTicks)
	}
	for b.ticks <= k+1 {
		b.live()
		b.ring[(b.ticks-1)%ringTicks] = b.sense()
	}
	oldest := max(b.ticks-ringTicks, 0)
	if k < oldest {
		return b.ring[oldest%ringTicks]
	}
	w := float64(max(t, 0)%tick) / float64(tick)
	p, q := b.ring[k%ringTicks], b.ring[(k+1)%ringTicks]
	return reading{
		pulse:  p.pulse + w*(q.pulse-p.pulse),
		eda:    p.eda + w*(q.eda-p.eda),
		motion: p.motion + w*(q.motion-p.motion),
		touch:  p.touch + w*(q.touch-p.touch),
	}
}

// skip leaves out the time before the given tick, so that no question takes long: the script has gone on, beats and breaths between
// are not in the truth. The tick is put on the control grid.
func (b *body) skip(to int64) {
	b.ticks = to - to%controlTicks
	b.wave = wave{}
}

// live moves organs on by one tick, and the levels that drive them when it is time.
func (b *body) live() {
	now := float64(b.ticks) * tickSeconds
	if b.ticks%controlTicks == 0 {
		b.control(now)
	}
	b.ticks++
	pacer := 0.0
	if b.room.BreathsPerMin > 0 {
		pacer = b.room.pacerPhase(now)
	}
	b.breath.step(tickSeconds, pacer)
	if b.breath.wrapped {
		b.history.breaths = push(b.history.breaths, instant(now+b.breath.fraction*tickSeconds))
	}
	b.heart.step(tickSeconds, b.breath.sine)
	if b.heart.beat {
		b.beat(now + b.heart.part*tickSeconds)
	}
	b.skin.step(tickSeconds)
	if b.skin.begun >= responseLeast {
		b.history.responses = push(b.history.responses, Response{instant(now), b.skin.begun})
	}
}

// instant turns seconds into a time.
func instant(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }

// pulseHurry is by how much a pulse comes earlier, as a share of how much longer the interval is that its pressure brings about:
// 1 ms/mmHg of travel over 10–20 ms/mmHg of baroreflex.
const pulseHurry = 0.05

// beat notes a heart beat and sends its wave on the way.
func (b *body) beat(at float64) {
	b.history.beats = push(b.history.beats, instant(at))
	height := b.traits.pulseVolts * math.Exp(-pulseArousal*b.levels.arousal) * (1 + breathInPulse*b.breath.volume)
	longer := b.heart.last - 60/b.heart.rate
	b.wave.add(at+b.traits.pulseDelay-pulseHurry*longer, height, b.heart.last)
}

// control looks at the script and the room, ten times a second.
func (b *body) control(now float64) {
	calm := 0.0
	if b.inRoom {
		calm = b.room.calm()
	}
	b.soothe += (calm - b.soothe) * controlSeconds / sootheTau
	b.levels = b.script.at(instant(now)).soothed(b.soothe)
	own := b.traits.breath + 1.2*b.levels.arousal + 8*b.levels.effort
	if b.levels.breath > 0 {
		own = b.levels.breath
	}
	b.breath.control(own, b.room.BreathsPerMin, b.levels.talk, controlSeconds)
	b.heart.control(b.levels, b.breath.rate, b.shared.at(now-b.lag), controlSeconds)
	b.skin.control(b.levels, controlSeconds)
	b.move.control(b.levels, now, controlSeconds)
	b.aim += -b.aim*controlSeconds/8 + 0.03*math.Sqrt(2*controlSeconds/8)*b.noise.NormFloat64()
	b.remember(instant(now))
}

// remember notes the state and the movement in the truth.
func (b *body) remember(t time.Duration) {
	moving := b.move.envelope > movingAbove || b.move.slipped > t.Seconds()
	effort := b.heart.rate > b.traits.heartRate+effortAbove
	b.history.move(t, moving)
	b.history.state(t, b.namer.name(b.levels, moving || effort || !b.move.contact(b.levels)))
}

// sense reads the sensors at the tick just lived.
func (b *body) sense() reading {
	now := float64(b.ticks-1) * tickSeconds
	b.move.step(b.levels, now, tickSeconds)
	b.wander += (b.aim - b.wander) * tickSeconds
	return reading{pulse: b.pulse(now), eda: b.eda(), motion: b.move.gravity(b.noise.NormFloat64()), touch: b.move.pulseOn}
}

// pulse is the output of a PulseSensor, in V: the wave on half the supply, with whatever presses, shakes and shines on it.
func (b *body) pulse(now float64) float64 {
	m := &b.move
	pressed := math.Exp(m.grip) * (1 - 0.93*b.levels.pillow)
	v := pressed * (b.wave.volts(now) - 0.35*b.traits.pulseVolts)
	v += b.traits.breathDepth*b.breath.volume + b.wander + m.pulseArtefact(now)
	noise := pulseNoise + (1-m.pulseOn)*ambientNoise
	return clamp(supplyMiddle+m.pulseOn*v+noise*b.noise.NormFloat64(), railLow, railHigh)
}

// eda is the conductance that the electrodes show, in µS.
func (b *body) eda() float64 {
	g := b.skin.microsiemens() * b.move.skinFactor() * (1 - b.levels.dryness)
	return max(g+skinLeakage+skinNoise*b.noise.NormFloat64(), 0)
}

// truth is a copy of what really happened up to now.
func (b *body) truth() Truth {
	t := b.history.copied()
	t.Until = time.Duration(b.ticks) * tick
	if n := len(t.States); n > 0 {
		t.States[n-1].To = t.Until
	}
	t.Arousal, t.Vagal = b.levels.arousal, b.levels.vagal
	return t
}

// shared is the slow rhythm that two people in one room have in common: variance 1, from a hundred seconds to a quarter of a minute, without
// a period that returns, as random as what each has alone (Rice 1944: a sum of sines of random frequency and phase).
type shared [24]struct{ hertz, phase float64 }

const (
	sharedSlowest = 100.0 // s
	sharedFastest = 15.0  // s
)

func newShared(r *rand.Rand) *shared {
	s := &shared{}
	for i := range s {
		s[i].hertz = math.Exp(r.Float64()*math.Log(sharedSlowest/sharedFastest)) / sharedSlowest
		s[i].phase = 2 * math.Pi * r.Float64()
	}
	return s
}

func (s *shared) at(now float64) float64 {
	v := 0.0
	for i := range s {
		v += math.Sin(2*math.Pi*now*s[i].hertz + s[i].phase)
	}
	return v * math.Sqrt(2.0/float64(len(s)))
}
