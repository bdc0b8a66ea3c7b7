package daemon

import (
	"errors"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// TestPlaceholdersAreTheSame: what may stand in a reply of the watchlist may stand in one that staff
// saved, both are filled in, and what people are told of it names all. config and mention
// may not know each other, so each has its list.
func TestPlaceholdersAreTheSame(t *testing.T) {
	names := config.Placeholders()
	if all := "{{" + strings.Join(names, "}}, {{") + "}}"; mention.Placeholders != all {
		t.Errorf("mention has %s, config %s", mention.Placeholders, all)
	}
	schema, err := config.Schema(watchlist.Kinds(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := mention.Mention{Watch: "w", Post: mention.Post{Source: "s", URL: "u", Author: "a", Title: "t"}}
	for _, name := range names {
		written := "{{" + name + "}}"
		saved := mention.Template{ID: "1", Lang: "en", Text: written}
		if err := saved.Check(); err != nil {
			t.Errorf("a saved template with %s: %v", written, err)
		}
		saved.Text = "{" + name + "}"
		var unfilled *mention.UnfilledError
		if err := saved.Check(); !errors.As(err, &unfilled) {
			t.Errorf("a saved template with %s, which nobody fills in: %v", saved.Text, err)
		}
		got := fillReplies([]config.ReplyTemplate{{Text: "x " + written}}, m, "me", 1)
		if len(got) != 1 || strings.Contains(got[0], "{{") || got[0] == "x " {
			t.Errorf("%s is filled in as %q", written, got)
		}
		if !strings.Contains(string(schema), written) {
			t.Errorf("the explanation of replies.text does not name %s", written)
		}
	}
}
