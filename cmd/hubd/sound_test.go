package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASceneIsRenderedAndSaidHow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "noise.wav")
	code, out, errs := hubd(t, "sound", "render", "--scene", "base", "--minutes", "0.5", path)
	if code != exitDone || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, part := range []string{"scene base, noise at -42 dB", "length 30.000 s", "loudness -42.0 LUFS", "peak -3", "without a seam"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not said:\n%s", part, out)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 44+30*48000*4 {
		t.Errorf("%v, %v", info, err)
	}
	if all, _ := os.ReadDir(filepath.Dir(path)); len(all) != 1 {
		t.Errorf("%d files are left", len(all))
	}
}

func TestNonsenseIsNotRendered(t *testing.T) {
	dir := t.TempDir()
	wav := filepath.Join(dir, "x.wav")
	broken := file(t, "broken.yaml", []byte("hub: {id: Home}\n"))
	rows := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nothing at all", nil, exitUsage, "hubd sound render --scene NAME"},
		{"another word", []string{"play", wav}, exitUsage, "hubd sound render --scene NAME"},
		{"no file", []string{"render", "--scene", "base"}, exitUsage, "hubd sound render --scene NAME"},
		{"two files", []string{"render", "--scene", "base", wav, wav}, exitUsage, "hubd sound render --scene NAME"},
		{"no scene", []string{"render", wav}, exitUsage, "--scene is missing"},
		{"a scene that is none", []string{"render", "--scene", "disco", wav}, exitUsage, "there is no scene"},
		{"a silent scene", []string{"render", "--scene", "pause", wav}, exitUsage, "is silent"},
		{"no minutes", []string{"render", "--scene", "base", "--minutes", "0", wav}, exitUsage, "--minutes 0"},
		{"minutes that are no number", []string{"render", "--scene", "base", "--minutes", "NaN", wav}, exitUsage, "--minutes NaN"},
		{"a day", []string{"render", "--scene", "base", "--minutes", "1440", wav}, exitUsage, "--minutes 1440"},
		{"a file of another kind", []string{"render", "--scene", "base", dir + "/x.mp3"}, exitUsage, "ends in .wav"},
		{"a config that is wrong", []string{"render", "--scene", "base", "--config", broken, wav}, exitConfig, "hub.id"},
		{"a folder that is not there", []string{"render", "--scene", "base", "--minutes", "0.5", dir + "/none/x.wav"}, exitFailed, "no such file"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs := hubd(t, append([]string{"sound"}, row.args...)...)
			if code != row.code || !strings.Contains(errs, row.want) || out != "" {
				t.Errorf("exit %d, %q: want %d and %q", code, errs, row.code, row.want)
			}
			if all, _ := os.ReadDir(dir); len(all) != 0 {
				t.Errorf("%d files are left", len(all))
			}
		})
	}
}
