package mqtt

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
)

// address is where a broker listens.
type address struct {
	host   string
	port   string
	secure bool // TLS
}

func parseAddress(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, fmt.Errorf("mqtt: broker address cannot be read: want mqtt://host:1883 or mqtts://host:8883")
	}
	if u.User != nil {
		return address{}, fmt.Errorf("mqtt: broker %s: user name and password have keys of their own, outside the address", u.Host)
	}
	a := address{host: u.Hostname(), port: u.Port()}
	standard := "1883"
	switch u.Scheme {
	case "mqtt":
	case "mqtts":
		a.secure, standard = true, "8883"
	default:
		return address{}, fmt.Errorf("mqtt: broker %q: want mqtt://host:1883 or mqtts://host:8883", raw)
	}
	if a.host == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return address{}, fmt.Errorf("mqtt: broker %q: want a host and at most a port", raw)
	}
	if a.port == "" {
		a.port = standard
	}
	return a, nil
}

// dial is what net.Dial takes.
func (a address) dial() string { return net.JoinHostPort(a.host, a.port) }

// String is for logs; it holds no secret because an address cannot.
func (a address) String() string {
	if a.secure {
		return "mqtts://" + a.dial()
	}
	return "mqtt://" + a.dial()
}

// loopback tells whether what is sent stays on this machine.
func (a address) loopback() bool {
	if a.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(a.host)
	return err == nil && ip.IsLoopback()
}
