package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/lang"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/sentiment"
)

// commonWords warns of names that are words ordinary posts are made of, as the lists of sentiment
// have them, where nothing tells the name from the word. The lists of match are for deciding what
// counts, and short; what they know was warned of when the watchlist was read.
func commonWords(cfg *config.Config, scorer *sentiment.Scorer) (warnings []config.Error) {
	var terms []config.Text
	var words []string
	itself := map[config.Pos]bool{} // words of a context that are the name
	for _, w := range cfg.Watches {
		if len(w.All) > 0 {
			continue
		}
		for _, t := range w.Terms {
			word := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(t.Value), "="))
			if len(w.Context) > 0 {
				own := slices.IndexFunc(w.Context, func(c config.Text) bool { return match.SameName(c.Value, t.Value) })
				if own < 0 {
					continue
				}
				t = w.Context[own]
				itself[t.Pos] = true
			}
			if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != 'ʼ' }) ||
				slices.ContainsFunc(cfg.Warnings, func(said config.Error) bool { return said.Pos == t.Pos }) {
				continue
			}
			terms, words = append(terms, t), append(words, word)
		}
	}
	if len(words) == 0 {
		return nil
	}
	everyday := scorer.Everyday(words)
	for i, t := range terms {
		code := everyday[words[i]]
		if code == "" {
			continue
		}
		all := lang.All()
		name := all[slices.IndexFunc(all, func(l lang.Language) bool { return l.Code == code })].Name
		w := cfg.Doubt(t.Pos, fmt.Sprintf("%q is a common word in %s and has no context", t.Value, name), "add context words that stand near the name, or use the full name")
		if itself[t.Pos] {
			w = cfg.Doubt(t.Pos, fmt.Sprintf("%q is under terms too, so it counts wherever it stands", t.Value), "write words there that stand near the name")
		}
		warnings = append(warnings, w)
	}
	return warnings
}

// scorerWarnings are those that take a scorer to know.
func scorerWarnings(cfg *config.Config, scorer *sentiment.Scorer) []config.Error {
	warnings := append(commonWords(cfg, scorer), watchlist.Doubts(scorer)...)
	if w, ok := watchlist.Outdated(cfg, scorer); ok {
		warnings = append(warnings, w)
	}
	return warnings
}
