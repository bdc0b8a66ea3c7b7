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

const link = "https://forum.example/topic/5#p17"

// excerptAndWhole are one post as a feed and as its forum show it.
func excerptAndWhole() (excerpt, whole mention.Mention) {
	whole = rig.Said(rig.Forum, "p17", "Олена", rig.Refund+" Я звернулась тричі, кожного разу обіцяли завтра. Сьогодні вже двадцять другий день, і жодної відповіді від менеджера немає.", -0.5)
	whole.Post.URL, whole.Post.ThreadURL = "https://Forum.example/topic/5?utm_source=x#P17", "https://forum.example/topic/5"
	excerpt = rig.Said("feed.example", "urn:17", "Олена", "Третій тиждень не повертають гроші за скасоване замовлення, підтримка…", -0.5)
	excerpt.Post.URL, excerpt.Post.ThreadURL = link, ""
	return excerpt, whole
}

// TestOnePermalinkIsOnePost: whichever source shows it first has the one case, and an
// answer in the forum closes it.
func TestOnePermalinkIsOnePost(t *testing.T) {
	rules := alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}}
	for _, feedFirst := range []bool{true, false} {
		r := rig.New(t, rules)
		first, second := excerptAndWhole()
		whole := second
		if !feedFirst {
			first, second = second, first
		}
		a := r.One(r.Poll(first), mention.Complaint)
		r.None(r.Poll(second))
		if m, c := r.State(second); c.Status != mention.Quiet || m.Post.Text == "" {
			t.Errorf("case of the second is %s, words %q", c.Status, m.Post.Text)
		}
		answer := rig.Said(rig.Forum, "p18", "Romashka Support", "Олено, вибачте, гроші вже в дорозі.", 0)
		answer.Post.ThreadURL, answer.Post.ReplyTo = whole.Post.ThreadURL, "p17"
		told := r.One(r.Poll(answer), mention.Changed)
		if told.ThreadOf != a.ID {
			t.Errorf("told under %s", told.ThreadOf)
		}
		if _, c := r.State(first); c.Status != mention.Replied {
			t.Errorf("feed first %v: the case is %s after the answer", feedFirst, c.Status)
		}
	}
}

// TestReviewsWithoutPermalinks stand at the address of their page, whichever source
// reads it: they are as many complaints as there are.
func TestReviewsWithoutPermalinks(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	for i, words := range []string{rig.Refund, rig.Rude, "Двічі списали комісію, а на гарячій лінії просто кидають слухавку."} {
		m := rig.Said([]string{rig.Review, "copy.example"}[i%2], string(rune('a'+i)), "", words, -0.5)
		m.Post.URL = "https://reviews.example/romashka"
		r.One(r.Poll(m), mention.Complaint)
	}
}

// TestFewWordsHideNothing: whoever writes a word or two at another source, under the address where all
// reviews stand, hides none that holds them. A title alone is a reading of the post that has it.
func TestFewWordsHideNothing(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	at := func(source, id, title, words string) mention.Mention {
		m := rig.Said(source, id, "", words, -0.5)
		m.Post.URL, m.Post.Title = "https://reviews.example/romashka", title
		return m
	}
	for i, stub := range []string{"Жах", "не повертають гроші", "підтримка мовчить більше ні ногою"} {
		r.One(r.Poll(at("stranger.example", fmt.Sprint(i), "", stub)), mention.Complaint)
	}
	r.One(r.Poll(at(rig.Review, "a", "", rig.Refund)), mention.Complaint)
	r.One(r.Poll(at(rig.Review, "b", "", "Жахливо: "+rig.Rude)), mention.Complaint)
	r.One(r.Poll(at(rig.Review, "c", "Двічі списали комісію", "На гарячій лінії просто кидають слухавку, гроші зникли.")), mention.Complaint)
	r.None(r.Poll(at("feed.example", "c", "Двічі списали комісію", "")))
	r.None(r.Poll(at("copy.example", "stub", "", "Жах!")))
	r.None(r.Poll(at("copy.example", "more", "", "Підтримка мовчить, більше ні ногою. Читати далі…")))
}

// TestManyReviewsWithoutPermalinks: after years there are more of them at the one address than are
// compared. A copy of the newest is still known for one.
func TestManyReviewsWithoutPermalinks(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	at := func(source, id, words string) mention.Mention {
		m := rig.Said(source, id, "", words, -0.5)
		m.Post.URL = "https://reviews.example/romashka"
		return m
	}
	for i := range 60 {
		r.Poll(at(rig.Review, fmt.Sprint(i), fmt.Sprintf("Замовлення %d%[1]d не привезли, кур'єр %[1]d не прийшов", i)))
		r.Now = r.Now.Add(10 * 24 * time.Hour)
	}
	r.Poll(at(rig.Review, "last", rig.Refund))
	r.None(r.Poll(at("copy.example", "last", rig.Refund)))
}

// TestReadInFull: what the excerpt did not show is told in the thread of the case.
func TestReadInFull(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	excerpt, whole := excerptAndWhole()
	a := r.One(r.Poll(excerpt), mention.Complaint)
	whole.Score.Topics, whole.Score.Complaint = []string{"safety"}, 0.9
	told := r.One(r.Poll(whole), mention.Escalation)
	if text := alerts.ReadDetails(told.Payload).Text; told.ThreadOf != a.ID || !strings.Contains(text, "this is critical: ") || !strings.Contains(text, "health or safety") {
		t.Errorf("%q under %s", text, told.ThreadOf)
	}
	r.Now = r.Now.Add(time.Hour)
	r.None(r.Poll(whole))
}
