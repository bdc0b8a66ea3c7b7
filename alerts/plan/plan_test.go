package plan_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatIsAlerted(t *testing.T) {
	cases := []struct {
		name    string
		kind    mention.PostKind
		score   float64
		verdict float64 // 0: it was stored before there were verdicts
		want    bool
	}{
		{"praise", mention.Review, 0.7, 0.02, false},
		{"neutral", mention.Forum, 0, 0.1, false},
		{"bad words about somebody else", mention.Forum, -0.9, 0.2, false},
		{"no bad word", mention.Forum, 0.1, 0.8, true},
		{"at the threshold", mention.Forum, -0.2, 0.6, true},
		{"under the threshold", mention.Forum, -0.2, 0.59, false},
		{"a threshold of the kind", mention.Review, -0.2, 0.3, true},
		{"a kind without a threshold", mention.News, -0.5, 0.5, true},
		{"a kind without a threshold, less likely", mention.News, -0.5, 0.49, false},
		{"unknown kind", "x", -0.2, 0.5, true},
		{"alert_below hears what the verdict does not", mention.Social, -0.5, 0.01, true},
		{"alert_below is silent whatever the verdict", mention.Social, -0.45, 0.99, false},
		{"no verdict: mild in a forum", mention.Forum, -0.15, 0, false},
		{"no verdict: mild in a review", mention.Review, -0.15, 0, true},
		{"no verdict: news of the day", mention.News, -0.3, 0, false},
		{"no verdict: bad news", mention.News, -0.5, 0, true},
		{"no verdict: at the threshold", mention.Forum, -0.2, 0, true},
		{"no verdict: unknown kind", "x", -0.2, 0, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{
				AlertAbove: map[mention.PostKind]float64{mention.Forum: 0.6, mention.Review: 0.3, mention.Social: 0.4},
				AlertBelow: map[mention.PostKind]float64{mention.Social: -0.5},
			})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, c.score)
			m.Post.Kind, m.Score.Complaint = c.kind, c.verdict
			if got := r.Poll(m); (len(got) == 1) != c.want {
				t.Errorf("alerts %+v, want %v", got, c.want)
			}
			_, k := r.State(m)
			if (k.Status == mention.Open) != c.want {
				t.Errorf("case is %s", k.Status)
			}
		})
	}
}

func TestBaselineIsRecordedOnly(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.8)
	r.None(r.PollBaseline(m))
	if _, c := r.State(m); c.Status != mention.Quiet {
		t.Errorf("case is %s", c.Status)
	}
	// A word changed in an old complaint is no news; a much angrier text is.
	m.Post.Text += " Ще раз."
	r.None(r.Poll(m))
	m.Post.Text += " Шахраї!"
	rig.Judge(&m, -1)
	r.One(r.Poll(m), mention.Complaint)
}

func TestRepeatComplainer(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.One(r.Poll(first), mention.Complaint)
	second := r.One(r.Poll(rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.5)), mention.Complaint)
	f := alerts.ReadDetails(second.Payload)
	if got := f.Record(i18n.Lang{}); got != "2nd complaint in 30 days, last one unanswered" || second.Severity != mention.High {
		t.Errorf("%s, %q", second.Severity, got)
	}
	other := r.One(r.Poll(rig.Said(rig.Review, "1", "Олена", "Зовсім інша скарга на зовсім інше відділення банку", -0.5)), mention.Complaint)
	if got := alerts.ReadDetails(other.Payload).Record(i18n.Lang{}); got != "" {
		t.Errorf("the same name on another site is somebody else: %q", got)
	}
	for later, want := range map[time.Duration]string{30*24*time.Hour - time.Hour: "2nd complaint in 30 days, last one unanswered", 30*24*time.Hour + time.Hour: ""} {
		r := rig.New(t, alerts.Rules{})
		r.Poll(first)
		r.Now = r.Now.Add(later)
		again := rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.5)
		again.Post.Published = r.Now
		if got := alerts.ReadDetails(r.One(r.Poll(again), mention.Complaint).Payload).Record(i18n.Lang{}); got != want {
			t.Errorf("%v later: %q", later, got)
		}
	}
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
		{"critical", func(m *mention.Mention) {
			m.Score.Topics = []string{"safety"}
			rig.Judge(m, -0.9)
		}, "#pr-war-room"},
		{"language", func(m *mention.Mention) { m.Score.Lang = "bg" }, "#sofia"},
		{"kind", func(m *mention.Mention) { m.Post.Kind = mention.News }, "#press"},
		{"otherwise", func(m *mention.Mention) {}, "#mentions"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, rules)
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			c.change(&m)
			if a := r.One(r.Poll(m), mention.Complaint); a.Route != c.to || (a.Notify != "") != (c.to == "#pr-war-room") {
				t.Errorf("to %s, notify %q", a.Route, a.Notify)
			}
		})
	}
}

// TestOnePostIsOneComplaintOfItsAuthor: a post that names two watches is told to both, and is no second
// complaint of its author, then and later.
func TestOnePostIsOneComplaintOfItsAuthor(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	poll := func(id, text string) (told []alerts.Details) {
		t.Helper()
		m := rig.Said(rig.Forum, id, "Олена", text, -0.5)
		other := m
		other.Watch = "Romashka App"
		for _, a := range r.PollPost(m, other) {
			told = append(told, alerts.ReadDetails(a.Payload))
		}
		if len(told) != 2 {
			t.Fatal(told)
		}
		r.Now = r.Now.Add(time.Hour)
		return told
	}
	for i, d := range poll("1", rig.Refund) {
		if d.Nth > 1 || d.LastOpen || len(d.Why) > 0 {
			t.Errorf("the %d. of the first post: %+v", i+1, d)
		}
	}
	for i, d := range poll("2", rig.Rude) {
		if d.Nth != 2 || !d.LastOpen {
			t.Errorf("the %d. of the second post: %+v", i+1, d)
		}
	}
}

// TestNoComplaintIsNoneOfItsAuthor: who wrote what people dismissed as none of theirs did not complain before,
// and waits for no answer. Whose post is gone did, and so did who was muted.
func TestNoComplaintIsNoneOfItsAuthor(t *testing.T) {
	for reason, counts := range map[string]bool{mention.NotUs: false, mention.NotNegative: false, mention.Spam: false, mention.MutedAuthor: true, mention.Gone: true} {
		t.Run(reason, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			r.Poll(first)
			r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: reason})
			if reason == mention.MutedAuthor {
				if err := r.Store.LiftMute(t.Context(), rig.ID(first), mention.Person{ID: "slack:U1", Name: "Ira"}, r.Now); err != nil {
					t.Fatal(err)
				}
			}
			r.Now = r.Now.Add(time.Hour)
			a := r.One(r.Poll(rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.5)), mention.Complaint)
			d := alerts.ReadDetails(a.Payload)
			if d.LastOpen != counts || (d.Nth == 2) != counts || (a.Severity == mention.High) != counts {
				t.Errorf("%s, %+v", a.Severity, d)
			}
		})
	}
}
