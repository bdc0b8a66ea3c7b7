package plan_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
)

// counted is a view that counts the mentions of threads that are read.
type counted struct {
	plan.View
	read *int
}

func (c counted) InThread(ctx context.Context, source, thread, replyTo string) ([]mention.MentionRecord, error) {
	list, err := c.View.InThread(ctx, source, thread, replyTo)
	*c.read += len(list)
	return list, err
}

func (c counted) OfficialInThread(ctx context.Context, source, thread, watch string, since time.Time) ([]mention.MentionRecord, error) {
	list, err := c.View.OfficialInThread(ctx, source, thread, watch, since)
	*c.read += len(list)
	return list, err
}

func (c counted) AtURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error) {
	*c.read++
	return c.View.AtURL(ctx, watch, url)
}

// TestOneAddressOfManyReviews: where a site has no permalinks a poll asks once for all that ever stood at
// its address, while everybody's clicks wait, and not for each review.
func TestOneAddressOfManyReviews(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	asked := 0
	r.View = func(v plan.View) plan.View { asked = 0; return counted{v, &asked} }
	var all []mention.Mention
	for i := range 20 {
		m := rig.Said(rig.Review, fmt.Sprint("r", i), fmt.Sprint("Olena ", i), rig.Refund+" "+rig.Numbered(i), -0.6)
		m.Post.URL = fmt.Sprint("https://apps.example/review?id=", i%2)
		all = append(all, m)
	}
	if got := r.Poll(all...); len(got) < 20 {
		t.Fatalf("%+v", got)
	}
	for _, m := range all {
		r.State(m) // each is a mention of its own
	}
	if asked != 2 {
		t.Errorf("20 reviews at two addresses were asked for %d times", asked)
	}
}

// TestAnswersInALongThread: all reviews of an app are one thread, and so are the comments under a post.
// Each answer there names what it answers, and is planned while everybody's clicks wait.
func TestAnswersInALongThread(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	const reviews = 30
	var all []mention.Mention
	for i := range reviews {
		m := rig.Said(rig.Forum, fmt.Sprint("r", i), fmt.Sprint("Olena ", i), rig.Refund+" "+rig.Numbered(i), -0.6)
		all = append(all, m)
		r.Poll(m)
	}
	read := 0
	r.View = func(v plan.View) plan.View { read = 0; return counted{v, &read} }
	var answers []mention.Mention
	for i := range reviews / 2 {
		a := rig.Said(rig.Forum, fmt.Sprint("a", i), "Romashka Support", "Напишіть нам номер замовлення, будь ласка "+rig.Numbered(i), 0.3)
		a.Post.ReplyTo, a.Post.Published = all[i].Post.ID, rig.Noon
		answers = append(answers, a)
	}
	r.Poll(answers...)
	if read != len(answers) {
		t.Errorf("%d answers to one review each read %d mentions", len(answers), read)
	}
	for i, m := range all {
		want := mention.Open
		if i < len(answers) {
			want = mention.Replied
		}
		if _, c := r.State(m); c.Status != want {
			t.Errorf("review %d is %s, want %s", i, c.Status, want)
		}
	}

	var late []mention.Mention // complaints of today, whose thread has answers to others
	for i := range 5 {
		m := rig.Said(rig.Forum, fmt.Sprint("late", i), fmt.Sprint("Petro ", i), rig.Rude+" "+rig.Numbered(i), -0.6)
		m.Post.Published = answers[0].Post.Published.AddDate(0, 0, 3)
		late = append(late, m)
	}
	r.Poll(late...)
	if read > 2*len(late) {
		t.Errorf("%d complaints in a thread of %d answers read %d mentions", len(late), len(answers), read)
	}

	toAll := rig.Said(rig.Forum, "to all", "Romashka Support", "Уже полагодили, вибачте!", 0.3)
	r.Poll(toAll)
	if _, c := r.State(all[reviews-1]); c.Status != mention.Replied {
		t.Errorf("answered all: %s", c.Status)
	}
	toAll.Post.Deleted, toAll.Post.Text = true, ""
	r.Poll(toAll)
	if most := reviews + len(late) + 2*(len(answers)+1); read > most {
		t.Errorf("an answer to all that is gone: %d mentions were read, want at most %d", read, most)
	}
	for i, m := range all {
		want := mention.Open
		if i < len(answers) { // each has another answer
			want = mention.Replied
		}
		if _, c := r.State(m); c.Status != want {
			t.Errorf("after the answer to all is gone: review %d is %s, want %s", i, c.Status, want)
		}
	}
}
