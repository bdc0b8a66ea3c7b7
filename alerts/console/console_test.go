package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

var update = flag.Bool("update", false, "write what is shown as the expected")

// TestShow shows every message of the Slack package's cases, plain and coloured, and
// compares with testdata/<case>.txt.
func TestShow(t *testing.T) {
	cases, err := filepath.Glob("../slack/testdata/*/message.json")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var m alerts.Message
			if err := json.Unmarshal(raw, &m); err != nil {
				t.Fatal(err)
			}
			plain, colour := show(t, m, false), show(t, m, true)
			testkit.Golden(t, filepath.Join("testdata", name+".txt"), plain, *update)
			if strings.ContainsRune(plain, '\x1b') {
				t.Error("colour without a terminal")
			}
			if got := ownColours.ReplaceAllString(colour, ""); got != plain {
				t.Errorf("colour changes the words (-plain +coloured):\n%s", cmp.Diff(plain, got))
			}
		})
	}
}

func show(t *testing.T, m alerts.Message, colour bool) string {
	t.Helper()
	var b bytes.Buffer
	n := console.New(console.Options{Out: &b, Colour: colour})
	if _, err := n.Post(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	if m.Alert.Kind == mention.Complaint {
		if err := n.Update(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// ownColours are the sequences that console itself writes.
var ownColours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// FuzzShow shows anything: no control character of a stranger reaches the
// terminal, and lines keep to their width where words allow it.
func FuzzShow(f *testing.F) {
	f.Add("\x1b]0;owned\x07 text \x1b[31m", "author\r\nHIGH", "https://forum.example/\x1b[2J")
	f.Add("довге слово "+strings.Repeat("а", 300), "Олена", "https://forum.example/p/1")
	testkit.AttackSeeds(func(body string) { f.Add(body, body, "https://forum.example/"+body) })
	f.Fuzz(func(t *testing.T, text, author, url string) {
		m := alerts.Message{Alert: mention.Alert{ID: "a", Kind: mention.Complaint, Severity: mention.High},
			Mention: mention.Mention{ID: "m", Watch: author, Post: mention.Post{Source: author, Author: author, Text: text, URL: url}},
			Case:    mention.Case{Status: mention.Open, Owner: mention.Person{Name: author}}}
		for _, colour := range []bool{false, true} {
			out := ownColours.ReplaceAllString(show(t, m, colour), "")
			if i := strings.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }); i >= 0 {
				t.Fatalf("control character %q in %q", out[i], out)
			}
		}
	})
}
