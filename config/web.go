package config

import (
	"net"
	"net/netip"
)

// NoPage is the Listen of a hub without a page.
const NoPage = "none"

// DefaultListen is where the page is when nothing is said: on this machine alone.
const DefaultListen = "127.0.0.1:8480"

// Web says where the page is. Whoever opens it needs a token, also on this machine.
type Web struct {
	Listen    string // address:port; NoPage: no page
	TokenFile string // hubd's own: what it knows of tokens, never a token itself; absolute, or in the folder of settings.json
	CertFile  string // PEM, for the home network; with KeyFile or not at all. See Config.Resolve
	KeyFile   string // PEM
}

func (r *reader) web(o *object) Web {
	w := Web{Listen: o.listen(), TokenFile: "page-tokens", CertFile: o.file("cert_file"), KeyFile: o.file("key_file")}
	if f := o.file("token_file"); f != "" {
		w.TokenFile = f
	}
	if w.CertFile != "" && w.KeyFile == "" {
		r.follows(o.get("cert_file"), []string{"web.key_file"}, "a certificate needs its key_file")
	}
	if w.KeyFile != "" && w.CertFile == "" {
		r.follows(o.get("key_file"), []string{"web.cert_file"}, "a key needs its cert_file")
	}
	if v := o.get("listen"); v.present() && w.CertFile == "" && !onlyHere(w.Listen) {
		r.warn(v, "everybody on the way can read what goes over plain http: leave it at %s and use hubd page open, or name cert_file and key_file", DefaultListen)
	}
	o.done()
	return w
}

// listen reads the page's address.
func (o *object) listen() string {
	v := o.get("listen")
	text := o.r.text(v)
	if text == "" || text == NoPage {
		return o.text("listen", DefaultListen)
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || !validPort(port) || port == "" || !listenable(host) {
		o.r.problem(v, "wanted is an address and a port such as %s, or none for no page", DefaultListen)
		return DefaultListen
	}
	return text
}

// listenable tells whether a host can be listened on: an address, localhost, or nothing for all there are.
func listenable(host string) bool {
	_, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || err == nil
}

// onlyHere tells whether an address to listen on is this machine's alone.
func onlyHere(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err != nil || loopback(host)
}
