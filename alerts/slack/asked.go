package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Cases is what people ask for with /earshot, and see in the App Home.
type Cases interface {
	// List returns one page of cases; Count how many there are, no further than atMost.
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	Count(ctx context.Context, q mention.Query, atMost int) (int, error)
	Counts(ctx context.Context, now time.Time) (mention.Counts, error)
	// CaseFile returns a case with its history.
	CaseFile(ctx context.Context, id mention.ID) (mention.CaseFile, error)
	// Mutes returns the mutes that stand.
	Mutes(ctx context.Context, now time.Time) ([]mention.Mute, error)
}

// Sources are the places that are polled, and their pauses.
type Sources interface {
	// Stand says how earshot and its sources stand.
	Stand(l i18n.Lang) Stand
	// Pause lets a source rest until a time. The error is mention.ErrNotFound for a name
	// that the watchlist does not have, ErrOwners where the watchlist pauses it itself.
	Pause(ctx context.Context, name string, until time.Time, by mention.Person) error
	// Resume ends such a pause; mention.ErrNothingToDo when the source does not rest.
	Resume(ctx context.Context, name string, by mention.Person) error
}

// Proposals bring to the watchlist's owner what only the owner changes. Both return the
// words for whoever proposes, also where there is nothing to propose.
type Proposals interface {
	Ignore(ctx context.Context, l i18n.Lang, phrase string, by mention.Person) (words string, err error)
	Add(ctx context.Context, l i18n.Lang, address string, by mention.Person) (words string, err error)
}

// ErrOwners means that the watchlist says so, which nobody changes from Slack.
var ErrOwners = errors.New("the watchlist says so")

// Stand is how earshot stands.
type Stand struct {
	Sources  []SourceStand // by name
	Troubles []string      // what does not work, in words
}

// SourceStand is how one source stands.
type SourceStand struct {
	Name  string
	State string    // ok, failing, suspended, quiet, empty, blocked, new, off
	Good  time.Time // when it could be read last; zero: never
	Until time.Time // off: until when; zero: for good
	By    string    // off: who paused it; empty: the watchlist
}

const (
	findAtMost    = 5   // complaints of one answer
	countAtMost   = 500 // what is counted further is "500+"
	listAtMost    = 15  // sources or mutes of one answer
	defaultPause  = 2 * time.Hour
	shortestPause = time.Minute
	longestPause  = 30 * 24 * time.Hour
)

// broken is what to say when the database could not be asked.
func (n *Notifier) broken(q question, what string, err error) (page, string) {
	n.opt.Log.Error("a command cannot be answered", "command", what, "err", err)
	return page{{{text: q.lang.Text("slack.command.failed")}}}, "failed"
}

func said(words, outcome string) (page, string) { return page{{{text: words}}}, outcome }

// findCases lists the newest complaints with all of the words.
func (n *Notifier) findCases(ctx context.Context, q question, words string) (page, string) {
	l := q.lang
	if words == "" {
		return usage(l, "slack.help.find")
	}
	if n.opt.Cases == nil {
		return said(l.Text("slack.command.failed"), "failed")
	}
	wanted := mention.Query{Text: words, Alerted: true, Limit: findAtMost}
	found, err := n.opt.Cases.List(ctx, wanted)
	if err != nil {
		return n.broken(q, "find", err)
	}
	if len(found.Entries) == 0 {
		return said(l.Text("slack.find.none", "words", text.Cut(words, 100)), "done")
	}
	total := len(found.Entries)
	if found.Next != "" {
		if total, err = n.opt.Cases.Count(ctx, wanted, countAtMost); err != nil {
			return n.broken(q, "find", err)
		}
	}
	out := page{{{text: l.Plural("slack.find.found", total, "words", text.Cut(words, 100)), strong: true}}}
	for _, e := range found.Entries {
		out = append(out, n.caseLines(l, e)...)
	}
	if more := n.listLink(wanted); more != "" && found.Next != "" {
		out = append(out, line{{text: l.Text("slack.find.all"), link: more}})
	}
	return out, "done"
}

// maxExcerpt is how much of a post a list shows, in characters.
const maxExcerpt = 140

// excerpt is the beginning of a post, in quotes.
func excerpt(l i18n.Lang, m mention.Mention) string {
	p, gone := m.Post, alerts.Gone(l, m)
	words := text.Cut(text.Headed(p.Title, text.Line(p.Text, 4*maxExcerpt)), maxExcerpt)
	switch {
	case gone != "":
		return gone
	case words == "":
		return l.Text("alert.no_words")
	}
	return l.Quote(words)
}

// caseLines are one complaint of a list: how loud, whose, where it stands; its words; where
// it can be opened.
func (n *Notifier) caseLines(l i18n.Lang, e mention.MentionRecord) []line {
	m, c := e.Mention, e.Case
	head := line{{text: l.Word("severity_title", m.Severity.String()) + " · " + text.Line(m.Watch, maxName), strong: true},
		{text: " · " + whoWhere(l, m.Post, somebody(l)) + " · " + text.Line(alerts.State(l, n.opt.Zone(), m, c), 3*maxName) + " · " + l.Ago(n.opt.Now().Sub(alerts.Since(m, c)))}}
	under := line{{text: excerpt(l, m) + "  "}}
	if m.Post.URL != "" {
		under = append(under, piece{text: l.Text("press.open"), link: m.Post.URL}, piece{text: "  "})
	}
	if inbox := n.caseLink(m.ID); inbox != "" {
		under = append(under, piece{text: l.Text("slack.inbox"), link: inbox})
	}
	return []line{head, under}
}

// usage shows how a command is written.
func usage(l i18n.Lang, key string) (page, string) {
	how, what, _ := strings.Cut(l.Text(key), " | ")
	return page{{{text: how, strong: true}, {text: l.Aside("", what)}}}, "usage"
}

// status says how many wait, what does not work, and how the sources stand for those who
// may see them.
func (n *Notifier) status(ctx context.Context, q question, _ string) (page, string) {
	l, now := q.lang, n.opt.Now()
	if n.opt.Cases == nil || n.opt.Sources == nil {
		return said(l.Text("slack.command.failed"), "failed")
	}
	counts, err := n.opt.Cases.Counts(ctx, now)
	if err != nil {
		return n.broken(q, "status", err)
	}
	out := page{{{text: text.Capital(l.Plural("slack.home.free", counts.Open)), strong: true}, {text: " · " + l.Plural("slack.status.claimed", counts.Claimed)}}}
	if !counts.OldestOpen.IsZero() {
		out = append(out, line{{text: l.Text("slack.status.oldest", "span", l.Span(now.Sub(counts.OldestOpen)))}})
	}
	if counts.Pending > 0 {
		out = append(out, line{{text: l.Plural("slack.status.pending", counts.Pending)}})
	}
	stand := n.opt.Sources.Stand(l)
	for _, trouble := range stand.Troubles {
		out = append(out, line{{text: "⚠ " + text.Line(trouble, maxContext)}})
	}
	if len(stand.Troubles) == 0 {
		out = append(out, line{{text: l.Text("slack.status.well")}})
	}
	if words := n.refuses(ctx, l, q.by, func(r Roles) bool { return r.Sources }).words; words != "" {
		return out, "done"
	}
	return append(out, n.sourceLines(l, stand)...), "done"
}

// sourceLines say which sources are not as they should be.
func (n *Notifier) sourceLines(l i18n.Lang, stand Stand) (out page) {
	var odd []SourceStand
	for _, s := range stand.Sources {
		if s.State != "ok" {
			odd = append(odd, s)
		}
	}
	count := l.Text("slack.status.all_read")
	if len(odd) > 0 {
		count = l.Plural("slack.status.odd", len(odd))
	}
	out = page{{{text: l.Plural("slack.status.sources", len(stand.Sources)), strong: true}, {text: " · " + count}}}
	for _, s := range odd[:min(len(odd), listAtMost)] {
		words := l.Word("slack.state", s.State)
		switch {
		case !s.Until.IsZero():
			words = l.Text("slack.status.until", "when", l.Time("time.date_time_zone", s.Until.In(n.opt.Zone())))
			if s.By != "" {
				words += " (" + text.Line(s.By, maxName) + ")"
			}
		case !s.Good.IsZero() && s.State != "off":
			words = l.Text("slack.status.last_good", "state", words, "ago", l.Ago(n.opt.Now().Sub(s.Good)))
		}
		out = append(out, line{{text: text.Line(s.Name, maxName)}, {text: l.Aside("", words)}})
	}
	if more := len(odd) - listAtMost; more > 0 {
		out = append(out, line{{text: l.Plural("slack.more", more)}})
	}
	return out
}

// mutes lists who is muted, until when.
func (n *Notifier) mutes(ctx context.Context, q question, _ string) (page, string) {
	l := q.lang
	if n.opt.Cases == nil {
		return said(l.Text("slack.command.failed"), "failed")
	}
	list, err := n.opt.Cases.Mutes(ctx, n.opt.Now())
	switch {
	case err != nil:
		return n.broken(q, "mutes", err)
	case len(list) == 0:
		return said(l.Text("slack.mutes.none"), "done")
	}
	slices.SortStableFunc(list, func(a, b mention.Mute) int { return a.Until.Compare(b.Until) })
	out := page{{{text: l.Plural("slack.mutes.some", len(list)), strong: true}}}
	for _, m := range list[:min(len(list), listAtMost)] {
		entry := line{{text: l.Text("slack.mutes.one", "author", text.Line(m.Author, maxName), "source", text.Line(m.Source, maxName), "by", text.Line(m.By.Name, maxName),
			"until", l.Date(m.Until.In(n.opt.Zone())))}}
		if inbox := n.caseLink(m.MentionID); inbox != "" {
			entry = append(entry, piece{text: "  "}, piece{text: l.Text("slack.inbox"), link: inbox})
		}
		out = append(out, entry)
	}
	if more := len(list) - listAtMost; more > 0 {
		out = append(out, line{{text: l.Plural("slack.more", more)}})
	}
	return append(out, line{{text: l.Text("slack.mutes.end")}}), "done"
}

// pauseOf reads "SOURCE for 2h", "SOURCE 2h" and "SOURCE".
func pauseOf(rest string) (name string, length time.Duration, ok bool) {
	words := strings.Fields(rest)
	length = defaultPause
	if len(words) > 1 {
		last, negative := strings.CutPrefix(strings.ToLower(words[len(words)-1]), "-")
		if d, isLength := text.Length(last); isLength {
			words, length = words[:len(words)-1], d
			if negative {
				length = -d // refused, and not taken for a part of the name
			}
			if len(words) > 1 && slices.Contains([]string{"for", "на", "за"}, strings.ToLower(words[len(words)-1])) {
				words = words[:len(words)-1]
			}
		}
	}
	return unquoted(strings.Join(words, " ")), length, length >= shortestPause && length <= longestPause
}

// unquoted is a name without the quotes that people, or their phones, put around it.
func unquoted(s string) string { return strings.TrimSpace(strings.Trim(s, "\"'“”„«»‘’")) }

// pause lets a source rest.
func (n *Notifier) pause(ctx context.Context, q question, rest string) (page, string) {
	l := q.lang
	name, length, ok := pauseOf(rest)
	switch {
	case name == "":
		return usage(l, "slack.help.pause")
	case !ok:
		return said(l.Text("slack.pause.length"), "usage")
	}
	until := n.opt.Now().Add(length).Truncate(time.Second)
	return n.rest(ctx, q, name, "pause", func(source string) (string, error) {
		when := l.Time("time.date_time_zone", until.In(n.opt.Zone()))
		return l.Text("slack.pause.done", "source", source, "until", when), n.opt.Sources.Pause(ctx, source, until, q.by)
	})
}

// resume ends the rest of a source.
func (n *Notifier) resume(ctx context.Context, q question, rest string) (page, string) {
	name := unquoted(rest)
	if name == "" {
		return usage(q.lang, "slack.help.resume")
	}
	return n.rest(ctx, q, name, "resume", func(source string) (string, error) {
		return q.lang.Text("slack.resume.done", "source", source), n.opt.Sources.Resume(ctx, source, q.by)
	})
}

// rest does something to the one source that is meant, for one who may.
func (n *Notifier) rest(ctx context.Context, q question, name, what string, do func(source string) (words string, err error)) (page, string) {
	l := q.lang
	if n.opt.Sources == nil {
		return said(l.Text("slack.command.failed"), "failed")
	}
	if words := n.refuses(ctx, l, q.by, func(r Roles) bool { return r.Sources }).words; words != "" {
		return said(words, "may not")
	}
	source, words := n.meant(l, name)
	if source == "" {
		return said(words, "unknown source")
	}
	words, err := do(source)
	switch {
	case err == nil:
		return said(words, "done")
	case errors.Is(err, mention.ErrNothingToDo):
		return said(l.Text("slack.resume.nothing", "source", source), "already so")
	case errors.Is(err, ErrOwners):
		return said(l.Text("slack.pause.owners", "source", source), "refused")
	case errors.Is(err, mention.ErrNotFound): // the watchlist changed in this moment
		return said(l.Text("slack.pause.unknown", "name", source), "unknown source")
	}
	return n.broken(q, what, err)
}

// meant is the one source of the watchlist that is called so, or whose name alone holds the
// words; else what to say.
func (n *Notifier) meant(l i18n.Lang, name string) (source, words string) {
	var names, holds []string
	for _, s := range n.opt.Sources.Stand(l).Sources {
		if strings.EqualFold(s.Name, name) {
			return s.Name, ""
		}
		if strings.Contains(strings.ToLower(s.Name), strings.ToLower(name)) {
			holds = append(holds, s.Name)
		}
		names = append(names, s.Name)
	}
	listed := func(list []string) string {
		var b []string
		for _, one := range list[:min(len(list), listAtMost)] {
			b = append(b, text.Line(one, maxName))
		}
		return strings.Join(b, ", ")
	}
	name = text.Cut(name, maxName)
	switch near := text.Nearest(name, names); {
	case len(holds) == 1:
		return holds[0], ""
	case len(holds) > 1:
		return "", l.Text("slack.pause.several", "name", name, "sources", listed(holds))
	case near != "":
		return "", l.Text("slack.pause.unknown", "name", name) + " " + l.Text("slack.command.nearest", "command", near)
	case len(names) > 0:
		return "", l.Text("slack.pause.unknown", "name", name) + " " + l.Text("slack.pause.there", "sources", listed(names))
	}
	return "", l.Text("slack.pause.unknown", "name", name)
}

// proposeIgnore and proposeAdd change nothing.
func (n *Notifier) proposeIgnore(ctx context.Context, q question, rest string) (page, string) {
	phrase := unquoted(rest)
	if phrase == "" {
		return usage(q.lang, "slack.help.ignore")
	}
	return n.propose(ctx, q, "ignore", phrase, Proposals.Ignore)
}

func (n *Notifier) proposeAdd(ctx context.Context, q question, rest string) (page, string) {
	address, _, _ := strings.Cut(strings.Trim(unquoted(rest), "<>"), "|") // as Slack writes links where it escapes them
	if address == "" {
		return usage(q.lang, "slack.help.add")
	}
	return n.propose(ctx, q, "add", address, Proposals.Add)
}

func (n *Notifier) propose(ctx context.Context, q question, what, words string, do func(Proposals, context.Context, i18n.Lang, string, mention.Person) (string, error)) (page, string) {
	if n.opt.Proposals == nil {
		return said(q.lang.Text("slack.command.failed"), "failed")
	}
	if !n.proposed.take(q.by.ID, n.opt.Now()) {
		return said(q.lang.Text("slack.propose.too_many"), "too many")
	}
	answer, err := do(n.opt.Proposals, ctx, q.lang, words, q.by)
	if err != nil {
		return n.broken(q, what, err)
	}
	return said(answer, "done")
}
