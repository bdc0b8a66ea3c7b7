package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/mattn/go-isatty"
)

// TestWaitingAtATerminalIsSaid: a command that waits for what is typed says for what; of what is
// piped in it says nothing.
func TestWaitingAtATerminalIsSaid(t *testing.T) {
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !isatty.IsTerminal(typed.Fd()) {
		t.Skipf("no terminal can be made here: %v", err)
	}
	defer typed.Close()
	for _, lang := range []string{"en", "ru", "uk", "bg"} {
		for key, want := range map[string]string{"score.waits": "Enter", "match.waits": `{"id":1,"text":"…"}`} {
			var said bytes.Buffer
			s := speaks(lang)
			s.waits(terminal{in: typed, err: &said}, key, "example", sample("…"))
			if !strings.Contains(said.String(), want) || !strings.Contains(said.String(), "Ctrl-") || strings.Contains(said.String(), "{e") {
				t.Errorf("%s: %s: said %q", lang, key, said.String())
			}
			said.Reset()
			if s.waits(terminal{in: strings.NewReader(""), err: &said}, key); said.Len() > 0 {
				t.Errorf("%s: %s: nobody types, said %q", lang, key, said.String())
			}
		}
	}
}
