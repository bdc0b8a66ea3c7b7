package slack_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestWhosePressItIs: a press counts when it is for this app and from this workspace, by
// whichever door it comes; who is refused for the workspace is told so, alone.
func TestWhosePressItIs(t *testing.T) {
	const other, otherApp = "T000OTHER", "A000OTHER"
	for _, c := range []struct {
		name   string
		click  fakeslack.Click
		allow  bool
		taken  bool
		told   bool
		socket bool   // both doors: what they share is tried by one
		org    string // who presses is in this organisation; ours is E0000OURS
	}{
		{name: "ours", taken: true, socket: true},
		{name: "ours, in a channel of another workspace", click: fakeslack.Click{Team: other}, taken: true},
		{name: "an outsider in our channel", click: fakeslack.Click{From: other}, told: true},
		{name: "an outsider", click: fakeslack.Click{Team: other, From: other}, told: true, socket: true},
		{name: "an outsider whose workspace Slack does not say", click: fakeslack.Click{Team: other, From: "-"}, told: true},
		{name: "a colleague of another workspace of our organisation", click: fakeslack.Click{From: other}, org: "E0000OURS", taken: true, socket: true},
		{name: "one whose press names our organisation in place of a workspace", click: fakeslack.Click{From: "E0000OURS"}, org: "E000OTHER", taken: true},
		{name: "an outsider of another organisation", click: fakeslack.Click{From: other}, org: "E000OTHER", told: true},
		{name: "an outsider who may", click: fakeslack.Click{Team: other, From: other}, allow: true, taken: true},
		{name: "another app", click: fakeslack.Click{App: otherApp}, socket: true},
		{name: "another app, outsiders may", click: fakeslack.Click{App: otherApp, Team: other, From: other}, allow: true},
		{name: "an outsider wants a window", click: fakeslack.Click{From: other, Action: "more", Option: "mute"}, told: true},
		{name: "another app wants a window", click: fakeslack.Click{App: otherApp, Action: "more", Option: "mute"}},
	} {
		for _, door := range []string{"http", "socket"} {
			if door == "socket" && !c.socket {
				continue
			}
			t.Run(c.name+" by "+door, func(t *testing.T) {
				t.Parallel()
				opt := worldOptions{http: door == "http", outsiders: c.allow}
				if c.org != "" {
					opt.fake = fakeslack.Options{Org: "E0000OURS", People: []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira", Team: other, Org: c.org}}}
				}
				w := newWorld(t, opt)
				w.hear(complaint("1", refund))
				m := w.posted(1)[0]
				click := c.click
				click.Channel, click.TS, click.User = m.Channel, m.TS, ira
				if click.Action == "" {
					click.Action = "claim"
				}
				w.press(click)
				if c.told {
					eventually(t, "the person is told", func() bool { return len(w.fake.Ephemerals()) > 0 })
					if e := w.fake.Ephemerals(); len(e) != 1 || e[0].User != ira || !strings.Contains(e[0].Text, "from another workspace") {
						t.Errorf("told %+v", e)
					}
				}
				w.quiet()
				if !c.taken {
					eventually(t, "the log says that it is refused", func() bool { return w.log.count("a press in slack is refused") > 0 })
				}
				_, cs, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, m)))
				if err != nil || (cs.Status == mention.Claimed) != c.taken {
					t.Errorf("the case is %s (%v)", cs.Status, err)
				}
				if !c.told && len(w.fake.Ephemerals()) > 0 {
					t.Errorf("told %+v", w.fake.Ephemerals())
				}
				if len(w.fake.Views()) > 0 {
					t.Error("a window opened")
				}
				if refused := w.log.count("a press in slack is refused"); (refused == 1) != (!c.taken) {
					t.Errorf("%d lines of the log say that it is refused", refused)
				}
			})
		}
	}
}

// TestHomeIsAskedAgain: while Slack does not say which workspace is ours nothing is
// decided, the person is told, and the next press counts.
func TestHomeIsAskedAgain(t *testing.T) {
	w := newWorld(t, worldOptions{http: true})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.stop()
	w.fake.Break(fakeslack.Fault{Method: "auth.test", Kind: fakeslack.Refuse5xx, Times: -1})
	w.start()
	click := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}
	w.press(click)
	eventually(t, "the person is told", func() bool { return len(w.fake.Ephemerals()) > 0 })
	if e := w.fake.Ephemerals(); !strings.Contains(e[0].Text, "press again in a moment") {
		t.Errorf("told %+v", e)
	}
	w.fake.Heal()
	w.press(click)
	w.quiet()
	if _, cs, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, m))); err != nil || cs.Status != mention.Claimed {
		t.Errorf("the case is %s (%v)", cs.Status, err)
	}
}
