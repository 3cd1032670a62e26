package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// broker is what hubs speak to: one mosquitto, or a cluster behind a balancer.
type broker struct {
	url   string   // for hubs
	nodes []string // each node's own URL
	all   []*server
	front *server // the balancer; nil: none
}

func (b *broker) pids() (pids []int) {
	for _, s := range b.all {
		pids = append(pids, s.cmd.Process.Pid)
	}
	return pids
}

func (b *broker) stop() {
	for _, s := range b.all {
		s.kill()
	}
	if b.front != nil {
		b.front.kill()
	}
}

// killNode ends one node, as a cut of its power does.
func (b *broker) killNode(i int) {
	b.all[i].kill()
	b.all = append(b.all[:i:i], b.all[i+1:]...)
	b.nodes = append(b.nodes[:i:i], b.nodes[i+1:]...)
}

// freePorts are ports of loopback that were free a moment ago.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// fill copies a file of docs/several-rooms with other addresses and folders in it. Whatever is to be replaced must be there: a config that
// was changed must not be tested as if it were not.
func fill(from, to string, replace ...string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(string(text), replace[i]) {
			return fmt.Errorf("%s does not have %q any more", from, replace[i])
		}
	}
	return os.WriteFile(to, []byte(strings.NewReplacer(replace...).Replace(string(text))), 0o600)
}

// places are where programs and configs are.
type places struct {
	configs                  string // docs/several-rooms
	work                     string // a folder of this run's own
	mosquitto, nats, haproxy string
}

// mosquitto starts one, with a user for each hub.
func (p places) startMosquitto(c crowd) (*broker, error) {
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	acl, passwords, conf := filepath.Join(p.work, "acl"), filepath.Join(p.work, "passwords"), filepath.Join(p.work, "mosquitto.conf")
	if err := fill(filepath.Join(p.configs, "homes.acl"), acl); err != nil {
		return nil, err
	}
	if err := appendTo(acl, mosquittoRights(c)); err != nil {
		return nil, err
	}
	if err := mosquittoPasswords(passwords, c.Hubs); err != nil {
		return nil, err
	}
	at := fmt.Sprintf("127.0.0.1:%d", ports[0])
	err = fill(filepath.Join(p.configs, "mosquitto.conf"), conf, "1883 192.0.2.10", fmt.Sprintf("%d 127.0.0.1", ports[0]),
		"/etc/mosquitto/passwords", passwords, "/etc/mosquitto/homes.acl", acl)
	if err != nil {
		return nil, err
	}
	if err := appendTo(conf, "user root\n"); err != nil { // what it reads is this user's alone
		return nil, err
	}
	s, err := startServer(filepath.Join(p.work, "mosquitto.log"), p.mosquitto, "-c", conf)
	if err != nil {
		return nil, err
	}
	b := &broker{url: "mqtt://" + at, nodes: []string{"mqtt://" + at}, all: []*server{s}}
	return b, await(10*time.Second, "mosquitto at "+at, func() bool { return answers(at) })
}

// mosquittoRights are those of whoever watches; in one house also of hubs that find each other's descriptions.
func mosquittoRights(c crowd) string {
	rights := "\n"
	if c.Shared {
		rights += "pattern readwrite homeassistant/device/+/config\npattern read homeassistant/status\npattern read hubd/+/status\n"
	}
	return rights + "user watch\ntopic readwrite #\n"
}

func mosquittoPasswords(file string, hubs int) error {
	text := "watch:" + password + "\n"
	for i := range hubs {
		text += hubID(i) + ":" + password + "\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	if out, err := exec.Command("mosquitto_passwd", "-U", file).CombinedOutput(); err != nil {
		return fmt.Errorf("mosquitto_passwd: %w: %s", err, out)
	}
	return nil
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func answers(at string) bool {
	c, err := net.DialTimeout("tcp", at, time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// clusterNodes is how many there are.
const clusterNodes = 3

// natsPorts are one node's.
type natsPorts struct{ client, http, cluster, mqtt int }

// startCluster starts three NATS nodes and the balancer before them.
func (p places) startCluster(c crowd) (*broker, error) {
	free, err := freePorts(4*clusterNodes + 1)
	if err != nil {
		return nil, err
	}
	var ports [clusterNodes]natsPorts
	for i := range ports {
		ports[i] = natsPorts{free[4*i], free[4*i+1], free[4*i+2], free[4*i+3]}
	}
	if err := p.natsUsers(c.Hubs); err != nil {
		return nil, err
	}
	b := &broker{url: fmt.Sprintf("mqtt://127.0.0.1:%d", free[len(free)-1])}
	for i := range ports {
		s, err := p.startNode(i, ports)
		if err != nil {
			b.stop()
			return nil, err
		}
		b.all, b.nodes = append(b.all, s), append(b.nodes, fmt.Sprintf("mqtt://127.0.0.1:%d", ports[i].mqtt))
	}
	for i := range ports {
		err := await(60*time.Second, fmt.Sprintf("n%d is healthy", i+1), func() bool { return healthy(ports[i].http) })
		if err != nil {
			b.stop()
			return nil, err
		}
	}
	b.front, err = p.startBalancer(free[len(free)-1], ports)
	if err != nil {
		b.stop()
	}
	return b, err
}

func (p places) startNode(i int, ports [clusterNodes]natsPorts) (*server, error) {
	name := fmt.Sprintf("n%d", i+1)
	conf := filepath.Join(p.work, name+".conf")
	own := ports[i]
	replace := []string{
		"server_name: n1", "server_name: " + name, `"127.0.0.1:4222"`, loopback(own.client), `"192.0.2.11:8222"`, loopback(own.http),
		`listen: "192.0.2.11:6222"`, "listen: " + loopback(own.cluster), `"192.0.2.11:1883"`, loopback(own.mqtt),
		"/var/lib/nats", filepath.Join(p.work, "store-"+name),
	}
	for j := range ports {
		replace = append(replace, fmt.Sprintf("nats://192.0.2.%d:6222", 11+j), fmt.Sprintf("nats://127.0.0.1:%d", ports[j].cluster))
	}
	if err := fill(filepath.Join(p.configs, "nats.conf"), conf, replace...); err != nil {
		return nil, err
	}
	return startServer(filepath.Join(p.work, name+".log"), p.nats, "-c", conf)
}

func loopback(port int) string { return fmt.Sprintf(`"127.0.0.1:%d"`, port) }

// natsUsers makes the file of users from the one in docs/several-rooms: its user, once for each hub.
func (p places) natsUsers(hubs int) error {
	from := filepath.Join(p.configs, "users.conf")
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	const begin, end = "\t\t{user:", "\t\t}}\n"
	a, z := strings.Index(string(text), begin), strings.Index(string(text), end)
	if a < 0 || z < a {
		return fmt.Errorf("%s has no user like %q … %q", from, begin, end)
	}
	head, one, tail := string(text[:a]), string(text[a:z+len(end)]), string(text[z+len(end):])
	var all strings.Builder
	all.WriteString(head + "\t\t{user: watch, password: " + password + "}\n")
	for i := range hubs {
		all.WriteString(strings.NewReplacer("home-1", hubID(i), "$2a$11$replace-this-by-a-hash", password).Replace(one))
	}
	return os.WriteFile(filepath.Join(p.work, "users.conf"), []byte(all.String()+tail), 0o600)
}

func healthy(port int) bool {
	c := http.Client{Timeout: time.Second}
	r, err := c.Get(fmt.Sprintf("http://127.0.0.1:%d/healthz", port))
	if err != nil {
		return false
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

func (p places) startBalancer(port int, ports [clusterNodes]natsPorts) (*server, error) {
	conf := filepath.Join(p.work, "haproxy.cfg")
	replace := []string{"192.0.2.10:1883", fmt.Sprintf("127.0.0.1:%d", port)}
	for i, n := range ports {
		replace = append(replace, fmt.Sprintf("192.0.2.%d:1883 port 8222", 11+i), fmt.Sprintf("127.0.0.1:%d port %d", n.mqtt, n.http))
	}
	if err := fill(filepath.Join(p.configs, "haproxy.cfg"), conf, replace...); err != nil {
		return nil, err
	}
	s, err := startServer(filepath.Join(p.work, "haproxy.log"), p.haproxy, "-db", "-f", conf)
	if err != nil {
		return nil, err
	}
	at := fmt.Sprintf("127.0.0.1:%d", port)
	return s, await(10*time.Second, "the balancer at "+at, func() bool { return answers(at) })
}
