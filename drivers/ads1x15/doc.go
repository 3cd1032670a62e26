// Package ads1x15 drives the Texas Instruments ADS1115 (16 bit) and ADS1015 (12 bit) converters on I²C.
//
// It only moves registers: no waiting, no clock, no goroutine. Who calls it paces it (package acquire).
//
// Every conversion is a single shot that rewrites the whole Config register, so that a chip that lost its supply for a moment
// is right again at the next sample. Finish reads the Config register back before it believes a result: the OS bit says
// whether the conversion is over, and every other bit must be what Begin wrote. A result of another channel, gain or of the
// reset state can therefore not be returned.
//
// Datasheets: ADS111x SBAS444 (rev. D, E), ADS101x SBAS473 (rev. E). Both have the same headings; they are named below.
//
// Registers, "Register Map", 16 bit, most significant byte first, chosen by a pointer byte ("Address Pointer Register"):
//
//	pointer  register     reset   use here
//	0        Conversion   0x0000  result, two's complement; ADS1015: 12 bit, left-aligned, low 4 bits 0
//	1        Config       0x8583  written whole by every Begin, read back by every Finish
//	2        Lo_thresh    0x8000  not used: the comparator stays off
//	3        Hi_thresh    0x7FFF  not used
//
// Config register, "Config Register":
//
//	bits   field      written here
//	15     OS         1 starts a conversion, without effect while one runs; reads 0 while converting
//	14:12  MUX        4…7: A0…A3 against GND. The reset value 0 (A0 against A1) is never written, so a reset shows
//	11:9   PGA        0 ±6.144 V, 1 ±4.096, 2 ±2.048, 3 ±1.024, 4 ±0.512, 5 ±0.256; per channel
//	8      MODE       1: single-shot, power-down between conversions
//	7:5    DR         ADS1115: 7 = 860 samples/s. ADS1015: 6 = 3300 samples/s
//	4:2    COMP_*     0
//	1:0    COMP_QUE   3: comparator off, ALERT/RDY high-impedance
//
// "Electrical Characteristics": the data rate is off by up to ±10 %. "Single-Shot Mode": the chip needs about 25 µs to wake
// before it clears OS, 110 µs are on record for the automotive part. ConversionTime allows for both.
//
// There is no identity register: New finds the chip by writing a configuration and reading it back.
package ads1x15
