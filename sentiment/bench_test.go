package sentiment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/mention"
)

// benchTexts are the English texts of the shared evaluation, or, where they are
// absent, the hand-written ones, which are shorter.
func benchTexts(b *testing.B) []string {
	b.Helper()
	files, _ := filepath.Glob(os.Getenv("EARSHOT_SHARED") + "/eval/en-*.tsv")
	if len(files) == 0 {
		files = []string{"testdata/hand/en.tsv"}
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
	texts := benchTexts(b)
	b.Run("earshot", func(b *testing.B) {
		s := newScorer(b)
		var dst mention.Score
		s.ScoreInto(&dst, Input{Text: texts[0], Lang: "en"})
		b.ReportAllocs()
		b.ResetTimer()
		for i := 0; i < b.N; i++ {
			s.ScoreInto(&dst, Input{Text: texts[i%len(texts)], Lang: "en"})
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
	})
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
