package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// whereabouts says what kind of address a place lies in.
type whereabouts uint8

const (
	inProse   whereabouts = iota
	inHost                // whole labels of a host name
	inAccount             // the account of t.me/account
)

// chunkLimit bounds how far an address is read to either side, in bytes. Real
// addresses with tracking parameters stay under it.
const chunkLimit = 2000

// address judges a place inside a URL, a host name, a mailbox or a file name
// (rule 8). domain says that the term itself is a host name.
func (r *run) address(p *place, domain bool) (verdict, whereabouts) {
	from, to := r.chunk(p)
	chunk := r.text[from:to]
	if !strings.ContainsAny(chunk, "./@=\\") {
		return counts, inProse
	}
	a := located{set: r.set, chunk: chunk, start: p.start - from, end: p.end - from, domain: domain}
	if k := strings.Index(chunk, "://"); k >= 0 {
		if a.start < k {
			return counts, inProse
		}
		return a.url(k + len("://"))
	}
	if len(chunk) > 4 && strings.EqualFold(chunk[:4], "www.") {
		return a.url(0)
	}
	if v, where, ok := a.mailbox(); ok {
		return v, where
	}
	return a.bare()
}

// chunk gives the piece of text without spaces, quotes and brackets around a
// place.
func (r *run) chunk(p *place) (from, to int) {
	from, to = p.start, p.end
	for from > 0 && p.start-from < chunkLimit {
		c, size := utf8.DecodeLastRuneInString(r.text[:from])
		if breaksAddress(c) {
			break
		}
		from -= size
	}
	for to < len(r.text) && to-p.end < chunkLimit {
		c, size := utf8.DecodeRuneInString(r.text[to:])
		if breaksAddress(c) {
			break
		}
		to += size
	}
	return from, to
}

func breaksAddress(c rune) bool {
	switch c {
	case '<', '>', '(', ')', '[', ']', '{', '}', '|', ',', ';', '…', '—', '!':
		return true
	}
	return unicode.IsSpace(c) || isQuote(c)
}

// located is a place inside a chunk.
type located struct {
	set        *Set
	chunk      string
	start, end int
	domain     bool
}

var elsewhere = verdict{8, "in an address only whole labels of the host count, not paths, parameters, mailboxes or file names"}

// url judges a place in an address whose host begins at host.
func (a *located) url(host int) (verdict, whereabouts) {
	hostEnd := len(a.chunk)
	if k := strings.IndexAny(a.chunk[host:], "/?#"); k >= 0 {
		hostEnd = host + k
	}
	if k := strings.LastIndexByte(a.chunk[host:hostEnd], '@'); k >= 0 {
		host += k + 1
	}
	pathStart := hostEnd
	if k := strings.IndexByte(a.chunk[host:hostEnd], ':'); k >= 0 {
		hostEnd = host + k
	}
	if a.start >= pathStart {
		return a.path(a.chunk[host:hostEnd], pathStart)
	}
	return a.labels(host, hostEnd)
}

// path judges a place behind the host: it counts only as the account of a chat.
func (a *located) path(host string, pathStart int) (verdict, whereabouts) {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	if !a.set.hosts["chat"][host] || a.chunk[pathStart] != '/' {
		return elsewhere, inProse
	}
	from := pathStart + 1
	if strings.HasPrefix(a.chunk[from:], "s/") { // the preview of a channel
		from += len("s/")
	}
	to := len(a.chunk)
	if k := strings.IndexAny(a.chunk[from:], "/?#"); k >= 0 {
		to = from + k
	}
	name := strings.TrimRight(a.chunk[from:to], ".:!'’-")
	switch {
	case a.start == from && a.end == from+len(name):
		return counts, inAccount
	case a.start >= from && a.end <= to:
		return verdict{7, "a longer account name is another account"}, inProse
	}
	return elsewhere, inProse
}

// labels judges a place inside the host chunk[host:hostEnd].
func (a *located) labels(host, hostEnd int) (verdict, whereabouts) {
	for hostEnd > host && strings.IndexByte(".-", a.chunk[hostEnd-1]) >= 0 {
		hostEnd--
	}
	if a.start < host || a.end > hostEnd {
		return elsewhere, inProse
	}
	whole := (a.start == host || a.chunk[a.start-1] == '.') && (a.end == hostEnd || a.chunk[a.end] == '.')
	top := strings.LastIndexByte(a.chunk[host:hostEnd], '.')
	dots := strings.IndexByte(a.chunk[a.start:a.end], '.') >= 0 // the term has them: it is a host, or is written like one
	switch {
	case !whole:
		return verdict{8, "the label of the host is longer than the name"}, inProse
	case dots && a.end != hostEnd:
		return verdict{8, "the host goes on, so it is another one"}, inProse
	case !dots && top >= 0 && a.end > host+top:
		return verdict{8, "the last label of a host is not a name"}, inProse
	}
	return counts, inHost
}

// mailbox judges a place in local@host.
func (a *located) mailbox() (verdict, whereabouts, bool) {
	f := a.set.fold
	for at := 1; at < len(a.chunk)-1; at++ {
		if a.chunk[at] != '@' {
			continue
		}
		before, c, _ := f.before(a.chunk, at)
		after, _, _ := f.at(a.chunk, at+1)
		if before&kindWord == 0 && c != '_' || after&kindWord == 0 {
			continue
		}
		local := a.spread(at, -1, "._+-")
		host, hostEnd := at+1, a.spread(at+1, 1, ".-")
		switch {
		case a.start >= local && a.end <= at:
			if local > 0 && a.chunk[local-1] == '@' { // @account@server
				return counts, inProse, true
			}
			return elsewhere, inProse, true
		case a.start >= host && a.end <= hostEnd:
			v, where := a.labels(host, hostEnd)
			return v, where, true
		}
	}
	return counts, inProse, false
}

// spread goes from i in direction dir over letters, digits and the given signs.
func (a *located) spread(i, dir int, signs string) int {
	for {
		var v folded
		var c rune
		var size int
		if dir < 0 {
			v, c, size = a.set.fold.before(a.chunk, i)
		} else {
			v, c, size = a.set.fold.at(a.chunk, i)
		}
		if size == 0 || v&(kindWord|kindIgnorable) == 0 && !strings.ContainsRune(signs, c) {
			return i
		}
		i += dir * size
	}
}

// bare judges a place in an address without a scheme, a file name, or prose.
func (a *located) bare() (verdict, whereabouts) {
	left, right := a.spread(a.start, -1, ".-_"), a.spread(a.end, 1, ".-_")
	for right > a.end && strings.IndexByte(".-_", a.chunk[right-1]) >= 0 {
		right--
	}
	if k := strings.IndexAny(a.chunk, "/?#"); k >= 0 && k < a.start {
		head := strings.TrimSuffix(strings.TrimRight(a.chunk[:k], "0123456789"), ":") // without a port
		h := located{set: a.set, chunk: head}
		if host := head[h.spread(len(head), -1, ".-"):]; a.isHost(host) {
			return a.path(host, k)
		}
	}
	if a.isFile(a.chunk[left:right]) || a.isPath() {
		return verdict{8, "a file name is not the name"}, inProse
	}
	if left > 0 && a.chunk[left-1] == '=' && strings.ContainsAny(a.chunk, "?&") {
		return elsewhere, inProse
	}
	if a.isHost(a.chunk[left:right]) {
		return a.labels(left, right)
	}
	return counts, inProse
}

// isHost says whether s looks like a host name that people write bare.
func (a *located) isHost(s string) bool {
	k := strings.LastIndexByte(s, '.')
	if k <= 0 || k+1 == len(s) {
		return false
	}
	return a.set.hosts["top"][strings.ToLower(s[k+1:])] || a.domain
}

// isFile says whether s ends like a file name.
func (a *located) isFile(s string) bool {
	k := strings.LastIndexByte(s, '.')
	return k > 0 && !a.domain && a.set.hosts["file"][strings.ToLower(s[k+1:])]
}

// isPath says whether the chunk is a path of a file: /img/name/x.png, C:\name.
func (a *located) isPath() bool {
	k := strings.LastIndexAny(a.chunk, `/\`)
	if k < 0 {
		return false
	}
	return a.isFile(strings.TrimRight(a.chunk[k+1:], ".:")) || strings.Contains(a.chunk, `:\`) || a.chunk[0] == '/' && k > 0
}
