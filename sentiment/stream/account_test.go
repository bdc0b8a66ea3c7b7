package stream_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// TestAccount: a post to a network is about whom it writes to, where nobody says about whom.
func TestAccount(t *testing.T) {
	for text, want := range map[string]string{
		"@romashka_help where is my parcel?":                   "@romashka_help",
		"Third week without a refund @romashka.":               "@romashka",
		"Как вам не стыдно,@romashka-bank! @romashka-bank, ау": "@romashka-bank @romashka-bank",
		"@romashka, у @paruson такого нет":                     "@romashka",
		"RT @ivan: @romashka не отвечает":                      "@romashka",
		"RT @ivan: ничего не работает":                         "",
		"write to help@romashka.example":                       "",
		"„@romashka“ мълчи":                                    "@romashka",
		"we met @ 5, @ 6 and @@":                               "",
		"@a":                                                   "",
		"@":                                                    "",
		"":                                                     "",
	} {
		var got []string
		for _, s := range stream.Account(sentiment.Input{Text: text}) {
			got = append(got, text[s.Start:s.End])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
	if got := stream.Account(sentiment.Input{Text: "@Ivan, same here", Kind: mention.Comment}); got != nil {
		t.Errorf("in a comment %+v is written to", got)
	}
}
