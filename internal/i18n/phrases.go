package i18n

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Phrases says in another language what packages say in English that know no language: each
// text of some parts of the catalogue, its placeholders called {1}, {2} …, is also how such
// a sentence is recognised. What nobody translated stays as it is.
type Phrases struct {
	list   []phrase
	within *Phrases // what may stand where a placeholder does; nil: nothing known
}

type phrase struct {
	key  string
	form *regexp.Regexp
	told int // letters that are always the same
}

var numbered = regexp.MustCompile(`\{[1-9]\}`)

// Phrases returns the sentences of these parts. within are the parts of words that may stand
// where a placeholder does; none: none.
func (c *Catalog) Phrases(within []string, parts ...string) *Phrases {
	p := &Phrases{}
	if len(within) > 0 {
		p.within = c.Phrases(nil, within...)
	}
	for key, text := range c.langs[fallback].byKey {
		part, _, _ := strings.Cut(key, ".")
		if !slices.Contains(parts, part) {
			continue
		}
		literals := numbered.Split(text, -1)
		for i := range literals {
			literals[i] = regexp.QuoteMeta(literals[i])
		}
		form := regexp.MustCompile(`(?s)^` + strings.Join(literals, `(.+?)`) + `$`)
		p.list = append(p.list, phrase{key, form, len(strings.Join(literals, ""))})
	}
	// The one that leaves the least open is meant.
	slices.SortFunc(p.list, func(a, b phrase) int { return cmp.Or(cmp.Compare(b.told, a.told), strings.Compare(a.key, b.key)) })
	return p
}

// In says an English sentence in a language, and the key by which it is known in all of
// them; the sentence itself and no key when it is not in the catalogue.
func (p *Phrases) In(l Lang, english string) (said, key string) {
	for _, one := range p.list {
		found := one.form.FindStringSubmatch(english)
		if found == nil {
			continue
		}
		var pairs []any
		for i, filled := range found[1:] {
			if p.within != nil {
				filled, _ = p.within.In(l, filled)
			}
			pairs = append(pairs, string(rune('1'+i)), filled)
		}
		return l.Text(one.key, pairs...), one.key
	}
	return english, ""
}
