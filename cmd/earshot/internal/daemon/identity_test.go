package daemon

import (
	"testing"

	"github.com/earshot/earshot/config"
)

// TestIdentify: what moves a source to another place, and what only changes how it is
// read.
func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		samePlace, sameWays bool
	}{
		{"nothing", `page: https://a.example/r`, `page: https://a.example/r`, true, true},
		{"a label", `page: https://a.example/r`, `{page: https://a.example/r, name: reviews, every: 5m}`, true, true},
		{"an address", `page: https://a.example/r`, `page: https://a.example/other`, false, false},
		{"a host", `{page: https://a.example/r, base: "https://b.example"}`, `{page: https://a.example/r, base: "https://c.example"}`, false, false},
		{"a selector", `page: {address: https://a.example/r, select: {item: .a, text: .b}}`, `page: {address: https://a.example/r, select: {item: .c, text: .b}}`, true, false},
		{"a country more", `appstore: {id: "1", countries: [ua]}`, `appstore: {id: "1", countries: [ua, bg]}`, true, false},
		{"another app", `appstore: {id: "1", countries: [ua]}`, `appstore: {id: "2", countries: [ua]}`, false, false},
		{"a key", `bluesky: {appview: "https://api.example", query: x, token: "${env:ONE}"}`, `bluesky: {appview: "https://api.example", query: x, token: "${env:TWO}"}`, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := []byte("key")
			p1, s1 := identify(key, source(t, c.before))
			p2, s2 := identify(key, source(t, c.after))
			if p1 == "" || s1 == "" || (p1 == p2) != c.samePlace || (s1 == s2) != c.sameWays {
				t.Errorf("places %s %s, settings %s %s", p1, p2, s1, s2)
			}
			if p3, s3 := identify([]byte("another"), source(t, c.before)); p3 == p1 || s3 == s1 {
				t.Error("another installation has the same digests")
			}
		})
	}
}

func source(t *testing.T, block string) config.Source {
	t.Helper()
	env := func(name string) (string, bool) { return "secret " + name, true }
	cfg, err := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: W, terms: [Romashka]}]\nsources:\n  - "+block+"\n"), env, KindOptions())
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Sources[0]
}
