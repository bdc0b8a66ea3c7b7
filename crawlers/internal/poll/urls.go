package poll

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/publicsuffix"
)

// DocumentBase is the address relative links of the page are resolved against:
// <base href>, else the address the page was read from.
func DocumentBase(doc *goquery.Document, pageURL string) *url.URL {
	page, err := url.Parse(pageURL)
	if err != nil {
		page = &url.URL{}
	}
	if href, ok := doc.Find("base[href]").First().Attr("href"); ok {
		if u, err := page.Parse(strings.TrimSpace(href)); err == nil && IsWeb(u) {
			return u
		}
	}
	return page
}

// SentOn is where a page sends browsers on to that run no script (<meta http-equiv=refresh>); "" where it stays.
func SentOn(doc *goquery.Document, pageURL string) string {
	to := ""
	doc.Find("meta[http-equiv][content]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if !strings.EqualFold(strings.TrimSpace(s.AttrOr("http-equiv", "")), "refresh") {
			return true
		}
		_, said, _ := strings.Cut(s.AttrOr("content", ""), ";")
		name, address, _ := strings.Cut(said, "=")
		if strings.EqualFold(strings.TrimSpace(name), "url") {
			to = Resolve(DocumentBase(doc, pageURL), strings.Trim(strings.TrimSpace(address), `"'`))
		}
		return to == ""
	})
	if to == CleanURL(pageURL) {
		return "" // it is loaded anew, for the news
	}
	return to
}

// Resolve returns the absolute http(s) address ref stands for, cleaned as
// CleanURL does, and "" when there is none ("javascript:", "mailto:", garbage).
// base may be nil.
func Resolve(base *url.URL, ref string) string { return Apart(nil).Resolve(base, ref) }

// Apart are the parameters, in lower case, that tell links of one answer apart.
// They look like the name of a visit and are the name of a thing. A key with "=" is
// such a parameter with one value only, written as in the link.
type Apart map[string]bool

// drops reports whether a parameter is taken off: it looks like the name of a visit,
// and nothing speaks against it. name is in lower case.
func (a Apart) drops(name, value string) bool {
	return sessionParam(name, value) && !a[name] && (len(a) == 0 || !a[name+"="+value])
}

// TellApart looks at all links of one answer: a parameter that has several values
// on the same host names no visit, and neither does one without which two of the
// links would be the same. base may be nil.
func TellApart(base *url.URL, links []string) Apart {
	apart := Apart{}
	parsed := make(map[string]*url.URL, len(links))
	values := map[string]string{} // by host and name
	for _, link := range links {
		u, err := url.Parse(strings.TrimSpace(link))
		if err == nil && base != nil {
			u = base.ResolveReference(u)
		}
		if err != nil || !IsWeb(u) {
			continue
		}
		parsed[u.String()] = u
		for name, value := range sessionsOf(u) {
			key := u.Host + " " + name
			if had, ok := values[key]; ok && had != value {
				apart[name] = true
			}
			values[key] = value
		}
	}
	if len(parsed) == 1 { // nothing tells what it names
		for _, u := range parsed {
			for name, value := range sessionsOf(u) {
				apart[name] = !technical(name, value)
			}
		}
	}
	cleaned := make(map[string]*url.URL, len(parsed))
	for _, u := range parsed {
		c := cleanParsed(u, apart)
		other, twice := cleaned[c]
		cleaned[c] = u
		if !twice {
			continue
		}
		for _, pair := range [][2]*url.URL{{u, other}, {other, u}} {
			has := sessionsOf(pair[1])
			for name := range sessionsOf(pair[0]) {
				if _, ok := has[name]; !ok {
					apart[name] = true
				}
			}
		}
	}
	return apart
}

// Visits are the parameters of the links that look like the name of a visit, by
// name, each with a mark of its value.
func Visits(links []string) map[string]string {
	var found map[string]string
	for _, link := range links {
		if u, err := url.Parse(strings.TrimSpace(link)); err == nil {
			for name, value := range sessionsOf(u) {
				if found == nil {
					found = map[string]string{}
				}
				found[name] = markOf(value)
			}
		}
	}
	return found
}

// markOf is what is remembered of a visit's name.
func markOf(value string) string { return HashID(value)[len("sha256:"):][:8] }

// sessionsOf lists what looks like a session in an address, by name.
func sessionsOf(u *url.URL) map[string]string {
	found := map[string]string{}
	take := func(part string) {
		name, value, _ := strings.Cut(part, "=")
		if name = strings.ToLower(name); sessionParam(name, value) {
			found[name] = value
		}
	}
	if !strings.ContainsAny(u.Path+u.RawQuery, ";=") {
		return nil
	}
	for part := range strings.FieldsFuncSeq(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		take(part)
	}
	if i := strings.LastIndexByte(u.Path, ';'); i >= 0 {
		take(u.Path[i+1:])
	}
	return found
}

// Clean is CleanURL for a link of the answer.
func (a Apart) Clean(raw string) string { return a.Resolve(nil, raw) }

// Resolve is the function Resolve for a link of the answer.
func (a Apart) Resolve(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || strings.HasPrefix(ref, "#") && base == nil {
		return ""
	}
	var u *url.URL
	var err error
	if base != nil {
		u, err = base.Parse(ref)
	} else {
		u, err = url.Parse(ref)
	}
	if err != nil || !IsWeb(u) {
		return ""
	}
	return cleanParsed(u, a)
}

// CleanURL returns the permalink without what changes from visit to visit:
// session ids and campaign marks. Fragments stay, they name posts. It returns ""
// for what is not an absolute http(s) address.
func CleanURL(raw string) string { return Resolve(nil, raw) }

// IsWeb reports an address that a browser opens: http or https with a host.
func IsWeb(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// WithoutFragment is an address without what names a place in its page.
func WithoutFragment(address string) string {
	address, _, _ = strings.Cut(address, "#")
	return address
}

// Site is what the owner of an address registered: example.co.uk of www.example.co.uk.
func Site(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if registered, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return registered
	}
	return host // an address in numbers, a name of the local network
}

func cleanParsed(u *url.URL, apart Apart) string {
	c := *u
	c.User = nil
	c.Host = strings.ToLower(c.Host)
	if c.Scheme == "http" {
		c.Host = strings.TrimSuffix(c.Host, ":80")
	} else {
		c.Host = strings.TrimSuffix(c.Host, ":443")
	}
	if c.Path == "" {
		c.Path = "/"
	}
	if i := sessionInPath(c.Path, apart); i >= 0 {
		c.Path, c.RawPath = c.Path[:i], ""
	}
	c.RawQuery = cleanQuery(c.RawQuery, apart)
	c.ForceQuery = false
	if strings.HasPrefix(c.Fragment, ":~:") || strings.HasPrefix(c.Fragment, "xtor=") || strings.HasPrefix(c.Fragment, "utm_") {
		c.Fragment, c.RawFragment = "", ""
	}
	return c.String()
}

// sessionInPath finds ";jsessionid=…" and ";PHPSESSID=…" at the end of a path.
func sessionInPath(path string, apart Apart) int {
	i := strings.LastIndexByte(path, ';')
	if i < 0 {
		return -1
	}
	name, value, _ := strings.Cut(path[i+1:], "=")
	if !apart.drops(strings.ToLower(name), value) {
		return -1
	}
	return i
}

// cleanQuery drops session and campaign parameters, and the word by which Telegram
// shows one picture of an album, and keeps the rest as it is
// written, in its order and with its separators ("&", and ";" as SMF uses it).
func cleanQuery(q string, apart Apart) string {
	var b strings.Builder
	sep := byte(0)
	for q != "" {
		end := strings.IndexAny(q, "&;")
		part, next := q, byte(0)
		if end >= 0 {
			part, next = q[:end], q[end]
			q = q[end+1:]
		} else {
			q = ""
		}
		if part == "amp" && next == ';' { // "&amp;" that was escaped twice
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(name)
		if part != "" && !apart.drops(name, value) && !campaignParam(name) && part != "single" {
			if b.Len() > 0 {
				b.WriteByte(sep)
			}
			b.WriteString(escapeQuery(part))
			sep = 0
		}
		if sep == 0 {
			sep = next
		}
	}
	return b.String()
}

// escapeQuery writes what url.URL leaves alone in a query but a link must not
// hold: spaces, quotes, angle brackets, bytes beyond ASCII.
func escapeQuery(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '`' || c == '|' {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// technical reports names that only server software gives, with values only it makes.
func technical(name, value string) bool {
	switch name {
	case "s", "sid", "session_id", "sessionid", "sessid":
		return false
	}
	return len(value) >= 8
}

// sessionParam reports parameters that look like the name of a visit; TellApart
// knows better where the other links of the answer are at hand. "s" and "sid" are
// words of their own elsewhere, so their value must look like a session id.
func sessionParam(name, value string) bool {
	switch name {
	case "phpsessid", "jsessionid", "zenid", "oscsid", "cfid", "cftoken", "asp.net_sessionid", "sessionid", "session_id", "sessid":
		return true
	case "s", "sid":
		return len(value) >= 16 && strings.Trim(value, "0123456789abcdefABCDEF") == "" || name == "sid" && len(value) >= 24
	}
	return strings.HasPrefix(name, "aspsessionid")
}

// campaignParam reports parameters that tell who sent the visitor.
func campaignParam(name string) bool {
	switch name {
	case "fbclid", "gclid", "dclid", "yclid", "ysclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "igshid",
		"mc_cid", "mc_eid", "_openstat", "erid", "_hsenc", "_hsmi", "wt_mc", "oly_enc_id", "oly_anon_id", "vero_id":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "utm-")
}

// Host returns the host of an address as people read it, without "www.".
func Host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// NextLink reads rel="next" of a Link header.
func NextLink(h http.Header) (next string) {
	for _, line := range h.Values("Link") {
		EachLink(line, func(rel, href string) {
			if next == "" && slices.Contains(strings.Fields(strings.ToLower(rel)), "next") {
				next = strings.TrimSpace(href)
			}
		})
	}
	return next
}

// EachLink calls take with every link of a Link header (RFC 8288).
func EachLink(line string, take func(rel, href string)) {
	for {
		_, rest, ok := strings.Cut(line, "<")
		if !ok {
			return
		}
		href, rest, ok := strings.Cut(rest, ">")
		if !ok {
			return
		}
		params, _, _ := strings.Cut(rest, "<") // of this link, and at worst the comma before the next
		for param := range strings.SplitSeq(params, ";") {
			name, value, _ := strings.Cut(param, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") {
				take(strings.Trim(value, "\", \t"), href)
			}
		}
		line = rest
	}
}
