// Package i18n is the one catalogue of what people read: every text of every language,
// with the language's own plurals, lengths of time, dates and numbers.
//
// It knows no message and no page: who shows a text says which one by its key, in the
// language of the one who reads. What sites and people wrote is never translated.
package i18n

import (
	"cmp"
	"embed"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/earshot/earshot/internal/tsv"
)

// The texts: LANG.tsv, or PART.LANG.tsv where a part of the program has files of its own.
// A line is a key, a tab, and the text with its placeholders in braces; the forms of a
// plural are lines of their own, whose keys end in #one, #few, #many or #other.
//
//go:embed *.tsv
var files embed.FS

// fallback is the language of those who have none, and of texts that nobody translated.
const fallback = "en"

// Catalog holds the texts of all languages. It is never changed after New.
type Catalog struct {
	langs map[string]*texts
}

// texts are one language.
type texts struct {
	code  string
	tag   language.Tag
	byKey map[string]string
	tied  func() *texts // the same, with numbers that stay on the line of what they count
}

// New reads the catalogue. The error is one of its files: all mistakes with their places.
func New() (*Catalog, error) {
	var errs tsv.Errors
	list, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("i18n: %w", err)
	}
	c := &Catalog{langs: map[string]*texts{}}
	for _, file := range list {
		if err := c.read(file.Name(), &errs); err != nil {
			return nil, err
		}
	}
	if err := errs.Err(); err != nil {
		return nil, fmt.Errorf("i18n: %w", err)
	}
	return c, nil
}

// read adds the lines of one file.
func (c *Catalog) read(name string, errs *tsv.Errors) error {
	src, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("i18n: %w", err)
	}
	code := strings.TrimSuffix(name, ".tsv")
	code = code[strings.LastIndexByte(code, '.')+1:]
	l := c.langs[code]
	if l == nil {
		tag, err := language.Parse(code)
		if err != nil {
			return fmt.Errorf("i18n: %s: %w", name, err)
		}
		l = &texts{code: code, tag: tag, byKey: map[string]string{}}
		l.tied = sync.OnceValue(l.tie)
		c.langs[code] = l
	}
	for _, r := range tsv.Read(name, string(src), "key text", errs) {
		key, text := r.Cell(0), r.Raw(1)
		switch _, twice := l.byKey[key]; {
		case text == "":
			errs.Add(r.At(0), "%s has no text", key)
		case twice:
			errs.Add(r.At(0), "%s is here twice", key)
		case strings.Count(text, "{") != strings.Count(text, "}"):
			errs.Add(r.At(1), "a placeholder is not closed, or not opened")
		}
		l.byKey[key] = text
	}
	return nil
}

// In returns the language of a code; English when it is empty or not of the catalogue.
func (c *Catalog) In(code string) Lang {
	if l, ok := c.langs[code]; ok {
		return Lang{l}
	}
	return Lang{c.langs[fallback]}
}

// Lang says things in one language. The zero Lang is English.
type Lang struct{ l *texts }

// english is what a Lang without a catalogue says: a message must not stay empty because
// nobody said in which language.
var english = sync.OnceValue(func() *texts {
	c, err := New()
	if err != nil {
		panic(err) // the files are embedded, and the tests read them
	}
	return c.langs[fallback]
})

func (l Lang) texts() *texts {
	if l.l != nil {
		return l.l
	}
	return english()
}

// counting is a number of a text, or the place of one, and what it counts.
var counting = regexp.MustCompile(`(\d|\{(?:n|hours|minutes|all|best|most)\}) (\p{L})`)

// tie returns the language for pages.
func (l *texts) tie() *texts {
	tied := &texts{code: l.code, tag: l.tag, byKey: make(map[string]string, len(l.byKey))}
	tied.tied = func() *texts { return tied }
	for key, text := range l.byKey {
		tied.byKey[key] = counting.ReplaceAllString(strings.ReplaceAll(text, "№ ", "№\u00a0"), "$1\u00a0$2")
	}
	return tied
}

// Tied is the language for what breaks lines by itself, as a browser does: none ends between a number
// and what it counts.
func (l Lang) Tied() Lang { return Lang{l.texts().tied()} }

// Code is the code of the language: en, ru, uk, bg.
func (l Lang) Code() string { return l.texts().code }

// Text returns the text of a key, its placeholders filled in from pairs of names and
// values; a number is written as the language does. Of a key that is not in the catalogue
// it returns the key, and leaves a placeholder without a value as it is.
func (l Lang) Text(key string, pairs ...any) string {
	text, ok := l.texts().byKey[key]
	if !ok {
		return key
	}
	return l.fill(text, pairs)
}

// Plural is Text in the form that goes with n. {n} is the number.
func (l Lang) Plural(key string, n int, pairs ...any) string {
	return l.Text(key+"#"+l.form(n), append([]any{"n", n}, pairs...)...)
}

// forms are the names of the plural forms but other, and ends what English writes after an ordinal
// number of such a form.
var (
	forms = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	ends  = map[plural.Form]string{plural.One: "st", plural.Two: "nd", plural.Few: "rd"}
)

// form names the plural form of n.
func (l Lang) form(n int) string {
	n %= 10_000_000 // first: the least number has no opposite
	return cmp.Or(forms[plural.Cardinal.MatchPlural(l.texts().tag, max(n, -n), 0, 0, 0, 0)], "other")
}

// Word says a word that the program stores or counts by (a topic, a severity, a rule) as
// people read it. list is the part of the catalogue that holds such words. A word that is
// not there, because it is the user's own or an older earshot's, is returned as it is.
func (l Lang) Word(list, word string) string {
	if text, ok := l.texts().byKey[list+"."+slug(word)]; ok {
		return text
	}
	return word
}

// slug is a word as a key has it: "money not returned" is money_not_returned.
func slug(word string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(word), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "_")
}

// fill puts the values in.
func (l Lang) fill(text string, pairs []any) string {
	if len(pairs) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(before)
		if v, ok := value(pairs, name); ok {
			b.WriteString(l.written(v))
		} else {
			b.WriteString("{" + name + "}")
		}
		text = after
	}
}

func value(pairs []any, name string) (any, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return nil, false
}

func (l Lang) written(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(v)
	}
	return fmt.Sprint(v)
}

// Span says a length of time as people do, to the minute: "40 s", "4 min", "1 h 29 min",
// "3 h", and from two days on "5 days". Less than nothing is "0 s".
func (l Lang) Span(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return l.Text("span.seconds", "n", strconv.Itoa(int(d.Seconds())))
	}
	if d.Round(time.Minute) >= 48*time.Hour { // else it would be said as 48 h
		days := int(d.Round(24*time.Hour) / (24 * time.Hour))
		return l.Plural("span.days", days)
	}
	minutes := int(d.Round(time.Minute) / time.Minute)
	switch hours, minutes := minutes/60, minutes%60; {
	case hours == 0:
		return l.Text("span.minutes", "n", minutes)
	case minutes == 0:
		return l.Text("span.hours", "n", hours)
	default:
		return l.Text("span.hours_minutes", "hours", hours, "minutes", minutes)
	}
}

// Ago says how long ago something was: "4 min ago".
func (l Lang) Ago(d time.Duration) string { return l.Text("span.ago", "span", l.Span(d)) }

// groupFrom is the least number whose digits stand in groups; shorter ones are read as well
// without.
const groupFrom = 10_000

// Number writes a number as the language does: 950, 9500, 12,000.
func (l Lang) Number(n int) string {
	digits := strconv.Itoa(n)
	if n < groupFrom && n > -groupFrom {
		return digits
	}
	between := l.orEnglish("\u00a0", ",")
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + between + digits[at:]
	}
	return digits
}

// orEnglish is how the other languages write what English writes in its own way.
func (l Lang) orEnglish(others, english string) string {
	if l.Code() == fallback {
		return english
	}
	return others
}

// Percent says a share of 1: "91%". Only all is 100%, and only none is 0%.
func (l Lang) Percent(share float64) string {
	percent := int(math.Round(share * 100))
	if share < 1 {
		percent = min(percent, 99)
	}
	if share > 0 {
		percent = max(percent, 1)
	}
	return strconv.Itoa(percent) + l.orEnglish("\u00a0%", "%")
}

// Decimal writes a number with so many digits after the point or comma: 3.5, −0.81; with -1
// as many as it has.
func (l Lang) Decimal(v float64, digits int) string {
	return strings.NewReplacer("-", "−", ".", l.orEnglish(",", ".")).Replace(strconv.FormatFloat(v, 'f', digits, 64))
}

// Quote is what somebody wrote, in the language's quotation marks.
func (l Lang) Quote(words string) string { return l.Text("quote.words", "words", words) }

// Aside is what goes with something behind the language's dash: what to do about a mistake.
func (l Lang) Aside(what, more string) string {
	return l.Text("said.aside", "what", what, "more", more)
}

// Ordinal is a place in a row: 3rd. In languages where that depends on the noun it is the
// number alone, and the text writes № before it.
func (l Lang) Ordinal(n int) string {
	if l.Code() != fallback {
		return l.Number(n)
	}
	return strconv.Itoa(n) + cmp.Or(ends[plural.Ordinal.MatchPlural(language.English, n%100, 0, 0, 0, 0)], "th")
}

// Date says a day: "26 Nov 2026".
func (l Lang) Date(t time.Time) string { return l.Time("time.date", t) }

// DateTime says a moment: "26 Nov 2026 09:05". The zone is t's.
func (l Lang) DateTime(t time.Time) string { return l.Time("time.date_time", t) }

// nameMarks are the marks that stand for names while time formats the rest.
var nameMarks = strings.NewReplacer("January", "\x01", "Jan", "\x02", "Monday", "\x03", "Mon", "\x04")

// Time says a moment in the form of a key, whose text is a layout as package time has it.
func (l Lang) Time(key string, t time.Time) string {
	layout, ok := l.texts().byKey[key]
	if !ok {
		return key
	}
	out := t.Format(nameMarks.Replace(layout))
	if !strings.ContainsAny(out, "\x01\x02\x03\x04") {
		return out
	}
	month, day := strconv.Itoa(int(t.Month())), strconv.Itoa(int(t.Weekday()))
	return strings.NewReplacer("\x01", l.Text("month."+month), "\x02", l.Text("month_short."+month),
		"\x03", l.Text("weekday."+day), "\x04", l.Text("weekday_short."+day)).Replace(out)
}
