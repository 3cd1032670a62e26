package wire

import (
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

func beat(o object, v dsp.Beat) object {
	return o.seconds("t_s", v.T, beatTimeDecimals).number("quality", v.Quality, qualityDecimals)
}

func ibi(o object, v dsp.IBI) object {
	return o.seconds("t_s", v.T, beatTimeDecimals).millis("ibi_ms", v.Dur, ibiDecimals).text("kind", v.Class.String())
}

func hrv(o object, v dsp.HRV) object {
	o = o.seconds("window_s", v.Window, windowDecimals).count("n", v.N)
	o = o.maybe("mean_nn_ms", v.MeanNN, intervalDecimals).maybe("sdnn_ms", v.SDNN, intervalDecimals)
	o = o.maybe("rmssd_ms", v.RMSSD, intervalDecimals).maybe("pnn50_percent", v.PNN50, percentDecimals)
	o = o.maybe("lf_ms2", v.LF, powerDecimals).maybe("hf_ms2", v.HF, powerDecimals)
	o = o.maybe("rsa_ms", v.RSA, intervalDecimals).maybe("rsa_ln_ms2", v.RSALn, lnPowerDecimals)
	return o.maybe("excluded_percent", v.ExcludedPercent, percentDecimals)
}

func respiration(o object, v dsp.Respiration) object {
	o = o.seconds("t_s", v.T, timeDecimals)
	return o.maybe("rate_per_min", v.Rate, breathDecimals).number("quality", v.Quality, qualityDecimals)
}

func eda(o object, v dsp.EDA) object {
	o = o.maybe("scl_microsiemens", v.SCL, conductanceDecimals).maybe("scr_per_min", v.SCRPerMin, responseDecimals)
	return o.flag("calibrated", v.Calibrated)
}

func scr(o object, v dsp.SCR) object {
	o = o.seconds("onset_s", v.Onset, timeDecimals).seconds("peak_s", v.Peak, timeDecimals)
	o = o.number("amplitude_microsiemens", v.Amplitude, conductanceDecimals)
	return o.seconds("rise_s", v.Rise(), timeDecimals).maybe("half_recovery_s", v.HalfRecovery, timeDecimals)
}

func signal(o object, v dsp.Signal) object {
	o = o.text("channel", v.Channel.String()).flag("contact", v.Contact)
	return o.number("quality", v.Quality, qualityDecimals).word("reason", v.Reason)
}

func state(o object, v regulation.State) object {
	o = o.text("state", v.Name.String()).number("confidence", v.Confidence, qualityDecimals)
	o = o.maybe("arousal", v.Arousal, axisDecimals).maybe("vagal", v.Vagal, axisDecimals)
	o = appendReasons(o.key("reasons"), v.Reasons)
	return o.word("unknown_reason", v.Unknown.String()).text("stage", v.Stage.String())
}

// appendReasons writes the features that moved a state, strongest first, each as its name and its z-score.
func appendReasons(dst []byte, reasons []regulation.Reason) []byte {
	dst = append(dst, '[')
	for i, r := range reasons {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, r.Feature)
		dst = append(dst[:len(dst)-1], ' ') // the z-score joins the name inside the string
		dst = appendNumber(dst, r.Z, reasonDecimals)
		dst = append(dst, '"')
	}
	return append(dst, ']')
}

func night(o object, v regulation.Night) object {
	o = o.seconds("worn_s", v.Worn, timeDecimals).seconds("usable_s", v.Usable, timeDecimals)
	o = o.maybe("lowest_bpm", v.LowestBPM, heartRateDecimals).maybe("median_bpm", v.MedianBPM, heartRateDecimals)
	o = o.maybe("rmssd_ms", v.RMSSD, intervalDecimals).maybe("breathing_per_min", v.BreathingPerMin, breathDecimals)
	return o.maybe("restless_periods", v.RestlessPeriods, countDecimals)
}

func coherence(o object, v dsp.Coherence) object {
	o = o.maybe("ratio", v.Ratio, ratioDecimals).maybe("phase_deg", v.PhaseDeg, angleDecimals)
	return o.number("pace_per_min", v.Pace, breathDecimals)
}

func recovery(o object, v regulation.Recovery) object {
	o = o.maybe("arousal_half_life_s", v.ArousalHalfLife, halfLifeDecimals)
	return o.maybe("heart_rate_half_life_s", v.HeartRateHalfLife, halfLifeDecimals)
}

func coregulation(o object, v regulation.Coregulation) object {
	o = o.text("signal", v.Signal).maybe("r", v.R, correlationDecimals).maybe("lag_s", v.Lag, lagDecimals)
	return o.flag("significant", v.Significant)
}

func summary(o object, v dsp.Summary) object {
	o = o.seconds("duration_s", v.Duration, timeDecimals).count("beats", v.Beats)
	o = o.maybe("mean_nn_ms", v.MeanNN, intervalDecimals).maybe("sdnn_ms", v.SDNN, intervalDecimals)
	o = o.maybe("rmssd_ms", v.RMSSD, intervalDecimals).maybe("pnn50_percent", v.PNN50, percentDecimals)
	return o.maybe("usable_percent", v.UsablePercent, percentDecimals)
}

func part(o object, v pipeline.Part) object {
	o = o.text("session", v.Of.String())
	if v.Joined {
		return o.text("phase", "joined").flag("private", v.Private)
	}
	return o.text("phase", "left").flag("private", v.Private)
}

func practiceResult(o object, v pipeline.PracticeResult) object {
	o = o.text("practice", v.Practice).seconds("ran_s", v.Ran, timeDecimals).maybe("coherence_mean", v.CoherenceMean, ratioDecimals)
	o = o.maybe("arousal_before", v.ArousalBefore, axisDecimals).maybe("arousal_after", v.ArousalAfter, axisDecimals)
	return resonance(o, v)
}

// resonance writes what a search for the best pace found, all null where the practice was another.
func resonance(o object, v pipeline.PracticeResult) object {
	if v.Practice != room.PracticeResonance {
		return o.null("resonance_per_min").null("swing_bpm").null("paces_judged").null("note")
	}
	pace, note := dsp.Maybe{}, ""
	if v.Pace.BPM.Known {
		pace = dsp.Some(v.Pace.Pace)
	} else {
		note = "too few paces could be judged: nothing is remembered"
	}
	o = o.maybe("resonance_per_min", pace, breathDecimals).maybe("swing_bpm", v.Pace.BPM, heartRateDecimals)
	return o.count("paces_judged", v.Judged).word("note", note)
}

// wave writes the points of a wave as two lists; a value is null where a sample says nothing.
func wave(o object, v pipeline.Wave) object {
	decimals, unit := waveDecimals, "v"
	if v.Channel == dsp.ChannelEDA {
		decimals, unit = conductanceDecimals, "microsiemens"
	}
	o = append(o.text("channel", v.Channel.String()).text("unit", unit).key("t_s"), '[')
	for i, p := range v.Points {
		o = appendDuration(separate(o, i), p.T, 9, timeDecimals)
	}
	o = append(append(o, ']').key("values"), '[')
	for i, p := range v.Points {
		if o = separate(o, i); p.Value.Known {
			o = appendNumber(o, p.Value.Value, decimals)
		} else {
			o = append(o, "null"...)
		}
	}
	return append(o, ']')
}
