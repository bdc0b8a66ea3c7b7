package daemon

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/web"
)

// newInbox makes the inbox of the watchlist in use, for those whom who knows; nil without
// who: nobody may look then. session says in which session of theirs a request comes.
func (d *Daemon) newInbox(who web.Who, session func(*http.Request) ([32]byte, bool)) (*web.Inbox, error) {
	if who == nil {
		return nil, nil
	}
	origin := ""
	if u, err := url.Parse(d.config().Web.PublicURL); err == nil && u.Host != "" {
		origin = u.Scheme + "://" + u.Host
	}
	return web.New(web.Options{
		Origin:      origin,
		Cases:       d.store,
		Numbers:     d.store,
		Mine:        d.store,
		Session:     session,
		Desk:        d.desk,
		Who:         d.asChosen(who),
		Texts:       d.texts,
		Lang:        func() string { return d.config().Language },
		Zone:        func() *time.Location { return d.planner.Rules().Zone },
		Views:       func() []web.View { return views(d.config()) },
		Sources:     d.webSources,
		PollNow:     d.pollAsked,
		Places:      func() web.Places { return places(d.config()) },
		Replies:     d.replies,
		Templates:   d.store,
		Answers:     d.answers,
		Network:     d.networkOf,
		Retention:   func() time.Duration { return d.config().Store.Retention },
		ReplyWithin: func(s mention.Severity) (time.Duration, hours.Hours) { return d.planner.Rules().ReplyWithin(s) },
		Log:         d.log,
		Now:         d.now,
	})
}

// caseChanged is called after every change that the desk decided.
func (d *Daemon) caseChanged() {
	d.wakeSender()
	if d.inbox != nil {
		d.inbox.Changed()
	}
	d.homesChanged()
	if d.store.Shared() {
		d.signals.call(callCases)
	}
}

// homesChanged has what people see in their App Home drawn again.
func (d *Daemon) homesChanged() {
	if s := d.notifiers.slackInUse(); s != nil {
		s.CasesChanged()
	}
}

func views(cfg *config.Config) (out []web.View) {
	for _, v := range cfg.Views {
		out = append(out, web.View{Name: v.Name, Query: v.Query})
	}
	return out
}

func places(cfg *config.Config) web.Places {
	out := web.Places{Topics: config.Topics()}
	for _, w := range cfg.Watches {
		out.Watches = append(out.Watches, w.Name)
	}
	for _, src := range cfg.Sources {
		out.Sources = append(out.Sources, src.Name)
	}
	return out
}

// asChosen gives those whom who knows the language and the zone that they chose. While the
// database is away they have what everybody has.
func (d *Daemon) asChosen(who web.Who) web.Who {
	return func(r *http.Request) (web.Person, bool) {
		p, ok := who(r)
		if !ok {
			return p, false
		}
		chosen, err := d.store.Preference(r.Context(), p.ID)
		if err != nil {
			return p, true
		}
		p.Lang = cmp.Or(chosen.Lang, p.Lang)
		if zone, err := time.LoadLocation(chosen.Zone); err == nil && chosen.Zone != "" {
			p.Zone = zone
		}
		return p, true
	}
}

// webSources are the sources of the watchlist as its page shows them.
func (d *Daemon) webSources() (out []web.Source) {
	now := d.now()
	for _, src := range d.standings(d.states.all()) {
		s := src.stands
		row := web.Source{Name: src.Name, Kind: src.Kind, State: string(s.StateAt(now)), Why: s.Why, Answer: s.Answer, Error: d.secrets.Redact(s.LastError), NotStored: s.NotStored,
			LastPoll: s.LastPoll, NextPoll: s.Next, LastNew: s.LastNew, Days: s.Days(sparkDays, now)}
		if s.SuspendedUntil.After(now) {
			row.Until = s.SuspendedUntil
		}
		if src.off {
			row.State, row.Until = string(stateOff), src.Until()
		}
		out = append(out, row)
	}
	return out
}

// sparkDays is how many days of a source's posts its page shows.
const sparkDays = 28

// inboxAddress is where people open the inbox; empty when they cannot.
func (d *Daemon) inboxAddress() string {
	if d.inbox == nil {
		return ""
	}
	return inboxAddress(d.config())
}

// inboxAddress is where people open the inbox; empty when there is none for those who are
// not on this machine.
func inboxAddress(cfg *config.Config) string {
	if !cfg.Web.Inbox || cfg.Web.Listen == "" {
		return ""
	}
	return strings.TrimRight(cfg.Web.PublicURL, "/")
}
