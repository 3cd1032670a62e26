// Package report turns what is kept of one wearer into one page for reading: for the wearer, or to hand to somebody, such as a therapist.
//
// It is pure: rows in, one self-contained HTML document out, the same bytes for the same rows. What is missing is shown as missing, what is
// uncertain with its uncertainty; nothing is scored, ranked or advised. It holds nothing of anybody else: rows of one wearer come in, and the
// scenes of sessions with another person are left out, since both bodies moved them.
package report
