package hub

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"hubd/web"
	"hubd/wire"
)

// control is for the local socket.
func (p *browserPage) control() *web.PageControl {
	return &web.PageControl{Open: p.open, Close: p.shut}
}

// open makes a token, and lets the home network in where that is asked for. The token counts, and the home network stays in, when both are
// stored; else all is as it was. Only what goes to the disk runs on the keeper's goroutine: a listener that ends waits for answers under way.
func (p *browserPage) open(ctx context.Context, o wire.PageOpening) (done wire.PageOpened, refusal string, err error) {
	if err := p.take(ctx); err != nil {
		return done, "", err
	}
	defer p.leave()
	home := reaching{keep: func() {}, back: func() {}}
	if o.Listen != "" {
		if home, refusal, err = p.reach(ctx, o, &done); refusal != "" || err != nil {
			return wire.PageOpened{}, refusal, err
		}
	}
	if refusal, err = p.store(ctx, o.Wearer, &done); refusal != "" || err != nil {
		home.back()
		return wire.PageOpened{}, refusal, err
	}
	home.keep()
	done.Here, _, _ = p.server.at()
	p.server.log.Info("a token for the page was made; hubd page close takes it back")
	if done.Listen != "" {
		p.server.log.Info("the home network reaches the page; hubd page close ends that", "listen", done.Listen, "tls", done.TLS)
	}
	return done, "", nil
}

// take waits for its turn: each opening says how the home network is reached from then on.
func (p *browserPage) take(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errBusy
	}
}

func (p *browserPage) leave() { <-p.turn }

// stored is what came of something on the disk.
type stored struct {
	text string
	err  error
}

// onDisk does something on the keeper's goroutine.
func (p *browserPage) onDisk(ctx context.Context, f func() (string, error)) (text, refusal string, err error) {
	done, err := ask(ctx, p.live.keeper, func() (s stored) { s.text, s.err = f(); return s })
	return done.text, words(done.err), err
}

// reach lets the home network in, to be kept or taken back.
func (p *browserPage) reach(ctx context.Context, o wire.PageOpening, done *wire.PageOpened) (home reaching, refusal string, err error) {
	cert := p.certFor(o.Certificate)
	if cert != nil && p.o.cert == nil {
		done.Fingerprint, refusal, err = p.onDisk(ctx, func() (string, error) { return cert.ensure(o.Names, time.Now()) })
		if refusal != "" || err != nil {
			return home, refusal, err
		}
	}
	home, err = p.server.reach(o.Listen, cert)
	if err != nil {
		return home, err.Error(), nil
	}
	_, port, _ := net.SplitHostPort(home.at)
	host, _, _ := net.SplitHostPort(o.Listen)
	done.Listen, done.TLS = net.JoinHostPort(host, port), cert != nil
	return home, "", nil
}

// store makes the token, and remembers how the home network is let in where it is. One that nobody learns of is taken back.
func (p *browserPage) store(ctx context.Context, wearer string, done *wire.PageOpened) (refusal string, err error) {
	done.Token, refusal, err = p.onDisk(ctx, func() (token string, err error) {
		was, now := p.keys.read(), p.live.keeper.wall()
		if done.Listen == "" {
			token, err = p.keys.make(wearer, now)
		} else {
			token, err = p.keys.makeReached(wearer, now, done.Listen, done.TLS)
		}
		if late := ctx.Err(); err == nil && late != nil {
			return "", errors.Join(late, p.keys.unmake(token, was))
		}
		return token, err
	})
	return refusal, err
}

// shut takes tokens back, and ends the open pages at once: those that may come again. None of that waits for the disk, or for anybody's turn.
func (p *browserPage) shut(ctx context.Context, wearer string) (refusal string, err error) {
	p.keys.forget(wearer)
	p.endStreams()
	p.server.log.Info("tokens for the page were taken back", "all", strconv.FormatBool(wearer == ""))
	if err := p.take(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	p.keys.forget(wearer) // again: an opening that was under way had its turn first
	_, refusal, err = p.onDisk(ctx, func() (string, error) { return "", p.keys.store() })
	if wearer == "" {
		p.server.shutHome()
	}
	return refusal, err
}
