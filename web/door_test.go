package web

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clocked is a door whose time the test owns.
type clocked struct {
	*door
	at  time.Time
	log bytes.Buffer
}

func newClocked() *clocked {
	c := &clocked{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	c.door = newDoor(slog.New(slog.NewTextHandler(&c.log, nil)), func() time.Time { return c.at })
	return c
}

var (
	stranger = netip.MustParseAddr("192.168.1.66")
	wearer   = netip.MustParseAddr("192.168.1.20")
)

func TestAThousandWrongTokensAreLockedOutAndLoggedOnce(t *testing.T) {
	d := newClocked()
	looked := 0
	for range 1000 {
		if d.wait(stranger) == 0 {
			d.wrong(stranger)
			looked++
		}
		d.at = d.at.Add(time.Second)
	}
	if looked > 10 {
		t.Errorf("%d of 1000 wrong tokens in 1000 s were looked at: want 10 at most", looked)
	}
	if n := strings.Count(d.log.String(), "wrong tokens"); n != 1 {
		t.Errorf("logged %d times, want once:\n%s", n, &d.log)
	}
	if d.wait(wearer) != 0 {
		t.Error("another address has to wait too")
	}
}

func TestWaitingDoublesUpToAQuarterOfAnHour(t *testing.T) {
	d := newClocked()
	for range freeTries - 1 {
		d.wrong(stranger)
	}
	if got := d.wait(stranger); got != 0 {
		t.Fatalf("after %d wrong tokens: %v, want no wait", freeTries-1, got)
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		d.wrong(stranger)
		if got := d.wait(stranger); got != want {
			t.Errorf("wait %v, want %v", got, want)
		}
		d.at = d.at.Add(want)
	}
	d.at = d.at.Add(forgetAfter + time.Second)
	d.wrong(stranger)
	if got := d.wait(stranger); got != 0 {
		t.Errorf("an hour later one wrong token costs %v", got)
	}
}

func TestARightTokenForgetsTheWrongOnes(t *testing.T) {
	d := newClocked()
	for range freeTries {
		d.wrong(wearer)
	}
	d.right(wearer)
	if got := d.wait(wearer); got != 0 {
		t.Errorf("wait %v after a right token", got)
	}
}

// Everybody at home shares one IPv6 network: a guest in it shuts nobody else out.
func TestAGuestMakesNobodyElseOfTheNetworkWait(t *testing.T) {
	d := newClocked()
	for _, a := range []string{"fe80::66%eth0", "fd00::66", "192.168.1.66"} {
		guest := netip.MustParseAddr(a)
		for range 2 * freeTries {
			d.wrong(guest)
		}
		if d.wait(guest) == 0 {
			t.Errorf("%s does not wait", guest)
		}
	}
	for _, a := range []string{"fe80::20%eth0", "fd00::20", "192.168.1.20"} {
		if wait := d.wait(netip.MustParseAddr(a)); wait != 0 {
			t.Errorf("%s waits %v for what a guest did", a, wait)
		}
	}
	if d.wait(netip.MustParseAddr("::ffff:192.168.1.66")) == 0 || d.wait(netip.MustParseAddr("fe80::66%wlan0")) == 0 {
		t.Error("the same address in another spelling does not wait")
	}
}

func TestWhoHasEveryAddressShutsNobodyOutAndFillsNoLog(t *testing.T) {
	d := newClocked()
	guest := netip.MustParseAddr("fd00::1:0")
	for range 2 * maxAsking {
		guest = guest.Next()
		for range 2 * freeTries {
			d.wrong(guest)
		}
	}
	if wait := d.wait(netip.MustParseAddr("fd00::20")); wait != 0 {
		t.Errorf("a wearer waits %v", wait)
	}
	if n := strings.Count(d.log.String(), "wrong tokens"); n != 1 {
		t.Errorf("logged %d times within a moment", n)
	}
}

func TestWhoAsksFromEverywhereTakesNoMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newClocked()
		for range maxAsking + 50 {
			d.wrong(netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))))
		}
		if len(d.tries) > maxAsking {
			t.Fatalf("%d addresses remembered", len(d.tries))
		}
	})
}

func TestTokensAreKnownAgainHoweverTheyWereTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := NewToken()
		known := []Token{{"a", SumOf(NewToken())}, {"b", SumOf(token)}}
		typed := ""
		for _, r := range token {
			typed += rapid.SampledFrom([]string{"", " ", "-", "\n"}).Draw(t, "gap")
			if rapid.Bool().Draw(t, "upper") {
				r = []rune(strings.ToUpper(string(r)))[0]
			}
			typed += string(r)
		}
		if w, ok := whose(known, typed); !ok || w != "b" {
			t.Fatalf("%q: %q %v", typed, w, ok)
		}
		if _, ok := whose(known, token[1:]); ok {
			t.Fatal("a part of a token opens")
		}
	})
}

func TestNoTokenOpensWhereNoneWasMade(t *testing.T) {
	for _, token := range []string{"", " ", "a", NewToken(), strings.Repeat("x", maxToken+1)} {
		if w, ok := whose(nil, token); ok {
			t.Errorf("%q opens for %q", token, w)
		}
	}
	if w, ok := whose([]Token{{"a", SumOf("")}}, ""); ok {
		t.Errorf("the empty token opens for %q", w)
	}
}

func TestThePageIsKnownByAddressesAndNamesOfTheHomeNetwork(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1:8480": true, "localhost:8480": true, "[::1]:8480": true, "192.168.1.20": true, "[fe80::1]:80": true, "bedroom": true,
		"bedroom.local:8481": true, "BEDROOM.LOCAL.": true, "pi.fritz.box": true, "hub.home.arpa": true,
		"evil.example:8480": false, "evil.example.local.example": false, "": false, "local.": true, "a/b.local": false, "user@pi.local": false, "127.0.0.1.evil.example": false,
	} {
		if got := hostKnown(host); got != want {
			t.Errorf("host %q: %v, want %v", host, got, want)
		}
	}
}
