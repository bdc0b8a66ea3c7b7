package text

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// lengthPart is a number and its unit, one of units.
var lengthPart = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)`)

var units = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// Length reads a length of time as people write it: 90s, 5m, 1h30m, 7d, 2w. What is longer
// than can be reckoned is the longest there is.
func Length(s string) (d time.Duration, ok bool) {
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

// longUnits are the words for units that have no letter of their own, by their days.
var longUnits = ByWord(map[string]string{
	"30":  "month months месяц месяца месяцев місяць місяці місяців месец месеца",
	"365": "year years y лет года рік роки років",
})

var (
	// isoLength is how ISO 8601 writes one unit: PT5M, P7D.
	isoLength    = regexp.MustCompile(`^p(?:t(\d+)([smh])|(\d+)([dw]))$`)
	wordedLength = regexp.MustCompile(`^(\d{1,6}(?:[.,]\d{1,3})?)?\s*(\pL+)\.?$`)
	halfAnHour   = regexp.MustCompile(`^(?:half an hour|пол\s?часа|пів\s?години|половин час)$`)
)

// MeantLength is how Length reads what somebody wrote in words, such as 2w for "2 weeks" and 15m
// for "15 минут"; "" for what is none, as a letter without a number is.
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
	if found == nil || found[1] == "" && utf8.RuneCountInString(found[2]) == 1 {
		return ""
	}
	n, unit := strings.Replace(cmp.Or(found[1], "1"), ",", ".", 1), found[2]
	if days, err := strconv.Atoi(longUnits[unit]); err == nil {
		whole, err := strconv.Atoi(n)
		if err != nil {
			return ""
		}
		return strconv.Itoa(whole*days) + "d"
	}
	if lengthUnits[unit] == "" {
		return ""
	}
	return n + lengthUnits[unit]
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

// Stamp is t as all JSON and tables of earshot write it: RFC 3339 UTC, empty when unknown.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
