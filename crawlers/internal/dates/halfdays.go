package dates

import "slices"

// halfDay is a part of the day that a twelve-hour clock is of; 0: none.
type halfDay = int

const (
	am halfDay = iota + 1
	pm
	// In words, and right behind the clock alone: "9:05, good day" may be in the morning.
	morning
	daytime
	evening
	night
)

// hour24 is the clock's hour of twenty-four.
func (p *parser) hour24() int {
	h := p.hour
	late := false
	switch p.half {
	case pm:
		late = h < 12
	case evening:
		late = h > 0 && h < 12
	case daytime: // "11:30 дня" is before noon
		late = h > 0 && h < 9
	case night: // eleven is before midnight, and two behind it
		late = h > 8 && h < 12
	}
	switch midnight := p.half == am || p.half == morning || p.half == night; {
	case late:
		return h + 12
	case midnight && h == 12:
		return 0
	}
	return h
}

// halfDay is the part of the day that the token at i says.
func (p *parser) halfDay(i int) halfDay {
	h := p.words.halfDays[p.at(i).text]
	if h > pm && p.early() {
		return 0
	}
	return h
}

// tellsHalf reads the token at i as what the clock before it is of.
func (p *parser) tellsHalf(i int) bool {
	h := p.halfDay(i)
	if h == 0 || !p.clock || p.half != 0 || h > pm && i != p.behind {
		return false
	}
	if p.hour <= 12 {
		p.half = h
	}
	return true
}

// early reports that the text is to be read as Early says.
func (p *parser) early() bool { return slices.Contains(p.langs, Early) }
