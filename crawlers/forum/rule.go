package forum

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// pageRule takes one value out of a page. It is written
//
//	selector@attribute | pattern
//
// Every part may be missing: no selector is the element itself, no attribute its
// text, no pattern the whole value. A pattern with a group gives the group, and
// a value it does not match is no value.
type pageRule struct {
	sel  cascadia.Selector
	attr string
	re   *regexp.Regexp
}

// ruleList are tried in order; the first that gives a value wins. In YAML one
// rule or a list of them.
type ruleList []pageRule

var atAttribute = regexp.MustCompile(`^(.*)@([a-zA-Z][\w:-]*)$`)

// UnmarshalYAML reads one rule or a list of them.
func (r *ruleList) UnmarshalYAML(unmarshal func(any) error) error {
	texts, err := yamlTexts(unmarshal)
	if err != nil {
		return err
	}
	for _, text := range texts {
		rule, err := parseRule(text)
		if err != nil {
			return err
		}
		*r = append(*r, rule)
	}
	return nil
}

// yamlTexts reads a scalar or a list of scalars.
func yamlTexts(unmarshal func(any) error) ([]string, error) {
	var list []string
	if err := unmarshal(&list); err == nil {
		return list, nil
	}
	var one string
	if err := unmarshal(&one); err != nil {
		return nil, err
	}
	return []string{one}, nil
}

func parseRule(text string) (pageRule, error) {
	var r pageRule
	sel := text
	if before, pattern, ok := strings.Cut(text, " | "); ok {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return r, fmt.Errorf("rule %q: %w", text, err)
		}
		sel, r.re = before, re
	}
	sel = strings.TrimSpace(sel)
	if m := atAttribute.FindStringSubmatch(sel); m != nil {
		sel, r.attr = strings.TrimSpace(m[1]), m[2]
	}
	if sel != "" {
		compiled, err := cascadia.Compile(sel)
		if err != nil {
			return r, fmt.Errorf("rule %q: %w", text, err)
		}
		r.sel = compiled
	}
	return r, nil
}

// elements returns what the rule's selector finds in s, in document order.
func (r pageRule) elements(s *goquery.Selection) *goquery.Selection {
	if r.sel == nil {
		return s
	}
	return s.FindMatcher(r.sel)
}

// value reads the rule on one element that elements returned.
func (r pageRule) value(el *goquery.Selection) string {
	if r.attr == "" {
		return r.match(lineOf(el))
	}
	return r.match(strings.TrimSpace(el.AttrOr(r.attr, "")))
}

// lineOf is what a reader sees of an element, as one line.
func lineOf(el *goquery.Selection) string { return htmltext.OneLine(htmltext.Text(el, nil)) }

// match is what the pattern takes of a value; "" when it does not match.
func (r pageRule) match(v string) string {
	if r.re == nil || v == "" {
		return v
	}
	m := r.re.FindStringSubmatch(v)
	switch {
	case m == nil:
		return ""
	case len(m) > 1:
		return strings.TrimSpace(m[1])
	}
	return m[0]
}

// first returns the first value any rule gives, "" when none does.
func (rs ruleList) first(s *goquery.Selection) string {
	for _, r := range rs {
		els := r.elements(s)
		for i := range els.Nodes {
			if v := r.value(els.Eq(i)); v != "" {
				return v
			}
		}
	}
	return ""
}

// all returns every value of the first rule that gives any.
func (rs ruleList) all(s *goquery.Selection) []string {
	for _, r := range rs {
		var values []string
		els := r.elements(s)
		for i := range els.Nodes {
			if v := r.value(els.Eq(i)); v != "" {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			return values
		}
	}
	return nil
}

// selector is a selector in a preset; nil matches nothing.
type selector struct{ m cascadia.Selector }

// UnmarshalYAML reads one selector or a list, which is the same as a comma.
func (f *selector) UnmarshalYAML(unmarshal func(any) error) error {
	texts, err := yamlTexts(unmarshal)
	if err != nil {
		return err
	}
	f.m, err = cascadia.Compile(strings.Join(texts, ", "))
	if err != nil {
		return fmt.Errorf("selector %q: %w", texts, err)
	}
	return nil
}

func (f *selector) in(s *goquery.Selection) *goquery.Selection {
	if f == nil || f.m == nil {
		return s.Slice(0, 0)
	}
	return s.FindMatcher(f.m)
}

func (f *selector) matches(s *goquery.Selection) bool {
	return f != nil && f.m != nil && s.IsMatcher(f.m)
}
