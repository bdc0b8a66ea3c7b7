package reply

import (
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestBegins: an answer is begun with the words that did not go out, else, where the site has room for one, with
// those that stand there, else with the template.
func TestBegins(t *testing.T) {
	sent := mention.SiteReply{Status: mention.ReplySent, Account: "a", Text: "It stands."}
	refused := mention.SiteReply{Status: mention.ReplyRefused, Account: "a", Text: "Too long."}
	erased := mention.SiteReply{Status: mention.ReplySent, Account: "a"}
	for name, c := range map[string]struct {
		repeat  Repeat
		account string
		all     []mention.SiteReply
		words   string
		edits   bool
	}{
		"the first":                {Replaces, "a", nil, "Template", false},
		"refused":                  {Twice, "a", []mention.SiteReply{refused}, "Too long.", false},
		"one stands":               {Replaces, "a", []mention.SiteReply{sent}, "It stands.", true},
		"one stands, one did not":  {Replaces, "a", []mention.SiteReply{sent, refused}, "Too long.", true},
		"another account's stands": {Replaces, "b", []mention.SiteReply{sent}, "Template", false},
		"erased":                   {Replaces, "a", []mention.SiteReply{erased}, "Template", true},
		"there is room for more":   {Key, "a", []mention.SiteReply{sent}, "Template", false},
	} {
		words, edits := Way{Repeat: c.repeat, Account: c.account}.Begins(c.all, []string{"Template", "Another"})
		if words != c.words || edits != c.edits {
			t.Errorf("%s: %q %v, want %q %v", name, words, edits, c.words, c.edits)
		}
	}
	if words, _ := (Way{}).Begins(nil, nil); words != "" {
		t.Errorf("without a template: %q", words)
	}
}
