package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// What people ask from Slack beside cases: how the sources stand, a rest for one of them,
// and proposals to whoever keeps the watchlist. No file is changed from here.

// sourcesAsked implements slack.Sources.
type sourcesAsked struct{ d *Daemon }

// Stand implements slack.Sources.
func (s sourcesAsked) Stand(l i18n.Lang) slack.Stand {
	d, now := s.d, s.d.now()
	troubles := d.troublesIn(l)
	for _, other := range d.roster.others() { // a way out that does not work is known to who delivers
		for part, why := range other.Trouble {
			if _, known := troubles[part]; !known && other.ID != d.id {
				troubles[part] = d.saidIn(l, why) + " (" + other.Host + ")"
			}
		}
	}
	var out slack.Stand
	for _, part := range slices.Sorted(maps.Keys(troubles)) {
		out.Troubles = append(out.Troubles, part+": "+d.secrets.Redact(troubles[part]))
	}
	for _, src := range d.standings(d.states.all()) {
		stand := slack.SourceStand{Name: src.Name, State: string(src.stands.StateAt(now)), Good: src.stands.LastSuccess}
		if src.off {
			stand = slack.SourceStand{Name: src.Name, State: string(stateOff), Until: src.Until(), By: src.by}
		}
		out.Sources = append(out.Sources, stand)
	}
	slices.SortFunc(out.Sources, func(a, b slack.SourceStand) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Pause implements slack.Sources.
func (s sourcesAsked) Pause(ctx context.Context, name string, until time.Time, by mention.Person) error {
	d, now := s.d, s.d.now()
	place, err := d.pausable(name, now)
	if err != nil {
		return err
	}
	if err := d.store.PauseSource(ctx, mention.SourcePause{Place: place, Source: name, By: by, At: now, Until: until}); err != nil {
		return err
	}
	d.wake(ctx) // else the loop of pauses does
	l := d.staffLang()
	d.tell(ctx, "source "+name, "paused by "+by.ID, now, l.Text("notice.source_paused", "who", by.Name, "name", strconv.Quote(name), "until", l.Time("time.date_time_zone", until.In(d.config().Zone()))))
	return nil
}

// Resume implements slack.Sources.
func (s sourcesAsked) Resume(ctx context.Context, name string, by mention.Person) error {
	d, now := s.d, s.d.now()
	place, err := d.pausable(name, now)
	if err != nil {
		return err
	}
	switch err := d.store.ResumeSource(ctx, place, now); {
	case errors.Is(err, mention.ErrNotFound):
		return mention.ErrNothingToDo
	case err != nil:
		return err
	}
	d.wake(ctx)
	d.tell(ctx, "source "+name, "resumed by "+by.ID, now, d.staffLang().Text("notice.source_resumed_by", "who", by.Name, "name", strconv.Quote(name)))
	return nil
}

// pausable is the place of a source that people may pause: one that the watchlist does not
// let rest itself.
func (d *Daemon) pausable(name string, now time.Time) (place string, err error) {
	src, err := d.source(name)
	if err != nil {
		return "", err
	}
	if src.Off(now) {
		return "", slack.ErrOwners
	}
	place, _ = watchlist.Identify(d.key, src)
	return place, nil
}

// source is the source of a name in the watchlist in use.
func (d *Daemon) source(name string) (config.Source, error) {
	for _, src := range d.config().Sources {
		if src.Name == name {
			return src, nil
		}
	}
	return config.Source{}, mention.ErrNotFound
}

// proposals implements slack.Proposals.
type proposals struct{ d *Daemon }

const (
	maxPhrase = 200
	// effectFor is how far back the effect of a phrase is tried, effectOn on how many complaints at most.
	effectFor, effectOn = 30 * 24 * time.Hour, 1000
)

// Ignore implements slack.Proposals.
func (p proposals) Ignore(ctx context.Context, l i18n.Lang, phrase string, by mention.Person) (string, error) {
	d, cfg := p.d, p.d.config()
	phrase = text.Cut(text.Line(phrase, maxPhrase), maxPhrase)
	named, left, err := namedIn(cfg, phrase)
	switch {
	case err != nil:
		return "", err
	case len(named) == 0:
		return l.Text("slack.propose.no_name", "phrase", phrase), nil
	case len(left) == 0:
		return l.Text("slack.propose.already", "phrase", phrase), nil
	}
	for _, watch := range left {
		effect, err := d.effect(ctx, cfg, watch, phrase)
		if err != nil {
			return "", err
		}
		line := fmt.Sprintf("ignore: [%s]", strconv.Quote(phrase))
		words := d.staffLang().Text("notice.propose_ignore", "who", by.Name, "watch", watch.Name, "phrase", phrase, "effect", effect, "line", line)
		if !d.tell(ctx, "ignore "+phrase+" of "+watch.Name, "proposed by "+by.ID, d.now().Truncate(time.Minute), words) {
			return "", errors.New("the proposal cannot be passed on")
		}
	}
	return l.Text("slack.propose.sent"), nil
}

// namedIn are the watches whose name stands in a phrase, and those of them that do not
// leave it out already. What else a watch asks of a text is not asked of a phrase.
func namedIn(cfg *config.Config, phrase string) (named, left []config.Watch, err error) {
	for _, w := range cfg.Watches {
		bare := w
		bare.Context, bare.Any, bare.All, bare.None, bare.Ignore = nil, nil, nil, nil, nil
		with := bare
		with.Ignore = w.Ignore
		tried := *cfg
		tried.Watches = []config.Watch{bare, with}
		set, err := watchlist.CompileTerms(&tried)
		if err != nil {
			return nil, nil, err
		}
		for _, hit := range set.Match("", phrase) {
			if hit.Index == 0 {
				named = append(named, w)
			} else {
				left = append(left, w)
			}
		}
	}
	return named, left, nil
}

// effect says what a phrase would have left out lately.
func (d *Daemon) effect(ctx context.Context, cfg *config.Config, w config.Watch, phrase string) (string, error) {
	found, err := d.store.List(ctx, mention.Query{Watch: w.Name, Alerted: true, Since: d.now().Add(-effectFor), Limit: effectOn})
	if err != nil {
		return "", err
	}
	more := w
	more.Ignore = append(slices.Clone(w.Ignore), config.Text{Value: phrase})
	tried := *cfg
	tried.Watches = []config.Watch{w, more}
	set, err := watchlist.CompileTerms(&tried)
	if err != nil {
		return "", err
	}
	lost, answered := 0, 0
	for _, e := range found.Entries {
		before, after := false, false
		for _, hit := range set.Match(e.Mention.Post.Title, e.Mention.Post.Text) {
			before, after = before || hit.Index == 0, after || hit.Index == 1
		}
		if before && !after {
			lost++
			if e.Case.Status == mention.Claimed || e.Case.Status == mention.Replied {
				answered++
			}
		}
	}
	return d.staffLang().Plural("notice.propose_effect", lost, "total", len(found.Entries), "answered", answered), nil
}

// Add implements slack.Proposals.
func (p proposals) Add(ctx context.Context, l i18n.Lang, address string, by mention.Person) (string, error) {
	d, cfg := p.d, p.d.config()
	if name, _, _, unreadable := presets.Unreadable(address); unreadable {
		return l.Text("slack.propose.unreadable", "name", name), nil
	}
	address = presets.Address(address)
	if !proposable(address) {
		return l.Text("slack.propose.no_address", "address", text.Line(address, maxPhrase)), nil
	}
	for _, src := range cfg.Sources {
		if src.Address != "" && mention.SameURL(strings.TrimSuffix(src.Address, "/"), strings.TrimSuffix(address, "/")) {
			return l.Text("slack.propose.have", "source", src.Name), nil
		}
	}
	words := d.staffLang().Text("notice.propose_add", "who", by.Name, "address", address, "line", "earshot add "+typed(address))
	if !d.tell(ctx, "add "+address, "proposed by "+by.ID, d.now().Truncate(time.Minute), words) {
		return "", errors.New("the proposal cannot be passed on")
	}
	return l.Text("slack.propose.sent"), nil
}

// proposable reports whether a text is an address as earshot add takes it: of a page, or a
// handle. Names, passwords and references to them do not stand in it.
func proposable(address string) bool {
	if handle, ok := strings.CutPrefix(address, "@"); ok {
		return handle != "" && !strings.ContainsFunc(handle, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.@-", r))
		})
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	return err == nil && !config.Refers(address) && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && strings.Contains(u.Hostname(), ".") && !strings.ContainsAny(address, " \t\n") && len(address) <= 1000
}

// typed is an address as one word of any shell: whoever takes a proposal copies the command, and
// which shell they have nobody knows. cmd.exe knows double quotes alone, and within those the
// others read what no address needs to have as a sign.
func typed(address string) string {
	var b strings.Builder
	for i, r := range address {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~:/?#@&()*+,;=[]", r) || r == '%' && percent.MatchString(address[i:]) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return `"` + b.String() + `"`
}

var percent = regexp.MustCompile(`^%[0-9A-Fa-f]{2}`)
