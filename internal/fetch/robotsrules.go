package fetch

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Rules of RFC 9309, written here and not left to temoto/robotstxt v1.1.2. Measured:
// that one drops the whole file for one bad line ("Crawl-delay: x", a rule before the
// first group), lets the first of two equal rules win where the RFC says that allow
// does, applies a group for "ear" to "earshot", and compiles every wildcard line to
// a regular expression (28 MiB kept and 87 MiB allocated for a file of 500 KiB).

// maxCrawlDelay bounds the wish for a slow reader; who wants less than 24
// requests a day says Disallow.
const maxCrawlDelay = time.Hour

// rules are the lines for one product. The zero value allows everything.
type rules struct {
	lines []rule
	delay time.Duration // Crawl-delay; 0: none
	bytes int
}

type rule struct {
	pattern string // normalised; * and a final $ are special
	allow   bool
}

func (r *rules) size() int {
	if r == nil {
		return 0
	}
	return r.bytes + 32*len(r.lines)
}

// check returns ErrRobots when u may not be fetched.
func (r *rules) check(u *url.URL) error {
	path := cmp.Or(u.EscapedPath(), "/")
	if path == "/robots.txt" {
		return nil
	}
	if u.RawQuery != "" || u.ForceQuery {
		path += "?" + u.RawQuery
	}
	path = normal(path)
	best, allowed := -1, true
	for _, l := range r.lines {
		if n := len(l.pattern); n < best || n == best && (allowed || !l.allow) {
			continue
		}
		if matches(l.pattern, path) {
			best, allowed = len(l.pattern), l.allow
		}
	}
	if !allowed {
		return ErrRobots
	}
	return nil
}

// matches compares in time len(pattern)·len(path) at worst, without recursion. A
// pattern matches the start of a path, or all of it when it ends in $.
func matches(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	if len(pattern)-strings.Count(pattern, "*") > len(path) {
		return false
	}
	p, s, star, back := 0, 0, -1, 0
	for {
		switch {
		case p == len(pattern) && (!whole || s == len(path)):
			return true
		case p < len(pattern) && pattern[p] == '*':
			star, back = p, s
			p++
		case p < len(pattern) && s < len(path) && pattern[p] == path[s]:
			p++
			s++
		case star >= 0 && back < len(path):
			back++
			p, s = star+1, back
		default:
			return false
		}
	}
}

// parseRobots reads the group of product, or of * when it has none. Groups of
// the same name count as one. Lines that cannot be read are skipped, as the RFC asks.
func parseRobots(body []byte, product string) *rules {
	var own, all rules
	named := false        // a group names us
	var mine, others bool // whom the current group is for
	agents := false       // the last line was a user-agent line
	add := func(do func(*rules)) {
		if mine {
			do(&own)
		}
		if others {
			do(&all)
		}
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	for line := range bytes.FieldsFuncSeq(body, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if i := bytes.IndexByte(line, '#'); i >= 0 {
			line = line[:i]
		}
		k, v, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		key, value := strings.ToLower(string(bytes.TrimSpace(k))), string(bytes.TrimSpace(v))
		switch key {
		case "user-agent", "useragent", "user agent":
			if !agents {
				mine, others = false, false
			}
			agents = true
			switch token := productToken(value); {
			case value == "*":
				others = true
			case strings.EqualFold(token, product):
				mine, named = true, true
			}
			continue
		case "allow", "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw": // as it is misspelt: what is meant is plain
			if value != "" {
				l := rule{pattern: normal(value), allow: key == "allow"}
				if l.pattern[0] != '/' && l.pattern[0] != '*' {
					l.pattern = "/" + l.pattern
				}
				add(func(r *rules) { r.lines, r.bytes = append(r.lines, l), r.bytes+len(l.pattern) })
			}
		case "crawl-delay":
			if d, ok := crawlDelay(value); ok {
				add(func(r *rules) { r.delay = max(r.delay, d) })
			}
		default:
			continue // sitemap and unknown lines end no group
		}
		agents = false
	}
	if named {
		return &own
	}
	return &all
}

// productToken is the name at the start of a user-agent line: "earshot/1.0" is "earshot".
func productToken(s string) string {
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_') {
			return s[:i]
		}
	}
	return s
}

func crawlDelay(s string) (time.Duration, bool) {
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || v != v || v < 0 {
		return 0, false
	}
	return time.Duration(min(v, maxCrawlDelay.Seconds()) * float64(time.Second)), true
}

// normal spells a path in one way: bytes outside ASCII and signs that no address holds as they
// are percent-encoded, escapes of unreserved characters decoded, hex digits in upper case.
func normal(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				if d := byte(v); unreserved(d) {
					b.WriteByte(d)
				} else {
					fmt.Fprintf(&b, "%%%02X", d)
				}
				i += 2
				continue
			}
		}
		if c <= ' ' || c > '~' || strings.IndexByte("\"<>[\\]^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}
