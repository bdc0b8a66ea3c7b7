package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/i18n"
)

// languageFlag is shared by the commands that speak to whoever writes a watchlist.
type languageFlag struct {
	Lang string `enum:",en,ru,uk,bg" default:"" help:"The language of what is said: en, ru, uk, bg; else that of LC_ALL, LC_MESSAGES or LANG." placeholder:"XX"`
}

// speech says things in the language of whoever works at the terminal.
type speech struct {
	i18n.Lang
	// English sentences in the language, made when the first is said: most commands say none of
	// a kind, and a kind takes some milliseconds. nil in English.
	mistakes func() *i18n.Phrases // of the watchlist
	reasons  func() *i18n.Phrases // of match: why a place names a watch or does not
	seen     func() *i18n.Phrases // what presets and crawlers say of a place
	tried    func() *i18n.Phrases // what selectors find
	faults   func() *i18n.Phrases // what went wrong with files, databases and what was typed
	helps    func() *i18n.Phrases // what commands and flags are for
	keys     func() *i18n.Phrases // what the keys of the watchlist mean
}

// at is speech, where an environment that names no language leaves the choice to the watchlist.
func (f languageFlag) at(term terminal) speech {
	if f.Lang == "" && term.speaks != nil && languageOf(term.lookup) == "" {
		f.Lang = *term.speaks
	}
	return f.speech(term.lookup)
}

// languageOf is the language that the environment names, by two letters. "C" and "POSIX" name none: a
// container and a service have them, and nobody chose them.
func languageOf(lookup func(string) (string, bool)) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value, _ := lookup(name); value != "" {
			if locale, _, _ := strings.Cut(value, "."); locale == "C" || locale == "POSIX" {
				return ""
			}
			return strings.ToLower(value[:min(2, len(value))]) // uk_UA.UTF-8
		}
	}
	return ""
}

// speech returns the language that was asked for, or that of the environment.
func (f languageFlag) speech(lookup func(string) (string, bool)) speech {
	texts, err := i18n.New()
	if err != nil { // never: the catalogue is built in, and tests read it
		return speech{}
	}
	s := speech{Lang: texts.In(cmp.Or(f.Lang, languageOf(lookup)))}
	if s.Code() != texts.In("").Code() {
		s.mistakes = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases([]string{"within", "place"}, "mistake", "remedy", "place") })
		s.reasons = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases([]string{"reason"}, "reason") })
		s.seen = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases([]string{"within"}, "seen", "place") })
		s.tried = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases(nil, "tried") })
		s.faults = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases([]string{"within"}, "fault", "mistake", "within") })
		s.helps = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases(nil, "help") })
		s.keys = sync.OnceValue(func() *i18n.Phrases { return texts.Phrases(nil, "schema") })
	}
	return s
}

// said says an English sentence of one kind in the language.
func (s speech) said(phrases func() *i18n.Phrases, english string) string {
	if s.english() {
		return english
	}
	said, _ := phrases().In(s.Lang, english)
	return said
}

// reason says why a place names a watch, or does not.
func (s speech) reason(english string) string { return s.said(s.reasons, english) }

// place says what presets and crawlers say of a place.
func (s speech) place(english string) string { return s.said(s.seen, english) }

// option says what an option of a source means.
func (s speech) option(english string) string { return s.said(s.keys, s.place(english)) }

// unread says beside the name of a source, empty for an address that is being looked at, why it
// cannot be read: in English all that is known, else as far as the catalogue has words for it, as
// messages to staff do.
func (s speech) unread(source string, err error) string {
	if s.english() {
		return crawlers.ExplainAt(source, err)
	}
	word, status := crawlers.Reason(err)
	if word == "" {
		return s.Text("trouble.other") + " (" + s.said(s.faults, crawlers.ExplainAt(source, err)) + ")"
	}
	return s.Text("trouble."+word, "status", status)
}

// places says what crawlers note of a place.
func (s speech) places(notes []string) []string {
	said := make([]string, len(notes))
	for i, note := range notes {
		said[i] = s.place(note)
	}
	return said
}

// key says which key a kind needs, where to get it and what it costs; empty: none. A kind that
// nobody translated says it in English.
func (s speech) key(kind crawlers.Kind) string {
	if how := s.Word("kind_key", kind.Name); kind.Key != "" && how != kind.Name {
		return how
	}
	return kind.Key
}

// counted is a number of things, as crawlers tell it.
var counted = regexp.MustCompile(`^(\d+) (post|review|thread|board|event)s?$`)

// observed says what a crawler sees: "phpBB, 25 threads", "12 reviews (JSON-LD and select)".
func (s speech) observed(what string) string {
	if s.english() {
		return what
	}
	what, ways, marked := strings.Cut(strings.TrimSuffix(what, ")"), " (")
	parts := strings.Split(what, ", ")
	for i, part := range parts {
		if found := counted.FindStringSubmatch(part); found != nil {
			n, _ := strconv.Atoi(found[1]) // digits
			parts[i] = s.Plural("seen.count."+found[2], n)
		} else {
			parts[i] = s.place(part)
		}
	}
	what = strings.Join(parts, ", ")
	if marked {
		one, other, two := strings.Cut(ways, " and ")
		said := s.place(one)
		if two {
			said = s.Text("crawl.ways", "one", said, "other", s.place(other))
		}
		what += " (" + said + ")"
	}
	return what
}

// speechOf is the language of the environment or else of the watchlist, for commands that say only what they found.
func speechOf(term terminal) speech { return languageFlag{}.at(term) }

// english reports whether s says things as they stand in the program.
func (s speech) english() bool { return s.mistakes == nil }

// render writes the problems of a watchlist, each with its code where it is not in English:
// by that it can be found in the program and by those who help.
func (s speech) render(out io.Writer, problems *config.Errors, colour bool) error {
	if s.english() {
		return problems.Render(out, colour)
	}
	mistakes := s.mistakes()
	said := problems.In(s.Text("check.warning"), s.Aside("", ""), func(msg, hint string) (string, string) {
		msg, key := mistakes.In(s.Lang, msg)
		if hint != "" {
			hint, _ = mistakes.In(s.Lang, hint)
		}
		if _, code, ok := strings.Cut(key, "."); ok {
			msg += " [" + code + "]"
		}
		return msg, hint
	})
	return said.Render(out, colour)
}

// summary is the last line of a check that failed.
func (s speech) summary(problems *config.Errors) string {
	if s.english() {
		return problems.Summary()
	}
	wrong, warnings := problems.Count()
	var words []string
	if wrong > 0 {
		words = append(words, s.Plural("check.problems", wrong))
	}
	if warnings > 0 {
		words = append(words, s.Plural("check.warnings", warnings))
	}
	if wrong > 0 {
		words = append(words, s.Text("check.unchanged"))
	}
	return strings.Join(words, " ")
}

// tell says what is wrong with a watchlist, or why it cannot be read, and returns errWrong;
// any other error comes back as it is.
func (s speech) tell(term terminal, err error) error {
	var wrong *config.Errors
	var unread *config.ReadError
	switch {
	case errors.As(err, &unread):
		fmt.Fprintf(term.err, "earshot: %s\n", s.wrong(err))
		return errWrong
	case !errors.As(err, &wrong):
		return err
	}
	_ = s.render(term.err, wrong, term.colour(term.err)) // stderr may be closed; the status still says it
	fmt.Fprintln(term.err, s.summary(wrong))
	return errWrong
}

// errWrong ends a command with exitWrong after it has said what is wrong with the watchlist.
var errWrong = errors.New("the watchlist is wrong")

// ago says how long ago in words.
func (s speech) ago(d time.Duration) string {
	if d < time.Minute {
		return s.Text("check.just_now")
	}
	return s.Ago(d)
}
