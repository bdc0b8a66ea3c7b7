package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

// TestLogForms: both forms hide secrets and strangers' control characters, JSON stays
// JSON, and the level is that of the flag or else of the command.
func TestLogForms(t *testing.T) {
	const secret = `pa"ss\wörd` + "\x1b" + `9`
	cfg, err := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: W, terms: [w]}]\nsources: [{feed: https://a.example/}]\nwebhooks: [{name: w, url: https://a.example/, secret: \"${env:X}\"}]\nroutes: [{to: webhook:w}]\n"),
		func(string) (string, bool) { return secret, true }, watchlist.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"text", "json"} {
		for level, want := range map[string]string{"": "warn error", "debug": "debug info warn error", "info": "info warn error", "warn": "warn error", "error": "error"} {
			var out bytes.Buffer
			term := terminal{hidden: &config.Redactor{}, log: &logFlags{Log: form, LogLevel: level}}
			term.err = &screen{to: &out, hidden: term.hidden}
			term.learn(cfg)
			log := newLog(term, slog.LevelWarn)
			for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				log.Log(t.Context(), l, "it is "+strings.ToLower(l.String()), "err", errors.New("with "+secret+" and \x1b[31m\u202e"))
			}
			var got []string
			for line := range strings.Lines(out.String()) {
				words := line
				if form == "json" {
					var entry struct{ Msg, Err string }
					if err := json.Unmarshal([]byte(line), &entry); err != nil {
						t.Errorf("%v: %q", err, line)
					}
					words = entry.Msg + " " + entry.Err
				}
				for _, l := range []string{"debug", "info", "warn", "error"} {
					if strings.Contains(line, "it is "+l) {
						got = append(got, l)
					}
				}
				if strings.Contains(words, "wörd") || strings.Contains(line, "wörd") {
					t.Errorf("%s: the secret is shown: %q", form, line)
				}
				if strings.ContainsAny(line, "\x1b\u202e") {
					t.Errorf("%s: control characters pass: %q", form, line)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s, level %q: logged %v, want %s", form, level, got, want)
			}
		}
	}
}
