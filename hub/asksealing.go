package hub

import (
	"context"
	"net/http"

	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

// sealWithin bounds a request that stretches a passphrase.
const sealWithin = unlockAtMost + askWithin

// AskSealing asks how it is with what seals the history.
func AskSealing(ctx context.Context, socket string) (wire.Sealing, error) {
	data, err := call(ctx, socket, http.MethodGet, "/api/history", "")
	if err != nil {
		return wire.Sealing{}, err
	}
	return wire.ParseSealing(data)
}

// Unlock opens the history of a running daemon with a passphrase or a key's text. fresh lets it seal one that was never begun.
func Unlock(ctx context.Context, socket, secret string, fresh bool) error {
	path := "/api/history/unlock"
	if fresh {
		path += "?new=1"
	}
	data, err := callWithin(ctx, sealWithin, socket, http.MethodPost, path, secret)
	if err != nil {
		return err
	}
	return wire.ErrorOf(data)
}

// Rekey asks for everything to be sealed under another secret, and gives what came of it.
func Rekey(ctx context.Context, socket string, to web.RekeyTo, secret string) (wire.Rekeying, error) {
	data, err := callWithin(ctx, backupWithin, socket, http.MethodPost, "/api/history/rekey?to="+string(to), secret)
	if err != nil {
		return wire.Rekeying{}, err
	}
	return wire.ParseRekeying(data)
}

// KeyOf gives the text of a key file that somebody names by hand, as Unlock and Rekey take it.
func KeyOf(path string) (string, error) {
	secret, err := history.KeyFile{Path: path, InsecureOK: true}.Read()
	if err != nil {
		return "", err
	}
	return secret.KeyText(), nil
}

// MakeKey makes a key in a new file.
func MakeKey(path string) error { return history.WriteKeyFile(path) }
