package sentiment

import (
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// benchTexts are the texts of the shared evaluation in a language, or, where they are
// absent, the hand-written ones, which are shorter.
func benchTexts(b *testing.B, lang string) []string {
	b.Helper()
	files, _ := filepath.Glob(filepath.Join(testkit.SharedDir(b), "eval", lang+"-*.tsv"))
	if len(files) == 0 {
		files = []string{"testdata/hand/" + lang + ".tsv"}
	}
	var texts []string
	for _, file := range files {
		for _, x := range readSamples(b, file) {
			texts = append(texts, x.text)
		}
	}
	return texts
}

// BenchmarkEnglish is one thread of this scorer. tools/peers has the same beside
// other people's.
func BenchmarkEnglish(b *testing.B) {
	b.Run("earshot", func(b *testing.B) { benchLanguage(b, "en") })
}

// BenchmarkCyrillic is the same in the other languages, whose words are longer in
// bytes and bend more.
func BenchmarkCyrillic(b *testing.B) {
	for _, lang := range []string{"ru", "uk", "bg"} {
		b.Run(lang, func(b *testing.B) { benchLanguage(b, lang) })
	}
}

func benchLanguage(b *testing.B, lang string) {
	texts := benchTexts(b, lang)
	s := shippedScorer(b)
	var dst mention.Score
	for _, text := range texts {
		s.ScoreInto(&dst, Input{Text: text}) // the tables of all languages that are met
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.ScoreInto(&dst, Input{Text: texts[i%len(texts)]})
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

// BenchmarkLoad builds a scorer and the tables of one language, which is what the
// first text of a process waits for.
func BenchmarkLoad(b *testing.B) {
	for i, lang := range newScorer(b).Languages() {
		b.Run(lang, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s := newScorer(b)
				s.table(i)
			}
		})
	}
}

// BenchmarkLoadInDoubt is what the first text waits for that two Cyrillic languages may have written.
func BenchmarkLoadInDoubt(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newScorer(b).Identify("Доставка ужасна")
	}
}
