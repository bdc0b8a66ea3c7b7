package sentiment

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// TestDoubtChoices: what is told, and of what that looks alike nothing is.
func TestDoubtChoices(t *testing.T) {
	rows := []struct{ pattern, want string }{
		{"vanished .1 overnight|without|from?", "24: \"overnight|without|from?\": the ? is for all"},
		{"would|i'd? like my .2 back", "12: \"would|i'd?\": the ? is for all"},
		{"would like .1 a|b? so? .2", "26: \"a|b?\": the ? is for all"},
		{"this|after this|after this circus", "23: \"this|after this|after this\": a choice is one word"},
		{"Очень\u00a0плохо|очень  грубо", "18: \"очень плохо|очень грубо\": a choice is one word"},
		{"not sent|not received", "16: \"not sent|not received\": a choice is one word"},
		{"^ would|could? help", ""},
		{"help .1 me|us? $", ""},
		{"where .1 is|are? my", ""},
		{"thanks so much?", ""},
		{"very very|really bad", ""},
		{"downhill|bad|from went .1 downhill|bad?", "38: \"downhill|bad?\": the ? is for all"},
		{"no answer|reply", ""},
	}
	words := ""
	for _, r := range rows {
		words += "en\tpattern\t" + r.pattern + "\t-2\tsilence\n"
	}
	s, err := New(Options{Words: words, WordsFile: "w"})
	if err != nil {
		t.Fatal(err)
	}
	told := strings.Split(s.Doubts().Error(), "\n")
	for n, r := range rows {
		line := fmt.Sprintf("w:%d:", n+1)
		got := slices.DeleteFunc(slices.Clone(told), func(doubt string) bool { return !strings.HasPrefix(doubt, line) })
		switch {
		case r.want == "" && len(got) > 0, r.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], line+r.want)):
			t.Errorf("%q: told %q, want %q", r.pattern, got, r.want)
		}
	}
}

// doubtedFile has the rows of the lexicon that were written before this was looked for. To mend one
// changes what it hears, so the weights are fitted again with it; the list only shrinks.
const doubtedFile = "testdata/lexicon-choices.tsv"

// TestLexiconChoices: no row of patterns.tsv, function.tsv or frames.tsv leaves open what its choices ask
// for, but those of doubtedFile. EARSHOT_UPDATE=1 takes off it what was mended.
func TestLexiconChoices(t *testing.T) {
	old, err := os.ReadFile(doubtedFile)
	if err != nil {
		t.Fatal(err)
	}
	var errs tsv.Errors
	known := map[string]bool{}
	for _, r := range tsv.Read(doubtedFile, string(old), "file pattern", &errs) {
		known[r.Cell(0)+"\t"+r.Cell(1)] = false
	}
	for _, lang := range shippedScorer(t).common.langs {
		for name, header := range map[string]string{
			"patterns.tsv": "pattern weight rule topic flags note", "function.tsv": "words role value note", "frames.tsv": "pattern frame value weight flags note",
		} {
			file := lang + "/" + name
			for _, r := range tsv.Read(file, builtin(file), header, &errs) {
				var doubts tsv.Errors
				doubtChoices(&r, &doubts)
				key := file + "\t" + r.Cell(0)
				if _, old := known[key]; doubts.Err() != nil && !old {
					t.Errorf("lexicon/%v", doubts.Err())
				} else if doubts.Err() != nil {
					known[key] = true
				}
			}
		}
	}
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	out := "# Rows whose choices ask for less than they seem to, or are parted by a blank: see choices.go. The list only shrinks.\nfile\tpattern\n"
	for _, key := range slices.Sorted(maps.Keys(known)) {
		switch {
		case known[key]:
			out += fmt.Sprintln(key)
		case os.Getenv("EARSHOT_UPDATE") == "":
			t.Errorf("%s: %q is mended: EARSHOT_UPDATE=1 takes it off the list", doubtedFile, key)
		}
	}
	if os.Getenv("EARSHOT_UPDATE") != "" && out != string(old) {
		if err := os.WriteFile(doubtedFile, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
