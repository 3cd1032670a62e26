package synth

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Default is the scenario that hubd demo plays: one minute settled, then a stress that a lamp can answer.
const Default = "stress"

// scenario is a story for one or two bodies.
type scenario struct {
	name, title string
	length      time.Duration
	wearers     [][]segment // one script per wearer
}

const (
	second = time.Second
	minute = time.Minute
)

// Names lists the scenarios in the order in which they are best told.
func Names() []string {
	var names []string
	for _, s := range scenarios() {
		names = append(names, s.name)
	}
	return names
}

// find gives the scenario of that name, or an error that lists those there are.
func find(name string) (scenario, error) {
	all := scenarios()
	if i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name }); i >= 0 {
		return all[i], nil
	}
	return scenario{}, fmt.Errorf("there is no scenario %q: there are %s", name, strings.Join(Names(), ", "))
}

func scenarios() []scenario {
	stressed := levels{arousal: 3.2, vagal: -3.2}
	return []scenario{
		{"rest", "lying still", 10 * minute, [][]segment{{{}}}},
		{"stress", "a minute at rest, a minute and a half of stress, and back", 5 * minute, [][]segment{{
			{ramp: 20 * second},
			{from: 57 * second, ramp: 10 * second, levels: levels{arousal: 3.6, vagal: -3.4}},
			{from: 155 * second, ramp: 25 * second, levels: levels{arousal: 0.1, vagal: 0.1}},
			{from: 220 * second, ramp: 30 * second, levels: levels{arousal: -0.3, vagal: 0.2}},
		}}},
		{"breathing", "slow breathing, six breaths a minute, between two rests", 8 * minute, [][]segment{{
			{ramp: 20 * second},
			{from: 90 * second, ramp: 30 * second, levels: levels{arousal: -0.3, vagal: 0.2, breath: 6}},
			{from: 390 * second, ramp: 30 * second},
		}}},
		{"intimacy", "two people close, moving, laughing, resting", 20 * minute, [][]segment{closeness(0), closeness(7 * second)}},
		{"freeze", "a fright, then still and low", 6 * minute, [][]segment{{
			{ramp: 20 * second},
			{from: 60 * second, ramp: 3 * second, levels: levels{arousal: 2.5, vagal: -1}},
			{from: 75 * second, ramp: 15 * second, levels: levels{arousal: -0.4, vagal: -2.6, heart: -6, breath: 17}},
			{from: 270 * second, ramp: 40 * second},
		}}},
		{"sensor-off", "sensors that come off and are put back", 6 * minute, [][]segment{{
			{},
			{from: 90 * second, levels: levels{pulseOff: true}},
			{from: 130 * second},
			{from: 190 * second, levels: levels{skinOff: true}},
			{from: 230 * second},
			{from: 290 * second, levels: levels{pulseOff: true, skinOff: true}},
			{from: 330 * second},
		}}},
		{"two-people", "one wound up, the other at rest; later both slow down together", 10 * minute, [][]segment{
			{
				{ramp: 20 * second, levels: levels{together: 0.2}},
				{from: 240 * second, ramp: 60 * second, levels: levels{arousal: -0.2, vagal: 0.2, together: 0.9}},
			},
			{
				{ramp: 20 * second},
				{from: 60 * second, ramp: 15 * second, levels: stressed},
				{from: 200 * second, ramp: 60 * second, levels: levels{together: 0.9}},
			},
		}},
		{"night", "an hour of sleep: storms of skin responses, turning over, a hand under the pillow, an electrode that dries out",
			60 * minute, [][]segment{sleep()}},
	}
}

// closeness is the script of intimacy; the second wearer is a little later in everything. Movement takes about half of the
// time: a third to two thirds is what a bed is taken to be.
func closeness(later time.Duration) []segment {
	s := []segment{
		{ramp: 30 * second, levels: levels{movement: 0.10, talk: 0.5}},
		{from: 2 * minute, ramp: 30 * second, levels: levels{arousal: 1.6, vagal: -0.3, movement: 0.45, laugh: 0.5, talk: 0.8, slip: 0.05}},
		{from: 5 * minute, ramp: 60 * second, levels: levels{arousal: 2.5, vagal: -1.2, effort: 0.35, movement: 0.65, laugh: 0.2, slip: 0.15}},
		{from: 8 * minute, ramp: 90 * second, levels: levels{arousal: 3.2, vagal: -2.5, effort: 1, movement: 0.85, slip: 0.2, pillow: 0.2}},
		{from: 12 * minute, ramp: 40 * second, levels: levels{arousal: 1, vagal: -0.5, movement: 0.12, talk: 0.2}},
		{from: 13 * minute, ramp: 60 * second, levels: levels{vagal: 0.3, movement: 0.03}},
		{from: 18 * minute, ramp: 30 * second, levels: levels{arousal: 0.5, movement: 0.3, laugh: 0.4, talk: 0.6}},
	}
	for i := range s[1:] {
		s[i+1].from += later
	}
	return s
}

// sleep is the script of night.
func sleep() []segment {
	light := levels{vagal: 0.3, heart: -4, movement: 0.004}
	deep := levels{vagal: 0.5, heart: -7, breath: 13}
	stormy := levels{vagal: 0.4, heart: -6, breath: 13, storm: 12}
	turning := levels{arousal: 0.8, heart: 4, movement: 0.9}
	pillowed := levels{vagal: 0.3, heart: -5, pillow: 0.95}
	drying := levels{vagal: 0.3, heart: -5, dryness: 0.995, movement: 0.004}
	return []segment{
		{levels: levels{movement: 0.02}},
		{from: 4 * minute, ramp: 4 * minute, levels: light},
		{from: 12 * minute, ramp: 2 * minute, levels: deep},
		{from: 16 * minute, ramp: 20 * second, levels: stormy},
		{from: 20 * minute, ramp: 20 * second, levels: deep},
		{from: 24 * minute, ramp: 2 * second, levels: turning},
		{from: 24*minute + 25*second, ramp: 20 * second, levels: light},
		{from: 30 * minute, ramp: 3 * second, levels: pillowed},
		{from: 35 * minute, ramp: 3 * second, levels: light},
		{from: 38 * minute, ramp: 20 * second, levels: stormy},
		{from: 41 * minute, ramp: 20 * second, levels: light},
		{from: 43 * minute, ramp: 2 * second, levels: turning},
		{from: 43*minute + 15*second, ramp: 5 * second, levels: light},
		{from: 45 * minute, ramp: 12 * minute, levels: drying},
	}
}
