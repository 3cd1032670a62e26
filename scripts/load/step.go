package main

import (
	"fmt"
	"path/filepath"
	"time"

	"hubd/mqtt"
)

// step is one number of hubs on one broker.
type step struct {
	kind    string
	crowd   crowd
	seconds time.Duration
	kill    bool
	places  places

	broker *broker
	hubs   *child
	watch  *child
	base   int64 // memory of the hubs' process without a hub
	r      result
}

// result is what a step found.
type result struct {
	connected  int
	connecting time.Duration // until all hubs were there
	window     time.Duration
	calm       outcome // of the measured stretch
	before     int     // bytes told until then: what connecting costs
	hubs       use
	broker     use
	front      use
	watch      use
	machine    float64 // percent of all processors
	unsent     answer
	overtaken  uint64 // in the measured time: newer words of a topic went in their stead

	killed    bool
	back      time.Duration // until all hubs were there again
	stormy    outcome       // from the kill to the end
	commands  []int         // how many hubs heard theirs, of each try
	lost      []string      // of what is to be kept
	willsLost []string
	asked     int // most often that a node had to be read until it had all
}

// settle is how long everything is left alone after all hubs have come.
const settle = 8 * time.Second

// run does the whole step. Whatever it started has ended when it returns.
func (s *step) run() (err error) {
	if err := s.start(); err != nil {
		s.end()
		return err
	}
	defer s.end()
	if err := s.arrive(); err != nil {
		return err
	}
	time.Sleep(settle)
	from, to, err := s.measure()
	if err != nil {
		return err
	}
	killed := time.Now()
	if s.kill {
		if err := s.killNode(); err != nil {
			return err
		}
	}
	if err := s.command(); err != nil {
		return err
	}
	kept, err := s.hubs.ask(ask{Do: "freeze"})
	if err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // for what is on its way
	if err := s.account(from, to, killed); err != nil {
		return err
	}
	return s.checkBroker(kept.Kept)
}

func (s *step) start() (err error) {
	if s.kind == "nats" {
		s.broker, err = s.places.startCluster(s.crowd)
	} else {
		s.broker, err = s.places.startMosquitto(s.crowd)
	}
	if err != nil {
		return err
	}
	s.crowd.URL, s.crowd.Username = s.broker.url, "watch"
	s.crowd.Watch = []string{"hubd/#", "homes/#", "homeassistant/#"}
	if s.watch, err = startChild("watch"); err != nil {
		return err
	}
	seen := s.crowd
	seen.URL = s.broker.nodes[len(s.broker.nodes)-1] // one that is not killed
	if _, err := s.watch.ask(ask{Do: "begin", Begin: &seen}); err != nil {
		return err
	}
	if s.hubs, err = startChild("hubs"); err != nil {
		return err
	}
	if _, err := s.hubs.ask(ask{Do: "prepare", Begin: &s.crowd}); err != nil {
		return err
	}
	s.base, err = residentBytes(s.hubs.cmd.Process.Pid)
	return err
}

func (s *step) end() {
	for _, c := range []*child{s.hubs, s.watch} {
		if c != nil {
			c.kill()
		}
	}
	if s.broker != nil {
		s.broker.stop()
	}
}

// arrive lets the hubs come. Those that are not there after a time in which all could be are told, and the step goes on.
func (s *step) arrive() error {
	began := time.Now()
	if _, err := s.hubs.ask(ask{Do: "begin"}); err != nil {
		return err
	}
	most := 60*time.Second + time.Duration(4*float64(s.crowd.Hubs)/s.crowd.RampHz*float64(time.Second))
	var err error
	_ = await(most, "all hubs are at the broker", func() bool { err = s.look(); return err != nil || s.r.connected == s.crowd.Hubs })
	s.r.connecting = time.Since(began)
	return err
}

// look counts the hubs that are there.
func (s *step) look() error {
	a, err := s.hubs.ask(ask{Do: "report"})
	s.r.connected = a.Connected
	return err
}

// measure looks at everything for some time.
func (s *step) measure() (from, to time.Time, err error) {
	groups := [][]int{{s.hubs.cmd.Process.Pid}, s.broker.pids(), nil, {s.watch.cmd.Process.Pid}}
	if s.broker.front != nil {
		groups[2] = []int{s.broker.front.cmd.Process.Pid}
	}
	var meters [4]meter
	for i := range groups {
		if meters[i], err = newMeter(groups[i]...); err != nil {
			return
		}
	}
	machine, err := readMachine()
	if err != nil {
		return
	}
	began, err := s.hubs.ask(ask{Do: "report"})
	if err != nil {
		return
	}
	from = time.Now()
	time.Sleep(s.seconds)
	to = time.Now()
	after, err := readMachine()
	if err != nil {
		return
	}
	s.r.machine = 100 * float64(after.busy-machine.busy) / float64(after.all-machine.all)
	for i, u := range []*use{&s.r.hubs, &s.r.broker, &s.r.front, &s.r.watch} {
		if *u, err = meters[i].read(); err != nil {
			return
		}
	}
	s.r.hubs.bytes -= s.base
	s.r.window = to.Sub(from)
	s.r.unsent, err = s.hubs.ask(ask{Do: "report"})
	s.r.overtaken = s.r.unsent.Replaced - began.Replaced
	return
}

// killNode kills the first node and waits until all hubs are back.
func (s *step) killNode() error {
	s.r.killed = true
	began := time.Now()
	s.broker.killNode(0)
	time.Sleep(3 * time.Second) // until whoever was there has noticed
	var err error
	_ = await(3*time.Minute, "all hubs are back", func() bool { err = s.look(); return err != nil || s.r.connected == s.crowd.Hubs })
	s.r.back = time.Since(began)
	if err == nil {
		time.Sleep(toldAgain)
	}
	return err
}

// toldAgain is within which every hub has told once more what is kept of who is there: each does so every minute.
const toldAgain = 65 * time.Second

// deaf is how long a hub may stay deaf whose subscription was refused: it asks again after some ten seconds.
const deaf = 15 * time.Second

// command sends one command to every hub, and counts those that come; where some do not it tries once more, some seconds later.
func (s *step) command() error {
	c, err := connect(clientOptions(s.broker.nodes[0], "remote", "watch"))
	if err != nil {
		return err
	}
	for {
		heard, err := s.commandAll(c)
		if err != nil {
			return err
		}
		s.r.commands = append(s.r.commands, heard)
		if heard >= s.crowd.Hubs || len(s.r.commands) == 2 {
			_ = c.Close(5 * time.Second) // commands that a broker does not take are counted: nobody heard them
			return nil
		}
		time.Sleep(deaf)
	}
}

func (s *step) commandAll(c *mqtt.Client) (heard int, err error) {
	before, err := s.hubs.ask(ask{Do: "report"})
	if err != nil {
		return 0, err
	}
	for i := range s.crowd.Hubs {
		m := mqtt.Message{Topic: "hubd/" + hubID(i) + "/room/set/check_in", Payload: []byte("PRESS"), QoS: 1}
		if err := c.Send(m, time.Time{}, nil); err != nil {
			return 0, err
		}
	}
	_ = await(15*time.Second, "every command is heard", func() bool {
		var a answer
		a, err = s.hubs.ask(ask{Do: "report"})
		heard = int(a.Heard - before.Heard)
		return err != nil || heard >= s.crowd.Hubs
	})
	return heard, err
}

// account follows every message from its hub to the watcher.
func (s *step) account(from, to, killed time.Time) error {
	told, err := s.hubs.tellings(filepath.Join(s.places.work, "told"))
	if err != nil {
		return err
	}
	seen, err := s.watch.tellings(filepath.Join(s.places.work, "seen"))
	if err != nil {
		return err
	}
	ears, err := s.watch.ask(ask{Do: "report"})
	if err != nil {
		return err
	}
	if ears.Dropped+ears.Reconnect > 0 {
		return fmt.Errorf("the watcher lost %d messages and its connection %d times: what it saw says nothing", ears.Dropped, ears.Reconnect)
	}
	s.r.calm = match(told, seen, from, to)
	s.r.stormy = match(told, seen, killed, time.Now())
	for _, t := range told {
		if t.At < from.UnixNano() {
			s.r.before += t.Bytes
		}
	}
	return nil
}

// checkBroker reads what is kept, from every node that lives; then all hubs lose their power at once, and it is read again.
func (s *step) checkBroker(kept map[string]string) (err error) {
	var asked, again int
	if s.r.lost, asked, err = checkKept(s.broker.nodes, s.crowd, kept); err != nil {
		return err
	}
	s.hubs.kill()
	time.Sleep(time.Second)
	s.r.willsLost, again, err = checkKept(s.broker.nodes, s.crowd, wills(kept))
	s.r.asked = max(asked, again)
	return err
}
