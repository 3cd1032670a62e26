package main

import (
	"bytes"
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"hubd/wire"
)

const someToken = "abcdefghijklmnopqrstuvwx23"

func TestOpeningThePageSaysWhereItIsAndWhoCanReadAlong(t *testing.T) {
	rows := []struct {
		name      string
		done      wire.PageOpened
		addresses []string
		want, not []string
	}{
		{"this machine alone", wire.PageOpened{Token: someToken, Here: "127.0.0.1:8480"}, []string{"192.168.1.20"},
			[]string{"http://127.0.0.1:8480/#" + someToken, "ssh -L 8480:127.0.0.1:8480 pi", "abcd efgh ijkl mnop qrst uvwx 23", "hubd page close"}, []string{"192.168.1.20", "Wi-Fi", "█"}},
		{"the home network over plain http", wire.PageOpened{Token: someToken, Here: "127.0.0.1:8480", Listen: ":8481"}, []string{"192.168.1.20", "fd00::1"},
			[]string{"http://192.168.1.20:8481/#" + someToken, "http://[fd00::1]:8481/#", "whoever is on the same Wi-Fi can read", "--certificate", "█"}, []string{"https"}},
		{"with a certificate of its own", wire.PageOpened{Token: someToken, Here: "127.0.0.1:8480", Listen: ":8481", TLS: true, Fingerprint: "AA:BB"}, []string{"192.168.1.20"},
			[]string{"https://192.168.1.20:8481/#", "AA:BB"}, []string{"plain http"}},
		{"one address alone", wire.PageOpened{Token: someToken, Here: "127.0.0.1:8480", Listen: "10.0.0.1:8481"}, []string{"192.168.1.20"}, []string{"http://10.0.0.1:8481/#"}, []string{"192.168.1.20"}},
		{"no network so far", wire.PageOpened{Token: someToken, Here: "127.0.0.1:8480", Listen: ":8481"}, nil, []string{"no address on a home network"}, []string{"█"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			tellPage(&out, "a", row.done, row.addresses, "pi")
			for _, want := range row.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q:\n%s", want, &out)
				}
			}
			for _, not := range row.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("has %q:\n%s", not, &out)
				}
			}
		})
	}
}

func TestTheQRCodeIsWholeAndHasAQuietEdge(t *testing.T) {
	var out bytes.Buffer
	printQR(&out, "http://192.168.1.20:8481/#"+someToken)
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	width := len([]rune(lines[0]))
	if width < 25 || len(lines) < width/2 {
		t.Fatalf("%d lines of %d characters", len(lines), width)
	}
	for i, line := range lines {
		runes := []rune(line)
		if len(runes) != width || string(runes[:2]) != "██" && i < len(lines)-1 {
			t.Errorf("line %d is %d wide and begins with %q", i, len(runes), string(runes[:2]))
		}
	}
	if strings.Trim(lines[0], "█") != "" {
		t.Errorf("the upper edge is not quiet: %q", lines[0])
	}
}

// The example that lets phones find the page names the port at which the home network is let in, not the one of this machine alone.
func TestTheExampleForAvahiNamesThePortOfTheHomeNetwork(t *testing.T) {
	text, err := os.ReadFile("../../systemd/avahi.service")
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Port string `xml:"service>port"`
	}
	if err := xml.Unmarshal(text, &example); err != nil {
		t.Fatalf("avahi would not read it: %v", err)
	}
	if ":"+example.Port != homePort {
		t.Errorf("port %s, want that of hubd page open, %s", example.Port, homePort)
	}
}
