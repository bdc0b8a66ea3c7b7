package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/mention"
)

// TestFallbackSaysWhatItIsAbout: on a lock screen the fallback text is all that the person
// on call sees: brand, place, words, count.
func TestFallbackSaysWhatItIsAbout(t *testing.T) {
	said := mention.Mention{ID: "m1", Watch: "Ромашка Банк", Post: mention.Post{Source: "forum.example › Скарги", Author: "Олена", URL: "https://forum.example/p/1",
		Text: "Не повертають гроші <!channel> & мовчать"}}
	about := []string{"Ромашка Банк", "Олена on forum.example › Скарги", "Не повертають гроші &lt;!channel&gt; &amp; мовчать"}
	message := func(kind mention.AlertKind, m mention.Mention, d alerts.Details) alerts.Message {
		return alerts.Message{Alert: mention.Alert{Kind: kind, MentionID: m.ID, Severity: mention.High, ThreadOf: "a0"}, Mention: m, Case: mention.Case{Status: mention.Open}, Details: d, Now: time.Now()}
	}
	gone := said
	gone.Post.Deleted = true
	summary := &alerts.Summary{Period: alerts.Daily, Waits: 5, Report: report.Report{Heard: 9, Unanswered: 2, Until: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}}
	quiet := message(mention.Digest, mention.Mention{}, alerts.Details{Text: "Heard during the quiet hours: the complaints are in the thread, each with its buttons."})
	quiet.Gathered = alerts.Gathered{Count: 12, Watches: []string{"Ромашка Банк", "Romashka Tea"}, Loudest: said}
	one := quiet
	one.Gathered = alerts.Gathered{Count: 1, Watches: []string{"Ромашка Банк"}, Loudest: said}
	cases := []struct {
		name  string
		m     alerts.Message
		first string // how it begins
		holds []string
	}{
		{"nudge", message(mention.Escalation, said, alerts.Details{Text: "Nobody has taken this complaint for 20 s."}), "Nobody has taken this complaint for 20 s.", about},
		{"worse", message(mention.Changed, said, alerts.Details{Change: alerts.Worse}), "Ромашка Банк · Олена on forum.example › Скарги: The author changed the post for the worse. It reads now:", about},
		{"answered", message(mention.Changed, said, alerts.Details{Change: alerts.Answered, By: "Support", Text: "Вибачте *нас*"}), "Ромашка Банк · Олена on forum.example › Скарги: ✓ Support answered publicly", []string{"Вибачте"}},
		{"deleted", message(mention.Changed, gone, alerts.Details{Change: alerts.Deleted}), "Ромашка Банк · Олена on forum.example › Скарги: The post is gone from the site.", nil},
		{"digest", message(mention.Digest, mention.Mention{}, alerts.Details{Summary: summary, Text: "Daily digest, Wed 25 Nov\n\nheard 9"}), "9 complaints heard, waiting for an answer now, in all: 5 · Daily digest, Wed 25 Nov", []string{"heard 9"}},
		{"quiet hours", quiet, "12 complaints about Ромашка Банк, Romashka Tea", append([]string{"Heard during the quiet hours"}, about...)},
		{"quiet hours, one", one, "1 complaint about Ромашка Банк", about},
		{"notice", message(mention.Notice, mention.Mention{}, alerts.Details{Text: "forum.example is silent"}), "forum.example is silent", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := fallback(c.m)
			if !strings.HasPrefix(got, c.first) {
				t.Errorf("begins with %q, want %q", got, c.first)
			}
			for _, words := range c.holds {
				if !strings.Contains(got, words) {
					t.Errorf("%q is not in %q", words, got)
				}
			}
			checkDrawn(t, c.m, draw(c.m, ping{}))
		})
	}
}

// TestGoneSaysWhy: a post that was erased here may well stand on its site; of a rating without words the
// notification says that there are none.
func TestGoneSaysWhy(t *testing.T) {
	for want, m := range map[string]mention.Mention{
		"alert.erased":   {Erased: true, Post: mention.Post{Deleted: true}}, // on request: its clocks stand as those of one that is gone
		"news.deleted":   {Post: mention.Post{Deleted: true, URL: "https://forum.example/1", Author: "Anna"}},
		"alert.no_words": {Post: mention.Post{Rating: &mention.Rating{Value: 1, Best: 5}}},
	} {
		for _, lang := range []string{"en", "ru", "uk", "bg"} {
			l := catalog(t).In(lang)
			if got := postWords(l, m, 100); got != l.Text(want) {
				t.Errorf("%s: %q, want %q", lang, got, l.Text(want))
			}
			if got := excerpt(l, m); got != l.Text(want) {
				t.Errorf("%s in a list: %q, want %q", lang, got, l.Text(want))
			}
		}
	}
}
