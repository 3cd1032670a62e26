package broker

import (
	"crypto/subtle"
	"slices"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// guardHook puts a Guard into mochi. mochi refuses everybody where no hook answers.
type guardHook struct {
	mochi.HookBase
	guard Guard
}

// ID names the hook in mochi's log.
func (h *guardHook) ID() string { return "hubd-guard" }

// Provides tells mochi which questions the hook answers.
func (h *guardHook) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck
}

// OnConnectAuthenticate checks user name and password.
func (h *guardHook) OnConnectAuthenticate(_ *mochi.Client, pk packets.Packet) bool {
	if h.guard.Username == "" {
		return true
	}
	user := subtle.ConstantTimeCompare(pk.Connect.Username, []byte(h.guard.Username))
	word := subtle.ConstantTimeCompare(pk.Connect.Password, []byte(h.guard.Password))
	return user&word == 1
}

// OnACLCheck refuses the listed filters and topics.
func (h *guardHook) OnACLCheck(_ *mochi.Client, topic string, _ bool) bool {
	return !slices.Contains(h.guard.Refuse, topic)
}
