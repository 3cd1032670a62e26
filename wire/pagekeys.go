package wire

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// PageKeys is what lasts of the page: who may open it, and whether the home network can reach it. A token itself is never in it.
type PageKeys struct {
	Listen      string // where the home network reaches it; empty: it does not
	Certificate bool   // with hubd's own certificate, or the config's
	Tokens      []PageKey
}

// PageKey is one token that was made.
type PageKey struct {
	Wearer string
	Sum    [32]byte // SHA-256 of the token
	Made   time.Time
}

type pageKeysJSON struct {
	Version     int           `json:"version"`
	Listen      string        `json:"listen"`
	Certificate bool          `json:"certificate"`
	Tokens      []pageKeyJSON `json:"tokens"`
}

type pageKeyJSON struct {
	Wearer string    `json:"wearer"`
	Sum    string    `json:"sha256"`
	Made   time.Time `json:"made"`
}

const pageKeysVersion = 1

// MaxPageKeys bounds a file of page keys, in bytes.
const MaxPageKeys = 64 << 10

// AppendPageKeys appends them as they are stored.
func AppendPageKeys(dst []byte, k PageKeys) []byte {
	o := open(dst).count("version", pageKeysVersion).text("listen", k.Listen).flag("certificate", k.Certificate)
	o = append(o.key("tokens"), '[')
	for i, t := range k.Tokens {
		o = open(separate(o, i)).text("wearer", t.Wearer).text("sha256", hex.EncodeToString(t.Sum[:])).text("made", t.Made.UTC().Format(time.RFC3339)).close()
	}
	return append(object(append(o, ']')).close(), '\n')
}

// ParsePageKeys reads what AppendPageKeys wrote.
func ParsePageKeys(data []byte) (k PageKeys, err error) {
	var in pageKeysJSON
	if len(data) > MaxPageKeys {
		return k, fmt.Errorf("page tokens: more than %d bytes", MaxPageKeys)
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return k, fmt.Errorf("page tokens: %w", err)
	}
	if in.Version != pageKeysVersion {
		return k, fmt.Errorf("page tokens: version %d, known is %d", in.Version, pageKeysVersion)
	}
	k.Listen, k.Certificate = in.Listen, in.Certificate
	for _, t := range in.Tokens {
		sum, err := hex.DecodeString(t.Sum)
		if err != nil || len(sum) != len(PageKey{}.Sum) || t.Wearer == "" {
			return PageKeys{}, errors.New("page tokens: a token without a wearer or a whole sum")
		}
		k.Tokens = append(k.Tokens, PageKey{Wearer: t.Wearer, Sum: [32]byte(sum), Made: t.Made})
	}
	return k, nil
}

// PageOpening asks for a token, and for what of the page is to be reached.
type PageOpening struct {
	Wearer      string   `json:"wearer"`
	Listen      string   `json:"listen"` // empty: this machine alone
	Certificate bool     `json:"certificate"`
	Names       []string `json:"names"` // names and addresses of this machine, for a certificate of its own
}

// PageOpened answers it. It is the only place where a token ever stands.
type PageOpened struct {
	Token       string `json:"token"`
	Here        string `json:"here"`   // address on this machine
	Listen      string `json:"listen"` // as of the home network; empty: not reached
	TLS         bool   `json:"tls"`
	Fingerprint string `json:"fingerprint"` // of a self-made certificate; empty: none
}

// MaxPageOpening bounds a PageOpening, in bytes.
const MaxPageOpening = 8 << 10

// ParsePageOpening reads a PageOpening.
func ParsePageOpening(data []byte) (o PageOpening, err error) {
	if err := json.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("that is no request for the page: %w", err)
	}
	if len(o.Names) > 64 {
		return o, errors.New("more than 64 names")
	}
	return o, nil
}

// AppendPageOpening appends it as one JSON object.
func AppendPageOpening(dst []byte, p PageOpening) []byte {
	o := open(dst).text("wearer", p.Wearer).text("listen", p.Listen).flag("certificate", p.Certificate)
	return o.texts("names", p.Names).close()
}

// AppendPageOpened appends it as one JSON object.
func AppendPageOpened(dst []byte, p PageOpened) []byte {
	o := open(dst).text("token", p.Token).text("here", p.Here).text("listen", p.Listen).flag("tls", p.TLS)
	return o.text("fingerprint", p.Fingerprint).close()
}
