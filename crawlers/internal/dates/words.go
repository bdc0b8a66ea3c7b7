package dates

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/tsv"
)

// wordFiles are the words of each language, words/<lang>.tsv: see the README
// there. The languages are the files that are there.
//
//go:embed words/*.tsv
var wordFiles embed.FS

// vocabulary is what the words of all languages mean, in lower case.
type vocabulary struct {
	months, weekdays map[string]int
	days             map[string]int // how many days before today
	counts           map[string]int // minus one is a half
	halfDays         map[string]int // each a halfDay
	zones            map[string]int // seconds east of Greenwich

	now, besideNow, zoneBases map[string]int // sets
	fillers                   map[string]int // always or late

	ago      map[string]agoWord
	units    map[string]map[string]int // by language and word, a unit
	dayFirst []string                  // beginnings of language tags
	spelling *strings.Replacer
}

// Since when a filler is one: the late ones were no words to the first versions.
const (
	always = iota + 1
	late
)

// agoWord marks a distance into the past and tells the language of its units.
type agoWord struct {
	lang   string   // who uses it without being told
	hinted []string // who uses it, too, where the site is known to be theirs
}

// vocabularyOf are the words of earshot's languages.
var vocabularyOf = sync.OnceValue(func() *vocabulary {
	files, err := fs.Sub(wordFiles, "words")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	v, err := readWords(files)
	if err != nil {
		panic("dates: " + err.Error()) // a test reads them
	}
	return v
})

// alphabets are spellings of characters, the same in every language.
var alphabets = []string{"’", "'", "ʼ", "'", "−", "-", "–", "-", "—", "-", "\u00a0", " ", "\u202f", " "}

// readWords reads every <lang>.tsv. Its error names all mistakes with their places.
func readWords(files fs.FS) (*vocabulary, error) {
	r := wordReader{v: &vocabulary{ago: map[string]agoWord{}, units: map[string]map[string]int{}}}
	v := r.v
	for _, m := range []*map[string]int{&v.months, &v.weekdays, &v.days, &v.counts, &v.halfDays, &v.zones, &v.zoneBases, &v.now, &v.besideNow, &v.fillers} {
		*m = map[string]int{}
	}
	names, err := fs.Glob(files, "*.tsv")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		lang := strings.TrimSuffix(path.Base(name), ".tsv")
		v.units[lang] = map[string]int{}
		for _, row := range tsv.Read("words/"+name, string(src), "role value words", &r.errs) {
			r.row(lang, &row)
		}
	}
	v.spelling = strings.NewReplacer(append(r.spelling, alphabets...)...)
	return v, r.errs.Err()
}

// wordReader fills a vocabulary.
type wordReader struct {
	v        *vocabulary
	errs     tsv.Errors
	spelling []string // pairs for a Replacer
}

func (r *wordReader) row(lang string, row *tsv.Row) {
	words := strings.Fields(row.Cell(2))
	if len(words) == 0 {
		r.errs.Add(row.At(0), "a row without words")
	}
	v := r.v
	switch role := row.Cell(0); role {
	case "month":
		r.put(v.months, words, r.number(row, 1, 12), row)
	case "weekday":
		r.put(v.weekdays, words, r.number(row, 0, 6), row)
	case "day":
		r.put(v.days, words, r.number(row, 0, 7), row)
	case "count":
		r.put(v.counts, words, r.number(row, -2, 100), row)
	case "zone":
		r.put(v.zones, words, r.offset(row), row)
	case "zone-base":
		r.put(v.zoneBases, words, 1, row)
	case "half-day":
		r.put(v.halfDays, words, r.oneOf(row, halfDayNames), row)
	case "unit":
		r.put(v.units[lang], words, r.oneOf(row, unitNames), row)
	case "now":
		r.put(v.now, words, 1, row)
	case "beside-now":
		r.put(v.besideNow, words, 1, row)
	case "filler":
		since := always
		if row.Raw(1) == "late" {
			since = late
		}
		r.put(v.fillers, words, since, row)
	case "day-first":
		v.dayFirst = append(v.dayFirst, words...)
	case "ago":
		r.ago(lang, words, row)
	case "spelling":
		r.spelling = append(r.spelling, row.Raw(2), row.Raw(1))
	default:
		r.errs.Add(row.At(0), "unknown role %q", role)
	}
}

// put gives the words their meaning, which no other language may contradict.
func (r *wordReader) put(table map[string]int, words []string, value int, row *tsv.Row) {
	for _, w := range words {
		if had, ok := table[w]; ok && had != value {
			r.errs.Add(row.At(2), "%q means something else already", w)
		}
		table[w] = value
	}
}

func (r *wordReader) ago(lang string, words []string, row *tsv.Row) {
	for _, w := range words {
		a := r.v.ago[w]
		switch hinted := row.Cell(1) == "hinted"; {
		case hinted:
			a.hinted = append(a.hinted, lang)
		case a.lang != "":
			r.errs.Add(row.At(2), "%q is a word of %s already: hinted", w, a.lang)
		default:
			a.lang = lang
		}
		r.v.ago[w] = a
	}
}

func (r *wordReader) number(row *tsv.Row, low, high int) int {
	n, err := strconv.Atoi(row.Raw(1))
	if err != nil || n < low || n > high {
		r.errs.Add(row.At(1), "%q: want a number from %d to %d", row.Raw(1), low, high)
	}
	return n
}

// offset is a distance from Greenwich, "2" or "5:30", in seconds.
func (r *wordReader) offset(row *tsv.Row) int {
	hours, minutes, _ := strings.Cut(row.Raw(1), ":")
	h, err := strconv.Atoi(hours)
	m := 0
	if err == nil && minutes != "" {
		m, err = strconv.Atoi(minutes)
	}
	if err != nil || h < -12 || h > 14 || m < 0 || m > 59 {
		r.errs.Add(row.At(1), "%q: want hours from -12 to 14, or hours and minutes", row.Raw(1))
	}
	if strings.HasPrefix(hours, "-") {
		m = -m
	}
	return h*int(time.Hour/time.Second) + m*int(time.Minute/time.Second)
}

func (r *wordReader) oneOf(row *tsv.Row, names map[string]int) int {
	n, ok := names[row.Raw(1)]
	if !ok {
		r.errs.Add(row.At(1), "%q: want one of %s", row.Raw(1), fmt.Sprint(slices.Sorted(maps.Keys(names))))
	}
	return n
}

var halfDayNames = map[string]int{"am": am, "pm": pm, "morning": morning, "day": daytime, "evening": evening, "night": night}

// unit is a length of time in a relative date.
type unit int

const (
	second unit = iota + 1
	minute
	hour
	day
	week
	month
	year
	halfHour // "полчаса"
)

var unitNames = map[string]int{
	"second": int(second), "minute": int(minute), "hour": int(hour), "day": int(day), "week": int(week),
	"month": int(month), "year": int(year), "half-hour": int(halfHour),
}

// back returns the moment n units before now; whole says it is only a day.
func (u unit) back(now time.Time, n int) (t time.Time, whole bool) {
	switch u {
	case second:
		return now.Add(-time.Duration(n) * time.Second), false
	case minute:
		return now.Add(-time.Duration(n) * time.Minute).Truncate(time.Minute), false
	case hour:
		return now.Add(-time.Duration(n) * time.Hour).Truncate(time.Minute), false
	case halfHour:
		return now.Add(-30 * time.Minute).Truncate(time.Minute), false
	}
	y, m, d := now.Date()
	switch u {
	case day:
		d -= n
	case week:
		d -= 7 * n
	case month:
		m -= time.Month(n)
	default:
		y -= n
	}
	clock := time.Date(y, m, d, now.Hour(), now.Minute(), now.Second(), 0, time.UTC)
	if t, _ = hours.Shown(clock, now.Location()); t.Day() != clock.Day() { // skipped, into the day after
		t = hours.DayBegins(y, m, d, now.Location())
	}
	return t, true
}

// isUnit reports a unit of any language.
func (v *vocabulary) isUnit(word string) bool {
	for _, units := range v.units {
		if _, ok := units[word]; ok {
			return true
		}
	}
	return false
}
