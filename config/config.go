package config

import (
	"cmp"
	"math"
	"net/netip"
	"time"

	"github.com/earshot/earshot/internal/hours"
)

// Config is a whole watchlist that passed every check. It is never changed after
// it was loaded.
type Config struct {
	Contact    string            `yaml:"contact" doc:"An address at which the owner of a site can reach you. It goes into the User-Agent of every request." example:"pr@romashka.example"`
	Language   string            `yaml:"language" doc:"The language of what you read: alerts, buttons, digests, the terminal: en, ru, uk, bg. Posts are heard in all of them. en when left out." format:"lang"`
	Watches    []Watch           `yaml:"watch" doc:"What to listen for: one entry for each brand, product or person."`
	Sources    []Source          `yaml:"sources" doc:"Where to listen: one entry for each place that is polled."`
	Sentiment  Sentiment         `yaml:"sentiment" doc:"How bad a post must be to raise an alert, and your own words."`
	Severity   []SeverityRule    `yaml:"severity" doc:"How loud an alert is, where you know better than earshot. The first entry that fits a complaint decides."`
	Routes     []Route           `yaml:"routes" doc:"Where alerts go. The first entry that fits a mention takes it."`
	Replies    []ReplyTemplate   `yaml:"replies" doc:"Reply texts offered beside an alert, in the language of the mention."`
	Deadlines  Deadlines         `yaml:"deadlines" doc:"How soon a complaint must be claimed and answered, and who hears of it when it is not."`
	QuietHours QuietHours        `yaml:"quiet_hours" doc:"When everything that is not critical waits and comes as one message afterwards."`
	Digest     Digest            `yaml:"digest" doc:"The daily and weekly summary."`
	Slack      Slack             `yaml:"slack" doc:"The Slack app. Without it alerts go to the terminal."`
	Doors      map[string]Secret `yaml:"doors" doc:"Ways to people who are not in Slack, by name: e-mail, Telegram, Teams, Discord, Mattermost and others; see docs/doors.md. Routes and fallback name them." keys:"door name" format:"door"`
	Fallback   Fallback          `yaml:"fallback" doc:"The door that tells of complaints while their own channel takes nothing. A route may have another."`
	Webhooks   []Webhook         `yaml:"webhooks" doc:"Other systems that get alerts as signed JSON; routes name them as webhook:NAME."`
	Store      Store             `yaml:"store" doc:"Where earshot keeps what it heard."`
	Fetch      Fetch             `yaml:"fetch" doc:"Manners on the network."`
	Views      []View            `yaml:"views" doc:"Views of the inbox that the whole team sees, in this order."`
	Web        Web               `yaml:"web" doc:"What earshot answers by HTTP, and to whom."`

	Path     string         `yaml:"-"` // the file as given to Load
	DoorAt   map[string]Pos `yaml:"-"` // where each door is written
	Warnings []Error        `yaml:"-"` // what is allowed but probably not meant; in the order of the file

	doc    *document
	inputs inputs
}

// Text is a string that knows where it was written.
type Text struct {
	Value string
	Pos   Pos
}

// Watch is one brand, product or person.
type Watch struct {
	Name     string   `yaml:"name" required:"true" doc:"A label for people. It is not matched unless it is a term too."`
	Terms    []Text   `yaml:"terms" doc:"The names to look for, in their dictionary form. Inflected and transliterated forms are found too; = in front asks for exactly this form."`
	Any      []Expr   `yaml:"any" doc:"At least one of these must be in the text."`
	All      []Expr   `yaml:"all" doc:"All of these must be in the text."`
	None     []Expr   `yaml:"none" doc:"None of these may be in the text."`
	Context  []Text   `yaml:"context" doc:"For an ambiguous name: a term counts only with one of these words nearby."`
	Ignore   []Text   `yaml:"ignore" doc:"Phrases that are somebody else. A term inside one of them does not count."`
	Rivals   []Text   `yaml:"rivals" doc:"Competitors, by name. What goes wrong at theirs is no complaint about you."`
	Official []Author `yaml:"official" doc:"Your own authors. Their post under a mention is the public answer. Give the profile where anybody may take any name: a name alone closes nothing there."`
	Rest     `yaml:",inline"`
	Pos      Pos `yaml:"-"`
}

// Author is one of your own authors.
type Author struct {
	Name    string `yaml:"name" short:"true" required:"true" doc:"The name that stands over the answer."`
	Profile string `yaml:"profile" doc:"The address of the account's page, which nobody else can have, or its @handle: good at every site."`
}

// Expr is one operand of any, all and none: a term, or again a group of them.
// Exactly one of the four is set.
type Expr struct {
	Term Text   `yaml:"-"`
	Any  []Expr `yaml:"any"`
	All  []Expr `yaml:"all"`
	None []Expr `yaml:"none"`
}

// BackfillAll is the Source.Backfill that alerts on everything the first poll sees.
const BackfillAll = time.Duration(math.MaxInt64)

// Source is one place that is polled. Its keys that are written here are those of every source; the
// keys of its kind stay inside Section.
type Source struct {
	Name     string        `yaml:"name" doc:"What the source is called in messages and on the command line; its address when left out."`                // unique
	Every    time.Duration `yaml:"every" doc:"How often it is polled. At least 1s; below 1m only for your own hosts." example:"5m"`                     // 0 means the kind's default
	PostKind string        `yaml:"kind" doc:"What its posts are, which decides the threshold: review, forum, comment, news, social." format:"postkind"` // "" means the kind's default
	Lang     string        `yaml:"lang" doc:"The language of the posts, when it is always the same: en, ru, uk, bg." format:"lang"`                     // "" means unknown
	Zone     string        `yaml:"zone" doc:"The time zone of the dates on its pages." example:"Europe/Kyiv" format:"zone"`                             // "" means unknown
	Backfill time.Duration `yaml:"backfill" doc:"Posts younger than this are alerted when the source is polled for the first time; true for all. Normally none is." example:"2d" format:"backfill"`
	Weight   float64       `yaml:"weight" doc:"How much the place counts when complaints are put in order: 2 where twice as many people read, 0.5 where half as many do. From 0.1 to 10; 1 when left out." example:"2"` // 0 means 1
	Base     string        `yaml:"base" doc:"Another host with the same pages: a mirror, a test." format:"url"`                                                                                                         // without a slash at the end
	Watches  []Text        `yaml:"watch" doc:"Every post there is about this watch, whether it names it or not: your own page at a store, a map or a review site, your own channel." example:"Romashka Bank"`
	Reply    *SourceReply  `yaml:"reply" doc:"How complaints there are answered from earshot. Without it nothing is ever sent there."`
	Rest     `yaml:",inline"`

	Kind    string  `yaml:"-"` // the kind key: feed, page, forum, telegram …
	Address string  `yaml:"-"` // the short form as written, or the address of the long one, secrets unexpanded; "" where there is neither
	Section Section `yaml:"-"` // the options of the kind
	Pos     Pos     `yaml:"-"`
}

// SourceReply lets complaints of a source be answered from earshot.
type SourceReply struct {
	As      string   `yaml:"as" required:"true" doc:"The account that answers, by the name the site knows it by; people see it before they send." example:"romashka_support"`
	Key     Secret   `yaml:"key" doc:"The account's key or token for answering, where the source's own is not enough; see docs/sources.md." example:"${env:DISCOURSE_KEY}"`
	Allow   []string `yaml:"allow" doc:"Who may send, by e-mail address, Slack id or user group of Slack (\"@support\"): of those whom web.roles.reply lets, these alone." format:"member"`
	Approve bool     `yaml:"approve" doc:"Another person must read an answer before it is sent."`
	Pos     Pos      `yaml:"-"`
}

// Sentiment says what counts as a complaint.
type Sentiment struct {
	AlertAbove map[string]float64 `yaml:"alert_above" doc:"A mention is a complaint when the verdict says so with at least this likelihood, by the kind of the post. From 0 (everything) to 1 (only what is certain)." keys:"postkind"`
	AlertBelow map[string]float64 `yaml:"alert_below" doc:"Lets the score decide over posts of a kind instead of the verdict: a mention is a complaint when its score is at or below this. From -1 (only the worst) to 1 (everything)." keys:"postkind"`
	Words      string             `yaml:"words" doc:"A file with your own words and weights; see docs/guide/en/words.md. A path relative to the watchlist." format:"file"`
	Weights    string             `yaml:"weights" doc:"A file with weights of the verdict that were learned from what your staff said; earshot tune --weights writes it. A path relative to the watchlist." format:"file"`

	WordsFile   string `yaml:"-"` // Words as a path that can be opened; "" when not set
	WeightsFile string `yaml:"-"` // the same of Weights
}

// SeverityRule says how loud a complaint is that fits all its conditions. An empty
// condition fits everything; the first rule that fits decides.
type SeverityRule struct {
	Watch   []string `yaml:"watch" doc:"Only these watches, by name."`
	Source  []string `yaml:"source" doc:"Only these sources, by name."`
	Topic   []string `yaml:"topic" doc:"Only complaints about one of these topics."`
	Kind    []string `yaml:"kind" doc:"Only posts of these kinds: review, forum, comment, news, social." format:"postkind"`
	Lang    []string `yaml:"lang" doc:"Only posts in these languages: en, ru, uk, bg." format:"lang"`
	Stars   float64  `yaml:"stars" doc:"Only posts whose author gives at most so many of five stars." example:"1"`
	AtLeast string   `yaml:"at_least" doc:"Never less loud than this: low, normal, high, critical." format:"severity"`
	AtMost  string   `yaml:"at_most" doc:"Never louder than this: low, normal, high, critical." format:"severity"`
	Pos     Pos      `yaml:"-"`
}

// Route sends what fits all its conditions to one place. An empty condition fits
// everything. The first route that fits takes the mention.
type Route struct {
	Watch    []string `yaml:"watch" doc:"Only these watches, by name."`
	Source   []string `yaml:"source" doc:"Only these sources, by name."`
	Topic    []string `yaml:"topic" doc:"Only complaints about one of these topics."`
	Severity []string `yaml:"severity" doc:"Only these severities: low, normal, high, critical." format:"severity"`
	Kind     []string `yaml:"kind" doc:"Only posts of these kinds: review, forum, comment, news, social." format:"postkind"`
	Lang     []string `yaml:"lang" doc:"Only posts in these languages: en, ru, uk, bg." format:"lang"`
	To       string   `yaml:"to" required:"true" doc:"A Slack channel (\"#mentions\" or its id), console, webhook:NAME, the name of a door, or \"shoutrrr:ADDRESS\"." format:"destination"`
	Language string   `yaml:"language" doc:"The language of what is written there, when it is another than yours: en, ru, uk, bg. lang: chooses posts, language: what people read." format:"lang"`
	Notify   string   `yaml:"notify" doc:"A person or user group to name in the alert: \"@oncall-pr\"." format:"person"`
	Fallback Fallback `yaml:"fallback" doc:"The door that tells of these complaints while their channel takes nothing."`
	Pos      Pos      `yaml:"-"`
}

// ReplyTemplate is one reply text.
type ReplyTemplate struct {
	Topic []string `yaml:"topic" doc:"Offered for complaints about these topics; for all when left out."`
	Lang  string   `yaml:"lang" required:"true" doc:"The language of the text: en, ru, uk, bg." format:"lang"`
	Text  string   `yaml:"text" required:"true" doc:"The text. {{author}}, {{watch}}, {{source}}, {{title}}, {{link}} and {{me}} are filled in."`
	Pos   Pos      `yaml:"-"`
}

// Deadline is one set of clocks. Zero means: no such clock.
type Deadline struct {
	Claim      time.Duration `yaml:"claim" doc:"Somebody must have claimed the complaint within this time." example:"5m"`
	Reply      time.Duration `yaml:"reply" doc:"A public answer must stand within this time." example:"30m"`
	Notify     string        `yaml:"notify" doc:"The person or group that is named first when nobody claims." format:"person"`
	EscalateTo string        `yaml:"escalate_to" doc:"The channel that is told next." format:"destination"`
	Hours      hours.Hours   `yaml:"hours" doc:"The clocks run only during these hours; always when left out." example:"Mon-Fri 09:00-21:00 Europe/Kyiv"`
}

// Deadlines are the clocks of a complaint.
type Deadlines struct {
	Deadline `yaml:",inline"`
	Holidays []hours.Holiday     `yaml:"holidays" doc:"Days on which the clocks stand still: 2026-12-25, or 12-25 for every year."`
	Severity map[string]Deadline `yaml:"severity" doc:"Other clocks for a severity. What is left out there is taken from above." keys:"severity"`
}

// For returns the clocks of a severity, what it leaves out filled in from the
// common ones, and the holidays put into its hours. A holiday is a day of a zone: always
// without one never stops.
func (d Deadlines) For(severity string) Deadline {
	out := d.Deadline
	s := d.Severity[severity]
	out.Claim, out.Reply = cmp.Or(s.Claim, out.Claim), cmp.Or(s.Reply, out.Reply)
	out.Notify, out.EscalateTo = cmp.Or(s.Notify, out.Notify), cmp.Or(s.EscalateTo, out.EscalateTo)
	if s.Hours.String() != "" {
		out.Hours = s.Hours
	}
	if out.Hours.Zoned() {
		out.Hours = out.Hours.Except(d.Holidays...)
	}
	return out
}

// QuietHours hold what is not critical. Set is false when the user wants none.
type QuietHours struct {
	Hours hours.Hours `yaml:"hours" short:"true" required:"true" doc:"The quiet hours." example:"22:00-08:00 Europe/Kyiv"`
	Set   bool        `yaml:"-"`
}

// Digest is the summary. A moment that was not set is zero.
type Digest struct {
	To     string       `yaml:"to" doc:"The channel of the digests." format:"destination"`
	Daily  hours.Moment `yaml:"daily" doc:"When the daily digest comes." example:"09:00 Europe/Kyiv"`
	Weekly hours.Moment `yaml:"weekly" doc:"When the weekly digest comes." example:"Mon 09:00 Europe/Kyiv"`
}

// Slack is the Slack app.
type Slack struct {
	BotToken      Secret `yaml:"bot_token" doc:"The bot token of the app (xoxb-…)." example:"${env:SLACK_BOT_TOKEN}"`
	AppToken      Secret `yaml:"app_token" doc:"The app-level token (xapp-…): buttons work without a public address." example:"${env:SLACK_APP_TOKEN}"`
	SigningSecret Secret `yaml:"signing_secret" doc:"The signing secret: buttons come as signed requests to /slack/interactions on web.listen." example:"${env:SLACK_SIGNING_SECRET}"`
	WebhookURL    Secret `yaml:"webhook_url" doc:"For teams without an app: an incoming webhook. Alerts only, no buttons." format:"url"`
	Outsiders     string `yaml:"outsiders" doc:"Whether people of another workspace, in a channel you share with it, may press the buttons: refuse (so it is when left out) or allow." format:"outsiders"`
	APIURL        string `yaml:"api_url" doc:"Where Slack's Web API is; for tests and proxies." format:"url"`
}

// OutsidersAllow is the Slack.Outsiders that lets people of other workspaces press.
const OutsidersAllow = "allow"

// Webhook is another system that gets alerts.
type Webhook struct {
	Name   string `yaml:"name" required:"true" doc:"What routes call it: webhook:NAME."`
	URL    Secret `yaml:"url" required:"true" doc:"Where the JSON is posted to." format:"url"`
	Secret Secret `yaml:"secret" doc:"Signs every request (HMAC-SHA256)."`
	Pos    Pos    `yaml:"-"`
}

// View is one view of the inbox: a filter with a name.
type View struct {
	Name  string `yaml:"name" required:"true" doc:"What the view is called."`
	Query string `yaml:"query" required:"true" doc:"The filter as it stands behind the ? of the inbox's address. Keys: status, watch, source, kind, lang, topic, severity, owner, author, q, from, to." example:"status=open&owner=me"`
	Pos   Pos    `yaml:"-"`
}

// Store says where earshot keeps its data.
type Store struct {
	Database  Secret        `yaml:"database" doc:"sqlite:FILE, its path relative to the watchlist, or postgres://… when several machines share the work." example:"sqlite:earshot.db" format:"database"`
	Redis     Secret        `yaml:"redis" doc:"A Redis that remembers what was seen; without it the database does." example:"redis://localhost:6379/0" format:"redis"`
	Retention time.Duration `yaml:"retention" doc:"Posts and authors older than this are erased." example:"365d"`
}

// Fetch are the manners on the network.
type Fetch struct {
	Gap          time.Duration         `yaml:"gap" doc:"Pause between two requests to one host." example:"10s"`
	AllowPrivate []netip.Prefix        `yaml:"allow_private" doc:"Private networks that may be polled, as CIDR; all others are refused."`
	Hosts        map[string]HostLimits `yaml:"hosts" doc:"Other limits for single hosts, by name or address without the port." keys:"host"`
}

// HostLimits are the limits of one host.
type HostLimits struct {
	Gap time.Duration `yaml:"gap" required:"true" doc:"Pause between two requests to this host."`
}

// Defaults of the watchlist.
const (
	defaultDatabase  = "sqlite:earshot.db"
	defaultSlackAPI  = "https://slack.com/api/"
	defaultRetention = 365 * 24 * time.Hour // a year: long enough for the yearly report, short enough for data protection
	defaultGap       = 10 * time.Second     // the pace of a patient reader
)
