package daemon

import (
	"slices"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// maxReplies is how many templates are offered: more is a menu, not a help.
const maxReplies = 2

// fillReplies returns the templates in the mention's language that fit its
// topics, those about a topic before those for all, with the names filled in; me is
// who will answer.
func fillReplies(templates []config.ReplyTemplate, m mention.Mention, me string) []string {
	author := m.Post.Author
	fill := strings.NewReplacer("{{author}}", author, "{{watch}}", m.Watch, "{{source}}", m.Post.Source, "{{title}}", m.Post.Title, "{{link}}", m.Post.URL, "{{me}}", me)
	var fitting, general []string
	for _, t := range templates {
		if t.Lang != m.Score.Lang {
			continue
		}
		text := fill.Replace(t.Text)
		switch {
		case len(t.Topic) == 0:
			general = append(general, text)
		case slices.ContainsFunc(t.Topic, func(topic string) bool { return slices.Contains(m.Score.Topics, topic) }):
			fitting = append(fitting, text)
		}
	}
	all := append(fitting, general...)
	return all[:min(len(all), maxReplies)]
}

// replies offers the templates of the watchlist in use.
func (d *Daemon) replies(m mention.Mention, me string) []string {
	return fillReplies(d.config.Load().Replies, m, me)
}
