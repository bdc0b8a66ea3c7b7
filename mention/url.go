package mention

import (
	"encoding/binary"
	"net/url"
	"strings"
)

// SameURL reports whether two addresses lead to the same place: scheme, "www.", the case of host
// and fragment, and what only counts visitors do not matter: sites change them over the years.
func SameURL(a, b string) bool { return a != "" && plainURL(a) == plainURL(b) }

// URLKey is a hash of an address under which every spelling of it (SameURL) is found; 0
// for an empty one. It is stored: who changes it tells the store so (rules.go there), which makes it anew.
func URLKey(address string) int64 {
	if address == "" {
		return 0
	}
	d := digest("url", plainURL(address))
	if key := int64(binary.BigEndian.Uint64(d[:8])); key != 0 {
		return key
	}
	return 1
}

// plainURL is the address without what does not lead elsewhere. What cannot be read
// stays as it is.
func plainURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	var query []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if part != "" && !strings.HasPrefix(strings.ToLower(part), "utm_") {
			query = append(query, part)
		}
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + u.EscapedPath() + "?" + strings.Join(query, "&") + "#" + strings.ToLower(u.Fragment)
}
