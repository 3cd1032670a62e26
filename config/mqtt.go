package config

import (
	"net/netip"
	"net/url"
	"strconv"
)

func (r *reader) mqtt(o *object) MQTT {
	m := MQTT{
		Username:        o.text("username", ""),
		PasswordFile:    o.file("password_file"),
		CAFile:          o.file("ca_file"),
		CertFile:        o.file("cert_file"),
		KeyFile:         o.file("key_file"),
		DiscoveryPrefix: o.topic("discovery_prefix", "homeassistant"),
		BirthTopic:      o.topic("birth_topic", "homeassistant/status"),
		Insecure:        o.flag("insecure", false),
	}
	if o.present() {
		m.URL = o.brokerURL(m.Insecure)
		o.checkLogin(m)
	}
	for _, key := range []string{"password", "token", "key"} {
		if v, ok := o.fields[key]; ok {
			o.get(key)
			o.r.hide(v, "no secret stands in this file: put it alone into a file of mode 0600 and name that in password_file or key_file")
		}
	}
	o.done()
	return m
}

// brokerURL reads the address of the broker. It is not shown where it might hold a password.
func (o *object) brokerURL(insecure bool) string {
	const form = "mqtt://host:1883 or mqtts://host:8883"
	v := o.need("url", form)
	raw := o.r.text(v)
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		o.r.hide(v, "wanted is %s", form)
	case u.User != nil:
		o.r.hide(v, "user name and password do not stand in the address: use username and password_file")
	case u.Scheme != "mqtt" && u.Scheme != "mqtts", u.Hostname() == "", u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		o.r.problem(v, "wanted is %s", form)
	case !validPort(u.Port()):
		o.r.problem(v, "wanted is a port from 1 to 65535")
	case u.Scheme == "mqtt" && !loopback(u.Hostname()) && !insecure:
		o.r.problem(v, "on the way to another machine mqtt:// can be read by everybody: use mqtts://, or set insecure: true")
	default:
		o.warnInsecure(insecure)
		return raw
	}
	return ""
}

func (o *object) warnInsecure(insecure bool) {
	if insecure {
		o.r.warn(o.get("insecure"), "everybody between this hub and the broker can read along")
	}
}

// checkLogin finds what belongs together and does not stand together.
func (o *object) checkLogin(m MQTT) {
	if m.PasswordFile != "" && m.Username == "" {
		o.r.follows(o.get("password_file"), []string{"mqtt.username"}, "a password needs a username beside it (MQTT 3.1.1, 3.1.2.9)")
	}
	if m.CertFile != "" && m.KeyFile == "" {
		o.r.follows(o.get("cert_file"), []string{"mqtt.key_file"}, "a certificate needs its key_file")
	}
	if m.KeyFile != "" && m.CertFile == "" {
		o.r.follows(o.get("key_file"), []string{"mqtt.cert_file"}, "a key needs its cert_file")
	}
}

func validPort(p string) bool {
	if p == "" {
		return true
	}
	n, err := strconv.ParseUint(p, 10, 16)
	return err == nil && n > 0
}

// loopback tells whether what is sent to a host stays on this machine.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
