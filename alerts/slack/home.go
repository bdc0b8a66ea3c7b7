package slack

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	api "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The App Home shows a person their own cases, what nobody has, and who has waited longest.
// It is drawn when they open it, after what they press, and, while it was opened lately, some
// seconds after what anybody else pressed.

const (
	homeCases = 10  // of mine, and of those that nobody has
	homeWaits = 5   // of the longest waits
	homeLooks = 200 // among how many that wait the longest are looked for
	// homeFor is how long after its opening a Home is drawn again after a click.
	homeFor = 12 * time.Hour
	// maxHomes bounds how many are remembered, and so how many calls can wait.
	maxHomes = 1000
)

// Slack allows a hundred calls of views.publish a minute.
const (
	homesPerSecond = 1.5
	homesAtOnce    = 10
)

// What others press is drawn slower than what the person presses, who must not wait for it.
const (
	othersAfter     = 2 * time.Second // changes that come meanwhile are drawn with it
	othersFor       = time.Hour       // after the opening: later nobody looks at it any more
	othersAtMost    = 30              // the last opened ones
	othersPerSecond = 0.5
	othersAtOnce    = 5
)

// tabs are the Homes that people opened lately. It is safe for concurrent use.
type tabs struct {
	pace, others *rate.Limiter

	mu      sync.Mutex
	open    map[string]*tab // by the person's id
	changed time.Time       // the last change of a case
	round   bool            // somebody draws them again already
}

type tab struct {
	opened time.Time
	drawn  time.Time // it shows what changed before
	words  string    // to say on top, once
	waits  bool      // it is to be drawn already
}

// want notes that a Home is to be drawn; draw says that the caller is to do it. One that
// waits to be drawn is drawn once, however often it is wanted.
func (t *tabs) want(user, words string, opens bool, now time.Time) (draw bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.open, func(_ string, one *tab) bool { return now.Sub(one.opened) > homeFor && !one.waits })
	one := t.open[user]
	if one == nil {
		if !opens || len(t.open) >= maxHomes {
			return false
		}
		if t.open == nil {
			t.open = map[string]*tab{}
		}
		one = &tab{}
		t.open[user] = one
	}
	if opens {
		one.opened = now
	}
	if words != "" {
		one.words = words
	}
	draw = !one.waits
	one.waits = true
	return draw
}

// take returns what to say, and lets the Home be wanted anew.
func (t *tabs) take(user string, now time.Time) (words string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.open[user]
	words, one.words, one.waits, one.drawn = one.words, "", false, now
	return words
}

// change notes that a case changed; draw says that the caller is to draw what is outdated.
func (t *tabs) change(now time.Time) (draw bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = now
	draw = !t.round && len(t.open) > 0
	t.round = t.round || draw
	return draw
}

// outdated returns whose Homes do not show the last change, the last opened first. They end
// when nothing changed since they were asked for last, and with them the caller's turn.
func (t *tabs) outdated(last, now time.Time) (users []string, changed time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed.Equal(last) {
		t.round = false
		return nil, last
	}
	for user, one := range t.open {
		if !one.waits && !one.drawn.After(t.changed) && now.Sub(one.opened) <= othersFor {
			users = append(users, user)
		}
	}
	slices.SortFunc(users, func(a, b string) int { return t.open[b].opened.Compare(t.open[a].opened) })
	return users[:min(len(users), othersAtMost)], t.changed
}

// event is what the Events API sends, as far as earshot reads it.
type event struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	App       string `json:"api_app_id"`
	Team      string `json:"team_id"`
	Event     struct {
		Type string `json:"type"`
		User string `json:"user"`
		Tab  string `json:"tab"`
	} `json:"event"`
}

// eventPayload reads an event that is acknowledged.
func (n *Notifier) eventPayload(payload []byte) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		n.opt.Log.Warn("an event from slack cannot be read", "err", err)
		return
	}
	if e.Event.Type != "app_home_opened" || e.Event.Tab == "messages" || e.Event.User == "" || n.opt.Cases == nil {
		return
	}
	n.after(func(ctx context.Context) {
		c := click{AppID: e.App}
		c.Team.ID, c.User.ID, c.lang = e.Team, e.Event.User, n.spoken(ctx, e.Event.User, "").Code()
		who, known := n.people.profile(ctx, e.Event.User)
		ours, err := n.workspace(ctx)
		if known {
			c.User.TeamID = who.team
		}
		words, ok := n.admit(ctx, c)
		if ok && !known && err == nil && ours.team != "" && !n.opt.Outsiders {
			// Unlike a press, an event says whose workspace the app is in, and not whose the person is.
			words, ok = n.opt.Language(c.lang).Text("slack.home.unknown"), false
		}
		if ok {
			n.wantHome(e.Event.User, "", true)
		} else if words != "" {
			n.publish(ctx, e.Event.User, page{{{text: words}}}.blocks())
		}
	})
}

// inHome reports whether a press was made in the App Home.
func (c click) inHome() bool { return c.View.Type == "home" }

// wantHome draws a person's Home soon. words are said on top of it.
func (n *Notifier) wantHome(user, words string, opens bool) {
	if n.opt.Cases == nil || !n.tabs.want(user, words, opens, n.opt.Now()) {
		return
	}
	n.later.Go(func() {
		ctx, cancel := context.WithTimeout(n.life, afterwards)
		defer cancel()
		err := n.tabs.pace.Wait(ctx)
		words := n.tabs.take(user, n.opt.Now())
		if err != nil {
			return
		}
		l := n.spoken(ctx, user, "")
		blocks, err := n.homeBlocks(ctx, l, "slack:"+user, words)
		if err != nil {
			n.opt.Log.Error("a home tab cannot be drawn", "person", user, "err", err)
			blocks = page{{{text: l.Text("slack.command.failed")}}}.blocks()
		}
		n.publish(ctx, user, blocks)
	})
}

// CasesChanged draws the Homes that were opened lately again, soon and few at a time: a case
// changed. It does not block, and may be called at any time.
func (n *Notifier) CasesChanged() {
	if n.opt.Cases != nil && n.tabs.change(n.opt.Now()) {
		n.begin(n.redrawHomes)
	}
}

func (n *Notifier) redrawHomes() {
	for last := (time.Time{}); sleep(n.life, othersAfter); {
		users, changed := n.tabs.outdated(last, n.opt.Now())
		if changed.Equal(last) {
			return
		}
		last = changed
		for _, user := range users {
			if n.tabs.others.Wait(n.life) != nil {
				return
			}
			n.wantHome(user, "", false)
		}
	}
}

// publish shows blocks in a person's Home; it is tried once more after Slack asked for silence.
func (n *Notifier) publish(ctx context.Context, user string, blocks []api.Block) {
	view := api.PublishViewContextRequest{UserID: user, View: api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: api.Blocks{BlockSet: blocks}}}
	err := briefly(ctx, afterwards, func() error {
		_, err := n.api.PublishViewContext(ctx, view)
		return err
	})
	if err != nil && ctx.Err() == nil {
		n.opt.Log.Warn("a home tab cannot be shown", "person", user, "err", n.sort("views.publish", "", err))
	}
}

// homeList is one list of a Home.
type homeList struct {
	cases []mention.MentionRecord
	total int // counted to countAtMost
}

// homeBlocks are the blocks of a person's Home, some fifty of the hundred that Slack takes.
func (n *Notifier) homeBlocks(ctx context.Context, l i18n.Lang, person, words string) ([]api.Block, error) {
	list := func(q mention.Query) (out homeList, err error) {
		q.Limit, q.Alerted, q.ByRank = homeCases, true, true
		p, err := n.opt.Cases.List(ctx, q)
		if out.cases, out.total = p.Entries, len(p.Entries); err == nil && p.Next != "" {
			out.total, err = n.opt.Cases.Count(ctx, q, countAtMost)
		}
		return out, err
	}
	mine, err := list(mention.Query{Owner: person, Statuses: []mention.Status{mention.Claimed}})
	if err != nil {
		return nil, err
	}
	free, err := list(mention.Query{Statuses: []mention.Status{mention.Open}, Awake: true, Standing: true})
	if err != nil {
		return nil, err
	}
	all, err := n.opt.Cases.List(ctx, mention.Query{Unanswered: true, Alerted: true, Awake: true, ByRank: true, Limit: homeLooks})
	if err != nil {
		return nil, err
	}
	waits := alerts.ByWaiting(all.Entries)
	return n.drawHome(l, mine, free, waits[:min(len(waits), homeWaits)], words), nil
}

func (n *Notifier) drawHome(l i18n.Lang, mine, free homeList, waits []mention.MentionRecord, words string) []api.Block {
	var blocks []api.Block
	if words != "" {
		blocks = append(blocks, page{{{text: words, strong: true}}}.blocks()...)
	}
	header := func(words string) { blocks = append(blocks, api.NewHeaderBlock(plainText(words))) }
	say := func(id string, lines ...line) {
		b := page(lines).blocks()[0].(*api.RichTextBlock)
		b.BlockID = id
		blocks = append(blocks, b)
	}
	cases := func(name string, of homeList, none string) {
		if of.total == 0 {
			say(name+" none", line{{text: none}})
		}
		for _, e := range of.cases {
			id := string(e.Mention.ID)
			say(name+" "+id, n.caseLines(l, e)...)
			blocks = append(blocks, api.NewActionBlock(deskBlock+" "+l.Code()+" "+name+" "+id, homeButtons(l, e)...))
		}
		if more := of.total - len(of.cases); more > 0 {
			say(name+" more", line{{text: l.Plural("slack.more", more)}})
		}
	}
	header(text.Capital(l.Plural("slack.home.mine", mine.total)))
	cases("mine", mine, l.Text("slack.home.mine_none"))
	header(l.Plural("slack.home.free", free.total))
	cases("free", free, l.Text("slack.home.free_none"))
	if len(waits) > 0 {
		header(l.Text("slack.home.longest"))
		for _, e := range waits {
			span := l.Span(n.opt.Now().Sub(alerts.Since(e.Mention, e.Case)))
			one := line{{text: span, strong: true}, {text: " · " + whoWhere(l, e.Mention.Post, somebody(l)) + " · " + alerts.State(l, n.opt.Zone(), e.Mention, e.Case) + "  "}}
			if inbox := n.caseLink(e.Mention.ID); inbox != "" {
				one = append(one, piece{text: l.Text("slack.inbox"), link: inbox})
			}
			say("longest "+string(e.Mention.ID), one)
		}
	}
	last := line{{text: l.Text("slack.home.help") + "  "}}
	if inbox := n.inbox("/inbox"); inbox != "" {
		last = append(last, piece{text: l.Text("slack.home.inbox"), link: inbox})
	}
	say("last", last)
	return blocks
}

// homeButtons are the verbs that make sense without the window of a message.
func homeButtons(l i18n.Lang, e mention.MentionRecord) []api.BlockElement {
	id := string(e.Mention.ID)
	button := func(action, key string) *api.ButtonBlockElement {
		return api.NewButtonBlockElement(action, id, plainText(l.Text(key)))
	}
	var row []api.BlockElement
	if e.Case.Status == mention.Claimed {
		row = append(row, button(actReplied, "verb.replied").WithStyle(api.StylePrimary), button(actRelease, "verb.release"))
	} else {
		row = append(row, button(actClaim, "verb.claim").WithStyle(api.StylePrimary))
	}
	if link := webLink(e.Mention.Post.URL); link != "" {
		row = append(row, button(actOpen, "press.open").WithURL(link))
	}
	return row
}
