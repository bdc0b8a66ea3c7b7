package plan_test

import (
	"testing"

	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
)

// TestSimhashIsForEver pins the values that lie in databases: duplicates of what was
// heard before are found by them, so the same words must give the same bits for ever.
func TestSimhashIsForEver(t *testing.T) {
	cases := []struct {
		name string
		post mention.Post
		want uint64
	}{
		{"no words", mention.Post{Text: "?!"}, 0},
		{"Ukrainian", mention.Post{Text: rig.Refund}, 0x189bd0153595a4fb},
		{"a long text without its title", mention.Post{Title: "Скарга", Text: rig.Rude}, 0x3a040a02080a8640},
		{"a short text with its title, ё as е", mention.Post{Title: "Ужасный банк", Text: "Ещё раз!"}, 0x20d0110780c11004},
		{"a reply without the thread's title", mention.Post{Title: "A thread", Text: "I want my money back", IsReply: true}, 0xe67365b5a8539f7f},
		{"Bulgarian", mention.Post{Text: "Чакам вече трети месец, никой не вдига телефона. Ужас!"}, 0xc5b0430da7521b5e},
	}
	for _, c := range cases {
		if got := plan.Simhash(c.post); got != c.want {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want)
		}
	}
}
