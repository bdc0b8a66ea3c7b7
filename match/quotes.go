package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	quoteReach = 120 // bytes to either side in which the quotes of a name are looked for
	nameWords  = 4   // longer quotes are speech or headlines
)

// quoted judges a name inside quotes (rule 17): a quoted longer proper name is
// another name, a quoted sentence that holds the name is not.
func (r *run) quoted(p *place) verdict {
	longer := verdict{17, "the quotes hold a longer proper name"}
	from, ok := r.openQuote(p.start)
	if p.quotes {
		open, shut := r.quotesInside(p, ok)
		if shut { // «Зелёная Ромашка» Банк
			if r.isLongerName(p, r.text[from:p.start], "") {
				return longer
			}
			ok = false
		}
		if open > 0 {
			from, ok = open, true
			q := *p
			q.start, p = open, &q
		}
	}
	if !ok {
		return counts
	}
	if to, ok := r.closeQuote(p.end); ok && r.isLongerName(p, r.text[from:p.start], r.text[p.end:to]) {
		return longer
	}
	return counts
}

// isLongerName says whether the words around a name in its quotes make a
// longer proper name with it.
func (r *run) isLongerName(p *place, left, right string) bool {
	if strings.ContainsAny(left+right, ".,:;?!…\n") || strings.Contains(left+right, " — ") || strings.Contains(left+right, " – ") {
		return false
	}
	capital := !unicode.IsLower(firstRune(r.text[p.start:]))
	words, capitals := 0, 0
	allCaps := strings.ToUpper(left+right) == left+right
	for i, side := range [...]string{left, right} {
		for written := range strings.FieldsSeq(side) {
			w := strings.TrimFunc(written, notWord)
			if w == "" { // «Ромашка 😡», «#Ромашка»
				continue
			}
			if written[0] == '#' || written[0] == '@' { // «#Ромашка #отзывы»
				return false
			}
			words++
			word := r.set.fold.foldWord(w)
			switch {
			case r.set.beside["legal"][word]: // «ООО Ромашка»
			case i == 0 && words == 1 && r.set.beside["speech"][word]:
				return false
			case !unicode.IsLower(firstRune(w)):
				capitals++
			case !r.set.common.function[word]:
				return false // «Ромашка снова подвела»
			}
		}
	}
	if words >= nameWords {
		return false
	}
	if allCaps && strings.ToUpper(r.text[p.start:p.end]) == r.text[p.start:p.end] && words > 1 {
		return false // a sentence shouted
	}
	if !capital { // «Красная ромашка»: the first word alone has the capital
		return right == "" && words == 1 && capitals == 1 && r.set.looksAdjective(strings.TrimSpace(left))
	}
	return capitals > 0
}

// looksAdjective says whether a word ends like an adjective.
func (k *known) looksAdjective(word string) bool {
	low := strings.ToLower(word)
	for end := range k.adjective {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}

// quotesInside finds where quotes open inside a place and do not close there, behind the
// sign: ЖК «Сказка; 0 when none do. shut says that those it begins in, when outer says
// that it does, close there: «Ромашка» Банк. An apostrophe is a quote between a space and a word.
func (r *run) quotesInside(p *place, outer bool) (open int, shut bool) {
	before := ' '
	for i, c := range r.text[p.start:p.end] {
		behind := p.start + i + utf8.RuneLen(c)
		switch {
		case isQuote(c) && open > 0:
			open = 0 // ЖК «Сказка» Парк
		case c == '»', isQuote(c) && outer && !unicode.IsSpace(before):
			shut, outer = shut || outer, false
		case isQuote(c), open == 0 && unicode.IsSpace(before) && r.set.fold.rune(c)&kindApostrophe != 0:
			open = behind
		}
		before = c
	}
	return open, shut
}

// openQuote finds where the quotes open that i lies in, and gives what is behind
// the sign.
func (r *run) openQuote(i int) (int, bool) {
	for low := max(0, i-quoteReach); i > low; {
		c, size := utf8.DecodeLastRuneInString(r.text[:i])
		start := i - size
		before, b, m := r.set.fold.before(r.text, start)
		switch {
		case c == '»', c == '”':
			return 0, false
		case c == '«', c == '„', c == '‹', c == '‚':
			return i, true
		case c == '"', c == '“', c == '\'', c == '‘':
			if !unicode.IsSpace(firstRune(r.text[i:])) && (m == 0 || before == 0 && (unicode.IsSpace(b) || strings.ContainsRune("([{-—–/«", b))) {
				return i, true
			}
			if c == '"' || c == '“' {
				return 0, false
			}
		}
		i = start
	}
	return 0, false
}

// closeQuote finds the sign that closes the quotes that i lies in.
func (r *run) closeQuote(i int) (int, bool) {
	for high := min(len(r.text), i+quoteReach); i < high; {
		c, size := utf8.DecodeRuneInString(r.text[i:])
		next, _, _ := r.set.fold.at(r.text, i+size)
		switch c {
		case '«', '„', '‹', '‚':
			return 0, false
		case '»', '”', '›', '"', '“':
			return i, true
		case '\'', '’':
			if next&kindWord == 0 {
				return i, true
			}
		}
		i += size
	}
	return 0, false
}
