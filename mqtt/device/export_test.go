package device

// WhiteOfWLED lets tests mix a white as WLED does.
func WhiteOfWLED(kelvin float64) (r, g, b float64) { return wledWhite(kelvin) }
