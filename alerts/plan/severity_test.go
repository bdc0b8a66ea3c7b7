package plan_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

func TestSeverity(t *testing.T) {
	verdict := func(complaint, score float64) func(*mention.Mention) {
		return func(m *mention.Mention) { m.Score.Complaint, m.Score.Value = complaint, score }
	}
	about := func(topic string, complaint, score float64) func(*mention.Mention) {
		return func(m *mention.Mention) {
			verdict(complaint, score)(m)
			m.Score.Topics = []string{"quality", topic}
		}
	}
	oneStar := func(score float64) func(*mention.Mention) {
		return func(m *mention.Mention) {
			verdict(0.55, score)(m)
			m.Post.Rating = &mention.Rating{Value: 1, Best: 5}
		}
	}
	rule := func(weight float64) func(*mention.Mention) {
		return func(m *mention.Mention) {
			m.Score.Why = []mention.Hit{{Rule: "legal threat", Weight: weight}}
		}
	}
	cases := []struct {
		name   string
		change func(*mention.Mention)
		want   mention.Severity
		why    string
	}{
		{"doubtful, whatever the words", verdict(0.59, -0.95), mention.Low, ""},
		{"likely", verdict(0.6, -0.1), mention.Normal, ""},
		{"likely, in strong words", verdict(0.84, -0.9), mention.Normal, ""},
		{"sure, in mild words", verdict(0.99, -0.4), mention.Normal, ""},
		{"sure, in strong words", verdict(0.85, -0.5), mention.High, "surely a complaint, in strong words"},
		{"one star", oneStar(-0.5), mention.High, "the lowest rating"},
		{"one star, mild", oneStar(-0.25), mention.Normal, "the lowest rating"},
		{"news", func(m *mention.Mention) { m.Post.Kind = mention.News }, mention.High, "in the news"},
		{"safety", about("safety", 0.75, 0), mention.Critical, "health or safety"},
		{"safety, less sure", about("safety", 0.74, 0), mention.High, "health or safety"},
		{"safety, doubtful", about("safety", 0.59, 0), mention.Normal, "health or safety"},
		{"court", rule(-0.5), mention.Critical, "legal threat"},
		{"court praised", rule(0.5), mention.Normal, ""},
		{"fraud", about("fraud", 0.8, -0.5), mention.Critical, "accusation of fraud"},
		{"fraud as a word", about("fraud", 0.8, -0.49), mention.Normal, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.55)
			m.Score.Complaint = 0.8
			c.change(&m)
			a := r.One(r.Poll(m), mention.Complaint)
			why := strings.Join(alerts.ReadDetails(a.Payload).Why, ", ")
			if a.Severity != c.want || why != c.why {
				t.Errorf("%s because %q, want %s because %q", a.Severity, why, c.want, c.why)
			}
		})
	}
}

// TestSeverityRules: people's own rules bound how loud a complaint is; the first that fits
// decides, an alert says so, and an edit keeps to it.
func TestSeverityRules(t *testing.T) {
	rules := alerts.Rules{Severity: []alerts.SeverityRule{
		{Topics: []string{"refund"}, AtLeast: mention.Critical},
		{Sources: []string{rig.Review}, Stars: 2, AtLeast: mention.High, AtMost: mention.High},
		{Sources: []string{rig.Review}, AtMost: mention.Low},
	}}
	stars := func(n float64) *mention.Rating { return &mention.Rating{Value: n, Best: 5} }
	for _, c := range []struct {
		name   string
		source string
		topic  string
		rating *mention.Rating
		want   mention.Severity
		why    string
	}{
		{"no rule", rig.Forum, "app", nil, mention.Normal, ""},
		{"topic", rig.Forum, "refund", nil, mention.Critical, "your rule: at least critical"},
		{"stars", rig.Review, "app", stars(2), mention.High, "your rule: at least high"},
		{"exactly", rig.Review, "safety", stars(2), mention.High, ""},
		{"more stars", rig.Review, "app", stars(3), mention.Low, "your rule: at most low"},
		{"no stars", rig.Review, "app", nil, mention.Low, "your rule: at most low"},
		{"the first decides", rig.Review, "refund", nil, mention.Critical, "your rule: at least critical"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, rules)
			m := rig.Said(c.source, "1", "Олена", "Уже два тижні чекаю, і ніхто нічого не каже.", -0.5)
			m.Score.Topics, m.Post.Rating = []string{c.topic}, c.rating
			a := r.One(r.Poll(m), mention.Complaint)
			why := strings.Join(alerts.ReadDetails(a.Payload).Why, ", ")
			if a.Severity != c.want || !strings.HasSuffix(why, c.why) || c.why == "" && strings.Contains(why, "rule") {
				t.Errorf("%s because of %q, want %s because of %q", a.Severity, why, c.want, c.why)
			}
			m.Post.Text += " Так."
			r.Poll(m)
			if now, _ := r.State(m); now.Severity != c.want {
				t.Errorf("after an edit it is %s", now.Severity)
			}
		})
	}
}
