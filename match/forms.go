package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// slots is the number of cells of a paradigm: six cases in two numbers. The
// words of a joined name (#НовоюПоштою) agree when their forms share a slot.
const slots = 12

// pluralSlot is the nominative plural; the other cases of the plural stand behind it.
const pluralSlot = 6

// form is one way a word may stand in a text, with its slot; slot -1 is the
// dictionary form, which goes with every slot.
type form struct {
	text string
	slot int
	lang langs
}

// grammar holds what is known of each language that inflects, in the order of
// the bits of langs.
type grammar []inflection

// inflection is how one language inflects.
type inflection struct {
	bit        langs
	rows       map[rune][]paradigm // by the last letter of the word
	borrowed   map[rune][]paradigm // of kind foreign
	exceptions map[string]exception
	open       map[rune][]string // what a vowel of the last closed syllable turns into when it opens
}

type paradigm struct {
	kind   string // noun, adj, mod
	before string // one of these letters must stand before ending
	ending string
	cells  [slots][]string
	weight int  // longer endings win
	drops  bool // the vowel of the ending drops out (перец, перца): the stem must have another
}

// exception is a word that changes by no rule, or not at all: then it has neither.
type exception struct {
	stem  string   // what the other forms are built from
	forms []string // or they themselves
}

func newGrammar(t *tables, sp *speech) grammar {
	var g grammar
	for i, code := range sp.langs {
		n := inflection{bit: 1 << i, rows: map[rune][]paradigm{}, borrowed: map[rune][]paradigm{}, exceptions: map[string]exception{}, open: map[rune][]string{}}
		n.readParadigms(t, code+"/paradigms.tsv")
		n.readExceptions(t, code+"/exceptions.tsv")
		for _, row := range t.read(code+"/open.tsv", "closed open", 2) {
			n.open[firstRune(row.Raw(0))] = strings.Split(row.Raw(1), "/")
		}
		g = append(g, n)
	}
	return g
}

func (n *inflection) readParadigms(t *tables, name string) {
	for _, row := range t.must(name, "kind ending gen dat acc ins loc voc nom_pl gen_pl dat_pl acc_pl ins_pl loc_pl", 2+slots) {
		p := readParadigm(&row)
		into := n.rows
		switch p.kind {
		case "foreign":
			into = n.borrowed
		case "noun", "adj", "mod":
		default:
			t.errs.Add(row.At(0), "unknown kind %q: a paradigm is noun, adj, mod or foreign", p.kind)
		}
		ends := []rune{lastRune(p.ending)}
		if p.ending == "" {
			ends = []rune(p.before)
		}
		for _, r := range ends {
			into[r] = append(into[r], p)
		}
	}
}

func readParadigm(row *tsv.Row) paradigm {
	p := paradigm{kind: row.Raw(0), ending: row.Raw(1)}
	if class, rest, ok := strings.Cut(strings.TrimPrefix(p.ending, "<"), ">"); ok {
		p.before, p.ending = class, rest
	}
	p.weight = 2 * utf8.RuneCountInString(p.ending)
	if p.before != "" {
		p.weight++
	}
	for i := range slots {
		if cell := strings.ReplaceAll(row.Raw(2+i), "ё", "е"); cell != "-" {
			p.cells[i] = strings.Split(cell, "/")
		}
	}
	if first := firstRune(p.ending); p.kind == "noun" && p.cells[0] != nil && utf8.RuneCountInString(p.ending) > 1 {
		p.drops = strings.ContainsRune(vowels, first) && !strings.HasPrefix(p.cells[0][0], string(first))
	}
	return p
}

func (n *inflection) readExceptions(t *tables, name string) {
	for _, row := range t.read(name, "word stem forms", 2) {
		var e exception
		switch row.Raw(1) {
		case "-":
		case "=":
			e.forms = strings.Fields(row.Raw(2))
		default:
			e.stem = row.Raw(1)
		}
		n.exceptions[row.Raw(0)] = e
	}
}

// leastWord is how many letters a word has that changes by itself: shorter ones end names alone
// (Красный Яр).
const leastWord = 3

// forms gives the forms of word (folded letters) in the given languages,
// without the word itself. followed says that another word of the name comes
// after it, so it may be an adjective; foreign that it is a Latin word read in
// Cyrillic, whose endings mean less.
func (g grammar) forms(word string, of langs, followed, foreign bool) []form {
	var out []form
	if foreign {
		if out, ok := g.borrowed(word); ok {
			return out
		}
	}
	for i := range g {
		n := &g[i]
		if n.bit&of == 0 {
			continue
		}
		if e, ok := n.exceptions[word]; ok {
			for _, f := range e.forms {
				out = append(out, form{f, 0, n.bit})
			}
			if e.stem != "" {
				out = n.variant(out, e.stem, followed)
			}
			continue
		}
		out = n.decline(out, word, followed)
		if !foreign {
			for _, stem := range n.openSyllables(word) {
				out = n.variant(out, stem, followed)
			}
		}
	}
	return out
}

// counted adds the plural of what two, three or four are of in the name: Три Пирога, of
// Трёх Пирогов. The word as written is a genitive.
func (g grammar) counted(out []form, word string, of langs) []form {
	one, ok := strings.CutSuffix(word, "а")
	if !ok {
		return out // гуся: its forms have the plural
	}
	for i := range g {
		if g[i].bit&of == 0 {
			continue
		}
		for _, f := range g[i].decline(nil, one, false) {
			if f.slot > pluralSlot {
				out = append(out, f)
			}
		}
	}
	return out
}

// borrowed gives the forms of a foreign word that a paradigm of kind foreign
// fits; then it has these and no others, whatever its letters look like.
func (g grammar) borrowed(word string) (out []form, ok bool) {
	last := lastRune(word)
	for i := range g {
		for k := range g[i].borrowed[last] {
			if p := &g[i].borrowed[last][k]; p.fits(word) {
				out, ok = p.apply(out, word, g[i].bit), true
			}
		}
	}
	return out, ok
}

// variant declines another stem of a word; the stem itself is no form.
func (n *inflection) variant(out []form, stem string, followed bool) []form {
	from := len(out)
	out = n.decline(out, stem, followed)
	return append(out[:from], slices.DeleteFunc(out[from:], func(f form) bool { return f.text == stem })...)
}

// openSyllables gives what the vowel of the last closed syllable turns into when
// the syllable opens: Львів, Львова; Київ, Києва; ніч, ночі; розбій, розбою.
func (n *inflection) openSyllables(word string) []string {
	if len(n.open) == 0 {
		return nil
	}
	r := []rune(word)
	for i := len(r) - 1; i >= 1; i-- {
		opened := n.open[r[i]]
		switch {
		case opened != nil && i == len(r)-2 && r[i+1] == 'й' && strings.ContainsAny(string(r[:i]), vowels):
			return nil // водій, обрій: only бій, рій change
		case opened != nil && i < len(r)-1:
			var stems []string
			for _, vowel := range opened {
				stems = append(stems, string(r[:i])+vowel+string(r[i+1:]))
			}
			return stems
		case strings.ContainsRune(vowels, r[i]):
			return nil
		}
	}
	return nil
}

func (n *inflection) decline(out []form, word string, followed bool) []form {
	rows := n.rows[lastRune(word)]
	best := map[string]int{}
	for i := range rows {
		if p := &rows[i]; p.weight > best[p.kind] && p.fits(word) {
			best[p.kind] = p.weight
		}
	}
	for i := range rows {
		p := &rows[i]
		if p.weight == best[p.kind] && (p.kind != "mod" || followed) && p.fits(word) {
			out = p.apply(out, word, n.bit)
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
	return p.before == "" || strings.ContainsRune(p.before, lastRune(stem))
}

// apply adds the forms of word, which are of the language of bit.
func (p *paradigm) apply(out []form, word string, bit langs) []form {
	from := len(out)
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
				before := lastRune(stem[:len(stem)-size])
				if last != before && !strings.ContainsRune("мбпвф'рщ", last) && strings.ContainsRune("аеиіоуюяєї", before) {
					out = addForm(out, stem+string(last)+cell[1:], slot, 3)
				}
			default:
				out = addForm(out, stem+cell, slot, 3)
			}
		}
	}
	for k := range out[from:] {
		out[from+k].lang = bit
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
