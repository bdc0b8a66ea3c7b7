package plan_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// reviewed is a complaint in a review, and what a page shows like the company's answer to it.
func reviewed() (m, answer mention.Mention) {
	m = rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.6)
	m.Post.Kind, m.Post.ThreadURL, m.Post.Published = mention.Review, "", rig.Noon.Add(-time.Hour)
	answer = rig.Said(rig.Review, "1#answer", "", "Олено, вибачте, що кошти так довго не повертали.", -0.8)
	answer.Post.Kind, answer.Post.ThreadURL, answer.Post.ReplyTo, answer.Post.SeemsOwn = mention.Review, "", "1", true
	return m, answer
}

// TestSeemingAnswer: what only looks like the company's answer closes nothing. People are asked once, in the thread,
// whatever becomes of its words, and it is nobody's complaint itself.
func TestSeemingAnswer(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m, answer := reviewed()
	r.One(r.Poll(m), mention.Complaint)
	got := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload)
	if got.Change != alerts.SeemsAnswered || got.Text != answer.Post.Text || got.Link != answer.Post.URL {
		t.Errorf("asked %+v", got)
	}
	if _, c := r.State(m); c.Status != mention.Open || c.AnswerVerified {
		t.Errorf("case %+v", c)
	}
	r.None(r.Poll(answer))
	answer.Post.Text += " Напишіть нам ще раз."
	r.None(r.Poll(answer))
	praise := rig.Said(rig.Review, "2", "Петро", "Все чудово, дякую!", 0.8)
	praise.Post.Kind = mention.Review
	to := answer
	to.Post.ID, to.Post.ReplyTo = "2#answer", "2"
	r.None(r.Poll(praise, to))
}

// TestSeemingAnswerAtFirstSight: below a review that is heard with it, it is asked about at once; of the first poll
// of all nothing is.
func TestSeemingAnswerAtFirstSight(t *testing.T) {
	m, answer := reviewed()
	r := rig.New(t, alerts.Rules{})
	if got := r.Poll(m, answer); len(got) != 2 || got[0].Kind != mention.Complaint || alerts.ReadDetails(got[1].Payload).Change != alerts.SeemsAnswered {
		t.Errorf("told %+v", got)
	}
	r = rig.New(t, alerts.Rules{})
	r.None(r.PollBaseline(m, answer))
	r.None(r.Poll(m, answer))
}

// TestSeemingAnswerConfirmed: where people say that they answered, what stands there is that answer, whichever came
// first; taken off the site again the complaint is open, and back it is answered.
func TestSeemingAnswerConfirmed(t *testing.T) {
	for name, said := range map[string]bool{"said first": true, "asked first": false} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m, answer := reviewed()
			r.One(r.Poll(m), mention.Complaint)
			if said {
				r.Do(m, mention.Action{Verb: mention.Reply})
				if got := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); got.Change != alerts.Answered || got.Negative {
					t.Errorf("told %+v", got)
				}
			} else {
				r.One(r.Poll(answer), mention.Changed)
				r.Do(m, mention.Action{Verb: mention.Reply})
			}
			if _, c := r.State(m); c.Status != mention.Replied || c.AnswerVerified != said {
				t.Errorf("case %+v", c)
			}
			r.Now = r.Now.Add(2 * time.Hour)
			gone := answer
			gone.Post.Deleted = true
			if got := alerts.ReadDetails(r.One(r.Poll(gone), mention.Changed).Payload); got.Change != alerts.Withdrawn || !got.Reopened {
				t.Errorf("told %+v", got)
			}
			if _, c := r.State(m); c.Status != mention.Open {
				t.Errorf("after the answer is gone the case is %s", c.Status)
			}
			want := map[bool]alerts.Change{true: alerts.Answered, false: alerts.SeemsAnswered}[said]
			if got := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); got.Change != want {
				t.Errorf("back, told %+v, want %s", got, want)
			}
		})
	}
}

// TestSeemingAnswerGone: what nobody said is theirs changes nothing when it is gone.
func TestSeemingAnswerGone(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m, answer := reviewed()
	r.Poll(m, answer)
	gone := answer
	gone.Post.Deleted = true
	r.None(r.Poll(gone))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	r.None(r.Poll(answer))
	if _, c := r.State(m); c.Status != mention.Dismissed {
		t.Errorf("case %+v", c)
	}
}

// TestSeemingAnswerOfBefore: what stood there before the author changed the review for the worse answers nothing.
func TestSeemingAnswerOfBefore(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m, answer := reviewed()
	m.Post.Edited, answer.Post.Published = rig.Noon.Add(-10*time.Minute), rig.Noon.Add(-30*time.Minute)
	r.One(r.Poll(m, answer), mention.Complaint)
}

// TestSureAfterAQuestion: the same answer in words that prove it closes the complaint.
func TestSureAfterAQuestion(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m, answer := reviewed()
	r.Poll(m, answer)
	answer.Post.Text += " Кошти вже у вас."
	answer.Post.Own, answer.Post.SeemsOwn = true, false
	if got := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); got.Change != alerts.Answered {
		t.Errorf("told %+v", got)
	}
	if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified {
		t.Errorf("case %+v", c)
	}
}

// TestTheSameWordsToAnother: who thanks everybody in the same words answers each of them, also when the first review has
// gone off the page.
func TestTheSameWordsToAnother(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m, answer := reviewed()
	answer.Post.Own, answer.Post.SeemsOwn = true, false
	r.Poll(m, answer)
	other, second := m, answer
	other.Post.ID, other.Post.Author, other.Post.Text = "2", "Петро", rig.Rude
	second.Post.ID, second.Post.ReplyTo = "2#answer", "2"
	r.One(r.Poll(other), mention.Complaint)
	r.One(r.Poll(second), mention.Changed)
	if _, c := r.State(other); c.Status != mention.Replied {
		t.Errorf("case %+v", c)
	}
}
