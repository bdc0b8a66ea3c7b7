package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// slots is the number of cells of a paradigm: six cases in two numbers. The
// words of a joined name (#НовоюПоштою) agree when their forms share a slot.
const slots = 12

// form is one way a word may stand in a text, with its slot; slot -1 is the
// dictionary form, which goes with every slot.
type form struct {
	text string
	slot int
	lang langs
}

// grammar holds the paradigms and exceptions of the Slavic languages.
type grammar struct {
	rows       map[string]map[rune][]paradigm // by language and last letter of the word
	exceptions map[string]map[string]exception
}

type paradigm struct {
	kind   string // noun, adj, mod
	before string // one of these letters must stand before ending
	ending string
	cells  [slots][]string
	weight int  // longer endings win
	drops  bool // the vowel of the ending drops out (перец, перца): the stem must have another
}

type exception struct {
	fixed bool     // the word does not change
	stem  string   // what the other forms are built from
	forms []string // the forms themselves
}

func newGrammar(t *tables) *grammar {
	g := &grammar{rows: map[string]map[rune][]paradigm{}, exceptions: map[string]map[string]exception{}}
	for _, row := range t.read("paradigms.tsv", "", 3+slots) {
		p := paradigm{kind: row.Raw(1), ending: row.Raw(2)}
		if class, rest, ok := strings.Cut(strings.TrimPrefix(row.Raw(2), "<"), ">"); ok {
			p.before, p.ending = class, rest
		}
		p.weight = 2 * utf8.RuneCountInString(p.ending)
		if p.before != "" {
			p.weight++
		}
		for i := range slots {
			if cell := strings.ReplaceAll(row.Raw(3+i), "ё", "е"); cell != "-" {
				p.cells[i] = strings.Split(cell, "/")
			}
		}
		if first, _ := utf8.DecodeRuneInString(p.ending); p.kind == "noun" && p.cells[0] != nil && utf8.RuneCountInString(p.ending) > 1 {
			p.drops = strings.ContainsRune(vowels, first) && !strings.HasPrefix(p.cells[0][0], string(first))
		}
		if g.rows[row.Raw(0)] == nil {
			g.rows[row.Raw(0)] = map[rune][]paradigm{}
		}
		last, _ := utf8.DecodeLastRuneInString(p.ending)
		ends := []rune{last}
		if p.ending == "" {
			ends = []rune(p.before)
		}
		for _, r := range ends {
			g.rows[row.Raw(0)][r] = append(g.rows[row.Raw(0)][r], p)
		}
	}
	for _, row := range t.read("exceptions.tsv", "", 3) {
		if g.exceptions[row.Raw(0)] == nil {
			g.exceptions[row.Raw(0)] = map[string]exception{}
		}
		var e exception
		switch row.Raw(2) {
		case "-":
			e.fixed = true
		case "=":
			e.forms = strings.Fields(row.Raw(3))
		default:
			e.stem = row.Raw(2)
		}
		g.exceptions[row.Raw(0)][row.Raw(1)] = e
	}
	g.spreadFixed()
	return g
}

// spreadFixed makes a word that does not change in Russian or Ukrainian fixed in
// the other of them, too; Bulgarian gives it the neuter article (метрото).
func (g *grammar) spreadFixed() {
	for _, lang := range [...]string{"ru", "uk"} {
		for word, e := range g.exceptions[lang] {
			if !e.fixed {
				continue
			}
			for _, other := range [...]string{"ru", "uk"} {
				if _, ok := g.exceptions[other][word]; !ok {
					g.exceptions[other][word] = e
				}
			}
			if _, ok := g.exceptions["bg"][word]; !ok {
				g.exceptions["bg"][word] = exception{forms: []string{word + "то"}}
			}
		}
	}
}

// languagesOf says in which languages a Cyrillic word may be written, judging by
// its letters alone.
func languagesOf(s string) []string {
	switch s = strings.ToLower(s); {
	case strings.ContainsAny(s, "ыэё"):
		return []string{"ru"}
	case strings.ContainsAny(s, "іїєґ"):
		return []string{"uk"}
	case strings.Contains(s, "ъ"):
		return []string{"bg", "ru"}
	}
	return []string{"ru", "uk", "bg"}
}

// forms gives the forms of word (folded letters) in the given languages,
// without the word itself. followed says that another word of the name comes
// after it, so it may be an adjective; foreign that it is a Latin word read in
// Cyrillic, whose endings mean less.
func (g *grammar) forms(word string, langs []string, followed, foreign bool) []form {
	var out []form
	if foreign {
		switch last, _ := utf8.DecodeLastRuneInString(word); last {
		case 'и', 'ы', 'у', 'ю', 'е', 'э', 'і', 'ї', 'є':
			return []form{{text: word + "то", lang: bulgarian}}
		}
	}
	if utf8.RuneCountInString(word) < 3 {
		return nil
	}
	for _, lang := range langs {
		if e, ok := g.exceptions[lang][word]; ok {
			switch {
			case e.fixed:
			case e.forms != nil:
				for _, f := range e.forms {
					out = append(out, form{f, 0, langOf[lang]})
				}
			default:
				out = g.variant(out, e.stem, lang, followed)
			}
			continue
		}
		out = g.decline(out, word, lang, followed)
		if lang == "uk" && !foreign {
			for _, stem := range openSyllables(word) {
				out = g.variant(out, stem, lang, followed)
			}
		}
	}
	return out
}

// variant declines another stem of a word; the stem itself is no form.
func (g *grammar) variant(out []form, stem, lang string, followed bool) []form {
	from := len(out)
	out = g.decline(out, stem, lang, followed)
	return append(out[:from], slices.DeleteFunc(out[from:], func(f form) bool { return f.text == stem })...)
}

// openSyllables gives what Ukrainian і of the last closed syllable turns into
// when the syllable opens: Львів, Львова; Київ, Києва; ніч, ночі; розбій, розбою.
func openSyllables(word string) []string {
	r := []rune(word)
	for i := len(r) - 1; i >= 1; i-- {
		switch {
		case r[i] == 'ї' && i < len(r)-1:
			return []string{string(r[:i]) + "є" + string(r[i+1:])}
		case r[i] == 'і' && i == len(r)-2 && r[i+1] == 'й' && strings.ContainsAny(string(r[:i]), vowels):
			return nil // водій, обрій: only бій, рій change
		case r[i] == 'і' && i < len(r)-1:
			return []string{string(r[:i]) + "о" + string(r[i+1:]), string(r[:i]) + "е" + string(r[i+1:])}
		case strings.ContainsRune(vowels, r[i]):
			return nil
		}
	}
	return nil
}

// langOf gives the bit of a language of the tables.
var langOf = map[string]langs{"ru": russian, "uk": ukrainian, "bg": bulgarian}

func (g *grammar) decline(out []form, word, lang string, followed bool) []form {
	last, _ := utf8.DecodeLastRuneInString(word)
	rows := g.rows[lang][last]
	best := map[string]int{}
	for i := range rows {
		if p := &rows[i]; p.weight > best[p.kind] && p.fits(word) {
			best[p.kind] = p.weight
		}
	}
	for i := range rows {
		p := &rows[i]
		if p.weight == best[p.kind] && (p.kind != "mod" || followed) && p.fits(word) {
			from := len(out)
			out = p.apply(out, word)
			for k := range out[from:] {
				out[from+k].lang = langOf[lang]
			}
		}
	}
	return out
}

func (p *paradigm) fits(word string) bool {
	stem, ok := strings.CutSuffix(word, p.ending)
	if !ok || stem == "" || p.drops && !strings.ContainsAny(stem, vowels) {
		return false
	}
	if p.kind == "adj" && utf8.RuneCountInString(stem) < 3 && utf8.RuneCountInString(p.ending) < 3 {
		return false // стая is no adjective
	}
	if p.before == "" {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(stem)
	return strings.ContainsRune(p.before, last)
}

func (p *paradigm) apply(out []form, word string) []form {
	stem := strings.TrimSuffix(word, p.ending)
	for slot := range slots {
		for _, cell := range p.cells[slot] {
			switch {
			case cell == "0":
				out = addForm(out, stem, slot, 3)
			case strings.HasSuffix(cell, "*"):
				whole := stem + strings.TrimSuffix(cell, "*")
				inserted := insertVowel(whole)
				if inserted == nil || !needsVowel(whole) {
					out = addForm(out, whole, slot, 4)
				}
				for _, f := range inserted {
					out = addForm(out, f, slot, 3)
				}
			case strings.HasPrefix(cell, "="):
				last, size := utf8.DecodeLastRuneInString(stem)
				before, _ := utf8.DecodeLastRuneInString(stem[:len(stem)-size])
				if last != before && !strings.ContainsRune("мбпвф'рщ", last) && strings.ContainsRune("аеиіоуюяєї", before) {
					out = addForm(out, stem+string(last)+cell[1:], slot, 3)
				}
			default:
				out = addForm(out, stem+cell, slot, 3)
			}
		}
	}
	return out
}

// addForm adds a form that is long enough to be told from other words: bare
// stems of three letters (нот, лип) are words of their own too often.
func addForm(out []form, text string, slot, min int) []form {
	if utf8.RuneCountInString(text) < min {
		return out
	}
	return append(out, form{text: text, slot: slot})
}

// insertVowel gives stem with о, е or і before its last consonant, where two
// consonants end it: сосн, сосен; ромашк, ромашек; чайк, чаек; письм, писем.
func insertVowel(stem string) []string {
	r := []rune(stem)
	soft := ""
	if n := len(r); n > 0 && r[n-1] == 'ь' {
		soft, r = "ь", r[:n-1]
	}
	n := len(r)
	if n < 3 || !strings.ContainsRune("кнлцмрб", r[n-1]) {
		return nil
	}
	head, last := string(r[:n-2]), string(r[n-1])
	switch prev := r[n-2]; {
	case prev == 'ь':
		return []string{head + "е" + last, head + "ьо" + last}
	case prev == 'й':
		return []string{head + "е" + last, head + "є" + last, head + "йо" + last}
	case prev == '\'':
		return nil
	case isConsonant(prev):
		head += string(prev)
		out := []string{head + "о" + last, head + "е" + last}
		if soft != "" {
			out = append(out, head+"е"+last+soft, head+"о"+last+soft)
		}
		return out
	}
	return nil
}

// needsVowel says whether a bare stem that may take a vowel must take it: ромашк,
// птичк, вишнь are no words, волн is.
func needsVowel(stem string) bool {
	return strings.HasSuffix(stem, "к") || strings.HasSuffix(stem, "ц") || strings.HasSuffix(stem, "ь")
}

const vowels = "аоуиеюяєіїыэъ"

func isConsonant(r rune) bool {
	return strings.ContainsRune("бвгджзклмнпрстфхцчшщ", r)
}

// uniqueForms sorts by text and slot, joins repeats and drops the dictionary
// form itself.
func uniqueForms(in []form, word string) []form {
	slices.SortFunc(in, func(a, b form) int {
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
		return a.slot - b.slot
	})
	out := in[:0]
	for _, f := range in {
		switch n := len(out); {
		case f.text == word:
		case n > 0 && out[n-1].text == f.text && out[n-1].slot == f.slot:
			out[n-1].lang |= f.lang
		default:
			out = append(out, f)
		}
	}
	return out
}
