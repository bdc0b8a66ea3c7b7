// Package plan decides what happens to a mention that was heard: whether people are
// told, how loudly, where and when; what becomes of an edit, a deletion and an answer.
//
// It is pure: it reads through View, writes only into the pending mentions, and must
// not look at a clock, open anything or know a store or a channel.
package plan

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

const (
	// duplicateWindow is how long a text groups its copies: people post the same
	// complaint in several places within days.
	duplicateWindow = 7 * 24 * time.Hour
	// verdictMemory is how long what staff said in a dismissal holds for near-duplicates; of words
	// that anybody may come to write (fewer than ownersWords) it holds for duplicateWindow.
	verdictMemory = 365 * 24 * time.Hour
	// authorMemory is how far back an author's earlier complaints count.
	authorMemory = 30 * 24 * time.Hour
	// worseBy is the change of score or verdict from which an edit is a change of tone.
	worseBy = 0.2
)

// View is what the planner may ask while one poll is being committed. All
// answers are of the same transaction.
type View interface {
	// Duplicates returns alerted mentions of the watch heard at or after since whose
	// simhash differs from the given one in at most maxDistance bits, whatever
	// became of their cases; the oldest first.
	Duplicates(ctx context.Context, watch string, simhash uint64, maxDistance int, since time.Time) ([]mention.MentionRecord, error)
	// AtURL returns the alerted mentions of the watch whose post stands at this
	// permalink, at whatever source (mention.SameURL); of many the newest, the oldest of
	// them first. An empty address matches nothing.
	AtURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error)
	// InThread returns the mentions of posts of this source that stand at the thread
	// address (Post.ThreadURL) or have the id or address replyTo, and those of the same
	// permalinks that were alerted at other sources, whatever became of their cases; the
	// oldest first. An empty argument matches nothing.
	InThread(ctx context.Context, source, threadURL, replyTo string) ([]mention.MentionRecord, error)
	// OfficialInThread returns the mentions of the watch by official authors at the thread
	// address that are not gone and were published at or after since, or nobody knows when;
	// the oldest first. An empty address matches nothing.
	OfficialInThread(ctx context.Context, source, threadURL, watch string, since time.Time) ([]mention.MentionRecord, error)
	// Author says what is known of an author at a source.
	Author(ctx context.Context, source, author string, since time.Time) (mention.Author, error)
	// AlertOf returns the message a mention got of its own (kind complaint or
	// duplicate); ok is false when it got none.
	AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error)
	// Alert returns one alert; ok is false when there is none.
	Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error)
	// ChangesTold returns the newest replies of kind changed about a mention, at most 100.
	ChangesTold(ctx context.Context, id mention.ID) ([]mention.Alert, error)
	// RepliesOf returns the answers that earshot sent, or is sending, to the site of a mention.
	RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error)
	// HeardRate counts the alerted mentions of the watch heard from (inclusive) to
	// (exclusive), without those of a baseline and those that were published before since,
	// where that is known.
	HeardRate(ctx context.Context, watch string, from, to, since time.Time) (int, error)
}

// Planner decides what happens to the mentions of one poll. It may be used by
// several goroutines.
type Planner struct{ rules atomic.Pointer[alerts.Rules] }

// NewPlanner returns a planner for these rules.
func NewPlanner(r alerts.Rules) *Planner {
	p := &Planner{}
	p.Use(r)
	return p
}

// Use changes the rules; polls under way end with the old ones.
func (p *Planner) Use(r alerts.Rules) { p.rules.Store(&r) }

// Rules returns the rules in use, which must not be changed.
func (p *Planner) Rules() *alerts.Rules { return p.rules.Load() }

// OfficialFor returns the watches that the post's author answers for. Such a post
// is of interest even where it does not name the watch. What the owner of a place wrote
// (Post.Own) speaks for the watch of its source and for those that it names; for others only by its author.
func (p *Planner) OfficialFor(post mention.Post) []string {
	post.Own, post.SeemsOwn = false, false
	rules := p.rules.Load()
	var watches []string
	for watch := range rules.Official { // profiles have names, too
		if rules.AuthorityOf(watch, post) != alerts.Stranger {
			watches = append(watches, watch)
		}
	}
	return watches
}

// Plan fills the pending mentions: severity, case, alerts and events. It runs inside the
// transaction of the poll and may run again when that is retried; it starts
// from what the pending mentions held before.
func (p *Planner) Plan(ctx context.Context, v View, now time.Time, pending []*mention.PendingMention) error {
	plan := &plan{rules: *p.rules.Load(), view: v, now: now, polled: pending, cases: newCaseChanges(pending),
		told: map[mention.ID]string{}, worse: map[mention.ID]time.Time{},
		wordings: map[reading]wording{}, rates: map[rateKey]rate{}, storms: map[mention.AlertID]string{}, addresses: map[[2]string][]mention.MentionRecord{}, threads: map[[3]string][]mention.MentionRecord{}}
	plan.formerly(pending)
	for _, turn := range []int{posts, answersGone, answers} {
		for _, d := range pending {
			authority := plan.rules.AuthorityOf(d.Mention.Watch, d.Mention.Post)
			if !d.Mention.Post.Deleted { // of what is gone only the name is left: it is what it was
				d.Mention.Official = authority == alerts.Ours
			} else if authority == alerts.Ours {
				d.Mention.Official = true
			}
			if turnOf(d.Mention, authority) != turn {
				continue
			}
			if err := plan.pending(ctx, d); err != nil {
				return fmt.Errorf("plan %s: %w", d.Mention.ID, err)
			}
		}
	}
	plan.cases.flush(pending)
	return nil
}

// The turns in which a poll is planned. Answers come after the posts, so that they find the
// complaints of the same poll, and after those that are gone, which they may replace.
const (
	posts = iota
	answersGone
	answers
)

func turnOf(m mention.Mention, by alerts.Authority) int {
	switch {
	case !m.Official && by == alerts.Stranger:
		return posts
	case m.Post.Deleted:
		return answersGone
	}
	return answers
}

// plan is one run over one poll.
type plan struct {
	rules  alerts.Rules
	view   View
	now    time.Time
	cases  caseChanges
	polled []*mention.PendingMention
	done   []*mention.PendingMention // pending mentions of this poll that got an alert of their own
	told   map[mention.ID]string     // the former name of the watch under which the post of a mention was told
	worse  map[mention.ID]time.Time  // from when the words of complaints are that this poll found worse, where the site says so

	wordings  map[reading]wording                   // of mentions that were compared
	rates     map[rateKey]rate                      // of watches that were asked for
	storms    map[mention.AlertID]string            // whom the messages of storms name, where that was asked for
	addresses map[[2]string][]mention.MentionRecord // what stands there, by watch and address that was asked for
	threads   map[[3]string][]mention.MentionRecord // what is stored of threads that were asked for, by source, thread and post
}

func (p *plan) pending(ctx context.Context, d *mention.PendingMention) error {
	m := &d.Mention
	m.Simhash = postSimhash(m.Post)
	if m.HeardAt.IsZero() {
		m.HeardAt = p.now
	}
	if was := d.Previous; was == nil {
		d.Case = mention.Case{MentionID: m.ID, Status: mention.Quiet, Version: 1, OpenedAt: m.HeardAt}
		p.event(d, "heard", m.Post.Source)
	} else {
		d.Recount = recount(was.Post, m.Post) || starsShown(was.Post, m.Post)
		if showsLess(was.Post, m.Post) {
			kept := was.Score // what is not shown still counts
			if m.Post.Title != was.Post.Title {
				kept.Why, kept.Frames = m.Score.Why, m.Score.Frames // the words stand elsewhere without it
			}
			d.Recount, m.Score = true, kept
		}
	}
	if d.Reread && d.Previous.Post.Text == "" && !alerted(d.Case) {
		d.Reread = false // its words were not read before: nobody judged them
	}
	if d.Reread { // what was added says nothing of the post: its verdict stands
		d.Recount = true
		m.Score.Value, m.Score.Label, m.Score.Complaint = d.Previous.Score.Value, d.Previous.Score.Label, d.Previous.Score.Complaint
	}
	switch {
	case m.Official:
		return p.answer(ctx, d)
	case m.Post.SeemsOwn: // whosever it is, it was left out of what it stands under, and is nobody's complaint
		return p.seeming(ctx, d)
	case p.rules.AuthorityOf(m.Watch, m.Post) == alerts.Namesake:
		if noted, err := p.namesake(ctx, d); err != nil || noted {
			return err
		}
	}
	return p.heard(ctx, d)
}

// heard treats a post that is no answer of one's own.
func (p *plan) heard(ctx context.Context, d *mention.PendingMention) error {
	m := &d.Mention
	switch {
	case onlyMoved(d):
		return p.moved(ctx, d)
	case d.Previous != nil && alerted(d.Case):
		return p.edited(ctx, d)
	case d.Baseline || m.Post.Deleted || !p.rules.IsComplaint(*m):
		return nil
	case p.told[m.ID] != "":
		p.event(d, "suppressed", alerts.QuietTold(p.told[m.ID]))
		return nil
	case olderThanItsWatch(d):
		p.event(d, "suppressed", alerts.QuietOlder)
		return nil
	case d.Previous != nil && !p.turned(d):
		return nil
	}
	return p.complaint(ctx, d)
}

// olderThanItsWatch reports whether the watch is new, or has another name, and of the post only
// a number is: it named the watch before.
func olderThanItsWatch(d *mention.PendingMention) bool {
	return d.Earlier != nil && recount(*d.Earlier, d.Mention.Post) && namedIn(*d.Earlier, d.Mention)
}

// turned reports whether an edit makes a complaint of a mention that was not
// alerted. A complaint of the baseline stays part of it when a word is changed.
func (p *plan) turned(d *mention.PendingMention) bool {
	if d.Reread || onlyCounted(d.Previous.Post, &d.Mention) {
		return false
	}
	return !p.rules.IsComplaint(*d.Previous) || worse(d.Previous.Score, d.Mention.Score)
}

// complaint gives a complaint its alert, or says in the audit why it gets none.
func (p *plan) complaint(ctx context.Context, d *mention.PendingMention) error {
	m := &d.Mention
	by, err := p.author(ctx, m.Post)
	if err != nil {
		return err
	}
	severity, why := p.severity(*m, by)
	if severity < mention.Critical && by.MutedUntil.After(p.now) {
		p.event(d, "suppressed", alerts.QuietMuted+by.MutedUntil.UTC().Format(time.RFC3339))
		return nil
	}
	if known, err := p.shownElsewhere(ctx, d, severity, why); err != nil || known {
		return err
	}
	first, verdict, err := p.findDuplicate(ctx, *m)
	if err != nil {
		return err
	}
	if verdict != "" {
		p.event(d, "suppressed", verdict)
		return nil
	}
	m.Severity = severity
	d.Case.Status, d.Case.OpenedAt = mention.Open, m.HeardAt
	if d.Previous != nil {
		d.Case.OpenedAt = p.now // the complaint is the edit
		p.cases.bumpVersion(&d.Case)
		m.EditedAt = p.now
	}
	details := alerts.Details{Why: why, LastOpen: by.Complaints > 0 && !by.LastAnswered, Weight: p.rules.Weights[m.Post.Source]}
	if by.Complaints > 0 {
		details.Nth = by.Complaints + 1
	}
	d.Case.RankAt = d.Case.OpenedAt.Add(-alerts.PriorityOf(*m, details).HeadStart())
	var alert mention.Alert
	if first != nil && !(first.gathered && severity >= mention.Critical) {
		alert = p.duplicate(d, first, details)
		if err := p.manyCopies(ctx, d, &alert, first, by); err != nil {
			return err
		}
	} else {
		alert = p.newAlert(*m, details)
		over, err := p.group(ctx, *m, alert)
		if err != nil {
			return err
		}
		if over != nil {
			alert.ThreadOf = over.ID
			if over.Kind != mention.Burst {
				d.Alerts = append(d.Alerts, *over)
			} else if err := p.inStorm(ctx, d, &alert, *over); err != nil {
				return err
			}
		}
	}
	d.Alerts = append(d.Alerts, alert)
	p.event(d, "alerted", alerts.AlertedDetail(m.Severity, alert.Route))
	p.done = append(p.done, d)
	return p.answeredBefore(ctx, d)
}

// newAlert is a message of its own.
func (p *plan) newAlert(m mention.Mention, details alerts.Details) mention.Alert {
	to, notify := p.rules.RouteFor(m)
	a := p.message(mention.Complaint, m.ID, to, m.Severity, details)
	a.Notify = notify
	return a
}

// message is a message about a mention, held for as long as one so loud is. id tells it from others of its kind
// there.
func (p *plan) message(kind mention.AlertKind, of mention.ID, route string, severity mention.Severity, details alerts.Details, id ...string) mention.Alert {
	return mention.Alert{
		ID: mention.NewAlertID(kind, append([]string{string(of), route}, id...)...), Kind: kind, MentionID: of,
		Route: route, Severity: severity, Status: mention.Pending,
		CreatedAt: p.now, NotBefore: p.rules.HeldUntil(severity, p.now), Payload: details.Encode(),
	}
}

// ownAlert is the message a pending mention of this poll got of its own.
func ownAlert(d *mention.PendingMention) mention.Alert {
	for _, a := range d.Alerts {
		if a.MentionID == d.Mention.ID && (a.Kind == mention.Complaint || a.Kind == mention.Duplicate) {
			return a
		}
	}
	return mention.Alert{}
}

// author asks what is known of the author, complaints of this poll included. Of a guest
// nothing is known.
func (p *plan) author(ctx context.Context, post mention.Post) (mention.Author, error) {
	if mention.IsNobody(post.Author) {
		return mention.Author{}, nil
	}
	by, err := p.view.Author(ctx, post.Origin(), post.Author, p.now.Add(-authorMemory))
	if err != nil {
		return by, fmt.Errorf("history of the author: %w", err)
	}
	counted := map[string]bool{post.ID: true} // a post that names two watches is one complaint
	for _, d := range p.done {
		if o := d.Mention.Post; o.Origin() == post.Origin() && o.Author == post.Author && !counted[o.ID] {
			counted[o.ID] = true
			by.Alerted++
			by.Lately++
			by.Complaints++
			by.LastAnswered = false
		}
	}
	if by.Alerted < floodFrom {
		return by, nil // so few are no flood, however lately
	}
	lately, err := p.view.Author(ctx, post.Origin(), post.Author, p.now.Add(-alerts.StormWindow))
	if err != nil {
		return by, fmt.Errorf("what the author wrote lately: %w", err)
	}
	by.Lately += lately.Alerted
	return by, nil
}

func (p *plan) event(d *mention.PendingMention, kind, detail string) {
	d.Events = append(d.Events, mention.Event{MentionID: d.Mention.ID, Kind: kind, At: p.now, Detail: detail})
}

func alerted(c mention.Case) bool { return c.Status != "" && c.Status != mention.Quiet }
