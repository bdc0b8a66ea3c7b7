package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The windows that ask before something is done: whom a mute silences, how long a snooze
// lasts, who is to have a complaint. Slack's own question (confirm) hangs on a whole menu
// and not on one entry of it, so a menu's entries ask here.

// The callback ids of the windows, and the blocks and actions in them.
const (
	askMute   = "ask_mute"
	askSnooze = "ask_snooze"
	askAssign = "ask_assign"

	inLength = "length"
	inOwn    = "own"
	inPerson = "person"

	ownLength = "own" // beside those of alerts
)

// asked is what a window remembers of the press that opened it, so that any process may
// take its answer.
type asked struct {
	ID      mention.ID `json:"id"`
	Owner   string     `json:"owner,omitempty"` // whom the person saw
	At      int64      `json:"at,omitempty"`    // when it was opened, in seconds: what its words say of days is of then
	Channel string     `json:"channel"`
	TS      string     `json:"ts"`
	Thread  string     `json:"thread,omitempty"`
	Lang    string     `json:"lang,omitempty"`  // of the message
	Nth     int        `json:"nth,omitempty"`   // of the case's answers: the one that is written
	Seen    string     `json:"seen,omitempty"`  // what of it was shown: see answer.go
	Reply   string     `json:"reply,omitempty"` // the answer that is decided about
	URL     string     `json:"url,omitempty"`   // the press's own address, good for half an hour
}

// encode is what Slack keeps for a window; it holds nothing but what is ours and Slack's.
func (a asked) encode() string {
	raw, err := json.Marshal(a)
	if err != nil {
		return "" // strings and a number: cannot be
	}
	return string(raw)
}

// under reads it back, and makes c a click at the message under which the window was opened.
func (c *click) under() (from asked, ok bool) {
	if err := json.Unmarshal([]byte(c.View.PrivateMetadata), &from); err != nil || from.ID == "" {
		return from, false
	}
	c.Channel.ID, c.Message.TS, c.Message.ThreadTS, c.lang, c.ResponseURL = from.Channel, from.TS, from.Thread, from.Lang, from.URL
	return from, true
}

// answers is what was chosen in a window, by block and action.
type answers map[string]map[string]struct {
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
	Moment int64  `json:"selected_date_time"` // seconds since 1970
	User   string `json:"selected_user"`
	Value  string `json:"value"` // of a text
}

// windowOf says which window a press opens; empty for none.
func windowOf(act action) (window string, id mention.ID) {
	switch act.ActionID {
	case actText, actAnswer:
		return act.ActionID, mention.ID(act.Value)
	case actAssign:
		return askAssign, mention.ID(act.Value)
	case actMore:
		switch verb, id := act.entry(); verb {
		case optMute:
			return askMute, id
		case optSnoozeFor:
			return askSnooze, id
		}
	}
	return "", ""
}

// windowNames are what the log calls the entries that open a window.
var windowNames = map[string]string{actText: "reply text", actAnswer: "answer", askMute: "ask to mute", askSnooze: "ask to snooze", askAssign: "ask to assign"}

// nameWithin is how long Slack is asked for the name of the one who presses: the window
// must open within three seconds.
const nameWithin = time.Second

// open opens a window that asks.
func (n *Notifier) open(ctx context.Context, c click, window string, id mention.ID) {
	l := n.lang(c)
	if window == actAnswer {
		l = n.langOfPerson(ctx, c)
	}
	short, cancel := context.WithTimeout(ctx, nameWithin)
	me := n.person(short, c)
	cancel()
	if window == actAnswer {
		n.openAnswer(ctx, c, l, me, id)
		return
	}
	if window == askMute {
		mute := mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor}
		if words := n.refuses(ctx, l, me, func(r Roles) bool { return r.allows(mute) }).words; words != "" {
			n.pressed(me, windowNames[window], id, "may not")
			n.ephemeral(ctx, c, words)
			return
		}
	}
	m, cs, err := n.opt.Reader.Mention(ctx, id)
	if err != nil {
		n.pressed(me, windowNames[window], id, "failed")
		n.ephemeral(ctx, c, alerts.Refusal(l, err, n.opt.Now()))
		return
	}
	var view api.ModalViewRequest
	switch window {
	case askMute:
		view = muteView(l, m, n.opt.Now(), n.opt.Zone())
	case askSnooze:
		view = snoozeView(l, n.opt.Now(), n.opt.Zone())
	case askAssign:
		view = assignView(l, cs, c.User.ID)
	default:
		view = repliesView(l, m, n.opt.Replies(m, me.Name), n.opt.SaveTemplate != nil)
	}
	n.show(ctx, c, l, me, window, asked{ID: id, Owner: cs.Owner.ID, At: n.opt.Now().Unix()}, view)
}

// show opens a window under the message that was pressed.
func (n *Notifier) show(ctx context.Context, c click, l i18n.Lang, me mention.Person, window string, from asked, view api.ModalViewRequest) {
	id := from.ID
	from.Channel, from.TS, from.Thread, from.Lang, from.URL = c.channel(), c.Message.TS, c.Message.ThreadTS, l.Code(), c.ResponseURL
	view.PrivateMetadata = from.encode()
	err := briefly(ctx, shortSilence, func() error {
		_, err := n.api.OpenViewContext(ctx, c.TriggerID, view)
		return err
	})
	if err == nil {
		n.pressed(me, windowNames[window], id, "done")
		return
	}
	n.pressed(me, windowNames[window], id, "failed")
	n.opt.Log.Warn("a window cannot be opened", "window", window, "mention", id, "err", n.sort("views.open", "", err))
	n.ephemeral(ctx, c, unopened(l, err))
}

// unopened says that a window was not opened, and when pressing again may help.
func unopened(l i18n.Lang, err error) string {
	var limited *api.RateLimitedError
	if errors.As(err, &limited) {
		return l.Text("slack.window_silence", "span", l.Span((silence(limited.RetryAfter) + time.Second - 1).Truncate(time.Second)))
	}
	return l.Text("slack.window_failed")
}

// window is a modal with a question.
func window(l i18n.Lang, id, title, submit string, blocks ...api.Block) api.ModalViewRequest {
	return api.ModalViewRequest{Type: api.VTModal, CallbackID: id, Title: plainText(title), Submit: plainText(submit), Close: plainText(l.Text("slack.button.cancel")), Blocks: api.Blocks{BlockSet: blocks}}
}

func section(words string) api.Block { return api.NewSectionBlock(plainText(words), nil, nil) }

func muteView(l i18n.Lang, m mention.Mention, now time.Time, zone *time.Location) api.ModalViewRequest {
	until := l.Time("time.long_date", now.Add(mention.MuteFor).In(zone))
	return window(l, askMute, l.Text("slack.mute.title"), l.Text("slack.mute.title"),
		section(l.Text("slack.mute.question", "scope", alerts.MuteScope(l, m), "until", until)),
		section(l.Text("slack.mute.what")),
		section(l.Text("slack.mute.how_ends")))
}

func snoozeView(l i18n.Lang, now time.Time, zone *time.Location) api.ModalViewRequest {
	option := func(value, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(value, plainText(label), nil)
	}
	tomorrow := alerts.SnoozeUntil(alerts.SnoozeTomorrow, now, zone)
	hour := option(string(alerts.SnoozeHour), l.Text("until.hour"))
	length := api.NewRadioButtonsBlockElement(inLength, hour,
		option(string(alerts.SnoozeTomorrow), l.Text("slack.snooze.tomorrow", "when", l.Time("time.clock_weekday_zone", tomorrow))),
		option(string(alerts.SnoozeDays), l.Text("until.3days")),
		option(ownLength, l.Text("slack.snooze.own")))
	length.InitialOption = hour
	own := api.NewInputBlock(inOwn, plainText(l.Text("slack.snooze.own_label")), nil, api.NewDateTimePickerBlockElement(inOwn))
	own.Optional = true
	return window(l, askSnooze, l.Text("slack.snooze.title"), l.Text("slack.snooze.title"),
		section(l.Text("slack.snooze.what")),
		api.NewInputBlock(inLength, plainText(l.Text("slack.snooze.how_long")), nil, length), own)
}

func assignView(l i18n.Lang, c mention.Case, me string) api.ModalViewRequest {
	who := api.NewOptionsSelectBlockElement(api.OptTypeUser, plainText(l.Text("slack.assign.colleague")), inPerson).WithInitialUser(me)
	words := l.Text("slack.assign.nobody")
	if c.Status == mention.Claimed {
		words = l.Text("slack.assign.has", "who", text.Line(c.Owner.Name, maxName))
	}
	return window(l, askAssign, l.Text("slack.assign.title"), l.Text("slack.assign.title"), section(words), api.NewInputBlock(inPerson, plainText(l.Text("press.whose")), nil, who))
}

// asks reads what a window asks the desk for. Where that is nothing, refusal is what to tell the
// person; empty for a window that is not ours.
func (n *Notifier) asks(c click, from asked) (a mention.Action, refusal string) {
	in := c.View.State.Values
	switch c.View.CallbackID {
	case askMute:
		return mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor}, ""
	case askAssign:
		if whom := in[inPerson][inPerson].User; whom != "" {
			a = mention.Action{Verb: mention.Assign, From: from.Owner, To: mention.Person{ID: whom}}
		}
	case askSnooze:
		length, began := alerts.SnoozeLength(in[inLength][inLength].Selected.Value), n.opt.Now()
		if length == alerts.SnoozeTomorrow && from.At != 0 { // it is past midnight since the window was opened, maybe
			began = time.Unix(from.At, 0)
		}
		until := alerts.SnoozeUntil(length, began, n.opt.Zone())
		if own := in[inOwn][inOwn].Moment; own != 0 { // nobody picks one and means the length that stood there already
			until = time.Unix(own, 0)
		}
		if until.IsZero() {
			return a, n.lang(c).Text("slack.snooze.no_moment")
		}
		a = mention.Action{Verb: mention.Snooze, Until: until}
	}
	return a, ""
}
