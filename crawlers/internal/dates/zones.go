package dates

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Rules of this file: a zone is known or the date is refused. A zone that is
// passed over in silence is a complaint at the wrong hour, or on the wrong day.

// placeZone is a zone named by a place, as the IANA database does.
var placeZone = regexp.MustCompile(`\b[A-Z][A-Za-z]+(?:/[A-Za-z][A-Za-z0-9_+-]*)+`)

// placeName finds "Europe/Kyiv" in the text and returns the text without it. ok is
// false where a name of that form stands behind a number and is no zone.
func (p *parser) placeName(text string) (rest string, ok bool) {
	if !strings.Contains(text, "/") {
		return text, true
	}
	at := placeZone.FindStringIndex(text)
	if at == nil {
		return text, true
	}
	zone, err := time.LoadLocation(text[at[0]:at[1]])
	if err == nil {
		p.place = zone
		return text[:at[0]] + " " + text[at[1]:], true
	}
	before := strings.TrimRight(text[:at[0]], " ([")
	return text, before == "" || !unicode.IsDigit(rune(before[len(before)-1]))
}

// unknownZone reports a word in capitals behind the clock whose meaning nobody
// knows: it may be a zone. The abbreviation the site's own zone goes by is none.
func (p *parser) unknownZone(i int) bool {
	t := p.at(i)
	if p.behind == 0 || i != p.behind || p.shift != nil || p.place != nil || t.isNum() || utf8.RuneCountInString(t.text) < 2 {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(t.text); !unicode.IsLetter(r) || p.words.known(t.text) {
		return false
	}
	name := strings.ToUpper(t.text)
	if utf8.RuneCountInString(name) > 6 || !strings.Contains(p.text, name) {
		return false
	}
	return !p.ownZone(name)
}

// writtenAsZone tells zones from words like "eat" and "met": Latin ones are written
// in capitals.
func (p *parser) writtenAsZone(word string) bool {
	return len(word) == 1 || word[0] >= utf8.RuneSelf || strings.Contains(p.text, strings.ToUpper(word))
}

// ownZone reports whether the site's zone goes by that name in some part of the year.
func (p *parser) ownZone(name string) bool {
	for _, t := range []time.Time{p.now, p.now.AddDate(0, 6, 0)} {
		if abbreviation, _ := t.In(p.zone).Zone(); abbreviation == name {
			return true
		}
	}
	return false
}

// besideClock reports what may stand between a clock and its zone.
func (p *parser) besideClock(i int) bool {
	switch p.at(i).text {
	case "(", "[", ".", "ч":
		return true
	default:
		return p.halfDay(i) > 0
	}
}

// known reports a word that means something.
func (v *vocabulary) known(word string) bool {
	for _, table := range []map[string]int{v.months, v.weekdays, v.days, v.counts, v.halfDays, v.zones, v.now, v.fillers} {
		if _, ok := table[word]; ok {
			return true
		}
	}
	_, ago := v.ago[word]
	return ago
}

// noMonth is the month that counts where numbers have said it: "Марта, 28.11.2026" is Martha.
const noMonth = -1

// chooseMonth settles which of several month words counts: the one between the day
// and the year. ok is false when that does not settle it.
func (p *parser) chooseMonth() (ok bool) {
	for i := range p.toks {
		if !p.early() && p.at(i).isNum() && p.joined(i, "./-") && p.joined(i+2, p.at(i+1).text) {
			p.onlyMonth = noMonth
			return true
		}
	}
	first, several := 0, false
	between := map[int]bool{}
	for i, t := range p.toks {
		m, ok := p.words.months[t.text]
		if !ok || !p.nextToNumber(i) {
			continue
		}
		several = several || first != 0 && m != first
		first = m
		if p.numberBeside(i, -1) && p.numberBeside(i, 1) {
			between[m] = true
		}
	}
	if !several {
		return true
	}
	for m := range between {
		p.onlyMonth = m
	}
	return len(between) == 1
}

// numberBeside reports whether the next thing that is no mark or filler, to the
// left (-1) or to the right (1), is a number.
func (p *parser) numberBeside(i, step int) bool {
	for i += step; i >= 0 && i < len(p.toks); i += step {
		t := p.toks[i]
		if t.isNum() {
			return true
		}
		if !p.filler(t.text) && len(t.text) > 1 {
			return false
		}
	}
	return false
}
