package slack_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestLifeInAThread follows one complaint: a copy elsewhere, an edit, the public
// answer; all in the first message's thread, and each updated there.
func TestLifeInAThread(t *testing.T) {
	w := newWorld(t, worldOptions{rules: alerts.Rules{Official: map[string][]string{"Ромашка Банк": {"Romashka Support"}}}})
	first := complaint("1", refund)
	w.hear(first)
	root := w.posted(1)[0]

	twin := complaint("9", refund)
	twin.Post.Source, twin.Post.URL, twin.Post.ThreadURL = "reviews.example", "https://reviews.example/r/9", "https://reviews.example/"
	w.hear(twin)
	all := w.posted(2)
	if all[1].ThreadTS != root.TS || !shows(all[1], refund) || !shows(all[1], "reviews.example") || !strings.Contains(all[1].Text, "https://reviews.example/r/9") {
		t.Errorf("the copy is not in the thread with its words and its link:\n%s", all[1].Text)
	}
	if root, _ = w.fake.Message(root.Channel, root.TS); !shows(root, "The same words stand in one more place") {
		t.Errorf("the first message does not count the copy:\n%s", root.Blocks)
	}

	// The copy has its own buttons, and its own case.
	w.press(fakeslack.Click{Channel: all[1].Channel, TS: all[1].TS, Action: "claim", User: ira})
	w.quiet()
	if m, _ := w.fake.Message(all[1].Channel, all[1].TS); !shows(m, "Ira has it") {
		t.Errorf("the copy is not redrawn:\n%s", m.Blocks)
	}
	if m, _ := w.fake.Message(root.Channel, root.TS); !shows(m, "open") {
		t.Errorf("the first was claimed with its copy:\n%s", m.Blocks)
	}

	first.Post.Text += " Шахраї!"
	first.Score.Value = -0.9
	w.hear(first)
	all = w.posted(3)
	if all[2].ThreadTS != root.TS || !shows(all[2], "for the worse") || !shows(all[2], "Шахраї!") {
		t.Errorf("the edit is not told in the thread:\n%s", all[2].Text)
	}
	if m, _ := w.fake.Message(root.Channel, root.TS); !shows(m, "edited") || !shows(m, "Шахраї!") {
		t.Errorf("the first message shows the old words:\n%s", m.Blocks)
	}

	answer := complaint("2", "Олено, кошти вже в дорозі.")
	answer.Post.Author, answer.Post.Published = "Romashka Support", time.Now()
	answer.Spans = nil
	w.hear(answer)
	all = w.posted(4)
	if all[3].ThreadTS != root.TS || !shows(all[3], "Romashka Support answered publicly") || !shows(all[3], "кошти вже в дорозі") {
		t.Errorf("the answer is not told in the thread:\n%s", all[3].Text)
	}
	if m, _ := w.fake.Message(root.Channel, root.TS); !shows(m, "answered publicly in 3 min by Romashka Support") {
		t.Errorf("the first message does not show the answer:\n%s", m.Blocks)
	}
	_, c, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, root)))
	if err != nil || !c.AnswerVerified {
		t.Errorf("case %+v %v", c, err)
	}
}

// TestEditedLouder: a message that is redrawn says how loud its complaint is now, not how loud
// it was before the author edited it, and the edit is seen in the channel by whoever is on duty.
func TestEditedLouder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{rules: alerts.Rules{Routes: []alerts.Route{{Severities: []mention.Severity{mention.Critical}, To: "#mentions", Notify: "@oncall-pr"}}}})
	m := complaint("1", refund)
	w.hear(m)
	first := w.posted(1)[0]
	if !shows(first, "Low · ") {
		t.Fatalf("first it is %s", texts([]fakeslack.Message{first}))
	}
	m.Post.Text += " Отруїлася їжею, лежу в лікарні."
	m.Score.Topics, m.Score.Complaint, m.Score.Value = []string{"safety"}, 0.9, -0.9
	w.hear(m)
	edit := w.posted(2)[1]
	if !edit.Broadcast || edit.ThreadTS != first.TS || !strings.Contains(string(edit.Blocks), `"usergroup_id":"S000ONCALL"`) || !shows(edit, "for the worse") {
		t.Errorf("the edit rings nobody:\n%s", edit.Blocks)
	}
	eventually(t, "the message is critical", func() bool {
		now, _ := w.fake.Message(first.Channel, first.TS)
		return shows(now, "Critical · ") && strings.HasPrefix(now.Text, "Critical · ")
	})
}

// TestAnswerSumsUp: when the answer is seen, the thread is told once how long each part of
// the wait took and who claimed the case, in the route's language; neither another look at
// the site nor a restart in the middle says it again.
func TestAnswerSumsUp(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, worldOptions{rules: alerts.Rules{Spoken: map[string]i18n.Lang{"#mentions": texts.In("uk")}, Official: map[string][]string{"Ромашка Банк": {"Romashka Support"}}}})
	first := complaint("1", refund)
	first.Post.Published = time.Now().Add(-3 * time.Minute)
	w.hear(first)
	root := w.posted(1)[0]
	// Not by a press: a name that Slack does not tell within 700 ms is the one of the payload.
	claim := mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:" + ira, Name: "Ira"}}
	if _, err := w.desk.Do(t.Context(), mention.ID(buttonValue(t, root)), claim); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	answer := complaint("2", "Олено, кошти вже в дорозі.")
	answer.Post.Author, answer.Post.Published, answer.Spans = "Romashka Support", time.Now(), nil
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.hear(answer)
	eventually(t, "the summary", func() bool { return len(w.fake.Messages("")) == 2 })
	w.stop() // accepted by Slack, and not known here
	w.start()
	w.hear(answer)
	answer.Post.Text += " Вибачте за очікування."
	w.hear(answer)
	all := w.posted(2)
	for _, want := range []string{"Публічна відповідь", "Публікація → почуто 3 хв", "почуто → взято", "(Ira)", "взято → відповідь", "кошти вже в дорозі"} {
		if all[1].ThreadTS != root.TS || !shows(all[1], want) {
			t.Errorf("the summary has no %q, or is not in the thread:\n%s", want, all[1].Blocks)
		}
	}
}

// TestReplyInDoubt loses the answer to a reply: it is looked for in the thread.
func TestReplyInDoubt(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{})
	first := complaint("1", refund)
	w.hear(first)
	w.posted(1)
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	first.Post.Text += " Ще раз."
	w.hear(first)
	w.posted(2)
	if n := calls(w, "conversations.replies"); n == 0 || calls(w, "chat.postMessage") != 2 {
		t.Errorf("the thread was read %d times, posts %d", n, calls(w, "chat.postMessage"))
	}
}

// TestReplyInDoubtWithoutItsThread: a reply under a message that somebody deleted came into the
// channel; when that is in doubt it is looked for there, and not sent again.
func TestReplyInDoubtWithoutItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	first := complaint("1", refund)
	w.hear(first)
	root := w.posted(1)[0]
	w.fake.Delete(root.Channel, root.TS)
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	first.Post.Text += " Ще раз."
	w.hear(first)
	if edit := w.posted(1)[0]; !shows(edit, "Ще раз") || shows(edit, "may be a repeat") {
		t.Errorf("the edit:\n%s", texts([]fakeslack.Message{edit}))
	}
}

// TestReplyInDoubtOutsideItsThread: what a locked thread does not take, or one in a channel that is
// gone, comes into a channel; when that is in doubt it is looked for there, and not sent again.
func TestReplyInDoubtOutsideItsThread(t *testing.T) {
	for name, old := range map[string]fakeslack.Channel{
		"locked":   {},
		"archived": {Name: "mentions-2026", Archived: true},
		"deleted":  {Name: "mentions-2026", Private: true, Outside: true},
		"left":     {Name: "mentions-2026", Outside: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			first := complaint("1", refund)
			w.hear(first)
			old.ID = w.posted(1)[0].Channel
			route, before := old.ID, 1
			if old.Name != "" { // another channel has the name by now
				w.fake.SetChannel(old)
				w.fake.SetChannel(fakeslack.Channel{ID: "C0NEWPLACE", Name: "mentions"})
				route, before = "C0NEWPLACE", 0
				other := complaint("2", "Банк заблокував картку без пояснень, гаряча лінія мовчить.")
				w.hear(other)
				eventually(t, "the new channel is known", func() bool { return len(w.fake.Messages(route)) == 1 })
				before = 1
			} else {
				w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Code, Error: "restricted_action_thread_locked", Times: -1, Replies: true})
			}
			w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Channel: route, Kind: fakeslack.AcceptDrop})
			first.Post.Text += " Ще раз."
			w.hear(first)
			eventually(t, "the edit is settled", func() bool {
				c, err := w.store.Counts(t.Context(), time.Now())
				return err == nil && c.Pending+c.Posting == 0 && len(w.fake.Messages(route)) > before
			})
			if all := w.fake.Messages(route); len(all) != before+1 || !shows(all[before], "Ще раз") {
				t.Errorf("in the channel:\n%s", texts(all))
			}
		})
	}
}

// TestThreadIsGone replies under a message that somebody deleted: the words still
// reach the channel.
func TestThreadIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	first := complaint("1", refund)
	w.hear(first)
	root := w.posted(1)[0]
	w.fake.Delete(root.Channel, root.TS)
	twin := complaint("9", refund)
	twin.Post.Source = "reviews.example"
	w.hear(twin)
	if all := w.posted(1); all[0].ThreadTS != "" || !shows(all[0], refund) {
		t.Errorf("the copy is not in the channel:\n%s", texts(all))
	}
}

// TestThreadTakesNoReply: where nobody may write in the thread, or threads are not wanted in the
// channel, what belongs there comes into the channel, and no other message of it has to wait.
func TestThreadTakesNoReply(t *testing.T) {
	for _, code := range []string{"restricted_action_thread_locked", "restricted_action_non_threadable_channel", "cannot_reply_to_message", "thread_not_found"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			first := complaint("1", refund)
			w.hear(first)
			w.posted(1)
			w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Code, Error: code, Times: -1, Replies: true})
			twin := complaint("9", refund)
			twin.Post.Source = "reviews.example"
			w.hear(twin)
			if all := w.posted(2); all[1].ThreadTS != "" || !shows(all[1], refund) {
				t.Errorf("the copy is not in the channel:\n%s", texts(all))
			}
			if n := w.log.count("slack cannot be used") + w.log.count("level=ERROR"); n != 0 {
				t.Errorf("%d troubles are told", n)
			}
			if n := calls(w, "chat.update"); n != 1 { // the first message counts the copy
				t.Errorf("%d redraws", n)
			}
		})
	}
}

// TestNudgeWithoutItsThread: when somebody deleted the message, what is said in its thread says
// which complaint it is about, names whom it should, and can be acted upon: in the channel, or in
// what is left of the thread.
func TestNudgeWithoutItsThread(t *testing.T) {
	for name, c := range map[string]struct {
		replied bool   // the message had a thread already, of which a tombstone is left
		code    string // with which Slack refuses a reply; empty: it comes into the channel
	}{
		"into the channel":  {},
		"refused":           {code: "thread_not_found"},
		"under a tombstone": {replied: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{rules: alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: {Claim: 5 * time.Minute, Notify: "@oncall-pr"}}}})
			m := complaint("1", refund)
			w.hear(m)
			root, before := w.posted(1)[0], 0
			if c.replied {
				m.Post.Text += " Ще раз."
				w.hear(m)
				before = len(w.posted(2))
			}
			w.slack.Names([]string{"@oncall-pr"}, nil)
			w.fake.Delete(root.Channel, root.TS)
			if c.code != "" {
				w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Code, Error: c.code})
			}
			w.nudges(6 * time.Minute)
			nudge := w.posted(before + 1)[before]
			if !shows(nudge, "Nobody has taken this complaint") || !shows(nudge, m.Post.Text) || !strings.Contains(string(nudge.Blocks), `"usergroup_id":"S000ONCALL"`) {
				t.Errorf("the nudge:\n%s\n%s", texts([]fakeslack.Message{nudge}), nudge.Blocks)
			}
			w.press(fakeslack.Click{Channel: nudge.Channel, TS: nudge.TS, Action: "claim", User: ira})
			eventually(t, "the owner in the nudge", func() bool {
				now, _ := w.fake.Message(nudge.Channel, nudge.TS)
				return shows(now, "Ira has it")
			})
			if c.replied { // the edits of an hour are told once
				return
			}
			m.Post.Text += " Шахраї!"
			m.Score.Value = -0.9
			w.hear(m)
			edit := w.posted(2)[1]
			if edit.ThreadTS != "" || !shows(edit, "for the worse") || !shows(edit, m.Watch) {
				t.Errorf("the edit:\n%s\n%s", texts([]fakeslack.Message{edit}), edit.Blocks)
			}
		})
	}
}

// TestNotify pings whom the route names, and nobody else.
func TestNotify(t *testing.T) {
	cases := []struct{ notify, want string }{
		{"@oncall-pr", `"usergroup_id":"S000ONCALL"`},
		{"@ira", `"user_id":"U0000IRA"`},
		{"S12345678", `"usergroup_id":"S12345678"`},
		{"@nobody", `@nobody`},
	}
	for _, c := range cases {
		t.Run(c.notify, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{rules: alerts.Rules{Routes: []alerts.Route{{To: "#pr-war-room", Notify: c.notify}}}})
			w.hear(complaint("1", refund))
			if m := w.posted(1)[0]; !strings.Contains(string(m.Blocks), c.want) || m.Channel != "C0WARROOM" {
				t.Errorf("blocks %s", m.Blocks)
			}
		})
	}
}

// TestNotifyWithoutBlocks: a message that Slack does not lay out names whom it should.
func TestNotifyWithoutBlocks(t *testing.T) {
	for notify, want := range map[string]string{"@oncall-pr": "<!subteam^S000ONCALL>", "@ira": "<@U0000IRA>"} {
		w := newWorld(t, worldOptions{rules: alerts.Rules{Routes: []alerts.Route{{To: "#pr-war-room", Notify: notify}}}})
		w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Code, Error: "invalid_blocks", Times: -1, Blocks: true})
		m := complaint("1", refund)
		m.Post.Author = "<!channel>"
		w.hear(m)
		if got := w.posted(1)[0]; got.Blocks != nil || !strings.Contains(got.Text, want) || strings.Contains(got.Text, "<!channel>") {
			t.Errorf("%s: %q", notify, got.Text)
		}
	}
}

// TestGatheredInAStorm floods the channel: one burst message, the rest in its
// thread, every complaint once with its words, and nothing is updated for ever.
func TestGatheredInAStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as Slack's pace")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{})
	var all []mention.Mention
	for i := range 24 {
		all = append(all, complaint(fmt.Sprint(i), strings.Repeat(string(rune('а'+i)), 4)+" не працює"))
	}
	w.hear(all...)
	eventually(t, "the first half", func() bool { return len(w.fake.Messages("")) > 12 })
	posted := w.posted(25)
	storm := ""
	for _, m := range posted {
		if shows(m, "A storm about") {
			storm = m.TS
		}
	}
	gathered := 0
	for _, m := range posted {
		if m.ThreadTS != "" && m.ThreadTS == storm {
			gathered++
		}
	}
	for _, c := range all {
		n := 0
		for _, m := range posted {
			if shows(m, c.Post.Text) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q stands in slack %d times", c.Post.Text, n)
		}
	}
	if storm == "" || gathered != 5 {
		t.Errorf("storm %q gathers %d", storm, gathered)
	}
	if n := calls(w, "chat.update"); n != 0 {
		t.Errorf("%d redraws of messages that did not change", n)
	}
}
