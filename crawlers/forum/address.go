package forum

import (
	"net/url"
	"strings"
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
	link, _, _ = strings.Cut(link, "#")
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
		drop := false
		for _, n := range names {
			drop = drop || strings.EqualFold(n, name)
		}
		if !drop {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return head
	}
	return head + "?" + strings.Join(kept, sep)
}

// sameAddress compares two addresses as a reader would: without fragments and a
// slash at the end. Both are cleaned already.
func sameAddress(a, b string) bool { return addressKey(a) == addressKey(b) }

func addressKey(link string) string {
	link, _, _ = strings.Cut(link, "#")
	if u, err := url.Parse(link); err == nil {
		link = u.Host + u.Path + "?" + u.RawQuery
	}
	return strings.TrimSuffix(strings.TrimSuffix(link, "?"), "/")
}
