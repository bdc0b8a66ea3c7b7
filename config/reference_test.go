package config

import (
	"net/url"
	"strings"
	"testing"
)

// TestPasswordsInAddresses: a password is the one that the server has, whatever is in it: what openssl
// rand -base64 makes has slashes. One that is written for an address already means what it meant.
func TestPasswordsInAddresses(t *testing.T) {
	for given, want := range map[string]string{
		"abc":           "abc",
		"a/b+c==":       "a/b+c==",
		"a#b?c":         "a#b?c",
		"a%2":           "a%2",
		"100%zz":        "100%zz",
		"a b[c]<d>\"^":  "a b[c]<d>\"^",
		"a@b:c":         "a@b:c",
		"пароль/1":      "пароль/1",
		"a%2Fb%40c":     "a/b@c",
		"@/?#:%":        "@/?#:%",
		"x@evil.test/y": "x@evil.test/y",
	} {
		env := func(name string) (string, bool) {
			if name == "WHO" {
				return "earshot", true
			}
			return given, true
		}
		c, err := Parse("w.yaml", []byte(`contact: pr@romashka.example
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{feed: "https://a.example/rss"}]
store: {database: "postgres://${env:WHO}:${env:PASSWORD}@db.example:5432/earshot", redis: "redis://:${env:PASSWORD}@redis.example:6379/0"}
`), env, testKinds())
		if err != nil {
			t.Errorf("%q: %v", given, err)
			continue
		}
		for address, host := range map[string]string{c.Database(): "db.example:5432", c.Store.Redis.Reveal(): "redis.example:6379"} {
			u, err := url.Parse(address)
			if err != nil || u.Host != host {
				t.Errorf("%q: it asks %q (%v)", given, address, err)
				continue
			}
			if got, _ := u.User.Password(); got != want {
				t.Errorf("%q: the password is %q", given, got)
			}
		}
		var r Redactor
		r.Take(c)
		if said := r.Redact("dial " + c.Database() + ": refused"); len(given) >= leastHidden && strings.Contains(said, asUserinfo(given)) {
			t.Errorf("%q: it says %s", given, said)
		}
	}
}

// TestReferencesBesideTheHost: what stands elsewhere in an address, or in no address, is put in as it is.
func TestReferencesBesideTheHost(t *testing.T) {
	for raw, want := range map[string]int{
		"https://${env:U}:${file:/run/secrets/p}@a.example/${env:K}?x=${env:K}": 2,
		"https://a.example/${env:K}@b":                                          0,
		"https://a.example?k=${env:K}@":                                         0,
		"${env:DATABASE}":                                                       0,
		"mail ${env:A}@b.example":                                               0,
		"https://${env:HOST}/":                                                  0,
	} {
		if got := inUserinfo(raw); got != want {
			t.Errorf("%s: %d, want %d", raw, got, want)
		}
	}
}
