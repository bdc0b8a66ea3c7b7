package dates

import (
	"strings"
	"time"
)

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
