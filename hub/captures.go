package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hubd/recording"
	"hubd/web"
	"hubd/wire"
)

// captures are the recordings of wearers beside history.db, where erasing finds them: captures/<wearer>/.
type captures struct {
	dir   string // of history.db
	alone sync.Mutex
}

// mostCapture is the largest recording that the daemon itself makes an EDF file of, in bytes: all of it has to be in memory, and a Pi has
// little. hubd export takes any.
const mostCapture = 4 << 20

func (c *captures) folder(wearer string) string { return filepath.Join(c.dir, "captures", wearer) }

// list gives a wearer's recordings, the newest name last.
func (c *captures) list(wearer string) ([]wire.Capture, error) {
	entries, err := os.ReadDir(c.folder(wearer))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hub: recordings: %w", err)
	}
	var all []wire.Capture
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && (strings.HasSuffix(e.Name(), ".csv") || strings.HasSuffix(e.Name(), ".csv.gz")) {
			all = append(all, wire.Capture{Name: e.Name(), Bytes: info.Size()})
		}
	}
	return all, nil
}

// writeEDF writes one of a wearer's recordings. Only a name that is listed is one: no path leads out of the folder.
func (c *captures) writeEDF(_ context.Context, wearer, name string, out io.Writer) (refusal string, err error) {
	all, err := c.list(wearer)
	i := slices.IndexFunc(all, func(x wire.Capture) bool { return x.Name == name })
	switch {
	case err != nil:
		return "", err
	case i < 0:
		return "there is no such recording of yours", nil
	case all[i].Bytes > mostCapture:
		return "this recording is too long to be made here: hubd export --capture FILE --format edf on the machine does it", nil
	case !c.alone.TryLock():
		return "another recording is being made: wait a moment", nil
	}
	defer c.alone.Unlock()
	r, err := recording.Open(filepath.Join(c.folder(wearer), name))
	if err != nil {
		return err.Error(), nil
	}
	theirs := wearer
	if slices.Equal(r.Wearers(), []string{""}) {
		theirs = "" // the file has one wearer and does not name them
	}
	if !slices.Contains(r.Wearers(), theirs) {
		return "that recording names others", nil
	}
	return "", r.WriteEDF(out, theirs)
}

// ways are a page's way to them; nil where nothing is kept.
func (c *captures) ways() *web.Captures {
	if c.dir == "" {
		return nil
	}
	return &web.Captures{List: c.list, WriteEDF: c.writeEDF}
}
