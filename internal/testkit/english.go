package testkit

import (
	"regexp"
	"strings"
)

// latinWord is a word that is no abbreviation.
var latinWord = regexp.MustCompile(`[A-Za-z]{3,}`)

// English returns the Latin words in what is shown to people who read another alphabet
// that do not stand in one of the allowed texts either: a quoted post, an address, a name.
// What is left is a text that does not come from the catalogue.
func English(shown string, allowed ...string) []string {
	known := map[string]bool{}
	for _, text := range append(allowed, "earshot Slack UTC") {
		for _, word := range latinWord.FindAllString(text, -1) {
			known[word] = true
		}
	}
	var left []string
	for _, word := range latinWord.FindAllString(shown, -1) {
		if !known[word] && !known[strings.ToLower(word)] {
			left = append(left, word)
		}
	}
	return left
}
