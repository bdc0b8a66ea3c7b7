package alerts

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestStrongNumbersAreWhole: the bold of decisive words cuts no number in two.
func TestStrongNumbersAreWhole(t *testing.T) {
	for _, c := range []struct{ text, why, want string }{
		{"Зняли 12 000 грн з картки", "Зняли 12", "*Зняли 12 000* грн з картки"},
		{"Зняли 12\u00a0000\u00a0грн", "Зняли 12", "*Зняли 12 000* грн"},
		{"списали 1.250.000 рублів", "250.000 рублів", "списали *1.250.000 рублів*"},
		{"they took 1,250 euros", "took 1", "they *took 1,250* euros"},
		{"з 2019 300 разів обманули", "з 2019", "*з 2019* 300 разів обманули"},
		{"ждала 12 1234 звонка", "ждала 12", "*ждала 12* 1234 звонка"},
		{"взяха 45", "взяха 4", "*взяха 45*"},
		{"чекаю 3 дні", "чекаю", "*чекаю* 3 дні"},
	} {
		post := mention.Post{Text: c.text}
		start := strings.Index(post.Body(), c.why)
		m := mention.Mention{Post: post, Score: mention.Score{Why: []mention.Hit{{Start: start, End: start + len(c.why), Text: c.why, Weight: -1}}}}
		pieces, _ := Quote(m, 1000)
		var got strings.Builder
		for _, p := range pieces {
			if p.Strong {
				got.WriteString("*" + p.Text + "*")
			} else {
				got.WriteString(p.Text)
			}
		}
		if got.String() != c.want {
			t.Errorf("%q: %q, want %q", c.text, got.String(), c.want)
		}
	}
}
