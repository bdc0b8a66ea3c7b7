package match

import "strings"

// account looks for a term that is an @account at the word that starts at i,
// behind @ or the / of t.me/ (rule 7). The whole account must be the term.
func (r *run) account(i int) {
	for i > 0 && r.text[i-1] == '_' {
		i--
	}
	if i == 0 {
		return
	}
	start := i
	italics := false
	switch r.text[i-1] {
	case '@':
		start--
		if r.endsMailbox(start) {
			return
		}
		italics = start > 0 && r.text[start-1] == '_'
	case '/':
		if !r.afterChat(i) {
			return
		}
	default:
		return
	}
	var name [64]byte // longer accounts do not exist
	end := i
	for ; end < len(r.text) && end-i < len(name); end++ {
		b := r.text[end]
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		if !isAccountByte(b) && !(b == '.' && r.accountGoesOn(end)) {
			break
		}
		name[end-i] = b
	}
	if italics && r.text[end-1] == '_' {
		end--
	}
	if t, ok := r.set.fold.wordAt(r.text, end); ok && !r.set.endings[t.hash] { // but @monobankом
		return
	}
	if strings.HasPrefix(r.text[end:], "-") && end+1 < len(r.text) && isAccountByte(r.text[end+1]) {
		return
	}
	for _, id := range r.set.handles[string(name[:end-i])] {
		r.hits = append(r.hits, found{phrase: id, part: r.part, start: start, end: end})
	}
}

// endsMailbox says whether what stands before the @ at i is the local part of an
// address. That ends in no dot: .@name, which shows a reply to everybody, and
// a sentence without a space behind it are none.
func (r *run) endsMailbox(i int) bool {
	if i > 0 && r.text[i-1] == '.' {
		return false
	}
	for i > 0 && strings.IndexByte("._-", r.text[i-1]) >= 0 {
		i--
	}
	v, _, _ := r.set.fold.before(r.text, i)
	return v&kindWord != 0
}

func isAccountByte(b byte) bool {
	return isDigit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_'
}

// afterChat says whether t.me/ or the like stands before text[i:].
func (r *run) afterChat(i int) bool {
	before := strings.TrimSuffix(r.text[:i], "/s/")
	before = strings.TrimSuffix(before, "/")
	for host := range r.set.hosts["chat"] {
		if n := len(before) - len(host); n >= 0 && strings.EqualFold(before[n:], host) {
			v, c, _ := r.set.fold.before(before, n)
			return v&kindWord == 0 && c != '-' && c != '_'
		}
	}
	return false
}
