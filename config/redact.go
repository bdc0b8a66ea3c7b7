package config

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Redactor hides secret values in texts, in each form a text may hold them: as they
// are, in quotes of Go and JSON, as a part of an address. It only grows, since what
// was a secret before a change of the watchlist still is one. A nil Redactor hides
// nothing. It is safe for concurrent use.
type Redactor struct {
	mu     sync.Mutex
	values []string
	forms  *strings.Replacer // nil while there is nothing to hide
}

// Take adds the secrets of a watchlist.
func (r *Redactor) Take(c *Config) { r.hide(c.doc.hidden.all()...) }

// leastHidden is the length in bytes from which a value is hidden: hiding "no" would
// hide half of every text.
const leastHidden = 4

func (r *Redactor) hide(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := len(r.values)
	for _, value := range values {
		if len(value) >= leastHidden && !slices.Contains(r.values, value) {
			r.values = append(r.values, value)
		}
	}
	if len(r.values) == known {
		return
	}
	var forms []string
	for _, value := range r.values {
		forms = append(forms, formsOf(value)...)
	}
	// At one place the first that fits is taken: the longest hides most.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range slices.Compact(forms) {
		pairs = append(pairs, form, dots(form))
	}
	r.forms = strings.NewReplacer(pairs...)
}

func (r *Redactor) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.values)
}

// Redact returns the text with every secret hidden. The number of characters stays.
func (r *Redactor) Redact(text string) string {
	if r == nil {
		return text
	}
	r.mu.Lock()
	forms := r.forms
	r.mu.Unlock()
	if forms == nil {
		return text
	}
	return forms.Replace(text)
}

// leastPart is the length in bytes from which a part of an address is a secret of its
// own: shorter ones are words such as "feed".
const leastPart = 6

// formsOf lists how a text may hold a secret. One with several lines may be quoted
// line by line; of an address that is a secret, its path and the values in its query
// are.
func formsOf(value string) []string {
	parts := []string{value, strings.TrimSpace(value), strings.Join(strings.Fields(value), " ")}
	for line := range strings.Lines(value) {
		parts = append(parts, strings.TrimRight(line, "\r\n"))
	}
	if u, err := url.Parse(value); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		for _, part := range append([]string{u.Path, u.EscapedPath(), u.RawQuery}, slices.Concat(slices.Collect(maps.Values(u.Query()))...)...) {
			if len(part) >= leastPart {
				parts = append(parts, part)
			}
		}
	}
	var forms []string
	for _, part := range parts {
		quoted := strconv.Quote(part)
		ascii := strconv.QuoteToASCII(part)
		encoded := []string{part, inner(quoted), inner(ascii), inner(strconv.Quote(inner(quoted))),
			url.QueryEscape(part), url.PathEscape(part), (&url.URL{Path: part}).EscapedPath()}
		if b, err := json.Marshal(part); err == nil {
			encoded = append(encoded, inner(string(b)), inner(strconv.Quote(inner(string(b)))))
		}
		for _, form := range encoded {
			if len(form) >= leastHidden {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }
