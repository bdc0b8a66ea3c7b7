package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// draftOf is the first reply to a complaint, approved by who wrote it.
func draftOf(id mention.ID, key string) mention.SiteReply {
	return mention.SiteReply{ID: key, MentionID: id, Nth: 1, Status: mention.ReplyDraft, Account: "Romashka Support", Text: "Перепрошуємо 🙏", By: person("ira"), MadeAt: t0, ApprovedBy: person("ira"), ApprovedAt: t0}
}

func replyOf(t *testing.T, s *Store, id mention.ID, nth int) mention.SiteReply {
	t.Helper()
	all := must(s.RepliesOf(background, id))(t)
	if len(all) < nth {
		t.Fatalf("%d replies, want %d", len(all), nth)
	}
	return all[nth-1]
}

// moveReply takes a reply to its next step, which must be free.
func moveReply(t *testing.T, s *Store, r mention.SiteReply, change func(*mention.SiteReply)) mention.SiteReply {
	t.Helper()
	after := r
	change(&after)
	want(t, "moved to "+string(after.Status), must(s.ChangeReply(background, r, after, mention.Person{}))(t), true)
	return after
}

// testReplies: a reply keeps every field on its way, each step has one winner, the audit
// says what happened, and the case has one open reply at a time.
func testReplies(t *testing.T, open opener) {
	s := open(t)
	id := said(t, s, 1, nil)
	draft := draftOf(id, "k1")
	draft.Text += "\x00"
	must(s.BeginPosting(background, alertID(id), t0))(t)
	must(s.MarkPosted(background, alertID(id), "C", "1", 1))(t)
	want(t, "the message shows the case", len(must(s.Outdated(background, 10))(t)), 0)
	mustDo(t, s.AddReply(background, draft))
	want(t, "the message does not show the answer", ids(must(s.Outdated(background, 10))(t)), string(alertID(id)))
	draft.Text, draft.NotBefore = clean(draft.Text), t0
	want(t, "as it was written", replyOf(t, s, id, 1), draft)
	for _, other := range []mention.SiteReply{draftOf(id, "k2"), {ID: "k3", MentionID: id, Nth: 2, MadeAt: t0}} {
		if err := s.AddReply(background, other); !errors.Is(err, mention.ErrReplyOpen) {
			t.Errorf("a second one beside an open one, the %d.: %v", other.Nth, err)
		}
	}
	if err := s.AddReply(background, draftOf("nothing", "k4")); !errors.Is(err, ErrNotFound) {
		t.Errorf("without a case: %v", err)
	}
	want(t, "due", len(must(s.OpenReplies(background, t0))(t)), 1)
	want(t, "not yet", len(must(s.OpenReplies(background, t0.Add(-time.Second)))(t)), 0)

	sending := draft
	sending.Status, sending.Attempts, sending.FirstAt, sending.SendingAt = mention.ReplySending, 1, t0.Add(time.Second), t0.Add(time.Second)
	var all sync.WaitGroup
	won := make(chan bool, 8)
	for range cap(won) {
		all.Go(func() {
			ok, err := s.ChangeReply(background, draft, sending, mention.Person{})
			if err != nil {
				t.Error(err)
			}
			won <- ok
		})
	}
	all.Wait()
	close(won)
	winners := 0
	for ok := range won {
		if ok {
			winners++
		}
	}
	want(t, "winners", winners, 1)
	sent := moveReply(t, s, sending, func(r *mention.SiteReply) {
		r.Status, r.EndedAt, r.URL, r.RemoteID, r.Held = mention.ReplySent, t0.Add(2*time.Second), "https://forum.example/p/9", "9", true
	})
	want(t, "sent", replyOf(t, s, id, 1), sent)
	want(t, "the case does not know yet", len(must(s.OpenReplies(background, t0))(t)), 1)
	moveReply(t, s, sent, func(r *mention.SiteReply) { r.Told = true })
	want(t, "nothing to do", len(must(s.OpenReplies(background, t0))(t)), 0)
	want(t, "not back", must(s.ChangeReply(background, sending, sending, mention.Person{}))(t), false)

	if err := s.AddReply(background, draftOf(id, "k5")); !errors.Is(err, mention.ErrReplyOpen) {
		t.Errorf("the first one again, by somebody who did not see it: %v", err)
	}
	second := draftOf(id, "k6")
	second.Nth, second.ApprovedAt, second.ApprovedBy = 2, time.Time{}, mention.Person{}
	mustDo(t, s.AddReply(background, second))
	want(t, "waits for another person", len(must(s.OpenReplies(background, t0))(t)), 0)
	second = moveReply(t, s, replyOf(t, s, id, 2), func(r *mention.SiteReply) { r.ApprovedBy, r.ApprovedAt = person("olha"), t0 })
	for attempt := range 3 { // the site wants a pause, and wants one again
		second = moveReply(t, s, second, func(r *mention.SiteReply) { r.Status, r.Attempts = mention.ReplySending, attempt+1 })
		if attempt < 2 {
			second = moveReply(t, s, second, func(r *mention.SiteReply) { r.Status, r.Reason = mention.ReplyDraft, "too many requests" })
		}
	}
	second = moveReply(t, s, second, func(r *mention.SiteReply) { r.Status, r.Reason = mention.ReplyUnclear, "timeout" })
	moveReply(t, s, second, func(r *mention.SiteReply) { r.Status, r.Reason, r.EndedAt = mention.ReplyRefused, "not there", t0 })
	want(t, "the audit", strings.Join(replyEvents(t, s, id), " "), "reply_written reply_sent reply_written reply_approved reply_put_off reply_unclear reply_refused")
}

func replyEvents(t *testing.T, s *Store, id mention.ID) (list []string) {
	t.Helper()
	for _, e := range must(s.CaseFile(background, id))(t).History {
		if strings.HasPrefix(e.Kind, "reply_") {
			list = append(list, e.Kind)
		}
	}
	return list
}

// oneWins lets eight try at once: one gets through, and the others are told the error of losers.
func oneWins(t *testing.T, lost error, try func(n int) error) {
	t.Helper()
	var all sync.WaitGroup
	outcomes := make(chan error, 8)
	for n := range cap(outcomes) {
		all.Go(func() { outcomes <- try(n) })
	}
	all.Wait()
	close(outcomes)
	won := 0
	for err := range outcomes {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lost):
			t.Errorf("a loser: %v", err)
		}
	}
	want(t, "winners", won, 1)
}

// testRepliesAtOnce: of many who press Send at once, one writes the reply.
func testRepliesAtOnce(t *testing.T, open opener) {
	s := open(t)
	id := said(t, s, 1, nil)
	oneWins(t, mention.ErrReplyOpen, func(n int) error { return s.AddReply(background, draftOf(id, string(rune('a'+n)))) })
	want(t, "replies", len(must(s.RepliesOf(background, id))(t)), 1)
}

func unseenOf(t *testing.T, s *Store, id mention.ID) bool {
	t.Helper()
	unseen, _, err := s.AnswerUnseen(background, id)
	return must(unseen, err)(t)
}

// testReplyTimes: the clocks of an answer: from the moment it was let go to that in which a
// poll saw it, under the name that its source has now.
func testReplyTimes(t *testing.T, open opener) {
	s := open(t)
	id, other := said(t, s, 1, nil), said(t, s, 2, nil)
	waits := draftOf(other, "k2")
	waits.ApprovedAt = time.Time{}
	for _, r := range []mention.SiteReply{draftOf(id, "k1"), waits} {
		mustDo(t, s.AddReply(background, r))
	}
	seen := func(id mention.ID) {
		t.Helper()
		if _, err := s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
			return []mention.Event{{Kind: "answered", At: t0.Add(-time.Hour), Detail: "Romashka Support https://forum.example/p/1"}}, nil, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	unseen := func(what string, id mention.ID, yes bool) {
		t.Helper()
		want(t, what, unseenOf(t, s, id), yes)
	}
	unseen("nothing was sent", id, false)
	seen(id) // an answer that somebody wrote on the site: not this one
	r := moveReply(t, s, replyOf(t, s, id, 1), func(r *mention.SiteReply) {
		r.Status, r.Attempts, r.FirstAt = mention.ReplySending, 1, t0.Add(time.Second)
	})
	moveReply(t, s, r, func(r *mention.SiteReply) {
		r.Status, r.EndedAt, r.Told = mention.ReplySent, t0.Add(2*time.Second), true
	})
	unseen("sent, and none was ever seen", id, true)
	before := s.now()
	seen(id)
	seen(id)
	unseen("sent, where answers are seen", id, false)
	r = replyOf(t, s, id, 1)
	r = moveReply(t, s, r, func(r *mention.SiteReply) { r.Held = true })
	_, held, err := s.AnswerUnseen(background, id)
	want(t, "a moderator has it since", must(held, err)(t), t0.Add(2*time.Second))
	moveReply(t, s, r, func(r *mention.SiteReply) { r.Held = false })
	seen(other)
	all := must(s.ReplyTimes(background, t0, t0.Add(time.Minute)))(t)
	want(t, "those that were let go", len(all), 1)
	if at := all[0].Seen; at.Before(before.Add(-time.Second)) || at.After(s.now().Add(time.Second)) {
		t.Errorf("seen at %v, not now", at)
	}
	all[0].Seen = time.Time{}
	m, _, err := s.Mention(background, id)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the clocks", all[0], mention.ReplyTimes{Watch: "Romashka", Source: m.Post.Source, Status: mention.ReplySent, Sent: t0})
	want(t, "before", len(must(s.ReplyTimes(background, t0.Add(-time.Hour), t0))(t)), 0)
	second := draftOf(id, "k3")
	second.Nth = 2
	mustDo(t, s.AddReply(background, second))
	moveReply(t, s, second, func(r *mention.SiteReply) { r.Status, r.Told = mention.ReplyRefused, true })
	all = must(s.ReplyTimes(background, t0, t0.Add(time.Minute)))(t)
	want(t, "one that was withdrawn", [...]bool{all[0].NeverSent, all[1].NeverSent, all[1].Seen.IsZero()}, [...]bool{false, true, true})
}

// testRepliesForgotten: the words of a reply go with those of the complaint, on request and
// by age; what was not sent by then is not sent any more, and names go out of replies to others.
func testRepliesForgotten(t *testing.T, open opener) {
	s := open(t)
	olena, ivan := by(1, "Олена Коваль"), by(2, "Ivan")
	ingest(t, s, intakeOf(heard(olena, "Romashka"), heard(ivan, "Romashka")))
	hers, his := mentionID(olena, "Romashka"), mentionID(ivan, "Romashka")
	mustDo(t, s.AddReply(background, draftOf(hers, "k1")))
	other := draftOf(his, "k2")
	other.Text = "Іване, не Олена Коваль."
	mustDo(t, s.AddReply(background, other))
	ended := moveReply(t, s, replyOf(t, s, his, 1), func(r *mention.SiteReply) { r.Status, r.EndedAt, r.Told = mention.ReplySent, t0, true })
	subject := Subject{Author: "олена коваль"}
	want(t, "kept of her", len(must(s.Kept(background, subject))(t).Replies), 1)
	want(t, "tried", must(s.Erase(background, subject, true))(t).Replies, 2)
	want(t, "only tried", replyOf(t, s, hers, 1).Status, mention.ReplyDraft)
	want(t, "erased", must(s.Erase(background, subject, false))(t).Replies, 2)
	gone := replyOf(t, s, hers, 1)
	want(t, "her words", gone.Text, "")
	want(t, "not sent any more", gone.Status, mention.ReplyRefused)
	want(t, "of others", replyOf(t, s, his, 1).Text, "Іване, не "+scrubbed+".")
	if err := s.AddReply(background, mention.SiteReply{ID: "k3", MentionID: hers, Nth: 2, MadeAt: t0}); !errors.Is(err, ErrNotFound) {
		t.Errorf("to who was erased: %v", err)
	}
	later := Retention{Mentions: ended.MadeAt.Add(time.Hour)}
	must(s.Prune(background, later))(t)
	want(t, "an open case keeps its reply", len(must(s.RepliesOf(background, his))(t)), 1)
	must(act(s, his, mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}))(t)
	must(s.Prune(background, later))(t)
	want(t, "a closed one does not", len(must(s.RepliesOf(background, his))(t)), 0)
}

// testAnswersSeen: an official author's words in the thread are found, and when it was read.
func testAnswersSeen(t *testing.T, open opener) {
	s := open(t)
	id := said(t, s, 1, nil)
	answer := by(7, "Romashka Support")
	answer.Published = t0.Add(time.Minute)
	ours := heard(answer, "Romashka")
	ours.Mentions[0].Official = true
	in := intakeOf(ours, heard(by(8, "Somebody"), "Romashka"))
	in.At = t0.Add(time.Hour)
	ingest(t, s, in)
	answers, looked, err := s.AnswersSeen(background, id, t0.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "answers", len(answers), 1)
	want(t, "whose", answers[0].Author, "Romashka Support")
	want(t, "never read", looked, time.Time{})
	mustDo(t, s.SaveSource(background, mention.SourceState{Key: "forum", Name: "forum", LastSuccess: t0.Add(time.Hour)}))
	_, looked, _ = s.AnswersSeen(background, id, t0)
	want(t, "by its source", looked, t0.Add(time.Hour))
	mustDo(t, s.SaveFollows(background, []mention.Follow{{Key: post(1).Key(), Source: "forum", Looked: t0.Add(2 * time.Hour), DueAt: t0}}))
	answers, looked, _ = s.AnswersSeen(background, id, t0.Add(2*time.Hour))
	want(t, "by its own visit", looked, t0.Add(2*time.Hour))
	want(t, "heard before", len(answers), 0)
}

// testAnswersToOthers: of what official authors say in the thread only what was published since
// then, and to nobody else, may be the answer.
func testAnswersToOthers(t *testing.T, open opener) {
	s := open(t)
	id := said(t, s, 1, nil)
	since := t0.Add(time.Hour)
	n := 20
	answer := func(change func(p *mention.Post)) {
		p := by(n, "Romashka Support")
		p.Published, p.ReplyTo = since, ""
		change(&p)
		ours := heard(p, "Romashka")
		ours.Mentions[0].Official = true
		in := intakeOf(ours)
		in.At = since.Add(time.Minute)
		ingest(t, s, in)
		n++
	}
	seen := func() int {
		answers, _, err := s.AnswersSeen(background, id, since)
		if err != nil {
			t.Fatal(err)
		}
		return len(answers)
	}
	complaint := post(1)
	for _, tt := range []struct {
		what   string
		change func(p *mention.Post)
		more   int
	}{
		{"of before", func(p *mention.Post) { p.Published = since.Add(-2 * time.Minute) }, 0},
		{"to somebody else", func(p *mention.Post) { p.ReplyTo = "another" }, 0},
		{"of the day before", func(p *mention.Post) { p.Published, p.DateOnly = since.Truncate(24*time.Hour).AddDate(0, 0, -3), true }, 0},
		{"to all", func(*mention.Post) {}, 1},
		{"by a clock that is late", func(p *mention.Post) { p.Published = since.Add(-30 * time.Second) }, 1},
		{"at no time", func(p *mention.Post) { p.Published = time.Time{} }, 1},
		{"of that day", func(p *mention.Post) { p.Published, p.DateOnly = since.Truncate(24*time.Hour), true }, 1},
		{"to the complaint", func(p *mention.Post) { p.ReplyTo = complaint.ID }, 1},
		{"to its address", func(p *mention.Post) { p.ReplyTo = complaint.URL }, 1},
	} {
		before := seen()
		answer(tt.change)
		want(t, tt.what, seen()-before, tt.more)
	}
}

// testAnswerTaken: an answer belongs to one reply of an account.
func testAnswerTaken(t *testing.T, open opener) {
	s := open(t)
	first, second := draftOf(said(t, s, 1, nil), "k1"), draftOf(said(t, s, 2, nil), "k2")
	for _, r := range []mention.SiteReply{first, second} {
		mustDo(t, s.AddReply(background, r))
	}
	moveReply(t, s, replyOf(t, s, first.MentionID, 1), func(r *mention.SiteReply) { r.Status, r.RemoteID, r.EndedAt = mention.ReplySent, "a1", t0 })
	stranger := second
	stranger.Account = "Somebody"
	for _, tt := range []struct {
		what  string
		r     mention.SiteReply
		id    string
		taken bool
	}{{"another's", second, "a1", true}, {"its own", first, "a1", false}, {"nobody's", second, "a2", false}, {"no id", second, "", false}, {"of another account", stranger, "a1", false}} {
		want(t, tt.what, must(s.AnswerTaken(background, tt.r, tt.id))(t), tt.taken)
	}
}

// testRepliesToOnePost: a post that two watches name has one place for an answer. Both cases show what
// holds it, each with its entries in the audit; what the site took holds it until the other
// case is opened again.
func testRepliesToOnePost(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka", "Bazar")))
	hers, his := mentionID(post(1), "Romashka"), mentionID(post(1), "Bazar")
	for _, id := range []mention.ID{hers, his} {
		must(s.BeginPosting(background, alertID(id), t0))(t)
		must(s.MarkPosted(background, alertID(id), "C", "1", 1))(t)
	}
	oneWins(t, mention.ErrReplyOpen, func(n int) error {
		return s.AddReply(background, draftOf([]mention.ID{hers, his}[n%2], string(rune('a'+n))))
	})
	r := replyOf(t, s, hers, 1)
	want(t, "what both show", replyOf(t, s, his, 1), r)
	want(t, "messages that do not show it", len(must(s.Outdated(background, 10))(t)), 2)
	if r.MentionID == his {
		hers, his = his, hers
	}
	try := func(id mention.ID, nth int) error {
		next := draftOf(id, "k"+string(id)+strings.Repeat("+", nth))
		next.Nth = nth
		return s.AddReply(background, next)
	}
	refused := func(what string, id mention.ID, nth int) {
		t.Helper()
		if err := try(id, nth); !errors.Is(err, mention.ErrReplyOpen) {
			t.Errorf("%s: %v", what, err)
		}
	}
	r = moveReply(t, s, r, func(r *mention.SiteReply) { r.Status, r.Attempts, r.FirstAt = mention.ReplySending, 1, t0 })
	refused("beside one that is being sent", his, 2)
	r = moveReply(t, s, r, func(r *mention.SiteReply) { r.Status, r.EndedAt = mention.ReplySent, t0.Add(time.Second) })
	refused("before its own case knows that it was sent", hers, 2)
	r = moveReply(t, s, r, func(r *mention.SiteReply) { r.Told = true })
	refused("over one that stands", his, 2)
	want(t, "the audit of the other", strings.Join(replyEvents(t, s, his), " "), "reply_written reply_sent")
	press := func(id mention.ID, v mention.Verb, at time.Duration) {
		t.Helper()
		must(act(s, id, mention.Action{Verb: v, By: person("ira"), At: t0.Add(at)}))(t)
	}
	press(hers, mention.Reply, time.Minute)
	want(t, "the post waits under the other watch", must(s.PostWaits(background, hers))(t), true)
	press(his, mention.Reply, time.Minute)
	want(t, "nobody waits", must(s.PostWaits(background, hers))(t), false)
	want(t, "nobody's word is doubted for it", unseenOf(t, s, his), true)
	want(t, "kept once", len(must(s.Kept(background, Subject{Author: post(1).Author}))(t).Replies), 1)
	press(his, mention.Reopen, 2*time.Minute)
	want(t, "it is no answer to what came later", unseenOf(t, s, his), false)
	must(s.Prune(background, Retention{Mentions: t0.Add(time.Hour)}))(t)
	want(t, "kept while one of the cases waits", len(must(s.RepliesOf(background, hers))(t)), 1)
	refused("the first one again", his, 1)
	if err := try(his, 2); err != nil {
		t.Errorf("opened again: %v", err)
	}
	refused("beside that of the other", hers, 3)
}

// testReviewsWithoutAnswers: many sites show reviews and not what was answered. That no answer is seen says
// something where one was seen before, and in a forum always.
func testReviewsWithoutAnswers(t *testing.T, open opener) {
	s := open(t)
	at := func(source string, kind mention.PostKind, id string, official bool) mention.ID {
		t.Helper()
		p := post(1)
		p.Source, p.Kind, p.ID, p.URL, p.Text = source, kind, id, "https://"+source+".example/"+id, p.Text+id
		in := intakeOf(heard(p, "Romashka"))
		in.Source = source
		if _, err := s.Ingest(background, in, func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
			list[0].Mention.Official = official
			return alertAll(ctx, tx, list)
		}); err != nil {
			t.Fatal(err)
		}
		return mentionID(p, "Romashka")
	}
	board, shop, other := at("board", mention.Forum, "1", false), at("shop", mention.Review, "1", false), at("other", mention.Review, "1", false)
	at("other", mention.Review, "2", true)
	for id, unseen := range map[mention.ID]bool{board: false, shop: true, other: false} {
		want(t, "need not be seen", unseenOf(t, s, id), unseen)
	}
	if plan := strings.Join(planOf(t, s, unseenQuery, string(shop)), "\n"); s.engine.name == "sqlite" && !strings.Contains(plan, "mentions_official") {
		t.Errorf("all mentions of a source are read:\n%s", plan)
	}
}
