package main

import (
	"crypto/sha256"
	"strings"
	"unicode"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment/stream"
)

// Labelled posts are cleaner than what people post: one in ninety has an emoji, one in a
// thousand a hashtag, and hardly one of these is a complaint, nor is any written in capitals or
// with a greeting. Fitted on them as they are, a flag before a complaint hid it in one case of
// eight, and capitals made an alert of every tenth post that is none. So one in dressEvery
// counts dressedShare as people dress it, and the rest as it stands.
const (
	dressEvery   = 4
	dressedShare = 0.5
)

// emoji that tell no feeling.
var emoji = []string{"📦", "✈️", "🚌", "🏦", "📱", "☎️", "🛒", "📍", "👉", "❗", "‼️", "🚗", "🍕", "🏠", "📢", "🔵", "🟡", "🇺🇦", "🇧🇬", "🇬🇧", "🤷", "👀", "🙈", "📸"}

// dresses are how people, and sites for them, dress what is written, whatever it says.
var dresses = []func(d dressed) string{
	func(d dressed) string { return d.text + " " + d.one(0, emoji) },
	func(d dressed) string { return d.text + d.one(0, emoji) + d.one(1, emoji) },
	func(d dressed) string { return d.one(0, emoji) + " " + d.text },
	func(d dressed) string { return strings.ReplaceAll(d.text, ". ", " "+d.one(0, emoji)+" ") },
	func(d dressed) string { return strings.ReplaceAll(d.text, ". ", d.stop) },
	func(d dressed) string { return d.text + " " + d.tag() },
	func(d dressed) string { return d.text + " " + d.tag() + " #today" },
	func(d dressed) string { return d.text + " https://t.co/Xa81bQz" },
	func(d dressed) string { return "@anna_k " + d.text },
	func(d dressed) string { return strings.ToUpper(d.text) },
	func(d dressed) string { return strings.ReplaceAll(d.text, ". ", ".\n") },
	func(d dressed) string { return strings.ReplaceAll(d.text, ". ", ".\n\n") },
	func(d dressed) string { return strings.Map(unpointed, d.text) },
	func(d dressed) string { return d.one(0, d.before) + " " + d.text },
	func(d dressed) string { return d.one(0, d.before) + " " + d.text },
	func(d dressed) string { return d.text + " " + d.one(0, d.after) },
	func(d dressed) string { return d.text + "\n" + d.one(0, d.after) },
	func(d dressed) string { return d.one(0, d.before) + " " + d.text + "\n" + d.one(1, d.after) },
}

// dressed is a post to be dressed; chance is the same at every fit.
type dressed struct {
	text, brand   string
	before, after []string
	stop          string // what stands for a full stop: among Russians and Ukrainians half a smile
	chance        [sha256.Size]byte
}

// one takes one of list by the nth chance; "" of an empty list.
func (d dressed) one(n int, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[int(d.chance[2+n])%len(list)]
}

func (d dressed) tag() string {
	if d.brand == "" {
		return ""
	}
	return "#" + strings.ReplaceAll(d.brand, " ", "")
}

// unpointed drops punctuation.
func unpointed(r rune) rune {
	if unicode.IsPunct(r) && !strings.ContainsRune("'’@#-%/", r) {
		return -1
	}
	return r
}

// dress dresses one post in dressEvery; news come from editors and are never dressed.
func (l *loader) dress(p stream.Post) (worn stream.Post, ok bool, err error) {
	d := dressed{p.Input.Text, p.Brand, l.before[p.Input.Lang], l.after[p.Input.Lang], "! ", sha256.Sum256([]byte("dress " + p.Input.Text))}
	if p.Input.Lang == "ru" || p.Input.Lang == "uk" {
		d.stop = ")) "
	}
	if d.chance[0]%dressEvery != 0 || p.Input.Kind == mention.News {
		return p, false, nil
	}
	p.Input.Text = dresses[int(d.chance[1])%len(dresses)](d)
	if p.Brand != "" {
		p.Input.Spans, err = l.places.Find(p.Brand, p.Input.Text)
	}
	return p, true, err
}
