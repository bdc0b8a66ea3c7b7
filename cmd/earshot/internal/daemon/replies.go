package daemon

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// How many templates are offered, of the watchlist and of those that staff saved: more is a
// menu, not a help.
const maxReplies, maxSaved = 2, 3

// repliesWithin bounds asking the database for templates: a window must open in 3 s.
const repliesWithin = time.Second

// authorFirst begins a line with the author's name, and authorWithin has it within one, each with the
// signs that only a name needs.
var (
	authorFirst  = regexp.MustCompile(`(?im)^[ \t]*\{\{\s*author\s*\}\}[,!.:;]?[ \t]*(.?)`)
	authorWithin = regexp.MustCompile(`(?i),?[ \t]*\{\{\s*author\s*\}\}`)
)

// toNobody is a template without the author's name, for a post where a site prints none, or
// "Guest": nobody wants to be called so in public.
func toNobody(text string) string {
	text = authorFirst.ReplaceAllStringFunc(text, func(found string) string {
		return strings.ToUpper(authorFirst.FindStringSubmatch(found)[1])
	})
	return strings.TrimSpace(authorWithin.ReplaceAllString(text, ""))
}

// fillReplies returns the templates, at most so many, in the mention's language that fit its
// topics, those about a topic before those for all, with the names filled in; me is
// who will answer.
func fillReplies(templates []config.ReplyTemplate, m mention.Mention, me string, most int) []string {
	names := map[string]string{"author": text.OneLine(m.Post.Author), "watch": m.Watch, "source": m.Post.Source, "title": text.OneLine(m.Post.Title), "link": m.Post.URL, "me": me}
	var fitting, general []string
	for _, t := range templates {
		if t.Lang != m.Score.Lang {
			continue
		}
		words := t.Text
		if mention.IsNobody(m.Post.Author) {
			words = toNobody(words)
		}
		words = config.FillPlaceholders(words, names)
		switch {
		case len(t.Topic) == 0:
			general = append(general, words)
		case slices.ContainsFunc(t.Topic, func(topic string) bool { return slices.Contains(m.Score.Topics, topic) }):
			fitting = append(fitting, words)
		}
	}
	all := append(fitting, general...)
	return all[:min(len(all), most)]
}

// replies offers the templates of the watchlist in use, and then those that staff saved.
func (d *Daemon) replies(m mention.Mention, me string) []string {
	out := fillReplies(d.config().Replies, m, me, maxReplies)
	ctx, cancel := context.WithTimeout(context.Background(), repliesWithin)
	defer cancel()
	list, err := d.store.Templates(ctx, m.Score.Lang)
	if err != nil {
		d.log.Warn("saved templates cannot be read", "err", err)
		return out
	}
	var saved []config.ReplyTemplate
	for _, t := range list {
		one := config.ReplyTemplate{Lang: t.Lang, Text: t.Text}
		if t.Topic != "" {
			one.Topic = []string{t.Topic}
		}
		saved = append(saved, one)
	}
	return append(out, fillReplies(saved, m, me, maxSaved)...)
}
