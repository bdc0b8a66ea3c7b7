package sentiment

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// checkScore asserts what must hold for every text.
func checkScore(t *testing.T, text string, got mention.Score) {
	t.Helper()
	if math.IsNaN(got.Value) || got.Value < -1 || got.Value > 1 {
		t.Fatalf("score %v is outside [-1, 1]", got.Value)
	}
	if got.Label != mention.Negative && got.Label != mention.Neutral && got.Label != mention.Positive {
		t.Fatalf("label %q", got.Label)
	}
	last := 0
	for _, h := range got.Why {
		if h.Start < last || h.End <= h.Start || h.End > len(text) {
			t.Fatalf("evidence %+v is out of order or outside a text of %d bytes", h, len(text))
		}
		last = h.Start
		if h.Text != text[h.Start:h.End] {
			t.Fatalf("evidence %+v does not quote the text", h)
		}
		if !onBorder(text, h.Start) || !onBorder(text, h.End) {
			t.Fatalf("evidence %+v cuts a rune", h)
		}
		if h.Rule == "" || math.IsNaN(h.Weight) {
			t.Fatalf("evidence %+v says no rule or weight", h)
		}
	}
	for _, f := range got.Frames {
		if f.Start < 0 || f.End < f.Start || f.End > len(text) || f.Text != text[f.Start:f.End] || !onBorder(text, f.Start) || !onBorder(text, f.End) {
			t.Fatalf("frame %+v quotes no place of a text of %d bytes", f, len(text))
		}
	}
}

// onBorder reports whether no valid rune of text is cut at i.
func onBorder(text string, i int) bool {
	if i == 0 || i == len(text) || utf8.RuneStart(text[i]) {
		return true
	}
	for back := 1; back < utf8.UTFMax && back <= i; back++ {
		if utf8.RuneStart(text[i-back]) {
			_, size := utf8.DecodeRuneInString(text[i-back:])
			return size <= back
		}
	}
	return true
}

func FuzzScore(f *testing.F) {
	for _, x := range readSamples(f, "testdata/hand/en.tsv")[:60] {
		f.Add(x.text, "en", 0.0)
	}
	for _, seed := range []string{
		"", "не", "1/5", "((((", ":)", "х*й", "f***", "\xff\xfe", "а\u0306", "п.и.з", "4akam 3 sedmici", "😡😡😡", "Недостатки: нет",
		"не не не не", "?!?!", "@ # $ %", "без без без", "half-half-half", "i\u0307'", "9999999999999999999999/5", "о\u0301чень",
	} {
		f.Add(seed, "", 3.0)
		f.Add(seed, "ru", 0.0)
		f.Add(seed, "uk", 1.0)
		f.Add(seed, "bg", 5.0)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body, "", 0.0) })
	s := shippedScorer(f)
	f.Fuzz(func(t *testing.T, text, lang string, stars float64) {
		in := Input{Text: text, Lang: lang, Stars: stars, Spans: []mention.Span{{Start: len(text) / 2, End: len(text)/2 + 1}}}
		got := s.Score(in)
		checkScore(t, text, got)
		again := s.Score(in)
		if again.Value != got.Value || again.Label != got.Label || again.Lang != got.Lang || len(again.Why) != len(got.Why) {
			t.Fatalf("not deterministic: %+v, then %+v", got, again)
		}
	})
}

func TestHostileTexts(t *testing.T) {
	s := shippedScorer(t)
	for name, text := range map[string]string{
		"one megabyte of words":    strings.Repeat("third week without a refund and nobody answers, не работает. ", 1<<20/64),
		"one megabyte, no spaces":  strings.Repeat("a", 1<<20),
		"a hundred thousand emoji": strings.Repeat("😡", 100_000),
		"invalid UTF-8":            strings.Repeat("\xff\xfe\xc3не \x80рабо\xd0", 10_000),
		"negations":                strings.Repeat("not ", 100_000),
		"brackets":                 strings.Repeat("((", 100_000),
		"hyphens":                  strings.Repeat("по-", 100_000),
		"combining marks":          "е" + strings.Repeat("\u0301", 100_000),
		"line ends":                strings.Repeat("\n", 100_000),
		"one cue for ever":         strings.Repeat("waiting for refund ", 5_000),
		"masks":                    strings.Repeat("f*** х*й ", 5_000),
		"ratings":                  strings.Repeat("1/5 ", 5_000),
		"nothing":                  "",
	} {
		t.Run(name, func(t *testing.T) {
			for _, lang := range []string{"", "en", "ru", "uk", "bg"} {
				checkScore(t, text, s.Score(Input{Text: text, Lang: lang}))
			}
		})
	}
}

func TestNoAllocations(t *testing.T) {
	if testkit.Race {
		t.Skip("race: the detector makes pools forget")
	}
	s := shippedScorer(t)
	texts := []Input{
		{Text: "Third week without a refund. I call every day and nobody answers!!! 1/5 😡", Lang: "en"},
		{Text: "Третья неделя, а деньги так и не вернули. Никто не отвечает(((", Lang: "ru"},
		{Text: "Чекаю на повернення коштів уже місяць, ніхто не відповідає"},
		{Text: "Чакам да ми върнат парите вече месец, никой не отговаря"},
		{Text: "Blue chairs standing everywhere yonder", Lang: "en"},
		{Text: "Third week, f*** you, t3rrible pr0blem", Lang: "en"},
		{Text: "chakam veche tri sedmici, nikoi ne otgovarya, uzhas", Lang: "bg"},
	}
	var dst mention.Score
	for _, in := range texts {
		for range 3 {
			s.ScoreInto(&dst, in)
		}
		if n := testing.AllocsPerRun(100, func() { s.ScoreInto(&dst, in) }); n > 0 {
			t.Errorf("%.1f allocations for %q", n, in.Text)
		}
	}
}

func TestStars(t *testing.T) {
	s := shippedScorer(t)
	for _, c := range []struct {
		text     string
		stars    float64
		label    mention.Label
		conflict bool
	}{
		{"Great bank, fast and friendly staff, I love it", 1, mention.Negative, true},
		{"Awful. They stole my money and nobody answers.", 5, mention.Positive, true},
		{"It is a bank.", 1, mention.Negative, false},
		{"It is a bank.", 5, mention.Positive, false},
		{"It is a bank.", 0, mention.Neutral, false},
		{"Awful. They stole my money and nobody answers.", 3, mention.Negative, false},
		{"Great bank, fast and friendly staff", 3, mention.Positive, false},
	} {
		got := s.Score(Input{Text: c.text, Lang: "en", Stars: c.stars})
		if got.Label != c.label || (got.Conflict != "") != c.conflict {
			t.Errorf("%q with %g stars: %s, conflict %q", c.text, c.stars, got.Label, got.Conflict)
		}
	}
}

// TestTarget: what stands near the watch's name weighs more.
func TestTarget(t *testing.T) {
	s := shippedScorer(t)
	text := "I love the new park. The weather was wonderful. Lunch was delicious. Romashka lost my parcel."
	at := strings.Index(text, "Romashka")
	far := s.Score(Input{Text: text, Lang: "en"})
	near := s.Score(Input{Text: text, Lang: "en", Spans: []mention.Span{{Start: at, End: at + 8}}})
	if near.Value >= far.Value {
		t.Errorf("with the span %.2f, without it %.2f", near.Value, far.Value)
	}
}

func TestTopics(t *testing.T) {
	got := shippedScorer(t).Score(Input{Text: "The courier was rude and my parcel was not delivered", Lang: "en"})
	if len(got.Topics) == 0 || got.Topics[0] != "delivery" {
		t.Errorf("topics %v", got.Topics)
	}
}

// TestSpellings: the same word in the ways people write it.
func TestSpellings(t *testing.T) {
	s := shippedScorer(t)
	for _, c := range []struct{ lang, text string }{
		{"en", "terible bank"}, {"en", "TERRIBLE bank"}, {"en", "terribel bank"}, {"en", "terrrrible bank"}, {"en", "t3rrible bank"},
		{"en", "Ｔｅｒｒｉｂｌｅ bank"}, {"en", "sh*t bank"}, {"en", "f***ing bank"}, {"en", "ter\u00adrible bank"}, {"en", "\u202dter\u2066rible bank"},
		{"ru", "ужасный банк"}, {"ru", "УЖАСНЫЙ банк"}, {"ru", "ужaсный банк"}, {"ru", "ужа\u0301сный банк"}, {"ru", "ужа\u200eсный банк"}, {"bg", "ужа\u2069сна банка"}, {"ru", "ужаааасный банк"},
		{"uk", "жахливий банк"}, {"uk", "жaхливий банк"}, {"bg", "ужасна банка"},
	} {
		if got := s.Score(Input{Text: c.text, Lang: c.lang}); got.Label != mention.Negative {
			t.Errorf("%q is %s %s", c.text, got.Label, why(got))
		}
	}
}

// TestDeclaredLanguageIsAHint: a site says one language of all its reviews; a text that is
// plainly in another is read, and called, as what it is. A short one keeps the hint.
func TestDeclaredLanguageIsAHint(t *testing.T) {
	s := shippedScorer(t)
	for _, test := range []struct{ declared, text, want string }{
		{"ru", "Третій тиждень не повертають гроші, підтримка мовчить", "uk"},
		{"uk", "Третью неделю не возвращают деньги, поддержка молчит", "ru"},
		{"ru", "Трета седмица не връщат парите, никой не вдига телефона", "bg"},
		{"bg", "Третій тиждень не повертають гроші, підтримка мовчить", "uk"},
		{"uk", "Нормально", "uk"},
	} {
		if got := s.Score(Input{Text: test.text, Lang: test.declared}); got.Lang != test.want {
			t.Errorf("declared %s: %q is read as %s, want %s", test.declared, test.text, got.Lang, test.want)
		}
	}
}

// TestNamesAreNoFeeling: a firm whose name is a word of praise or blame is not praised or
// blamed by its name.
func TestNamesAreNoFeeling(t *testing.T) {
	s := shippedScorer(t)
	for _, c := range []struct{ text, name string }{
		{"Swift lost my suitcase", "Swift"},
		{"Картофите от Рай бяха гнили отвътре", "Рай"},
		{"Заказала торт в Восторге", "Восторге"},
		{"Замовила торт у Диві", "Диві"},
	} {
		at := strings.Index(c.text, c.name)
		span := []mention.Span{{Start: at, End: at + len(c.name)}}
		for name, in := range map[string]Input{"brand": {Text: c.text, Spans: span}, "rival": {Text: c.text, Rivals: span}} {
			for _, h := range s.Score(in).Why {
				if h.Start < span[0].End && h.End > span[0].Start {
					t.Errorf("%s in %q: %q weighs %v", name, c.text, h.Text, h.Weight)
				}
			}
		}
	}
}

// TestNamesAreNoPhrase: nor by what the words of its name mean together, or do to the words beside them.
func TestNamesAreNoPhrase(t *testing.T) {
	s := shippedScorer(t)
	for _, c := range []struct{ text, name, plain string }{
		{"Moved to Fix It in March", "Fix It", "Zorvex Ltd"},
		{"I buy my tea at Thank You Market", "Thank You Market", "Zorvex Tea Market"},
		{"Never Late lost my suitcase", "Never Late", "Zorvex Ltd"},
		{"Проблем Нет потеряли мою посылку", "Проблем Нет", "Зорвекс Плюс"},
		{"Без Проблем третій день не відповідають", "Без Проблем", "Зорвекс Плюс"},
		{"Без Проблеми изгубиха пратката ми", "Без Проблеми", "Зорвекс Плюс"},
	} {
		score := func(name string) float64 {
			text := strings.Replace(c.text, c.name, name, 1)
			at := strings.Index(text, name)
			return s.Score(Input{Text: text, Kind: mention.Comment, Spans: []mention.Span{{Start: at, End: at + len(name)}}}).Complaint
		}
		if got, want := score(c.name), score(c.plain); math.Abs(got-want) > 0.05 {
			t.Errorf("%q: complaint %.2f, and %.2f of a firm called %s", c.text, got, want, c.plain)
		}
	}
}

// TestSurelyNone: bad words that complain of nobody's service make no text negative.
func TestSurelyNone(t *testing.T) {
	s := shippedScorer(t)
	for _, text := range []string{
		"Police arrested a thief who stole phones near the Brand shop, the court said on Monday.",
		"Полиция задержала вора, который украл телефоны у магазина Brand, сообщили в суде.",
	} {
		got := s.Score(Input{Text: text, Spans: namedBrand(text), Kind: mention.News})
		if got.Value > negativeAt || got.Complaint >= surelyNone || got.Label != mention.Neutral {
			t.Errorf("%q: %s, score %.2f, complaint %.2f; want bad words and no complaint, so neutral", text, got.Label, got.Value, got.Complaint)
		}
	}
	text := "My phone was stolen in the Brand shop and nobody helps"
	if got := s.Score(Input{Text: text, Spans: namedBrand(text)}); got.Label != mention.Negative {
		t.Errorf("%q: %s, want negative (complaint %.2f)", text, got.Label, got.Complaint)
	}
}

// TestLongPosts: of a post longer than is read whole, the head, the tail and what stands around the names are
// read, each to its end, however much of it there is.
func TestLongPosts(t *testing.T) {
	s := shippedScorer(t)
	plain := strings.Repeat("We sat by the sea and he told me how it was to be old, and so on. ", 16<<10/66)
	var named strings.Builder
	for range 6 {
		named.WriteString(plain + "It was near Brand. ")
	}
	const fault = "Brand stole my deposit and nobody answers."
	for name, text := range map[string]string{
		"of plain words":       plain[:15<<10] + "\n" + fault,
		"named here and there": named.String() + plain + fault,
		"a head of signs":      strings.Repeat("$ ", 8<<10) + fault,
	} {
		var spans []mention.Span
		for at := range text {
			if strings.HasPrefix(text[at:], "Brand") {
				spans = append(spans, mention.Span{Start: at, End: at + 5})
			}
		}
		got := s.Score(Input{Text: text, Lang: "en", Spans: spans})
		checkScore(t, text, got)
		if n := len(got.Why); n == 0 || got.Why[n-1].Start < len(text)-len(fault) {
			t.Errorf("%s: the fault at the end of %d bytes is no evidence", name, len(text))
		}
	}
}

// TestLongPostsEnd: what a long post tells at its end is one of its cues.
func TestLongPostsEnd(t *testing.T) {
	text := strings.Repeat("I called Brand again and they told me to wait, they do not answer my letters. ", 14<<10/78) + "In the end they refunded everything, thank you."
	cues := shippedScorer(t).Cues(Input{Text: text, Lang: "en"})
	if n := len(cues); n == 0 || cues[n-1].Start < len(text)-60 {
		t.Errorf("the last of %d cues is at %d of %d bytes", n, cues[n-1].Start, len(text))
	}
}

// TestLongPostsOfOthers: a fault is told of whom its own sentence names, however many were named before.
func TestLongPostsOfOthers(t *testing.T) {
	s := shippedScorer(t)
	text := strings.Repeat("Acme bakes bread. ", 300) + "Vile, rotten Brand."
	var rivals []mention.Span
	for at := range text {
		if strings.HasPrefix(text[at:], "Acme") {
			rivals = append(rivals, mention.Span{Start: at, End: at + 4})
		}
	}
	x := s.Features(Input{Text: text, Lang: "en", Spans: namedBrand(text), Rivals: rivals})
	us, other := slices.Index(s.FeatureNames(), "told of us"), slices.Index(s.FeatureNames(), "told of another")
	if x[us] == 0 || x[other] != 0 {
		t.Errorf("told of us %v, of another %v", x[us], x[other])
	}
}

// TestHeaviestEvidence: of more evidence than anybody reads the heaviest is told, wherever it stands.
func TestHeaviestEvidence(t *testing.T) {
	const fault = "Brand stole my deposit and nobody answers."
	text := strings.Repeat("I called them again and they told me to wait. ", 100) + fault
	got := shippedScorer(t).Score(Input{Text: text, Lang: "en"})
	checkScore(t, text, got)
	if n := len(got.Why); n != maxWhy || got.Why[n-1].Start < len(text)-len(fault) {
		t.Errorf("of %d pieces of evidence none is of the fault at the end", n)
	}
}

// TestOddSpans: spans that name no place of the text, or stand in any order, cost none of what is read.
func TestOddSpans(t *testing.T) {
	s := shippedScorer(t)
	const fault = "Они украли мои деньги, никто не отвечает."
	long := strings.Repeat("Ромашка стоит у реки. ", 3000)
	for _, odd := range [][]mention.Span{
		{{Start: -5, End: -1}},
		{{Start: 3, End: 2}},
		{{Start: 50_000, End: 0}},
		{{Start: 1 << 40, End: 1<<40 + 7}},
		{{Start: math.MaxInt - 1, End: math.MaxInt}},
		{{Start: math.MinInt, End: math.MaxInt}},
		{{Start: 1, End: 2}, {Start: 1, End: 2}, {Start: 0, End: 9}},
		{{Start: 60_001, End: 60_002}, {Start: 0, End: 3}, {Start: 30_001, End: 30_000}},
	} {
		for _, text := range []string{"", fault, long + fault} {
			for _, in := range []Input{{Text: text, Spans: odd}, {Text: text, Rivals: odd}, {Text: text, Spans: odd, Rivals: odd}} {
				got := s.Score(in)
				checkScore(t, text, got)
				if n := len(got.Why); text != "" && (n == 0 || got.Why[n-1].Start < len(text)-len(fault)) {
					t.Errorf("%v: the fault at the end of %d bytes is no evidence", odd, len(text))
				}
			}
		}
	}
}
