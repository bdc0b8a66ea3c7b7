package match

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// Set is a compiled watchlist. It never changes and may be used by many
// goroutines at once.
type Set struct {
	watches []Watch
}

// Compile prepares watches for matching. Problems are worth showing whether or
// not err is nil; err is not nil exactly when one of them is Fatal.
func Compile(watches []Watch) (*Set, []Problem, error) {
	var problems []Problem
	var errs []error
	for _, w := range watches {
		for _, t := range w.Terms {
			if strings.IndexFunc(t.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
				problems = append(problems, Problem{Pos: t.Pos, Watch: w.Name, Message: fmt.Sprintf("the term %q has no letter or digit", t.Text), Hint: "write the name as people write it", Fatal: true})
				errs = append(errs, fmt.Errorf("%s: the term %q has no letter or digit", t.Pos, t.Text))
			}
		}
	}
	if len(errs) > 0 {
		return nil, problems, errors.Join(errs...)
	}
	return &Set{watches: watches}, problems, nil
}

// Match returns one hit for each watch that the post names, in the order of the
// watches; offsets are in title+"\n"+text.
func (s *Set) Match(title, text string) []Hit {
	body := title + "\n" + text
	low := strings.ToLower(body)
	var hits []Hit
	if len(low) != len(body) {
		low = body
	}
	for i, w := range s.watches {
		var spans []mention.Span
		for _, t := range w.Terms {
			needle := strings.ToLower(strings.TrimPrefix(t.Text, "="))
			for from := 0; ; {
				k := strings.Index(low[from:], needle)
				if k < 0 {
					break
				}
				start, end := from+k, from+k+len(needle)
				from = end
				before, _ := utf8.DecodeLastRuneInString(low[:start])
				after, _ := utf8.DecodeRuneInString(low[end:])
				if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
					spans = append(spans, mention.Span{Start: start, End: end, Text: body[start:end], Term: t.Text})
				}
			}
		}
		if spans != nil {
			hits = append(hits, Hit{Watch: w.Name, Index: i, Spans: spans})
		}
	}
	return hits
}

// Explain says for each watch why the post does or does not name it.
func (s *Set) Explain(title, text string) []Explanation {
	hits := s.Match(title, text)
	var out []Explanation
	for i, w := range s.watches {
		e := Explanation{Watch: w.Name}
		for _, h := range hits {
			if h.Index == i {
				e.Named = true
				for _, sp := range h.Spans {
					e.Steps = append(e.Steps, Step{Span: sp, Counts: true, Reason: "the term stands here"})
				}
			}
		}
		out = append(out, e)
	}
	return out
}
