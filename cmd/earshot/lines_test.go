package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNotJSON(t *testing.T) {
	for line, want := range map[string]string{
		`Спасибо, банк "Ромашка" <b>`: `this is plain text, and a JSON object a line is read here, such as {"id":1,"text":"Спасибо, банк \"Ромашка\" <b>"}; try score`,
		`"in quotes"`:                `such as {"id":1,"text":"in quotes"}; try score`,
		`42`:                         `this is plain text`,
		strings.Repeat("довго ", 50): `…"}; try score`,
		`{"id": 1, "text": "cut`:     `this JSON object has a mistake at its character 22, or is cut off there: it must stand on one line, such as {"id":1,"text":"…"}`,
		`{id: 1}`:                    `a mistake at its character 2`,
		`[{"id":1}]`:                 `this is a list`,
		`{"id": 1, "text": ["a"]}`:   `"text" is a list here, where a text is wanted`,
		`{"id": 1, "text": "a", "stars": "five"}`: `"stars" is a text here, where a number is wanted`,
	} {
		var in matchIn
		err := json.Unmarshal([]byte(line), &in)
		if err == nil {
			t.Fatalf("%s is read", line)
		}
		got := notJSON([]byte(line), err, "; try score").Error()
		if !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
		for _, jargon := range []string{"invalid character", "Go struct", "unmarshal"} {
			if strings.Contains(got, jargon) {
				t.Errorf("%s: %s", line, got)
			}
		}
	}
}

// TestOtherEncodings: what a spreadsheet or a terminal of Windows wrote is not judged to say nothing.
func TestOtherEncodings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "watchlist.yaml")
	if err := os.WriteFile(file, []byte("contact: pr@romashka.example\nwatch:\n  - name: Romashka\n    terms: [Romashka]\nsources:\n  - feed: https://news.example/rss\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const cp1251, utf16 = "\xcd\xe5 \xe2\xe5\xf0\xed\xf3\xeb\xe8 \xe4\xe5\xed\xfc\xe3\xe8", "\xff\xfe\x1d\x04\x35\x04\x20\x00\x32\x04"
	for _, c := range []struct {
		in, says string
		args     []string
	}{
		{cp1251, "earshot: this is not UTF-8", []string{"score"}},
		{utf16, "earshot: this is not UTF-8", []string{"score"}},
		{utf16[2:], "earshot: this is not UTF-8", []string{"score"}},
		{"{\x00\"\x00t\x00", "earshot: stdin:1: this is not UTF-8", []string{"score", "--json"}},
		{"{\"text\":\"x\"}\n{\"text\":\"" + cp1251 + "\"}\n", "earshot: stdin:2: this is not UTF-8", []string{"score", "--json"}},
		{"{\"text\":\"x\"}\n{\"text\":\"" + cp1251 + "\"}\n", "earshot: stdin:2: this is not UTF-8", []string{"match", "-c", file}},
	} {
		var out, errs bytes.Buffer
		term := terminal{in: strings.NewReader(c.in), out: &out, err: &errs, lookup: noEnv}
		if code := run(t.Context(), c.args, term); code != exitWrong || !strings.HasPrefix(errs.String(), c.says) {
			t.Errorf("%q of %q: %d, %s", c.args, c.in, code, errs.String())
		}
	}
}

// TestIDsComeBackAsTheyWere: whoever joins answers to posts by their numbers finds them, those of networks with
// nineteen digits too.
func TestIDsComeBackAsTheyWere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "watchlist.yaml")
	if err := os.WriteFile(file, []byte("contact: pr@romashka.example\nwatch:\n  - name: Romashka\n    terms: [Romashka]\nsources:\n  - feed: https://news.example/rss\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	say := func(line string, args ...string) string {
		var out, err bytes.Buffer
		run(t.Context(), args, terminal{in: strings.NewReader(line), out: &out, err: &err, lookup: noEnv})
		return out.String() + err.String()
	}
	for _, x := range []struct{ id, people string }{
		{"1234567890123456789", "1234567890123456789"}, {"123456789", "123456789"}, {"-1.50", "-1.50"}, {`"r-1 & <b>"`, "r-1 & <b>"}, {"null", "-"}, {`[1,"a"]`, `[1,"a"]`},
	} {
		line := `{"id":` + x.id + `,"text":"Romashka stole my money"}`
		for _, args := range [][]string{{"score", "--json"}, {"match", "--json", "-c", file}} {
			if got := say(line, args...); !strings.HasPrefix(got, `{"id":`+x.id+`,`) {
				t.Errorf("%v of %s says %.80s", args, x.id, got)
			}
		}
		for _, args := range [][]string{{"match", "-c", file}, {"match", "--explain", "-c", file}} {
			if got := say(line, args...); !strings.HasPrefix(strings.SplitN(got, "  ", 2)[0], x.people) {
				t.Errorf("%v of %s says %.80s", args, x.id, got)
			}
		}
	}
	if got := say(`{"text":"x"}`, "score", "--json"); !strings.HasPrefix(got, `{"id":null,`) {
		t.Errorf("without an id score says %.80s", got)
	}
}
