package config

import "testing"

func TestZone(t *testing.T) {
	const head = "contact: a@example.com\nwatch: [{name: R, terms: [Ромашка]}]\nsources: [{feed: \"https://news.example/rss\"}]\n"
	for _, c := range []struct{ text, want string }{
		{"", "Local"},
		{"digest: {to: console, daily: 09:00 Europe/Sofia}\n", "Europe/Sofia"},
		{"quiet_hours: 22:00-08:00 Europe/Kyiv\ndigest: {to: console, weekly: Mon 09:00 Europe/Sofia}\n", "Europe/Kyiv"},
		{"deadlines: {claim: 5m, hours: always America/New_York}\nquiet_hours: 22:00-08:00 Europe/Kyiv\n", "America/New_York"},
	} {
		cfg, err := Parse("w.yaml", []byte(head+c.text), testEnv, testKinds())
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Zone().String(); got != c.want {
			t.Errorf("%q is in %s, want %s", c.text, got, c.want)
		}
	}
}
