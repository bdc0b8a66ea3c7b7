package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/earshot/earshot/store"
)

// TestScreenShowsNoTricks: whatever is written to a terminal, in whatever pieces, no
// character of it moves the cursor, sets a title or turns the text around.
func TestScreenShowsNoTricks(t *testing.T) {
	const tricks = "a\x1b[31mOWNED\x1b]0;pwned\x07\x1b[2J\u009b1A\u202eevil\u2066x\u200f\rover\x00\x7f"
	for _, colour := range []bool{false, true} {
		for size := 1; size < len(tricks); size++ {
			var b bytes.Buffer
			s := &screen{to: &b, colour: colour}
			for rest := tricks; rest != ""; {
				n := min(size, len(rest))
				if k, err := s.Write([]byte(rest[:n])); k != n || err != nil {
					t.Fatal(k, err)
				}
				rest = rest[n:]
			}
			got := b.String()
			if colour {
				if !strings.Contains(got, "\x1b[31mOWNED") {
					t.Errorf("colours are lost: %q", got)
				}
				got = strings.Replace(got, "\x1b[31m", "", 1)
			}
			if strings.ContainsAny(got, "\x1b\a\r\x00\x7f\u009b\u202e\u2066\u200f") || !strings.Contains(got, `\u202eevil`) {
				t.Fatalf("in pieces of %d: %q", size, got)
			}
		}
	}
}

// TestScreenKeepsJSON: what is escaped means the same in JSON, and plain text of any
// language passes as it is.
func TestScreenKeepsJSON(t *testing.T) {
	post := map[string]string{"id": "x\x1b\u009b\u202e", "text": "Ромашка — «жах» 🙈\t\n"}
	var b bytes.Buffer
	if err := json.NewEncoder(&screen{to: &b}).Encode(post); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back["id"] != post["id"] || back["text"] != post["text"] {
		t.Errorf("%v: %q", err, b.String())
	}
	if !strings.Contains(b.String(), "Ромашка — «жах» 🙈") || strings.ContainsAny(b.String(), "\u009b\u202e") {
		t.Errorf("written: %q", b.String())
	}
}

// TestCommandsWriteThroughAScreen: errors of a command are escaped, its own line ends stay.
func TestCommandsWriteThroughAScreen(t *testing.T) {
	if all, _ := shown(t, noEnv, "crawl", "-c", "no\x1b]0;x\a/such"); all == "" || strings.ContainsAny(all, "\x1b\a") {
		t.Errorf("said %q", all)
	}
	var out, err bytes.Buffer
	run(t.Context(), []string{"score"}, terminal{in: strings.NewReader("Terrible \x1b]0;x\a\u009b \u202e fraud, thieves!\n"), out: &out, err: &err, lookup: noEnv})
	if all := out.String() + err.String(); out.Len() == 0 || strings.ContainsAny(all, "\x1b\a\u009b\u202e") {
		t.Errorf("said %q", all)
	}
}

// fullDisk takes so many bytes and no more.
type fullDisk struct{ left int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	}
	f.left -= len(p)
	return len(p), nil
}

// TestWhatCannotBePrintedIsSaid: a command whose answer does not arrive has failed, wherever it
// was cut, and says why in the language of the terminal. What --help cannot print is no wrong use.
func TestWhatCannotBePrintedIsSaid(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("w.yaml", []byte(watchlistWith("")), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openStore(t.Context(), store.Options{Database: "sqlite:earshot.db"})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"check -c w.yaml", "check -c w.yaml --no-secrets", "mutes -c w.yaml", "report -c w.yaml", "tune -c w.yaml", "match -c w.yaml --explain", "score",
		"version", "schema", "slack manifest", "completion bash", "man", "--help", "check --help", "backup -c w.yaml made.db", "add -c w.yaml x.com/romashka",
	} {
		for _, left := range []int{0, 9} {
			for lang, want := range map[string]string{"en": "no space left on device", "uk": "на диску немає місця"} {
				_ = os.Remove("made.db")
				var errs bytes.Buffer
				in := strings.NewReader(`{"id":"1","text":"Terrible Romashka Bank"}`)
				term := terminal{in: in, out: &fullDisk{left}, err: &errs, lookup: inLang(lang)}
				if code := run(t.Context(), strings.Fields(args), term); code != exitFailed || !strings.Contains(errs.String(), want) || strings.Contains(errs.String(), "write:") {
					t.Errorf("earshot %s after %d bytes: exit %d, said %q, want %q", args, left, code, errs.String(), want)
				}
			}
		}
	}
}
