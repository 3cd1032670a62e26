package wire

import "hubd/room"

// session writes a step of a session. One whose kind is withheld tells nothing of its privacy either: "private":false would
// then often be untrue.
func session(o object, v room.Session) object {
	if v.Of == room.NoSession {
		return o.null("kind").text("phase", v.Phase.String()).null("private")
	}
	return o.text("kind", v.Of.String()).text("phase", v.Phase.String()).flag("private", v.Private)
}

func cue(o object, v room.Cue) object {
	o = light(o.word("scene", v.Scene), v.Light)
	return pace(sound(o, v.Sound), v.Pace).word("reason", v.Reason)
}

func light(o object, v room.Light) object {
	l := open(o.key("light")).number("brightness_percent", v.Brightness, brightnessDecimals)
	return l.number("kelvin", v.Kelvin, kelvinDecimals).seconds("transition_s", v.Transition, transitionDecimals).close()
}

// sound writes what the player is asked for; silence is null.
func sound(o object, v room.Sound) object {
	if v == (room.Sound{}) {
		return o.null("sound")
	}
	s := open(o.key("sound")).word("bed", v.Bed).maybe("level_db", v.LevelDB, levelDecimals)
	return s.maybe("swell_db", v.SwellDB, levelDecimals).maybe("hum_hz", v.HumHz, toneDecimals).close()
}

// pace writes the breathing pacer; none is null.
func pace(o object, v room.Pace) object {
	if v == (room.Pace{}) {
		return o.null("pace")
	}
	p := open(o.key("pace")).number("breaths_per_min", v.BreathsPerMin, breathDecimals)
	p = p.number("inhale_share", v.InhaleShare, ratioDecimals).seconds("hold_s", v.Hold, transitionDecimals)
	return p.seconds("phase_zero_s", v.PhaseZero, timeDecimals).close()
}

func lamp(o object, v room.LampCommand) object {
	o = o.text("lamp", v.Lamp).text("owner", v.Owner.String())
	return o.maybe("brightness_percent", v.Brightness, brightnessDecimals).maybe("kelvin", v.Kelvin, kelvinDecimals)
}
