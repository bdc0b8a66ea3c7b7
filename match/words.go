package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// wordKey is a word of a term with everything its forms depend on. The words of a name
// written as one have a key, too, whose text has blanks: several says that they are some
// of the words only.
type wordKey struct {
	text     string // lower case, ё and ґ kept
	langs    langs  // of its Cyrillic forms
	exact    bool
	followed bool // another word of the name follows
	several  bool // the name has several words
	short    bool // an abbreviation
	foreign  bool // a Latin word read in Cyrillic
	capitals bool // of a name written as one: it counts only with capitals, so it may be short
	signed   bool // the name has an & in it
	counted  bool // a small number stands before it: Три Пирога
	part     bool // of a name written as one: fewer spellings, but each form once per slot it fills
}

// limit is how many spellings in the other alphabet an inflected form has in one way of
// writing.
func (k wordKey) limit() int {
	if k.part {
		return joinedSpellings
	}
	return formSpellings
}

// writer writes a word in all its forms, in both alphabets. It has room to work in, so each
// goroutine has a fork of its own.
type writer struct {
	*known
	script *script
	cache  map[wordKey][]spelled // of the words of joined names
	room   []spelled             // what spellings are gathered in
}

// fork gives a writer with the same tables for another goroutine.
func (w *writer) fork() *writer {
	f, script := *w, *w.script
	script.steps, script.out = nil, nil
	f.script, f.cache, f.room = &script, map[wordKey][]spelled{}, nil
	return &f
}

// cachedWords bounds the words kept for the next name; «банк» comes again soon.
const cachedWords = 256

// cached gives the spellings of a part of a name written as one.
func (w *writer) cached(key wordKey) []spelled {
	if s, ok := w.cache[key]; ok {
		return s
	}
	s := slices.Clone(w.spellings(key))
	if len(w.cache) >= cachedWords {
		clear(w.cache)
	}
	w.cache[key] = s
	return s
}

// spelled is a form written in one alphabet.
type spelled struct {
	text  string // folded
	slot  int    // -1: the dictionary form
	flags uint32
}

func (w *writer) languages(p parsed) langs {
	var all strings.Builder
	for _, e := range p.readings[0].elements {
		all.WriteString(e.text)
	}
	return w.speech.languagesOf(all.String())
}

func (b *lexiconBuilder) keyOf(e element, p parsed, of langs, followed, several bool) wordKey {
	return wordKey{
		text:     strings.ToLower(b.fold.unmixed(norm.NFC.String(e.text))),
		langs:    of,
		exact:    p.exact,
		followed: followed,
		several:  several,
		short:    isAbbreviation(e.text),
		signed:   slices.ContainsFunc(p.readings[0].elements, func(e element) bool { return strings.IndexFunc(e.text, notWord) == 0 }),
	}
}

// spellings gives all forms of a word in both alphabets. The result is good until the
// next call.
func (w *writer) spellings(key wordKey) []spelled {
	base := w.fold.foldWord(key.text)
	kinds := w.fold.kindsOf(base)
	if key.exact {
		return w.withoutApostrophe([]spelled{{base, -1, flagBase}}, base)
	}
	var out []spelled
	switch {
	case kinds&kindCyrillic != 0 && (kinds&kindLatin == 0 || endsCyrillic(base)): // Zнак inflects, too
		out = w.cyrillicWord(key, base)
	case kinds&kindLatin != 0:
		out = w.latinWord(key, base)
	default:
		return []spelled{{base, -1, flagBase | flagTail | flagPossess}}
	}
	if kinds&kindDigit != 0 || key.signed && utf8.RuneCountInString(base) <= signedLetters {
		out = append(out, lookAlikes(base)...)
	}
	out = w.withoutApostrophe(out, base)
	w.room = out
	return out
}

func endsCyrillic(base string) bool { return lastRune(base) >= utf8.RuneSelf }

// withoutApostrophe lets a word be written without its apostrophe, too: Wendys;
// not when that makes a common word (О'Кей, окей).
func (w *writer) withoutApostrophe(in []spelled, base string) []spelled {
	if !strings.Contains(base, "'") || w.needsApostrophe(base) {
		return in
	}
	for _, s := range in[:len(in):len(in)] {
		if strings.Contains(s.text, "'") {
			in = append(in, spelled{strings.ReplaceAll(s.text, "'", ""), s.slot, s.flags})
		}
	}
	return in
}

// needsApostrophe reports whether a word is a common one without its apostrophe, in whatever alphabet.
func (w *writer) needsApostrophe(base string) bool {
	bare := strings.ReplaceAll(base, "'", "")
	return bare != base && w.common.language(bare) != ""
}

// signedLetters is how long the words of a name with a sign (&, ++, #) are that are typed by their
// looks: its sign makes chance rare (Н&М, С++), but a word is read as it stands.
const signedLetters = 2

// lookAlikes lets a name of letters and digits, or of letters and a sign, be typed in the
// other alphabet by its looks: А1 and A1, Н&М and H&M, С++ and C++.
func lookAlikes(base string) []spelled {
	var out []spelled
	for _, table := range []map[rune]rune{latinLook, cyrillicLook} {
		ok := true
		other := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			upper, found := table[unicode.ToUpper(r)]
			ok = ok && found
			return unicode.ToLower(upper)
		}, base)
		if ok {
			out = append(out, spelled{other, -1, flagBase | flagTail})
		}
	}
	return out
}

func (w *writer) cyrillicWord(key wordKey, base string) []spelled {
	out := append(w.room[:0], spelled{base, -1, flagBase | flagTail})
	needs := w.needsApostrophe(base)
	for _, s := range w.script.toLatin(key.text, anyLang, min(2*key.limit(), baseSpellings)) {
		if !key.several && (w.common.latin[s] || needs && !strings.Contains(s, "'")) {
			out = append(out, spelled{s, -1, flagBase | flagForeign | flagShy})
			continue
		}
		out = append(out, spelled{s, -1, flagBase | flagTail | flagPossess | flagForeign})
		if stem := cutVowel(s); len(stem) >= 4 {
			out = append(out, spelled{stem, -1, flagStem | flagForeign})
		}
	}
	return w.inflect(out, key, base, flagForeign)
}

// inflect adds the forms of a Cyrillic word in Cyrillic and in Latin letters;
// latin flags the latter.
func (w *writer) inflect(out []spelled, key wordKey, base string, latin uint32) []spelled {
	forms := w.formsOf(key, base)
	var inLatin []string
	var of langs
	needs := w.needsApostrophe(base)
	for i, f := range forms {
		again := i > 0 && forms[i-1].text == f.text
		if again && !key.part || !key.several && w.common.function[f.text] {
			continue
		}
		if !again {
			of = f.lang
			for k := i + 1; k < len(forms) && forms[k].text == f.text; k++ {
				of |= forms[k].lang
			}
			inLatin = w.script.toLatin(restore(f.text, key.text), of, key.limit())
		}
		own, ok := w.common.of(f.text, of)
		if !ok && !key.several {
			continue
		}
		flags := surnameFlag(f) | langFlags(own)
		out = append(out, spelled{f.text, f.slot, flags | flagForeign&^latin})
		for _, s := range inLatin {
			if !key.several && (w.common.latin[s] || needs && !strings.Contains(s, "'")) || flags&flagSurname != 0 && strings.ContainsAny(s, "46q") {
				continue // the latter is Bulgarian spelling, where -ов is an adjective
			}
			out = append(out, spelled{s, f.slot, latin | flags})
		}
	}
	return out
}

// surnameFlag marks the genitive plural that ends like a man's surname: соколов, and
// аникин of Аникина.
func surnameFlag(f form) uint32 {
	for _, end := range [...]string{"ов", "ев", "ин", "ын"} {
		if f.slot >= pluralSlot && strings.HasSuffix(f.text, end) {
			return flagSurname
		}
	}
	return 0
}

// formsOf gives the Cyrillic forms of a word, without itself.
func (w *writer) formsOf(key wordKey, base string) []form {
	if key.short {
		if last := lastRune(base); !isConsonant(last) && !strings.ContainsRune("аяйь", last) {
			return nil // ОККО, БТИ; but СЕТЬ and РАЙ are words in capitals
		}
	}
	little := utf8.RuneCountInString(base) < leastWord
	if little && (!key.several || key.followed || !w.changes(base)) {
		return nil
	}
	all := w.grammar.forms(base, key.langs, key.followed, key.foreign)
	if key.counted {
		all = w.grammar.counted(all, base, key.langs)
	}
	forms := uniqueForms(all, base)
	if little { // Дом Ил is not in «дом или»
		return slices.DeleteFunc(forms, func(f form) bool { return w.common.function[f.text] })
	}
	return forms
}

// changes says whether a word of fewer than leastWord letters changes where it ends a name. What is
// left of one letter, or of two that end in a vowel, is one letter, and its forms are words of
// speech: Бар Н is not in «бар нам нахамил».
func (w *writer) changes(base string) bool {
	last, size := utf8.DecodeLastRuneInString(base)
	return size < len(base) && isConsonant(last) && !w.common.function[base]
}

// restore puts ё and ґ of the word as written back into a folded form of it.
func restore(form, written string) string {
	if !strings.ContainsAny(written, "ёґ") {
		return form
	}
	f, w := []rune(form), []rune(written)
	for i := 0; i < len(f) && i < len(w); i++ {
		if f[i] == 'е' && w[i] == 'ё' || f[i] == 'г' && w[i] == 'ґ' {
			f[i] = w[i]
		} else if f[i] != w[i] {
			break
		}
	}
	return string(f)
}

// cutVowel gives a Latin word without its last vowel: Rozetk.
func cutVowel(s string) string {
	if s != "" && strings.IndexByte("aeoiuy", s[len(s)-1]) >= 0 {
		return s[:len(s)-1]
	}
	return ""
}

// inflectedReadings is how many of the Cyrillic readings of a Latin word, the
// likeliest first, get forms.
const inflectedReadings = 4

func (w *writer) latinWord(key wordKey, base string) []spelled {
	out := append(w.room[:0], spelled{base, -1, flagBase | flagTail | flagPossess})
	if strings.ContainsAny(key.text, umlauts) {
		out = append(out, spelled{w.fold.foldWord(withoutUmlauts.Replace(key.text)), -1, flagBase | flagTail | flagPossess})
	}
	if utf8.RuneCountInString(base) >= 3 {
		for _, p := range plurals(base) {
			out = append(out, spelled{p, pluralSlot, flagPossess})
		}
	}
	if stem := cutVowel(base); len(stem) >= 4 {
		out = append(out, spelled{stem, -1, flagStem})
	}
	if of := w.speech.inLatin(); of != 0 && !key.short {
		forms := w.grammar.forms(base, of, key.followed, false)
		for i := range forms {
			forms[i].text = w.fold.foldWord(forms[i].text) // without accents, as texts are read
		}
		for _, f := range uniqueForms(forms, base) {
			if key.several || !w.common.function[f.text] {
				out = append(out, spelled{f.text, f.slot, langFlags(f.lang)})
			}
		}
	}
	return w.inCyrillic(out, key, base)
}

// umlauts are letters that some write with an e, and that sound otherwise than without the dots.
const umlauts = "äöü"

var withoutUmlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue")

// heard is a Latin word folded, but for what is heard in it.
func (w *writer) heard(word string) string {
	var out strings.Builder
	for _, r := range word {
		if strings.ContainsRune(umlauts, r) {
			out.WriteRune(r)
		} else {
			out.WriteString(w.fold.foldWord(string(r)))
		}
	}
	return out.String()
}

// inCyrillic adds the ways to read a Latin word in Cyrillic, with their forms.
func (w *writer) inCyrillic(out []spelled, key wordKey, base string) []spelled {
	letters := utf8.RuneCountInString(base)
	// A Slavic name in Latin letters inflects in them, too: Romashke. A single
	// word must look the part; in several, all words must agree with the text.
	slavic := key.several && letters >= 4 || letters >= 6 && strings.HasSuffix(base, "a")
	// Three letters read in Cyrillic are too many other words, but at the end of a name; before it they are Ann.
	inflects := letters >= 4 || letters == leastWord && key.several && !key.followed
	for i, cyr := range w.script.toCyrillic(w.heard(key.text), maxBeam) {
		f := w.fold.foldWord(cyr)
		if !key.several && w.common.function[f] {
			continue
		}
		switch own, ok := w.common.of(f, w.speech.languagesOf(cyr)); {
		case key.several || w.common.verbs[f] == 0:
			out = append(out, spelled{f, -1, flagBase | flagTail | flagForeign})
		case ok:
			out = append(out, spelled{f, -1, flagBase | flagTail | flagForeign | langFlags(own)})
		}
		if !inflects || i >= inflectedReadings {
			continue
		}
		inner := key
		inner.foreign = true
		inner.text, inner.langs = cyr, w.speech.languagesOf(cyr)
		if slavic && i < 2 {
			out = w.inflect(out, inner, f, 0)
			continue
		}
		for _, fm := range w.formsOf(inner, f) {
			own, ok := w.common.of(fm.text, fm.lang)
			if key.several || ok && !w.common.function[fm.text] {
				out = append(out, spelled{fm.text, fm.slot, flagForeign | surnameFlag(fm) | langFlags(own)})
			}
		}
	}
	return out
}

// plurals gives the English plurals of a word, and the possessive as people type it who
// leave out apostrophes: Netflixs.
func plurals(s string) []string {
	switch {
	case strings.HasSuffix(s, "s"):
		return []string{s + "es"}
	case strings.HasSuffix(s, "x"), strings.HasSuffix(s, "z"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return []string{s + "es", s + "s"}
	case strings.HasSuffix(s, "y") && strings.IndexByte("aeiou", s[len(s)-2]) < 0:
		return []string{s[:len(s)-1] + "ies", s + "s"}
	}
	return []string{s + "s"}
}
