package daemon

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestGroupsMay: who is in a user group of Slack that a list names may what the list lets, in Slack and in the
// inbox; who is not in it may not, nor may anybody while nobody has said who is.
func TestGroupsMay(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{
		People: []fakeslack.Person{{ID: "U000000IRA", Handle: "ira", Name: "Ira"}, {ID: "U00000OLEH", Handle: "oleh", Name: "Oleh"}},
		Groups: []fakeslack.Group{{ID: "S00SUPPORT", Handle: "support", Users: []string{"U000000IRA"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	d := openAt(t, strings.NewReplacer("DIR", t.TempDir(), "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions"}]
slack: {bot_token: "`+fakeslack.BotToken+`", api_url: "URL"}
web: {listen: "127.0.0.1:0", roles: {dismiss: ["@support"], mute: [oleh@romashka.example, "@support"], reply: []}}
store: {database: "sqlite:DIR/e.db"}
`), new(skipping).now)
	ira, oleh := mention.Person{ID: "slack:U000000IRA", Name: "Ira"}, mention.Person{ID: "slack:U00000OLEH", Name: "Oleh"}
	if d.slackRoles(ira, "").Dismiss {
		t.Error("a group of which nobody knows who is in it lets somebody")
	}
	notifying(t, d)
	eventually(t, "the members", func() bool { return d.slackRoles(ira, "").Dismiss })
	for _, c := range []struct {
		who                    mention.Person
		email                  string
		dismiss, mute, sources bool
	}{{ira, "", true, true, true}, {oleh, "oleh@romashka.example", false, true, true}} {
		if got := d.slackRoles(c.who, c.email); got.Dismiss != c.dismiss || got.Mute != c.mute || got.Reply || got.Sources != c.sources {
			t.Errorf("%s may %+v", c.who.Name, got)
		}
		if got := d.lists([]string{"@support"}, c.who, c.email); got != c.dismiss {
			t.Errorf("that @support names %s is %t", c.who.Name, got)
		}
	}
}
