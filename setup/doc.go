// Package setup holds what hubd knows about setting up sensors: what a few seconds of a channel are worth, what to do about it, what a
// config for the chips that were found looks like, and how a skin-conductance board or a pulse sensor is calibrated.
//
// It is pure: samples and answers of chips go in, figures and sentences come out. Who has the buses is hub's affair.
package setup
