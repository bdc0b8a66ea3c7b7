package slack_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestRoles: who may not dismiss or mute is told so and changes nothing, in a button, in a
// window that asks, and when the window was open already; what no list keeps for others
// stays everybody's. People are known by id, or by the address of their profile.
func TestRoles(t *testing.T) {
	byID := func(dismiss, mute string) func(mention.Person, string) slack.Roles {
		return func(p mention.Person, _ string) slack.Roles {
			return slack.Roles{Dismiss: dismiss == "" || p.ID == "slack:"+dismiss, Mute: mute == "" || p.ID == "slack:"+mute, Reply: true, Sources: true}
		}
	}
	byAddress := func(address string) func(mention.Person, string) slack.Roles {
		return func(_ mention.Person, email string) slack.Roles {
			return slack.Roles{Dismiss: email == address, Mute: true, Reply: true, Sources: true}
		}
	}
	for _, c := range []struct {
		name           string
		roles          func(mention.Person, string) slack.Roles
		action, option string
		asks           bool // Slack cannot be asked for profiles
		want           mention.Status
		told           string
	}{
		{name: "no lists", action: "more", option: "spam", want: mention.Dismissed},
		{name: "by id", roles: byID(ira, ""), action: "more", option: "spam", want: mention.Dismissed},
		{name: "by address", roles: byAddress("ira@romashka.example"), action: "more", option: "spam", want: mention.Dismissed},
		{name: "another id", roles: byID(oleh, ""), action: "more", option: "spam", want: mention.Open, told: "this is for others to do"},
		{name: "another address", roles: byAddress("oleh@romashka.example"), action: "more", option: "not_us", want: mention.Open, told: "this is for others to do"},
		{name: "an address that cannot be asked for", roles: byAddress("ira@romashka.example"), asks: true, action: "more", option: "spam", want: mention.Open, told: "could not ask Slack"},
		{name: "dismiss, and not mute", roles: byID("", oleh), action: "more", option: "spam", want: mention.Dismissed},
		{name: "mute", roles: byID("", oleh), action: "more", option: "mute", want: mention.Open, told: "this is for others to do"},
		{name: "claim", roles: byID(oleh, oleh), action: "claim", want: mention.Claimed},
		{name: "snooze", roles: byID(oleh, oleh), action: "more", option: "snooze_for", want: mention.Open},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{roles: c.roles, http: true})
			if c.asks {
				w.fake.Break(fakeslack.Fault{Method: "users.info", Kind: fakeslack.Refuse5xx, Times: -1})
			}
			w.hear(complaint("1", refund))
			m := w.posted(1)[0]
			id := mention.ID(buttonValue(t, m))
			w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: c.action, Option: c.option, User: ira})
			if c.told != "" {
				eventually(t, "the person is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
				if e := w.fake.Ephemerals()[0]; e.User != ira || !strings.Contains(e.Text, c.told) {
					t.Errorf("told %+v", e)
				}
				if w.log.count("outcome=\"may not\"") != 1 {
					t.Error("the log does not say that it was refused")
				}
			}
			w.quiet()
			if _, cs, err := w.store.Mention(t.Context(), id); err != nil || cs.Status != c.want {
				t.Errorf("the case is %s (%v), want %s", cs.Status, err, c.want)
			}
			if opened := len(w.fake.Views()) > 0; opened && c.told != "" {
				t.Error("a window opened for one who may not")
			}
		})
	}
}

// TestRoleTakenWhileTheWindowIsOpen: the window asks nobody twice, and counts all the same
// by what the watchlist says when it is sent.
func TestRoleTakenWhileTheWindowIsOpen(t *testing.T) {
	may := make(chan bool, 1)
	may <- true
	w := newWorld(t, worldOptions{roles: func(mention.Person, string) slack.Roles {
		now := <-may
		may <- now
		return slack.Roles{Dismiss: true, Mute: now}
	}})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "more", Option: "mute", User: ira})
	eventually(t, "the window", func() bool { return len(w.fake.Views()) == 1 })
	<-may
	may <- false
	if err := w.fake.Submit(ira, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the person is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
	if _, cs, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, m))); err != nil || cs.Status != mention.Open {
		t.Errorf("the case is %s (%v)", cs.Status, err)
	}
}
