package daemon

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestNotifyThatPingsNobodyIsOnTheHealthPage, until the watchlist names somebody.
func TestNotifyThatPingsNobodyIsOnTheHealthPage(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	dir := t.TempDir()
	list := func(notify, second string) string {
		return strings.NewReplacer("NOTIFY", notify, "SECOND", second, "DB", filepath.Join(dir, "e.db"), "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions", notify: "NOTIFY"}]
deadlines: {claim: 15m, notify: "SECOND"}
slack: {bot_token: "` + fakeslack.BotToken + `", api_url: "URL"}
store: {database: "sqlite:DB"}
`)
	}
	d := open(t, list("@nobody", "@oncall-pr"))
	notifying(t, d)
	trouble := func() string {
		_, h := healthOf(t, d)
		return h.Trouble["notify"]
	}
	until := func(what string, ok func(said string) bool) {
		t.Helper()
		eventually(t, what+" on the health page", func() bool { return ok(trouble()) })
	}
	until("a name that nobody has", func(said string) bool {
		return strings.Contains(said, `"@nobody"`) && !strings.Contains(said, "oncall")
	})
	reloaded(t, d, list("@ira", "@oncall-pr"))
	until("names that are known", func(said string) bool { return said == "" })
}

// TestTroubleOfAnAccountEndsWithIt: what was wrong with a token is not said of the one that took
// its place, nor when there is no Slack any more.
func TestTroubleOfAnAccountEndsWithIt(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	for name, after := range map[string]string{
		"another token":  `slack: {bot_token: "` + fakeslack.BotToken + `", api_url: "` + fake.URL() + `"}`,
		"no slack":       "",
		"only a webhook": `slack: {webhook_url: "` + fake.HookURL() + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			list := func(account string) string {
				return strings.NewReplacer("DB", filepath.Join(dir, "e.db")).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions"}]
store: {database: "sqlite:DB"}
` + account + "\n")
			}
			d := open(t, list(`slack: {bot_token: xoxb-revoked, api_url: "`+fake.URL()+`"}`))
			notifying(t, d)
			eventually(t, "the refused token", func() bool { return d.metrics.inTrouble()["slack"] != nil })
			reloaded(t, d, list(after))
			eventually(t, "no trouble", func() bool { return d.metrics.inTrouble()["slack"] == nil })
		})
	}
}

// TestStaffAreToldWhatSlackDoesNotDo: buttons that do nothing because the app token was revoked or is
// of another app, and names that ping nobody, are told where people look: neither shows in Slack
// before somebody presses, or should have come and did not.
func TestStaffAreToldWhatSlackDoesNotDo(t *testing.T) {
	for name, c := range map[string]struct {
		socket, revoked, notify string
		bot                     string // the bot token that Slack takes, where it is not ours
		archived, untold        bool   // untold: nobody was told yet when it was over
		told, over              string
	}{
		"token revoked":   {revoked: "xapp-new", told: "Buttons and /earshot do nothing in Slack now: slack: apps.connections.open: invalid_auth", over: "work again in Slack"},
		"bot token wrong": {bot: "xoxb-new", notify: "@ira"}, // of whom nobody knows anything
		"another app":     {socket: "A000OTHER", told: "is of another Slack app (A000OTHER)"},
		"who left":        {notify: "U00000OLEH", told: `does nothing in Slack: "U00000OLEH" was deactivated`},
		"channel":         {archived: true, told: "Before the next alert goes to #billing: #billing is archived", over: "Alerts reach #billing again"},
		"channel, untold": {archived: true, untold: true, told: "Before the next alert goes to #billing"},
		"well":            {notify: "U000000IRA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, err := fakeslack.Start(fakeslack.Options{Socket: c.socket, People: []fakeslack.Person{{ID: "U000000IRA", Handle: "ira", Name: "Ira"}, {ID: "U00000OLEH", Handle: "oleh", Deactivated: true}},
				Channels: []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C00BILLING", Name: "billing", Archived: c.archived}}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(fake.Close)
			fake.Tokens(cmp.Or(c.bot, fakeslack.BotToken), cmp.Or(c.revoked, fakeslack.AppToken))
			now := &skipping{}
			d := openAt(t, strings.NewReplacer("NOTIFY", cmp.Or(c.notify, "@ira"), "DIR", t.TempDir(), "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{topic: billing, to: "#billing"}, {to: "#mentions", notify: "NOTIFY"}]
slack: {bot_token: "`+fakeslack.BotToken+`", app_token: "`+fakeslack.AppToken+`", api_url: "URL"}
store: {database: "sqlite:DIR/e.db"}
`), now.now)
			notifying(t, d)
			var a alarms
			began := time.Now()
			skip := func(d time.Duration) { began = began.Add(d); now.to(began) }
			eventually(t, "the notice", func() bool {
				d.look(t.Context(), &a)
				skip(alarmEvery)
				return c.told == "" && fake.Connections() > 0 && now.ahead.Load() > int64(10*time.Minute) || c.told != "" && strings.Contains(strings.Join(notices(t, d), "\n"), c.told)
			})
			for range 20 {
				d.look(t.Context(), &a)
				skip(2 * time.Hour)
			}
			said := notices(t, d)
			if c.told == "" && len(said) > 0 || c.told != "" && len(said) != 1 {
				t.Errorf("staff were told: %q", said)
			}
			if c.over == "" && !c.untold {
				return
			}
			if due, err := d.store.DueAlerts(t.Context(), d.now().Add(time.Second), 1); !c.untold && (err != nil || len(due) != 1) {
				t.Fatal(due, err)
			} else if !c.untold {
				posted(t, d, due[0].ID)
			}
			fake.Tokens(fakeslack.BotToken, fakeslack.AppToken)
			d.notifiers.deaf.Store(new(error)) // it is asked for again after a minute
			d.notifiers.closed.Store(&map[string]error{})
			d.look(t.Context(), &a)
			if said := strings.Join(notices(t, d), "\n"); !strings.Contains(said, c.over) || c.untold && said != "" {
				t.Errorf("when it was over staff were told: %s", said)
			}
		})
	}
}

// notifying runs what talks to Slack, and nothing else of a daemon, until the test ends.
func notifying(t *testing.T, d *Daemon) {
	t.Cleanup(d.notifiers.client.CloseIdleConnections)
	untilTheEnd(t, d.notifiers.run)
}

// posted marks an alert as told.
func posted(t *testing.T, d *Daemon, id mention.AlertID) {
	t.Helper()
	if _, err := d.store.BeginPosting(t.Context(), id, d.now()); err != nil {
		t.Fatal(err)
	}
	if ok, err := d.store.MarkPosted(t.Context(), id, "C0MENTIONS", "1.2", 0); err != nil || !ok {
		t.Fatal(ok, err)
	}
}

// TestWhatSlackDoesNotDoIsNotOver: that it is well again is told when it is, not when nobody can tell, and
// what was told is not told again by who takes over.
func TestWhatSlackDoesNotDoIsNotOver(t *testing.T) {
	const buttons, channel = "Buttons and /earshot do nothing", "#billing is archived"
	for name, c := range map[string]struct {
		told  string
		event func(d *Daemon, fake *fakeslack.Server, list func(billing string) string)
	}{
		"slack is out of reach": {buttons, func(d *Daemon, fake *fakeslack.Server, _ func(string) string) {
			fake.Break(fakeslack.Fault{Method: "apps.connections.open", Kind: fakeslack.RefuseDrop, Times: -1})
			fake.CutSockets()
			eventually(t, "it to be out of reach", func() bool { why, _ := d.notHeard(d.staffLang()); return why == "" })
		}},
		"another account": {channel, func(d *Daemon, _ *fakeslack.Server, _ func(string) string) { d.notifiers.closed.Store(nil) }},
		"the watchlist names another channel": {channel, func(d *Daemon, _ *fakeslack.Server, list func(string) string) {
			reloaded(t, d, list("#leads"))
			eventually(t, "a look", func() bool { closed, _ := d.notifiers.closedRoutes(); return closed["#billing"] == nil })
		}},
		"slack lets nobody look": {channel, func(d *Daemon, fake *fakeslack.Server, _ func(string) string) {
			fake.Break(fakeslack.Fault{Method: "conversations.list", Kind: fakeslack.Code, Error: "missing_scope", Times: -1})
			d.notifiers.slackInUse().Channels([]string{"#billing"})
			eventually(t, "a message to be tried there", func() bool { return !d.notifiers.takesNothing("#billing") })
		}},
		"another replica for a while": {channel, func(d *Daemon, _ *fakeslack.Server, _ func(string) string) { holds(d, false) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := fakeslack.Options{Channels: []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C00BILLING", Name: "billing", Archived: c.told == channel}, {ID: "C0000LEADS", Name: "leads"}}}
			if c.told == buttons {
				options.Socket = "A000OTHER"
			}
			fake, err := fakeslack.Start(options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(fake.Close)
			dir := t.TempDir()
			list := func(billing string) string {
				return strings.NewReplacer("BILLING", billing, "DIR", dir, "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{topic: billing, to: "BILLING"}, {to: "#mentions"}]
slack: {bot_token: "` + fakeslack.BotToken + `", app_token: "` + fakeslack.AppToken + `", api_url: "URL"}
store: {database: "sqlite:DIR/e.db"}
`)
			}
			now, began := &skipping{}, time.Now().Truncate(24*time.Hour).Add(32*time.Hour)
			now.to(began)
			d := openAt(t, list("#billing"), now.now)
			notifying(t, d)
			var a alarms
			look := func() string {
				began = began.Add(alarmAfter)
				now.to(began)
				d.look(t.Context(), &a)
				return strings.Join(notices(t, d), "\n")
			}
			eventually(t, "the notice", func() bool { return strings.Contains(look(), c.told) })
			due, err := d.store.DueAlerts(t.Context(), d.now().Add(time.Second), 2)
			if err != nil || len(due) != 1 {
				t.Fatal(due, err)
			}
			posted(t, d, due[0].ID)
			c.event(d, fake, list)
			for range 5 {
				look()
			}
			holds(d, true)
			for range 5 {
				if said := look(); said != "" {
					t.Fatalf("staff were told: %s", said)
				}
			}
		})
	}
}

// twoChannels is a daemon of two channels in a Slack that is not there.
func twoChannels(t *testing.T, now *skipping) *Daemon {
	return openAt(t, `contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{topic: billing, to: "#billing"}, {to: "#mentions"}]
slack: {bot_token: xoxb-1, api_url: "http://127.0.0.1:1/"}
store: {database: "sqlite:`+filepath.Join(t.TempDir(), "e.db")+`"}
`, now.now)
}

// TestRoutesTellOfAClosedChannel: what an attempt found is told by the routes, and not once more.
func TestRoutesTellOfAClosedChannel(t *testing.T) {
	t.Parallel()
	now := &skipping{}
	d := twoChannels(t, now)
	gone := &alerts.RefusedError{Code: "is_archived", Err: errors.New("it is archived")}
	d.notifiers.closed.Store(&map[string]error{"#billing": gone})
	var a alarms
	d.look(t.Context(), &a)
	d.metrics.trouble("#billing", gone) // a complaint came
	for range 3 {
		now.to(now.now().Add(time.Hour))
		d.look(t.Context(), &a)
	}
	d.metrics.trouble("#billing", nil) // and was taken, for the channel is well again
	d.look(t.Context(), &a)
	if said := notices(t, d); len(said) > 0 {
		t.Errorf("staff were told: %q", said)
	}
}

// TestClosedChannelIsToldOnceADay: however often earshot starts, or replicas take over, of one day what was
// told is not told again; a channel that was well meanwhile is.
func TestClosedChannelIsToldOnceADay(t *testing.T) {
	t.Parallel()
	now, at := &skipping{}, time.Now().Truncate(24*time.Hour).Add(32*time.Hour)
	d := twoChannels(t, now)
	var a alarms
	looks := func(closed map[string]error, told string) {
		t.Helper()
		d.notifiers.closed.Store(&closed)
		for range 3 {
			at = at.Add(alarmAfter)
			now.to(at)
			d.look(t.Context(), &a)
		}
		due, err := d.store.DueAlerts(t.Context(), d.now().Add(time.Second), 9)
		if err != nil || (len(due) == 1) != (told != "") || len(due) > 1 || told != "" && !strings.Contains(notices(t, d)[0], told) {
			t.Fatalf("%v, %v: staff were told %q", closed, err, notices(t, d))
		}
		for _, one := range due {
			posted(t, d, one.ID)
		}
	}
	gone := map[string]error{"#billing": &alerts.RefusedError{Code: "is_archived", Err: errors.New("it is archived")}}
	for range 2 {
		looks(map[string]error{}, "")
		looks(gone, "goes to #billing: it is archived")
		for range 2 {
			a = alarms{} // a start, or another replica
			looks(gone, "")
		}
		looks(map[string]error{}, "reach #billing again")
	}
}

// TestNoticeOfTheClosedChannelOfNotices: it is told in a channel that works, with no attempt in the closed
// one: nothing would ever show that one to be well again, before the next complaint.
func TestNoticeOfTheClosedChannelOfNotices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		is    fakeslack.Channel
		stand string // where the notice stands
	}{
		"archived": {fakeslack.Channel{Name: "mentions", Archived: true}, "C0000LEADS"},
		"renamed":  {fakeslack.Channel{Name: "complaints"}, "C0MENTIONS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, err := fakeslack.Start(fakeslack.Options{Channels: []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C0000LEADS", Name: "leads"}}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(fake.Close)
			now := &skipping{}
			d := openAt(t, strings.NewReplacer("DIR", t.TempDir(), "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions"}]
deadlines: {claim: 15m, escalate_to: "#leads"}
slack: {bot_token: "`+fakeslack.BotToken+`", api_url: "URL"}
store: {database: "sqlite:DIR/e.db"}
`), now.now)
			notifying(t, d)
			eventually(t, "a look", func() bool { _, looked := d.notifiers.closedRoutes(); return looked })
			c.is.ID = "C0MENTIONS"
			fake.SetChannel(c.is)
			d.notifiers.slackInUse().Channels([]string{"#mentions", "#leads", "C0000LEADS"}) // look again
			deliver(t, d)
			var a alarms
			eventually(t, "the notice", func() bool {
				d.look(t.Context(), &a)
				now.to(now.now().Add(alarmAfter))
				return len(fake.Messages("")) == 1
			})
			if m := fake.Messages("")[0]; m.Channel != c.stand || !strings.Contains(m.Text, "Before the next alert goes to #mentions") {
				t.Errorf("in %s: %s", m.Channel, m.Text)
			}
			d.Refused(t.Context(), errors.New("line 3 is wrong")) // all that staff are told goes there
			eventually(t, "another notice", func() bool { return len(fake.Messages("")) == 2 })
			if m := fake.Messages("")[1]; m.Channel != c.stand || !strings.Contains(m.Text, "line 3 is wrong") {
				t.Errorf("in %s: %s", m.Channel, m.Text)
			}
			d.metrics.trouble(partWatchlist, nil)
			fake.SetChannel(fakeslack.Channel{ID: "C0MENTIONS", Name: "mentions"})
			d.notifiers.slackInUse().Channels([]string{"#mentions", "#leads"})
			eventually(t, "that it is over", func() bool { d.look(t.Context(), &a); return len(fake.Messages("")) == 3 })
			if left := d.metrics.inTrouble(); len(left) > 0 {
				t.Errorf("in trouble: %v", left)
			}
		})
	}
}

// TestWhomOthersNameIsNotSlacks: who takes a webhook has names of its own, which nobody need have in Slack.
// Whom the deadlines name is named below the complaint: in Slack where complaints go there.
func TestWhomOthersNameIsNotSlacks(t *testing.T) {
	for routes, c := range map[string]struct{ channels, notify []string }{
		`[{topic: billing, to: "webhook:crm", notify: "@duty"}, {to: "#mentions", notify: "@oncall-pr"}]`: {[]string{"#mentions", "#digest"}, []string{"@lead", "@oncall-pr"}},
		`[{to: "webhook:crm", notify: "@duty"}]`:                                                          {[]string{"#digest"}, nil},
	} {
		cfg := check(t, strings.Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
webhooks: [{name: crm, url: "https://crm.example/in"}]
routes: ROUTES
deadlines: {claim: 15m, escalate_to: "webhook:crm", notify: "@lead"}
digest: {to: "#digest", daily: 09:00 Europe/Kyiv}
`, "ROUTES", routes, 1)).Config
		channels, notify := slackNeeds(cfg)
		slices.Sort(notify)
		if got := slices.Compact(notify); !slices.Equal(channels, c.channels) || !slices.Equal(got, c.notify) {
			t.Errorf("%q, and of people %q", channels, got)
		}
	}
}

// holds gives the lease to a replica, or takes it away.
func holds(d *Daemon, it bool) {
	d.lease.mu.Lock()
	defer d.lease.mu.Unlock()
	d.lease.last = it
}
