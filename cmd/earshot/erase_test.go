package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// TestErase: beside the daemon, in any spelling; first only tried, then done.
func TestErase(t *testing.T) {
	db, earshot := besideDaemon(t, "")
	storeComplaint(t, db, "Олег Коваль")

	out, problem, code := earshot("export", "--author", "@олег  коваль", "--json")
	var kept exported
	if err := json.Unmarshal([]byte(out), &kept); err != nil || code != exitDone {
		t.Fatal(err, problem, out)
	}
	if len(kept.Posts) != 1 || kept.Posts[0].Text != "Ромашка погана" || len(kept.Mentions) != 1 || kept.Mentions[0].Status != "open" {
		t.Errorf("kept: %s", out)
	}
	if out, _, _ = earshot("export", "--author", "ОЛЕГ КОВАЛЬ"); !strings.Contains(out, "Ромашка погана") {
		t.Errorf("as text: %s", out)
	}
	if out, problem, code = earshot("erase", "--author", "олег коваль", "--dry-run"); code != exitDone || !strings.Contains(strings.Join(strings.Fields(out), " "), "would be erased of олег коваль: posts 1 mentions in them 1") {
		t.Errorf("tried: %d %s%s", code, out, problem)
	}
	if out, _, _ = earshot("export", "--author", "Олег Коваль"); !strings.Contains(out, "Ромашка погана") {
		t.Errorf("trying erased it: %s", out)
	}
	out, problem, code = earshot("erase", "--author", "олег коваль")
	for _, say := range []string{"erased of", "overwritten", "Slack", "webhooks", "backups", "logs", "Redis holds no names"} {
		if code != exitDone || !strings.Contains(out, say) {
			t.Errorf("it does not say %q: %d %s%s", say, code, out, problem)
		}
	}
	if out, _, _ = earshot("export", "--author", "Олег Коваль"); !strings.HasPrefix(out, "nothing is kept") {
		t.Errorf("left: %s", out)
	}
	if out, _, _ = earshot("cases"); !strings.Contains(out, "erased") || strings.Contains(out, "gone from the site") { // the site still shows it
		t.Errorf("of an erased complaint is said: %s", out)
	}
	if out, _, code = earshot("erase", "--url", "https://nowhere.example/"); code != exitDone || !strings.HasPrefix(out, "nothing is kept") {
		t.Errorf("nothing there: %d %s", code, out)
	}
	for _, args := range [][]string{{"erase"}, {"export", "--author", " @ "}, {"erase", "--author", "Guest"}} {
		if _, problem, code := earshot(args...); code != exitWrong || problem == "" {
			t.Errorf("%v: %d %s", args, code, problem)
		}
	}
}

// TestExportSpeaks: what is printed for a person who asks says the history in the language, too, as
// the inbox does, and nothing stands for an owner where nobody has the complaint.
func TestExportSpeaks(t *testing.T) {
	says := speaks("uk")
	ira, at := mention.Person{ID: "slack:U1", Name: "Іра"}, time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	kept := store.Kept{
		Posts:    []mention.Post{{Source: "форум", Author: "Олег Коваль"}},
		Mentions: []mention.MentionRecord{{Case: mention.Case{Status: mention.Open}}, {Case: mention.Case{Status: mention.Quiet}}, {Case: mention.Case{Status: mention.Dismissed, Owner: ira}}},
		Events: []mention.Event{
			{Kind: "heard", At: at}, {Kind: "alerted", At: at, Detail: "critical to #mentions"}, {Kind: "dismiss", By: ira, At: at, Detail: mention.NotUs},
			{Kind: "snooze", By: ira, At: at, Detail: "until 2026-11-30T09:00:00Z"}, {Kind: "moved", At: at, Detail: "https://forum.example/9"},
		},
	}
	kept.Events = append(kept.Events, mention.Event{Kind: "assign", By: ira, At: at, Detail: "to Олег\nfrom Іра"}, mention.Event{Kind: "note", By: ira, At: at, Detail: "а\nб"})
	if e := exportOf(kept).Events; e[5].Detail != "to Олег from Іра" || e[6].Detail != "а\nб" {
		t.Errorf("for other programs: %q, %q", e[5].Detail, e[6].Detail)
	}
	kept.Events = append(kept.Events, mention.Event{Kind: "suppressed", At: at, Detail: "the author is muted until 2026-12-01"},
		mention.Event{Kind: "moved", At: at, Detail: "the same words under another id: 9 https://forum.example/10"}, mention.Event{Kind: "woke", At: at, Detail: "snoozed by Іра"})
	if e := exportOf(kept).Events; e[7].Detail != kept.Events[7].Detail {
		t.Errorf("for other programs: %q", e[7].Detail)
	}
	var out strings.Builder
	(&exportCmd{}).print(&out, says, kept)
	for _, say := range []string{"призначено Іра Іра → Олег\n", "сповіщення · Критичний пріоритет → #mentions\n", "відхилено Іра · не про нас\n", "відкладено Іра до 30 лист. 2026, 09:00\n", "почуто\n", "https://forum.example/9\n", "без сповіщення · автора приглушено до 1 груд. 2026\n", "· той самий текст під іншим номером: 9 https://forum.example/10\n", "· було відкладено (Іра)\n", "відкрита\n", "без сповіщення\n", "відхилена, Іра\n"} {
		if !strings.Contains(out.String(), say) {
			t.Errorf("it does not say %q:\n%s", say, out.String())
		}
	}
}
