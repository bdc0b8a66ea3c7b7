package main

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// TestDayAlone: where a site gives the day alone, no command prints a time of day, least of all one of
// the day before: 00:00 in Kyiv is 22:00 UTC. Programs read that it is a day.
func TestDayAlone(t *testing.T) {
	day := mention.Post{Source: "форум", Author: "Олег", Text: "Де гроші?", Published: time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC), DateOnly: true}
	moment := day
	moment.Published, moment.DateOnly = time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC), false
	posts := []mention.Post{day, moment}
	kept := store.Kept{Posts: posts, Mutes: []mention.Mute{{Author: "Олег", At: moment.Published, Until: moment.Published.AddDate(0, 0, 90)}}}
	for lang, want := range map[string][]string{
		"en": {"28 Nov 2026", "28 Nov 2026 09:30 UTC", "26 Feb 2027 09:30 UTC"},
		"uk": {"28 лист. 2026", "28 лист. 2026, 09:30 UTC", "26 лют. 2027, 09:30 UTC"},
	} {
		s := speaks(lang)
		var crawled, exported strings.Builder
		out := bufio.NewWriter(&crawled)
		s.printPosts(out, posts, false)
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		(&exportCmd{}).print(&exported, s, kept)
		for name, said := range map[string]string{"crawl": crawled.String(), "export": exported.String()} {
			if strings.Contains(said, "22:00") || strings.Contains(said, "2026-11") || strings.Count(said, want[0]) < 2 || !strings.Contains(said, want[1]) {
				t.Errorf("%s %s:\n%s", lang, name, said)
			}
		}
		if !strings.Contains(exported.String(), want[2]) {
			t.Errorf("%s: no end of the mute in\n%s", lang, exported.String())
		}
	}
	records := []mention.MentionRecord{{Mention: mention.Mention{Post: day}}, {Mention: mention.Mention{Post: moment}}}
	for name, v := range map[string]any{"export": exportOf(kept), "report": openOut(records)} {
		raw, err := json.Marshal(v)
		if err != nil || strings.Count(string(raw), `"precision":"day"`) != 1 {
			t.Errorf("%s --json: %v %s", name, err, raw)
		}
	}
}
