package forum

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// sureScore is the score from which an engine's marks are believed. One strong
// sign is enough; weak ones must agree.
const sureScore = 4

// detectEngine returns the presets whose marks the page carries, best first. The
// order of the rest does not matter to the caller: what a preset cannot read it
// says itself.
func detectEngine(presets []*enginePreset, doc *goquery.Document, header http.Header, body []byte) []*enginePreset {
	type scored struct {
		preset *enginePreset
		score  int
	}
	var found []scored
	for _, p := range presets {
		if n := p.score(doc, header, body); n >= sureScore {
			found = append(found, scored{p, n})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return b.score - a.score })
	list := make([]*enginePreset, len(found))
	for i, f := range found {
		list[i] = f.preset
	}
	return list
}

// score adds up the marks the page carries.
func (p *enginePreset) score(doc *goquery.Document, header http.Header, body []byte) int {
	total := 0
	for i := range p.Marks {
		if p.Marks[i].found(doc, header, body) {
			total += p.Marks[i].Score
		}
	}
	return total
}

func (m *engineMark) found(doc *goquery.Document, header http.Header, body []byte) bool {
	switch {
	case m.Select.m != nil:
		return len(doc.Nodes) > 0 && m.Select.in(doc.Selection).Length() > 0
	case m.Text != "":
		return bytes.Contains(body, []byte(m.Text))
	case m.Header != "":
		name, value, _ := strings.Cut(m.Header, ":")
		return strings.Contains(strings.ToLower(headerValues(header, name)), strings.ToLower(strings.TrimSpace(value)))
	case m.Cookie != "":
		for _, c := range header.Values("Set-Cookie") {
			name, _, _ := strings.Cut(c, "=")
			if strings.Contains(strings.ToLower(name), m.Cookie) {
				return true
			}
		}
	}
	return false
}
