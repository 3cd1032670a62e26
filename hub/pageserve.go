package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// pageServer serves the page: on this machine always, on the home network while it is open.
type pageServer struct {
	log     *slog.Logger
	handler http.Handler

	mu      sync.Mutex
	here    *served
	hereAt  string
	home    *homeServer
	running sync.WaitGroup
}

// serveHere serves on the config's address, with the config's certificate where there is one and the address is not this machine's
// alone.
func (s *pageServer) serveHere(listen string, cert *certificate) error {
	server, at, err := s.serve(listen, cert)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.here, s.hereAt = server, onThisMachine(at)
	return nil
}

// onThisMachine is where this machine opens what is served at an address: every address, 0.0.0.0, is none that a browser opens everywhere.
func onThisMachine(at string) string {
	host, port, err := net.SplitHostPort(at)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return at
}

// homeServer is how the home network reaches the page.
type homeServer struct {
	*served
	at   string // as it came to be
	cert *certificate
}

// reaching is a new way for the home network that is there already, while it can still be taken back: what was before is gone only with keep.
type reaching struct {
	at   string
	keep func() // the way before ends
	back func() // the new one does, and it is as it was
}

// reach lets the home network in at an address. Where that cannot be had, it stays as it was.
func (s *pageServer) reach(listen string, cert *certificate) (reaching, error) {
	s.mu.Lock()
	old := s.home
	s.mu.Unlock()
	next, err := s.serveHome(listen, cert)
	moved := false
	if errors.Is(err, syscall.EADDRINUSE) && old != nil && samePort(old.at, listen) {
		moved = true // it is our own: there is no place for both
		old.shut()
		if next, err = s.serveHome(listen, cert); err != nil {
			s.renew(old)
		}
	}
	if err != nil {
		return reaching{}, fmt.Errorf("hub: the page on the home network: %w: is %s taken? hubd page open --listen :PORT takes another", err, listen)
	}
	s.setHome(next)
	back := func() {
		next.shut()
		if moved {
			s.renew(old)
			return
		}
		s.setHome(old)
	}
	keep := func() {
		if old != nil && !moved {
			old.shut()
		}
	}
	return reaching{at: next.at, keep: keep, back: back}, nil
}

// samePort tells whether two addresses to listen at have their port in common.
func samePort(a, b string) bool {
	_, one, err := net.SplitHostPort(a)
	_, other, otherErr := net.SplitHostPort(b)
	return err == nil && otherErr == nil && one == other
}

// renew serves again what was served before, which nobody else has taken in the moment since.
func (s *pageServer) renew(old *homeServer) {
	again, err := s.serveHome(old.at, old.cert)
	if err != nil {
		s.log.Error("the home network does not reach the page any more", "error", err)
	}
	s.setHome(again)
}

func (s *pageServer) setHome(h *homeServer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.home = h
}

// shutHome shuts the home network out.
func (s *pageServer) shutHome() {
	s.mu.Lock()
	old := s.home
	s.home = nil
	s.mu.Unlock()
	if old != nil {
		old.shut()
	}
}

// serveHome serves at an address, beside what is served already.
func (s *pageServer) serveHome(listen string, cert *certificate) (*homeServer, error) {
	server, at, err := s.serve(listen, cert)
	if err != nil {
		return nil, err
	}
	return &homeServer{served: server, at: at, cert: cert}, nil
}

func (s *pageServer) serve(listen string, cert *certificate) (*served, string, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, "", err
	}
	at := l.Addr().String()
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 2 * time.Second, ReadTimeout: answerWithin, WriteTimeout: 2 * answerWithin,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	l = newHomeListener(l)
	if cert != nil {
		if _, err := cert.pair(); err != nil {
			s.log.Error("browsers are turned away until the page's certificate can be used", "error", err)
		}
		l = tls.NewListener(l, &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert.pair() }, // each time: one that was renewed holds without a restart
		})
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the page is not served any more", "error", err)
		}
	}()
	return &served{server, l}, at, nil
}

// at tells where the page is on this machine, and whether the home network reaches it.
func (s *pageServer) at() (here string, home, tls bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hereAt, s.home != nil, s.home != nil && s.home.cert != nil
}

func (s *pageServer) close() {
	s.mu.Lock()
	here := s.here
	s.here = nil
	s.mu.Unlock()
	if here != nil {
		here.shut()
	}
	s.shutHome()
	s.running.Wait()
}

// served is a server at its address.
type served struct {
	server   *http.Server
	listener net.Listener
}

// shut lets answers under way be given, for a moment. When it is back the address is free.
func (s *served) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
	s.listener.Close() // the server does not know it before its goroutine has begun
}
