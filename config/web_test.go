package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
)

func TestWhereThePageIs(t *testing.T) {
	rows := []struct {
		name, yaml string
		want       config.Web
		warned     bool
	}{
		{"nothing said: this machine alone", "{}", config.Web{Listen: "127.0.0.1:8480", TokenFile: "page-tokens"}, false},
		{"no page", "{listen: none}", config.Web{Listen: config.NoPage, TokenFile: "page-tokens"}, false},
		{"another port of this machine", `{listen: "[::1]:80"}`, config.Web{Listen: "[::1]:80", TokenFile: "page-tokens"}, false},
		{"every address without a certificate", `{listen: ":80"}`, config.Web{Listen: ":80", TokenFile: "page-tokens"}, true},
		{"an address with a certificate", `{listen: "192.168.1.2:443", cert_file: c, key_file: k, token_file: /t}`,
			config.Web{Listen: "192.168.1.2:443", TokenFile: "/t", CertFile: "c", KeyFile: "k"}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := config.Parse("c.yaml", []byte(strings.Replace(base, "room: {}", "web: "+row.yaml, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, c.Web); diff != "" {
				t.Error(diff)
			}
			warned := false
			for _, w := range c.Warnings {
				warned = warned || w.Key == "web.listen"
			}
			if warned != row.warned {
				t.Errorf("warned %v, want %v: %v", warned, row.warned, c.Warnings)
			}
		})
	}
}

func TestWhatIsWrongWithThePage(t *testing.T) {
	rows := []struct{ name, yaml, key, want string }{
		{"no port", "{listen: 127.0.0.1}", "web.listen", "an address and a port"},
		{"a port that is none", `{listen: "127.0.0.1:99999"}`, "web.listen", "an address and a port"},
		{"a name", "{listen: 'bedroom:80'}", "web.listen", "an address and a port"},
		{"a certificate without its key", "{cert_file: c}", "web.cert_file", "needs its key_file"},
		{"a key without its certificate", "{key_file: k}", "web.key_file", "needs its cert_file"},
		{"a token in the config", "{token: abc}", "web.token", "unknown key"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := problems(t, strings.Replace(base, "room: {}", "web: "+row.yaml, 1))
			if len(got) != 1 || got[0].Key != row.key || !strings.Contains(got[0].Want, row.want) {
				t.Errorf("problems %v: want one, of %s, with %q", got, row.key, row.want)
			}
		})
	}
}
