package tsv

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	var errs Errors
	rows := Read("words.tsv", "\ufeff# a comment\r\nword\tweight\tnote\r\nкот\t-1.5\t-\r\n\n пёс \t7\tдва слова\textra\n\xff\tx\nlast", "word weight note", &errs)
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	r := rows[0]
	if got := []string{r.Cell(0), r.Cell(1), r.Cell(2), r.Raw(2), r.Cell(3)}; !slices.Equal(got, []string{"кот", "-1.5", "", "-", ""}) {
		t.Errorf("cells are %q", got)
	}
	if got := rows[1].Cell(0); got != "пёс" {
		t.Errorf("the space around a cell stays: %q", got)
	}
	if v := r.Weight(1, -4, 4, &errs); v != -1.5 {
		t.Errorf("weight %g", v)
	}
	rows[1].Weight(1, -4, 4, &errs)
	rows[1].Weight(2, -4, 4, &errs)
	tail := rows[1].Tail(1)
	errs.Add(tail.At(1), "the third cell, reached from the tail")
	errs.Add(tail.At(9), "a missing cell")
	want := []string{
		"words.tsv:5:19: 4 columns, at most 3: word weight note",
		"words.tsv:6:1: not UTF-8: save the file as UTF-8",
		"words.tsv:5:7: 7 is outside -4 … 4",
		`words.tsv:5:9: "два слова" is not a number: write it like -2.5`,
		"words.tsv:5:9: the third cell, reached from the tail",
		"words.tsv:5:7: a missing cell",
	}
	if got := strings.Split(errs.Err().Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("errors are\n%s", strings.Join(got, "\n"))
	}
	var one *Error
	if !errors.As(errs.Err(), &one) || one.Line != 5 {
		t.Errorf("the first mistake is %v", one)
	}
}

func TestHeader(t *testing.T) {
	var errs Errors
	if rows := Read("a.tsv", "# c\nwrong\theader\nx\ty\n", "word note", &errs); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
	if got := errs.Err().Error(); got != "a.tsv:2:1: the first line must be the header: word<TAB>note" {
		t.Error(got)
	}
}

// TestManyMistakes: a whole broken file fills a page, not a screenful of pages,
// and the count stays true.
func TestManyMistakes(t *testing.T) {
	var errs Errors
	Read("a.tsv", strings.Repeat("\xff\n", 1000), "", &errs)
	if n := strings.Count(errs.Err().Error(), "\n") + 1; n != maxErrors || errs.Len() != 1000 {
		t.Errorf("%d shown, %d counted", n, errs.Len())
	}
}

// TestWeight: a missing number is 0, and what is none is a mistake.
func TestWeight(t *testing.T) {
	var errs Errors
	rows := Read("a.tsv", "x\t-\ny\tNaN\nz\t-5\n", "", &errs)
	at := rows[2].Tail(9)
	for _, v := range []float64{rows[0].Weight(1, -4, 4, &errs), rows[1].Weight(1, -4, 4, &errs), rows[2].Weight(1, -4, 4, &errs), Weight("much", at.At(0), -4, 4, &errs)} {
		if v != 0 {
			t.Errorf("got %g", v)
		}
	}
	want := "a.tsv:2:3: \"NaN\" is not a number: write it like -2.5\na.tsv:3:3: -5 is outside -4 … 4\na.tsv:3:1: \"much\" is not a number: write it like -2.5"
	if got := errs.Err().Error(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("word\tnote\nкот\t-\n", "word note", 1)
	f.Add("\ufeff#\r\n\t\ta", "", 2)
	f.Fuzz(func(t *testing.T, src, header string, from int) {
		var errs Errors
		lines := strings.Split(src, "\n")
		for _, r := range Read("f", src, header, &errs) {
			for i := range r.Len() {
				at := r.At(i)
				line := strings.TrimPrefix(lines[at.Line-1], "\ufeff")
				if at.Line > 1 {
					line = lines[at.Line-1]
				}
				if got := strings.TrimLeft(string([]rune(line)[at.Column-1:]), " "); !strings.HasPrefix(strings.TrimSpace(got), r.Raw(i)) {
					t.Fatalf("%s is %q, the cell %q", at, got, r.Raw(i))
				}
				if i >= max(from, 0) {
					if tail := r.Tail(max(from, 0)); tail.Raw(i-max(from, 0)) != r.Raw(i) || tail.At(i-max(from, 0)) != at {
						t.Fatalf("the tail from %d has another cell %d", from, i)
					}
				}
			}
		}
	})
}
