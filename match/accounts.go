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

// tagOrAccount judges a place inside #tag or @account (rule 7) and names glued by
// underscores to something longer (rule 6). done is false when neither is the case.
func (r *run) tagOrAccount(t *term, p *place) (v verdict, done bool) {
	left, right := r.runAround(p)
	whole := left == p.start && right == p.end
	switch lastRune(r.text[:left]) {
	case '#', '＃':
		if !whole {
			return verdict{7, "the hashtag is longer than the name"}, true
		}
	case '@', '＠':
		if !whole || r.accountGoesOn(right) {
			return verdict{7, "a longer account name is another account"}, true
		}
		if !p.base && !p.ended {
			return verdict{7, "an account counts only when it is the name itself, not a form of it"}, true
		}
		return counts, true
	default:
		if t.parsed.tag {
			return verdict{7, "the term is a hashtag, and this is none"}, true
		}
	}
	if !whole {
		return verdict{6, "the name is a part of a longer one joined by underscores"}, true
	}
	return counts, false
}

// accountGoesOn says whether an account name goes on with a dot behind i.
func (r *run) accountGoesOn(i int) bool {
	return i+1 < len(r.text) && r.text[i] == '.' && isAccountByte(r.text[i+1])
}

// runAround gives the run of letters, digits and underscores around a place,
// without underscores at its edges that only set the word in italics; of one that goes on
// beyond runReach, as no tag or account does, what is near.
func (r *run) runAround(p *place) (left, right int) {
	f := r.set.fold
	left, right = p.start, p.end
	for i := p.start; i > 0 && p.start-i < runReach; {
		v, c, size := f.before(r.text, i)
		if v&(kindWord|kindIgnorable) == 0 && c != '_' {
			break
		}
		if i -= size; v&kindWord != 0 {
			left = i
		}
	}
	for i := p.end; i < len(r.text) && i-p.end < runReach; {
		v, c, size := f.at(r.text, i)
		if v&(kindWord|kindIgnorable) == 0 && c != '_' {
			break
		}
		if i += size; v&kindWord != 0 {
			right = i
		}
	}
	return left, right
}

// runReach is how many bytes of a tag or account to either side of a name are looked at.
const runReach = 300
