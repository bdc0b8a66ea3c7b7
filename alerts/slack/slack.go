// Package slack shows alerts in Slack: it posts and updates messages, finds those
// that are in doubt, and hands the buttons people press to the desk, by Socket
// Mode or as signed HTTP requests.
//
// It decides nothing and keeps no state of a case: every click may arrive at any
// process. It must not retry chat.postMessage by itself: whether a message may be
// sent again is the sender's decision. Post words are untrusted (see draw.go).
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// DefaultAPIURL is Slack's own Web API.
const DefaultAPIURL = "https://slack.com/api/"

// Desk decides what people do; *desk.Desk is one.
type Desk interface {
	Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error)
	// TakeAll claims every open complaint of the storm that a message is about.
	TakeAll(ctx context.Context, id mention.AlertID, by mention.Person) (alerts.Taken, error)
}

// Options are what a Notifier needs.
type Options struct {
	BotToken      string // xoxb-…; required
	AppToken      string // xapp-…; clicks come by Socket Mode when it is set
	SigningSecret string // clicks come as signed HTTP when it is set
	BotTokenFrom  string // where the token comes from ("SLACK_BOT_TOKEN"), for error texts
	AppTokenFrom  string
	APIURL        string       // ends in a slash; empty means DefaultAPIURL
	Outsiders     bool         // people of other workspaces, in shared channels, may press too
	HTTP          *http.Client // required; no retries
	Desk          Desk         // required for clicks
	Reader        alerts.Reader
	// Replies returns reply templates that fit the mention, filled in, for the person me
	// to post; may be nil.
	Replies func(m mention.Mention, me string) []string
	// Answers sends what people write to the sites; nil: nothing can be sent from here.
	Answers Answers
	// Listed says whether a list names a person, by id or by e-mail address, which is empty
	// where it is not known; nil: it does.
	Listed func(list []string, p mention.Person, email string) bool
	// SaveTemplate stores a reply that staff wrote for all; nil: none can be.
	SaveTemplate func(ctx context.Context, t mention.Template) error
	// Roles says what a person may do, by id and by e-mail address, which is empty where it
	// is not known; nil: everything.
	Roles func(p mention.Person, email string) Roles
	// Cases, Sources and Proposals answer /earshot; what is nil is said not to work.
	Cases     Cases
	Sources   Sources
	Proposals Proposals
	// Inbox returns the address of the inbox's pages, without a slash at the end; empty or
	// nil: there are none that people can open.
	Inbox func() string
	// Spoken returns the language of those who read a route, or of the watchlist where the
	// route has none; nil: English.
	Spoken func(route string) i18n.Lang
	// Language returns the language of a code, in which messages answer who presses; nil: English.
	Language func(code string) i18n.Lang
	// Zone says in which time zone people mean "tomorrow 9:00"; nil: UTC.
	Zone func() *time.Location
	Log  *slog.Logger
	Now  func() time.Time
	// Trouble is told when Slack cannot be used, and with nil when it can again; may be nil.
	Trouble func(err error)
	// Deaf is told whether what people press gets here, with nil when it does, whenever that may have
	// changed; may be nil.
	Deaf func(err error)
	// Closed is told which routes would take no message, or not for long, each time after a look at all
	// of them (Channels), with nil when Slack lets nobody look; may be nil.
	Closed func(routes map[string]error)
	// Called is told of every call of Slack's Web API, by one of Methods and what came of
	// it; may be nil.
	Called func(method string, outcome Outcome)
	// Unknown is told when messages name people (Names) whom Slack does not know, and with
	// nil when it knows all; may be nil.
	Unknown func(err error)
}

// Same reports whether o is the same account, reached the same way: a notifier made
// with either of them may stand for the other and keep its connection.
func (opt Options) Same(o Options) bool {
	return opt.BotToken == o.BotToken && opt.AppToken == o.AppToken && opt.SigningSecret == o.SigningSecret && opt.APIURL == o.APIURL &&
		opt.Outsiders == o.Outsiders
}

// Notifier is Slack as a way out and as a way to the desk.
type Notifier struct {
	opt    Options
	api    *api.Client
	people *people
	names  *names
	clock  *clock
	once   once
	own    ownWorkspace
	forged *rate.Limiter // of the log lines about presses that are not for us

	watched  watched
	proposed proposed // by each person, lately
	tabs     tabs

	later sync.WaitGroup  // everything under way
	slots chan struct{}   // calls to Slack after an acknowledgement
	life  context.Context // ends with Run: what is done after an acknowledgement outlives its request
	end   context.CancelFunc

	mu       sync.Mutex
	stopped  bool              // Run has ended: nothing new is begun
	channels map[string]string // channel id by name, with #
	trouble  map[string]error  // by part: what does not work
}

// New returns a notifier. It calls nothing; Run does.
func New(opt Options) *Notifier {
	if opt.APIURL == "" {
		opt.APIURL = DefaultAPIURL
	}
	if !strings.HasSuffix(opt.APIURL, "/") {
		opt.APIURL += "/"
	}
	opt.Trouble, opt.Deaf, opt.Unknown, opt.Closed = orNobody(opt.Trouble), orNobody(opt.Deaf), orNobody(opt.Unknown), orNobody(opt.Closed)
	if opt.Called == nil {
		opt.Called = func(string, Outcome) {}
	}
	if opt.Replies == nil {
		opt.Replies = func(mention.Mention, string) []string { return nil }
	}
	if opt.Language == nil {
		opt.Language = func(string) i18n.Lang { return i18n.Lang{} }
	}
	zone := opt.Zone
	opt.Zone = func() *time.Location {
		if zone == nil || zone() == nil {
			return time.UTC
		}
		return zone()
	}
	n := &Notifier{opt: opt, channels: make(map[string]string), trouble: make(map[string]error), slots: make(chan struct{}, afterAtOnce)}
	n.clock = &clock{now: opt.Now}
	n.life, n.end = context.WithCancel(context.Background())
	options := []api.Option{api.OptionAPIURL(opt.APIURL), api.OptionHTTPClient(&bearer{client: opt.HTTP, token: opt.BotToken, clock: n.clock, called: opt.Called}), api.OptionAppLevelToken(opt.AppToken)}
	n.api = api.New(opt.BotToken, options...)
	n.people = newPeople(n.api, opt.Now)
	n.names = newNames(opt.Now)
	n.watched.changed, n.watched.asked = make(chan struct{}, 1), make(map[string]bool)
	n.tabs.pace, n.tabs.others = rate.NewLimiter(homesPerSecond, homesAtOnce), rate.NewLimiter(othersPerSecond, othersAtOnce)
	n.forged = rate.NewLimiter(rate.Every(time.Minute), 5)
	return n
}

// orNobody is who is told of something; nobody where that is nil.
func orNobody[What any](told func(What)) func(What) {
	if told == nil {
		return func(What) {}
	}
	return told
}

// bearer sends the token in the header too, as Slack recommends: the library puts it
// into the form, which not everything that stands for Slack reads. Every answer sets the
// clock; a method that asked for silence is not called before that has passed.
type bearer struct {
	client   *http.Client
	token    string
	clock    *clock
	called   func(method string, outcome Outcome)
	silences silences
}

func (b *bearer) Do(r *http.Request) (*http.Response, error) {
	method := path.Base(r.URL.Path)
	if left := b.silences.left(method); left > 0 {
		return nil, &api.RateLimitedError{RetryAfter: left}
	}
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	sent := b.clock.now()
	resp, err := b.client.Do(r)
	outcome := outcomeOf(resp, err)
	b.called(methodOf(r), outcome)
	if err != nil {
		return nil, err
	}
	b.clock.read(resp.Header, sent)
	if outcome == Limited {
		b.silences.keep(method, resp)
	}
	wholeSeconds(resp)
	if err = strange(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// Pace is Slack's: about a message a second and channel, short bursts tolerated.
func (n *Notifier) Pace() (perSecond float64, burst int) { return 1, 4 }

// Check asks Slack whether the bot token is good. The error says what to do.
func (n *Notifier) Check(ctx context.Context) error {
	_, err := n.api.AuthTestContext(ctx)
	return n.sort("auth.test", "", err)
}

// Post posts the message, in m.Thread when it is set.
func (n *Notifier) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	n.names.await(ctx, m.Alert.Notify)
	who := n.names.ping(m.Alert.Notify)
	channel, opts := m.Alert.Route, n.options(m, draw(m, who)) // by its name: the channel that has it now
	switch {
	case m.Alert.ThreadOf != "" && m.Thread.TS == "": // the first message stands nowhere in Slack
		opts = n.options(m, unthreaded(m, who, maxBlocksJSON))
	case m.Thread.TS != "":
		channel = m.Thread.Channel
		opts = append(opts, api.MsgOptionTS(m.Thread.TS))
		if m.Details.Broadcast {
			opts = append(opts, api.MsgOptionBroadcast())
		}
	}
	at, err := n.post(ctx, m, channel, opts)
	var refused *alerts.RefusedError
	if m.Thread.TS != "" && errors.As(err, &refused) && closedCodes[refused.Code] {
		// The channel of the thread is no more what the route leads to, or it is refused as well.
		m.Thread = alerts.Place{}
		channel, opts = m.Alert.Route, n.options(m, unthreaded(m, who, maxBlocksJSON))
		at, err = n.post(ctx, m, channel, opts)
	}
	if m.Thread.TS == "" && errors.As(err, &refused) && refused.Code == "channel_not_found" {
		channel, at, err = n.elsewhere(ctx, m, opts, err)
	}
	if errors.As(err, &refused) && refused.One {
		return n.simpler(ctx, m, channel, refused)
	}
	return at, err
}

// closedCodes are what Slack answers where earshot cannot write to a channel.
var closedCodes = map[string]bool{"channel_not_found": true, "is_archived": true, "not_in_channel": true}

// post is one call of chat.postMessage.
func (n *Notifier) post(ctx context.Context, m alerts.Message, channel string, opts []api.MsgOption) (alerts.Place, error) {
	id, ts, posted, err := n.api.PostMessageWithResponseContext(ctx, channel, opts...)
	if untrusted := alerts.Untrusted("slack: chat.postMessage", err); untrusted != nil {
		return alerts.Place{}, untrusted
	}
	if err != nil {
		return alerts.Place{}, n.sort("chat.postMessage", m.Alert.Route, err)
	}
	at := alerts.Place{Channel: id, TS: ts}
	if channel == m.Alert.Route { // a thread's channel may have lost the route's name
		n.remember(m.Alert.Route, id)
		n.watched.took(m.Alert.Route, true)
	}
	if m.Thread.TS != "" && posted.Timestamp != "" && posted.ThreadTimestamp == "" {
		n.surfaced(ctx, m, at)
	}
	return at, nil
}

// surfaced lets a message say what it is about that Slack took for a thread and put into the
// channel: so it does, without a word, where the first message was deleted.
func (n *Notifier) surfaced(ctx context.Context, m alerts.Message, at alerts.Place) {
	who := n.names.ping(m.Alert.Notify)
	m.Alert.Channel, m.Alert.TS = at.Channel, at.TS
	if err := n.update(ctx, m, unthreaded(m, who, maxBlocksJSON)); err != nil {
		n.opt.Log.Warn("a message whose thread is gone stands in the channel and does not say what it is about", "alert", m.Alert.ID, "err", err)
	}
}

// elsewhere tries once more, by a channel's id, where Slack knows no channel of the name: it was
// renamed since, or is not found by its name. It says which id that is.
func (n *Notifier) elsewhere(ctx context.Context, m alerts.Message, opts []api.MsgOption, err error) (id string, at alerts.Place, _ error) {
	route := m.Alert.Route
	known := n.known(route)
	if known != "" {
		var refused *alerts.RefusedError
		at, again := n.post(ctx, m, known, opts)
		if !errors.As(again, &refused) || !closedCodes[refused.Code] {
			n.watched.took(route, false)
			return known, at, again
		}
	}
	id, lookup := n.channelID(ctx, route)
	if lookup != nil || id == route || id == known {
		return route, alerts.Place{}, err
	}
	at, err = n.post(ctx, m, id, opts)
	return id, at, err
}

// known is the id that the channel of a route had when it was last written to; empty where none was.
func (n *Notifier) known(route string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.channels[strings.ToLower(route)]
}

// simpler tries once more after Slack refused the form of a message, which it
// surely did not take then: without the thread that takes no reply, or as bare text.
func (n *Notifier) simpler(ctx context.Context, m alerts.Message, channel string, refused *alerts.RefusedError) (alerts.Place, error) {
	who := n.names.ping(m.Alert.Notify)
	opts := n.options(m, bare(m, who))
	if noReply[refused.Code] {
		opts = n.options(m, unthreaded(m, who, maxBlocksJSON))
		m.Thread = alerts.Place{}
	} else if m.Thread.TS != "" {
		opts = append(opts, api.MsgOptionTS(m.Thread.TS))
	}
	n.opt.Log.Warn("slack refuses the form of a message; sending it plainer", "alert", m.Alert.ID, "err", refused)
	return n.post(ctx, m, channel, opts)
}

// options are what a post and an update have in common.
func (n *Notifier) options(m alerts.Message, d drawn) []api.MsgOption {
	return []api.MsgOption{
		api.MsgOptionText(d.text, false), // escaped by draw
		api.MsgOptionBlocks(d.blocks...),
		api.MsgOptionParse(false), api.MsgOptionLinkNames(false), api.MsgOptionDisableMarkdown(),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: eventType, EventPayload: map[string]any{
			"alert_id": string(m.Alert.ID), "attempt": m.Alert.Attempts,
		}}),
	}
}

const eventType = "earshot_alert"

// Update shows a posted message as it is now. One of before there was an app stands nowhere in
// Slack.
func (n *Notifier) Update(ctx context.Context, m alerts.Message) error {
	if m.Alert.TS == string(m.Alert.ID) {
		return alerts.ErrDeleted
	}
	err := n.update(ctx, m, draw(m, n.names.ping(m.Alert.Notify)))
	var refused *alerts.RefusedError
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Code == "message_not_found", refused.Code == "cant_update_message": // of an app of before: its buttons lead nowhere
		return fmt.Errorf("%w: %w", alerts.ErrDeleted, err)
	case refused.Code == "edit_window_closed": // for good; all other refusals may pass
		n.opt.Log.Warn("a message cannot be redrawn any more", "alert", m.Alert.ID, "err", err)
		return nil
	case refused.One:
		n.opt.Log.Warn("slack refuses the new form of a message; showing it plainer", "alert", m.Alert.ID, "err", err)
		plain := bare(m, n.names.ping(m.Alert.Notify))
		plain.blocks = []api.Block{}
		return n.update(ctx, m, plain)
	}
	return err
}

// update is one call of chat.update.
func (n *Notifier) update(ctx context.Context, m alerts.Message, d drawn) error {
	_, _, _, err := n.api.UpdateMessageContext(ctx, m.Alert.Channel, m.Alert.TS, n.options(m, d)...)
	return n.sort("chat.update", m.Alert.Route, err)
}

// remember keeps the channel's id of a route, which only Slack's answers tell.
func (n *Notifier) remember(route, id string) {
	if id == "" || !strings.HasPrefix(route, "#") {
		return
	}
	n.mu.Lock()
	n.channels[strings.ToLower(route)] = id
	n.mu.Unlock()
}

// tell reports once that a part of the connection works no more, or again.
func (n *Notifier) tell(part string, err error) {
	n.mu.Lock()
	before := n.trouble[part]
	delete(n.trouble, part)
	if err != nil {
		n.trouble[part] = err
	}
	var left error
	for _, e := range n.trouble {
		left = e
	}
	n.mu.Unlock()
	if part == partSocket {
		n.opt.Deaf(err)
	}
	switch {
	case err != nil && (before == nil || kind(before) != kind(err)):
		n.opt.Log.Error("slack cannot be used; alerts are kept", "part", part, "err", err)
		n.opt.Trouble(err)
	case err == nil && before != nil:
		n.opt.Log.Info("slack can be used again", "part", part)
		n.opt.Trouble(left)
	}
}

// kind tells troubles apart that people must act on; all others are "away", and
// that is said once.
func kind(err error) string {
	var refused *alerts.RefusedError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return "away"
}

// ephemeral says something that only one person sees. Where Slack takes no such message for long, it is said by the
// press's own address, at once; else it is tried twice.
func (n *Notifier) ephemeral(ctx context.Context, c click, words string, blocks ...api.Block) {
	opts := []api.MsgOption{api.MsgOptionText(words, true), api.MsgOptionParse(false), api.MsgOptionLinkNames(false)}
	if len(blocks) > 0 {
		opts = append(opts, api.MsgOptionBlocks(blocks...))
	}
	if c.Message.ThreadTS != "" && c.Message.ThreadTS != c.Message.TS {
		opts = append(opts, api.MsgOptionTS(c.Message.ThreadTS))
	}
	most := shortSilence
	if c.ResponseURL == "" {
		most = afterwards
	}
	err := briefly(ctx, most, func() error {
		_, err := n.api.PostEphemeralContext(ctx, c.channel(), c.User.ID, opts...)
		return err
	})
	if err != nil && c.ResponseURL != "" {
		err = n.respond(ctx, c.ResponseURL, words)
	}
	if err != nil {
		n.opt.Log.Warn("a person cannot be told", "person", c.User.ID, "err", n.sort("chat.postEphemeral", c.channel(), err))
	}
}

// respond is the second way to tell one person something: the click's own address.
func (n *Notifier) respond(ctx context.Context, address, words string) error {
	if !n.answerable(address) {
		return errors.New("response_url: it is not at https://hooks.slack.com")
	}
	err := api.PostWebhookCustomHTTPContext(ctx, address, n.opt.HTTP, &api.WebhookMessage{Text: escaped(words), ResponseType: api.ResponseTypeEphemeral, ReplaceOriginal: false})
	if err != nil {
		return fmt.Errorf("response_url: %w", err)
	}
	return nil
}
