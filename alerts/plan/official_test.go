package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
)

// TestOwnAnswer: what the site itself says the company wrote needs no name, and the watchlist need not
// know one; it answers the post that it stands under, and nothing under another watch.
func TestOwnAnswer(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	other := rig.Said(rig.Forum, "2", "Петро", "Другий місяць чекаємо на картку, відділення мовчить.", -0.6)
	m.Post.Kind, other.Post.Kind = mention.Review, mention.Review
	m.Post.Published = rig.Noon.Add(-time.Hour)
	r.Poll(m, other)
	r.Now = rig.Noon.Add(10 * time.Minute)
	answer := rig.Said(rig.Forum, "1/answer", "", "Олено, вибачте, що кошти так довго не повертали.", -0.6) // who apologises names what went wrong
	answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own, answer.Post.Published = mention.Review, "1", true, rig.Noon.Add(5*time.Minute)
	if got := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); got.Change != alerts.Answered || got.By != rig.Bank || got.Negative {
		t.Errorf("told %+v", got)
	}
	if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified || c.RepliedBy != rig.Bank || !c.RepliedAt.Equal(answer.Post.Published) {
		t.Errorf("case %+v", c)
	}
	if _, c := r.State(other); c.Status != mention.Open {
		t.Errorf("another review is %s", c.Status)
	}
	gone := answer
	gone.Post.Deleted = true
	if got := alerts.ReadDetails(r.One(r.Poll(gone), mention.Changed).Payload); got.Change != alerts.Withdrawn || got.By != rig.Bank {
		t.Errorf("told %+v", got)
	}
	planner := plan.NewPlanner(alerts.Rules{Official: map[string][]string{"Somebody else": {"Somebody"}}})
	if got := planner.OfficialFor(answer.Post); len(got) > 0 {
		t.Errorf("it speaks for %q, which it does not name", got)
	}
	answer.Post.Author = "Somebody"
	if got := planner.OfficialFor(answer.Post); len(got) != 1 {
		t.Errorf("signed by an official author it speaks for %q", got)
	}
}

// TestOwnAnswerOfBefore: a store shows a review that was changed beside what its owner said to the words before.
// That answers nothing, until the owner changes it, too.
func TestOwnAnswerOfBefore(t *testing.T) {
	for name, change := range map[string]func(p *mention.Post){
		"published again": func(p *mention.Post) { p.Published = rig.Noon.Add(-time.Hour) },
		"edited":          func(p *mention.Post) { p.Published, p.Edited = rig.Noon.Add(-90*time.Hour), rig.Noon.Add(-time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Kind = mention.Review
			change(&m.Post)
			answer := rig.Said(rig.Forum, "1/answer", "", "Дякуємо за гарну оцінку!", 0.5)
			answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own, answer.Post.Published = mention.Review, "1", true, rig.Noon.Add(-80*time.Hour)
			r.One(r.Poll(m, answer), mention.Complaint)
			if _, c := r.State(m); c.Status != mention.Open {
				t.Errorf("the case is %s", c.Status)
			}
			answer.Post.Text, answer.Post.Published = "Олено, кошти вже в дорозі.", rig.Noon.Add(10*time.Minute)
			r.Now = rig.Noon.Add(20 * time.Minute)
			r.Poll(answer)
			if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified {
				t.Errorf("after the new answer the case is %s", c.Status)
			}
		})
	}
}

// TestOwnAnswerBeforeAnEdit: the answer and an edit after it come with one poll. Where the edit is for the worse the
// answer is to the words before, also where a site that tells no edits moves the day of the review; else it is to these.
func TestOwnAnswerBeforeAnEdit(t *testing.T) {
	at := rig.Noon.Add(20 * time.Minute)
	for site, move := range map[string]func(p *mention.Post){
		"tells edits":     func(p *mention.Post) { p.Edited = at },
		"moves its dates": func(p *mention.Post) { p.Published = at },
	} {
		for said, c := range map[string]struct {
			score mention.Score
			want  mention.Status
		}{
			" Оновлення: відповіли, дякую.":                              {mention.Score{Value: 0.3, Complaint: 0.1, Label: mention.Positive}, mention.Replied},
			" Оновлення: брешуть, нічого не повернули, справжні шахраї.": {mention.Score{Value: -0.95, Complaint: 0.99, Label: mention.Negative}, mention.Open},
		} {
			t.Run(site+said, func(t *testing.T) {
				r := rig.New(t, alerts.Rules{})
				m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
				m.Post.Kind, m.Post.Published = mention.Review, rig.Noon.Add(-time.Hour)
				r.Poll(m)
				r.Now = rig.Noon.Add(time.Hour)
				answer := rig.Said(rig.Forum, "1/answer", "", "Олено, кошти вже в дорозі.", 0.1)
				answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own, answer.Post.Published = mention.Review, "1", true, rig.Noon.Add(5*time.Minute)
				m.Post.Text, m.Score = m.Post.Text+said, c.score
				move(&m.Post)
				r.Poll(m, answer)
				if _, got := r.State(m); got.Status != c.want {
					t.Errorf("the case is %s, want %s", got.Status, c.want)
				}
			})
		}
	}
}

// TestOwnAnswerSeenLate: an update of earshot, or a key that was given later, shows the owner's answers of months at
// once. Of what people closed a day ago and more they are noted, and nothing is said in as many threads.
func TestOwnAnswerSeenLate(t *testing.T) {
	for name, one := range map[string]struct {
		seen   time.Duration // after people closed it
		at     time.Time     // of the answer; zero where the site gives none
		closed bool
		told   int
	}{
		"days later":            {72 * time.Hour, rig.Noon.Add(10 * time.Minute), true, 0},
		"days later, undated":   {72 * time.Hour, time.Time{}, true, 0},
		"within the hour":       {time.Hour, rig.Noon.Add(10 * time.Minute), true, 1},
		"of what is open still": {72 * time.Hour, rig.Noon.Add(10 * time.Minute), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Kind, m.Post.Published = mention.Review, rig.Noon.Add(-time.Hour)
			r.One(r.Poll(m), mention.Complaint)
			r.Now = rig.Noon.Add(15 * time.Minute)
			if one.closed {
				r.Do(m, mention.Action{Verb: mention.Reply, At: r.Now})
			}
			r.Now = r.Now.Add(one.seen)
			answer := rig.Said(rig.Forum, "1/answer", "", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own, answer.Post.Published = mention.Review, "1", true, one.at
			if got := r.Poll(answer); len(got) != one.told {
				t.Errorf("%d told, want %d: %+v", len(got), one.told, got)
			}
			_, c := r.State(m)
			if c.Status != mention.Replied || !c.AnswerVerified {
				t.Errorf("case %+v", c)
			}
			if waited := c.RepliedAt.Sub(rig.Noon); waited > 15*time.Minute {
				t.Errorf("its author waited %s", waited)
			}
		})
	}
}

// TestWhoAnswered: a name alone closes nothing where anybody may take it; an account
// does.
func TestWhoAnswered(t *testing.T) {
	bare := alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}}
	with := func(address string) alerts.Rules {
		r := bare
		r.Profiles = map[string][]alerts.Profile{rig.Bank: {{Name: "Romashka Support", Address: address}}}
		return r
	}
	written := func(names ...string) alerts.Rules {
		return alerts.Rules{Official: map[string][]string{rig.Bank: names}}
	}
	const account, free = "https://site.example/user/77", mention.Forum + " where names are free"
	cases := []struct {
		name    string
		rules   alerts.Rules
		kind    mention.PostKind
		author  string
		profile string
		change  alerts.Change // of the reply in the thread; "" for none
		status  mention.Status
	}{
		{"a forum's account", bare, mention.Forum, "@ROMASHKA  support", "", alerts.Answered, mention.Replied},
		{"a forum that marks the direction of names", bare, mention.Forum, "\u200eRomashka Support\u200e", "", alerts.Answered, mention.Replied},
		{"another account of a forum, which only looks the same", bare, mention.Forum, "Romash\u00adka Support", "", alerts.NamesakeAnswered, mention.Open},
		{"the sign of a Kelvin for a K", bare, mention.Forum, "Romash\u212aa Support", "", alerts.NamesakeAnswered, mention.Open},
		{"a letter in two characters", written("Подружкой"), mention.Forum, "Подружкои\u0306", "", alerts.NamesakeAnswered, mention.Open},
		{"another apostrophe", written("М'ята"), mention.Forum, "М’ята", "", alerts.NamesakeAnswered, mention.Open},
		{"the apostrophe of the watchlist", written("Інша", "М’ята"), mention.Forum, "м’ята", "", alerts.Answered, mention.Replied},
		{"a comment", bare, mention.Comment, "@ROMASHKA  support", "", alerts.NamesakeAnswered, mention.Open},
		{"a review", bare, mention.Review, "Romashka Support", "", alerts.NamesakeAnswered, mention.Open},
		{"a network", bare, mention.Social, "Romashka Support", account, alerts.NamesakeAnswered, mention.Open},
		{"the account in a network", with(account), mention.Social, "Romashka Support", account + "/", alerts.Answered, mention.Replied},
		{"the account under another name", with(account), mention.Comment, "Оля з Ромашки", account, alerts.Answered, mention.Replied},
		{"the handle", with("@romashka"), mention.Social, "Romashka Support", "https://social.example/@Romashka", alerts.Answered, mention.Replied},
		{"another handle", with("@romashka"), mention.Social, "Romashka Support", "https://social.example/@romashka1", alerts.NamesakeAnswered, mention.Open},
		{"the handle at another server of the network", with("@romashka"), mention.Social, "romashka@evil.example", "https://evil.example/@romashka", "", mention.Open},
		{"the handle with its server", with("@romashka@social.example"), mention.Social, "romashka@social.example", "https://social.example/@romashka", alerts.Answered, mention.Replied},
		{"the handle with another server", with("@romashka@social.example"), mention.Social, "romashka@evil.example", "https://evil.example/@romashka", "", mention.Open},
		{"another account of the name in a forum", with(account), mention.Forum, "Romashka Support", "https://site.example/user/78", alerts.NamesakeAnswered, mention.Open},
		{"no account seen in a forum", with(account), mention.Forum, "Romashka Support", "", alerts.NamesakeAnswered, mention.Open},
		{"a forum where anybody may have any name", bare, free, "Romashka Support", "https://site.example/user/78", alerts.NamesakeAnswered, mention.Open},
		{"the account in such a forum", with(account), free, "Romashka Support", account, alerts.Answered, mention.Replied},
		{"somebody", bare, mention.Comment, "Петро", "", "", mention.Open},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, c.rules)
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			first := r.One(r.Poll(m), mention.Complaint)
			answer := func(id string) mention.Mention {
				a := rig.Said(rig.Forum, id, c.author, "Олено, напишіть нам номер замовлення, будь ласка.", 0.3)
				a.Post.Kind, a.Post.AuthorURL, a.Post.ReplyTo = c.kind, c.profile, "1"
				if c.kind == free {
					a.Post.Kind, a.Post.FreeName = mention.Forum, true
				}
				return a
			}
			got := r.Poll(answer("2"))
			if c.change == "" {
				r.None(got)
			} else if a := r.One(got, mention.Changed); alerts.ReadDetails(a.Payload).Change != c.change || a.ThreadOf != first.ID {
				t.Errorf("told %+v", alerts.ReadDetails(a.Payload))
			}
			if _, k := r.State(m); k.Status != c.status || k.AnswerVerified != (c.status == mention.Replied) {
				t.Errorf("case %+v", k)
			}
			r.None(r.Poll(answer("3"))) // one name asks once
		})
	}
}

// TestImpostor: who takes the company's name and answers with a complaint of his own
// closes nothing and is heard.
func TestImpostor(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	mock := rig.Said(rig.Forum, "2", "Romashka Support", "Ха, грошей вам ніхто не поверне, злодії вони всі.", -0.8)
	mock.Post.Kind = mention.Comment
	a := r.One(r.Poll(mock), mention.Changed)
	if f := alerts.ReadDetails(a.Payload); f.Change != alerts.NamesakeAnswered || !f.Negative {
		t.Errorf("%+v", f)
	}
	text := alerts.Message{Alert: a, Mention: m, Details: alerts.ReadDetails(a.Payload)}.News()
	if !strings.Contains(text, "An official name answered") || !strings.Contains(text, "reads like a complaint") {
		t.Errorf("said %q", text)
	}
	// One name asks once; a complaint under it is another one.
	again := mock
	again.Post.ID, again.Post.URL, again.Post.Text = "4", "https://forum.example/p/4", "Ромашка Банк украв у мене всі гроші, подаю на них до суду."
	if f := alerts.ReadDetails(r.One(r.Poll(again), mention.Changed).Payload); f.Change != alerts.NamesakeAnswered || f.Text != again.Post.Text {
		t.Errorf("%+v", f)
	}
	r.None(r.Poll(again))
	alone := mock
	alone.Post.Text = "Брешуть у цьому банку всі, від оператора до директора."
	alone.Post.ID, alone.Post.URL, alone.Post.ThreadURL = "3", "https://forum.example/p/3", "https://forum.example/t/9"
	r.One(r.Poll(alone), mention.Complaint)
}

// TestPersonAndNameConfirmEachOther: staff said that the answer stands, and then an
// answer under the official name is seen.
func TestPersonAndNameConfirmEachOther(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	r.Do(m, mention.Action{Verb: mention.Reply})
	answer := rig.Said(rig.Forum, "2", "Romashka Support", "Олено, вибачте, гроші вже в дорозі.", 0.3)
	answer.Post.Kind = mention.Comment
	if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != alerts.Answered {
		t.Errorf("%+v", f)
	}
	if _, c := r.State(m); !c.AnswerVerified {
		t.Errorf("case %+v", c)
	}
	answer.Post.Deleted, answer.Post.Text = true, ""
	if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != alerts.Withdrawn || !f.Reopened {
		t.Errorf("gone again: %+v", f)
	}

	// A person says again that it is answered, and another post under the name confirms it.
	r.Now = r.Now.Add(time.Minute)
	r.Do(m, mention.Action{Verb: mention.Reply})
	answer.Post.ID, answer.Post.Deleted, answer.Post.Text, answer.Post.Published = "3", false, "Олено, вибачте ще раз: гроші вже у вас.", r.Now
	if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != alerts.Answered {
		t.Errorf("answered again: %+v", f)
	}
}

// TestNameAndWordsConfirmEachOther: what earshot sent itself and now stands under the official name
// closes the case, also while nobody knows yet whether it arrived; other words of that name do not, nor
// does what was never sent.
func TestNameAndWordsConfirmEachOther(t *testing.T) {
	const words = "Олено, <вибачте> & 🙏: гроші вже в дорозі."
	for _, c := range []struct {
		name, seen string
		sent       bool
		change     alerts.Change
		verified   bool
	}{
		{"as it was sent", words, true, alerts.Answered, true},
		{"as the site shows it", "олено, «вибачте» 🙏 гроші вже в дорозі", true, alerts.Answered, true},
		{"other words", "Олено, вибачте.", true, alerts.NamesakeAnswered, false},
		{"a draft that was not sent", words, false, alerts.NamesakeAnswered, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(m)
			draft := mention.SiteReply{ID: "K1", MentionID: rig.ID(m), Nth: 1, Status: mention.ReplyDraft, Account: "support", Text: words, By: mention.Person{ID: "slack:U1"}, MadeAt: r.Now, ApprovedAt: r.Now}
			if err := r.Store.AddReply(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
			if c.sent {
				sending := draft
				sending.Status, sending.Attempts, sending.FirstAt, sending.SendingAt = mention.ReplySending, 1, r.Now, r.Now
				if ok, err := r.Store.ChangeReply(t.Context(), draft, sending, mention.Person{}); err != nil || !ok {
					t.Fatal(ok, err)
				}
			}
			answer := rig.Said(rig.Forum, "2", "Romashka Support", c.seen, -0.6)
			answer.Post.Kind, answer.Post.ReplyTo = mention.Comment, "1"
			if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != c.change {
				t.Errorf("told %+v", f)
			}
			if _, k := r.State(m); k.AnswerVerified != c.verified {
				t.Errorf("case %+v", k)
			}
			seen, _, err := r.Store.AnswersSeen(t.Context(), rig.ID(m), r.Now.Add(-2*time.Minute))
			if err != nil || (len(seen) == 1) != c.verified {
				t.Errorf("answers seen: %+v, %v", seen, err)
			}
		})
	}
}

// TestCopyOfOwnAnswer: what earshot sent stands on the site once for each time it was sent. Who takes
// the name and says it again closes nothing.
func TestCopyOfOwnAnswer(t *testing.T) {
	const words = "Олено, вибачте, гроші вже в дорозі."
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	say := func(id, author, text string) mention.Mention {
		m := rig.Said(rig.Forum, id, author, text, -0.6)
		m.Post.Kind, m.Post.Published = mention.Comment, r.Now
		return m
	}
	send := func(key string, nth int, to mention.Mention) {
		t.Helper()
		draft := mention.SiteReply{ID: key, MentionID: rig.ID(to), Nth: nth, Status: mention.ReplyDraft, Account: "support", Text: words, By: mention.Person{ID: "slack:U1"}, MadeAt: r.Now, ApprovedAt: r.Now}
		sending := draft
		sending.Status, sending.Attempts, sending.FirstAt, sending.SendingAt = mention.ReplySending, 1, r.Now, r.Now
		if err := r.Store.AddReply(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		if ok, err := r.Store.ChangeReply(t.Context(), draft, sending, mention.Person{}); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	answered := func(m mention.Mention, want bool) {
		t.Helper()
		if _, c := r.State(m); c.AnswerVerified != want {
			t.Errorf("%s: %+v", m.Post.Author, c)
		}
	}
	olena := say("1", "Олена", rig.Refund)
	r.Poll(olena)
	send("K1", 1, olena)
	r.Poll(say("2", "Romashka Support", words))
	answered(olena, true)

	petro := say("3", "Петро", "Замкнули картку за кордоном, оператор кидає слухавку вже третю годину, жах.")
	r.Poll(petro)
	if f := alerts.ReadDetails(r.One(r.Poll(say("4", "Romashka Support", "Олено, вибачте: гроші вже в дорозі!")), mention.Changed).Payload); f.Change != alerts.NamesakeAnswered {
		t.Errorf("told %+v", f)
	}
	answered(petro, false)

	send("K2", 1, petro) // and now it is ours
	r.Poll(say("5", "Romashka Support", "«Олено, вибачте, гроші вже в дорозі»"))
	answered(petro, true)
	r.None(r.Poll(say("6", "Romashka Support", "Олено: вибачте; гроші вже в дорозі…"))) // nothing waits: it is no complaint either
}

// TestOwnAnswerEdited: what earshot sent stays one's own when somebody of the company edits it on the
// site: it is no complaint, and when it is gone what it answered is open again.
func TestOwnAnswerEdited(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	draft := mention.SiteReply{ID: "K1", MentionID: rig.ID(m), Nth: 1, Status: mention.ReplyDraft, Account: "support", Text: "Олено, вибачте, усе владнаємо.", MadeAt: r.Now, ApprovedAt: r.Now}
	sending := draft
	sending.Status, sending.Attempts, sending.FirstAt, sending.SendingAt = mention.ReplySending, 1, r.Now, r.Now
	if err := r.Store.AddReply(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	if ok, err := r.Store.ChangeReply(t.Context(), draft, sending, mention.Person{}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	answer := rig.Said(rig.Forum, "2", "Romashka Support", draft.Text, 0.2)
	answer.Post.Kind, answer.Post.ReplyTo = mention.Comment, "1"
	r.One(r.Poll(answer), mention.Changed)
	answer.Post.Text, answer.Score = "Олено, прикро, що Ромашка Банк вас обдурив: гроші не повернули через збій, це жахливо.", rig.Said(rig.Forum, "2", "", "", -0.9).Score
	r.None(r.Poll(answer))
	if is, _ := r.State(answer); !is.Official {
		t.Error("it is not one's own any more")
	}
	answer.Post.Deleted, answer.Post.Text = true, ""
	if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != alerts.Withdrawn || !f.Reopened {
		t.Errorf("told %+v", f)
	}
	if _, c := r.State(m); c.Status != mention.Open {
		t.Errorf("case %+v", c)
	}
}

func TestOfficialAnswer(t *testing.T) {
	rules := alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}}
	answer := func(id string) mention.Mention {
		m := rig.Said(rig.Forum, id, " romashka  support", "Олено, вибачте за ганебну ситуацію, кошти вже в дорозі.", -0.9)
		m.Post.Published = rig.Noon.Add(90 * time.Second)
		return m
	}
	t.Run("in the thread", func(t *testing.T) {
		r := rig.New(t, rules)
		m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		m.Post.Published = rig.Noon.Add(-time.Minute)
		later := rig.Said(rig.Forum, "2", "Петро", rig.Rude, -0.6)
		later.Post.Published = rig.Noon.Add(10 * time.Minute)
		first := r.Poll(m, later)[0]
		r.Do(m, mention.Action{Verb: mention.Claim})
		r.Now = rig.Noon.Add(15 * time.Minute)
		a := r.One(r.Poll(answer("3")), mention.Changed)
		if f := alerts.ReadDetails(a.Payload); f.Change != alerts.Answered || a.ThreadOf != first.ID || f.Link == "" {
			t.Errorf("%+v under %q", f, a.ThreadOf)
		}
		_, c := r.State(m)
		if c.Status != mention.Replied || !c.AnswerVerified || !c.RepliedAt.Equal(rig.Noon.Add(90*time.Second)) || c.Owner.Name != "Ira" {
			t.Errorf("case %+v", c)
		}
		if _, c := r.State(later); c.Status != mention.Open {
			t.Errorf("a complaint after the answer is %s", c.Status)
		}
		r.None(r.Poll(answer("4"))) // once is enough
	})
	t.Run("to one post", func(t *testing.T) {
		r := rig.New(t, rules)
		one, two := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Forum, "2", "Петро", rig.Rude, -0.6)
		r.Poll(one, two)
		reply := answer("3")
		reply.Post.ReplyTo = two.Post.URL
		r.One(r.Poll(reply), mention.Changed)
		if _, c := r.State(one); c.Status != mention.Open {
			t.Errorf("the other complaint is %s", c.Status)
		}
		if _, c := r.State(two); c.Status != mention.Replied {
			t.Errorf("the answered complaint is %s", c.Status)
		}
	})
	t.Run("in one poll", func(t *testing.T) {
		r := rig.New(t, rules)
		m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		got := r.Poll(answer("3"), m)
		if len(got) != 2 {
			t.Fatalf("alerts %+v", got)
		}
		if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified {
			t.Errorf("case %+v", c)
		}
	})
	t.Run("of interest without naming the watch", func(t *testing.T) {
		p := plan.NewPlanner(rules)
		if got := p.OfficialFor(answer("3").Post); len(got) != 1 || got[0] != rig.Bank {
			t.Errorf("official for %v", got)
		}
	})
}
