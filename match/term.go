package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// role says what a term is for.
type role uint8

const (
	roleName    role = iota // names the watch
	roleOperand             // of any, all, none
	roleContext
	roleIgnore
)

// element is one word or one required sign of a term.
type element struct {
	text   string // as written
	sign   bool
	spaced bool // spaces may stand around the sign
	quote  bool // the term has a quote behind this word, so a text may have one there
}

// reading is one way to take a term apart: ПриватБанк is one word, or two.
type reading struct {
	elements []element
	prefix   string // signs before the first word: .NET
	spaced   bool   // has a space for the apostrophe that it has when it is written as one
	capitals bool   // counts only when each word begins with a capital (or has none): a CamelCase term, or one with a dot, taken apart
	article  bool   // is without the article that the term begins with
	initial  bool   // begins with a letter that only a hyphen may set apart: i-Phone
}

// words is how many words a reading has.
func (r reading) words() int {
	n := 0
	for _, e := range r.elements {
		if !e.sign {
			n++
		}
	}
	return n
}

// parsed is a term taken apart.
type parsed struct {
	exact    bool
	handle   string // lower case, without @; then there are no readings
	tag      bool   // written with #: only as a hashtag
	domain   bool   // a host name: what stands behind its last dot is a top label, or may be one
	readings []reading
}

// joints are the signs that join the words of a term and may be a space instead.
const joints = "-‐‑‒–—−_"

// parseTerm takes a term that names a watch apart. A term without letters and digits has no
// readings.
func (k *known) parseTerm(text string) parsed { return k.parse(text, true) }

// parsePhrase takes apart what stands beside a name or cancels one: nothing of it may be
// missing, for «ООО Ромашка» is ignored to keep all other Ромашка.
func (k *known) parsePhrase(text string) parsed { return k.parse(text, false) }

func (k *known) parse(text string, names bool) parsed {
	var p parsed
	f := k.fold
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "="); ok {
		p.exact = true
		text = strings.TrimSpace(rest)
	}
	if rest, ok := strings.CutPrefix(text, "@"); ok && isHandle(rest) {
		p.handle = strings.ToLower(rest)
		return p
	}
	if rest, ok := strings.CutPrefix(text, "#"); ok {
		p.tag = true
		text = rest
	}
	whole := splitTerm(f, text)
	if len(whole.elements) == 0 {
		return p
	}
	if short, ok := k.withoutForm(whole); ok && names && !p.exact {
		p.readings = append(p.readings, short)
	}
	p.readings = append(p.readings, whole)
	name := p.readings[0]
	words, dots := dotted(name)
	top := ""
	if loose, ok := withoutDots(name); ok {
		p.readings = append(p.readings, loose)
		words, dots = dotted(loose) // J.P. Morgan
	} else if dots {
		last := words.elements[len(words.elements)-1].text
		if k.hosts["top"][strings.ToLower(last)] {
			top = last
		}
		p.domain = top != "" || last[0] < utf8.RuneSelf // nobody knows all top labels in Latin letters
	}
	if !p.exact {
		p.readings = k.withSpace(k.withPlus(k.withAnd(p.readings)))
		p.readings = k.withSpokenDot(p.readings, words, top)
	}
	switch apart, camel := takeApart(name); {
	case p.exact:
	case camel:
		p.readings = append(p.readings, apart)
	case dots && top == "": // Яндекс Маркет
		words.capitals = true
		p.readings = append(p.readings, words)
	case names:
		p.readings = withoutArticle(p.readings)
	}
	return p
}

func isHandle(s string) bool {
	for _, r := range s {
		if r != '_' && r != '.' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// splitTerm cuts text at spaces, hyphens and signs. Brackets and a dot or comma at
// the end are dropped; quotes too, but where they stand is kept.
func splitTerm(f *folder, text string) reading {
	var out reading
	var word strings.Builder
	signEnd := -1 // where the sign before ends, to join ++
	flush := func() {
		if word.Len() > 0 {
			out.elements = append(out.elements, element{text: word.String()})
			word.Reset()
		}
	}
	for i := 0; i < len(text); {
		v, r, size := f.at(text, i)
		next, _, _ := f.at(text, i+size)
		switch {
		case v&kindIgnorable != 0 && word.Len() == 0: // behind an emoji
		case v&(kindWord|kindIgnorable) != 0:
			word.WriteRune(r)
		case v&kindApostrophe != 0 && word.Len() > 0 && next&kindWord != 0:
			word.WriteRune(r)
		case isDash(r) && len(out.elements) > 0 && strings.HasSuffix(text[:i], " ") && strings.HasPrefix(text[i+size:], " "):
			flush()
			out.elements = append(out.elements, element{text: dash, sign: true, spaced: true})
		case word.Len() > 0 && isStray(text, i):
			word.WriteRune('\'')
		case isQuote(r), v&kindApostrophe != 0:
			flush()
			if n := len(out.elements); n > 0 {
				out.elements[n-1].quote = true
			}
		case unicode.IsSpace(r), strings.ContainsRune(joints, r), strings.ContainsRune("()[]{}<>", r):
			flush()
		default:
			flush()
			before, _, _ := f.before(text, i)
			switch n := len(out.elements); {
			case n == 0 && r != '@':
				out.prefix += string(r)
			case n == 0:
			case i == signEnd:
				out.elements[n-1].text += string(r)
			default:
				out.elements = append(out.elements, element{text: string(r), sign: true, spaced: r == '&' || isOrnament(r) || before&kindWord == 0 || next&kindWord == 0})
			}
			signEnd = i + size
		}
		i += size
	}
	flush()
	return withoutMarks(out)
}

// withoutMarks drops the signs around a term that say nothing of the name.
func withoutMarks(r reading) reading {
	if r.words() == 0 {
		return reading{}
	}
	for n := len(r.elements); strings.Trim(strings.TrimFunc(r.elements[n-1].text, isOrnament), ".,;:…") == ""; n-- {
		r.elements = r.elements[:n-1]
	}
	r.prefix = strings.TrimLeftFunc(r.prefix, isOrnament)
	return r
}

// isOrnament says whether a sign only decorates a name: ®, an emoji with its colour of skin.
func isOrnament(r rune) bool {
	return strings.ContainsRune("®™©", r) || r >= firstEmoji && unicode.In(r, unicode.So, unicode.Sk)
}

// firstEmoji is behind the signs that say something: №, °, ℃.
const firstEmoji = 0x2190

// isStray says whether an apostrophe is meant by another sign at text[i:], a quote
// that is the only one of its term: М"ята. In ТОВ"Яблуко" there are two.
func isStray(text string, i int) bool {
	if _, ok := strayApostrophe(text, i); !ok {
		return false
	}
	quotes := strings.FieldsFunc(" "+text+" ", isQuote)
	return len(quotes) <= 2
}

// dash stands for any dash between spaces that a term has itself.
const dash = "—"

func isDash(r rune) bool { return r == '—' || r == '–' || isHyphen(r) }

// withoutDots is the reading where "Dr. Oetker" is written "Dr Oetker", and a
// dash or an emoji is left out.
func withoutDots(r reading) (reading, bool) {
	out := reading{prefix: r.prefix}
	for _, e := range r.elements {
		if e.spaced && (e.text == "." || e.text == "," || e.text == dash || strings.TrimFunc(e.text, isOrnament) == "") {
			continue
		}
		out.elements = append(out.elements, e)
	}
	return out, len(out.elements) < len(r.elements)
}

// withoutForm leaves out a legal form before or behind a name: ООО «Добрый хлеб», Acme Motors,
// Inc. What is left must be more than one everyday word, else nobody means the firm by it.
func (k *known) withoutForm(r reading) (reading, bool) {
	out := reading{prefix: r.prefix, elements: r.elements}
	switch n := len(r.elements); {
	case n > 1 && r.prefix == "" && k.isForm(r.elements[0]):
		out.elements = r.elements[1:]
	case n > 2 && k.isForm(r.elements[n-1]) && r.elements[n-2].text == ",":
		out.elements = r.elements[:n-2]
	case n > 1 && k.isForm(r.elements[n-1]):
		out.elements = r.elements[:n-1]
	default:
		return reading{}, false
	}
	first, last := out.elements[0], out.elements[len(out.elements)-1]
	if first.sign || last.sign || !slices.ContainsFunc(out.elements, func(e element) bool { return isLong(e) && !isDigit(e.text[0]) }) {
		return reading{}, false
	}
	return out, len(out.elements) > 1 || !k.common.everyday(k.fold.foldWord(first.text))
}

func (k *known) isForm(e element) bool { return k.forms[k.fold.foldWord(e.text)] }

// hasForm says whether a reading is a word and a legal form that may not be missing.
func (k *known) hasForm(r reading) bool {
	return len(r.elements) == 2 && (k.isForm(r.elements[0]) || k.isForm(r.elements[1]))
}

// withoutArticle lets the article of a longer name be missing, where the rest has its capitals
// or is written as one: The Plum House, Plum House.
func withoutArticle(readings []reading) []reading {
	r := readings[0]
	if r.words() < 3 || r.prefix != "" || !strings.EqualFold(r.elements[0].text, "the") || r.elements[1].sign {
		return readings
	}
	return append(readings, reading{elements: r.elements[1:], capitals: true, article: true})
}

// withSpokenDot lets a space stand for the dots of a host whose last label is in Cyrillic and
// no word, as it is said: на купи ру. In Latin letters chance sets one: are you booking com.
func (k *known) withSpokenDot(readings []reading, words reading, top string) []reading {
	if top == "" || top[0] < utf8.RuneSelf || k.common.function[k.fold.foldWord(top)] {
		return readings
	}
	return append(readings, words)
}

// and is the sign that stands for & and for the word for it: Ben & Jerry's, Ben and
// Jerry's.
const and = "&&"

// withAnd lets & between words of three letters or more, or before a legal form, be a word,
// and such a word be &. Smaller ones say too little: A and B is not A&B.
func (k *known) withAnd(readings []reading) []reading {
	for _, r := range readings {
		out := reading{prefix: r.prefix, elements: slices.Clone(r.elements)}
		word := false
		for i := 1; i+1 < len(out.elements); i++ {
			e := &out.elements[i]
			if next := out.elements[i+1]; !isLong(out.elements[i-1]) || !isLong(next) && !k.legal[k.fold.foldWord(next.text)] {
				continue
			}
			switch {
			case e.text == "&":
				e.text = and
				r.elements[i].text = and
			case k.and[k.fold.hashOf(e.text)]:
				*e = element{text: and, sign: true, spaced: true}
				word = true
			}
		}
		if word {
			readings = append(readings, out)
		}
	}
	return readings
}

// withPlus lets a + at the end of a name be its word, and such a word be +: Disney+,
// Disney Plus. Behind one letter or a number it stays a sign: A+, 50+.
func (k *known) withPlus(readings []reading) []reading {
	for _, r := range readings {
		n := len(r.elements) - 1
		if n < 1 || r.elements[n-1].sign || utf8.RuneCountInString(r.elements[n-1].text) < 2 || isDigit(r.elements[n-1].text[0]) {
			continue
		}
		last, before := r.elements[n], k.fold.kindsOf(k.fold.foldWord(r.elements[n-1].text))
		for word := range k.plus {
			out := reading{prefix: r.prefix, elements: slices.Clone(r.elements)}
			switch {
			case last.text == "+" && k.fold.kindsOf(word) == before:
				out.elements[n] = element{text: word}
			case k.fold.foldWord(last.text) == word:
				out.elements[n] = element{text: "+", sign: true}
			default:
				continue
			}
			readings = append(readings, out)
		}
	}
	return readings
}

// withSpace lets a space stand where a word of a name has an apostrophe behind its first
// letter: L'Oreal, L Oreal.
func (k *known) withSpace(readings []reading) []reading {
	for _, r := range readings {
		apart := reading{prefix: r.prefix, spaced: true}
		for _, e := range r.elements {
			if letter, rest, ok := k.elided(e.text); ok {
				apart.elements = append(apart.elements, element{text: letter})
				e.text = rest
			}
			apart.elements = append(apart.elements, e)
		}
		if len(apart.elements) > len(r.elements) {
			readings = append(readings, apart)
		}
	}
	return readings
}

// elided cuts a word behind its first letter and an apostrophe; not behind a word of speech
// (О'Генри, о Генри), nor where the apostrophe may not be left out (О'Кей) or is one of
// Ukrainian (М'ята).
func (k *known) elided(word string) (letter, rest string, ok bool) {
	_, size := utf8.DecodeRuneInString(word)
	sign, width := utf8.DecodeRuneInString(word[size:])
	letter, rest = word[:size], word[size+width:]
	if !mention.Apostrophe(sign) || utf8.RuneCountInString(rest) < leastWord || strings.ContainsRune(iotated, firstRune(rest)) {
		return "", "", false
	}
	return letter, rest, !k.common.function[k.fold.foldWord(letter)] && k.common.language(k.fold.foldWord(letter+rest)) == ""
}

func isLong(e element) bool { return !e.sign && utf8.RuneCountInString(e.text) >= 3 }

// glued gives the ways to write a reading as one word, without the dots and the & between
// its words, for which tags, accounts and hosts have no room; & may be its word there:
// #marksandspencer.
func (m *maker) glued(r reading) []reading {
	if apart, ok := dotted(r); ok {
		return []reading{apart}
	}
	var words reading
	ands := false
	for _, e := range r.elements {
		switch {
		case !e.sign:
			words.elements = append(words.elements, e)
		case e.text != and:
			return nil
		}
		ands = ands || e.sign
	}
	if !ands {
		return []reading{words}
	}
	out := []reading{words}
	alphabet := m.fold.kindsOf(m.fold.foldWord(r.elements[0].text))
	for _, word := range m.ands {
		if m.fold.kindsOf(word) != alphabet {
			continue
		}
		with := reading{elements: slices.Clone(r.elements)}
		for i := range with.elements {
			if with.elements[i].sign {
				with.elements[i] = element{text: word}
			}
		}
		out = append(out, with)
	}
	return out
}

// dotted says whether all signs of a reading are dots glued between words, as in
// Яндекс.Маркет and booking.com but not in 36.6, and gives the words.
func dotted(r reading) (words reading, ok bool) {
	words = reading{prefix: r.prefix}
	for _, e := range r.elements {
		switch number := strings.Trim(e.text, "0123456789") == ""; {
		case !e.sign && !number:
			words.elements = append(words.elements, e)
		case e.text != "." || e.spaced:
			return reading{}, false
		}
	}
	return words, len(words.elements) < len(r.elements)
}

// takeApart reads a CamelCase word as several and letters before a number as a
// word of their own: ПриватБанк as Приват Банк, Приват24 as Приват 24.
func takeApart(r reading) (reading, bool) {
	out := reading{prefix: r.prefix}
	for i, e := range r.elements {
		if e.sign {
			out.elements = append(out.elements, e)
			continue
		}
		parts, camel := humps(e.text, i == 0)
		out.capitals = out.capitals || camel
		out.initial = out.initial || i == 0 && len(parts) > 1 && utf8.RuneCountInString(parts[0]) == 1 && !isDigit(e.text[0])
		for _, p := range parts {
			out.elements = append(out.elements, element{text: p})
		}
		out.elements[len(out.elements)-1].quote = e.quote
	}
	return out, len(out.elements) > len(r.elements)
}

// humps cuts a word before capitals that follow small letters, before the last of several
// (WHSmith) and between three or more letters and a number, on either side. Parts of one
// letter stay glued, but a small one that the name begins with (iPhone). camel says that the parts need their capitals: 4Лапы is not
// in «все 4 лапы».
func humps(word string, begins bool) (parts []string, camel bool) {
	runes := []rune(word)
	from := 0
	for i := 1; i < len(runes); i++ {
		hump := unicode.IsUpper(runes[i]) && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+2 < len(runes) && unicode.IsLower(runes[i+1]))
		number := unicode.IsLetter(runes[i-1]) && unicode.IsDigit(runes[i]) && i-from >= 3
		first := from == 0 && unicode.IsDigit(runes[0]) && lettersFrom(runes, i) >= 3
		if !hump && !number && !first || hump && (i-from < 2 && !(begins && from == 0 && unicode.IsLower(runes[0])) || len(runes)-i < 2) {
			continue
		}
		camel = camel || hump || first
		parts = append(parts, string(runes[from:i]))
		from = i
	}
	return append(parts, string(runes[from:])), camel
}

// lettersFrom counts the letters from i on to the next digit.
func lettersFrom(runes []rune, i int) int {
	n := slices.IndexFunc(runes[i:], unicode.IsDigit)
	if n < 0 {
		return len(runes) - i
	}
	return n
}

// isAbbreviation says whether a word is a name of capitals, which takes its
// endings behind a hyphen (МТС-у) and is never an adjective.
func isAbbreviation(word string) bool {
	n := utf8.RuneCountInString(word)
	return n >= 2 && n <= 5 && strings.ToUpper(word) == word && strings.ToLower(word) != word
}

func isQuote(r rune) bool {
	switch r {
	case '"', '«', '»', '“', '”', '„', '‟', '‹', '›', '‚':
		return true
	}
	return false
}
