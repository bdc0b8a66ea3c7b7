package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parsed is a term taken apart.
type parsed struct {
	exact    bool
	handle   string // lower case, without @; then there are no readings
	tag      bool   // written with #: only as a hashtag
	domain   bool   // a host name: what stands behind its last dot is a top label, or may be one
	readings []reading
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

// element is one word or one required sign of a term.
type element struct {
	text   string // as written
	sign   bool
	spaced bool // spaces may stand around the sign
	quote  bool // the term has a quote behind this word, so a text may have one there
}

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

// joints are the signs that join the words of a term and may be a space instead.
const joints = "-‐‑‒–—−_"

// dash stands for any dash between spaces that a term has itself.
const dash = "—"

func isDash(r rune) bool { return r == '—' || r == '–' || isHyphen(r) }

func isQuote(c rune) bool {
	switch c {
	case '"', '«', '»', '“', '”', '„', '‟', '‹', '›', '‚':
		return true
	}
	return false
}

// isStray says whether an apostrophe is meant by another sign at text[i:], a quote
// that is the only one of its term: М"ята. In ТОВ"Яблуко" there are two.
func isStray(text string, i int) bool {
	if _, ok := strayApostrophe(text, i); !ok {
		return false
	}
	quotes := strings.FieldsFunc(" "+text+" ", isQuote)
	return len(quotes) <= 2
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

// isAbbreviation says whether a word is a name of capitals, which takes its
// endings behind a hyphen (МТС-у) and is never an adjective.
func isAbbreviation(word string) bool {
	n := utf8.RuneCountInString(word)
	return n >= 2 && n <= 5 && strings.ToUpper(word) == word && strings.ToLower(word) != word
}
