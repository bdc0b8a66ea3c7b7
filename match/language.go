package match

import "unicode/utf8"

// The languages a frequent word or a letter speaks for. The first three are in
// the order of flagLangs.
const (
	voteRussian uint8 = 1 << iota
	voteUkrainian
	voteBulgarian
	voteEnglish
	voteLatin // a Slavic language typed in Latin letters
)

var voteOf = map[string]uint8{"ru": voteRussian, "uk": voteUkrainian, "bg": voteBulgarian, "en": voteEnglish}

// speakReach is how many bytes to either side tell the language a name stands
// in: posts mix languages, sentences seldom do.
const speakReach = 400

// clearly is by how many votes the other languages must lead.
const clearly = 2

// speaks says whether the text around an inflected form may be of a language
// that has this form. Почти is Ukrainian for of the post and Russian for nearly.
// In doubt it may.
func (r *run) speaks(p *place) bool {
	from, to := max(0, p.start-speakReach), min(len(r.text), p.end+speakReach)
	for from < p.start && !utf8.RuneStart(r.text[from]) {
		from++
	}
	var votes [5]int
	var t token
	for i := from; i < to && r.set.fold.next(r.text, i, &t); i = t.end {
		hit := t.start < p.end && p.start < t.end
		if !hit {
			count(&votes, r.set.votes[t.hash], 1)
		}
		if t.kinds&kindCyrillic != 0 {
			count(&votes, lettersVote(r.text[t.start:t.end]), clearly)
		}
	}
	if r.text[p.start] < utf8.RuneSelf {
		return votes[3]-votes[4] < clearly
	}
	own, other := 0, 0
	for i := range 3 {
		if p.langs&(flagRussian<<i) != 0 {
			own = max(own, votes[i])
		} else {
			other = max(other, votes[i])
		}
	}
	return other-own < clearly
}

func count(votes *[5]int, of uint8, weight int) {
	for i := range votes {
		if of&(1<<i) != 0 {
			votes[i] += weight
		}
	}
}

// lettersVote says which language a word's letters speak for.
func lettersVote(word string) uint8 {
	for _, c := range word {
		switch c {
		case 'ы', 'э', 'ё', 'Ы', 'Э', 'Ё':
			return voteRussian
		case 'і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є', 'Ґ':
			return voteUkrainian
		case 'ъ', 'Ъ':
			return voteBulgarian
		}
	}
	return 0
}
