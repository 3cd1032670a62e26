package mqtt

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, row := range []struct {
		name, url, dial  string
		secure, loopback bool
		fault            string // part of the error; empty: none
	}{
		{"plain MQTT has port 1883", "mqtt://localhost", "localhost:1883", false, true, ""},
		{"MQTT over TLS has port 8883", "mqtts://broker.lan", "broker.lan:8883", true, false, ""},
		{"a port may be given", "mqtt://127.0.0.1:1884/", "127.0.0.1:1884", false, true, ""},
		{"IPv6 stands in brackets", "mqtt://[::1]:1884", "[::1]:1884", false, true, ""},
		{"another scheme is refused", "tcp://localhost", "", false, false, "want mqtt://"},
		{"no scheme is refused", "localhost:1883", "", false, false, "want mqtt://"},
		{"a path is refused", "mqtt://localhost/topic", "", false, false, "at most a port"},
		{"no host is refused", "mqtt://", "", false, false, "want a host"},
		{"a password in the address is refused and not repeated", "mqtt://me:hunter2@localhost", "", false, false, "keys of their own"},
		{"an unreadable address with a password does not repeat it", "mqtt://me:hunter2@local host:x", "", false, false, "cannot be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := parseAddress(row.url)
			if row.fault != "" {
				if err == nil || !strings.Contains(err.Error(), row.fault) || strings.Contains(err.Error(), "hunter2") {
					t.Fatalf("error %v, want one about %q", err, row.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a.dial() != row.dial || a.secure != row.secure || a.loopback() != row.loopback {
				t.Errorf("%s is %s, secure %v, loopback %v", row.url, a.dial(), a.secure, a.loopback())
			}
		})
	}
}

func TestOptionsReportEveryProblemAtOnce(t *testing.T) {
	_, err := Options{URL: "mqtt://192.0.2.1", ClientID: strings.Repeat("x", 24), TLS: TLS{KeyFile: "k"}, Will: Message{Topic: "a/#"}}.check()
	if err == nil {
		t.Fatal("four problems are no error")
	}
	for _, want := range []string{"readable on the way", "client id", "needs its key", "neither + nor #"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %q in:\n%v", want, err)
		}
	}
	if _, err := (Options{URL: "mqtt://192.0.2.1", ClientID: "hubd", Insecure: true}).check(); err != nil {
		t.Errorf("insecure permits plain MQTT to another machine, but: %v", err)
	}
}

func TestFilters(t *testing.T) {
	for filter, good := range map[string]bool{
		"hubd/pi/+/set/#": true, "#": true, "+": true, "a//b": true,
		"": false, "a/#/b": false, "a+": false, "a/b#": false, strings.Repeat("x", 513): false,
	} {
		if err := checkFilter(filter); (err == nil) != good {
			t.Errorf("filter %.20q: %v, want good %v", filter, err, good)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("mqtt://localhost:1883")
	f.Add("mqtts://[::1]")
	f.Fuzz(func(t *testing.T, raw string) {
		if a, err := parseAddress(raw); err == nil && (a.host == "" || a.port == "") {
			t.Errorf("%q gives %+v", raw, a)
		}
	})
}
