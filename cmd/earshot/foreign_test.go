package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// TestForeignWordsInTheTerminal: whatever strangers wrote, no command prints a
// character that hides, reorders or forges what stands around it.
func TestForeignWordsInTheTerminal(t *testing.T) {
	const tricks = "\u200b\u200e\u200f\u061c\u202e\u2066\ufeff\u00ad\u3164\x1b[31m\x07"
	hostile := func(s string) string { return s[:1] + tricks + s[1:] }
	post := mention.Post{Source: hostile("source"), Author: hostile("author"), Title: hostile("title"), Text: hostile("words") + "\r\nline", URL: "https://e.example/" + tricks}
	span := mention.Span{Text: hostile("name")}
	stored := mention.MentionRecord{Mention: mention.Mention{Post: post, HeardAt: time.Now()}}
	stored.Case.Owner.Name, stored.Case.SnoozedBy.Name = hostile("owner"), hostile("snoozer")

	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	speech{}.printPosts(out, []mention.Post{post}, false)
	printUnanswered(out, i18n.Lang{}, []mention.MentionRecord{stored}, 1, "", time.UTC)
	printSamples(out, i18n.Lang{}, "+", []match.ReplaySample{{Post: post, Spans: []mention.Span{span}}})
	speech{}.printExplanation(out, match.Explanation{Watch: hostile("watch"), Steps: []match.Step{{Span: span, Reason: "no"}}}, false)
	scorer, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	frame := mention.Frame{Frame: "about", Value: "us", Text: hostile("evidence")}
	speech{}.explainVerdict(out, "", scorer, alerts.Rules{}, sentiment.Input{Text: post.Text}, mention.Score{Frames: []mention.Frame{frame}})
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, r := range tricks {
		if strings.ContainsRune("[31m", r) {
			continue
		}
		if strings.ContainsRune(b.String(), r) {
			t.Errorf("%U is printed:\n%q", r, b.String())
		}
	}
	for _, word := range []string{"source", "author", "title", "words", "owner", "snoozer", "name", "watch", "evidence"} {
		if !strings.Contains(b.String(), word[:1]+"[31m"+word[1:]) {
			t.Errorf("%q got lost", word)
		}
	}
}
