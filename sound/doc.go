// Package sound makes what is heard: noise, rain, a humming tone, a breath swell, one soft tone and a spoken voice, as PCM for a
// player process or a named pipe.
//
// The synthesis is pure: a Renderer gives one block after the other from a seed, the room's Cues and the stream time at which the
// block will be heard. It allocates nothing on its way and knows no clock. Output is the edge: it writes blocks
// without ever blocking for longer than it is told, and starts no goroutine.
//
// Levels are loudness in LUFS (ITU-R BS.1770-4), which is decibels relative to full scale with the ear's weighting: −42 means the
// same loudness whatever is heard. Every bed and tone is made to that measure.
package sound

import "time"

// The format of every block: what `-f S16_LE -r 48000 -c 2` says to a player.
const (
	Rate        = 48000 // frames per second
	frameBytes  = 4     // two channels of 16 bits, little endian
	BlockFrames = 960   // frames of one block

	// BlockBytes is the size of one block. It stays below the 4096 bytes that a pipe takes whole or not at all (POSIX PIPE_BUF): half a
	// frame in a pipe would turn everything after it into loud noise.
	BlockBytes = BlockFrames * frameBytes

	// BlockTime is how long one block is heard.
	BlockTime = BlockFrames * time.Second / Rate
)

// The bounds of what is made, whatever a Cue says.
const (
	// TopDB is the highest level, LUFS: at it the peaks of every bed still stay below full scale. Louder belongs into the amplifier.
	TopDB = -20.0

	// SilenceDB is a level at which nothing is heard in a bedroom, LUFS. Sound that begins, begins here.
	SilenceDB = -60.0

	// RiseDB is how fast the whole may become louder, dB per second (design section 5.3).
	RiseDB = 3.0

	// FadeOut is how long a sound that must stop takes to be silent: short enough for a hand that says stop, long enough not to click.
	FadeOut = 500 * time.Millisecond
)
