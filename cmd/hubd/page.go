package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"

	"rsc.io/qr"

	"hubd/hub"
	"hubd/wire"
)

// homePort is where the home network reaches the page where nothing else is said.
const homePort = ":8481"

const pageUsage = "page open [--wearer ID] [--certificate | --here] · page close [--wearer ID]"

func runPage(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd page", flag.ContinueOnError)
	socket := fs.String("socket", "", "local socket of the daemon (default: where hubd run listens)")
	wearer := fs.String("wearer", "", "id of the wearer (not needed where there is only one)")
	certificate := fs.Bool("certificate", false, "open: with a certificate that hubd makes itself, so that nobody on the Wi-Fi can read along")
	here := fs.Bool("here", false, "open: a token alone, for this machine and for ssh -L; the home network stays out")
	listen := fs.String("listen", homePort, "open: address and port on the home network")
	fs.Usage = func() {
		fmt.Fprintln(std.err, "hubd "+pageUsage)
		fs.PrintDefaults()
	}
	operands, err := parse(fs, args, std)
	if err != nil {
		return err
	}
	switch {
	case len(operands) != 1 || operands[0] != "open" && operands[0] != "close":
		return usageError{"wanted is " + pageUsage}
	case operands[0] == "close":
		return closePage(ctx, *socket, *wearer, std)
	case *here && *certificate:
		return usageError{"--here needs no --certificate: what stays on this machine cannot be read on the way"}
	}
	if _, _, err := net.SplitHostPort(*listen); err != nil {
		return usageError{fmt.Sprintf("--listen %q: wanted is :PORT or ADDRESS:PORT, for example %s", *listen, homePort)}
	}
	o := wire.PageOpening{Certificate: *certificate}
	if o.Wearer, err = hub.TheWearer(ctx, *socket, *wearer); err != nil {
		return err
	}
	if !*here {
		o.Listen = *listen
	}
	return openPage(ctx, *socket, o, std)
}

func closePage(ctx context.Context, socket, wearer string, std streams) error {
	if err := hub.ClosePage(ctx, socket, wearer); err != nil {
		return err
	}
	says := "Every token is taken back, and the home network reaches the page no more, unless the config's web.listen lets it."
	if wearer != "" {
		says = "The tokens of " + wearer + " are taken back."
	}
	_, err := fmt.Fprintln(std.out, says)
	return err
}

func openPage(ctx context.Context, socket string, o wire.PageOpening, std streams) error {
	addresses, err := hub.HomeAddresses()
	if err != nil && o.Listen != "" {
		return err
	}
	plain, local := hub.HostName()
	o.Names = append(o.Names, addresses...)
	if plain != "" {
		o.Names = append(o.Names, plain, local)
	}
	done, err := hub.OpenPage(ctx, socket, o)
	if err != nil {
		return err
	}
	tellPage(std.out, o.Wearer, done, addresses, plain)
	return nil
}

// tellPage says where the page is, who can read along, and how to undo it.
func tellPage(out io.Writer, wearer string, done wire.PageOpened, addresses []string, host string) {
	_, port, _ := net.SplitHostPort(done.Here)
	fmt.Fprintf(out, "A token for the page of %s. Who has it sees what %s sees: hand it to nobody else.\n\n", wearer, wearer)
	if done.Listen != "" {
		tellHome(out, done, addresses)
	}
	if host == "" {
		host = "this-machine"
	}
	if done.Here == "" {
		fmt.Fprintln(out, "On this machine:   not now: the address of web.listen cannot be had, and hubd's log says why")
	} else {
		fmt.Fprintf(out, "On this machine:   http://%s/#%s\n", done.Here, done.Token)
		fmt.Fprintf(out, "Over SSH:          ssh -L %s:%s %s   and then the line above, in the browser where you type it\n", port, done.Here, host)
	}
	fmt.Fprintf(out, "Token to type:     %s\n\n", spaced(done.Token))
	fmt.Fprintln(out, "hubd page close takes every token back and shuts the page; with --wearer, the tokens of one.")
}

func tellHome(out io.Writer, done wire.PageOpened, addresses []string) {
	scheme := "http"
	if done.TLS {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(done.Listen)
	if host != "" {
		addresses = []string{host}
	}
	if len(addresses) == 0 {
		fmt.Fprintln(out, "This machine has no address on a home network now: when it has one, the page is there, port "+port+".")
		return
	}
	for i, a := range addresses {
		url := scheme + "://" + net.JoinHostPort(a, port) + "/#" + done.Token
		if i == 0 {
			printQR(out, url)
		}
		fmt.Fprintf(out, "On the home network: %s\n", url)
	}
	fmt.Fprintln(out)
	switch {
	case done.Fingerprint != "":
		fmt.Fprintf(out, "The certificate is hubd's own, so the browser warns once. It is the right one if its SHA-256 is\n  %s\n\n", done.Fingerprint)
	case !done.TLS:
		fmt.Fprintln(out, "This is plain http: whoever is on the same Wi-Fi can read what goes over it. Better: hubd page open --certificate,")
		fmt.Fprintln(out, "or hubd page open --here with ssh -L.")
		fmt.Fprintln(out)
	}
}

// spaced breaks a token into groups that a person can keep in mind while typing. The spaces do not count.
func spaced(token string) string {
	var groups []string
	for len(token) > 4 {
		groups, token = append(groups, token[:4]), token[4:]
	}
	return strings.Join(append(groups, token), " ")
}

// printQR draws a QR code with half blocks, light on dark as terminals are: phones read both.
func printQR(out io.Writer, text string) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return // the address stands below anyway
	}
	const quiet = 2 // modules round it
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			fmt.Fprint(out, half(!code.Black(x, y), !code.Black(x, y+1) && y+1 < code.Size+quiet))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out)
}

// half is one character for two modules, one above the other.
func half(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
