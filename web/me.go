package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Mine is what belongs to one person.
type Mine interface {
	Preference(ctx context.Context, personID string) (mention.Preference, error)
	SetPreference(ctx context.Context, p mention.Preference) error
	// SessionsOf returns where the person is signed in, the last seen first.
	SessionsOf(ctx context.Context, personID string) ([]mention.Session, error)
}

// mePage is the page of who looks at it.
type mePage struct {
	frame
	Has, Did  myList
	Asleep    string // how many of what the person has are snoozed; empty for none
	AsleepAll string
	Numbers   []tile
	Selects   []choice
	Zone      string // chosen
	TeamZone  string
	Zones     []string // offered
	Sessions  []sessionRow
	NoSession bool // a proxy, or nobody, signs people in here
	Saved     bool
}

// myList is the beginning of a list, with the address of all of it.
type myList struct {
	Rows []row
	All  string
}

// sessionRow is one session in words.
type sessionRow struct {
	Way, Made, Seen string
	Hash            string
	Here            bool
}

const (
	meDays = 28 // of the numbers
	meHas  = 20 // rows; a link leads to all
	meDid  = 10
)

// zones are offered; any other that the system knows can be written.
var zones = []string{"Europe/Kyiv", "Europe/Sofia", "Europe/Warsaw", "Europe/Berlin", "Europe/London", "Europe/Istanbul", "Asia/Almaty", "Asia/Tbilisi", "America/New_York", "UTC"}

// me shows what belongs to who looks at it.
func (in *Inbox) me(w http.ResponseWriter, r *http.Request, v visit) error {
	l, mine := v.lang, v.who.Person
	out := mePage{frame: v.frame("me", mine.Name), TeamZone: zoneName(v.team, v.now), Zones: zones, Saved: r.URL.Query().Get("saved") != ""}
	if out.Title == "" {
		out.Title = l.Text("web.me")
	}
	var err error
	if out.Has, err = in.myList(r.Context(), v, mention.ListClaimed, meHas); err != nil {
		return err
	}
	if out.Did, err = in.myList(r.Context(), v, mention.ListReplied, meDid); err != nil {
		return err
	}
	if out.Asleep, out.AsleepAll, err = in.asleep(r.Context(), v); err != nil {
		return err
	}
	if out.Numbers, err = in.myNumbers(r.Context(), v); err != nil {
		return err
	}
	chosen, err := in.opt.Mine.Preference(r.Context(), mine.ID)
	if err != nil {
		return err
	}
	out.Zone = chosen.Zone
	lang := v.choice("lang", chosen.Lang, languages, said(l, "web.language"))
	lang.Any = l.Text("web.me.browser")
	out.Selects = []choice{lang}
	sessions, err := in.opt.Mine.SessionsOf(r.Context(), mine.ID)
	if err != nil {
		return err
	}
	here, known := in.opt.Session(r)
	out.NoSession = !known
	for _, s := range sessions {
		out.Sessions = append(out.Sessions, newSessionRow(v, s, known && s.Hash == here))
	}
	return in.show(w, http.StatusOK, "me", out)
}

func newSessionRow(v visit, s mention.Session, here bool) sessionRow {
	return sessionRow{Way: v.lang.Word("web.way", s.Way), Made: v.lang.DateTime(s.MadeAt.In(v.zone)), Seen: v.lang.Ago(v.now.Sub(s.SeenAt)), Hash: hex.EncodeToString(s.Hash[:]), Here: here}
}

func (in *Inbox) myList(ctx context.Context, v visit, status string, limit int) (out myList, err error) {
	f := filter{Status: status, Owner: "me"}
	q := f.query(v.who.ID, v.team)
	q.Limit = limit
	page, err := in.opt.Cases.List(ctx, q)
	for _, e := range page.Entries {
		out.Rows = append(out.Rows, newRow(v, e, "/me"))
	}
	out.All = f.path()
	return out, err
}

// asleep says how many cases of the person's are snoozed, and where they are.
func (in *Inbox) asleep(ctx context.Context, v visit) (many, at string, err error) {
	f := filter{Status: mention.ListSnoozed, Owner: "me"}
	n, err := in.opt.Cases.Count(ctx, f.query(v.who.ID, v.team), maxCount+1)
	if n > 0 {
		many = v.lang.Number(min(n, maxCount))
	}
	if n > maxCount {
		many += "+"
	}
	return many, f.path(), err
}

// myNumbers are what the person answered, beside the time before.
func (in *Inbox) myNumbers(ctx context.Context, v visit) ([]tile, error) {
	scope := report.Scope{Since: v.now.In(v.zone).AddDate(0, 0, -meDays), Until: v.now, Zone: v.zone, Reply: in.opt.ReplyWithin}
	cases, err := in.opt.Numbers.TimesOf(ctx, v.who.ID, scope.Begin(), scope.Until)
	if err != nil {
		return nil, err
	}
	now, before := report.Compare(cases, scope)
	return myTiles(v.lang, now, before), nil
}

func myTiles(l i18n.Lang, now, before report.Report) []tile {
	was := func(was string) string { return l.Text("web.report.was", "was", was) }
	name := func(key string) string { return text.Capital(l.Text(key)) }
	out := []tile{{name("web.me.answered"), l.Number(now.Answered), was(l.Number(before.Answered))},
		{name("report.answer"), now.Answer.MedianWords(l), was(before.Answer.MedianWords(l))}}
	if now.Kept.Of+before.Kept.Of > 0 {
		out = append(out, tile{name("web.me.kept"), now.Kept.Words(l), was(before.Kept.Words(l))})
	}
	return out
}

// zoneName is what people know a time zone by. That of the machine is called Local by nobody
// else, and cannot be written: it is said as clocks say it, EET or +05.
func zoneName(zone *time.Location, now time.Time) string {
	if zone == time.Local {
		return now.In(zone).Format("MST")
	}
	return zone.String()
}

// setMe stores the person's language and zone.
func (in *Inbox) setMe(w http.ResponseWriter, r *http.Request, v visit) error {
	p := mention.Preference{PersonID: v.who.ID, Lang: r.PostForm.Get("lang"), Zone: strings.TrimSpace(r.PostForm.Get("zone")), At: v.now}
	if p.Lang != "" && !slices.Contains(languages, p.Lang) {
		return badForm("lang")
	}
	meant := hours.MeantZone(p.Zone)
	if strings.EqualFold(meant, p.Zone) { // as a phone writes it
		p.Zone = meant
	}
	if _, ok := hours.Zone(p.Zone); p.Zone != "" && (!ok || len(p.Zone) > maxWord) {
		if meant != "" {
			return badInput("web.me.meant_zone", "zone", p.Zone, "meant", meant)
		}
		return badInput("web.me.no_zone", "zone", p.Zone)
	}
	if err := in.opt.Mine.SetPreference(r.Context(), p); err != nil {
		return err
	}
	http.Redirect(w, r, "/me?saved=1", http.StatusSeeOther)
	return nil
}
