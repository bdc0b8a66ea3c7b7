package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestForeignNames: a person or a place is named by strangers, too.
func TestForeignNames(t *testing.T) {
	r := Report{People: []Row{{Name: "I\u200era \u202e|\x1b[31m\u200b", Complaints: 1}}}
	var terminal, wiki strings.Builder
	if err := r.Text(&terminal, i18n.Lang{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Markdown(&wiki, i18n.Lang{}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(terminal.String(), "Ira |[31m ") {
		t.Errorf("printed %q", terminal.String())
	}
	if !strings.Contains(wiki.String(), `| Ira \|\[31m | 1 |`) {
		t.Errorf("written %q", wiki.String())
	}
}

// TestForeignNamesInMarkdown: who complains twice has a row of the report, under the name that they chose. In a
// wiki it stays a name: no link, no picture, no HTML, nobody called, and the row as long as the others.
func TestForeignNamesInMarkdown(t *testing.T) {
	for name, want := range map[string]string{
		"[log in](https://evil.example)":      `\[log in\](https://evil.example)`,
		"![](https://evil.example/pixel.png)": `!\[\](https://evil.example/pixel.png)`,
		"<img src=x onerror=alert(1)>":        `\<img src=x onerror=alert(1)\>`,
		"<https://evil.example>":              `\<https://evil.example\>`,
		"&lt;b&gt;":                           `\&lt;b\&gt;`,
		"@everyone":                           "@\u200beveryone",
		`Anna\| 99`:                           `Anna\\\| 99`,
		"`a` *b* _c_ ~d~":                     "\\`a\\` \\*b\\* \\_c\\_ \\~d\\~",
		"Анна-Марія О'Коннор (Київ) № 5, ТОВ #1": "Анна-Марія О'Коннор (Київ) № 5, ТОВ #1",
	} {
		r := Report{Authors: []Author{{Row: Row{Name: name, Complaints: 2}, Source: "forum"}}}
		var wiki strings.Builder
		if err := r.Markdown(&wiki, i18n.Lang{}, nil); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(wiki.String(), "| "+want+" · forum | 2 | 0 | – | – |\n") {
			t.Errorf("%q is written as\n%s", name, wiki.String())
		}
	}
}

// TestAPeriodIsNotNow: a report is read weeks later, and of months that are long past.
func TestAPeriodIsNotNow(t *testing.T) {
	r, before := New(nil, week), New(nil, week.before())
	for name, write := range map[string]func(io.Writer, i18n.Lang, *Report) error{"text": r.Text, "markdown": r.Markdown} {
		var out strings.Builder
		if err := write(&out, i18n.Lang{}, &before); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "this period") || strings.Contains(out.String(), "now") {
			t.Errorf("%s: the first column is headed otherwise:\n%s", name, out.String())
		}
	}
}

// TestTableHasWhatThePageHas: days, the parts of the wait and the answers that were seen stand on the page, and so in the
// table to download, of which it is said that it has every row; all rows have as many cells.
func TestTableHasWhatThePageHas(t *testing.T) {
	seen := aCase(0, 1, 4, 12, "Ira")
	seen.AnswerVerified = true
	r := New([]mention.Times{seen, aCase(10, 13, -1, -1, "")}, Scope{Since: monday, Until: monday.AddDate(0, 0, 2), Zone: time.UTC})
	var out strings.Builder
	if err := r.CSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll() // it counts the cells
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		if slices.Contains([]string{"proved", "wait", "day"}, row[0]) {
			got = append(got, strings.TrimRight(strings.Join(row, ","), ","))
		}
	}
	want := []string{"proved,proved,,1", "wait,published_heard,,,60,180", "wait,heard_claimed,,,180,180", "wait,claimed_answered,,,480,480", "wait,published_answered,,,720,720",
		"day,2026-11-16,2,1", "day,2026-11-17,0,0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
