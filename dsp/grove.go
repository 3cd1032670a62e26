package dsp

// The Grove GSR board is a bridge whose output falls as conductance rises. With x = V/supply, c the reading without electrodes
// (0.5 with the nominal trimmer setting) and g = G[µS]·0.01:
//
//	forward  x = (c − g)/(1 + 2g)
//	back     G = 100·(c − x)/(1 + 2x)
//
// This is the seller's formula R = (1024 + 2x)·10000/(512 − x) (10 bit, R in Ω) with the trimmer left free.

// GroveVolts gives the output in volts of a Grove GSR board at a skin conductance in µS; openCircuit is its reading without
// electrodes as a share of the supply, nominally 0.5.
func GroveVolts(microsiemens, supplyVolts, openCircuit float64) float64 {
	g := microsiemens * 0.01
	return supplyVolts * (openCircuit - g) / (1 + 2*g)
}

// GroveMicrosiemens is the inverse of GroveVolts. It gives negative µS above the open circuit: such a board is trimmed
// otherwise, and its numbers must not be used.
func GroveMicrosiemens(volts, supplyVolts, openCircuit float64) float64 {
	x := volts / supplyVolts
	return 100 * (openCircuit - x) / (1 + 2*x)
}

// DividerMicrosiemens is the conductance in µS of skin in series with a known resistor. high: the resistor lies between supply and
// converter input, the skin between input and ground; otherwise they are exchanged.
func DividerMicrosiemens(volts, supplyVolts, ohm float64, high bool) float64 {
	if high {
		return 1e6 * (supplyVolts - volts) / (volts * ohm)
	}
	return 1e6 * volts / ((supplyVolts - volts) * ohm)
}
