package match

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

func terms(texts ...string) []Term {
	var out []Term
	for i, t := range texts {
		out = append(out, Term{Text: t, Pos: fmt.Sprintf("w.yaml:%d:7", i+1)})
	}
	return out
}

func leaf(text string) Expr { return Expr{Term: Term{Text: text}} }

func TestSpans(t *testing.T) {
	tests := []struct {
		name, title, text string
		terms             []Term
		want              []string
	}{
		{"all places, in order", "Ромашка", "В Ромашке и у Ромашки", terms("Ромашка"), []string{"Ромашка", "Ромашке", "Ромашки"}},
		{"the longest term wins", "", "Ромашка Банк и Ромашка", terms("Ромашка", "Ромашка Банк"), []string{"Ромашка Банк", "Ромашка"}},
		{"an ending behind a hyphen belongs to it, a particle does not", "", "Monobank-ом и Monobank-то", terms("Monobank"), []string{"Monobank-ом", "Monobank"}},
		{"a combining accent belongs to it", "", "(Рома\u0301шка\u0301)", terms("Ромашка"), []string{"Рома\u0301шка\u0301"}},
		{"no zero width at the edges", "", "\u200bРомашка\u200b", terms("Ромашка"), []string{"Ромашка"}},
		{"signs belong to it", "", ".NET и C++", terms(".NET", "C++"), []string{".NET", "C++"}},
		{"an account with its sign", "", "@acme t.me/acme", terms("@acme"), []string{"@acme", "acme"}},
		{"a hashtag without its sign", "", "#ромашка", terms("#ромашка"), []string{"ромашка"}},
		{"a word that begins no name", "", "Builder: C++ Builder", terms("C++ Builder"), []string{"C++ Builder"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := mustCompile(t, []Watch{{Name: "w", Terms: tt.terms}})
			hits := set.Match(tt.title, tt.text)
			if len(hits) != 1 {
				t.Fatalf("%d hits, want 1", len(hits))
			}
			var got []string
			for _, s := range hits[0].Spans {
				got = append(got, s.Text)
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("spans %q, want %q", got, tt.want)
			}
			checkSpans(t, tt.title, tt.text, hits)
		})
	}
}

func TestEachWatchIsDecidedAlone(t *testing.T) {
	set := mustCompile(t, []Watch{
		{Name: "short", Terms: terms("Romashka")},
		{Name: "long", Terms: terms("Romashka Bank")},
		{Name: "other", Terms: terms("Romashka"), Ignore: terms("Romashka Bank")},
	})
	var got []string
	for _, h := range set.Match("", "Romashka Bank again") {
		got = append(got, h.Watch)
	}
	if strings.Join(got, " ") != "short long" {
		t.Errorf("named %q, want short and long", got)
	}
}

func TestBoolean(t *testing.T) {
	agency := Watch{Name: "w", Any: []Expr{leaf("Acme"), {All: []Expr{leaf("Ромашка"), leaf("банк")}}}, None: []Expr{leaf("вакансия")}}
	guarded := Watch{Name: "w", Terms: terms("Acme"), All: []Expr{leaf("refund")}, None: []Expr{{All: []Expr{leaf("job"), leaf("hiring")}}}}
	tests := []struct {
		watch Watch
		text  string
		want  bool
	}{
		{agency, "Acme обманула", true},
		{agency, "в Ромашке, в этом банке", true},
		{agency, "в Ромашке", false},
		{agency, "Acme: вакансии месяца", false},
		{agency, "банк", false},
		{guarded, "Acme refund", true},
		{guarded, "Acme", false},
		{guarded, "Acme refund: see jobs.example/hiring/job", true},
		{guarded, "refund", false},
		{guarded, "Acme refund job", true},
		{guarded, "Acme refund: a job, we are hiring", false},
	}
	for _, tt := range tests {
		if got := mustCompile(t, []Watch{tt.watch}).Match("", tt.text) != nil; got != tt.want {
			t.Errorf("%+v on %q: %v, want %v", tt.watch.Any, tt.text, got, tt.want)
		}
	}
}

func TestContextDistance(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: terms("Лента"), Context: terms("касса")}})
	filler := strings.Repeat("Ничего особенного тут не было. ", 400)
	long := strings.TrimSuffix(strings.Repeat("и ещё много слов ", 40), " ")
	tests := []struct {
		name, title, text string
		want              bool
	}{
		{"far away", "", "Лента. " + filler + " На кассе.", false},
		{"in the title", "О кассах", filler + "Лента", true},
		{"the name in the title, the context far down", "Лента", filler + "касса", false},
		{"the same long sentence", "", filler + "Лента " + long + " касса. " + filler, true},
		{"a few sentences on", "", filler + "Лента. Да. Нет. Касса. " + filler, true},
		{"a short post", "", "Лента. " + strings.Repeat("Да. ", 100) + "Касса", true},
	}
	for _, tt := range tests {
		if got := set.Match(tt.title, tt.text) != nil; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name  string
		watch Watch
		want  string // a part of the only problem; empty for none
		fatal bool
	}{
		{"fine", Watch{Terms: terms("Rozetka")}, "", false},
		{"common word", Watch{Terms: terms("Лента")}, `w.yaml:1:7: "Лента" is a common word in Russian`, false},
		{"common word with context", Watch{Terms: terms("Лента"), Context: terms("касса")}, "", false},
		{"common word as its own context", Watch{Terms: terms("=Лента"), Context: terms("лента", "касса")}, `"лента" is under terms too`, false},
		{"no common word as context of another", Watch{Terms: terms("Лента", "lentabank"), Context: terms("lentabank", "касса")}, "", false},
		{"its own context, and more is asked", Watch{Terms: terms("Лента"), Context: terms("лента"), All: []Expr{leaf("касса")}}, "", false},
		{"common in English", Watch{Terms: terms("Target")}, "common word in English", false},
		{"common in Ukrainian", Watch{Terms: terms("Стрічка")}, "common word in Ukrainian", false},
		{"common in Bulgarian", Watch{Terms: terms("Пипер")}, "common word in Bulgarian", false},
		{"two letters", Watch{Terms: terms("VK")}, "only two letters", false},
		{"one letter", Watch{Terms: terms("Ж")}, "only one letter", false},
		{"nothing left", Watch{Terms: terms("Rozetka", "?!")}, `w.yaml:2:7: the term "?!" has no letter or digit`, true},
		{"an ignored phrase without a letter", Watch{Terms: terms("Rozetka"), Ignore: terms("?!")}, `w.yaml:1:7: "?!" has no letter or digit`, true},
		{"ignore without a term", Watch{Terms: terms("Rozetka"), Ignore: terms("аптека ромашка")}, "can never cancel anything", false},
		{"ignore with a form", Watch{Terms: terms("Ромашечка"), Ignore: terms("букет ромашечек")}, "", false},
		{"ignore is the term", Watch{Terms: terms("Rozetka"), Ignore: terms("rozetka")}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, problems, err := languagesOf(t).Compile([]Watch{tt.watch})
			if tt.fatal != (err != nil) || tt.fatal != (set == nil) {
				t.Errorf("set %v, err %v, want an error: %v", set != nil, err, tt.fatal)
			}
			if tt.want == "" && len(problems) == 0 {
				return
			}
			if len(problems) != 1 || !strings.Contains(problems[0].String(), tt.want) || problems[0].Fatal != tt.fatal || tt.want == "" {
				t.Errorf("problems %v, want one with %q", problems, tt.want)
			}
		})
	}
}

// TestRivalsCancelInside: a rival's longer name hides ours in it, in one line.
func TestRivalsCancelInside(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: terms("Bolt"), Rivals: terms("Bolt Food", "Bolt")}})
	for text, want := range map[string]bool{
		"Bolt never came":           true, // no longer than ours
		"Bolt Food never came":      false,
		"Bolt\nfood never came":     true,
		"Bolt Food, unlike Bolt":    true,
		"the Bolt and the bad food": true,
	} {
		if got := set.Match("", text) != nil; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// FuzzTerms reads terms and texts that nobody chose: whatever compiles finds places in the text.
func FuzzTerms(f *testing.F) {
	for i, c := range allCases(f) {
		if i%20 == 0 { // each is compiled
			f.Add(c.watch.Terms[0].Text, c.text)
		}
	}
	l := languagesOf(f)
	f.Fuzz(func(t *testing.T, term, text string) {
		if len(term) > 200 {
			return // config bounds a term
		}
		one := terms(term)
		set, _, err := l.Compile([]Watch{{Name: "named", Terms: one, Context: one, Ignore: terms("x " + term), Rivals: terms(term + " x")}, {Name: "asked", Any: []Expr{leaf(term)}, None: []Expr{leaf(term + " x")}}})
		if err != nil {
			return
		}
		for _, body := range []string{text, term, text + " " + term} {
			hits := set.Match("", body)
			checkSpans(t, "", body, hits)
			for _, x := range set.Explain("", body) {
				if named := slices.ContainsFunc(hits, func(h Hit) bool { return h.Watch == x.Watch }); named != x.Named {
					t.Errorf("%q in %q: named %v, explained %v", term, body, named, x.Named)
				}
			}
		}
	})
}

func TestExplain(t *testing.T) {
	tests := []struct {
		watch Watch
		text  string
		rule  int
	}{
		{Watch{Terms: terms("Ромашка")}, "в Ромашке", 0},
		{Watch{Terms: terms("Ромашка")}, "ромашковый чай", 2},
		{Watch{Terms: terms("Ромашка Банк")}, "ромашка. Банк", 3},
		{Watch{Terms: terms("ООО «Ромашка»")}, "ромашка", 3},
		{Watch{Terms: terms("=ООО Ромашка")}, "ромашки", 14},
		{Watch{Terms: terms("На связи")}, "Я на связи", 3},
		{Watch{Terms: terms("The Plum House")}, "a plum house", 4},
		{Watch{Terms: terms("iBerry")}, "i berry", 4},
		{Watch{Terms: terms("Acme")}, "acme1987", 5},
		{Watch{Terms: terms("Клевер")}, "Клевер-Авто", 6},
		{Watch{Terms: terms("Клевер")}, "#клеверок_клевер", 7},
		{Watch{Terms: terms("Клевер")}, "klever@mail.ru", 8},
		{Watch{Terms: terms("Лента"), Context: terms("касса")}, "лента", 12},
		{Watch{Terms: terms("Ромашка"), Ignore: terms("аптека ромашка")}, "аптека ромашка", 13},
		{Watch{Terms: terms("=Лента")}, "в ленте", 14},
		{Watch{Terms: terms("C++", "Yahoo!")}, "yahoo", 15},
		{Watch{Terms: terms("Олена Коваль", "Коваль")}, "Петро Коваль", 16},
		{Watch{Terms: terms("Preston")}, "at 5 Preston Road", 16},
		{Watch{Terms: terms("Ромашка")}, "«Ромашка Плюс»", 17},
	}
	for _, tt := range tests {
		e := mustCompile(t, []Watch{tt.watch}).Explain("", tt.text)
		if len(e) != 1 || len(e[0].Steps) == 0 {
			t.Errorf("%q: no steps: %+v", tt.text, e)
			continue
		}
		last := e[0].Steps[len(e[0].Steps)-1]
		if last.Rule != tt.rule || e[0].Named != (tt.rule == 0) || last.Reason == "" || last.Span.Text == "" {
			t.Errorf("%q: named %v, %+v, want rule %d", tt.text, e[0].Named, last, tt.rule)
		}
	}
}

// TestExplainConditions: where any, all or none decide, the reason says which, and not
// that something were wrong with the name.
func TestExplainConditions(t *testing.T) {
	group := Expr{Any: []Expr{leaf("refund"), leaf("recall")}}
	for _, tt := range []struct {
		watch        Watch
		text, reason string
	}{
		{Watch{Terms: terms("Acme"), None: []Expr{leaf("vacancy")}}, "Acme has vacancies", "none forbids what stands in the post: “vacancy”"},
		{Watch{Terms: terms("Acme"), None: []Expr{group}}, "Acme, refunds", "a group under none holds"},
		{Watch{Terms: terms("Acme"), All: []Expr{leaf("refund")}}, "Acme has a vacancy", "all asks for what does not count in the post: “refund”"},
		{Watch{Terms: terms("Acme"), All: []Expr{group}}, "Acme has a vacancy", "a group under all does not hold"},
		{Watch{Terms: terms("Acme"), All: []Expr{leaf("refund")}}, "a refund", "a condition of the watch stands here, but none of its terms counts"},
		{Watch{Terms: terms("Acme"), Any: []Expr{leaf("refund")}}, "Acme has a vacancy", "nothing under any holds"},
		{Watch{Terms: terms("Нова Пошта Глобал")}, "Новапошта загубила", "only a part of the name stands here, or something stands between its words"},
	} {
		x := mustCompile(t, []Watch{tt.watch}).Explain("", tt.text)[0]
		if x.Named || len(x.Steps) == 0 || x.Steps[0].Reason != tt.reason || x.Steps[0].Counts {
			t.Errorf("%q: named %v, %+v, want %q", tt.text, x.Named, x.Steps, tt.reason)
		}
	}
}

// TestConditionsNeedNoContext: all holds for the post as a whole, however far from a
// context word its terms stand; where conditions name the watch, they need context.
func TestConditionsNeedNoContext(t *testing.T) {
	far := strings.Repeat("Nothing else is worth telling here. ", 60)
	refund := []Expr{leaf("refund")}
	for _, tt := range []struct {
		watch Watch
		text  string
		want  bool
	}{
		{Watch{Terms: terms("Clover"), Context: terms("supermarket"), All: refund}, "the supermarket Clover. " + far + "and no refund.", true},
		{Watch{Terms: terms("Clover"), Context: terms("supermarket"), All: refund}, "we shopped at Clover, no refund", true},
		{Watch{Terms: terms("Clover"), Context: terms("supermarket"), All: refund}, "the supermarket Clover. " + far, false},
		{Watch{Terms: terms("Clover"), Context: terms("supermarket"), All: refund}, "cows eat clover, no refund", false},
		{Watch{Any: refund, Context: terms("supermarket")}, "the supermarket. " + far + "and no refund.", false},
	} {
		if got := mustCompile(t, []Watch{tt.watch}).Match("", tt.text) != nil; got != tt.want {
			t.Errorf("%.40q: named %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestReplay(t *testing.T) {
	old := mustCompile(t, []Watch{{Name: "a", Terms: terms("Acme")}, {Name: "gone", Terms: terms("Clover")}})
	next := mustCompile(t, []Watch{{Name: "a", Terms: terms("=Acme", "Orbit")}})
	var posts iter.Seq2[mention.Post, error] = func(yield func(mention.Post, error) bool) {
		for _, text := range []string{"Acme", "Acmes", "Orbit", "Clover", "nothing"} {
			if !yield(mention.Post{Text: text}, nil) {
				return
			}
		}
	}
	before := func(p mention.Post) []Hit { return old.Match(p.Title, p.Text) }
	rows, err := Replay(before, next, posts)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %d %d %d, %s %d %d %d", rows[0].Watch, rows[0].Caught, rows[0].Lost, rows[0].Kept, rows[1].Watch, rows[1].Caught, rows[1].Lost, rows[1].Kept)
	if want := "a 1 1 1, gone 0 1 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if s := rows[0].CaughtSamples; len(s) != 1 || s[0].Post.Text != "Orbit" || s[0].Spans[0].Text != "Orbit" {
		t.Errorf("samples %+v", s)
	}
	broken := errors.New("broken")
	if _, err := Replay(before, next, func(yield func(mention.Post, error) bool) { yield(mention.Post{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// checkSpans asserts what every caller relies on.
func checkSpans(tb testing.TB, title, text string, hits []Hit) {
	tb.Helper()
	body := mention.Post{Title: title, Text: text}.Body()
	for i, h := range hits {
		if i > 0 && h.Index <= hits[i-1].Index {
			tb.Errorf("hits out of order: %d after %d", h.Index, hits[i-1].Index)
		}
		last := 0
		for _, s := range h.Spans {
			switch {
			case s.Start < last || s.End <= s.Start || s.End > len(body):
				tb.Fatalf("span %+v after %d in %d bytes", s, last, len(body))
			case body[s.Start:s.End] != s.Text:
				tb.Fatalf("span %+v is %q in the body", s, body[s.Start:s.End])
			case !atRune(body, s.Start) || !atRune(body, s.End):
				tb.Fatalf("span %+v cuts a rune of %q", s, body)
			case s.Start <= len(title) && s.End > len(title):
				tb.Fatalf("span %+v crosses the end of the title", s)
			}
			last = s.End
		}
		if len(h.Spans) == 0 {
			tb.Error("a hit without spans")
		}
	}
}

// atRune says whether i is a border of runes; broken bytes are runes of their own.
func atRune(s string, i int) bool {
	return i == len(s) || utf8.RuneStart(s[i]) || !utf8.ValidString(s)
}

func FuzzMatch(f *testing.F) {
	var watches []Watch
	for _, c := range allCases(f) {
		f.Add(c.title, c.text)
		c.watch.Name = fmt.Sprint(len(watches))
		watches = append(watches, c.watch)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body, body) })
	set := mustCompile(f, watches)
	f.Fuzz(func(t *testing.T, title, text string) {
		hits := set.Match(title, text)
		checkSpans(t, title, text, hits)
		if again := set.Match(title, text); fmt.Sprint(again) != fmt.Sprint(hits) {
			t.Fatalf("two passes differ: %v and %v", hits, again)
		}
	})
}

// TestLongNameEndsStill: of the words of a long name each has several spellings, and the last has no
// forms. What could be written as one is not tried word by word.
func TestLongNameEndsStill(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: []Term{{Text: strings.Repeat("Щавелевая Ёлка Южного Ящика ", 6) + "24"}}}})
	if hits := set.Match("", strings.Repeat("щавелевая ёлка южного ящика ", 6)+"24"); len(hits) != 1 {
		t.Errorf("got %v", hits)
	}
}
