package hub

import (
	"context"
	"sync"
	"time"

	"hubd/draw"
	"hubd/dsp"
	"hubd/setup"
)

// Watch follows one wearer's signals until ctx ends or for a length of time, and gives a screen every so often. It senses this wearer,
// and nobody else: whoever starts it acts for the wearer, as with hubd start.
func Watch(ctx context.Context, o SetupOptions, every time.Duration, show func(draw.Screen) error) error {
	wearer, b, err := attending(ctx, &o)
	if err != nil {
		return err
	}
	scope := setup.NewScope(scopeOf(b, wearer, watchHead("watch", o)))
	return b.follow(ctx, wearer, o.Length, scope.Block, every, func() error { return show(scope.Screen()) })
}

// attending makes the workbench of a command that is about one wearer.
func attending(ctx context.Context, o *SetupOptions) (int, *workbench, error) {
	o.asTheDaemon(ctx)
	wearer, err := theWearerOf(o.Config, o.Wearer)
	if err != nil {
		return 0, nil, err
	}
	o.Wearer = o.Config.Wearers[wearer].ID
	b, err := newWorkbench(o.Config, o.Simulate, max(o.Speed, 1), asking{socket: o.Socket, wearer: o.Wearer, alone: true}, o.Log)
	return wearer, b, err
}

func watchHead(verb string, o SetupOptions) string {
	head := "hubd " + verb + ": " + o.Wearer
	if o.Simulate != "" {
		head += "   simulated: nobody is sensed"
	}
	return head + "   Ctrl-C ends it"
}

// follow attends a wearer and looks every so often, never while a block is taken. An error of look ends it.
func (b *workbench) follow(ctx context.Context, wearer int, length time.Duration, take func(dsp.Block), every time.Duration, look func() error) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var guard sync.Mutex
	looked := func() error {
		guard.Lock()
		defer guard.Unlock()
		return look()
	}
	var looking sync.WaitGroup
	looking.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-tick.C:
			}
			if err := looked(); err != nil {
				stop(err)
				return
			}
		}
	})
	err := b.attend(work, wearer, length, func(block dsp.Block) {
		guard.Lock()
		defer guard.Unlock()
		take(block)
	})
	cause := context.Cause(work)
	stop(nil)
	looking.Wait()
	if err == nil && ctx.Err() == nil {
		err = cause // of a look
	}
	if err == nil {
		err = look() // the last word
	}
	return err
}
