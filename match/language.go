package match

import (
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/lang"
)

// langs is a set of the languages that inflect, those with paradigms: bit i is
// language i of the grammar. The lowest bits of a vote are the same languages.
type langs uint8

// anyLang is every language.
const anyLang = ^langs(0)

// vote is a set of languages a frequent word or a letter speaks for: those that
// inflect, then the others.
type vote uint16

// voteTyped is a Slavic language typed in Latin letters.
const voteTyped vote = 1 << lang.Max

// maxVotes is how many bits of a vote are used.
const maxVotes = lang.Max + 1

// speech is what tells languages apart.
type speech struct {
	langs    []string // those that inflect, in the order of their bits
	vote     []vote   // by language of the list
	cyrillic vote     // the languages written so
	latin    vote
	letters  [maxLetter]letterUse // Latin and Cyrillic letters that not every language of the alphabet has
}

// maxLetter is behind the last Cyrillic letter.
const maxLetter = 0x530

// letterUse says which of the languages that inflect have a letter, and which of
// them it speaks for. None have it: it says nothing.
type letterUse struct{ has, own langs }

func newSpeech(t *tables) *speech {
	sp := &speech{vote: make([]vote, len(t.langs))}
	for i, l := range t.langs {
		if t.text(l.Code+"/paradigms.tsv") == "" {
			continue
		}
		if len(sp.langs) == maxInflected {
			t.errs.Add(placeOf(l.Code+"/paradigms.tsv"), "more than %d languages have paradigms", maxInflected)
			continue
		}
		sp.vote[i] = 1 << len(sp.langs)
		sp.readLetters(t, l.Code)
		sp.langs = append(sp.langs, l.Code)
	}
	next := vote(1) << len(sp.langs)
	for i, l := range t.langs {
		if sp.vote[i] == 0 {
			sp.vote[i] = next
			next <<= 1
		}
		if l.Cyrillic {
			sp.cyrillic |= sp.vote[i]
		} else {
			sp.latin |= sp.vote[i]
		}
	}
	return sp
}

func (sp *speech) readLetters(t *tables, code string) {
	bit := langs(1) << len(sp.langs)
	for _, row := range t.read(code+"/letters.tsv", "letters use", 2) {
		for _, r := range row.Raw(0) {
			if r >= maxLetter {
				t.errs.Add(row.At(0), "%q is neither Latin nor Cyrillic", r)
				continue
			}
			for _, r := range [...]rune{r, unicode.ToUpper(r)} {
				sp.letters[r].has |= bit
				if row.Raw(1) == "own" {
					sp.letters[r].own |= bit
				}
			}
		}
		if use := row.Raw(1); use != "own" && use != "may" {
			t.errs.Add(row.At(1), "unknown use %q: letters are own or may", use)
		}
	}
}

// languagesOf says in which languages that inflect a Cyrillic word may be
// written, judging by its letters alone.
func (sp *speech) languagesOf(s string) langs {
	of, own := langs(sp.cyrillic), langs(0)
	for _, r := range s {
		if r < maxLetter && sp.letters[r].has != 0 {
			of &= sp.letters[r].has
			own |= sp.letters[r].own
		}
	}
	if of == 0 {
		of = own & -own // letters of several languages: the first of them
	}
	return of & (1<<len(sp.langs) - 1)
}

// inLatin gives the languages in Latin letters that inflect.
func (sp *speech) inLatin() langs { return langs(sp.latin) & (1<<len(sp.langs) - 1) }

// speakReach is how many bytes to either side tell the language a name stands
// in: posts mix languages, sentences seldom do.
const speakReach = 400

// clearly is by how many votes the other languages must lead.
const clearly = 2

// speaks says whether the text around an inflected form may be of a language
// that has this form. Почти is Ukrainian for of the post and Russian for nearly.
// In doubt it may, unless it is a verb of another: убери is a plural of Uber for two.
func (r *run) speaks(p *place) bool {
	from, to := r.back(p.start, speakReach), min(len(r.text), p.end+speakReach)
	sp := r.set.speech
	var votes [maxVotes]int
	var t token
	for i := from; i < to && r.set.fold.next(r.text, i, &t); i = t.end {
		hit := t.start < p.end && p.start < t.end
		if !hit {
			count(&votes, r.set.common.votes[t.hash], 1)
		}
		count(&votes, sp.lettersVote(r.text[t.start:t.end]), clearly)
	}
	own := vote(p.langs / flagLang)
	if r.text[p.start] < utf8.RuneSelf {
		return most(&votes, sp.latin&^own)-most(&votes, sp.latin&own|voteTyped) < clearly
	}
	lead := most(&votes, sp.cyrillic&^own) - most(&votes, sp.cyrillic&own)
	if r.set.common.verbs[r.set.fold.foldWord(r.text[p.start:p.end])] != 0 {
		return lead < 0
	}
	return lead < clearly
}

// most is the largest number of votes that one language of a set has.
func most(votes *[maxVotes]int, of vote) int {
	n := 0
	for ; of != 0; of &= of - 1 {
		n = max(n, votes[bits.TrailingZeros16(uint16(of))])
	}
	return n
}

func count(votes *[maxVotes]int, of vote, weight int) {
	for ; of != 0; of &= of - 1 {
		votes[bits.TrailingZeros16(uint16(of))] += weight
	}
}

// lettersVote says which language a word's letters speak for: the first letter
// that speaks at all decides.
func (sp *speech) lettersVote(word string) vote {
	for _, r := range word {
		if r < maxLetter && sp.letters[r].own != 0 {
			return vote(sp.letters[r].own)
		}
	}
	return 0
}
