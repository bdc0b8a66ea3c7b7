package sentiment

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestPlainCyrillic holds the fast way of reading Cyrillic words to the careful one,
// which it takes where it finds no letter in its table.
func TestPlainCyrillic(t *testing.T) {
	s := shippedScorer(t)
	texts := []string{"Ёлка ёж ЁЁ ґава Ґанок їЖак", "ООО ооооо о'кей м’яч п-ч ПриватБанк, х#й «дом» дом» а1 1а аa", "\xd0", "а\xd0", "а\xd0 б\xd1\xd1", "й\u0306 и\u0306"}
	for _, lang := range []string{"ru", "uk", "bg"} {
		for _, x := range readSamples(t, "testdata/hand/"+lang+".tsv") {
			texts = append(texts, x.text)
		}
	}
	fast := lexer{cues: &s.id.cues, folded: newFoldedCyrillic(), emoticons: s.emoticons}
	slow := lexer{cues: &s.id.cues, folded: &foldedCyrillic{}, emoticons: s.emoticons}
	small := 0
	for _, text := range texts {
		for _, l := range []*lexer{&fast, &slow} {
			l.reset()
			l.lex(text, 0, len(text), maxTokens)
		}
		for i := range fast.toks {
			if tok := &fast.toks[i]; tok.cyrillic && tok.small {
				small++
				tok.small = false // the careful way does not look
			}
		}
		if !slices.Equal(fast.toks, slow.toks) || !slices.Equal(fast.runes, slow.runes) || fast.letters != slow.letters || fast.upper != slow.upper {
			t.Errorf("%q is read in two ways:\n%+v %q\n%+v %q", text, fast.toks, string(fast.runes), slow.toks, string(slow.runes))
		}
	}
	if small < 100 {
		t.Errorf("%d words went the fast way", small)
	}
}

// TestEveryRuneIsPassed: no sign, alone or after a letter, keeps the text after it from being read.
func TestEveryRuneIsPassed(t *testing.T) {
	sc := shippedScorer(t).pool.Get().(*scratch)
	for r := range rune(unicode.MaxRune + 1) {
		for _, text := range []string{string(r) + " bad", "a" + string(r) + " bad", "а" + string(r) + " bad"} {
			sc.readText(text, nil)
			n := len(sc.lex.toks)
			if n == 0 || text[sc.lex.toks[n-1].start:] != "bad" {
				t.Fatalf("%+q: the last word is not read; %d tokens", text, n)
			}
			for _, tok := range sc.lex.toks {
				if tok.start >= tok.end {
					t.Fatalf("%+q: an empty word at %d", text, tok.start)
				}
			}
		}
	}
}

// TestLettersThatAreSigns: the Ukrainian apostrophe, which Unicode calls a letter, serves as a quotation
// mark too, and the signs of old numbers adorn names.
func TestLettersThatAreSigns(t *testing.T) {
	s := shippedScorer(t)
	for _, x := range []struct{ plain, signed string }{
		{"'Ромашка' третій тиждень не повертає гроші, підтримка мовчить", "ʼРомашкаʼ третій тиждень не повертає гроші, підтримка мовчить"},
		{"Ромашка третий месяц не возвращает деньги, поддержка молчит", "Ро҉ма҉шка ҉҉ третий месяц не возвращает деньги, поддержка молчит"},
		{"Ромашка not refunding for 3 weeks, scammers", "Ромашка ʼ ҂ not refunding for 3 weeks, scammers"},
	} {
		want, got := s.Score(Input{Text: x.plain}), s.Score(Input{Text: x.signed})
		if got.Value != want.Value || got.Complaint != want.Complaint || got.Lang != want.Lang {
			t.Errorf("%q: %s %.2f, complaint %.2f; want what %q has: %s %.2f, %.2f", x.signed, got.Lang, got.Value, got.Complaint, x.plain, want.Lang, want.Value, want.Complaint)
		}
	}
}

// TestApostrophesAreOne: whichever sign is written for an apostrophe, the text is heard alike.
func TestApostrophesAreOne(t *testing.T) {
	s := shippedScorer(t)
	for _, plain := range []string{
		"Кур'єр Ромашки третій тиждень не з'являється, обов'язки не виконують",
		"Romashka doesn't refund, won't answer and I can't reach anybody",
	} {
		want := s.Score(Input{Text: plain})
		for _, sign := range "'`´ʹʻʼʽ‘’‛′＇" {
			written := strings.ReplaceAll(plain, "'", string(sign))
			if got := s.Score(Input{Text: written}); got.Value != want.Value || got.Complaint != want.Complaint || got.Lang != want.Lang {
				t.Errorf("%q: %s %.2f, complaint %.2f; want %s %.2f, %.2f", written, got.Lang, got.Value, got.Complaint, want.Lang, want.Value, want.Complaint)
			}
		}
	}
}

// TestMarkupIsNoWord: what makes words bold, numbers a list's items or quotes the whole says nothing.
func TestMarkupIsNoWord(t *testing.T) {
	s := shippedScorer(t)
	const plain = "Ромашка третий месяц не возвращает деньги, поддержка молчит. Обманщики и хамы."
	want := s.Score(Input{Text: plain})
	for _, marked := range []string{
		"**Ромашка** третий месяц **не возвращает деньги**, поддержка **молчит**. Обманщики и хамы.",
		"***Ромашка*** третий месяц не возвращает **деньги**, поддержка молчит. **Обманщики и хамы.**",
		"*Ромашка* третий месяц не возвращает *деньги*, поддержка молчит. __Обманщики__ и хамы.",
		"1. " + plain,
		"2) " + plain,
		"«" + plain + "»",
		"\"" + plain + "\"",
		" „" + plain + "“.",
	} {
		if got := s.Score(Input{Text: marked}); got.Value != want.Value || got.Complaint != want.Complaint {
			t.Errorf("%q: %.2f, complaint %.2f; want %.2f, %.2f", marked, got.Value, got.Complaint, want.Value, want.Complaint)
		}
	}
	short := strings.NewReplacer("месяц не", "месяц\nне", "поддержка молчит", "поддержка\nмолчит").Replace(plain)
	for _, short := range []string{short, strings.ReplaceAll(short, "\n", "\r\n")} {
		if got := s.Score(Input{Text: short}); got.Value != want.Value {
			t.Errorf("%q: %.2f, want %.2f", short, got.Value, want.Value)
		}
	}
	for _, masked := range []string{"Ромашка, вы с**и", "Ромашка **вы** с**и", "Ромашка - х** с горы, бл**"} { // letters stay hidden beside what is bold
		if got := s.Score(Input{Text: masked}); got.Value >= 0 {
			t.Errorf("%q: %.2f", masked, got.Value)
		}
	}
	for _, cited := range []string{"«Ромашка» третий месяц «не возвращает деньги»", "1.5 месяца", "12 человек"} { // no quotes around the whole, no item
		sc := s.pool.Get().(*scratch)
		sc.readText(cited, nil)
		if first := &sc.lex.toks[0]; first.quoted != strings.HasPrefix(cited, "«") || first.kind != numberToken && !first.quoted {
			t.Errorf("%q begins with %+v", cited, first)
		}
		s.pool.Put(sc)
	}
}

// TestFlagIsOneEmoji: two letters draw it.
func TestFlagIsOneEmoji(t *testing.T) {
	s := shippedScorer(t)
	emoji := slices.Index(s.FeatureNames(), "emoji")
	one := s.Features(Input{Text: "Ромашка 📦 не везе"})[emoji]
	for text, want := range map[string]bool{"Ромашка 🇺🇦 не везе": true, "Ромашка 🇺🇦🇧🇬 не везе": false, "Ромашка 🇺 не везе": true} {
		if got := s.Features(Input{Text: text})[emoji]; (got == one) != want {
			t.Errorf("%q: %v, one emoji %v", text, got, one)
		}
	}
}

// TestBulgarianInLatinLetters: some words in Cyrillic, of a site or a brand, do not make it another language.
func TestBulgarianInLatinLetters(t *testing.T) {
	s := shippedScorer(t)
	const told = "chakam veche tri sedmici za parite i nikoi ne otgovarq"
	want := s.Score(Input{Text: "Romashka: " + told}).Complaint
	for _, text := range []string{"Ромашка: " + told, "Отзив: " + told, told + " … Виж повече", "Здравейте, " + told + ". Поздрави, Мария"} {
		if got := s.Score(Input{Text: text}); got.Lang != "bg" || got.Complaint < want-0.1 {
			t.Errorf("%q: %s, complaint %.2f; want bg, %.2f", text, got.Lang, got.Complaint, want)
		}
	}
	for text, want := range map[string]string{ // names and words of others
		"Чакам iPhone Pro Max от Apple Store вече трета седмица": "bg",
		"Charged twice and nobody answers at Ромашка Банк":       "en",
	} {
		if lang, _ := s.Identify(text); lang != want {
			t.Errorf("%q is taken for %s", text, lang)
		}
	}
}

// TestEnglishOfABrandInCyrillic: a name in other letters makes English no Russian.
func TestEnglishOfABrandInCyrillic(t *testing.T) {
	s := shippedScorer(t)
	for _, text := range []string{
		"Your app crashes every day, terrible support, Ромашка Банк",
		"Ромашка Банк charged me twice and nobody answers the phone",
	} {
		if lang, _ := s.Identify(text); lang != "en" {
			t.Errorf("%q is taken for %s", text, lang)
		}
	}
	for _, text := range []string{ // and a Latin name or two make Russian no English
		"Не работает Premium Gold Card в Google Pay, помогите",
		"Ромашка, the best? Ну да, конечно, третий день без связи",
	} {
		if lang, _ := s.Identify(text); lang != "ru" {
			t.Errorf("%q is taken for %s", text, lang)
		}
	}
}

// TestApostropheIsLeftOut: who writes "dont" and "cant" is heard as who writes "don't" and "can't".
func TestApostropheIsLeftOut(t *testing.T) {
	s := shippedScorer(t)
	for _, text := range []string{
		"Brand haven't paid me back and nobody cares", "I couldn't get a seat and it wasn't my fault",
		"The courier didn't even ring", "They aren't answering and the tap still isn't fixed",
	} {
		want, got := s.Score(Input{Text: text}), s.Score(Input{Text: strings.ReplaceAll(text, "n't", "nt")})
		if got.Value != want.Value || got.Complaint != want.Complaint {
			t.Errorf("%q without its apostrophe: %.2f, complaint %.2f; want %.2f, %.2f", text, got.Value, got.Complaint, want.Value, want.Complaint)
		}
	}
}

// TestTagsAreRead: the words of a tag that capitals part are words, and no names; other tags are a word each.
func TestTagsAreRead(t *testing.T) {
	s := shippedScorer(t)
	for text, want := range map[string]string{
		"late again #CustomerServiceFail": "late again Customer Service Fail",
		"#НеПокупайте это":                "Не Покупайте это",
		"#fail #USA #ps5 #WiFi5 #1 # #":   "fail USA ps5 Wi Fi 5 1",
		"#Brand_fails, #":                 "Brand fails",
	} {
		sc := s.scored(Input{Text: text})
		var words []string
		for i := range sc.lex.toks {
			tok := &sc.lex.toks[i]
			words = append(words, text[tok.start:tok.end])
			if tok.place == namePlace && !tok.tagged {
				t.Errorf("%q: %q is taken for a name", text, text[tok.start:tok.end])
			}
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
	for _, x := range []struct{ calm, bad string }{
		{"Three hours at the gate", "Three hours at the gate #WorstAirlineEver"},
		{"Three hours at the gate #trip", "Three hours at the gate #epicfail"},
		{"Три часа ждём #поездка", "Три часа ждём #полныйобман"},
		{"Three hours at the gate #airportlife", "Three hours at the gate #brandairsucks"},
	} {
		if calm, bad := s.Score(Input{Text: x.calm}), s.Score(Input{Text: x.bad}); bad.Value > calm.Value-0.2 {
			t.Errorf("%q: %.2f, %q: %.2f", x.bad, bad.Value, x.calm, calm.Value)
		}
	}
}

// TestUSIsNotUs: in capitals among words that are not, a country.
func TestUSIsNotUs(t *testing.T) {
	s := shippedScorer(t)
	for text, me := range map[string]bool{
		"Brand opened a plant in the US on Friday": false, "Brand charged us on Friday": true, "BRAND LEFT US IN THE RAIN": true,
	} {
		if got := s.scored(Input{Text: text}).roles&(1<<roleMe) != 0; got != me {
			t.Errorf("%q speaks of us: %v, want %v", text, got, me)
		}
	}
}
