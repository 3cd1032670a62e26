// Package mcp3x0x drives the Microchip MCP3004/MCP3008 (10 bit) and MCP3204/MCP3208 (12 bit) converters on SPI.
//
// It only moves frames: no waiting, no clock, no goroutine. A chip of this family has no registers, no identity and no
// data-ready signal; it samples and converts while it is being clocked. Begin therefore only notes the input, and the first
// Finish converts all noted inputs in one transfer with chip select released between the frames.
//
// Datasheets: MCP3004/3008 DS21295, MCP3204/3208 DS21298; "Serial Communications", "Using the MCP3x0x with Microcontroller
// (MCU) SPI Ports". SPI mode 0 or 3, most significant bit first. A frame is five bytes, ch is the input:
//
//	             byte 0            byte 1                  byte 2…4   result
//	MCP3004/08   0000 0001         1 ch2 ch1 ch0 0000      0          (in1 & 0x03)<<8 | in2
//	MCP3204/08   0000 0 1 1 ch2    ch1 ch0 00 0000         0          (in1 & 0x0F)<<8 | in2
//
// with the start bit, then SGL/DIFF = 1 (input against GND), then the input's number. The bit before the result is a forced
// zero, the null bit: in1 bit 2 (10 bit), in1 bit 4 (12 bit). Everything before it is high-impedance and means nothing. A null
// bit of 1 is a sign of an absent chip or a floating MISO. The last two bytes repeat the result from its second lowest bit up, then
// zeros: a line that is disturbed in between shows there. The driver never returns a frame that fails either test. A MISO line
// held low cannot be told from an input at 0 V, and a clock faster than MaxClock shows nowhere but in a wrong number.
package mcp3x0x
