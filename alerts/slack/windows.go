package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
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
	Channel string     `json:"channel"`
	TS      string     `json:"ts"`
	Thread  string     `json:"thread,omitempty"`
}

// answers is what was chosen in a window, by block and action.
type answers map[string]map[string]struct {
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
	Moment int64  `json:"selected_date_time"` // seconds since 1970
	User   string `json:"selected_user"`
}

// windowOf says which window a press opens; empty for none.
func windowOf(act action) (window string, id mention.ID) {
	switch act.ActionID {
	case actText:
		return actText, mention.ID(act.Value)
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
var windowNames = map[string]string{actText: "reply text", askMute: "ask to mute", askSnooze: "ask to snooze", askAssign: "ask to assign"}

// nameWithin is how long Slack is asked for the name of the one who presses: the window
// must open within three seconds.
const nameWithin = time.Second

// open opens a window that asks.
func (n *Notifier) open(ctx context.Context, c click, window string, id mention.ID) {
	short, cancel := context.WithTimeout(ctx, nameWithin)
	me := n.person(short, c)
	cancel()
	m, cs, err := n.opt.Reader.Mention(ctx, id)
	if err != nil {
		n.pressed(me, windowNames[window], id, "failed")
		n.ephemeral(ctx, c, alerts.Refusal(err, n.opt.Now()))
		return
	}
	var view api.ModalViewRequest
	switch window {
	case askMute:
		view = muteView(m, n.opt.Now(), n.opt.Zone())
	case askSnooze:
		view = snoozeView(n.opt.Now(), n.opt.Zone())
	case askAssign:
		view = assignView(cs, c.User.ID)
	default:
		view = repliesView(m, n.opt.Replies(m, me.Name))
	}
	private, err := json.Marshal(asked{ID: id, Owner: cs.Owner.ID, Channel: c.channel(), TS: c.Message.TS, Thread: c.Message.ThreadTS})
	if err == nil {
		view.PrivateMetadata = string(private)
		_, err = n.api.OpenViewContext(ctx, c.TriggerID, view)
	}
	if err == nil {
		n.pressed(me, windowNames[window], id, "done")
	} else {
		n.pressed(me, windowNames[window], id, "failed")
		n.opt.Log.Warn("a window cannot be opened", "window", window, "mention", id, "err", n.sort("views.open", "", err))
		n.ephemeral(ctx, c, "Slack did not open the window. Please press again.")
	}
}

// window is a modal with a question.
func window(id, title, submit string, blocks ...api.Block) api.ModalViewRequest {
	return api.ModalViewRequest{Type: api.VTModal, CallbackID: id, Title: plainText(title), Submit: plainText(submit), Close: plainText("Cancel"), Blocks: api.Blocks{BlockSet: blocks}}
}

func section(words string) api.Block { return api.NewSectionBlock(plainText(words), nil, nil) }

func muteView(m mention.Mention, now time.Time, zone *time.Location) api.ModalViewRequest {
	until := now.Add(mention.MuteFor).In(zone).Format("2 January 2006")
	return window(askMute, "Mute", "Mute",
		section(fmt.Sprintf("Mute %s until %s?", alerts.MuteScope(m), until)),
		section("Until then nothing they write there raises an alert, unless it is critical: health or safety, a legal threat, an accusation of fraud. This complaint is dismissed."),
		section("Reopen under this message ends the mute, and so does earshot mutes --lift."))
}

func snoozeView(now time.Time, zone *time.Location) api.ModalViewRequest {
	option := func(value, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(value, plainText(label), nil)
	}
	tomorrow := alerts.SnoozeUntil(alerts.SnoozeTomorrow, now, zone)
	hour := option(string(alerts.SnoozeHour), "For an hour")
	length := api.NewRadioButtonsBlockElement(inLength, hour,
		option(string(alerts.SnoozeTomorrow), "Until tomorrow "+tomorrow.Format("15:04, Mon 2 Jan (MST)")),
		option(string(alerts.SnoozeDays), "For 3 days"),
		option(ownLength, "Until the moment below"))
	length.InitialOption = hour
	own := api.NewInputBlock(inOwn, plainText("A moment of your own"), nil, api.NewDateTimePickerBlockElement(inOwn))
	own.Optional = true
	return window(askSnooze, "Snooze", "Snooze",
		section("The clocks stand still. It wakes by itself, and the thread says who put it off."),
		api.NewInputBlock(inLength, plainText("How long?"), nil, length), own)
}

func assignView(c mention.Case, me string) api.ModalViewRequest {
	who := api.NewOptionsSelectBlockElement(api.OptTypeUser, plainText("A colleague"), inPerson).WithInitialUser(me)
	words := "Nobody has this complaint."
	if c.Status == mention.Claimed {
		words = text.Line(c.Owner.Name, maxName) + " has this complaint."
	}
	return window(askAssign, "Assign", "Assign", section(words), api.NewInputBlock(inPerson, plainText("Who is to have it?"), nil, who))
}

// noMoment is the refusal of a length of one's own without a moment.
const noMoment = "Choose the moment until which it is to be snoozed, or one of the other lengths."

// submitted reads what a window asks for. It makes c a click at the message under which
// the window was opened. refusal is what to tell the person instead; ok is false for
// what is not ours.
func (n *Notifier) submitted(c *click) (a mention.Action, id mention.ID, refusal string, ok bool) {
	var from asked
	if err := json.Unmarshal([]byte(c.View.PrivateMetadata), &from); err != nil || from.ID == "" {
		return a, "", "", false
	}
	c.Channel.ID, c.Message.TS, c.Message.ThreadTS = from.Channel, from.TS, from.Thread
	in := c.View.State.Values
	switch c.View.CallbackID {
	case askMute:
		a.Verb, a.Reason = mention.Dismiss, mention.MutedAuthor
	case askAssign:
		a.Verb, a.From, a.To.ID = mention.Assign, from.Owner, in[inPerson][inPerson].User
		if a.To.ID == "" {
			return a, "", "", false
		}
	case askSnooze:
		a.Verb = mention.Snooze
		a.Until = alerts.SnoozeUntil(alerts.SnoozeLength(in[inLength][inLength].Selected.Value), n.opt.Now(), n.opt.Zone())
		if own := in[inOwn][inOwn].Moment; a.Until.IsZero() && own != 0 {
			a.Until = time.Unix(own, 0)
		}
		if a.Until.IsZero() {
			return a, from.ID, noMoment, true
		}
	default:
		return a, "", "", false
	}
	return a, from.ID, "", true
}
