package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestCountersAreNoEdit: the message is drawn anew and nothing is said; of praise too.
func TestCountersAreNoEdit(t *testing.T) {
	for _, score := range []float64{-0.5, 0.8} {
		r := rig.New(t, alerts.Rules{})
		var m mention.Mention
		for n := range 50 {
			m = rig.Said(rig.Review, "1", "Олена", fmt.Sprintf("%s %d людей вважають це корисним", rig.Refund, n), score)
			for i, a := range r.Poll(m) {
				if n > 0 || i > 0 {
					t.Errorf("poll %d: %s", n, a.Kind)
				}
			}
		}
		if _, c := r.State(m); c.Version != 50 {
			t.Errorf("version %d, want a redraw for each", c.Version)
		}
	}
}

// TestReadAnewIsNoEdit: texts are read otherwise after an update of earshot, or of the words and
// weights of one's own. A page that counts something then hands over old posts as edited; what
// they say is no news, neither for the worse nor for the better.
func TestReadAnewIsNoEdit(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	text := func(n int) string { return fmt.Sprintf("%s Корисно (%d)", rig.Refund, n) }
	old, quiet := rig.Said(rig.Review, "1", "Іван", text(1), 0.2), rig.Said(rig.Review, "2", "Олег", text(1)+" Так.", 0.2)
	r.PollBaseline(old)
	r.None(r.Poll(quiet))
	told := rig.Said(rig.Review, "3", "Олена", text(1)+" Жах.", -0.4)
	r.One(r.Poll(told), mention.Complaint)
	r.Do(told, mention.Action{Verb: mention.Reply, By: mention.Person{ID: "U1", Name: "Ira"}, At: r.Now})

	for n, score := range []float64{-0.8, 0.8} {
		for _, m := range []*mention.Mention{&old, &quiet, &told} {
			m.Post.Text = strings.Replace(m.Post.Text, fmt.Sprintf("(%d)", n+1), fmt.Sprintf("(%d)", n+2), 1)
			rig.Judge(m, score)
		}
		r.None(r.Poll(old, quiet, told))
	}
	if _, c := r.State(told); c.Status != mention.Replied {
		t.Errorf("what was answered is %s", c.Status)
	}
	// A word of its author is one.
	old.Post.Text += " Гроші не повернули."
	rig.Judge(&old, -0.8)
	r.One(r.Poll(old), mention.Complaint)
}

// TestTitleOfAThreadIsNoEdit: a list shows a comment under the title of its discussion, and the discussion shows it
// without. Its author wrote neither; the title of a review is his own.
func TestTitleOfAThreadIsNoEdit(t *testing.T) {
	for _, reply := range []bool{true, false} {
		r := rig.New(t, alerts.Rules{})
		m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.4)
		m.Post.IsReply = reply
		r.One(r.Poll(m), mention.Complaint)
		r.Do(m, mention.Action{Verb: mention.Reply, At: r.Now})
		m.Post.Title = "Карту заблокували, гроші зникли"
		rig.Judge(&m, -0.9)
		if got := r.Poll(m); (len(got) == 0) != reply {
			t.Errorf("reply %v: told %+v", reply, got)
		}
		if _, c := r.State(m); (c.Status == mention.Replied) != reply {
			t.Errorf("reply %v: the case is %s", reply, c.Status)
		}
	}
}

// TestReadOtherwiseIsNoEdit: what an earlier version read without the space between two words, or in pieces, was
// written by nobody since. Neither is it told again, nor is the case opened that was answered.
func TestReadOtherwiseIsNoEdit(t *testing.T) {
	for was, is := range map[string]string{
		"Місяць чекаюНічого":        "Місяць чекаю Нічого",
		"Anyone?Romashka keeps it":  "Anyone?\nRomashka keeps it",
		"Чекаю \ufffd\ufffd місяць": "Чекаю 😡 місяць",
	} {
		r := rig.New(t, alerts.Rules{})
		old, told := rig.Said(rig.Review, "1", "Іван", was+" Так.", 0.2), rig.Said(rig.Review, "2", "Олена", was, -0.4)
		r.PollBaseline(old)
		r.One(r.Poll(told), mention.Complaint)
		r.Do(told, mention.Action{Verb: mention.Reply, By: mention.Person{ID: "U1", Name: "Ira"}, At: r.Now})
		for _, m := range []*mention.Mention{&old, &told} {
			m.Post.Text = strings.Replace(m.Post.Text, was, is, 1)
			rig.Judge(m, -0.8)
		}
		r.None(r.Poll(old, told))
		if _, c := r.State(told); c.Status != mention.Replied {
			t.Errorf("%q: what was answered is %s", is, c.Status)
		}
	}
}

// TestLaidOutAnewIsNoEdit: a new layout puts other words around every post. Nobody is told, neither in
// the thread of an alert nor by a new one, and what is judged by such words does not count: the next
// real edit is measured by the verdict of before.
func TestLaidOutAnewIsNoEdit(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	praise, told := rig.Said(rig.Review, "1", "Іван", "Дякую за допомогу, все швидко.", 0.6), rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.4)
	closed := rig.Said(rig.Review, "3", "Олег", rig.Refund+" Уже місяць.", -0.4)
	r.None(r.Poll(praise))
	r.One(r.Poll(told), mention.Complaint)
	r.Poll(closed)
	r.Do(closed, mention.Action{Verb: mention.Reply, By: mention.Person{ID: "U1", Name: "Ira"}, At: r.Now})
	all := []*mention.Mention{&praise, &told, &closed}
	for _, m := range all {
		m.Post.Text += " Читайте також: у нас вкрали гроші, підтримка мовчить, жах!"
		rig.Judge(m, -0.9)
	}
	r.None(r.PollAnew(praise, told, closed))
	if m, c := r.State(told); m.Post.Text != told.Post.Text || c.Version == 1 {
		t.Errorf("it is not drawn anew: version %d, %q", c.Version, m.Post.Text)
	}
	if _, c := r.State(closed); c.Status != mention.Replied {
		t.Errorf("what was answered is %s", c.Status)
	}
	praise.Post.Text = "Дякую за допомогу, але гроші так і не повернули. Шахраї."
	rig.Judge(&praise, -0.8)
	r.One(r.Poll(praise), mention.Complaint)
}

// TestWordsThatWereHiddenAreJudged: a layout that was not understood left posts without their words.
// What came in that time is judged when they can be read, and what was told of before is drawn alone.
func TestWordsThatWereHiddenAreJudged(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	told := rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.4)
	praise := rig.Said(rig.Review, "2", "Іван", "Дякую за допомогу, все швидко.", 0.6)
	r.One(r.Poll(told), mention.Complaint)
	r.None(r.Poll(praise))
	words := map[string]string{"1": told.Post.Text, "2": praise.Post.Text, "3": "Гроші не повертають третій тиждень, шахраї."}
	hidden := rig.Said(rig.Review, "3", "Петро", "", 0)
	for _, m := range []*mention.Mention{&told, &praise, &hidden} {
		m.Post.Title, m.Post.Text = "Відгук", ""
		rig.Judge(m, 0)
	}
	r.None(r.PollAnew(told, praise))
	r.None(r.Poll(hidden))
	told.Post.Text, praise.Post.Text, hidden.Post.Text = words["1"], words["2"], words["3"]
	rig.Judge(&told, -0.4)
	rig.Judge(&praise, 0.6)
	rig.Judge(&hidden, -0.8)
	r.None(r.PollAnew(told, praise))
	r.One(r.PollAnew(hidden), mention.Complaint)
}

// TestRatingInTheWords: a number that the reading goes by is what the author says, and no counter:
// 10/10 that becomes 1/10 is a complaint. One that stood there before, and is read only now, is none.
func TestRatingInTheWords(t *testing.T) {
	said := func(m *mention.Mention, rating string, score float64) {
		m.Post.Text = "Банк Ромашка " + rating + ", користуюся щодня. Корисно (3)"
		m.Score.Why = []mention.Hit{{Text: rating, Rule: "rating"}}
		rig.Judge(m, score)
	}
	for _, better := range []string{"10/10", "11/10"} {
		r := rig.New(t, alerts.Rules{})
		m := rig.Said(rig.Review, "1", "Іван", "", 0)
		said(&m, better, 0.5)
		r.None(r.Poll(m))
		said(&m, "1/10", -0.6)
		r.One(r.Poll(m), mention.Complaint)
		said(&m, better, 0.5)
		a := r.One(r.Poll(m), mention.Changed)
		if d := alerts.ReadDetails(a.Payload); d.Change != alerts.Better {
			t.Errorf("%s again: %s", better, d.Change)
		}
	}
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Review, "1", "Іван", "", 0)
	said(&m, "1/10", 0.2)
	m.Score.Why = nil
	r.None(r.Poll(m))
	said(&m, "1/10", -0.6)
	m.Post.Text = strings.Replace(m.Post.Text, "(3)", "(4)", 1)
	r.None(r.Poll(m))
}

// TestPostThatChangesOften: one reply an hour, five in all, and the last one says so.
func TestPostThatChangesOften(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	var told []mention.Alert
	for n := range 12 * 12 { // a poll every five minutes
		m.Post.Text = rig.Refund + " Сьогодні в магазині: " + strings.Repeat(rig.Numbered(n%200)+" ", 6)
		told = append(told, r.Poll(m)...)
		r.Now = r.Now.Add(4 * time.Minute)
	}
	if len(told) != 5 {
		t.Fatalf("%d replies", len(told))
	}
	for i, a := range told {
		if i > 0 && a.CreatedAt.Sub(told[i-1].CreatedAt) < time.Hour {
			t.Errorf("reply %d after %s", i, a.CreatedAt.Sub(told[i-1].CreatedAt))
		}
		if often := alerts.ReadDetails(a.Payload).Often; often != (i == 4) {
			t.Errorf("reply %d: often %v", i, often)
		}
	}
	if stored, _ := r.State(m); stored.Post.Text != m.Post.Text {
		t.Error("the message does not show the words as they are")
	}
	m.Post.Deleted = true
	r.One(r.Poll(m), mention.Changed)
}

// TestStarsThatTheSiteDoesNotShow: a site that is drawn anew shows no stars for a while. Nobody took them back, and when they
// are there again nobody gave fewer.
func TestStarsThatTheSiteDoesNotShow(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	told, praise := rig.Said(rig.Review, "1", "Олена", "Чекаю на картку.", -0.6), rig.Said(rig.Review, "2", "Іван", "Карта не працює лише в Марсі.", 0.6)
	told.Post.Rating, praise.Post.Rating = &mention.Rating{Value: 1, Best: 5}, &mention.Rating{Value: 5, Best: 5}
	r.One(r.Poll(told, praise), mention.Complaint)
	r.Do(told, mention.Action{Verb: mention.Reply, At: r.Now})

	without := func(m mention.Mention, score float64) mention.Mention {
		m.Post.Rating = nil
		rig.Judge(&m, score)
		return m
	}
	r.None(r.Poll(without(told, 0.4), without(praise, -0.6)))
	if m, _ := r.State(told); m.Score.Value != -0.6 {
		t.Errorf("the score is %v", m.Score.Value)
	}
	r.None(r.Poll(told, praise))
	if _, c := r.State(told); c.Status != mention.Replied {
		t.Errorf("what was answered is %s", c.Status)
	}
	// Words that came with it are the author's.
	praise = without(praise, -0.7)
	praise.Post.Text += " Гроші не повертають, підтримка мовчить."
	r.One(r.Poll(praise), mention.Complaint)
}

// TestStarsThatComeLater: of a complaint the message shows them, and a post that is one by its stars alone is heard then.
func TestStarsThatComeLater(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	told, quiet := rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Review, "2", "Іван", "Ну таке.", 0.1)
	r.One(r.Poll(told, quiet), mention.Complaint)
	r.Do(told, mention.Action{Verb: mention.Reply, At: r.Now})
	for _, m := range []*mention.Mention{&told, &quiet} {
		m.Post.Rating = &mention.Rating{Value: 1, Best: 5}
		rig.Judge(m, -0.9)
	}
	if a := r.One(r.Poll(told, quiet), mention.Complaint); a.MentionID != rig.ID(quiet) {
		t.Errorf("told of %s", a.MentionID)
	}
	if m, c := r.State(told); c.Status != mention.Replied || m.Post.Rating.Stars() != 1 {
		t.Errorf("what was answered is %s, its stars %v", c.Status, m.Post.Rating.Stars())
	}
}

// TestTitleThatTheSiteDoesNotShow: the same of a title. When it is there again the thread says so, for it may be another one,
// and nobody is called.
func TestTitleThatTheSiteDoesNotShow(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	told := rig.Said(rig.Review, "1", "Олена", "Чекаю на картку, ніхто не відповідає.", -0.6)
	told.Post.Title = "Жах, а не банк"
	evidence := func(m mention.Mention, words string) []mention.Hit {
		at := strings.Index(m.Post.Body(), words)
		return []mention.Hit{{Start: at, End: at + len(words), Text: words, Rule: "silence", Weight: -3}}
	}
	told.Score.Why = evidence(told, "ніхто не відповідає")
	r.One(r.Poll(told), mention.Complaint)
	r.Do(told, mention.Action{Verb: mention.Reply, At: r.Now})
	bare := told
	bare.Post.Title = ""
	bare.Score.Why = evidence(bare, "ніхто не відповідає")
	rig.Judge(&bare, 0.3)
	r.None(r.Poll(bare))
	if now, _ := r.State(told); len(now.Score.Why) != 1 || now.Score.Why[0] != bare.Score.Why[0] {
		t.Errorf("its words are sought at %+v", now.Score.Why)
	}
	if a := r.One(r.Poll(told), mention.Changed); a.Notify != "" {
		t.Errorf("it calls %s", a.Notify)
	}
	if _, c := r.State(told); c.Status != mention.Replied {
		t.Errorf("what was answered is %s", c.Status)
	}
	// One word more of the text is the author's, also without the title.
	bare.Post.Text += " Іду до суду."
	r.Now = r.Now.Add(2 * time.Hour)
	r.One(r.Poll(bare), mention.Changed)
}
