package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/match"
)

// mostByEar bounds the watches of which it is said how they are not found.
const mostByEar = 10

// byEar says how people may write the names of a watch so that they are not found: names are
// read by letters, and people write them by ear and by their first letters. It asks the matcher,
// so that nothing is said of what is found, by another term for example.
func byEar(out io.Writer, s speech, list watchlist.List, now time.Time) {
	said := 0
	for _, w := range list.Watches {
		if said == mostByEar || w.Off(now) || len(w.Terms) == 0 || slices.ContainsFunc(w.Terms, func(t config.Text) bool { return strings.HasPrefix(t.Value, "=") }) {
			continue // whoever writes = wants no other form
		}
		near := ""
		if len(w.Context) > 0 {
			near = " " + w.Context[0].Value
		}
		var unheard []string
		latin := true
		for _, t := range w.Terms {
			latin = latin && !strings.ContainsFunc(t.Value, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
			for _, written := range spokenForms(t.Value, list.Terms.IsLegalForm) {
				found := slices.ContainsFunc(list.Terms.Match("", written+near), func(h match.Hit) bool { return h.Watch == w.Name })
				if !found && !slices.Contains(unheard, written) {
					unheard = append(unheard, written)
				}
			}
		}
		switch {
		case latin && !s.english():
			fmt.Fprintln(out, s.Text("check.by_ear_latin", "name", text.OneLine(w.Name)))
		case len(unheard) > 0:
			fmt.Fprintln(out, s.Text("check.by_ear", "name", text.OneLine(w.Name), "written", strings.Join(unheard[:min(len(unheard), 3)], ", ")))
		default:
			continue
		}
		said++
	}
}

// inRussian writes a Ukrainian name of one word as people do who write Russian.
var inRussian = strings.NewReplacer("иї", "ие", "ї", "и", "Ї", "И", "і", "и", "І", "И", "є", "е", "Є", "Е", "ґ", "г", "Ґ", "Г")

// leastCoined is how long a word is that is rather a name than a word of speech, which is another one in Russian (дім, дом).
const leastCoined = 5

// russianForm is that spelling; name itself where there is no other.
func russianForm(name string) string {
	if strings.Contains(name, " ") || utf8.RuneCountInString(name) < leastCoined || !strings.ContainsAny(strings.ToLower(name), "іїє") {
		return name
	}
	if rest, open := strings.CutPrefix(name, "Е"); open {
		name = "Э" + rest
	}
	return inRussian.Replace(name)
}

// spokenForms are other ways to write a name that its letters do not tell: е for э, which sound
// alike, a Ukrainian name in Russian (Сильпо for Сільпо), and the first letters of three words or four. Of two words nearly all names are, hardly
// anybody says them by their letters, and two letters as a term would be warned of. Those of a
// legal form are left out, and what is one itself.
func spokenForms(name string, legal func(word string) bool) (forms []string) {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' && r != '-' }) {
		return nil // an account, an address
	}
	if plain := strings.NewReplacer("э", "е", "Э", "Е").Replace(name); plain != name {
		forms = append(forms, plain)
	}
	if russian := russianForm(name); russian != name {
		forms = append(forms, russian)
	}
	initials := ""
	for _, word := range strings.Fields(name) {
		if legal(word) {
			continue
		}
		initials += strings.ToUpper(string([]rune(word)[:1]))
	}
	if n := len([]rune(initials)); n >= 3 && n <= 4 && !legal(initials) {
		forms = append(forms, initials)
	}
	return forms
}
