package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// ask is what load asks of one of its processes.
type ask struct {
	Do    string // begin, report, freeze, tellings, close
	Begin *crowd // of begin
	File  string // of tellings
}

// answer is what comes back.
type answer struct {
	Error     string
	Hubs      int
	Connected int    // of them
	Waiting   int    // messages not sent yet
	Replaced  uint64 // by a newer one of their topic before they were sent
	Dropped   uint64
	Heard     uint64 // commands
	Reconnect uint64
	Kept      map[string]string // what a broker is to keep: payloads by topic
}

// crowd says which hubs there are.
type crowd struct {
	Hubs     int
	URL      string
	Passwd   bool    // each logs in under its own id with password
	Shared   bool    // one house: all under one Home Assistant
	RampHz   float64 // hubs that begin in a second
	Evening  float64 // s
	Seed     uint64
	Watch    []string // filters, of watch
	Username string   // of watch
}

// password is everybody's on brokers that live for a minute on loopback.
const password = "load"

// serve answers asks until the input ends.
func serve(in io.Reader, out io.Writer, do func(ask) (answer, error)) error {
	d, e := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var a ask
		if err := d.Decode(&a); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		reply, err := do(a)
		if err != nil {
			reply.Error = err.Error()
		}
		if err := e.Encode(reply); err != nil {
			return err
		}
	}
}

// child is one of load's processes.
type child struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	to   *json.Encoder
	from *json.Decoder
}

func startChild(name string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, name)
	cmd.Stderr, cmd.SysProcAttr = os.Stderr, endsWithUs()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &child{name: name, cmd: cmd, in: in, to: json.NewEncoder(in), from: json.NewDecoder(out)}, nil
}

func (c *child) ask(a ask) (answer, error) {
	if err := c.to.Encode(a); err != nil {
		return answer{}, fmt.Errorf("%s: %s: %w", c.name, a.Do, err)
	}
	var reply answer
	if err := c.from.Decode(&reply); err != nil {
		return answer{}, fmt.Errorf("%s: %s: %w", c.name, a.Do, err)
	}
	if reply.Error != "" {
		return reply, fmt.Errorf("%s: %s: %s", c.name, a.Do, reply.Error)
	}
	return reply, nil
}

// tellings gives what the process has noted since the last time.
func (c *child) tellings(file string) ([]telling, error) {
	if _, err := c.ask(ask{Do: "tellings", File: file}); err != nil {
		return nil, err
	}
	return readTellings(file)
}

// kill ends it without a word, as a cut of the power does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended already
	_ = c.cmd.Wait()
}
