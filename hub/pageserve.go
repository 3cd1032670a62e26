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
	"time"
)

// pageServer serves the page: on this machine always, on the home network while it is open.
type pageServer struct {
	log     *slog.Logger
	handler http.Handler

	mu      sync.Mutex
	here    *http.Server
	hereAt  string
	home    *http.Server
	homeTLS bool
	running sync.WaitGroup
}

// serveHere serves on the config's address, with the config's certificate where there is one and the address is not this machine's
// alone.
func (s *pageServer) serveHere(listen string, cert *certificate) error {
	server, at, err := s.serve(listen, cert)
	if err != nil {
		return fmt.Errorf("hub: the page: %w: is %s taken? Another web.listen helps", err, listen)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.here, s.hereAt = server, at
	return nil
}

// serveHome serves on the home network instead of how it did before; an empty listen: not at all.
func (s *pageServer) serveHome(listen string, cert *certificate) (at string, err error) {
	s.mu.Lock()
	old := s.home
	s.home, s.homeTLS = nil, false
	s.mu.Unlock()
	shut(old)
	if listen == "" {
		return "", nil
	}
	server, at, err := s.serve(listen, cert)
	if err != nil {
		return "", fmt.Errorf("hub: the page on the home network: %w: is %s taken? hubd page open --listen :PORT takes another", err, listen)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.home, s.homeTLS = server, cert != nil
	return at, nil
}

func (s *pageServer) serve(listen string, cert *certificate) (*http.Server, string, error) {
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
		l = tls.NewListener(l, &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				c, err := tls.LoadX509KeyPair(cert.cert, cert.key) // each time: one that was renewed holds without a restart
				return &c, err
			},
		})
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the page is not served any more", "error", err)
		}
	}()
	return server, at, nil
}

// at tells where the page is on this machine, and whether the home network reaches it.
func (s *pageServer) at() (here string, home, tls bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hereAt, s.home != nil, s.homeTLS
}

func (s *pageServer) close() {
	s.mu.Lock()
	here, home := s.here, s.home
	s.here, s.home = nil, nil
	s.mu.Unlock()
	shut(here)
	shut(home)
	s.running.Wait()
}

// shut lets answers under way be given, for a moment.
func shut(server *http.Server) {
	if server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		server.Close()
	}
}
