package plan

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// To whom the company speaks. Where a site does not say which post is answered, or says it of the first of many alone,
// the first words do: "Olena, we are sorry", "@petro-k write to us".

// meant is a complaint that stands where a post of the company's may answer it.
type meant struct {
	mention.MentionRecord
	whom whom
}

// whom is to whom the post speaks, as far as its words say so.
type whom int

const (
	toThem   whom = iota // to the author of the complaint, or to everybody
	maybe                // it has no words, or seems to be for somebody else, or for all who wrote there: people are to say so
	byName               // it calls others of those by name
	toBeside             // its place says that it answers another one; what was sent from here to this one stands there all the same
)

// speech is what the first words of a post say of whom it speaks to.
type speech struct {
	handles  []string // of the accounts that it begins with, as names are folded
	names    []string // words of the first few that may be names
	wordless bool     // behind the accounts there is neither a letter nor a digit
}

const (
	calledWords = 3 // a part of a sentence that calls somebody has no more words: "Good evening, dear Olena!"
	calledParts = 4 // "Good evening! Olena, Petro, Ivan: …"
)

// closings begin the end of a letter: the name behind them is whose it is.
var closings = []string{"з повагою", "с уважени", "поздрави", "regards", "best", "kind", "sincerely", "yours"}

// speechOf reads the first words of a text.
func speechOf(words string) (s speech) {
	rest := strings.TrimSpace(words)
	for strings.HasPrefix(rest, "@") {
		word, behind := rest, ""
		if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
			word, behind = rest[:i], rest[i:]
		}
		if handle := mention.NameKey(strings.TrimRight(word, ",.:;!?")); handle != "" {
			s.handles = append(s.handles, handle)
		}
		rest = strings.TrimSpace(behind)
	}
	s.wordless = text.Letters(rest) == ""
	parts := 0
	for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return strings.ContainsRune(",!:;.?\n—–…", r) }) {
		called := strings.Fields(part)
		end := mention.NameKey(part)
		if parts++; parts > calledParts || len(called) > calledWords || slices.ContainsFunc(closings, func(c string) bool { return strings.HasPrefix(end, c) }) {
			break
		}
		for _, word := range called {
			s.names = append(s.names, mention.NameKey(word))
		}
	}
	return s
}

// to reports whether it speaks to the author of a post by name.
func (s speech) to(p mention.Post) bool {
	name := mention.NameKey(p.Author)
	if name == "" || mention.IsNobody(p.Author) {
		return false
	}
	if len(s.handles) > 0 {
		is := []string{name}
		if u, err := url.Parse(p.AuthorURL); err == nil && u.Host != "" {
			is = append(is, mention.NameKey(path.Base(u.Path)))
		}
		for _, one := range is {
			here, _, _ := strings.Cut(one, "@") // of an account at another server its name alone is shown
			if slices.Contains(s.handles, one) || here != "" && slices.Contains(s.handles, here) {
				return true
			}
		}
	}
	parts := append(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '.' }), name)
	return slices.ContainsFunc(s.names, func(word string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return sameName(word, part) })
	})
}

// unclearTo reports whether the post that says so, and stands where the answer to o would, may be none: it has no words, or begins with
// the name of another account. Where each post says itself which one it answers, whom else it names says nothing.
func (s speech) unclearTo(post, o mention.Post) bool {
	return s.wordless || len(s.handles) > 0 && (post.ReplyTo == "" || post.Kind == mention.Comment) && !s.to(o)
}

// shortName is the letters from which a word is taken for a name.
const shortName = 3

// sameName reports whether two words are one name: in Ukrainian and Bulgarian, and in some Russian, whom one calls has
// another ending.
func sameName(a, b string) bool {
	if len([]rune(a)) < shortName || len([]rune(b)) < shortName {
		return false
	}
	return a == b || stemOf(a) != "" && stemOf(a) == stemOf(b)
}

// stemOf is a Cyrillic name without its ending; empty for other words, and for what is too short then.
func stemOf(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.Is(unicode.Cyrillic, r) }) {
		return ""
	}
	stem := strings.TrimRight(name, "аеєиіїйоуъьюя")
	if len([]rune(stem)) < shortName-1 {
		return ""
	}
	return stem
}

// sameAuthor reports whether one person wrote two posts of a place, as far as it says so.
func sameAuthor(a, b mention.Post) bool {
	if mention.IsNobody(a.Author) || mention.NameKey(a.Author) != mention.NameKey(b.Author) {
		return false
	}
	return a.AuthorURL == "" || b.AuthorURL == "" || mention.SameURL(a.AuthorURL, b.AuthorURL)
}

// goesOn reports whether a post is what the author of an earlier one added to it: who answers that answers this.
func goesOn(post, earlier mention.Post) bool {
	if post.ID == earlier.ID || !sameAuthor(post, earlier) || post.Published.Before(earlier.Published) {
		return false
	}
	inTurn := post.Kind == mention.Forum && post.ReplyTo == "" && earlier.ReplyTo == "" && post.ThreadURL != "" && post.ThreadURL == earlier.ThreadURL
	return inTurn || repliesTo(post, earlier)
}
