package hours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/text"
)

// SyntaxError says which part of an expression is not understood.
type SyntaxError struct {
	Offset int    // of the part, in characters from the start of the expression
	Length int    // of the part, in characters; at least 1
	Msg    string // what is wrong
	Hint   string // what to write instead; may be empty
}

func (e *SyntaxError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + " — " + e.Hint
}

const example = `write it like "Mon-Fri 09:00-21:00 Europe/Kyiv"`

// token is one word of an expression with its place in characters.
type token struct {
	text string
	at   int
}

func (t token) errorf(hint, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: t.at, Length: max(1, utf8.RuneCountInString(t.text)), Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// tokens splits at white space; a comma is a token of its own.
func tokens(s string) []token {
	var out []token
	word, at, i := "", 0, 0
	flush := func() {
		if word != "" {
			out = append(out, token{word, at})
			word = ""
		}
	}
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\u00a0':
			flush()
		case r == ',' || r == ';':
			flush()
			out = append(out, token{",", i})
		default:
			if r == '–' || r == '—' { // people paste dashes
				r = '-'
			}
			if word == "" {
				at = i
			}
			word += string(r)
		}
		i++
	}
	flush()
	return out
}

// Parse reads an expression: groups of days and times, then the time zone.
//
//	Mon-Fri 09:00-21:00 Europe/Kyiv
//	Mon-Fri 09:00-13:00 14:00-18:00, Sat 10:00-16:00 Europe/Sofia
//	22:00-08:00 Europe/Kyiv          every day, over midnight
//	always
//
// Days are English names, short or long. A time zone is an IANA name and may be
// left out only with always. The error is a *SyntaxError; of what is written as people
// write hours elsewhere, it says how it is written here.
func Parse(expr string) (Hours, error) {
	h, err := parse(expr)
	if wrong, ok := err.(*SyntaxError); ok {
		if meant := meant(expr); meant != "" {
			wrong.Hint = fmt.Sprintf("write it like %q", meant)
		}
	}
	return h, err
}

func parse(expr string) (Hours, error) {
	h := Hours{text: strings.TrimSpace(expr)}
	toks := tokens(expr)
	if len(toks) == 0 {
		return Hours{}, token{}.errorf(example, "no hours")
	}
	if last := toks[len(toks)-1]; isZone(last.text) || meansZone(toks) {
		zone, err := parseZone(last)
		if err != nil {
			return Hours{}, err
		}
		h.zone, toks = zone, toks[:len(toks)-1]
	}
	if len(toks) == 1 && strings.EqualFold(toks[0].text, "always") {
		h.always = true
		return h, nil
	}
	if err := h.parseGroups(toks); err != nil {
		return Hours{}, err
	}
	if h.zone == nil {
		end := token{at: utf8.RuneCountInString(strings.TrimRight(expr, " \t\n"))}
		end.at = max(0, end.at-1)
		return Hours{}, end.errorf(example, "the time zone is missing")
	}
	return h, nil
}

func (h *Hours) parseGroups(toks []token) error {
	days, timed, any := allDays(), false, false
	for _, t := range toks {
		switch {
		case t.text == ",": // only for the eye: what follows a time is a time or new days
			if !any {
				return t.errorf(example, "nothing before the comma")
			}
		case isTime(t.text):
			s, err := parseSpan(t)
			if err != nil {
				return err
			}
			if clash := h.clash(days, s); clash != "" {
				return t.errorf("", "%s is open twice at this time", clash)
			}
			h.add(days, s)
			timed, any = true, true
		default:
			more, err := parseDays(t)
			if err != nil {
				return err
			}
			if timed || !any {
				days, timed = nil, false
			}
			days, any = append(days, more...), true
		}
	}
	if !timed {
		last := token{}
		if len(toks) > 0 {
			last = toks[len(toks)-1]
		}
		return last.errorf(example, "the times are missing")
	}
	return nil
}

func (h *Hours) add(days []time.Weekday, s span) {
	for _, d := range days {
		h.week[d] = append(h.week[d], s)
		slices.SortFunc(h.week[d], func(a, b span) int { return a.from - b.from })
	}
}

// clash names the first day on which s overlaps what is already open.
func (h *Hours) clash(days []time.Weekday, s span) string {
	for _, d := range days {
		for _, o := range h.week[d] {
			if s.from < o.to && o.from < s.to {
				return d.String()[:3] // as the expression has it
			}
		}
	}
	return ""
}

func allDays() []time.Weekday { return []time.Weekday{0, 1, 2, 3, 4, 5, 6} }

func isTime(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// isZone tells a time zone from a day or a time: it has a slash, or is UTC.
func isZone(s string) bool { return strings.Contains(s, "/") || isUTC(s) }

func isUTC(s string) bool { return strings.EqualFold(s, "utc") || strings.EqualFold(s, "gmt") }

// meansZone reports whether the last word stands where a time zone does and is no day: Kyiv,
// MSK. That it is an unknown day would send people to the wrong end.
func meansZone(toks []token) bool {
	if len(toks) < 2 {
		return false
	}
	before, last := toks[len(toks)-2].text, toks[len(toks)-1]
	if last.text == "," || isTime(last.text) || !isTime(before) && !strings.EqualFold(before, "always") {
		return false
	}
	from, _, _ := strings.Cut(last.text, "-")
	_, isDay := weekday(from)
	return !isDay
}

func parseZone(t token) (*time.Location, error) {
	zone, ok := Zone(t.text)
	if !ok {
		return nil, t.errorf(ZoneHint(t.text), "unknown time zone %q", t.text)
	}
	return zone, nil
}

// Zone returns the time zone of a name. That of a machine has none: where the watchlist is read
// is no matter.
func Zone(name string) (zone *time.Location, ok bool) {
	if isUTC(name) {
		return time.UTC, true
	}
	if name == "" || strings.EqualFold(name, "local") {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

func parseDays(t token) ([]time.Weekday, error) {
	from, to, isRange := strings.Cut(t.text, "-")
	first, ok := weekday(from)
	if !ok {
		return nil, t.errorf("write Mon, Tue, Wed, Thu, Fri, Sat or Sun", "unknown day %q", t.text)
	}
	if !isRange {
		return []time.Weekday{first}, nil
	}
	last, ok := weekday(to)
	if !ok {
		return nil, t.errorf("write Mon, Tue, Wed, Thu, Fri, Sat or Sun", "unknown day %q", to)
	}
	days := []time.Weekday{first}
	for d := first; d != last; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, nil
}

func weekday(s string) (time.Weekday, bool) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if len(s) < 3 {
		return 0, false
	}
	for _, d := range allDays() {
		if name := strings.ToLower(d.String()); strings.HasPrefix(name, s) {
			return d, true
		}
	}
	return 0, false
}

func parseSpan(t token) (span, error) {
	from, to, ok := strings.Cut(t.text, "-")
	if !ok {
		return span{}, t.errorf("write from and to: 09:00-18:00", "%q has no end", t.text)
	}
	a, okA := clock(from)
	b, okB := clock(to)
	switch {
	case !okA || a == day:
		return span{}, t.errorf("write 09:00-18:00", "%q is not a time of day", from)
	case !okB:
		return span{}, t.errorf("write 09:00-18:00", "%q is not a time of day", to)
	case a == b:
		return span{}, t.errorf("for a whole day write 00:00-24:00", "%q is empty", t.text)
	case b < a:
		b += day
	}
	return span{a, b}, nil
}

// clock reads 9:00, 09:00 or 24:00 as minutes.
func clock(s string) (int, bool) {
	hh, mm, ok := strings.Cut(s, ":")
	if !ok || len(mm) != 2 || len(hh) == 0 || len(hh) > 2 {
		return 0, false
	}
	h, err1 := strconv.ParseUint(hh, 10, 8)
	m, err2 := strconv.ParseUint(mm, 10, 8)
	if err1 != nil || err2 != nil || m > 59 || h > 24 || (h == 24 && m > 0) {
		return 0, false
	}
	return int(h*60 + m), true
}

// ParseHoliday reads 2026-12-25, or 12-25 for every year. The error is a
// *SyntaxError.
func ParseHoliday(s string) (Holiday, error) {
	const hint = "write 2026-12-25, or 12-25 for every year"
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Holiday{t.Year(), t.Month(), t.Day()}, nil
	}
	if t, err := time.Parse(time.DateOnly, "2000-"+s); err == nil { // a leap year, so that 02-29 is a day
		return Holiday{0, t.Month(), t.Day()}, nil
	}
	if day := text.MeantDay(s); day != "" {
		return Holiday{}, token{text: s}.errorf(fmt.Sprintf("did you mean %q?", day), "%q is not a day of the calendar", s)
	}
	return Holiday{}, token{text: s}.errorf(hint, "%q is not a day of the calendar", s)
}
