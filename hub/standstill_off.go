//go:build !standstill

package hub

// standStill does nothing: only the build that is tested under systemd can be made to stand still (tag standstill).
func standStill() {}
