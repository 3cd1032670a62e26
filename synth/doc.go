// Package synth makes physiological signals with their truth, by scenario: bodies that answer to plain room numbers.
//
// It feeds the simulated chips of hubd demo and the tests. A body is a heart with breathing, 0.1 Hz and slow variability, a pulse
// wave per beat, skin conductance with responses at a driven rate, and a bed that moves, presses and slips. A scenario is a script
// of a few hidden levels (arousal, vagal tone, effort, movement …) over time; what the sensors show follows from them, and the
// truth (beats, breaths, responses, state) is kept, so that a test can compare. The same scenario and seed give the same numbers on
// every run on one platform.
//
// The bodies are plausible, not real: figures come from the sources named beside them, and nothing here proves that an algorithm
// works on people. Recordings do that.
package synth
