package mention

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Template is a reply that staff wrote for all, beside those of the watchlist. Its text may
// hold the placeholders of those: {{author}}, {{watch}}, {{source}}, {{title}}, {{link}}, {{me}}.
type Template struct {
	ID        string
	Lang      string // en, ru, uk, bg: offered for complaints in this language
	Topic     string // for complaints about this alone; empty: about anything
	Text      string // 1 to MaxTemplate characters
	By        Person // who wrote it last; nobody when that is too long ago
	ChangedAt time.Time
	Version   int64 // grows by one with every change
}

// MaxTemplate is the longest text of a template, in characters: what an input in Slack holds.
const MaxTemplate = 3000

// MaxTemplates bounds how many templates there are: more is a search, not a help.
const MaxTemplates = 500

// ErrTemplate means that a template has no text, or too long a one, or no language.
var ErrTemplate = errors.New("a template has 1 to 3000 characters")

// ErrTemplates means that there are MaxTemplates already.
var ErrTemplates = errors.New("there are 500 templates")

// Placeholders are what is filled in where a template is used.
const Placeholders = "{{author}}, {{watch}}, {{source}}, {{title}}, {{link}}, {{me}}"

// UnfilledError names what looks like a placeholder and is none: it would go out to a site as it
// is written.
type UnfilledError struct{ What string }

func (e *UnfilledError) Error() string { return "nothing is filled in for " + e.What }

// inBraces is what looks like a placeholder, also where its end or its beginning is missing.
var inBraces = regexp.MustCompile(`\{\{[^{}\n]*\}?\}?|[^\s{}]*\}\}|\{(?:author|watch|source|title|link|me)\}`)

// Check reports why a template cannot be stored: ErrTemplate or an *UnfilledError.
func (t Template) Check() error {
	if n := utf8.RuneCountInString(t.Text); t.ID == "" || t.Lang == "" || n == 0 || n > MaxTemplate {
		return ErrTemplate
	}
	for _, found := range inBraces.FindAllString(t.Text, -1) {
		name, begun := strings.CutPrefix(found, "{{")
		name, ended := strings.CutSuffix(name, "}}")
		if !begun || !ended || !strings.Contains(Placeholders, "{{"+strings.ToLower(strings.TrimSpace(name))+"}}") {
			return &UnfilledError{found}
		}
	}
	return nil
}
