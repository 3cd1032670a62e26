package hub

import (
	"errors"
	"os"
	"path/filepath"

	"hubd/config"
	"hubd/sound"
)

// maxReaders is how many voices may be read at once. A disk that never answers holds up its own voice and no other, and as many as this.
const maxReaders = 4

// voice is a recording that was asked for, or why it could not be read.
type voice struct {
	path      string
	recording *sound.Recording
	err       error
	speech    int // of the feeder when it was asked for
}

var errDiskStands = errors.New("the disk gives none of the files that were asked for before it")

// fetch begins to read a voice: a slow disk must not tear a hole into the sound.
func (f *feeder) fetch(path string) {
	f.speech++
	v := voice{path: path, speech: f.speech}
	if f.reading == maxReaders {
		v.err = errDiskStands
		f.leaveOut(v)
		return
	}
	f.reading++
	go func() {
		v.recording, v.err = f.read(path)
		f.voices <- v // it has room for every reader
	}()
}

// say lets a voice be heard that has been read, where it is the newest that was asked for.
func (f *feeder) say(v voice) {
	f.reading--
	switch {
	case v.err != nil:
		f.leaveOut(v)
	case f.there() && v.speech == f.speech:
		f.renderer.Say(v.recording)
	}
}

// leaveOut tells once of a voice that cannot be read.
func (f *feeder) leaveOut(v voice) {
	if f.bad[v.path] {
		return
	}
	f.bad[v.path] = true
	f.log.Warn("this voice is left out", "file", v.path, "error", v.err)
}

// CheckVoices reads every voice that a config names, as the room would. What is no voice is a problem; what is one that is too long for
// the room a warning. A file that is not there is neither: config.Load has warned of it.
func CheckVoices(c *config.Config) (warnings, problems []config.Problem) {
	for _, v := range c.Voices {
		_, err := sound.OpenRecording(filepath.Join(c.Dir, v.Value))
		p := v
		switch {
		case err == nil || errors.Is(err, os.ErrNotExist):
		case errors.Is(err, sound.ErrTooBig):
			p.Want = err.Error() + ": the step goes without a voice"
			warnings = append(warnings, p)
		default:
			p.Want = err.Error()
			problems = append(problems, p)
		}
	}
	return warnings, problems
}
