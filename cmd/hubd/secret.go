package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"hubd/history"
)

// askAtTerminal gives what asks the person at the terminal for a passphrase or key; nil where nobody is there.
func askAtTerminal(ctx context.Context) func(what string) (string, error) {
	if _, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS); err != nil {
		return nil
	}
	return func(what string) (string, error) {
		fmt.Fprintln(os.Stderr, "history:", what)
		return readHidden(ctx, "Passphrase or key: ", os.Stdin, os.Stderr)
	}
}

// readSecret reads a passphrase or key: from a terminal without showing it, else the first line of what comes.
func readSecret(ctx context.Context, prompt string, std streams) (string, error) {
	file, ok := std.in.(*os.File)
	if ok {
		if _, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS); err == nil {
			return readHidden(ctx, prompt, file, std.err)
		}
	}
	return firstLine(std.in)
}

// readNewSecret reads one that is to be used from now on, from a terminal twice.
func readNewSecret(ctx context.Context, std streams) (string, error) {
	first, err := readSecret(ctx, "New passphrase or key: ", std)
	if err != nil {
		return "", err
	}
	file, ok := std.in.(*os.File)
	if !ok {
		return first, nil
	}
	if _, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS); err != nil {
		return first, nil
	}
	again, err := readSecret(ctx, "Once more: ", std)
	if err != nil {
		return "", err
	}
	if again != first {
		return "", errors.New("the two are not the same: nothing was changed")
	}
	return first, nil
}

// readHidden reads a line from a terminal that shows nothing of it. Whatever ends it, the terminal shows again what is typed.
func readHidden(ctx context.Context, prompt string, in *os.File, out io.Writer) (string, error) {
	before, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil {
		return "", err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(int(in.Fd()), unix.TCSETSF, &hidden); err != nil {
		return "", err
	}
	defer func() {
		_ = unix.IoctlSetTermios(int(in.Fd()), unix.TCSETSF, before)
		fmt.Fprintln(out)
	}()
	fmt.Fprint(out, prompt)
	type came struct {
		line string
		err  error
	}
	reply := make(chan came, 1)
	go func() {
		line, err := firstLine(in)
		reply <- came{line, err}
	}()
	select {
	case c := <-reply:
		return c.line, c.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 2*history.MostPhrase)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("nothing was typed")
	}
	return line, nil
}
