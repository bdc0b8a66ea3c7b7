package dates

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// at returns the token at i, or an empty word.
func (p *parser) at(i int) token {
	if i < 0 || i >= len(p.toks) {
		return token{num: -1}
	}
	return p.toks[i]
}

// is reports whether token i is this character, with nothing before it.
func (p *parser) is(i int, chars string) bool {
	t := p.at(i)
	return t.text != "" && t.glued && len(t.text) == 1 && strings.Contains(chars, t.text)
}

// numberRule is one way to read a number in a date.
type numberRule struct {
	name    string
	example string // a date in which the rule reads a number
	// when reports whether the rule reads the number at i. Rules are asked in
	// order, and the first one decides, also when it then reads nothing.
	when func(p *parser, i int) bool
	// read takes the number and what belongs to it, and returns how many tokens
	// that were: 0 when it cannot be.
	read func(p *parser, i int) int
}

// numberRules are in the order they are asked: what is said outright before what
// is guessed from a number's size.
var numberRules = []numberRule{
	{
		name: "number of a post", example: "22.09.2026, 14:05 #5",
		when: (*parser).postNumber,
		read: func(*parser, int) int { return 1 },
	},
	{
		name: "clock", example: "22 Sep 2026 14:05:10.5",
		when: func(p *parser, i int) bool {
			// Programs that pad nothing write 8:5:7, and 8:5 behind a day; 3:1 alone is a score.
			return p.joined(i, ":") && p.at(i).digits <= 2 && (p.at(i+2).digits == 2 || p.at(i+2).digits == 1 && (p.day > 0 && p.month > 0 || p.joined(i+2, ":")))
		},
		read: (*parser).readClock,
	},
	{
		name: "three numbers", example: "22.09.2026",
		when: func(p *parser, i int) bool { return p.joined(i, "./-") && p.joined(i+2, p.at(i+1).text) },
		read: (*parser).numericDate,
	},
	{
		name: "three numbers apart", example: "22. 9. 2026",
		when: func(p *parser, i int) bool {
			b, c := p.at(i+2), p.at(i+4)
			return p.is(i+1, ".") && p.is(i+3, ".") && !b.glued && !c.glued && b.digits > 0 && b.digits <= 2 && c.digits == 4
		},
		read: (*parser).numericDate,
	},
	{
		name: "Roman month", example: "22.IX.2026",
		when: func(p *parser, i int) bool {
			year := p.at(i + 4)
			return p.day == 0 && p.at(i).digits <= 2 && p.at(i).num <= 31 && romanMonths[p.at(i+2).text] > 0 &&
				p.is(i+1, ".-/") && p.is(i+3, p.at(i+1).text) && year.digits == 4 && year.num >= 1970 && year.num <= 2200
		},
		read: func(p *parser, i int) int {
			p.day, p.month, p.year = p.at(i).num, romanMonths[p.at(i+2).text], p.at(i+4).num
			return 5
		},
	},
	{
		name: "day of the year", example: "2026-265",
		when: func(p *parser, i int) bool {
			a, b := p.at(i), p.at(i+2)
			return p.joined(i, "-") && a.digits == 4 && b.digits == 3 && p.day == 0 && a.num >= 1970 && a.num <= 2200
		},
		read: func(p *parser, i int) int {
			y, n := p.at(i).num, p.at(i+2).num
			t := time.Date(y, time.January, n, 0, 0, 0, 0, time.UTC)
			if n == 0 || t.Year() != y {
				return 0
			}
			p.year, p.month, p.day = y, int(t.Month()), t.Day()
			return 3
		},
	},
	{
		name: "packed day", example: "20260922",
		when: func(p *parser, i int) bool {
			a := p.at(i)
			return (a.digits == 8 || a.digits == 14) && p.day == 0 && isPacked(a, packedDay)
		},
		read: func(p *parser, i int) int {
			t, _ := packed(p.at(i), packedDay)
			p.year, p.month, p.day = t.Year(), int(t.Month()), t.Day()
			if p.at(i).digits == len(packedDay) {
				p.setClock(t)
			}
			return 1
		},
	},
	{
		name: "packed time", example: "20260922T140500",
		when: func(p *parser, i int) bool {
			a := p.at(i)
			return (a.digits == 6 || a.digits == 4) && a.glued && p.day > 0 && p.year > 0 && !p.clock && isPacked(a, packedTime)
		},
		read: func(p *parser, i int) int {
			t, _ := packed(p.at(i), packedTime)
			p.setClock(t)
			return 1
		},
	},
	{
		name: "clock with a dot", example: "22 Sep 2026, 14.05",
		when: func(p *parser, i int) bool {
			a, b := p.at(i), p.at(i+2)
			return p.joined(i, ".") && b.digits == 2 && !p.clock && (p.day > 0 || p.ofNamedDay(a.num, b.num)) && a.num < 24 && b.num < 60
		},
		read: func(p *parser, i int) int {
			p.clock, p.hour, p.min = true, p.at(i).num, p.at(i+2).num
			return 3
		},
	},
	{
		name: "day and month", example: "22.09, 14:05",
		when: func(p *parser, i int) bool {
			b := p.at(i + 2)
			return p.joined(i, ".") && p.day == 0 && p.at(i).num <= 31 && b.num >= 1 && b.num <= 12 &&
				(b.digits > 1 || !p.words.isUnit(p.at(i+3).text)) // "2.5 hours", but "22.11 г."
		},
		read: func(p *parser, i int) int {
			p.day, p.month = p.at(i).num, p.at(i+2).num
			return 3
		},
	},
	{
		name: "year", example: "22 Sep 2026",
		when: func(p *parser, i int) bool {
			a := p.at(i)
			return a.digits == 4 && p.year == 0 && a.num >= 1970 && a.num <= 2200
		},
		read: func(p *parser, i int) int {
			p.year = p.at(i).num
			return 1
		},
	},
	{
		name: "hour of a half day", example: "22 Sep 2026, 2 pm",
		when: func(p *parser, i int) bool {
			h := p.halfDay(i + 1)
			return h > 0 && h != daytime && !p.clock && p.at(i).num <= 12 // "3 дня" are three days
		},
		read: func(p *parser, i int) int {
			p.clock, p.hour, p.min = true, p.at(i).num, 0
			return 1
		},
	},
	{
		name: "day", example: "22 Sep 2026",
		when: func(p *parser, i int) bool {
			a := p.at(i)
			return a.digits <= 2 && p.day == 0 && a.num >= 1 && a.num <= 31
		},
		read: func(p *parser, i int) int {
			p.day = p.at(i).num
			return 1
		},
	},
	{
		name: "year of two digits", example: "22 Sep 26",
		when: func(p *parser, i int) bool {
			return p.at(i).digits == 2 && p.day > 0 && p.month > 0 && p.year == 0
		},
		read: func(p *parser, i int) int {
			p.year = century(p.at(i).num)
			return 1
		},
	},
}

// romanMonths are months as Bulgaria and Poland number them.
var romanMonths = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}

// joined reports whether the number at i and the one after it stand together with
// one of these characters between them.
func (p *parser) joined(i int, chars string) bool {
	b := p.at(i + 2)
	return p.is(i+1, chars) && b.isNum() && b.glued
}

// postNumber reports a number that counts posts, as boards print it beside the date.
func (p *parser) postNumber(i int) bool {
	if before := p.at(i - 1).text; before != "#" && before != "№" || p.joined(i, "./-:") {
		return false
	}
	after := p.at(i + 1).text // "# 22 Sep 2026": the sign links to the post, and the date follows
	_, month := p.words.months[after]
	return p.at(i).glued || !month && !p.words.isUnit(after)
}

// number reads what begins with a number at i and returns how many tokens it took.
func (p *parser) number(i int) int {
	if rule := p.rule(i); rule != nil {
		return rule.read(p, i)
	}
	return 0
}

// rule is the rule that reads the number at i, or nil.
func (p *parser) rule(i int) *numberRule {
	if !p.at(i).isNum() {
		return nil
	}
	for k := range numberRules {
		if r := &numberRules[k]; r.when(p, i) {
			return r
		}
	}
	return nil
}

func century(yy int) int {
	if yy >= 90 {
		return 1900 + yy
	}
	return 2000 + yy
}

// packed is the time a number holds that is written without separators; ok is
// false when it is none of this layout.
func packed(a token, layout string) (t time.Time, ok bool) {
	t, err := time.Parse(layout[:a.digits], a.text)
	return t, err == nil
}

func isPacked(a token, layout string) bool {
	_, ok := packed(a, layout)
	return ok
}

const (
	packedDay  = "20060102150405"
	packedTime = "150405"
)

// ofNamedDay tells the time of "yesterday, 21.05" from a day of May: the text names another day than that, and
// no other time.
func (p *parser) ofNamedDay(a, b int) bool {
	named := false
	for i, t := range p.toks {
		if back, ok := p.words.days[t.text]; ok {
			y, m, d := p.now.Date()
			day := time.Date(y, m, d-back, 12, 0, 0, 0, time.UTC)
			named = day.Day() != a || int(day.Month()) != b
		}
		if t.text == ":" && p.at(i-1).isNum() && p.is(i, ":") {
			return false
		}
	}
	return named
}

func (p *parser) setClock(t time.Time) {
	p.clock, p.hour, p.min, p.sec = true, t.Hour(), t.Minute(), t.Second()
}

// readClock reads 14:05, 14:05:00, 14:05:00.123 and the offset behind it.
func (p *parser) readClock(i int) int {
	if p.clock {
		return 0
	}
	p.clock, p.hour, p.min = true, p.at(i).num, p.at(i+2).num
	n := 3
	if p.is(i+3, ":") && p.at(i+4).isNum() && p.at(i+4).digits <= 2 {
		p.sec = p.at(i + 4).num
		n = 5
		if p.is(i+5, ".,") && p.at(i+6).isNum() && p.at(i+6).glued {
			p.nsec = nanos(p.at(i + 6))
			n = 7
		}
	}
	return n + p.offset(i+n)
}

// beside reads a clock, with its half of the day, that stands beside a distance of days, and returns how
// many tokens it took.
func (p *parser) beside(i int) int {
	if !p.joined(i, ":") || p.at(i+2).digits != 2 {
		return 0
	}
	n := p.readClock(i)
	if h := p.halfDay(i + n); h > 0 && n > 0 {
		p.half = h
		n++
	}
	return n
}

// on is the moment of the clock on a day; ok is false where there is no such time.
func (p *parser) on(day time.Time) (t time.Time, ok bool) {
	ok = p.settleClock()
	zone := day.Location()
	if p.shift != nil {
		zone = time.FixedZone("", *p.shift)
	}
	y, m, d := day.Date()
	return p.moment(y, m, d, zone), ok
}

func nanos(t token) int {
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
func (p *parser) offset(i int) int {
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
	case p.is(i+2, ":") && p.at(i+3).isNum() && (p.at(i+3).digits == 2 || p.at(i+3).text == "0"):
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
func (p *parser) numericDate(i int) int {
	a, b, c, sep := p.at(i), p.at(i+2), p.at(i+4), p.at(i+1).text
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

// What stands among the languages given to Parse where the page itself tells in which order it
// writes the day and the month: it counts before its language.
const (
	DayFirst   = "x-day-first"
	MonthFirst = "x-month-first"
)

// Early stands there where the moment is asked for that the first versions read, which passed over parts of
// the day in words and zones that are told from another: posts are named by it.
const Early = "x-early"

// numericDates are the dates whose order nothing but their numbers may tell.
var numericDates = regexp.MustCompile(`(\d{1,2})([-/])(\d{1,2})([-/])(?:19|20)\d\d`)

// Order is DayFirst or MonthFirst where the dates of a page tell it, else empty: one number above
// 12 tells it of all.
func Order(page string) string {
	const enough = 400 // of dates
	day, month := 0, 0
	digit := func(i int) bool { return i >= 0 && i < len(page) && page[i] >= '0' && page[i] <= '9' }
	for _, m := range numericDates.FindAllStringSubmatchIndex(page, enough) {
		switch a, b := page[m[2]:m[3]], page[m[6]:m[7]]; {
		case digit(m[0]-1) || digit(m[1]): // a letter may stand beside it: a page has no space between two elements
		case page[m[4]] != page[m[8]] || len(a) < 2 && len(b) < 2:
		case a > "12" && len(a) == 2 && a <= "31" && (len(b) == 1 || b <= "12"):
			day++
		case b > "12" && len(b) == 2 && b <= "31" && (len(a) == 1 || a <= "12"):
			month++
		}
	}
	switch {
	case day > month:
		return DayFirst
	case month > day:
		return MonthFirst
	}
	return ""
}

// dayFirst tells 09/10/2026 the 9 October from September 10.
func (p *parser) dayFirst(y, a, b int, sep string) bool {
	switch {
	case a > 12:
		return true
	case b > 12:
		return false
	case sep == ".":
		return true
	case slices.Contains(p.langs, MonthFirst):
		return false
	case slices.Contains(p.langs, DayFirst), slices.ContainsFunc(p.words.dayFirst, p.hasLang):
		return true
	}
	future := func(m, d int) bool {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, p.zone).Sub(p.now) > maxSkew
	}
	return future(a, b) && !future(b, a)
}
