package config

import "testing"

// TestCountries: a store asked for a country that is none answers with nothing, so that nobody
// would hear of it.
func TestCountries(t *testing.T) {
	for written, hint := range map[string]string{
		"ua": "", "US": "", "ua, bg": "",
		"uk": `write "ua" for Ukraine, or "gb" for Britain`, "en": `write "us" or "gb"`, "ua, uk": `write "ua" for Ukraine, or "gb" for Britain`,
		"Bulgaria": `write its two letters, such as "ua" or "bg"`, "уа": `write its two letters, such as "ua" or "bg"`,
	} {
		if msg, said := checkFormat("country", written); said != hint || (msg == "") != (hint == "") {
			t.Errorf("%q: said %q, %q", written, msg, said)
		}
	}
}
