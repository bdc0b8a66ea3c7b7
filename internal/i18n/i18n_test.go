package i18n_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
)

func catalog(t *testing.T) *i18n.Catalog {
	t.Helper()
	c, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIn(t *testing.T) {
	c := catalog(t)
	for asked, want := range map[string]string{"en": "en", "uk": "uk", "ru": "ru", "bg": "bg", "": "en", "xx": "en", "UK": "en"} {
		if got := c.In(asked).Code(); got != want {
			t.Errorf("In(%q) is %s, want %s", asked, got, want)
		}
	}
	if got := (i18n.Lang{}).Code(); got != "en" {
		t.Errorf("the zero Lang is %s", got)
	}
	if got, want := (i18n.Lang{}).Text("severity.high"), c.In("en").Text("severity.high"); got != want {
		t.Errorf("the zero Lang says %q, English %q", got, want)
	}
}

func TestText(t *testing.T) {
	uk := catalog(t).In("uk")
	for _, c := range []struct{ got, want string }{
		{uk.Text("span.ago", "span", "4 хв"), "4 хв тому"},
		{uk.Text("span.ago"), "{span} тому"},
		{uk.Text("span.ago", "other", 1), "{span} тому"},
		{uk.Text("no.such.key", "n", 1), "no.such.key"},
		{uk.Text("span.ago", "span", "{span}"), "{span} тому"}, // what is filled in is not filled in again
		{uk.Word("topic", "refund"), "повернення грошей"},
		{uk.Word("why", "money not returned"), "не повертають гроші"},
		{uk.Word("why", "наше правило"), "наше правило"},
		{uk.Word("topic", ""), ""},
		{uk.Time("no.such.key", time.Time{}), "no.such.key"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	c := catalog(t)
	for code, all := range map[string]map[int]string{
		"en": {0: "0 days", 1: "1 day", 2: "2 days", 11: "11 days", 21: "21 days"},
		"bg": {0: "0 дни", 1: "1 ден", 2: "2 дни", 21: "21 дни"},
		"ru": {0: "0 дней", 1: "1 день", 3: "3 дня", 5: "5 дней", 11: "11 дней", 12: "12 дней", 21: "21 день", 22: "22 дня", 111: "111 дней", 10_000_001: "10\u00a0000\u00a0001 день"},
		"uk": {0: "0 днів", 1: "1 день", 3: "3 дні", 5: "5 днів", 11: "11 днів", 14: "14 днів", 21: "21 день", 104: "104 дні", 12_000: "12\u00a0000 днів"},
	} {
		for n, want := range all {
			if got := c.In(code).Plural("span.days", n); got != want {
				t.Errorf("%s: %q, want %q", code, got, want)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	c := catalog(t)
	for _, s := range []struct {
		d              time.Duration
		uk, ru, bg, en string
	}{
		{-time.Second, "0 с тому", "0 с назад", "преди 0 с", "0 s ago"},
		{40 * time.Second, "40 с тому", "40 с назад", "преди 40 с", "40 s ago"},
		{4*time.Minute + 29*time.Second, "4 хв тому", "4 мин назад", "преди 4 мин", "4 min ago"},
		{89 * time.Minute, "1 год 29 хв тому", "1 ч 29 мин назад", "преди 1 ч 29 мин", "1 h 29 min ago"},
		{3 * time.Hour, "3 год тому", "3 ч назад", "преди 3 ч", "3 h ago"},
		{2 * 24 * time.Hour, "2 дні тому", "2 дня назад", "преди 2 дни", "2 days ago"},
		{21 * 24 * time.Hour, "21 день тому", "21 день назад", "преди 21 дни", "21 days ago"},
	} {
		for code, want := range map[string]string{"en": s.en, "uk": s.uk, "ru": s.ru, "bg": s.bg} {
			if got := c.In(code).Ago(s.d); got != want {
				t.Errorf("%s in %s: %q, want %q", s.d, code, got, want)
			}
		}
	}
}

// TestEnglishSpans: to the minute, and in days from two on.
func TestEnglishSpans(t *testing.T) {
	en := catalog(t).In("en")
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Hour, "0 s"},
		{0, "0 s"},
		{59*time.Second + 900*time.Millisecond, "59 s"},
		{time.Minute, "1 min"},
		{3*time.Minute + 30*time.Second, "4 min"},
		{59*time.Minute + 29*time.Second, "59 min"},
		{59*time.Minute + 31*time.Second, "1 h"},
		{89 * time.Minute, "1 h 29 min"},
		{3 * time.Hour, "3 h"},
		{47*time.Hour + 59*time.Minute, "47 h 59 min"},
		{47*time.Hour + 59*time.Minute + 40*time.Second, "2 days"},
		{48 * time.Hour, "2 days"},
		{5*24*time.Hour + 13*time.Hour, "6 days"},
	} {
		if got := en.Span(c.d); got != c.want {
			t.Errorf("Span(%s) is %q, want %q", c.d, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	c := catalog(t)
	kyiv := time.FixedZone("EET", 2*60*60)
	at := time.Date(2026, 5, 8, 9, 5, 0, 0, kyiv) // a Friday of May: the name that is long and short
	for code, want := range map[string][5]string{
		"en": {"8 May 2026", "8 May 2026 09:05", "8 May 2026", "Fri 8 May 09:05 EET", "09:05, Fri 8 May (EET)"},
		"uk": {"8 трав. 2026", "8 трав. 2026, 09:05", "8 травня 2026 року", "пт, 8 трав., 09:05 EET", "09:05, пт, 8 трав. (EET)"},
		"ru": {"8 мая 2026", "8 мая 2026, 09:05", "8 мая 2026 года", "пт, 8 мая, 09:05 EET", "09:05, пт, 8 мая (EET)"},
		"bg": {"8 май 2026", "8 май 2026, 09:05", "8 май 2026 г.", "пт, 8 май, 09:05 EET", "09:05, пт, 8 май (EET)"},
	} {
		l := c.In(code)
		got := [5]string{l.Date(at), l.DateTime(at), l.Time("time.long_date", at), l.Time("time.weekday_time_zone", at), l.Time("time.clock_weekday_zone", at)}
		if got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	en := c.In("en")
	for key, layout := range map[string]string{"time.day": "2 Jan", "time.weekday": "Mon 2 Jan", "time.date_time_zone": "2 Jan 2006 15:04 MST", "time.day_time_zone": "2 Jan 15:04 MST",
		"time.weekday_time": "Mon 2 Jan 15:04", "time.long_date": "2 January 2006"} {
		for month := range 12 {
			at := time.Date(2026, time.Month(month+1), 3*month+1, 23, 59, 0, 0, kyiv)
			if got, want := en.Time(key, at), at.Format(layout); got != want {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	c := catalog(t)
	for n, want := range map[int][2]string{0: {"0", "0"}, -5: {"-5", "-5"}, 9999: {"9999", "9999"}, 10_000: {"10,000", "10\u00a0000"}, -1_234_567: {"-1,234,567", "-1\u00a0234\u00a0567"}} {
		for i, code := range []string{"en", "bg"} {
			if got := c.In(code).Number(n); got != want[i] {
				t.Errorf("%d in %s: %q, want %q", n, code, got, want[i])
			}
		}
	}
	for share, want := range map[float64]string{0: "0%", 0.004: "1%", 0.996: "99%", 1: "100%"} { // nearly all are not all
		if got := c.In("en").Percent(share); got != want {
			t.Errorf("%v is %s, want %s", share, got, want)
		}
	}
	if got := c.In("en").Percent(0.914); got != "91%" {
		t.Errorf("a share in English: %q", got)
	}
	if got := c.In("ru").Percent(0.914); got != "91\u00a0%" {
		t.Errorf("a share in Russian: %q", got)
	}
}

// TestTied: on a page no line ends between a number and what it counts; what is filled in stays as it is.
func TestTied(t *testing.T) {
	c := catalog(t)
	uk, en := c.In("uk").Tied(), c.In("en").Tied().Tied()
	for _, each := range []struct{ got, want string }{
		{uk.Span(89 * time.Minute), "1\u00a0год 29\u00a0хв"},
		{uk.Plural("span.days", 5), "5\u00a0днів"},
		{uk.Text("alert.nth", "nth", "2"), "скарга №\u00a02 за 30\u00a0днів"},
		{uk.Date(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)), "30\u00a0лист. 2026"},
		{en.Text("case.nobody"), "nobody has it"},
		{en.Text("span.ago", "span", "by User 5 of us"), "by User 5 of us ago"},
		{en.Code(), "en"},
	} {
		if each.got != each.want {
			t.Errorf("%q, want %q", each.got, each.want)
		}
	}
}

// TestPluralOfAnyNumber: a number that was added up wrongly is written, and breaks nothing.
func TestPluralOfAnyNumber(t *testing.T) {
	c, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{math.MinInt, math.MinInt + 1, -21, 0, math.MaxInt} {
		for _, code := range []string{"en", "ru", "uk", "bg"} {
			if got := c.In(code).Plural("span.days", n); strings.Contains(got, "span.days") {
				t.Errorf("%s: %d days is %q", code, n, got)
			}
		}
	}
}

func TestAsked(t *testing.T) {
	c, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]string{
		"": "bg", "uk-UA,uk;q=0.9,en;q=0.5": "uk", "de,ru;q=0.5": "ru", "en;q=0.1,bg;q=0.9": "bg", "ru-RU": "ru", "de,ja": "bg", ";;": "bg",
	} {
		if got := c.Asked(accept, "bg").Code(); got != want {
			t.Errorf("%q: got %s, want %s", accept, got, want)
		}
	}
}
