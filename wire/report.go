package wire

import "hubd/dsp"

// IntervalReport is what hubd hrv says of a list of RR intervals. Definitions: Task Force 1996, doi 10.1161/01.CIR.93.5.1043;
// SD1 and SD2 Brennan 2001, doi 10.1109/10.959330. A measure that cannot be computed is absent.
type IntervalReport struct {
	N         int         // normal intervals used
	MeanNN    dsp.Maybe   // ms
	SDNN      dsp.Maybe   // ms, n-1
	RMSSD     dsp.Maybe   // ms
	SDSD      dsp.Maybe   // ms, n-1
	PNN50     dsp.Maybe   // percent, strictly above 50 ms
	PNN20     dsp.Maybe   // percent, strictly above 20 ms
	SD1       dsp.Maybe   // ms
	SD2       dsp.Maybe   // ms
	VLF       dsp.Maybe   // ms², 0.0033–0.04 Hz
	LF        dsp.Maybe   // ms², 0.04–0.15 Hz
	HF        dsp.Maybe   // ms², 0.15–0.40 Hz
	LFHF      dsp.Maybe   // LF / HF
	Corrected *Correction // nil with --raw: nothing was looked for
}

// Correction counts what was found and corrected, by the classes of Lipponen and Tarvainen 2019,
// doi 10.1080/03091902.2019.1640306.
type Correction struct {
	Ectopic   int
	Missed    int
	Extra     int
	LongShort int
}

// AppendIntervalReport appends the report as one JSON object without a line end.
func AppendIntervalReport(dst []byte, r IntervalReport) []byte {
	o := open(dst).count("n", r.N)
	o = o.maybe("mean_nn_ms", r.MeanNN, reportDecimals).maybe("sdnn_ms", r.SDNN, reportDecimals)
	o = o.maybe("rmssd_ms", r.RMSSD, reportDecimals).maybe("sdsd_ms", r.SDSD, reportDecimals)
	o = o.maybe("pnn50_percent", r.PNN50, reportDecimals).maybe("pnn20_percent", r.PNN20, reportDecimals)
	o = o.maybe("sd1_ms", r.SD1, reportDecimals).maybe("sd2_ms", r.SD2, reportDecimals)
	o = o.maybe("vlf_ms2", r.VLF, reportDecimals).maybe("lf_ms2", r.LF, reportDecimals)
	o = o.maybe("hf_ms2", r.HF, reportDecimals).maybe("lf_hf", r.LFHF, reportDecimals)
	if r.Corrected == nil {
		return o.null("corrected").close()
	}
	c := open(o.key("corrected")).count("ectopic", r.Corrected.Ectopic).count("missed", r.Corrected.Missed)
	c = c.count("extra", r.Corrected.Extra).count("long_short", r.Corrected.LongShort)
	return object(c.close()).close()
}
