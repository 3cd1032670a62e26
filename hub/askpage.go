package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"hubd/wire"
)

// OpenPage asks the daemon for a token of a wearer's page, and to let the home network in where o says so.
func OpenPage(ctx context.Context, socket string, o wire.PageOpening) (wire.PageOpened, error) {
	data, err := call(ctx, socket, http.MethodPost, "/api/page/open", string(wire.AppendPageOpening(nil, o)))
	if err != nil {
		return wire.PageOpened{}, err
	}
	if err := wire.ErrorOf(data); err != nil {
		return wire.PageOpened{}, noPage(err)
	}
	var done wire.PageOpened
	if err := json.Unmarshal(data, &done); err != nil || done.Token == "" {
		return wire.PageOpened{}, errNotJSON
	}
	return done, nil
}

// ClosePage takes a wearer's tokens back; of nobody: all of them, and the home network reaches the page no more.
func ClosePage(ctx context.Context, socket, wearer string) error {
	data, err := call(ctx, socket, http.MethodPost, "/api/page/close", wearer)
	if err != nil {
		return err
	}
	return noPage(wire.ErrorOf(data))
}

// noPage says what it means that the daemon knows no such path.
func noPage(err error) error {
	if err != nil && err.Error() == "there is nothing at this path" {
		return errors.New("this hub has no page: web.listen is none")
	}
	return err
}

// HomeAddresses are the addresses under which the home network reaches this machine, those of IPv4 first.
func HomeAddresses() ([]string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("addresses of this machine: %w", err)
	}
	var four, six []string
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLoopback() || !n.IP.IsPrivate():
		case n.IP.To4() != nil:
			four = append(four, n.IP.String())
		default:
			six = append(six, n.IP.String())
		}
	}
	return append(four, six...), nil
}

// HostName is this machine's name, and the one under which mDNS finds it; empty where it has none.
func HostName() (plain, local string) {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "", ""
	}
	return name, name + ".local"
}
