package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// MaxFileSize bounds a config file.
const MaxFileSize = 1 << 20 // bytes

// Load reads a config file. What is wrong with it is an *Error; so is a file that cannot be read, since there is nothing to start
// with then.
func Load(path string) (*Config, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, &Error{[]Problem{{File: path, Want: err.Error()}}}
	}
	return Parse(path, data)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the config cannot be read: %w: name yours with --config, or begin one: hubd probe > config.yaml", bare(err))
	}
	if err != nil {
		return nil, fmt.Errorf("the config cannot be read: %w", bare(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("the config cannot be read: %w", bare(err))
	}
	return data, nil
}

// Parse reads the text of a config file; name goes into the messages, and its folder is where relative paths start. What is wrong
// is an *Error with every problem at once.
func Parse(name string, data []byte) (*Config, error) {
	if len(data) > MaxFileSize {
		return nil, &Error{[]Problem{{File: name, Want: fmt.Sprintf("a config has at most %d bytes", MaxFileSize)}}}
	}
	r := &reader{file: name, dir: filepath.Dir(name), strange: map[string]bool{}, lines: lines{}}
	root := r.parse(data)
	if len(r.problems) > 0 {
		return nil, &Error{told(r.problems)}
	}
	c := &Config{Dir: r.dir, Places: Places{file: name, root: root.node}}
	r.config(r.open(root), c)
	if len(r.problems) > 0 {
		all := told(r.problems)
		sortProblems(all)
		return nil, &Error{all}
	}
	c.Warnings, c.Voices = told(r.warnings), told(r.voices)
	sortProblems(c.Warnings)
	sortProblems(c.Voices)
	return c, nil
}

// config reads the sections in the order in which they lean on each other, whatever their order in the file.
func (r *reader) config(root *object, c *Config) {
	c.Hub = r.hub(root)
	c.MQTT = r.mqtt(root.section("mqtt"))
	c.Buses = r.buses(root.section("buses"))
	r.busLines(c.Buses)
	chips := r.chips(root.section("chips"), c.Buses)
	r.wearers(root, c, chips)
	c.Chips = chips.list()
	c.GPIO = r.gpio(root.section("gpio"))
	c.Room = r.room(root.section("room"), root.get("mqtt").present())
	r.asking(root, c)
	c.History = r.history(root.section("history"))
	c.Web = r.web(root.section("web"))
	r.starters(root, c.Wearers, c.Web.Listen != NoPage)
	c.Log = logging(root.section("log"))
	root.done()
}

func (r *reader) hub(root *object) Hub {
	if !root.get("hub").present() {
		root.missing("hub", "id, the name of this hub in every topic")
		return Hub{}
	}
	o := root.section("hub")
	h := Hub{ID: o.id("id")}
	h.Name = o.text("name", h.ID)
	o.done()
	return h
}

func (r *reader) history(o *object) History {
	h := History{
		Path:        "/var/lib/hubd/history.db",
		Days:        o.integer("days", 400, 1, 3650),
		MaxMB:       o.integer("max_mb", 256, 8, 1024),
		CommitEvery: o.seconds("commit_s", time.Minute, 10*time.Second, time.Hour),
	}
	if p := o.file("path"); p != "" {
		h.Path = p
	}
	h.KeyFile = o.file("key_file")
	ok := o.get("insecure_key_ok")
	h.InsecureKeyOK = o.flag("insecure_key_ok", false)
	if ok.present() && (h.KeyFile == "" || h.KeyFile == KeyTyped) {
		r.problem(ok, "insecure_key_ok is about the file of history.key_file, and none is named")
	}
	o.done()
	return h
}

func logging(o *object) Log {
	l := Log{Level: choice(o, "level", "info", "debug", "info", "warn", "error")}
	o.done()
	return l
}
