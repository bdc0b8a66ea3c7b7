package alerts_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	bank   = "Ромашка Банк"
	forum  = "forum.example"
	review = "reviews.example"
	refund = "Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. Більше ні ногою."
	rude   = "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий, ніхто не вибачився."
)

// noon is a Sunday.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// room is a planner on a real store, at a time that the test moves.
type room struct {
	t       *testing.T
	store   *store.Store
	planner *alerts.Planner
	now     time.Time
}

func newRoom(t *testing.T, rules alerts.Rules) *room {
	t.Helper()
	if rules.Otherwise == "" {
		rules.Otherwise = "#mentions"
	}
	r := &room{t: t, planner: alerts.NewPlanner(rules), now: noon}
	var err error
	r.store, err = store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db"), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	return r
}

// said is a post with its score, as the ears hand it over.
func said(source, id, author, text string, score float64) mention.Mention {
	return mention.Mention{Watch: bank, Post: mention.Post{Source: source, Kind: mention.Forum, ID: id, URL: "https://" + source + "/p/" + id,
		ThreadURL: "https://" + source + "/t/1", Author: author, Text: text}, Score: mention.Score{Value: score, Lang: "uk"}}
}

// poll commits posts as one poll and returns the alerts that came of it.
func (r *room) poll(all ...mention.Mention) []mention.Alert {
	r.t.Helper()
	return r.intake(false, all...)
}

func (r *room) intake(baseline bool, all ...mention.Mention) []mention.Alert {
	r.t.Helper()
	in := mention.Intake{Source: all[0].Post.Source, At: r.now, Baseline: baseline, Complete: true}
	for _, m := range all {
		in.Found = append(in.Found, mention.Found{Post: m.Post, Mentions: []mention.Mention{m}})
	}
	receipt, err := r.store.Ingest(context.Background(), in, func(ctx context.Context, tx *store.Tx, drafts []*mention.Draft) error {
		return r.planner.Plan(ctx, tx, r.now, drafts)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.now = r.now.Add(time.Minute)
	var out []mention.Alert
	for _, id := range receipt.Alerts {
		a, ok, err := r.store.Alert(context.Background(), id)
		if err != nil || !ok {
			r.t.Fatalf("alert %s: %v %v", id, ok, err)
		}
		out = append(out, a)
	}
	return out
}

func id(m mention.Mention) mention.ID { return mention.MentionID(m.Post.Key(), m.Watch) }

func (r *room) state(m mention.Mention) (mention.Mention, mention.Case) {
	r.t.Helper()
	stored, c, err := r.store.Mention(context.Background(), id(m))
	if err != nil {
		r.t.Fatal(err)
	}
	return stored, c
}

func (r *room) do(m mention.Mention, a mention.Action) {
	r.t.Helper()
	a.By = mention.Person{ID: "slack:U1", Name: "Ira"}
	desk := alerts.NewDesk(r.store, func() time.Time { return r.now }, func() {})
	if _, err := desk.Do(context.Background(), id(m), a); err != nil {
		r.t.Fatal(err)
	}
}

// one is the only alert, of this kind.
func (r *room) one(got []mention.Alert, kind mention.AlertKind) mention.Alert {
	r.t.Helper()
	if len(got) != 1 || got[0].Kind != kind {
		r.t.Fatalf("alerts %+v, want one %s", got, kind)
	}
	return got[0]
}

func (r *room) none(got []mention.Alert) {
	r.t.Helper()
	if len(got) != 0 {
		r.t.Fatalf("alerts %+v, want none", got)
	}
}

func TestWhatIsAlerted(t *testing.T) {
	cases := []struct {
		name  string
		kind  mention.PostKind
		score float64
		want  bool
	}{
		{"praise", mention.Review, 0.7, false},
		{"neutral", mention.Forum, 0, false},
		{"mild in a forum", mention.Forum, -0.15, false},
		{"mild in a review", mention.Review, -0.15, true},
		{"news of the day", mention.News, -0.3, false},
		{"bad news", mention.News, -0.5, true},
		{"at the threshold", mention.Forum, -0.2, true},
		{"own threshold", mention.Social, -0.45, false},
		{"unknown kind", "x", -0.2, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRoom(t, alerts.Rules{AlertBelow: map[mention.PostKind]float64{mention.Social: -0.5}})
			m := said(forum, "1", "Олена", refund, c.score)
			m.Post.Kind = c.kind
			if got := r.poll(m); (len(got) == 1) != c.want {
				t.Errorf("alerts %+v, want %v", got, c.want)
			}
			_, k := r.state(m)
			if (k.Status == mention.Open) != c.want {
				t.Errorf("case is %s", k.Status)
			}
		})
	}
}

func TestBaselineIsRecordedOnly(t *testing.T) {
	r := newRoom(t, alerts.Rules{})
	m := said(forum, "1", "Олена", refund, -0.8)
	r.none(r.intake(true, m))
	if _, c := r.state(m); c.Status != mention.Quiet {
		t.Errorf("case is %s", c.Status)
	}
	// A word changed in an old complaint is no news; a much angrier text is.
	m.Post.Text += " Ще раз."
	r.none(r.poll(m))
	m.Post.Text += " Шахраї!"
	m.Score.Value = -1
	r.one(r.poll(m), mention.Complaint)
}

func TestSeverity(t *testing.T) {
	cases := []struct {
		name   string
		change func(*mention.Mention)
		want   mention.Severity
		why    string
	}{
		{"mild", func(m *mention.Mention) { m.Score.Value = -0.25 }, mention.Low, ""},
		{"plain", func(m *mention.Mention) {}, mention.Normal, ""},
		{"strong words", func(m *mention.Mention) { m.Score.Value = -0.8 }, mention.High, "strong words"},
		{"one star", func(m *mention.Mention) { m.Post.Rating = &mention.Rating{Value: 1, Best: 5} }, mention.High, "the lowest rating"},
		{"one star, mild", func(m *mention.Mention) {
			m.Post.Rating, m.Score.Value = &mention.Rating{Value: 1, Best: 5}, -0.25
		}, mention.Normal, "the lowest rating"},
		{"news", func(m *mention.Mention) { m.Post.Kind = mention.News }, mention.High, "in the news"},
		{"safety", func(m *mention.Mention) { m.Score.Topics = []string{"quality", "safety"} }, mention.Critical, "health or safety"},
		{"court", func(m *mention.Mention) {
			m.Score.Why = []mention.Hit{{Rule: "legal threat", Weight: -0.5}}
		}, mention.Critical, "legal threat"},
		{"court praised", func(m *mention.Mention) {
			m.Score.Why = []mention.Hit{{Rule: "legal threat", Weight: 0.5}}
		}, mention.Normal, ""},
		{"fraud", func(m *mention.Mention) { m.Score.Topics = []string{"fraud"} }, mention.Critical, "accusation of fraud"},
		{"fraud as a word", func(m *mention.Mention) { m.Score.Topics, m.Score.Value = []string{"fraud"}, -0.3 }, mention.Normal, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRoom(t, alerts.Rules{})
			m := said(forum, "1", "Олена", refund, -0.55)
			c.change(&m)
			a := r.one(r.poll(m), mention.Complaint)
			why := strings.Join(alerts.ReadFacts(a.Payload).Why, ", ")
			if a.Severity != c.want || why != c.why {
				t.Errorf("%s because %q, want %s because %q", a.Severity, why, c.want, c.why)
			}
		})
	}
}

func TestRepeatComplainer(t *testing.T) {
	r := newRoom(t, alerts.Rules{})
	first := said(forum, "1", "Олена", refund, -0.5)
	r.one(r.poll(first), mention.Complaint)
	second := r.one(r.poll(said(forum, "2", "Олена", rude, -0.5)), mention.Complaint)
	f := alerts.ReadFacts(second.Payload)
	if got := f.Record(); got != "2nd complaint in 30 days, last one unanswered" || second.Severity != mention.High {
		t.Errorf("%s, %q", second.Severity, got)
	}
	other := r.one(r.poll(said(review, "1", "Олена", "Зовсім інша скарга на зовсім інше відділення банку", -0.5)), mention.Complaint)
	if got := alerts.ReadFacts(other.Payload).Record(); got != "" {
		t.Errorf("the same name on another site is somebody else: %q", got)
	}
}

func TestTwins(t *testing.T) {
	long := strings.Repeat(refund+" "+rude+" ", 2)
	cases := []struct {
		name          string
		first, second mention.Mention
		twin          bool
	}{
		{"same text elsewhere", said(forum, "1", "Олена", refund, -0.6), said(review, "7", "olena", refund, -0.6), true},
		{"punctuation and case", said(forum, "1", "Олена", refund, -0.6), said(review, "7", "olena", strings.ToUpper(refund)+" !!!", -0.6), true},
		{"one word of many changed", said(forum, "1", "Олена", long, -0.6), said(review, "7", "olena", long+" Дякую.", -0.6), true},
		{"another complaint", said(forum, "1", "Олена", refund, -0.6), said(review, "7", "olena", rude, -0.6), false},
		{"two people, few words", said(forum, "1", "Олена", "Ужасный банк", -0.6), said(review, "7", "Петро", "Ужасный банк", -0.6), false},
		{"one person, few words", said(forum, "1", "Олена", "Ужасный банк", -0.6), said(forum, "2", "Олена", "Ужасный банк!", -0.6), true},
	}
	for _, c := range cases {
		for _, together := range []bool{false, true} {
			name := c.name
			if together {
				name += " in one poll"
			}
			t.Run(name, func(t *testing.T) {
				r := newRoom(t, alerts.Rules{})
				var all []mention.Alert
				if together && c.first.Post.Source == c.second.Post.Source {
					all = r.poll(c.first, c.second)
				} else {
					all = append(r.poll(c.first), r.poll(c.second)...)
				}
				if len(all) != 2 {
					t.Fatalf("%d alerts: every complaint must have a message with its words", len(all))
				}
				want := mention.Complaint
				if c.twin {
					want = mention.Twin
				}
				if all[1].Kind != want || c.twin != (all[1].ThreadOf == all[0].ID) {
					t.Errorf("second is %s under %q", all[1].Kind, all[1].ThreadOf)
				}
				_, k := r.state(c.first)
				if c.twin != (k.Twins == 1) {
					t.Errorf("first counts %d twins", k.Twins)
				}
				if _, k := r.state(c.second); k.Status != mention.Open {
					t.Errorf("the second case is %s", k.Status)
				}
			})
		}
	}
}

// TestTwinOfClosed shows a copy of what was dealt with in the channel too.
func TestTwinOfClosed(t *testing.T) {
	r := newRoom(t, alerts.Rules{})
	first := said(forum, "1", "Олена", refund, -0.6)
	r.poll(first)
	r.do(first, mention.Action{Verb: mention.Reply})
	twin := r.one(r.poll(said(review, "7", "olena", refund, -0.6)), mention.Twin)
	if !alerts.ReadFacts(twin.Payload).Broadcast {
		t.Error("the copy is hidden in the thread of an answered complaint")
	}
	r.now = r.now.Add(30 * 24 * time.Hour)
	r.one(r.poll(said("later.example", "9", "x", refund, -0.6)), mention.Complaint)
}

func TestWhatStaffSaidHolds(t *testing.T) {
	for _, reason := range []string{mention.NotUs, mention.NotNegative, mention.Spam} {
		t.Run(reason, func(t *testing.T) {
			r := newRoom(t, alerts.Rules{})
			first := said(forum, "1", "Олена", refund, -0.6)
			r.poll(first)
			r.do(first, mention.Action{Verb: mention.Dismiss, Reason: reason})
			copied := said(review, "7", "olena", refund, -0.6)
			r.none(r.poll(copied))
			if m, c := r.state(copied); c.Status != mention.Quiet || m.Post.Text == "" {
				t.Errorf("a suppressed complaint must be recorded; case is %s", c.Status)
			}
			r.one(r.poll(said(review, "8", "olena", rude, -0.6)), mention.Complaint)
		})
	}
	t.Run(mention.MutedAuthor, func(t *testing.T) {
		r := newRoom(t, alerts.Rules{})
		first := said(forum, "1", "Олена", refund, -0.6)
		r.poll(first)
		r.do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor})
		r.none(r.poll(said(forum, "2", "Олена", rude, -0.9)))
		r.one(r.poll(said(forum, "3", "Петро", rude, -0.9)), mention.Complaint)
	})
}

func TestEdits(t *testing.T) {
	cases := []struct {
		name   string
		before mention.Action // what staff did before the edit
		text   string
		score  float64
		want   alerts.Change
		status mention.Status
	}{
		{"a word", mention.Action{}, refund + " Так.", -0.6, alerts.Edited, mention.Open},
		{"worse", mention.Action{}, refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse after the answer", mention.Action{Verb: mention.Reply}, refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse, but not us", mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs}, refund + " Шахраї!", -0.9, alerts.Worse, mention.Dismissed},
		{"better", mention.Action{Verb: mention.Claim}, "Вже повернули, дякую!", 0.5, alerts.Better, mention.Claimed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRoom(t, alerts.Rules{})
			m := said(forum, "1", "Олена", refund, -0.6)
			first := r.one(r.poll(m), mention.Complaint)
			if c.before.Verb != "" {
				r.do(m, c.before)
			}
			_, was := r.state(m)
			m.Post.Text, m.Score.Value = c.text, c.score
			a := r.one(r.poll(m), mention.Changed)
			if f := alerts.ReadFacts(a.Payload); f.Change != c.want || a.ThreadOf != first.ID {
				t.Errorf("change %q under %q", f.Change, a.ThreadOf)
			}
			if _, is := r.state(m); is.Status != c.status || is.Version != was.Version+1 {
				t.Errorf("case is %s at version %d after %d", is.Status, is.Version, was.Version)
			}
		})
	}
}

func TestPraiseEditedIntoComplaint(t *testing.T) {
	r := newRoom(t, alerts.Rules{})
	m := said(forum, "1", "Олена", "Чудовий банк, усе швидко!", 0.8)
	r.none(r.poll(m))
	m.Post.Text, m.Score.Value = refund, -0.6
	r.one(r.poll(m), mention.Complaint)
	if _, c := r.state(m); c.Status != mention.Open || !c.OpenedAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("case %+v", c)
	}
}

func TestDeletion(t *testing.T) {
	r := newRoom(t, alerts.Rules{})
	m := said(forum, "1", "Олена", refund, -0.6)
	r.poll(m)
	m.Post.Deleted = true
	a := r.one(r.poll(m), mention.Changed)
	if f := alerts.ReadFacts(a.Payload); f.Change != alerts.Deleted {
		t.Errorf("change %q", f.Change)
	}
	if stored, _ := r.state(m); stored.Post.Text != "" || stored.Severity == 0 {
		t.Errorf("the words are still there, or the severity is gone: %q %s", stored.Post.Text, stored.Severity)
	}
}

func TestOfficialAnswer(t *testing.T) {
	rules := alerts.Rules{Official: map[string][]string{bank: {"Romashka Support"}}}
	answer := func(id string) mention.Mention {
		m := said(forum, id, " romashka  support", "Олено, вибачте за ганебну ситуацію, кошти вже в дорозі.", -0.9)
		m.Post.Published = noon.Add(90 * time.Second)
		return m
	}
	t.Run("in the thread", func(t *testing.T) {
		r := newRoom(t, rules)
		m := said(forum, "1", "Олена", refund, -0.6)
		m.Post.Published = noon.Add(-time.Minute)
		later := said(forum, "2", "Петро", rude, -0.6)
		later.Post.Published = noon.Add(10 * time.Minute)
		first := r.poll(m, later)[0]
		r.do(m, mention.Action{Verb: mention.Claim})
		r.now = noon.Add(15 * time.Minute)
		a := r.one(r.poll(answer("3")), mention.Changed)
		if f := alerts.ReadFacts(a.Payload); f.Change != alerts.Answered || a.ThreadOf != first.ID || f.Link == "" {
			t.Errorf("%+v under %q", f, a.ThreadOf)
		}
		_, c := r.state(m)
		if c.Status != mention.Replied || !c.AnswerSeen || !c.RepliedAt.Equal(noon.Add(90*time.Second)) || c.Owner.Name != "Ira" {
			t.Errorf("case %+v", c)
		}
		if _, c := r.state(later); c.Status != mention.Open {
			t.Errorf("a complaint after the answer is %s", c.Status)
		}
		r.none(r.poll(answer("4"))) // once is enough
	})
	t.Run("to one post", func(t *testing.T) {
		r := newRoom(t, rules)
		one, two := said(forum, "1", "Олена", refund, -0.6), said(forum, "2", "Петро", rude, -0.6)
		r.poll(one, two)
		reply := answer("3")
		reply.Post.ReplyTo = two.Post.URL
		r.one(r.poll(reply), mention.Changed)
		if _, c := r.state(one); c.Status != mention.Open {
			t.Errorf("the other complaint is %s", c.Status)
		}
		if _, c := r.state(two); c.Status != mention.Replied {
			t.Errorf("the answered complaint is %s", c.Status)
		}
	})
	t.Run("in one poll", func(t *testing.T) {
		r := newRoom(t, rules)
		m := said(forum, "1", "Олена", refund, -0.6)
		got := r.poll(answer("3"), m)
		if len(got) != 2 {
			t.Fatalf("alerts %+v", got)
		}
		if _, c := r.state(m); c.Status != mention.Replied || !c.AnswerSeen {
			t.Errorf("case %+v", c)
		}
	})
	t.Run("of interest without naming the watch", func(t *testing.T) {
		p := alerts.NewPlanner(rules)
		if got := p.OfficialFor(answer("3").Post); len(got) != 1 || got[0] != bank {
			t.Errorf("official for %v", got)
		}
	})
}

func TestRoutes(t *testing.T) {
	rules := alerts.Rules{Routes: []alerts.Route{
		{Topics: []string{"billing", "refund"}, To: "#billing"},
		{Severities: []mention.Severity{mention.Critical}, To: "#pr-war-room", Notify: "@oncall-pr"},
		{Langs: []string{"bg"}, To: "#sofia"},
		{Watches: []string{"Other"}, To: "#other"},
		{Kinds: []mention.PostKind{mention.News}, To: "#press"},
	}}
	cases := []struct {
		name   string
		change func(*mention.Mention)
		to     string
	}{
		{"first wins", func(m *mention.Mention) { m.Score.Topics = []string{"safety", "refund"} }, "#billing"},
		{"critical", func(m *mention.Mention) { m.Score.Topics = []string{"safety"} }, "#pr-war-room"},
		{"language", func(m *mention.Mention) { m.Score.Lang = "bg" }, "#sofia"},
		{"kind", func(m *mention.Mention) { m.Post.Kind = mention.News }, "#press"},
		{"otherwise", func(m *mention.Mention) {}, "#mentions"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRoom(t, rules)
			m := said(forum, "1", "Олена", refund, -0.6)
			c.change(&m)
			if a := r.one(r.poll(m), mention.Complaint); a.Route != c.to || (a.Notify != "") != (c.to == "#pr-war-room") {
				t.Errorf("to %s, notify %q", a.Route, a.Notify)
			}
		})
	}
}
