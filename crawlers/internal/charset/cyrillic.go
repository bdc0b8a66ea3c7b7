package charset

import (
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// The Cyrillic charsets put the same letters into other places, so text read in
// the wrong one is letters again, but rare ones in odd order. Each candidate is
// scored by how usual its letters are and how well capitals stand.

// cyrillicCharsets are the candidates, the most usual first. koi8-u reads koi8-r
// too, apart from box drawing.
func cyrillicCharsets() []*charmap.Charmap {
	return []*charmap.Charmap{charmap.Windows1251, charmap.KOI8U, charmap.CodePage866, charmap.ISO8859_5}
}

const (
	guessBytes  = 64 << 10 // of the body: thousands of words say all there is to know
	guessLeast  = 6        // letters; fewer are chance
	guessUsual  = 3.0      // points a letter on average; real text has 4 to 7, the same text misread up to 4 but then less than its truth
	guessLead   = 1.5      // points before what the page itself says, to overrule it
	guessInWord = 0.5      // share of letters beside letters; accents in Western text stand alone
)

// letterPoints say how usual a letter is in Russian, Ukrainian and Bulgarian text
// together, about its share in percent. They are estimates: they only have to rank charsets.
const letterPoints = "о10 а8 е8 и8 н7 т6 с5 л5 в5 р5 к4 м3 д3 п3 у3 я2 з2 ь2 б2 г2 і3 ч1 й1 х1 ж1 ш1 ю1 ц1 ы2 щ1 ї1 є1 ъ1 э1 ф1 ё1"

// guessCyrillic returns the Cyrillic charset that body is in, or nil when it
// reads as no Cyrillic text, or when said already reads about as well.
func guessCyrillic(body []byte, said encoding.Encoding) encoding.Encoding {
	points := pointsTable()
	body = body[:min(len(body), guessBytes)]
	if !runs(body) {
		return nil
	}
	var best *charmap.Charmap
	bestScore, saidScore := guessUsual, 0.0
	for _, cm := range cyrillicCharsets() {
		score := readsAs(cm, body, &points)
		if cm == said {
			saidScore = score
		}
		if score > bestScore {
			best, bestScore = cm, score
		}
	}
	if best == nil || bestScore < saidScore+guessLead {
		return nil
	}
	return best
}

// runs says whether the high bytes stand in words, as an alphabet does, and not
// alone between Latin letters, as accents do.
func runs(b []byte) bool {
	high, beside := 0, 0
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		high++
		if i > 0 && b[i-1] >= 0x80 || i+1 < len(b) && b[i+1] >= 0x80 {
			beside++
		}
	}
	return high >= guessLeast && float64(beside) > guessInWord*float64(high)
}

// reading is what one byte means in a charset.
type reading struct {
	points float64
	kind   byte // 0 nothing, s other sign, u capital, l small letter
}

// readings is the table of the upper half of cm.
func readings(cm *charmap.Charmap, points *[64]float64) (t [128]reading) {
	for i := range t {
		r := cm.DecodeByte(byte(i + 128))
		p, letter := letterScore(r, points)
		switch {
		case letter && unicode.IsUpper(r):
			t[i] = reading{p, 'u'}
		case letter:
			t[i] = reading{p, 'l'}
		case p != 0:
			t[i] = reading{p, 's'}
		}
	}
	return t
}

// readsAs is the average points of the high bytes read in cm.
func readsAs(cm *charmap.Charmap, b []byte, points *[64]float64) float64 {
	table := readings(cm, points)
	sum, n := 0.0, 0
	last := byte(0) // kind of the letter just before, or 0
	for _, c := range b {
		if c < 0x80 {
			last = 0
			continue
		}
		r := table[c-128]
		switch {
		case r.kind == 0:
			last = 0
			continue
		case r.kind == 's':
			r.kind = 0
		case r.kind == 'u' && last == 'l':
			r.points = -5 // a capital inside a word
		case r.kind == 'u' && last == 'u':
			r.points-- // a word in capitals: possible, less usual; koi8 and 1251 swap the cases
		}
		sum += r.points
		n++
		last = r.kind
	}
	if n < guessLeast {
		return 0
	}
	return sum / float64(n)
}

func letterScore(r rune, points *[64]float64) (p float64, letter bool) {
	l := unicode.ToLower(r)
	if l >= 'а' && l < 'а'+64 {
		return points[l-'а'], true
	}
	switch {
	case l == 'ґ':
		return 0.3, true
	case r == '«' || r == '»' || r == '—' || r == '–' || r == '№' || r == '…' || r == '\u00a0' ||
		r == '“' || r == '”' || r == '„' || r == '’' || r == '©':
		return 0, false // what real text holds between words
	}
	return -4, false
}

func pointsTable() (t [64]float64) {
	for i := range t {
		t[i] = -2 // Cyrillic letters of other languages
	}
	var letter rune
	for _, r := range letterPoints {
		switch {
		case r == ' ':
		case r >= '0' && r <= '9':
			v := &t[letter-'а']
			if *v < 0 {
				*v = 0
			}
			*v = *v*10 + float64(r-'0')
		default:
			letter = r
		}
	}
	return t
}
