package sentiment_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// TestCues: every cue is found in the sentence it was written for (column note of
// frames.tsv), where the brand is called Brand.
func TestCues(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	for _, lang := range s.Languages() {
		file := filepath.Join("lexicon", lang, "frames.tsv")
		rows, noted := cueRows(t, file), 0
		for line, row := range rows {
			if len(row) < 6 || row[5] == "" {
				continue
			}
			noted++
			spans, err := places.Find("Brand", row[5])
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, c := range s.Cues(sentiment.Input{Text: row[5], Lang: lang, Spans: spans}) {
				found = found || c.Lang == lang && c.Line == line || c.Frame+" "+c.Value == row[1]+" "+row[2]
			}
			if !found {
				t.Errorf("%s:%d: %q is not found in %q", file, line, row[0], row[5])
			}
		}
		t.Logf("%s: %d cues, %d with the sentence they were written for", lang, len(rows), noted)
	}
}

// cueRows reads the lines of a table by their number.
func cueRows(t *testing.T, file string) map[int][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int][]string{}
	for n, line := range strings.Split(string(b), "\n") {
		if line != "" && line[0] != '#' && !strings.HasPrefix(line, "pattern\t") {
			rows[n+1] = strings.Split(line, "\t")
		}
	}
	return rows
}

// TestCueAudit lists, for every cue, in how many posts of the tuned part it was
// found and in how many of these the frame's label is its value; a cue right in
// fewer than half, or hardly more often than the value is common, wants narrowing.
// Run it with -v and -audit=FILE.
func TestCueAudit(t *testing.T) {
	if *auditFile == "" {
		t.Skip("no -audit=FILE")
	}
	s := scorerOf(t, sentiment.Options{})
	type tally struct{ hits, right int }
	found := map[[2]any]*tally{}
	base := map[string]*tally{} // language, frame and value
	places := stream.NewPlaces()
	for _, file := range streamFiles(t) {
		posts := readPosts(t, places, file)
		for _, p := range posts {
			if !p.Held() {
				auditPost(s, p, func(key [2]any, value string, right bool) {
					if found[key] == nil {
						found[key] = &tally{}
					}
					found[key].hits++
					if right {
						found[key].right++
					}
				})
				for _, v := range labels(p) {
					k := p.Input.Lang + " " + v
					if base[k] == nil {
						base[k] = &tally{}
					}
					base[k].hits++
				}
				k := p.Input.Lang
				if base[k] == nil {
					base[k] = &tally{}
				}
				base[k].hits++
			}
		}
	}
	var lines []string
	for _, lang := range s.Languages() {
		for line, row := range cueRows(t, filepath.Join("lexicon", lang, "frames.tsv")) {
			x := found[[2]any{lang, line}]
			if x == nil {
				x = &tally{}
			}
			value := row[1] + " " + row[2]
			common, n := 0, 1
			if b := base[lang+" "+truth(value)]; b != nil {
				common, n = b.hits, base[lang].hits
			}
			lines = append(lines, fmt.Sprintf("%s\t%d\t%s\t%d\t%.2f\t%.2f\t%s", lang, line, value, x.hits, share(x.right, x.hits), share(common, n), row[0]))
		}
	}
	sort.Strings(lines)
	text := "lang\tline\tvalue\thits\tright\tcommon\tpattern\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(*auditFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// truth is the label that a value of a frame speaks for; "" where none says it.
func truth(value string) string {
	frame, v, _ := strings.Cut(value, " ")
	switch {
	case frame == "event" && v != "yes":
		return "event no"
	case value == "about means":
		return "about nobody"
	case frame == "end" && v == "open":
		return "complaint yes"
	case frame == "end":
		return "complaint no"
	}
	return value
}

func labels(p stream.Post) []string {
	about := p.About
	if about == "both" {
		about = "us"
	}
	return []string{"event " + p.Event, "about " + about, "voice " + p.Voice, "complaint " + p.Complaint}
}

func auditPost(s *sentiment.Scorer, p stream.Post, note func(key [2]any, value string, right bool)) {
	seen := map[[2]any]bool{}
	for _, c := range s.Cues(p.Input) {
		key := [2]any{c.Lang, c.Line}
		if c.Line == 0 || seen[key] {
			continue
		}
		seen[key] = true
		value := c.Frame + " " + c.Value
		right := false
		for _, l := range labels(p) {
			right = right || l == truth(value)
		}
		note(key, value, right)
	}
}
