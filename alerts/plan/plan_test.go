package plan_test

import (
	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"

	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
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
}

func TestTwins(t *testing.T) {
	long := strings.Repeat(rig.Refund+" "+rig.Rude+" ", 2)
	cases := []struct {
		name          string
		first, second mention.Mention
		twin          bool
	}{
		{"same text elsewhere", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6), true},
		{"punctuation and case", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", strings.ToUpper(rig.Refund)+" !!!", -0.6), true},
		{"one word of many changed", rig.Said(rig.Forum, "1", "Олена", long, -0.6), rig.Said(rig.Review, "7", "olena", long+" Дякую.", -0.6), true},
		{"another complaint", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", rig.Rude, -0.6), false},
		{"two people, few words", rig.Said(rig.Forum, "1", "Олена", "Ужасный банк", -0.6), rig.Said(rig.Review, "7", "Петро", "Ужасный банк", -0.6), false},
		{"one person, few words", rig.Said(rig.Forum, "1", "Олена", "Ужасный банк", -0.6), rig.Said(rig.Forum, "2", "Олена", "Ужасный банк!", -0.6), true},
	}
	for _, c := range cases {
		for _, together := range []bool{false, true} {
			name := c.name
			if together {
				name += " in one poll"
			}
			t.Run(name, func(t *testing.T) {
				r := rig.New(t, alerts.Rules{})
				var all []mention.Alert
				if together && c.first.Post.Source == c.second.Post.Source {
					all = r.Poll(c.first, c.second)
				} else {
					all = append(r.Poll(c.first), r.Poll(c.second)...)
				}
				if len(all) != 2 {
					t.Fatalf("%d alerts: every complaint must have a message with its words", len(all))
				}
				want := mention.Complaint
				if c.twin {
					want = mention.Duplicate
				}
				if all[1].Kind != want || c.twin != (all[1].ThreadOf == all[0].ID) {
					t.Errorf("second is %s under %q", all[1].Kind, all[1].ThreadOf)
				}
				_, k := r.State(c.first)
				if c.twin != (k.Duplicates == 1) {
					t.Errorf("first counts %d twins", k.Duplicates)
				}
				if _, k := r.State(c.second); k.Status != mention.Open {
					t.Errorf("the second case is %s", k.Status)
				}
			})
		}
	}
}

// TestTwinOfClosed shows a copy of what was dealt with in the channel too.
func TestTwinOfClosed(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(first)
	r.Do(first, mention.Action{Verb: mention.Reply})
	twin := r.One(r.Poll(rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)), mention.Duplicate)
	if !alerts.ReadDetails(twin.Payload).Broadcast {
		t.Error("the copy is hidden in the thread of an answered complaint")
	}
	r.Now = r.Now.Add(30 * 24 * time.Hour)
	r.One(r.Poll(rig.Said("later.example", "9", "x", rig.Refund, -0.6)), mention.Complaint)
}

func TestWhatStaffSaidHolds(t *testing.T) {
	for _, reason := range []string{mention.NotUs, mention.NotNegative, mention.Spam} {
		t.Run(reason, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(first)
			r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: reason})
			copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)
			r.None(r.Poll(copied))
			if m, c := r.State(copied); c.Status != mention.Quiet || m.Post.Text == "" {
				t.Errorf("a suppressed complaint must be recorded; case is %s", c.Status)
			}
			r.One(r.Poll(rig.Said(rig.Review, "8", "olena", rig.Rude, -0.6)), mention.Complaint)
		})
	}
	t.Run(mention.MutedAuthor, func(t *testing.T) {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor})
		r.None(r.Poll(rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.9)))
		r.One(r.Poll(rig.Said(rig.Forum, "3", "Петро", rig.Rude, -0.9)), mention.Complaint)
		// What cannot wait passes every mute.
		hurt := rig.Said(rig.Forum, "4", "Олена", "У відділенні люди отруїлись водою з кулера.", -0.9)
		hurt.Score.Topics = []string{"safety"}
		if a := r.One(r.Poll(hurt), mention.Complaint); a.Severity != mention.Critical {
			t.Errorf("severity %s", a.Severity)
		}
		// A mute ends by itself.
		r.Now = r.Now.Add(mention.MuteFor)
		r.One(r.Poll(rig.Said(rig.Forum, "5", "Олена", "Знову чекаю на лінії підтримки дві години.", -0.9)), mention.Complaint)
	})
}

// TestWhatStaffSaidOfPlainWords holds for as long as their copies come: after that the same few
// words are a complaint of another day, or of another person.
func TestWhatStaffSaidOfPlainWords(t *testing.T) {
	for text, again := range map[string]bool{
		"Ромашка знову не працює": true,
		"Застосунок Ромашки не працює, вже другий день чекаю на відповідь": true,
		rig.Refund: false, // nobody else writes that
	} {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", text, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
		r.Now = r.Now.Add(6 * 24 * time.Hour)
		soon := rig.Said(rig.Forum, "2", "Олена", text, -0.6)
		soon.Post.Published = r.Now
		r.None(r.Poll(soon))
		r.Now = r.Now.Add(60 * 24 * time.Hour)
		late := rig.Said(rig.Forum, "3", "Олена", text, -0.6)
		late.Post.Published = r.Now
		if told := r.Poll(late); len(told) > 0 != again {
			t.Errorf("%s: told again: %v", text, !again)
		}
	}
}

// TestWhatStaffSaidOfACopyHolds as well, also where the first one was no mistake.
func TestWhatStaffSaidOfACopyHolds(t *testing.T) {
	for _, reason := range []string{mention.NotNegative, mention.NotUs, mention.Spam} {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Reply})
		copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)
		r.One(r.Poll(copied), mention.Duplicate)
		r.Do(copied, mention.Action{Verb: mention.Dismiss, Reason: reason})
		r.None(r.Poll(rig.Said("third.example", "8", "olena", rig.Refund, -0.6)))
		r.Do(copied, mention.Action{Verb: mention.Reopen})
		if a := r.One(r.Poll(rig.Said("fourth.example", "9", "olena", rig.Refund, -0.6)), mention.Duplicate); a.ThreadOf == "" {
			t.Errorf("%s taken back: %+v", reason, a)
		}
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

func TestEdits(t *testing.T) {
	cases := []struct {
		name   string
		before mention.Action // what staff did before the edit
		text   string
		score  float64
		want   alerts.Change
		status mention.Status
	}{
		{"a word", mention.Action{}, rig.Refund + " Так.", -0.6, alerts.Edited, mention.Open},
		{"worse", mention.Action{}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse after the answer", mention.Action{Verb: mention.Reply}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse, but not us", mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Dismissed},
		{"better", mention.Action{Verb: mention.Claim}, "Вже повернули, дякую!", 0.5, alerts.Better, mention.Claimed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			first := r.One(r.Poll(m), mention.Complaint)
			if c.before.Verb != "" {
				r.Do(m, c.before)
			}
			_, was := r.State(m)
			m.Post.Text = c.text
			rig.Judge(&m, c.score)
			a := r.One(r.Poll(m), mention.Changed)
			if f := alerts.ReadDetails(a.Payload); f.Change != c.want || a.ThreadOf != first.ID {
				t.Errorf("change %q under %q", f.Change, a.ThreadOf)
			}
			if _, is := r.State(m); is.Status != c.status || is.Version != was.Version+1 {
				t.Errorf("case is %s at version %d after %d", is.Status, is.Version, was.Version)
			}
		})
	}
}

func TestPraiseEditedIntoComplaint(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", "Чудовий банк, усе швидко!", 0.8)
	r.None(r.Poll(m))
	m.Post.Text = rig.Refund
	rig.Judge(&m, -0.6)
	r.One(r.Poll(m), mention.Complaint)
	if _, c := r.State(m); c.Status != mention.Open || !c.OpenedAt.Equal(rig.Noon.Add(time.Minute)) {
		t.Errorf("case %+v", c)
	}
}

// TestEditIsJudgedAnew: the verdict decides, whatever the words weigh.
func TestEditIsJudgedAnew(t *testing.T) {
	const score = -0.4
	cases := []struct {
		name    string
		was, is float64
		alert   bool // before the edit
		want    alerts.Change
	}{
		{"somebody else's fault becomes ours", 0.2, 0.8, false, ""},
		{"ours becomes somebody else's", 0.8, 0.2, true, alerts.Better},
		{"surer", 0.6, 0.81, true, alerts.Worse},
		{"hardly surer", 0.6, 0.79, true, alerts.Edited},
		{"alerted before there were verdicts", 0, 0.9, true, alerts.Edited},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, score)
			m.Score.Complaint = c.was
			if got := r.Poll(m); (len(got) == 1) != c.alert {
				t.Fatalf("alerts %+v", got)
			}
			m.Post.Text, m.Score.Complaint = rig.Rude, c.is
			if !c.alert {
				r.One(r.Poll(m), mention.Complaint)
				return
			}
			if got := alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload).Change; got != c.want {
				t.Errorf("change %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeletion(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	m.Post.Deleted = true
	a := r.One(r.Poll(m), mention.Changed)
	if f := alerts.ReadDetails(a.Payload); f.Change != alerts.Deleted {
		t.Errorf("change %q", f.Change)
	}
	if stored, _ := r.State(m); stored.Post.Text != "" || stored.Severity == 0 {
		t.Errorf("the words are still there, or the severity is gone: %q %s", stored.Post.Text, stored.Severity)
	}
}

// TestDismissedAsGone: a complaint that was closed because its post was gone is open again when the post is back,
// with a clock anew, and its words are no verdict on others.
func TestDismissedAsGone(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	r.Shown()
	says := func(change alerts.Details, want string) {
		t.Helper()
		if got := (alerts.Message{Details: change}).News(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
	r.One(r.Poll(gone(m)), mention.Changed)
	says(alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload), "The post is back on the site. It reads now:")
	r.Now = r.Now.Add(2 * time.Hour)
	r.Poll(gone(m))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Gone})
	r.One(r.Poll(rig.Said(rig.Forum, "2", "Петро", rig.Refund, -0.6)), mention.Complaint)
	r.Now = r.Now.Add(2 * time.Hour)
	says(alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload), "The post is back on the site, so the complaint is open again. It reads now:")
	if _, c := r.State(m); c.Status != mention.Open || !c.ReopenedAt.Equal(r.Now.Add(-time.Minute)) {
		t.Errorf("case %+v", c)
	}
	if f := alerts.ReadDetails(r.One(r.Poll(gone(m)), mention.Changed).Payload); f.Change != alerts.Deleted {
		t.Errorf("gone again: %+v", f)
	}
}

// TestBackAsPraiseAndWorse: what was closed because its post was gone, came back as praise, and is edited into a
// complaint again is a complaint again: nobody said that its words were none.
func TestBackAsPraiseAndWorse(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	praise := rig.Said(rig.Forum, "1", "Олена", "Усе владнали, дякую!", 0.8)
	r.Poll(m)
	r.Shown()
	r.Poll(gone(m))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Gone})
	r.Poll(praise)
	if _, c := r.State(m); c.Status != mention.Dismissed {
		t.Errorf("back as praise: %+v", c)
	}
	r.Now = r.Now.Add(2 * time.Hour)
	r.One(r.Poll(m), mention.Changed)
	if _, c := r.State(m); c.Status != mention.Open {
		t.Errorf("a complaint again: %+v", c)
	}
}

// TestBackSoonAfterAnEdit: that a post is back is told also where its edits were told just before: else the
// thread ends with its being gone.
func TestBackSoonAfterAnEdit(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	r.Shown()
	m.Post.Text += " Чекаю вже тиждень."
	r.One(r.Poll(m), mention.Changed)
	r.One(r.Poll(gone(m)), mention.Changed)
	if f := alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload); !f.Back {
		t.Errorf("told %+v", f)
	}
}

// TestWorseInTheSameWords: worse words that were told before, and taken back by their author, open what people
// closed since, or end its snooze, and are told: nobody would know of it.
func TestWorseInTheSameWords(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	bad := rig.Said(rig.Forum, "1", "Олена", rig.Refund+" Шахраї!", -0.9)
	r.Poll(m)
	r.Shown()
	r.One(r.Poll(bad), mention.Changed)
	for _, a := range []mention.Action{{Verb: mention.Reply}, {Verb: mention.Snooze, Until: r.Now.Add(90 * 24 * time.Hour)}, {Verb: mention.Dismiss, Reason: mention.NotNegative}} {
		r.Now = r.Now.Add(2 * time.Hour)
		r.Poll(m)
		r.Do(m, a)
		if f := alerts.ReadDetails(r.One(r.Poll(bad), mention.Changed).Payload); f.Change != alerts.Worse || !f.Reopened {
			t.Errorf("after %s: told %+v", a.Verb, f)
		}
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
		in := mention.PollResult{Source: rig.Forum, At: r.Now, Complete: true, Posts: []mention.AnalyzedPost{{Post: m.Post, Mentions: []mention.Mention{m, other}}}}
		got, err := r.Store.Ingest(t.Context(), in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
			return r.Planner.Plan(ctx, tx, r.Now, pending)
		})
		if err != nil || len(got.Alerts) != 2 {
			t.Fatal(got, err)
		}
		for _, id := range got.Alerts {
			a, _, err := r.Store.Alert(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			told = append(told, alerts.ReadDetails(a.Payload))
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

// TestWorseEndsASnooze: who put a complaint off did so with what stood there then: worse words do not wait
// for days until it wakes; better ones do.
func TestWorseEndsASnooze(t *testing.T) {
	for _, c := range []struct {
		name    string
		claimed bool
		score   float64
		asleep  bool
		status  mention.Status
	}{
		{"worse", false, -0.95, false, mention.Open},
		{"worse, and somebody has it", true, -0.95, false, mention.Claimed},
		{"as before", false, -0.6, true, mention.Open},
		{"better", false, 0.9, true, mention.Open},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(m)
			r.Shown()
			if c.claimed {
				r.Do(m, mention.Action{Verb: mention.Claim})
			}
			r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.AddDate(0, 0, 30)})
			m.Post.Text += " Оновлено: дзвонила ще раз, обманули знову."
			rig.Judge(&m, c.score)
			told := r.One(r.Poll(m), mention.Changed)
			if f := alerts.ReadDetails(told.Payload); f.Reopened != (!c.asleep && !c.claimed) {
				t.Errorf("told %+v", f)
			}
			if _, k := r.State(m); k.Snoozed() != c.asleep || k.Status != c.status {
				t.Errorf("case %+v", k)
			}
		})
	}
}
