package forum

import (
	"net/url"
	"slices"
	"strings"

	"github.com/earshot/earshot/crawlers/internal/poll"
)

// threadURL is the address of the thread without page numbers and highlights.
func (d *document) threadURL(preset *enginePreset) string {
	for _, ref := range preset.Thread.URL.all(d.root) {
		if link := d.public(ref); link != "" {
			return preset.stripPage(link)
		}
	}
	return preset.stripPage(d.public(d.at.String()))
}

// stripPage makes one address of all the addresses of a thread's pages.
func (p *enginePreset) stripPage(link string) string {
	link = poll.WithoutFragment(link)
	for _, s := range p.Strip {
		link = s.re.ReplaceAllString(link, s.to)
	}
	if len(p.Params) == 0 {
		return link
	}
	return dropParams(link, p.Params)
}

// dropParams removes query parameters by name and keeps the rest as written.
func dropParams(link string, names []string) string {
	head, query, ok := strings.Cut(link, "?")
	if !ok {
		return link
	}
	var kept []string
	sep := "&"
	if strings.Contains(query, ";") && !strings.Contains(query, "&") {
		sep = ";"
	}
	for _, part := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(part, "=")
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return head
	}
	return head + "?" + strings.Join(kept, sep)
}

// withParam returns link with one query parameter set; the others stay as written.
func withParam(link, name, value string) string {
	link = dropParams(poll.WithoutFragment(link), []string{name})
	sep := "?"
	if strings.Contains(link, "?") {
		sep = "&"
	}
	return link + sep + url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

// sameAddress compares two addresses as a reader would: without fragments and a
// slash at the end. Both are cleaned already.
func sameAddress(a, b string) bool { return addressKey(a) == addressKey(b) }

func addressKey(link string) string {
	link = poll.WithoutFragment(link)
	if u, err := url.Parse(link); err == nil {
		link = u.Host + u.Path + "?" + u.RawQuery
	}
	return strings.TrimSuffix(strings.TrimSuffix(link, "?"), "/")
}
