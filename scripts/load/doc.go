// Command load puts many hubs to a real broker and says what they cost it and what they lose: `make load`. The hubs are doubles
// (hub.Double): all of a hub that faces the broker, with one recorded evening in place of bodies.
//
// It is three programs in one. load itself starts brokers and counts; `load hubs` holds the doubles; `load watch` listens. The latter two are processes
// of their own, so that each one's processor time is its own. They are told what to do by JSON on their standard input.
package main
