package feed

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/earshot/earshot/crawlers/internal/poll"
)

// madeUpGUID is the guid .NET's feed writer gives items without one: another one in
// every process, a name of nothing.
var madeUpGUID = regexp.MustCompile(`^uuid:[0-9a-fA-F-]{36};id=\d+$`)

// withScheme makes a whole address of one that hand-made feeds begin with the host, as people
// write it: "www.news.example/1", or below the host of base. Any other is left as it is.
func withScheme(base *url.URL, link string) string {
	link = strings.TrimSpace(link)
	host, _, _ := strings.Cut(link, "/")
	if base == nil || !strings.Contains(host, ".") || strings.ContainsAny(host, ":?#") {
		return link
	}
	bare := func(h string) string { return strings.TrimPrefix(strings.ToLower(h), "www.") }
	if bare(host) == bare(base.Hostname()) || len(bare(host)) < len(host) && strings.Contains(bare(host), ".") {
		return base.Scheme + "://" + link
	}
	return link
}

// withoutTokens is an address without parameters whose values are no words and no
// numbers. Some servers put another one into every answer; others name the article
// that way, so title and date must say the rest.
func withoutTokens(address string) string {
	head, query, ok := strings.Cut(address, "?")
	if !ok {
		return address
	}
	query, fragment, marked := strings.Cut(query, "#")
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if _, value, _ := strings.Cut(part, "="); !isToken(value) {
			kept = append(kept, part)
		}
	}
	if len(kept) > 0 {
		head += "?" + strings.Join(kept, "&")
	}
	if marked {
		head += "#" + fragment
	}
	return head
}

// isToken reports a value of letters and digits in no order: "aaa1111xYz", "9f86d081".
func isToken(value string) bool {
	const shortest = 8
	if len(value) < shortest || strings.ContainsFunc(value, func(c rune) bool {
		return c != '_' && c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z')
	}) {
		return false
	}
	turns, was := 0, 0 // from letters to digits and back
	for _, c := range value {
		is := 1
		switch {
		case c == '_' || c == '-':
			continue
		case c >= '0' && c <= '9':
			is = 2
		}
		if was != 0 && is != was {
			turns++
		}
		was = is
	}
	return turns >= 2
}

// counters are addresses that lead on to another one and count who goes there: the
// host, its beginning being free, and the parameter that holds the other address.
var counters = []struct{ host, path, param string }{
	{"google.", "/url", "url"},
	{"google.", "/url", "q"},
	{"bing.com", "/news/apiclick.aspx", "url"},
	{"facebook.com", "/l.php", "u"},
	{"vk.com", "/away.php", "to"},
	{"umblr.com", "/redirect", "z"},
	{"youtube.com", "/redirect", "q"},
	{"duckduckgo.com", "/l/", "uddg"},
	{"steamcommunity.com", "/linkfilter/", "url"},
}

// behindCounter is the address a counter leads to, or the address itself.
func behindCounter(address string) string {
	if !strings.Contains(address, "?") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	for _, c := range counters {
		if u.Path != c.path || !onHost(u.Hostname(), c.host) {
			continue
		}
		if own := poll.CleanURL(u.Query().Get(c.param)); own != "" {
			return own
		}
	}
	return address
}

// onHost reports whether host is name or below it; a name that ends in a dot may be
// under any country's domain.
func onHost(host, name string) bool {
	host = "." + host
	if strings.HasSuffix(name, ".") {
		_, country, ok := strings.Cut(host, "."+name)
		second, first, _ := strings.Cut(country, ".")
		return ok && len(second) <= len("com") && len(first) <= len("xx") // "bg", "com.ua"
	}
	return strings.HasSuffix(host, "."+name)
}
