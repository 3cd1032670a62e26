package wire

import "hubd/dsp"

// AppendIntervalReport appends what hubd hrv says of a list of intervals, as one JSON object without a line end. corrected is null
// with --raw: nothing was looked for.
func AppendIntervalReport(dst []byte, r dsp.IntervalReport) []byte {
	o := open(dst).count("n", r.N)
	o = o.maybe("mean_nn_ms", r.MeanNN, reportDecimals).maybe("sdnn_ms", r.SDNN, reportDecimals)
	o = o.maybe("rmssd_ms", r.RMSSD, reportDecimals).maybe("sdsd_ms", r.SDSD, reportDecimals)
	o = o.count("nn50", r.NN50).maybe("pnn50_percent", r.PNN50, reportDecimals)
	o = o.count("nn20", r.NN20).maybe("pnn20_percent", r.PNN20, reportDecimals)
	o = o.maybe("mean_hr_bpm", r.MeanHR, reportDecimals)
	o = o.maybe("sd1_ms", r.SD1, reportDecimals).maybe("sd2_ms", r.SD2, reportDecimals)
	o = o.maybe("vlf_ms2", r.VLF, reportDecimals).maybe("lf_ms2", r.LF, reportDecimals)
	o = o.maybe("hf_ms2", r.HF, reportDecimals).maybe("lf_hf", ratio(r.LF, r.HF), reportDecimals)
	o = o.count("refused", r.Refused)
	if !r.Corrected {
		return o.null("corrected").close()
	}
	c := open(o.key("corrected")).count("ectopic", r.Ectopic).count("missed", r.Missed).count("extra", r.Extra)
	c = c.count("gaps", r.Gaps).number("gap_s", r.GapMs/1000, timeDecimals)
	c = c.maybe("percent", r.Share, percentDecimals).flag("marked", r.Marked)
	return object(appendCorrections(c.key("list"), r.Corrections).close()).close()
}

// appendCorrections writes what was corrected, in the order of the file: the number of the interval, from 0, the time of the beat
// that closes it, its length as it was, and what it was taken for.
func appendCorrections(dst object, list []dsp.Correction) object {
	dst = append(dst, '[')
	for i, c := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		o := open(dst).count("index", c.Index).seconds("t_s", c.T, timeDecimals).number("rr_ms", c.Ms, ibiDecimals)
		dst = o.text("kind", c.Class.String()).close()
	}
	return append(dst, ']')
}

// ratio is absent where either part is, or where nothing can be divided by.
func ratio(a, b dsp.Maybe) dsp.Maybe {
	if !a.Known || !b.Known || b.Value == 0 {
		return dsp.Maybe{}
	}
	return dsp.Some(a.Value / b.Value)
}
