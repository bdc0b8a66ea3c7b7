package plan_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

func TestQuietHoursComeAsOneMessage(t *testing.T) {
	quiet, err := hours.Parse("22:00-08:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	r := rig.New(t, alerts.Rules{Quiet: quiet, HasQuiet: true})
	r.Now = time.Date(2026, 11, 22, 23, 30, 0, 0, quiet.Zone())
	first := r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6))
	second := r.Poll(rig.Said(rig.Forum, "2", "Петро", rig.Rude, -0.6))
	if len(first) != 2 || first[0].Kind != mention.Digest || first[1].ThreadOf != first[0].ID {
		t.Fatalf("first %+v", first)
	}
	if want := time.Date(2026, 11, 23, 8, 0, 0, 0, quiet.Zone()); !first[0].NotBefore.Equal(want) {
		t.Errorf("held until %s, want %s", first[0].NotBefore, want)
	}
	if len(second) != 1 || second[0].ThreadOf != first[0].ID || !second[0].NotBefore.Equal(first[0].NotBefore) {
		t.Fatalf("second %+v: one night is one message", second)
	}
	loud := rig.Said(rig.Forum, "3", "Марія", "Отруїлася їжею, лежу в лікарні", -0.9)
	loud.Score.Topics = []string{"safety"}
	if a := r.One(r.Poll(loud), mention.Complaint); a.ThreadOf != "" || !a.NotBefore.IsZero() {
		t.Errorf("what is critical waits: %+v", a)
	}
}

// TestStorm floods one watch: one critical message groups the rest, nothing is
// dropped, and what is critical still stands on its own.
func TestStorm(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	var storms, gathered, alone int
	for i := range 40 {
		for _, a := range r.Poll(rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)) {
			switch {
			case a.Kind == mention.Burst:
				storms++
				if d := alerts.ReadDetails(a.Payload); d.Thread == "" || !strings.HasSuffix(d.Text, " "+d.Thread) {
					t.Errorf("where there is no thread, nobody knows what to leave out: %+v", d)
				}
			case a.ThreadOf != "":
				gathered++
			default:
				alone++
			}
		}
		r.Now = rig.Noon.Add(time.Duration(i) * 10 * time.Second)
	}
	if storms != 1 || alone != 19 || gathered != 21 {
		t.Errorf("%d storm messages, %d complaints gathered, %d on their own", storms, gathered, alone)
	}
	loud := rig.Said(rig.Forum, "loud", "Марія", "Отруїлася їжею, лежу в лікарні", -0.9)
	loud.Score.Topics = []string{"safety"}
	if a := r.One(r.Poll(loud), mention.Complaint); a.ThreadOf != "" {
		t.Errorf("what is critical is gathered: %+v", a)
	}
}

// TestOneAuthorIsNoFlood: who writes one serious complaint after the other rings nobody for each, and
// can be muted; what another person tells meanwhile is critical, and so is what the watchlist calls so.
func TestOneAuthorIsNoFlood(t *testing.T) {
	serious := func(id, author string) mention.Mention {
		m := rig.Said(rig.Forum, id, author, "Отруїлася їжею, лежу в лікарні "+id, -0.9)
		m.Score.Topics = []string{"safety"}
		return m
	}
	r := rig.New(t, alerts.Rules{})
	loud := map[mention.Severity]int{}
	for i := range 30 {
		for _, a := range r.Poll(serious(rig.Numbered(i), "Марія")) {
			if a.Kind == mention.Complaint {
				loud[a.Severity]++
			}
		}
		r.Now = r.Now.Add(10 * time.Second)
	}
	if loud[mention.Critical] != 5 || loud[mention.High] != 25 {
		t.Errorf("%v", loud)
	}
	if a := r.One(r.Poll(serious("other", "Олена")), mention.Complaint); a.Severity != mention.Critical || a.ThreadOf != "" {
		t.Errorf("another's is not critical: %+v", a)
	}
	r.Now = r.Now.Add(time.Hour)
	if a := r.One(r.Poll(serious("later", "Марія")), mention.Complaint); a.Severity != mention.Critical {
		t.Errorf("an hour later it is not critical: %+v", a)
	}
}

// rates is a view in which nothing is known but how many complaints came.
type rates struct{ now, before int }

func (rates) ChangesTold(context.Context, mention.ID) ([]mention.Alert, error) {
	return nil, nil
}

func (rates) AtURL(context.Context, string, string) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (rates) Duplicates(context.Context, string, uint64, int, time.Time) ([]mention.MentionRecord, error) {
	return nil, nil
}
func (rates) OfficialInThread(context.Context, string, string, string, time.Time) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (rates) InThread(context.Context, string, string, string) ([]mention.MentionRecord, error) {
	return nil, nil
}
func (rates) Author(context.Context, string, string, time.Time) (mention.Author, error) {
	return mention.Author{}, nil
}
func (rates) AlertOf(context.Context, mention.ID) (mention.Alert, bool, error) {
	return mention.Alert{}, false, nil
}
func (rates) Alert(context.Context, mention.AlertID) (mention.Alert, bool, error) {
	return mention.Alert{}, false, nil
}
func (rates) RepliesOf(context.Context, mention.ID) ([]mention.SiteReply, error) { return nil, nil }
func (r rates) HeardRate(_ context.Context, _ string, from, to, _ time.Time) (int, error) {
	if to.Sub(from) < time.Hour {
		return r.now, nil
	}
	return r.before, nil
}

// TestStormAgainstUsual calls a burst only what is much more than usual.
func TestStormAgainstUsual(t *testing.T) {
	cases := []struct {
		now, before int // before: in the week, that is 336 half hours
		want        bool
	}{
		{18, 0, false}, {19, 0, true}, {19, 336, true}, {19, 5 * 336, false}, {30, 10 * 336, false}, {49, 10 * 336, true},
	}
	for _, c := range cases {
		d := &mention.PendingMention{Mention: rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)}
		d.Mention.ID = "m"
		if err := plan.NewPlanner(alerts.Rules{Otherwise: "#mentions"}).Plan(t.Context(), rates{c.now, c.before}, rig.Noon, []*mention.PendingMention{d}); err != nil {
			t.Fatal(err)
		}
		if got := len(d.Alerts) == 2; got != c.want {
			t.Errorf("%d in half an hour after %d in a week: storm %v, want %v", c.now, c.before, got, c.want)
		}
	}
}

// TestWhatIsGatheredIsRemembered: a complaint that stands in the thread of the quiet hours or
// of a storm is a first one as any other: copies count there, and what staff say of it holds.
func TestWhatIsGatheredIsRemembered(t *testing.T) {
	quiet, err := hours.Parse("22:00-08:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	night := func(r *rig.Rig) { r.Now = time.Date(2026, 11, 22, 23, 30, 0, 0, quiet.Zone()) }
	storm := func(r *rig.Rig) {
		for i := range 20 {
			r.Poll(rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6))
		}
	}
	for name, begin := range map[string]func(*rig.Rig){"quiet hours": night, "storm": storm} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Quiet: quiet, HasQuiet: true})
			begin(r)
			first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			var own mention.Alert
			for _, a := range r.Poll(first) {
				if a.Kind == mention.Complaint {
					own = a
				}
			}
			if own.ThreadOf == "" {
				t.Fatalf("the first one is not gathered: %+v", own)
			}
			if a := r.One(r.Poll(rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)), mention.Duplicate); a.ThreadOf != own.ThreadOf {
				t.Errorf("the copy goes under %q, want %q", a.ThreadOf, own.ThreadOf)
			}
			if _, c := r.State(first); c.Duplicates != 1 {
				t.Errorf("the first one counts %d copies", c.Duplicates)
			}
			r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
			r.Now = r.Now.Add(24 * time.Hour)
			r.None(r.Poll(rig.Said(rig.Review, "8", "olena", rig.Refund, -0.6)))
		})
	}
}

// TestStormRingsOnce: the message of a storm names whom the loudest of its channel would, and what it gathers
// names nobody more.
func TestStormRingsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		routes []alerts.Route
		want   string
	}{
		"who is named for all":            {[]alerts.Route{{To: "#mentions", Notify: "@duty"}}, "@duty"},
		"who is named for what is high":   {[]alerts.Route{{To: "#mentions", Severities: []mention.Severity{mention.High}, Notify: "@lead"}, {To: "#mentions"}}, "@lead"},
		"the loudest counts":              {[]alerts.Route{{To: "#mentions", Severities: []mention.Severity{mention.Critical}, Notify: "@oncall"}, {To: "#mentions", Notify: "@duty"}}, "@oncall"},
		"who is named in another channel": {[]alerts.Route{{To: "#war-room", Severities: []mention.Severity{mention.Critical}, Notify: "@oncall"}, {To: "#mentions"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Routes: c.routes})
			var all []mention.Mention
			for i := range 30 {
				all = append(all, rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6))
			}
			storms := 0
			for _, a := range r.Poll(all...) {
				switch {
				case a.Kind == mention.Burst:
					storms++
					if a.Notify != c.want {
						t.Errorf("the storm names %q, want %q", a.Notify, c.want)
					}
				case a.ThreadOf != "" && a.Notify != "":
					t.Errorf("what it gathers names %s", a.Notify)
				}
			}
			if storms != 1 {
				t.Errorf("%d storms", storms)
			}
		})
	}
}
