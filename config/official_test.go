package config

import "testing"

// TestOfficialForms: a name, a list of names, and accounts.
func TestOfficialForms(t *testing.T) {
	for text, want := range map[string][]Author{
		`Support`:                           {{Name: "Support"}},
		`[Support, "Romashka PR"]`:          {{Name: "Support"}, {Name: "Romashka PR"}},
		`[{name: R, profile: "@romashka"}]`: {{Name: "R", Profile: "@romashka"}},
		`[A, {name: R, profile: "https://site.example/user/77"}]`: {{Name: "A"}, {Name: "R", Profile: "https://site.example/user/77"}},
	} {
		src := "contact: a@b.example\nwatch: [{name: R, terms: [romashka], official: " + text + "}]\nsources:\n  - feed: https://a.example/f\n"
		cfg, err := Parse("w.yaml", []byte(src), testEnv, Kinds{"feed": nil})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := cfg.Watches[0].Official
		if len(got) != len(want) {
			t.Fatalf("%s: %+v", text, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %+v", text, got)
			}
		}
	}
}
