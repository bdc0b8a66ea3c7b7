package forum

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: a moment with a zone is believed; a moment without one is
// in the zone the source was given, else in the one the board prints, else UTC.
// "Today" is the day of the board's own clock where it shows one, so a page that
// was kept for a week still says when.

// moment reads the first date the rules give.
func (it *postItem) moment(rules ruleList) (time.Time, bool) {
	for _, r := range rules {
		els := r.elements(it.el)
		for i, n := range els.Nodes {
			if !it.owns(n) {
				continue
			}
			if t, day, ok := it.d.date(r, els.Eq(i)); ok {
				return t, day
			}
		}
	}
	return time.Time{}, false
}

// date reads the rule's value on el as a moment.
func (d *document) date(r pageRule, el *goquery.Selection) (time.Time, bool, bool) {
	if r.attr != "" {
		return d.parse(r.value(el))
	}
	return d.parse(r.match(timeText(el)))
}

// parse reads one written moment.
func (d *document) parse(text string) (time.Time, bool, bool) {
	text = htmltext.OneLine(text)
	if text == "" {
		return time.Time{}, false, false
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return dates.Parse(text, mention.Later(d.now, t), nil) // a page's clock may have stood still
	}
	d.settle()
	when, day, ok := dates.Parse(text, d.now, d.zone, d.hints(text)...)
	if !ok && d.now.Before(d.r.env.Now()) { // a clock that was misread must not hide dates
		when, day, ok = dates.Parse(text, d.r.env.Now(), d.zone, d.hints(text)...)
	}
	return when, day, ok
}

// wholeYear is a date in numbers that shows its century. Only of such the order of a day and a
// month is known: who shortens the year has set the board to a form of its own.
var wholeYear = regexp.MustCompile(`\b\d{1,2}[-/]\d{1,2}[-/]\d{4}\b`)

// hints are what is known of the order and the language of a written date.
func (d *document) hints(text string) []string {
	order := d.order
	if !wholeYear.MatchString(text) {
		order = ""
	}
	return slices.DeleteFunc([]string{order, d.lang, d.r.env.Lang}, func(l string) bool { return l == "" })
}

var clockText = regexp.MustCompile(`(?i)\b\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b)?`)

var datedText = regexp.MustCompile(`\d{4}|\d{1,2}[-./]\d{1,2}[-./]\d{2}`)

// timeText is the text of an element that shows a time. "Today" with the
// real date in its title is read as that date, and what says when the post was
// edited is left out. Digits that two elements hold are two numbers,
// and letters two words.
func timeText(el *goquery.Selection) string {
	var b strings.Builder
	var last rune
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode && n.Data != "" {
			first, _ := utf8.DecodeRuneInString(n.Data)
			if unicode.IsDigit(last) && unicode.IsDigit(first) || unicode.IsLetter(last) && unicode.IsLetter(first) {
				b.WriteByte(' ')
			}
			b.WriteString(n.Data)
			last, _ = utf8.DecodeLastRuneInString(n.Data)
			return
		}
		if isElement(n) {
			if strings.Contains(htmltext.Attr(n, "class"), "edit") && n != el.Nodes[0] {
				return
			}
			if title := htmltext.Attr(n, "title"); n.Data == "span" && datedText.MatchString(title) {
				if b.WriteString(" " + title + " "); !clockText.MatchString(title) { // of the day alone
					b.WriteString(clockText.FindString(htmltext.Short(n)) + " ")
				}
				return
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range el.Nodes {
		walk(n)
	}
	return htmltext.OneLine(b.String())
}

// orders are the words of presets and cursors for the order of a day and a month in numbers.
var orders = map[string]string{"dmy": dates.DayFirst, "mdy": dates.MonthFirst}

// settleOrder finds out whether the board writes the day or the month first. A board that
// told once is believed on its other pages.
func (d *document) settleOrder() {
	told := dates.Order(d.root.Text())
	for word, order := range orders {
		if order == told {
			d.r.order = word
		}
	}
	d.order = orders[cmp.Or(d.r.order, d.preset.Order)]
}

// settle finds the order of dates, the zone and what "today" means on this page.
// It is done when the first date asks for it: most engines write whole moments.
func (d *document) settle() {
	if d.settled || d.preset == nil {
		return
	}
	d.settled = true
	d.settleOrder()
	d.zone = d.r.env.Zone
	given := d.zone != nil && d.zone != time.UTC
	if !given {
		if z := boardZone(d.preset.Zone.all(d.root)); z != nil {
			d.zone = z
		}
	}
	if d.zone == nil {
		d.zone = time.UTC
	}
	shown, day, ok := d.clockTime(d.preset.Clock)
	if !ok || day {
		return
	}
	if utc, ok := utcText(d.preset.UTC, d.root); ok && !given {
		_, had := shown.In(d.zone).Zone()
		offset := shown.Sub(utc).Round(15*time.Minute) + time.Duration(had)*time.Second
		if offset.Abs() <= 14*time.Hour {
			d.zone = zoneOf(offset, utc, d.lang)
		}
		d.now = utc
		return
	}
	d.now = shown
}

// clockTime reads the time the board shows, in d.zone.
func (d *document) clockTime(rules ruleList) (time.Time, bool, bool) {
	for _, r := range rules {
		els := r.elements(d.root)
		for i := range els.Nodes {
			text := r.value(els.Eq(i))
			if !datedText.MatchString(text) {
				continue // "12:30 PM" alone is no day
			}
			// The clock may be ahead of ours by a zone: no date is in its future.
			if t, day, ok := dates.Parse(text, d.now.Add(48*time.Hour), d.zone, d.hints(text)...); ok {
				return t, day, true
			}
		}
	}
	return time.Time{}, false, false
}

func utcText(rules ruleList, root *goquery.Selection) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, rules.first(root))
	return t.UTC(), err == nil
}

// zonePlaces are where the boards are that show their clock without its zone.
// An offset alone does not say whether the clocks change with the seasons there;
// most people with it live where they do.
var zonePlaces = []string{
	"UTC", "Europe/Berlin", "Europe/Kyiv", "Europe/Moscow", "America/New_York", "America/Chicago", "America/Denver",
	"America/Los_Angeles", "Asia/Yekaterinburg", "Asia/Almaty", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo",
}

// zoneOf returns the zone whose clock is offset ahead of UTC at the moment at.
func zoneOf(offset time.Duration, at time.Time, lang string) *time.Location {
	first := 2 // UTC and Moscow come before the others on Russian pages only
	if lang == "ru" {
		first = 0
	}
	for _, zone := range zones()[first:] {
		if zone == nil {
			continue // no database of zones on this machine
		}
		if _, east := at.In(zone).Zone(); time.Duration(east)*time.Second == offset {
			return zone
		}
	}
	return time.FixedZone("", int(offset/time.Second))
}

// zones are loaded once: reading them from disk for every page cost a tenth of it.
var zones = sync.OnceValue(func() []*time.Location {
	var list []*time.Location
	for _, place := range append([]string{"UTC", "Europe/Moscow"}, zonePlaces...) {
		zone, err := time.LoadLocation(place)
		if err != nil {
			zone = nil
		}
		list = append(list, zone)
	}
	return list
})

var (
	placeName  = regexp.MustCompile(`\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[\w/+-]+`)
	zoneOffset = regexp.MustCompile(`(?i)(?:UTC|GMT)\s*(?:([+−–-])\s*(\d{1,2})(?::?(\d{2}))?)?`)
	summerTime = regexp.MustCompile(`(?i)\[\s*` + phrases.Pattern(phrases.SummerTime))
)

// boardZone reads the zone a board prints under its pages: a place, or an offset
// from UTC. It returns nil when none of the texts names one.
func boardZone(texts []string) *time.Location {
	for _, text := range texts {
		if place := placeName.FindString(text); place != "" {
			if zone, err := time.LoadLocation(place); err == nil {
				return zone
			}
		}
		m := zoneOffset.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		hours, _ := strconv.Atoi(m[2])
		minutes, _ := strconv.Atoi(m[3])
		seconds := hours*3600 + minutes*60
		if m[1] != "" && m[1] != "+" {
			seconds = -seconds
		}
		if summerTime.MatchString(text) {
			seconds += 3600
		}
		if seconds == 0 {
			return time.UTC
		}
		if hours <= 14 {
			return time.FixedZone("", seconds)
		}
	}
	return nil
}
