package store

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/earshot/earshot/mention"
)

// Words are found by their beginning. They are cut the same way for both engines, which
// only index them: nothing depends on a server's locale or dictionary.

// textSearch is how an engine finds words among all mentions, the newest first without
// reading the others.
type textSearch struct {
	match string // the condition; its ? is the words
	word  func(term string) string
	begin func(term string) string // all that begin with a term
	and   string                   // between two words
	or    string                   // between two forms of a word
	// forms selects at most maxForms+1 terms from $1 on and before $2; empty where
	// beginnings are found as fast as words.
	forms string
	// newest is how many of the newest mentions are looked at one by one before the index is
	// asked; 0: none, the index knows the newest ones without reading its lists to the end.
	newest int64
}

// maxForms bounds the forms of one word that are looked for one by one.
const maxForms = 32

// searchWords is the value of match for a text. A word is looked for in all its forms that
// there are, because their lists need not be read to the end; a beginning of very many
// words is left to the engine.
func (s *Store) searchWords(ctx context.Context, search *textSearch, text string) (string, error) {
	if search == nil {
		return "", nil
	}
	asked := terms(text, maxAsked)
	for i, term := range asked {
		asked[i] = search.begin(term)
		if search.forms == "" {
			continue
		}
		rows, err := s.read.QueryContext(ctx, search.forms, term, term+"\U0010ffff", maxForms+1)
		forms, err := collect(rows, err, scanString)
		if err != nil {
			return "", s.wrap("forms of a word", err)
		}
		if len(forms) == 0 || len(forms) > maxForms {
			continue
		}
		for j, form := range forms {
			forms[j] = search.word(form)
		}
		asked[i] = "(" + strings.Join(forms, search.or) + ")"
	}
	return strings.Join(asked, search.and), nil
}

// newestPer is how many of the newest mentions are looked at for each one that is wanted: a
// word that is not found so often is so rare that the index lists few places of it.
const newestPer = 20

// amongNewest finds words by looking at each of the newest mentions, before the page mark of
// the query. done is false when older ones must be looked for.
func (s *Store) amongNewest(ctx context.Context, q mention.Query, least int64, limit int) (found []listed, done bool, err error) {
	var top int64
	if q.After != "" {
		if top, _, err = decodeAfter(q.After); err != nil {
			return nil, false, err
		}
	} else if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(num), 0) FROM mentions`).Scan(&top); err != nil {
		return nil, false, err
	}
	window := max(least, newestPer*int64(limit))
	f := listFilter(q, nil, "")
	f.add("m.num > ?", top-window)
	found, err = s.chosen(ctx, s.engine.lists.byNum, f, q.After, limit)
	return found, len(found) == limit || top <= window, err
}

const (
	maxTerm  = 40   // characters of a term: longer ones are found by their beginning
	maxTerms = 5000 // of one post, the first ones: what a person would call its words
	maxAsked = 12   // terms of one search
)

// searchTerms is what Query.Text is looked for in: the words of author, title and text.
func searchTerms(p mention.Post) string {
	if p.Deleted {
		return ""
	}
	return inTerms(p.Author + "\n" + p.Title + "\n" + p.Text)
}

// plainLetter drops stress, the dots of ё and what nobody sees, and makes all apostrophes one:
// Unicode calls that of Ukrainian a letter, and most people type another.
func plainLetter(r rune) rune {
	switch r {
	case 'ѐ', 'ё': // most people type neither
		return 'е'
	case 'ѝ':
		return 'и'
	}
	if mention.Apostrophe(r) {
		return '\''
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return -1
	}
	return r
}

// terms cuts a text into letters and digits, folded, each term once, at most limit of
// them; what is neither separates, but marks over letters are dropped. Letters that are
// written as two, as й may be, are one.
func terms(text string, limit int) []string {
	text = strings.Map(plainLetter, norm.NFC.String(strings.ToLower(clean(text))))
	var all []string
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if runes := []rune(word); len(runes) > maxTerm {
			word = string(runes[:maxTerm])
		}
		if seen[word] {
			continue
		}
		if len(all) == limit {
			break
		}
		seen[word] = true
		all = append(all, word)
	}
	return all
}

// inTerms is the column terms for a text.
func inTerms(text string) string { return strings.Join(terms(text, maxTerms), " ") }

// topicList is the column topics: each topic between two bars.
func topicList(topics []string) string {
	if len(topics) == 0 {
		return ""
	}
	return clean("|" + strings.Join(topics, "|") + "|")
}

// wordConditions adds that all of the words stand in a mention: by the index of words, of
// which words is the value, or, among the few that wait, by looking at each.
func (f *conditions) wordConditions(text string, search *textSearch, words string) {
	asked := terms(text, maxAsked)
	switch {
	case len(asked) == 0 && strings.TrimSpace(text) != "":
		f.add("1 = 0") // nobody writes punctuation alone to be found by it
	case len(asked) == 0:
	case search != nil:
		f.add(search.match, words)
	default:
		for _, term := range asked {
			f.add(`' ' || m.terms LIKE ?`, "% "+term+"%")
		}
	}
}

// sameOrder sorts records as ids are.
func sameOrder(list []mention.MentionRecord, ids []string) {
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(list, func(a, b mention.MentionRecord) int { return place[string(a.Mention.ID)] - place[string(b.Mention.ID)] })
}
