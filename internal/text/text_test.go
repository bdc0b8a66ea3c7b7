package text

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/testkit"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain words", "plain words"},
		{" \t around \r\n", "around"},
		{"two  spaces\u00a0\tand a tab", "two spaces and a tab"},
		{"a\r\nb", "a\nb"},
		{"a\n \n\n\nb", "a\n\nb"},
		{"a\u2028b\u2029\u2029c", "a\nb\n\nc"},
		{"zero\u200bwidth\u200c\u200d\u2060\ufeff", "zerowidth"},
		{"left\u200eright\u200farabic\u061c", "leftrightarabic"},
		{"\u202ereversed\u202c \u2066isolated\u2069", "reversed isolated"},
		{"soft\u00adhyphen", "softhyphen"},
		{"bell\x07 esc\x1b[31m del\x7f c1\u009b", "bell esc[31m del c1"},
		{"private\ue000\U000f0000", "private"},
		{"fillers\u115f\u1160\u3164\uffa0", "fillers"},
		{"\u200b \u200b", ""},
		{"bad\xffbytes", "bad\ufffdbytes"},
		{"said \ufffd", "said \ufffd"},
		{"a" + strings.Repeat("\u0301", 9) + "b", "a" + strings.Repeat("\u0301", 4) + "b"},
		{"👍🏽 ❤️ 🇺🇦", "👍🏽 ❤️ 🇺🇦"},
		{"👩\u200d👧", "👩👧"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) is %q, want %q", c.in, got, c.want)
		}
	}
	if got := OneLine(" a\n\n\n b\nc "); got != "a b c" {
		t.Errorf("OneLine gives %q", got)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"short", 5, "short"},
		{"жалоба", 5, "жало…"},
		{"two words", 5, "two…"},
		{"any", 1, "…"},
		{"cafe\u0301 x", 5, "caf…"},
		{"ok 👍🏽!", 5, "ok…"},
		{"ok 👩\u200d👧 all", 6, "ok…"},
		{"🇺🇦🇧🇬 x", 4, "🇺🇦…"},
		{"🇺🇦🇧🇬 x", 5, "🇺🇦🇧🇬…"},
		{"a\u0301\u0301\u0301\u0301", 3, "a\u0301…"}, // one letter longer than max is cut all the same
		{"\u0301\u0301\u0301\u0301", 2, "\u0301…"},   // and what leans on nothing
		{"ab🐀cd", 3, "ab…"},
		{"a😀😀😀", 3, "a😀…"},
		{"🇺abc", 2, "🇺…"},
		{"ab🏴\U000e0067\U000e007f x", 5, "ab…"},
	} {
		if got := Cut(c.in, c.max); got != c.want {
			t.Errorf("Cut(%q, %d) is %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

// TestRaw: what is stored and compared, not shown.
func TestRaw(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"жук", 3, "ж"}, {"ok 👍", 6, "ok "}, {"\x80\x80\x80", 2, ""}} {
		if got := Clip(c.in, c.max); got != c.want {
			t.Errorf("Clip(%q, %d) is %q, want %q", c.in, c.max, got, c.want)
		}
	}
	if got := Valid("a\x00b\xff\x00"); got != "ab\ufffd" {
		t.Errorf("Valid gives %q", got)
	}
	if got := Letters("Ґанок №5,\tab-C!"); got != "ґанок5abc" {
		t.Errorf("Letters gives %q", got)
	}
}

func TestCount(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{{0, "post", "0 posts"}, {1, "post", "1 post"}, {2, "watch", "2 watches"}, {2, "reply", "2 replies"}, {2, "day", "2 days"}, {3, "case", "3 cases"}, {2, "false alarm", "2 false alarms"}, {2, "class", "2 classes"}} {
		if got := Count(c.n, c.noun); got != c.want {
			t.Errorf("Count(%d, %q) is %q, want %q", c.n, c.noun, got, c.want)
		}
	}
}

func TestHeaded(t *testing.T) {
	for _, c := range []struct{ title, words, want string }{
		{"", "", ""},
		{"Ужас", "", "Ужас"},
		{"", "Третій тиждень", "Третій тиждень"},
		{"Ні", "Третій тиждень\nчекаю", "Ні · Третій тиждень чекаю"},
		{"Третій тиждень…", "Третій тиждень чекаю", "Третій тиждень чекаю"},
		{"Третій тиж...", "Третій тиждень чекаю", "Третій тиждень чекаю"},
	} {
		if got := Headed(c.title, c.words); got != c.want {
			t.Errorf("Headed(%q, %q) is %q, want %q", c.title, c.words, got, c.want)
		}
	}
}

// TestNothingToDo: most texts need no cleaning, and then there is no copy.
func TestNothingToDo(t *testing.T) {
	s := strings.Repeat("Ромашка Банк не возвращает деньги, é 👍🏽\n\nи молчит. ", 20)
	s = strings.TrimSpace(s)
	if n := testing.AllocsPerRun(100, func() {
		if Clean(s) != s || Cut(s, len(s)) != s {
			t.Fatal("a clean text changes")
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\u200eb", " a\n\n\nb ", "\xff", "a\u0301\u0301\u0301\u0301\u0301", "🇺🇦", "\u2028\u202e", "👩\u200d👧"} {
		f.Add(s, 3)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body, 100) })
	f.Fuzz(func(t *testing.T, s string, limit int) {
		clean := Clean(s)
		if again := Clean(clean); again != clean {
			t.Fatalf("%q is cleaned to %q, that to %q", s, clean, again)
		}
		if !utf8.ValidString(clean) || strings.TrimSpace(clean) != clean || strings.Contains(clean, "\n\n\n") || strings.Contains(clean, "  ") {
			t.Fatalf("%q is cleaned to %q", s, clean)
		}
		letters := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsLetter(r) && !hidden(r) || unicode.IsDigit(r) {
					return r
				}
				return -1
			}, s)
		}
		if letters(clean) != letters(s) {
			t.Fatalf("letters of %q got lost: %q", s, clean)
		}
		for _, r := range clean {
			if r != '\n' && hidden(r) || unicode.IsSpace(r) && r != ' ' && r != '\n' {
				t.Fatalf("%U is left of %q", r, s)
			}
		}
		if line := OneLine(s); strings.Contains(line, "\n") || strings.ReplaceAll(clean, "\n", " ") != line && !strings.Contains(clean, "\n\n") {
			t.Fatalf("%q on one line is %q", s, line)
		}
		limit = limit&0xff + 1
		cut := Cut(clean, limit)
		if n := utf8.RuneCountInString(cut); n > limit || !utf8.ValidString(cut) {
			t.Fatalf("%q cut to %d is %q", clean, limit, cut)
		}
		if head, was := strings.CutSuffix(cut, "…"); cut != clean && (!was || !strings.HasPrefix(clean, head)) {
			t.Fatalf("%q cut to %d is %q", clean, limit, cut)
		}
	})
}

func TestStamp(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.FixedZone("Kyiv", 2*3600))
	if got := Stamp(at); got != "2026-11-26T07:30:00Z" {
		t.Errorf("got %q", got)
	}
	if got := Stamp(time.Time{}); got != "" {
		t.Errorf("of no time: %q", got)
	}
}

func TestCapital(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "A", "хтось": "Хтось", "ґанок": "Ґанок", "1st": "1st", "Already": "Already"} {
		if got := Capital(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestSameButCase: a letter that only folds to another is another.
func TestSameButCase(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"", "", true}, {"Ira@Bank.example", "ira@bank.EXAMPLE", true}, {"Підтримка", "ПІДТРИМКА", true}, {"Support", "Support ", false},
		{"Kira", "\u212aira", false}, {"support", "\u017fupport", false},
	} {
		if SameButCase(c.a, c.b) != c.same {
			t.Errorf("%q and %q: want %v", c.a, c.b, c.same)
		}
	}
}

// TestLength: what people write for a length of time, and nothing else.
func TestLength(t *testing.T) {
	const day = 24 * time.Hour
	for written, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "7d": 7 * day, "2w": 14 * day, "1d12h": 36 * time.Hour, "1.5h": 90 * time.Minute, "0s": 0, "250ms": 250 * time.Millisecond,
		"99999999999999999999w": math.MaxInt64,
	} {
		if got, ok := Length(written); !ok || got != want {
			t.Errorf("%s: %v %v, want %v", written, got, ok, want)
		}
	}
	for _, written := range []string{"", "5", "h", "-2h", "+2h", "2 h", "2H", "1y", "1h30", "1e3s"} {
		if got, ok := Length(written); ok {
			t.Errorf("%q is taken for %v", written, got)
		}
	}
}

func TestMeantDay(t *testing.T) {
	for written, want := range map[string]string{"24.12.2026": "2026-12-24", " 1.2.26": "2026-02-01", "2026/1/2": "2026-01-02", "1/11/2026": "", "31.2.2026": "", "": "", "Christmas": ""} {
		if got := MeantDay(written); got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}

func TestMeantLength(t *testing.T) {
	for written, want := range map[string]string{
		"2 weeks": "2w", "15 минут": "15m", "15мин.": "15m", "1 нед": "1w", "5м": "5m", "5M": "5m", "1 час": "1h", "2 години": "2h", "30 хв": "30m", "3 дни": "3d",
		"1,5 часа": "1.5h", "hour": "1h", "день": "1d", "полчаса": "30m", "пів години": "30m", "half an hour": "30m",
		"hourly": "1h", "щодня": "1d", "PT5M": "5m", "P7D": "7d", "P1M": "", "3 месеца": "90d", "2 years": "730d", "year": "365d", "2.5 years": "",
		"": "", "2": "", "m": "", "м": "", "ч": "", "y": "", "5 год": "", "2 попугая": "", "1 hour 5 min": "", "-5 min": "", "0:15": "",
	} {
		got := MeantLength(written)
		if got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
		if _, ok := Length(got); want != "" && !ok {
			t.Errorf("%q: %q is no length", written, got)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"contact", "watch", "sources", "sentiment", "to", "forum", "feed", "every", ""}
	for word, want := range map[string]string{
		"contct": "contact", "wacth": "watch", "source": "sources", "Sources": "sources", "sentimet": "sentiment", "form": "forum", "fed": "feed",
		"evry": "every", "": "", "caontct": "contact", "fedx": "", "fexe": "", "url": "", "x": "", "tp": "", "colour": "", strings.Repeat("a", 100): "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
