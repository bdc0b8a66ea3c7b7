// Package dates reads the moments sites show, as English, Russian, Ukrainian and
// Bulgarian write them. It knows words and numbers and nothing of pages, posts or
// the clock: the moment of reading is given to it.
package dates

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/hours"
)

// Rules of this file: a date is either read exactly or not at all. What two
// readings fit is settled by, in this order: the source's language, the reading
// that is not in the future, the habit of the notation. What is left unclear is
// refused, because a wrong date shows staff an old complaint as new.

const (
	// maxDateText bounds the text a date is looked for in, in bytes. Longer text
	// is prose.
	maxDateText = 160
	// maxUnknown is how many words without a meaning may stand beside a complete
	// date: "by Marta", "(Eastern European Summer Time)".
	maxUnknown = 5
	// maxSkew is how far after now a date may lie: clocks differ, and a time
	// without a zone may be up to 14 hours ahead.
	maxSkew = 24 * time.Hour
)

// Parse reads the moment a site shows, in any of the forms earshot's four
// languages write it: RFC 3339 and its relatives, unix stamps, numbers, month
// names in any case, "today", "yesterday", "2 hours ago". now is the time of
// reading; zone is the site's and counts only where the text names none (nil is
// UTC). langs are hints (BCP 47) that settle what two languages read differently.
//
// t is UTC. dateOnly says the text gave a day and no time: t is then 00:00 of
// that day in zone. ok is false for text that is no date, and for a date more
// than a day after now or before 1990.
func Parse(text string, now time.Time, zone *time.Location, langs ...string) (t time.Time, dateOnly bool, ok bool) {
	return vocabularyOf().parse(text, now, zone, langs...)
}

func (v *vocabulary) parse(text string, now time.Time, zone *time.Location, langs ...string) (t time.Time, dateOnly bool, ok bool) {
	if zone == nil {
		zone = time.UTC
	}
	if len(text) > maxDateText {
		return time.Time{}, false, false
	}
	text = strings.TrimSpace(strings.Map(visible, text))
	if t, err := time.Parse(time.RFC3339, text); err == nil { // by far the most frequent
		return settle(t, false, now)
	}
	if t, ok := unixStamp(text); ok {
		return settle(t, false, now)
	}
	if t, ok := dotNetStamp(text); ok && !slices.Contains(langs, Early) {
		return settle(t, false, now)
	}
	p := parser{words: v, now: now.In(zone), zone: zone, langs: langs, text: text}
	rest, ok := p.placeName(text)
	if !ok {
		return time.Time{}, false, false
	}
	p.toks = v.tokens(rest)
	if len(p.toks) == 0 || len(p.toks) > 40 {
		return time.Time{}, false, false
	}
	if t, dateOnly, ok = p.relative(); !ok {
		t, dateOnly, ok = p.absolute()
	}
	if !ok {
		return time.Time{}, false, false
	}
	return settle(t, dateOnly, now)
}

func settle(t time.Time, dateOnly bool, now time.Time) (time.Time, bool, bool) {
	if t.Year() < 1990 || t.Sub(now) > maxSkew {
		return time.Time{}, false, false
	}
	return t.UTC(), dateOnly, true
}

type parser struct {
	words *vocabulary
	now   time.Time // in zone
	zone  *time.Location
	langs []string
	text  string // as it is written
	toks  []token

	year, month, day int
	clock            bool
	hour, min, sec   int
	nsec             int
	half             halfDay
	shift            *int
	place            *time.Location // the zone the text names by a place
	behind           int            // the token behind the clock; 0: none was read
	onlyMonth        int            // of several month words the one that counts
	named            bool           // a day word was read
	back             int            // days before today
	weekday          int            // -1: none
	unknown          int            // words without a meaning
}

// relative reads "2 hours ago" and "just now".
func (p *parser) relative() (time.Time, bool, bool) {
	if p.justNow() {
		return p.now.Truncate(time.Minute), false, true
	}
	langs := p.agoLangs()
	if len(langs) == 0 {
		return p.shorthand()
	}
	for _, lang := range langs {
		if t, whole, ok := p.distance(lang); ok {
			return t, whole, true
		}
	}
	return time.Time{}, false, false
}

// distance reads a distance into the past in the words of one language.
func (p *parser) distance(lang string) (time.Time, bool, bool) {
	t, whole, found := p.now, false, false
	n, clock := 0, *p
	for i := 0; i < len(p.toks); i++ {
		tok := p.toks[i]
		if tok.isNum() {
			if p.postNumber(i) {
				continue
			}
			if took := clock.beside(i); took > 0 {
				i += took - 1
				continue
			}
			if n != 0 || tok.num > 10000 {
				return t, false, false
			}
			n = tok.num
			continue
		}
		if u, ok := p.words.units[lang][tok.text]; ok {
			t, whole, found = stepBack(t, unit(u), n, whole)
			n = 0
			continue
		}
		if c, ok := p.words.counts[tok.text]; ok {
			if n == 0 || c == few { // "half an hour": the half counts; "a few seconds": the few
				n = c
			}
			continue
		}
		if !p.silent(tok) {
			return t, false, false
		}
	}
	if !found || n != 0 || clock.clock && !whole {
		return t, false, false
	}
	if clock.clock { // "3 days ago at 14:05"
		t, found = clock.on(t)
		return t, false, found
	}
	if whole {
		t = startOfDay(t)
	}
	return t, whole, true
}

// justNow reports whether the text is nothing but words for this moment.
func (p *parser) justNow() bool {
	nows := 0
	for _, t := range p.toks {
		if _, ok := p.words.now[t.text]; ok {
			nows++
		} else if _, beside := p.words.besideNow[t.text]; !beside && t.text != "." && t.text != "-" {
			return false
		}
	}
	return nows > 0
}

// agoLangs are the languages the text may tell a distance into the past in, the likeliest
// first; none when it tells none. Of two marks ("тому назад") the last one counts. The
// site's language is a hint: its people write others, too.
func (p *parser) agoLangs() (langs []string) {
	for _, t := range p.toks {
		a, ok := p.words.ago[t.text]
		if !ok {
			continue
		}
		langs = []string{a.lang}
		if i := slices.IndexFunc(a.hinted, p.hasLang); i >= 0 { // "2 год. назад" on a Ukrainian site
			langs = []string{a.hinted[i], a.lang}
		}
	}
	if len(langs) > 1 && !slices.ContainsFunc(p.toks, token.isNum) { // "год назад" is a Russian year there, too
		slices.Reverse(langs)
	}
	return langs
}

// filler reports a word that says nothing beside a date.
func (p *parser) filler(word string) bool {
	since := p.words.fillers[word]
	return since != 0 && (since != late || !p.early())
}

// silent reports whether the token says nothing in a distance.
func (p *parser) silent(tok token) bool {
	if _, ok := p.words.ago[tok.text]; ok {
		return true
	}
	if p.filler(tok.text) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(tok.text)
	return !unicode.IsLetter(r)
}

// few are as many as "a few" of the seconds and minutes that many sites write above what
// was just posted. Of longer units they tell no moment.
const few = -2

// halves are the units that people halve and sites print so.
var halves = map[unit]struct {
	n int
	u unit
}{minute: {30, second}, hour: {30, minute}, year: {6, month}}

// stepBack goes n units back; no number is one, -1 is half of the unit.
func stepBack(t time.Time, u unit, n int, whole bool) (time.Time, bool, bool) {
	if n == -1 {
		half, ok := halves[u]
		if !ok {
			return t, false, false
		}
		n, u = half.n, half.u
	}
	if n == few {
		if u != second && u != minute {
			return t, false, false
		}
		n = 3
	}
	if n == 0 {
		n = 1
	}
	t, day := u.back(t, n)
	return t, whole || day, true
}

// short is the number and the word of what is nothing more: "2h", "5 min.", and "-5 мин" as browsers
// shorten it in Russian.
func short(toks []token) (n int, word string, ok bool) {
	if len(toks) > 2 && toks[0].text == "-" && toks[1].glued {
		toks = toks[1:]
	}
	for len(toks) > 2 && strings.Contains(".·•|,", toks[len(toks)-1].text) { // what else is told of the post stands behind it
		toks = toks[:len(toks)-1]
	}
	if len(toks) != 2 || !toks[0].isNum() || toks[0].num > 1000 {
		return 0, "", false
	}
	return toks[0].num, toks[1].text, true
}

// shorthand reads "2h" and "5 min" when that is the whole text.
func (p *parser) shorthand() (time.Time, bool, bool) {
	n, word, ok := short(p.toks)
	if !ok {
		return time.Time{}, false, false
	}
	u, ok := p.words.units["en"][word] // English is written everywhere
	if !ok {
		u, ok = p.words.units[p.hintedLang()][word]
		if !ok || unit(u) == year {
			return time.Time{}, false, false
		}
	}
	t, whole := unit(u).back(p.now, n)
	if whole {
		t = startOfDay(t)
	}
	return t, whole, true
}

// hintedLang is the first of the hints whose words are known; "" when none is.
func (p *parser) hintedLang() string {
	for _, hint := range p.langs {
		lang, _, _ := strings.Cut(strings.ToLower(hint), "-")
		if _, known := p.words.units[lang]; known && lang != "en" {
			return lang
		}
	}
	return ""
}

func (p *parser) hasLang(lang string) bool {
	return slices.ContainsFunc(p.langs, func(l string) bool { return strings.HasPrefix(strings.ToLower(l), lang) })
}

func startOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return hours.DayBegins(y, m, d, t.Location())
}

// absolute reads dates with a day, and times of today, yesterday or a weekday.
func (p *parser) absolute() (time.Time, bool, bool) {
	p.weekday = -1
	if !p.chooseMonth() {
		return time.Time{}, false, false
	}
	for i := 0; i < len(p.toks); {
		if p.unknownZone(i) {
			return time.Time{}, false, false
		}
		hadClock := p.clock
		n := p.number(i)
		if n == 0 {
			n = p.word(i)
		}
		if n == 0 {
			return time.Time{}, false, false
		}
		if p.clock && !hadClock || i == p.behind && p.besideClock(i) {
			p.behind = i + n
		}
		i += n
	}
	return p.assemble()
}

// assemble puts the parts together.
func (p *parser) assemble() (time.Time, bool, bool) {
	zone := p.zone
	if p.place != nil {
		zone = p.place
	}
	if p.shift != nil {
		zone = time.FixedZone("", *p.shift)
	}
	if !p.settleClock() {
		return time.Time{}, false, false
	}
	y, m, d, ok := p.settleDay(zone)
	if !ok {
		return time.Time{}, false, false
	}
	if !p.clock {
		return hours.DayBegins(y, m, d, zone), true, true
	}
	return p.moment(y, m, d, zone), false, true
}

// moment is that of the clock that was read on a day: of two that it shows alike the last that is not to
// come.
func (p *parser) moment(y int, m time.Month, d int, zone *time.Location) time.Time {
	first, last := hours.Shown(time.Date(y, m, d, p.hour, p.min, p.sec, p.nsec, time.UTC), zone)
	if last.After(p.now) {
		return first
	}
	return last
}

// settleClock makes the time one of twenty-four hours and reports whether there
// is such a time.
func (p *parser) settleClock() bool {
	p.hour = p.hour24()
	if !p.clock {
		return true
	}
	midnight := p.hour == 24 && p.min == 0
	return (p.hour <= 23 || midnight) && p.min <= 59 && p.sec <= 60
}

// settleDay works out the day; ok is false where the text names none, or not
// enough of one.
func (p *parser) settleDay(zone *time.Location) (y int, m time.Month, d int, ok bool) {
	complete := p.day > 0 && p.month > 0 && p.year > 0
	if p.unknown > 0 && !complete || p.unknown > maxUnknown {
		return 0, 0, 0, false
	}
	y, m, d = p.now.Date()
	switch {
	case complete:
		y, m, d = p.year, time.Month(p.month), p.day
	case p.day > 0 && p.month > 0:
		m, d = time.Month(p.month), p.day
		if time.Date(y, m, d, 0, 0, 0, 0, zone).Sub(p.now) > maxSkew {
			y--
		}
	case p.day > 0 || p.month > 0 || p.year > 0:
		return 0, 0, 0, false
	case p.named:
		return y, m, d - p.back, true
	case p.weekday >= 0:
		return y, m, d - (int(p.now.Weekday())-p.weekday+6)%7 - 1, true
	case p.clock:
		if time.Date(y, m, d, p.hour, p.min, p.sec, 0, zone).After(p.now.Add(time.Hour)) {
			d--
		}
		return y, m, d, true
	default:
		return 0, 0, 0, false
	}
	t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return y, m, d, t.Day() == p.day && int(t.Month()) == p.month // no 31 April
}

// word reads the word or character at i and returns how many tokens it took.
func (p *parser) word(i int) int {
	t := p.at(i)
	if t.isNum() || t.text == "" {
		return 0
	}
	if m, ok := p.words.months[t.text]; ok && p.nextToNumber(i) {
		if p.month == 0 && (p.onlyMonth == 0 || p.onlyMonth == m) {
			p.month = m
		}
		return 1
	}
	if back, ok := p.words.days[t.text]; ok && !p.named {
		p.named, p.back = true, back
		return 1
	}
	if p.tellsHalf(i) {
		return 1
	}
	if s, ok := p.words.zones[t.text]; ok && (t.text == "utc" || t.text == "gmt" || p.clock && p.writtenAsZone(t.text)) {
		if p.shift == nil {
			p.shift = &s
		}
		n := p.offset(i + 1)
		if _, base := p.words.zoneBases[t.text]; base && n == 2 && p.at(i+2).digits == 1 && !p.early() { // МСК+2; MSK+03 says what MSK is
			*p.shift += s
		}
		return 1 + n
	}
	if w, ok := p.words.weekdays[t.text]; ok && p.weekday < 0 {
		p.weekday = w
		return 1
	}
	if r, _ := utf8.DecodeRuneInString(t.text); unicode.IsLetter(r) {
		if !p.filler(t.text) {
			p.unknown++
		}
	}
	if n := p.lateOffset(i); n > 0 {
		return n
	}
	return 1
}

// lateOffset reads an offset that stands apart from the clock: "14:05:00 (+0300)".
func (p *parser) lateOffset(i int) int {
	if !p.clock || p.shift != nil {
		return 0
	}
	if t := p.at(i).text; t != "+" && t != "-" {
		return 0
	}
	return p.offset(i)
}

// nextToNumber tells the month "may" from the verb.
func (p *parser) nextToNumber(i int) bool {
	for _, step := range []int{-1, 1} {
		for j, hops := i+step, 0; j >= 0 && j < len(p.toks) && hops < 3; j, hops = j+step, hops+1 {
			t := p.toks[j]
			if t.isNum() {
				return true
			}
			if !p.filler(t.text) && len(t.text) > 1 {
				break
			}
		}
	}
	return false
}

// RelativeDate reports whether the text tells a distance from now, also in short ("2h"). A day in words with a
// time ("yesterday, 15:00") is none: it tells the moment that its date tells later.
func RelativeDate(text string) bool {
	words := vocabularyOf()
	toks := words.tokens(text[:min(len(text), maxDateText)])
	named, clock := false, false
	if _, word, ok := short(toks); ok && words.isUnit(word) {
		return true
	}
	for i, t := range toks {
		_, ago := words.ago[t.text]
		_, now := words.now[t.text]
		if ago || now {
			return true
		}
		_, day := words.days[t.text]
		named = named || day
		clock = clock || i > 1 && t.isNum() && t.glued && toks[i-1].text == ":" && toks[i-2].isNum()
	}
	return named && !clock
}
