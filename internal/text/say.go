package text

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// lengthPart is a number and its unit.
var lengthPart = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)`)

// Length reads a length of time as people write it: 90s, 5m, 1h30m, 7d, 2w. What is longer
// than can be reckoned is the longest there is.
func Length(s string) (d time.Duration, ok bool) {
	units := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	total := 0.0
	for rest := s; rest != ""; {
		part := lengthPart.FindStringSubmatch(rest)
		if part == nil {
			return 0, false
		}
		x, _ := strconv.ParseFloat(part[1], 64)
		total += x * float64(units[part[2]])
		rest = rest[len(part[0]):]
	}
	if total >= math.MaxInt64 {
		return math.MaxInt64, true
	}
	return time.Duration(total), s != ""
}

// lengthUnits are the words that people write for units of time, in the languages of the guide.
// The year of Russian is the hour of Ukrainian (год), so it is neither.
var lengthUnits = ByWord(map[string]string{
	"s": "s sec secs second seconds сек секунда секунды секунду секунд секунди",
	"m": "m min mins minute minutes м мин минута минуты минуту минут минути хв хвилина хвилини хвилину хвилин",
	"h": "h hr hrs hour hours ч час часа часов часове година години годину годин",
	"d": "d day days д дн день дня дней дні днів ден дни",
	"w": "w wk week weeks нед неделя недели неделю недель тиж тиждень тижня тижні тижнів седмица седмици",
})

// lengthRates are the words for how often something happens.
var lengthRates = ByWord(map[string]string{
	"1h": "hourly ежечасно щогодини ежечасово",
	"1d": "daily ежедневно щодня ежедневно",
	"7d": "weekly еженедельно щотижня седмично",
})

// longUnits are the words for units that have no letter of their own, in days.
var longUnits = map[string]int{
	"month": 30, "months": 30, "месяц": 30, "месяца": 30, "месяцев": 30, "місяць": 30, "місяці": 30, "місяців": 30, "месец": 30, "месеца": 30,
	"year": 365, "years": 365, "y": 365, "лет": 365, "года": 365, "рік": 365, "роки": 365, "років": 365,
}

var (
	// isoLength is how ISO 8601 writes one unit: PT5M, P7D.
	isoLength    = regexp.MustCompile(`^p(?:t(\d+)([smh])|(\d+)([dw]))$`)
	wordedLength = regexp.MustCompile(`^(\d{1,6}(?:[.,]\d{1,3})?)?\s*(\pL+)\.?$`)
	halfAnHour   = regexp.MustCompile(`^(?:half an hour|пол\s?часа|пів\s?години|половин час)$`)
)

// MeantLength is how Length reads what somebody wrote in words, such as 2w for "2 weeks" and 15m
// for "15 минут"; "" for what is none.
func MeantLength(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if halfAnHour.MatchString(s) {
		return "30m"
	}
	if rate := lengthRates[s]; rate != "" {
		return rate
	}
	if part := isoLength.FindStringSubmatch(s); part != nil {
		return part[1] + part[2] + part[3] + part[4]
	}
	found := wordedLength.FindStringSubmatch(s)
	if found != nil && longUnits[found[2]] > 0 {
		n, err := strconv.Atoi(cmp.Or(found[1], "1"))
		if err != nil {
			return ""
		}
		return strconv.Itoa(n*longUnits[found[2]]) + "d"
	}
	if found == nil || lengthUnits[found[2]] == "" || found[1] == "" && len(found[2]) == 1 {
		return ""
	}
	n := strings.Replace(found[1], ",", ".", 1)
	if n == "" {
		n = "1"
	}
	return n + lengthUnits[found[2]]
}

// MeantDay is a day as everything here has it, 2026-11-01, of one that people wrote as their country
// does; "" for what is none, or may be another day: 1/11 is one in America.
func MeantDay(s string) string {
	for _, form := range []string{"2.1.2006", "2.1.06", "2006.1.2", "2006/1/2", "2006-1-2"} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// Count says a number of things; noun is the English word for one of them.
func Count(n int, noun string) string {
	if n != 1 {
		noun = many(noun)
	}
	return strconv.Itoa(n) + " " + noun
}

func many(noun string) string {
	for _, end := range [...]string{"s", "x", "ch", "sh"} {
		if strings.HasSuffix(noun, end) {
			return noun + "es"
		}
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(stem[max(len(stem)-1, 0):], "aeou") {
		return stem + "ies"
	}
	return noun + "s"
}

// Stamp is t as all JSON and tables of earshot write it: RFC 3339 UTC, empty when unknown.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// ShellWord is s as one word of a shell, whatever stands in it.
func ShellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// SameButCase reports whether a and b are the same but for upper and lower case, which are as long. What else
// Unicode folds (the sign of the Kelvin to a k, the long s to an s) makes another's name or address.
func SameButCase(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// Capital writes the first letter of s as a capital.
func Capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
