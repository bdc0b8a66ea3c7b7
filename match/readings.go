package match

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

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

func (k *known) isForm(e element) bool { return k.beside["form"][k.fold.foldWord(e.text)] }

// hasForm says whether a reading is a word and a legal form that may not be missing.
func (k *known) hasForm(r reading) bool {
	return len(r.elements) == 2 && (k.isForm(r.elements[0]) || k.isForm(r.elements[1]))
}

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
			if next := out.elements[i+1]; !isLong(out.elements[i-1]) || !isLong(next) && !k.beside["legal"][k.fold.foldWord(next.text)] {
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

func isLong(e element) bool { return !e.sign && utf8.RuneCountInString(e.text) >= 3 }

// withPlus lets a + at the end of a name be its word, and such a word be +: Disney+,
// Disney Plus. Behind one letter or a number it stays a sign: A+, 50+.
func (k *known) withPlus(readings []reading) []reading {
	for _, r := range readings {
		n := len(r.elements) - 1
		if n < 1 || r.elements[n-1].sign || utf8.RuneCountInString(r.elements[n-1].text) < 2 || isDigit(r.elements[n-1].text[0]) {
			continue
		}
		last, before := r.elements[n], k.fold.kindsOf(k.fold.foldWord(r.elements[n-1].text))
		for word := range k.beside["plus"] {
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
// (WHSmith) and between three or more letters and a number, on either side. Parts of one letter
// stay glued, but a small one that the name begins with (iPhone). camel says that the parts need
// their capitals: 4Лапы is not in «все 4 лапы».
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

// glued gives the ways to write a reading as one word, without the dots and the & between
// its words, for which tags, accounts and hosts have no room; & may be its word there:
// #marksandspencer.
func (b *lexiconBuilder) glued(r reading) []reading {
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
	alphabet := b.fold.kindsOf(b.fold.foldWord(r.elements[0].text))
	for _, word := range slices.Sorted(maps.Keys(b.beside["and"])) {
		if b.fold.kindsOf(word) != alphabet {
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
