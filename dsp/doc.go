// Package dsp turns samples into beats, intervals, heart-rate variability, breathing, skin conductance and signal quality.
//
// It is pure: no clock, no goroutine, no I/O. Time enters only as Sample.T and as the whole seconds that the pipeline
// announces. Every value that cannot be computed is absent (Maybe), never 0, NaN or the last one. From an optical pulse the
// honest words are pulse rate and inter-beat interval; hubd uses pulse-rate variability where the field says HRV.
package dsp
