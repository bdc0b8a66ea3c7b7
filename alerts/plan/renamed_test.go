package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestRenamedWatch: a watch is given another name, or a source another watch. What was told is
// not told again because a page counts something, what was old stays so, and what waits is
// closed by the answer that stands on the site.
func TestRenamedWatch(t *testing.T) {
	const renamed = "Romashka Bank"
	rules := func(watch string) alerts.Rules {
		return alerts.Rules{Otherwise: "#mentions", Watches: []string{watch}, Official: map[string][]string{watch: {"Romashka Support"}}}
	}
	r := rig.New(t, rules(rig.Bank))
	old := rig.Said(rig.Forum, "0", "Іван", rig.Rude, -0.6)
	r.PollBaseline(old)
	told := rig.Said(rig.Forum, "1", "Олена", rig.Refund+" (3)", -0.6)
	first := r.One(r.Poll(told), mention.Complaint)

	r.Planner.Use(rules(renamed))
	now := func(m mention.Mention, text string) mention.Mention {
		m.Watch, m.Post.Text = renamed, text
		return m
	}
	r.None(r.Poll(now(told, rig.Refund+" (4)"), now(old, rig.Rude+" 12")))
	r.None(r.Poll(now(told, rig.Refund+" (5)"), now(old, rig.Rude+" 13")))
	if m, c := r.State(now(told, "")); c.Status != mention.Quiet || !strings.HasSuffix(m.Post.Text, " (5)") {
		t.Errorf("under the new name: %s %q", c.Status, m.Post.Text)
	}

	answer := now(rig.Said(rig.Forum, "2", "Romashka Support", "", 0.2), "Олено, перепрошуємо, гроші вже в дорозі.")
	a := r.One(r.Poll(answer), mention.Changed)
	if d := alerts.ReadDetails(a.Payload); d.Change != alerts.Answered || a.ThreadOf != first.ID {
		t.Errorf("told %+v", a)
	}
	if _, c := r.State(told); c.Status != mention.Replied || !c.AnswerVerified {
		t.Errorf("answered on the site: %+v", c)
	}
	gone := answer
	gone.Post.Deleted = true
	r.One(r.Poll(gone), mention.Changed)
	if _, c := r.State(told); c.Status != mention.Open {
		t.Errorf("without the answer: %+v", c)
	}
	// Words are news whatever the watch is called.
	worse := now(old, rig.Rude+" А ще не повертають гроші, третій тиждень обіцяють, це шахраї.")
	rig.Judge(&worse, -0.9)
	r.One(r.Poll(worse), mention.Complaint)
}

// TestEditedAfterARename: a complaint that was told under the former name of a watch, or before
// that was taken apart, stays the one complaint it is when its author edits it.
func TestEditedAfterARename(t *testing.T) {
	const cards, app = "Romashka Cards", "Romashka App"
	r := rig.New(t, alerts.Rules{Otherwise: "#mentions", Watches: []string{rig.Bank}})
	said := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	first := r.One(r.Poll(said), mention.Complaint)

	r.Planner.Use(alerts.Rules{Otherwise: "#mentions", Watches: []string{cards, app}})
	read := func(text string, score float64) []mention.Mention {
		said.Post.Text = text
		var out []mention.Mention
		for _, watch := range []string{cards, app} {
			m := said
			m.Watch = watch
			rig.Judge(&m, score)
			out = append(out, m)
		}
		return out
	}
	more := rig.Refund + " А ще вчора годину чекала на лінії, і ніхто не відповів."
	a := r.One(r.PollPost(read(more, -0.6)...), mention.Changed)
	if d := alerts.ReadDetails(a.Payload); d.Change != alerts.Edited || a.ThreadOf != first.ID {
		t.Errorf("edited: %+v", a)
	}
	r.Now = r.Now.Add(2 * time.Hour)
	a = r.One(r.PollPost(read(more+" Це шахраї, іду до суду.", -0.9)...), mention.Changed)
	if d := alerts.ReadDetails(a.Payload); d.Change != alerts.Worse || a.ThreadOf != first.ID {
		t.Errorf("worse: %+v %+v", d, a)
	}
	for _, m := range read("", -0.9) {
		if _, c := r.State(m); c.Status != mention.Quiet {
			t.Errorf("under %s: %s", m.Watch, c.Status)
		}
	}
	// Another post is told under the names that there are.
	said = rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.6)
	if got := r.PollPost(read(rig.Rude, -0.6)...); len(got) != 2 {
		t.Errorf("another post: %+v", got)
	}
}

// TestEditedBesideAWatchThatIsGone: of two watches that a post names one is taken out for a week.
// What is said of the other is told, whether it was named from the beginning or is only now.
func TestEditedBesideAWatchThatIsGone(t *testing.T) {
	const tea, shop = "Romashka Tea", "Romashka Shop"
	r := rig.New(t, alerts.Rules{Otherwise: "#mentions", Watches: []string{rig.Bank, tea, shop}})
	bank := rig.Said(rig.Forum, "1", "Олена", rig.Refund+" Чай смачний.", -0.6)
	other := func(watch, name string, score float64) mention.Mention {
		m := bank
		m.Watch, m.Spans = watch, []mention.Span{{Text: name, Term: name}}
		rig.Judge(&m, score)
		return m
	}
	r.One(r.PollPost(bank, other(tea, "Чай", 0.8)), mention.Complaint)
	r.Planner.Use(alerts.Rules{Otherwise: "#mentions", Watches: []string{tea, shop}})
	bank.Post.Text = rig.Refund + " Чай виявився з пліснявою, отруїлися всі, жах. І в крамниці нахамили."
	told := 0
	for _, a := range r.PollPost(other(tea, "Чай", -0.8), other(shop, "крамниці", -0.8)) {
		if a.Kind == mention.Complaint {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d complaints about the others", told)
	}
}

// TestNamedByANumber: a number may be what names the watch.
func TestNamedByANumber(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", "Ромашка 3: "+rig.Refund, -0.6)
	m.Watch = "Ромашка 3"
	r.Poll(m)
	m.Watch, m.Post.Text = "Ромашка 4", "Ромашка 4: "+rig.Refund
	m.Spans = []mention.Span{{Text: "Ромашка 4", Term: "Ромашка 4"}}
	r.One(r.Poll(m), mention.Complaint)
}

// TestAnotherWatchAnswers: an official author of one watch answers for no other.
func TestAnotherWatchAnswers(t *testing.T) {
	const tea = "Ромашка Чай"
	r := rig.New(t, alerts.Rules{Watches: []string{rig.Bank, tea}, Official: map[string][]string{tea: {"Tea Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	answer := rig.Said(rig.Forum, "2", "Tea Support", "Наш чай тут ні до чого.", 0.2)
	answer.Watch = tea
	r.None(r.Poll(answer))
	if _, c := r.State(m); c.Status != mention.Open {
		t.Errorf("%+v", c)
	}
}
