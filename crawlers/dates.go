package crawlers

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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

// ParseDate reads the moment a site shows, in any of the forms earshot's four
// languages write it: RFC 3339 and its relatives, unix stamps, numbers, month
// names in any case, "today", "yesterday", "2 hours ago". now is the time of
// reading; zone is the site's and counts only where the text names none (nil is
// UTC). langs are hints (BCP 47) that settle what two languages read differently.
//
// t is UTC. dateOnly says the text gave a day and no time: t is then 00:00 of
// that day in zone. ok is false for text that is no date, and for a date more
// than a day after now or before 1990.
func ParseDate(text string, now time.Time, zone *time.Location, langs ...string) (t time.Time, dateOnly bool, ok bool) {
	if zone == nil {
		zone = time.UTC
	}
	if len(text) > maxDateText {
		return time.Time{}, false, false
	}
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil { // by far the most frequent
		return settle(t, false, now)
	}
	if t, ok := unixStamp(text); ok {
		return settle(t, false, now)
	}
	p := dateParser{now: now.In(zone), zone: zone, langs: langs, toks: dateTokens(text)}
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

// unixStamp reads seconds, milliseconds or microseconds since 1970, told apart
// by the number of digits.
func unixStamp(s string) (time.Time, bool) {
	whole, _, _ := strings.Cut(s, ".")
	n := int64(0)
	for _, c := range whole {
		if c < '0' || c > '9' || len(whole) > 16 {
			return time.Time{}, false
		}
		n = n*10 + int64(c-'0')
	}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0), true
	case 13:
		return time.UnixMilli(n), true
	case 16:
		return time.UnixMicro(n), true
	}
	return time.Time{}, false
}

// dateToken is a number, a word or one other character.
type dateToken struct {
	text   string // lower case
	num    int    // -1 for words and characters
	digits int
	glued  bool // no space before it
}

func (t dateToken) isNum() bool { return t.num >= 0 }

// dateTokens splits the text. "п’ятниця" keeps its apostrophe, "a.m." loses its dots.
func dateTokens(s string) []dateToken {
	s = strings.ToLower(s)
	s = dateNoise.Replace(s)
	var toks []dateToken
	glued := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		start := i
		switch {
		case unicode.IsSpace(r):
			glued = false
			i += size
			continue
		case r >= '0' && r <= '9':
			n := 0
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				if n < 1e9 {
					n = n*10 + int(s[i]-'0')
				}
				i++
			}
			toks = append(toks, dateToken{text: s[start:i], num: n, digits: i - start, glued: glued})
		case unicode.IsLetter(r):
			for i < len(s) {
				r, size := utf8.DecodeRuneInString(s[i:])
				if !unicode.IsLetter(r) && r != '\'' {
					break
				}
				i += size
			}
			toks = append(toks, dateToken{text: strings.Trim(s[start:i], "'"), num: -1, glued: glued})
		default:
			i += size
			toks = append(toks, dateToken{text: s[start:i], num: -1, glued: glued})
		}
		glued = true
	}
	return toks
}

// dateNoise makes variants of the same notation one.
var dateNoise = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a. m.", "am", "p. m.", "pm", "пр.об.", "am", "сл.об.", "pm",
	"пр. об.", "am", "сл. об.", "pm", "’", "'", "ʼ", "'", "току-що", "току", "−", "-", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " ")

type dateParser struct {
	now   time.Time // in zone
	zone  *time.Location
	langs []string
	toks  []dateToken

	year, month, day int
	clock            bool
	hour, min, sec   int
	nsec             int
	half             int // of a twelve-hour clock
	shift            *int
	named            bool // a day word was read
	back             int  // days before today
	weekday          int  // -1: none
	unknown          int  // words without a meaning
}

// relative reads "2 hours ago" and "just now".
func (p *dateParser) relative() (time.Time, bool, bool) {
	lang := ""
	onlyNow, nows := true, 0
	for _, t := range p.toks {
		if l, ok := agoWords[t.text]; ok && lang != "ru" {
			lang = l
		}
		if _, ok := nowWords[t.text]; ok {
			nows++
		} else if t.text != "ago" && t.text != "a" && t.text != "." && t.text != "-" {
			onlyNow = false
		}
	}
	if onlyNow && nows > 0 {
		return p.now.Truncate(time.Minute), false, true
	}
	if lang == "" {
		return p.shorthand()
	}
	if lang == "ru" && p.hasLang("uk") { // "2 год. назад" on a Ukrainian site
		lang = "uk"
	}
	t, whole, found := p.now, false, false
	n := 0
	for _, tok := range p.toks {
		if tok.isNum() {
			if n != 0 || tok.num > 10000 {
				return t, false, false
			}
			n = tok.num
			continue
		}
		if u, ok := unitWords[lang][tok.text]; ok {
			t, whole, found = stepBack(t, unit(u), n, whole)
			n = 0
			continue
		}
		if c, ok := countWords[tok.text]; ok {
			if n == 0 { // "half an hour": the half counts
				n = c
			}
			continue
		}
		if _, ok := agoWords[tok.text]; ok || !unicode.IsLetter([]rune(tok.text)[0]) {
			continue
		}
		if _, ok := fillers[tok.text]; !ok {
			return t, false, false
		}
	}
	if !found || n != 0 {
		return t, false, false
	}
	if whole {
		t = startOfDay(t)
	}
	return t, whole, true
}

// stepBack goes n units back; no number is one, -1 is half an hour or half a day.
func stepBack(t time.Time, u unit, n int, whole bool) (time.Time, bool, bool) {
	if n == -1 {
		if u != hour {
			return t, false, false
		}
		u = halfHour
	}
	if n == 0 {
		n = 1
	}
	t, day := u.back(t, n)
	return t, whole || day, true
}

// shorthand reads "2h" and "5 min" when that is the whole text.
func (p *dateParser) shorthand() (time.Time, bool, bool) {
	toks := p.toks
	if len(toks) == 3 && toks[2].text == "." {
		toks = toks[:2]
	}
	if len(toks) != 2 || !toks[0].isNum() || toks[0].num > 1000 {
		return time.Time{}, false, false
	}
	lang := "en"
	for _, l := range []string{"ru", "uk", "bg"} {
		if p.hasLang(l) {
			lang = l
		}
	}
	u, ok := unitWords["en"][toks[1].text]
	if !ok {
		if u, ok = unitWords[lang][toks[1].text]; !ok || unit(u) == year {
			return time.Time{}, false, false
		}
	}
	t, whole := unit(u).back(p.now, toks[0].num)
	if whole {
		t = startOfDay(t)
	}
	return t, whole, true
}

func (p *dateParser) hasLang(lang string) bool {
	return slices.ContainsFunc(p.langs, func(l string) bool { return strings.HasPrefix(strings.ToLower(l), lang) })
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// absolute reads dates with a day, and times of today, yesterday or a weekday.
func (p *dateParser) absolute() (time.Time, bool, bool) {
	p.weekday = -1
	for i := 0; i < len(p.toks); {
		n := p.number(i)
		if n == 0 {
			n = p.word(i)
		}
		if n == 0 {
			return time.Time{}, false, false
		}
		i += n
	}
	return p.assemble()
}

// assemble puts the parts together.
func (p *dateParser) assemble() (time.Time, bool, bool) {
	if p.half == 2 && p.hour < 12 {
		p.hour += 12
	} else if p.half == 1 && p.hour == 12 {
		p.hour = 0
	}
	if p.clock && (p.hour > 23 && !(p.hour == 24 && p.min == 0) || p.min > 59 || p.sec > 60) {
		return time.Time{}, false, false
	}
	zone := p.zone
	if p.shift != nil {
		zone = time.FixedZone("", *p.shift)
	}
	complete := p.day > 0 && p.month > 0 && p.year > 0
	if p.unknown > 0 && !complete || p.unknown > maxUnknown {
		return time.Time{}, false, false
	}
	y, m, d := p.now.Date()
	switch {
	case complete:
		y, m, d = p.year, time.Month(p.month), p.day
	case p.day > 0 && p.month > 0:
		m, d = time.Month(p.month), p.day
		if time.Date(y, m, d, 0, 0, 0, 0, zone).Sub(p.now) > maxSkew {
			y--
		}
	case p.day > 0 || p.month > 0 || p.year > 0:
		return time.Time{}, false, false
	case p.named:
		d -= p.back
	case p.weekday >= 0:
		d -= (int(p.now.Weekday())-p.weekday+6)%7 + 1
	case p.clock:
		if time.Date(y, m, d, p.hour, p.min, p.sec, 0, zone).After(p.now.Add(time.Hour)) {
			d--
		}
	default:
		return time.Time{}, false, false
	}
	if p.day > 0 {
		if t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC); t.Day() != p.day || int(t.Month()) != p.month {
			return time.Time{}, false, false // 31 April
		}
	}
	return time.Date(y, m, d, p.hour, p.min, p.sec, p.nsec, zone), !p.clock, true
}

// at returns the token at i, or an empty word.
func (p *dateParser) at(i int) dateToken {
	if i < 0 || i >= len(p.toks) {
		return dateToken{num: -1}
	}
	return p.toks[i]
}

// is reports whether token i is this character, with nothing before it.
func (p *dateParser) is(i int, chars string) bool {
	t := p.at(i)
	return t.text != "" && t.glued && len(t.text) == 1 && strings.Contains(chars, t.text)
}

// number reads what begins with a number at i and returns how many tokens it took.
func (p *dateParser) number(i int) int {
	a := p.at(i)
	if !a.isNum() {
		return 0
	}
	b, c := p.at(i+2), p.at(i+4)
	switch {
	case p.is(i+1, ":") && b.isNum() && b.glued && a.digits <= 2 && b.digits == 2:
		return p.readClock(i)
	case p.is(i+1, "./-") && b.isNum() && b.glued && p.is(i+3, p.at(i+1).text) && c.isNum() && c.glued:
		return p.numericDate(a, b, c, p.at(i+1).text)
	case p.compact(a):
		return 1
	case p.is(i+1, ".") && b.isNum() && b.glued && b.digits == 2 && !p.clock && p.day > 0 && a.num < 24 && b.num < 60:
		p.clock, p.hour, p.min = true, a.num, b.num
		return 3
	case p.is(i+1, ".") && b.isNum() && b.glued && p.day == 0 && a.num <= 31 && b.num >= 1 && b.num <= 12:
		p.day, p.month = a.num, b.num
		return 3
	case a.digits == 4 && p.year == 0 && a.num >= 1970 && a.num <= 2200:
		p.year = a.num
		return 1
	case halfDayWords[p.at(i+1).text] > 0 && !p.clock && a.num <= 12:
		p.clock, p.hour, p.min = true, a.num, 0
		return 1
	case a.digits <= 2 && p.day == 0 && a.num >= 1 && a.num <= 31:
		p.day = a.num
		return 1
	case a.digits == 2 && p.day > 0 && p.month > 0 && p.year == 0:
		p.year = century(a.num)
		return 1
	}
	return 0
}

func century(yy int) int {
	if yy >= 90 {
		return 1900 + yy
	}
	return 2000 + yy
}

// compact reads 20260922 and, after "t", 140500.
func (p *dateParser) compact(a dateToken) bool {
	switch {
	case (a.digits == 8 || a.digits == 14) && p.day == 0:
		layout := "20060102150405"[:a.digits]
		t, err := time.Parse(layout, a.text)
		if err != nil {
			return false
		}
		p.year, p.month, p.day = t.Year(), int(t.Month()), t.Day()
		if a.digits == 14 {
			p.clock, p.hour, p.min, p.sec = true, t.Hour(), t.Minute(), t.Second()
		}
		return true
	case (a.digits == 6 || a.digits == 4) && p.day > 0 && p.year > 0 && !p.clock && a.glued:
		t, err := time.Parse("150405"[:a.digits], a.text)
		if err != nil {
			return false
		}
		p.clock, p.hour, p.min, p.sec = true, t.Hour(), t.Minute(), t.Second()
		return true
	}
	return false
}

// readClock reads 14:05, 14:05:00, 14:05:00.123 and the offset behind it.
func (p *dateParser) readClock(i int) int {
	if p.clock {
		return 0
	}
	p.clock, p.hour, p.min = true, p.at(i).num, p.at(i+2).num
	n := 3
	if p.is(i+3, ":") && p.at(i+4).isNum() && p.at(i+4).digits == 2 {
		p.sec = p.at(i + 4).num
		n = 5
		if p.is(i+5, ".,") && p.at(i+6).isNum() && p.at(i+6).glued {
			p.nsec = nanos(p.at(i + 6))
			n = 7
		}
	}
	return n + p.offset(i+n)
}

func nanos(t dateToken) int {
	n := t.num
	if t.digits > 9 {
		return 0
	}
	for d := t.digits; d < 9; d++ {
		n *= 10
	}
	return n
}

// offset reads +0200, +02:00, +02 behind a clock or a zone name.
func (p *dateParser) offset(i int) int {
	sign, a := p.at(i), p.at(i+1)
	if sign.text != "+" && sign.text != "-" || !a.isNum() || !a.glued || sign.text == "-" && !sign.glued && a.digits != 4 {
		return 0
	}
	h, m, n := a.num, 0, 2
	switch {
	case a.digits == 4:
		h, m = a.num/100, a.num%100
	case a.digits > 2:
		return 0
	case p.is(i+2, ":") && p.at(i+3).isNum() && p.at(i+3).digits == 2:
		m, n = p.at(i+3).num, 4
	}
	if h > 14 || m > 59 {
		return 0
	}
	shift := h*3600 + m*60
	if sign.text == "-" {
		shift = -shift
	}
	p.shift = &shift
	return n
}

// numericDate reads 2026-09-22, 22.09.2026 and 09/22/2026.
func (p *dateParser) numericDate(a, b, c dateToken, sep string) int {
	if p.day > 0 || p.month > 0 {
		return 0
	}
	y, m, d := 0, 0, 0
	switch {
	case a.digits == 4:
		y, m, d = a.num, b.num, c.num
	case c.digits != 4 && c.digits != 2 || a.digits > 2 || b.digits > 2:
		return 0
	default:
		y = c.num
		if c.digits == 2 {
			y = century(c.num)
		}
		if p.dayFirst(y, a.num, b.num, sep) {
			d, m = a.num, b.num
		} else {
			m, d = a.num, b.num
		}
	}
	if m < 1 || m > 12 || d < 1 || d > 31 || y < 1970 || y > 2200 {
		return 0
	}
	p.year, p.month, p.day = y, m, d
	return 5
}

// dayFirst tells 09/10/2026 the 9 October from September 10.
func (p *dateParser) dayFirst(y, a, b int, sep string) bool {
	switch {
	case a > 12:
		return true
	case b > 12:
		return false
	case sep == ".":
		return true
	case p.hasLang("ru"), p.hasLang("uk"), p.hasLang("bg"), p.hasLang("en-gb"):
		return true
	}
	future := func(m, d int) bool {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, p.zone).Sub(p.now) > maxSkew
	}
	return future(a, b) && !future(b, a)
}

// word reads the word or character at i and returns how many tokens it took.
func (p *dateParser) word(i int) int {
	t := p.at(i)
	if t.isNum() || t.text == "" {
		return 0
	}
	if m, ok := monthWords[t.text]; ok && p.month == 0 && p.nextToNumber(i) {
		p.month = m
		return 1
	}
	if back, ok := dayWords[t.text]; ok && !p.named {
		p.named, p.back = true, back
		if t.text == "онзи" { // "онзи ден"
			return min(2, len(p.toks)-i)
		}
		return 1
	}
	if h, ok := halfDayWords[t.text]; ok && p.clock && p.half == 0 {
		p.half = h
		if p.hour > 12 {
			p.half = 0
		}
		return 1
	}
	if s, ok := zoneWords[t.text]; ok && (p.clock || t.text == "utc" || t.text == "gmt") {
		if p.shift == nil {
			p.shift = &s
		}
		return 1 + p.offset(i+1)
	}
	if w, ok := weekdayWords[t.text]; ok && p.weekday < 0 {
		p.weekday = w
		return 1
	}
	if r, _ := utf8.DecodeRuneInString(t.text); unicode.IsLetter(r) {
		if _, ok := fillers[t.text]; !ok {
			p.unknown++
		}
	}
	if n := p.lateOffset(i); n > 0 {
		return n
	}
	return 1
}

// lateOffset reads an offset that stands apart from the clock: "14:05:00 (+0300)".
func (p *dateParser) lateOffset(i int) int {
	if !p.clock || p.shift != nil {
		return 0
	}
	if t := p.at(i).text; t != "+" && t != "-" {
		return 0
	}
	return p.offset(i)
}

// nextToNumber tells the month "may" from the verb.
func (p *dateParser) nextToNumber(i int) bool {
	for _, step := range []int{-1, 1} {
		for j, hops := i+step, 0; j >= 0 && j < len(p.toks) && hops < 3; j, hops = j+step, hops+1 {
			t := p.toks[j]
			if t.isNum() {
				return true
			}
			if _, filler := fillers[t.text]; !filler && len(t.text) > 1 {
				break
			}
		}
	}
	return false
}
