// Package room turns states and acts of people into cues and lamp commands that calm.
//
// It is pure: sessions, scenes, practices, check-ins, the safety envelope, the plan per lamp, and letting go of a lamp that a
// hand has taken. Every command leaves through one function, Envelope.Limit, whatever the config says (design section 5.3).
package room
