package plan_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

var errAway = errors.New("the database is away")

// away is a view whose question number at is not answered.
type away struct {
	plan.View
	asked *int
	at    int
}

// ask asks one question, unless it is that one.
func ask[T any](v away, question func() (T, error)) (answer T, err error) {
	if *v.asked++; *v.asked == v.at {
		return answer, errAway
	}
	return question()
}

func (v away) Duplicates(ctx context.Context, watch string, simhash uint64, most int, since time.Time) ([]mention.MentionRecord, error) {
	return ask(v, func() ([]mention.MentionRecord, error) { return v.View.Duplicates(ctx, watch, simhash, most, since) })
}

func (v away) AtURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error) {
	return ask(v, func() ([]mention.MentionRecord, error) { return v.View.AtURL(ctx, watch, url) })
}

func (v away) InThread(ctx context.Context, source, thread, replyTo string) ([]mention.MentionRecord, error) {
	return ask(v, func() ([]mention.MentionRecord, error) { return v.View.InThread(ctx, source, thread, replyTo) })
}

func (v away) OfficialInThread(ctx context.Context, source, thread, watch string, since time.Time) ([]mention.MentionRecord, error) {
	return ask(v, func() ([]mention.MentionRecord, error) {
		return v.View.OfficialInThread(ctx, source, thread, watch, since)
	})
}

func (v away) Author(ctx context.Context, source, author string, since time.Time) (mention.Author, error) {
	return ask(v, func() (mention.Author, error) { return v.View.Author(ctx, source, author, since) })
}

func (v away) AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error) {
	a, err = ask(v, func() (mention.Alert, error) {
		found, is, err := v.View.AlertOf(ctx, id)
		ok = is
		return found, err
	})
	return a, ok, err
}

func (v away) Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error) {
	a, err = ask(v, func() (mention.Alert, error) {
		found, is, err := v.View.Alert(ctx, id)
		ok = is
		return found, err
	})
	return a, ok, err
}

func (v away) ChangesTold(ctx context.Context, id mention.ID) ([]mention.Alert, error) {
	return ask(v, func() ([]mention.Alert, error) { return v.View.ChangesTold(ctx, id) })
}

func (v away) RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	return ask(v, func() ([]mention.SiteReply, error) { return v.View.RepliesOf(ctx, id) })
}

func (v away) HeardRate(ctx context.Context, watch string, from, to, since time.Time) (int, error) {
	return ask(v, func() (int, error) { return v.View.HeardRate(ctx, watch, from, to, since) })
}

// TestNothingIsDecidedWithoutTheStore: whichever question about a poll the database does not answer, the poll fails
// and nothing of it is told; what comes of it when it is tried again is what came of it where nothing failed.
func TestNothingIsDecidedWithoutTheStore(t *testing.T) {
	rules := alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}, Routes: []alerts.Route{
		{Severities: []mention.Severity{mention.Critical}, To: "#war-room", Notify: "@oncall"}, {To: "#mentions", Notify: "@duty"}}}
	calm, stormy := rig.New(t, rules), rig.New(t, rules)
	try := func(r *rig.Rig, at int, poll []mention.Mention) (told []mention.AlertID, err error) {
		in := mention.PollResult{Source: poll[0].Post.Source, At: r.Now, Complete: true}
		for _, m := range poll {
			in.Posts = append(in.Posts, mention.AnalyzedPost{Post: m.Post, Mentions: []mention.Mention{m}})
		}
		asked := 0
		result, err := r.Store.Ingest(t.Context(), in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
			return r.Planner.Plan(ctx, away{tx, &asked, at}, r.Now, pending)
		})
		return result.Alerts, err
	}
	failed := 0
	for i, poll := range everythingThatHappens() {
		want, err := try(calm, 0, poll)
		if err != nil {
			t.Fatal(err)
		}
		for at := 1; ; at++ {
			got, err := try(stormy, at, poll)
			if errors.Is(err, errAway) {
				failed++
				continue
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("poll %d, the %d. question: told %v, want %v (%v)", i, at, got, want, err)
			}
			break // there are no more questions
		}
		calm.Now, stormy.Now = calm.Now.Add(2*time.Hour), stormy.Now.Add(2*time.Hour)
	}
	if failed < 60 {
		t.Errorf("only %d questions were asked", failed)
	}
}

// everythingThatHappens are polls in which complaints come, are copied, edited, answered, go and come back.
func everythingThatHappens() [][]mention.Mention {
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	again := rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.6)
	copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.5)
	elsewhere := poisoned(rig.Said("feed.example", "9", "Олена", rig.Refund, 0))
	elsewhere.Post.URL = first.Post.URL
	louder := poisoned(first)
	louder.Post.Text += " Отруїлася їжею, лежу в лікарні."
	answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
	namesake := answer
	namesake.Post.ID, namesake.Post.FreeName, namesake.Post.Text = "4", true, "Ми все владнали."
	seems := rig.Said(rig.Forum, "5", "", "Дякуємо за відгук!", 0.1)
	seems.Post.SeemsOwn, seems.Post.ReplyTo = true, "2"
	var storm []mention.Mention
	for i := range 25 {
		storm = append(storm, rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6))
	}
	return [][]mention.Mention{{first}, {again}, {copied}, {elsewhere}, {louder}, {namesake}, {seems}, {answer}, {gone(answer)}, {gone(louder)}, {louder}, storm[:21], storm[21:]}
}
