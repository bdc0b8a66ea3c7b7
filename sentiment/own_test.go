package sentiment

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

func TestOwnWords(t *testing.T) {
	own := "# our words\nen\tword\tzonked\t=\t-3\tquality\nen\tword\texcellent\t=\t-2\n" +
		"en\tpattern\tsaw .2 pigeons\t-3\thygiene\thygiene\nru\tword\tромашкогейт\t+ромашкогейта\t-3\tquality\n"
	s, err := New(Options{Words: own})
	if err != nil {
		t.Fatal(err)
	}
	for text, lang := range map[string]string{
		"I am zonked":                "en",
		"excellent":                  "en",
		"we saw some pigeons inside": "en",
		"жертвы ромашкогейта говорят": "ru",
	} {
		if got := s.Score(Input{Text: text, Lang: lang}); got.Label != mention.Negative {
			t.Errorf("%q is %s %+v", text, got.Label, got.Why)
		}
	}
	if got := shippedScorer(t).Score(Input{Text: "I am zonked", Lang: "en"}); got.Value != 0 {
		t.Errorf("our own scorer knows a user's word: %+v", got)
	}
}

func TestOwnWordsMistakes(t *testing.T) {
	own := strings.Join([]string{
		"de\tword\tschlecht\t=\t-3",
		"en\tverb\tbad\t=\t-3",
		"en\tword\tbad\t=\tmany",
		"en\tword\ttwo words\t=\t-1",
		"en\tword\tbad\tnosuch\t-1",
		"en\tword\tbad\t=\t-9",
		"en\tword\tbad\t=\t-1\tnosuch",
		"en\tword\tbad\t=\t-1\t-\tloud",
		"en\tpattern\twaiting .9 hours\t-2\twaiting",
		"en\tpattern\twaiting for\t-2\tnosuch",
		"en\tpattern\t~nosuchlemma for\t-2\twaiting",
		"en\tpattern\tprey? on\t-2\tfraud",
		"en\tword\tab*\t=\t-2",
		"en\tword",
		"en\tword\tromashka_gate\t=\t-2",
		"en\tword\t4gfail\t=\t-2",
		"ru\tword\t🤡\t=\t-2",
		"ru\tword\tпозорище!\t=\t-2",
		"bg\tword\tто-з-и\t=\t-2",
		"ru\tpattern\t«Ромашка» обман\t-2\tfraud",
		"ru\tpattern\tкто/что не работает\t-2\tdefect",
		"uk\tpattern\tбанк 😡\t-2\tdefect",
		"ru word ромашкогейт = -3",
		"ru;word;ромашкогейт;=;-3",
		"ru\tword\tсрам\t=\t-2,5",
		"en\tpattern\tcockroach** everywhere\t-2\thygiene",
	}, "\n")
	_, err := New(Options{Words: own, WordsFile: "our-words.tsv"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"our-words.tsv:1:1: unknown language",
		"our-words.tsv:2:4: \"verb\" is neither word nor pattern",
		"our-words.tsv:3:15: \"many\" is not a number",
		"our-words.tsv:4:9: \"two words\" is not one word",
		"our-words.tsv:5:13: no paradigm",
		"our-words.tsv:6:15: -9 is outside",
		"our-words.tsv:7:18: unknown topic",
		"our-words.tsv:8:20: unknown flag",
		"our-words.tsv:9:12: \".9\": a gap",
		"our-words.tsv:10:27: unknown rule",
		"our-words.tsv:11:12: ~nosuchlemma",
		"our-words.tsv:12:12: \"prey? on\" shrinks",
		"our-words.tsv:13:9: \"ab*\": a prefix entry needs",
		"our-words.tsv:14:1: a word needs its columns",
		"our-words.tsv:15:9: \"romashka_gate\" is never found",
		"our-words.tsv:16:9: \"4gfail\" is never found",
		"our-words.tsv:17:9: \"🤡\" is never found",
		"our-words.tsv:18:9: \"позорище!\" is never found",
		"our-words.tsv:19:9: \"то-з-и\" is never found",
		"our-words.tsv:20:12: \"«ромашка»\" is never found",
		"our-words.tsv:21:12: \"кто/что\" is never found",
		"our-words.tsv:22:12: \"😡\" is never found",
		"our-words.tsv:23:1: no tab in this line",
		"our-words.tsv:24:1: no tab in this line",
		"our-words.tsv:25:16: \"-2,5\" is not a number: write it like -2.5",
		"our-words.tsv:26:12: \"cockroach**\": a prefix ends with one star",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

// TestOwnWordsWin: a user's word counts as they weigh it, also where ours know it as a form or by a stem, and a
// hashtag is its word.
func TestOwnWordsWin(t *testing.T) {
	for _, x := range []struct {
		lang, own, text string
		want            float64
	}{
		{"ru", "word\tужасный\t=\t0", "ужасный", 0},
		{"ru", "word\tужасный\t+ужасная\t0", "ужасная", 0},
		{"ru", "word\tмошенники\t=\t0", "мошенники", 0},
		{"ru", "word\tобманка\t=\t-1\t", "обманка", -1},
		{"en", "word\tscammers\t=\t0", "scammers", 0},
		{"en", "word\tscammers\t=\t-1", "scammers", -1},
		{"uk", "word\tшахраям\t=\t0", "шахраям", 0},
		{"bg", "word\tизмамник\t=\t0", "измамник", 0},
		{"ru", "word\t#ромашкогейт\t=\t-3", "Читайте #ромашкогейт", -3},
		{"ru", "pattern\tчитайте #ромашкогейт\t-3\tfraud", "Читайте #ромашкогейт", -3},
		{"en", "word\tO’Zonk\t=\t-3", "o'zonk", -3},
		{"en", "word\twi-fail\t=\t-3", "Wi-Fail", -3},
		{"ru", "pattern\tпродукт 2.0 .1 умер\t-3\tfraud", "продукт 2.0 снова умер", -3},
		{"uk", "pattern\tЗв’язок g5? зник\t-3\tfraud", "зв'язок зник", -3},
	} {
		s, err := New(Options{Words: x.lang + "\t" + x.own})
		if err != nil {
			t.Errorf("%q: %v", x.own, err)
			continue
		}
		got := s.Score(Input{Text: x.text, Lang: x.lang})
		sum := 0.0
		for _, h := range got.Why {
			sum += h.Weight
		}
		if sum != x.want {
			t.Errorf("%q with %q weighs %v, want %v: %s", x.text, x.own, sum, x.want, why(got))
		}
	}
}
