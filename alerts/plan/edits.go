package plan

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// edited treats an edit or the deletion of a post that was alerted: no second
// message, but the first one updated and the change told in its thread.
func (p *plan) edited(ctx context.Context, d *mention.PendingMention) error {
	m, was := &d.Mention, d.Previous
	m.EditedAt = p.now
	if d.Reread && !isBack(d) {
		m.Severity, d.Recount = was.Severity, true
		p.cases.bumpVersion(&d.Case)
		return nil
	}
	change := p.changeOf(*was, m)
	why := p.loudness(m, *was, change)
	if change == alerts.Worse {
		p.worse[m.ID] = lastChanged(m.Post)
	}
	reopened, sleeper, err := p.opens(d, change)
	if err != nil {
		return err
	}
	if isBack(d) {
		if err := p.stoodStill(ctx, d); err != nil {
			return err
		}
	}
	// The author and the place are the same: only what was said weighs more or less.
	d.Case.RankAt = d.Case.RankAt.Add(alerts.PriorityOf(*was, alerts.Details{}).HeadStart() - alerts.PriorityOf(*m, alerts.Details{}).HeadStart())
	p.cases.bumpVersion(&d.Case)
	if d.Recount = d.Recount && change == alerts.Edited; d.Recount {
		return nil
	}
	own, ok, err := p.alertOf(ctx, mention.MentionRecord{Mention: *m})
	if err != nil {
		return err
	}
	if own, waits := p.ungathered(own, *m, why); ok && waits {
		p.event(d, "edited", scores(was.Score, m.Score))
		d.Alerts = append(d.Alerts, own)
		return nil // it was not shown yet, so that there is no change to tell
	}
	details := alerts.Details{Change: change, At: p.now, Reopened: reopened, Back: isBack(d), Broadcast: reopened}
	whom := p.whoActs(mention.MentionRecord{Mention: *m, Case: d.Case})
	switch louder := m.Severity > was.Severity && m.Severity >= mention.High && !saidOfWords(d.Case); {
	case ok && louder:
		details.Broadcast = true
		if p.tellWhereLoud(d, own, *m, why) && d.Case.Status != mention.Claimed {
			whom = ""
		}
	case sleeper != mention.Person{}:
		whom = alerts.SlackID(sleeper)
	case !reopened:
		whom = ""
	}
	return p.tellEdit(ctx, d, details, sleeper != mention.Person{}, whom)
}

// onlyMoved reports whether a known post stands in another thread now, and says what it said.
func onlyMoved(d *mention.PendingMention) bool {
	return d.Mention.Post.Moved && d.Previous != nil && !d.Previous.Post.Deleted && d.Mention.Post.ContentHash() == d.Previous.Post.ContentHash()
}

// moved treats a complaint that was split off its thread, or merged into another one: nobody is told, and what answers it there
// since before that is its answer.
func (p *plan) moved(ctx context.Context, d *mention.PendingMention) error {
	m, was := &d.Mention, d.Previous
	m.Score, m.Spans, m.Severity, m.EditedAt, d.Recount = was.Score, was.Spans, was.Severity, was.EditedAt, true
	if !alerted(d.Case) {
		return nil
	}
	return p.answeredBefore(ctx, d)
}

// loudness gives an edited mention its severity, and says why it is this loud. No edit makes one quieter.
func (p *plan) loudness(m *mention.Mention, was mention.Mention, change alerts.Change) (why []string) {
	m.Severity = was.Severity
	switch change {
	case alerts.Deleted:
		m.Score = was.Score
		m.Score.Why, m.Score.Frames = nil, nil // the words are gone, and so is what was said of them
	case alerts.Better:
	default:
		m.Severity, why = p.severity(*m, mention.Author{})
		m.Severity = max(m.Severity, was.Severity)
	}
	return why
}

// tellEdit says in the thread what an edit did: always where that asks for people's action, else not too
// often. whom it names there is empty where nobody has to act.
func (p *plan) tellEdit(ctx context.Context, d *mention.PendingMention, details alerts.Details, woken bool, whom string) error {
	m, was := d.Mention, d.Previous
	if details.Change != alerts.Deleted && !details.Back && !details.Reopened && !woken && m.Severity <= was.Severity {
		told, err := p.editsTold(ctx, m.ID)
		if err != nil {
			return err
		}
		if len(told) >= editsTold || len(told) > 0 && p.now.Sub(told[0]) < editsEvery {
			return nil
		}
		details.Often = len(told) == editsTold-1
	}
	p.event(d, eventOf(details.Change), scores(was.Score, m.Score))
	return p.tell(ctx, d, mention.MentionRecord{Mention: m, Case: d.Case}, details, whom, changeID(d, details.Change, woken)...)
}

// changeID tells this change from others of the mention: the same words may come again.
func changeID(d *mention.PendingMention, change alerts.Change, woken bool) []string {
	id := []string{string(change), strconv.FormatUint(uint64(d.Mention.Post.ContentHash()), 16)}
	if isBack(d) {
		id = append(id, "back")
	}
	if woken {
		id = append(id, strconv.FormatInt(d.Case.Version, 16))
	}
	return anew(d.Case, id...)
}

// anew tells what is said since a case was opened again from what was said before, also in the same words.
func anew(c mention.Case, id ...string) []string {
	if !c.ReopenedAt.IsZero() {
		id = append(id, strconv.FormatInt(c.ReopenedAt.UnixMicro(), 16))
	}
	return id
}

// isBack reports whether the post was gone from its site.
func isBack(d *mention.PendingMention) bool {
	return d.Previous.Post.Deleted && !d.Mention.Post.Deleted
}

// stoodStill takes the time in which the post was gone out of the clocks of the case. It is a snooze that nobody
// made; where somebody made one meanwhile nothing runs between the two, and where people answered meanwhile,
// nothing until then.
func (p *plan) stoodStill(ctx context.Context, d *mention.PendingMention) error {
	c, gone := &d.Case, d.Previous.EditedAt
	switch {
	case c.Waits() && c.SnoozedUntil.IsZero():
		c.SnoozedAt, c.SnoozedUntil = gone, p.now
	case c.Waits() && c.SnoozedAt.After(gone):
		own, _, err := p.alertOf(ctx, mention.MentionRecord{Mention: d.Mention})
		if err != nil {
			return err
		}
		since, waited := c.Runs(own.PostedAt)
		c.WokeAt, c.Waited = c.SnoozedAt, waited+p.rules.Deadlines[d.Mention.Severity].Hours.Between(since, gone)
	case c.Status == mention.Replied && c.RepliedAt.After(gone) && (c.SnoozedAt.IsZero() || c.SnoozedAt.After(gone)):
		c.SnoozedAt = gone
	}
	return nil
}

// opens opens the case of a post again that is worse than what people closed, or put off, or that is back
// where they closed it because it was gone. sleeper is who had put it off; nobody when it was not.
func (p *plan) opens(d *mention.PendingMention, change alerts.Change) (reopened bool, sleeper mention.Person, err error) {
	a, why := mention.Action{At: p.now}, alerts.OpenedWorse
	switch {
	case isBack(d) && change != alerts.Better && d.Case.Status == mention.Dismissed && d.Case.Reason == mention.Gone:
		a.Verb, reopened, why = mention.Reopen, true, alerts.OpenedBack
	case change != alerts.Worse:
		return false, sleeper, nil
	case opensAgain(d.Case):
		a.Verb, reopened = mention.Reopen, true
	case d.Case.Snoozed():
		a.Verb, a.By, reopened, sleeper = mention.Wake, d.Case.Owner, d.Case.Status == mention.Open, d.Case.SnoozedBy
	default:
		return false, sleeper, nil
	}
	if err := d.Case.Apply(a); err != nil {
		return false, sleeper, fmt.Errorf("%s after an edit: %w", a.Verb, err)
	}
	p.event(d, string(a.Verb), why)
	return reopened, sleeper, nil
}

// How often edits of one post are told: a page that counts or turns something would fill
// the thread in its author's name. All of them are drawn.
const (
	editsEvery = time.Hour
	editsTold  = 5
)

// editsTold returns when edits of a mention were told, the newest first.
func (p *plan) editsTold(ctx context.Context, id mention.ID) ([]time.Time, error) {
	all, err := p.view.ChangesTold(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("edits told: %w", err)
	}
	var times []time.Time
	for _, a := range all {
		switch alerts.ReadDetails(a.Payload).Change {
		case alerts.Edited, alerts.Worse, alerts.Better:
			times = append(times, a.CreatedAt)
		}
	}
	return times, nil
}

// recountedFrom is the likeness of two readings without their numbers from which nobody
// edited anything: views, points and "helpful (3)" count, and lists beside the words turn.
const recountedFrom = 0.95

// showsLess reports whether a site does not show the stars or the title of a post any more, and all else as it was. Nobody takes
// these back alone, but a page that is drawn anew may lack them for a while.
func showsLess(was, is mention.Post) bool {
	stars, title := was.Rating != nil && is.Rating == nil, was.Title != "" && is.Title == "" && is.Text != ""
	if stars {
		was.Rating = nil
	}
	if title {
		was.Title = ""
	}
	return (stars || title) && is.Deleted == was.Deleted && sameStars(was, is) && sameWriting(was, is)
}

// starsShown reports whether the stars of a post are all that is new, and there were none: since when the author gave
// them nobody knows. A title that comes is written by him, as far as anybody can tell.
func starsShown(was, is mention.Post) bool {
	return (was.Title == is.Title || is.IsReply) && showsLess(is, was)
}

// sameStars reports whether two readings give as many: on another scale they differ in their last place.
func sameStars(was, is mention.Post) bool {
	return math.Abs(was.Rating.Stars()-is.Rating.Stars()) < 0.01
}

// recount reports whether an edit left the words as they were.
func recount(was, is mention.Post) bool {
	a, b := wordsWithoutNumbers(was), wordsWithoutNumbers(is)
	return is.Deleted == was.Deleted && sameStars(was, is) &&
		(slices.Equal(a, b) || sameWriting(was, is) || wordingOf(a).similarity(wordingOf(b)) >= recountedFrom)
}

// onlyCounted reports whether nothing but digits changed, and none that the reading goes by, or what only
// a reader of pages puts between the words. Then nobody wrote anything, and a score that is another comes of how
// texts are read since: of other weights, words or rivals.
func onlyCounted(was mention.Post, m *mention.Mention) bool {
	is := m.Post
	return is.Deleted == was.Deleted && sameStars(was, is) &&
		sameWriting(was, is) &&
		!slices.ContainsFunc(m.Score.Why, func(h mention.Hit) bool {
			return strings.ContainsFunc(h.Text, unicode.IsDigit) && !hasNumber(was.Body(), h.Text)
		})
}

// sameWriting reports whether what two posts say is one but for numbers, for white space, which stands between words
// where an earlier version saw none, and for characters that it read in pieces. The title of a reply is its thread's,
// and is not shown everywhere.
func sameWriting(was, is mention.Post) bool {
	if is.IsReply && (was.Title == "" || is.Title == "") {
		was.Title, is.Title = "", ""
	}
	a, b := withoutDigits(was.Body()), withoutDigits(is.Body())
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	return bare(a) == bare(b) || strings.ContainsRune(a, utf8.RuneError) && text.Letters(a) == text.Letters(b)
}

// hasNumber reports whether these words with a number, as 1/10, stand in a text: 11/10 is another.
func hasNumber(body, words string) bool {
	is, _ := regexp.MatchString(`(?:^|\D)`+regexp.QuoteMeta(words)+`(?:\D|$)`, body) // too long to be asked for is not there
	return is
}

func wordsWithoutNumbers(p mention.Post) []string { return fold(withoutDigits(p.Body())) }

func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, text)
}

// changeOf says what an edit did.
func (p *plan) changeOf(was mention.Mention, m *mention.Mention) alerts.Change {
	switch {
	case m.Post.Deleted:
		return alerts.Deleted
	case onlyCounted(was.Post, m), showsLess(was.Post, m.Post), starsShown(was.Post, m.Post) && p.rules.IsComplaint(was):
		return alerts.Edited
	case !p.rules.IsComplaint(*m):
		return alerts.Better
	case !p.rules.IsComplaint(was), worse(was.Score, m.Score), lowered(was.Post.Rating, m.Post.Rating):
		return alerts.Worse
	}
	return alerts.Edited
}

// worse reports a change of tone: the words are harsher, or it is surer a complaint.
func worse(was, is mention.Score) bool {
	return is.Value <= was.Value-worseBy || was.Judged() && is.Complaint >= was.Complaint+worseBy
}

func lowered(was, is *mention.Rating) bool {
	return is != nil && was != nil && is.Stars() < was.Stars()
}

// opensAgain reports whether an edit for the worse opens the case again. What staff
// said is spam or not about them stays away.
func opensAgain(c mention.Case) bool {
	return c.Status == mention.Replied || c.Status == mention.Dismissed && (c.Reason == mention.NotNegative || c.Reason == mention.Gone)
}

func eventOf(c alerts.Change) string {
	if c == alerts.Deleted {
		return "deleted"
	}
	return "edited"
}

func scores(was, is mention.Score) string {
	change := func(what string, was, is float64) string {
		return what + " " + strconv.FormatFloat(was, 'f', 2, 64) + " → " + strconv.FormatFloat(is, 'f', 2, 64)
	}
	out := change("score", was.Value, is.Value)
	if was.Judged() && is.Judged() {
		out += ", " + change("complaint", was.Complaint, is.Complaint)
	}
	return out
}

// tell says in the thread of a mention's message what happened, and names whom. id tells this
// change from others of the mention.
func (p *plan) tell(ctx context.Context, d *mention.PendingMention, s mention.MentionRecord, details alerts.Details, whom string, id ...string) error {
	a, ok, err := p.alertOf(ctx, s)
	if err != nil || !ok {
		return err
	}
	told := p.message(mention.Changed, s.Mention.ID, a.Route, s.Mention.Severity, details, id...)
	told.ThreadOf, told.Notify = a.Thread(), whom
	d.Alerts = append(d.Alerts, told)
	return nil
}

// alertOf returns the message of a mention of this poll or of the store.
func (p *plan) alertOf(ctx context.Context, s mention.MentionRecord) (mention.Alert, bool, error) {
	for _, d := range p.done {
		if d.Mention.ID == s.Mention.ID {
			return ownAlert(d), true, nil
		}
	}
	a, ok, err := p.view.AlertOf(ctx, s.Mention.ID)
	if err != nil {
		return a, false, fmt.Errorf("alert of a mention: %w", err)
	}
	return a, ok, nil
}
