package synth

import "time"

// levels are the hidden causes that a script moves. All zero is a body at rest, still, with both sensors on.
type levels struct {
	arousal  float64 // sympathetic side, in units like a z-score: 0 rest, 3 clear stress
	vagal    float64 // parasympathetic side, likewise: 0 rest, −3 clearly low
	heart    float64 // beats per minute added to what arousal and vagal give
	breath   float64 // breaths per minute; 0: the body's own rate
	effort   float64 // 0…1; 1 drives the heart to 150 per minute and takes vagal tone away
	movement float64 // 0…1, share of the time spent moving
	laugh    float64 // 0…1, share of the movements that are laughter
	talk     float64 // 0…1, speech: breaths of uneven length
	slip     float64 // 0…1, chance that a movement pulls the skin electrodes off for a while
	storm    float64 // skin conductance responses per minute beyond those of arousal, as in sleep
	pillow   float64 // 0…1, weight that lies on the pulse sensor and presses the blood out
	dryness  float64 // 0…1, of the electrodes; 1 conducts nearly nothing
	together float64 // 0…1, share of the slow changes of heart rate that both wearers have in common
	pulseOff bool    // the pulse sensor has no skin
	skinOff  bool    // the skin electrodes have none
}

// towards gives the levels on the straight way to b, of which the share w (0…1) is gone; contact changes at once.
func (a levels) towards(b levels, w float64) levels {
	mix := func(x, y float64) float64 { return x + w*(y-x) }
	return levels{
		arousal:  mix(a.arousal, b.arousal),
		vagal:    mix(a.vagal, b.vagal),
		heart:    mix(a.heart, b.heart),
		breath:   b.breath,
		effort:   mix(a.effort, b.effort),
		movement: mix(a.movement, b.movement),
		laugh:    b.laugh,
		talk:     mix(a.talk, b.talk),
		slip:     b.slip,
		storm:    mix(a.storm, b.storm),
		pillow:   mix(a.pillow, b.pillow),
		dryness:  mix(a.dryness, b.dryness),
		together: mix(a.together, b.together),
		pulseOff: b.pulseOff,
		skinOff:  b.skinOff,
	}
}

// segment is one part of a script: from is its start, ramp the time its levels take to be reached.
type segment struct {
	from, ramp time.Duration
	levels     levels
}

// script is what one wearer goes through; the first segment starts at 0. After its length it begins again, coming from its end.
type script struct {
	segments []segment
	length   time.Duration
}

// at gives the levels at time t.
func (s *script) at(t time.Duration) levels {
	round, within := t/s.length, t%s.length
	n := 0
	for n+1 < len(s.segments) && s.segments[n+1].from <= within {
		n++
	}
	now := s.segments[n]
	before := now.levels // the run begins settled in the first segment
	if n > 0 {
		before = s.segments[n-1].levels
	} else if round > 0 {
		before = s.segments[len(s.segments)-1].levels
	}
	gone := 1.0
	if since := within - now.from; since < now.ramp {
		gone = float64(since) / float64(now.ramp)
	}
	return before.towards(now.levels, gone)
}
