// Package max3010x drives the pulse chips MAX30101, MAX30102 and MAX30105 on I²C: two LEDs, a photodiode, a converter with its own
// clock, and a FIFO of 32 samples.
//
// It only moves registers: no waiting, no clock, no goroutine. Who calls it paces it and knows the time (package acquire).
//
// The chip samples by itself, so what can go wrong is different from a converter that is asked:
//
//   - Full and empty look alike in the pointers. Drain tells them apart by the overflow counter and by the "new sample" flag.
//   - Samples are lost where nobody reads. Rollover stays off: a full FIFO then keeps the oldest 32 samples in their order and drops
//     the new ones, so that what is read is always whole and the hole comes after it. With rollover on the datasheets do not say
//     which sample the read pointer then stands at. A FIFO found full counts as one lost sample at least, since one that comes
//     between the counters and the first read is counted by nobody; its 32nd is left behind, so that the read pointer can be seen
//     to move.
//   - A moment without supply puts every register back, and the chip is silent. Drain reads the settings back after the data: only
//     data between two looks at unchanged settings are believed.
//   - Pointers that do not move would give the same samples again. Drain looks whether the read pointer went on by what was read.
//
// Datasheets: MAX30101 19-8350, MAX30102 19-7740, MAX30105 19-8494, "Register Map". All three have part ID 0x15.
//
//	register   name              use here
//	00 01      interrupt status  read in one transfer with the pointers; reading clears it
//	02 03      interrupt enable  PPG_RDY where the pin is wired; else 0
//	04 05 06   write pointer, overflow counter, read pointer    5 bits each
//	07         FIFO data         3 bytes an LED, 18 bits, left-justified for every pulse width; the address stays
//	08         FIFO setting      7:5 averaging, 4 rollover, 3:0 almost full
//	09         mode              7 shutdown, 6 reset, 2:0 = 3: both LEDs one after the other
//	0A         SpO2 setting      6:5 range (1: 4096 nA), 4:2 conversions a second, 1:0 pulse width
//	0C 0D      LED currents      0.2 mA a step
//	FE FF      revision, part ID
package max3010x
