package alerts_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
)

// bubble is a store in memory for tests in virtual time, where a disk would stop
// the clock. It keeps the store's contract as far as alerts uses it; the tests of
// plan, desk and digest hold the same code against the real store.
type bubble struct {
	mu       sync.Mutex
	mentions map[mention.ID]mention.Mention
	cases    map[mention.ID]mention.Case
	heard    []mention.ID // in order
	all      map[mention.AlertID]*mention.Alert
	pending  map[mention.AlertID]bool
	posting  map[mention.AlertID]bool
	wanted   map[mention.AlertID]int64
	outdated map[mention.AlertID]bool
	own      map[mention.ID]mention.AlertID
	postedAt map[mention.AlertID]time.Time
	living   map[mention.ID]bool      // open, claimed, or replied and not seen
	due      map[mention.ID]time.Time // of living cases; absent: at once
}

func newBubble() *bubble {
	return &bubble{
		mentions: map[mention.ID]mention.Mention{}, cases: map[mention.ID]mention.Case{}, all: map[mention.AlertID]*mention.Alert{},
		pending: map[mention.AlertID]bool{}, posting: map[mention.AlertID]bool{}, wanted: map[mention.AlertID]int64{}, outdated: map[mention.AlertID]bool{},
		own: map[mention.ID]mention.AlertID{}, postedAt: map[mention.AlertID]time.Time{}, living: map[mention.ID]bool{}, due: map[mention.ID]time.Time{},
	}
}

// ingest commits mentions as one poll.
func (b *bubble) ingest(p *plan.Planner, now time.Time, list ...mention.Mention) error {
	var pending []*mention.PendingMention
	for _, m := range list {
		m.ID, m.HeardAt = mention.MentionID(m.Post.Key(), m.Watch), now
		pending = append(pending, &mention.PendingMention{Mention: m})
	}
	if err := p.Plan(context.Background(), b, now, pending); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range pending {
		b.mentions[d.Mention.ID] = d.Mention
		b.heard = append(b.heard, d.Mention.ID)
		b.setCase(d.Case)
		for _, a := range d.Alerts {
			b.insert(a, d.Case.Version)
		}
		for _, c := range d.Also {
			b.setCase(c)
		}
	}
	return nil
}

func (b *bubble) setCase(c mention.Case) {
	b.cases[c.MentionID] = c
	delete(b.living, c.MentionID)
	delete(b.due, c.MentionID)
	if c.Status == mention.Open || c.Status == mention.Claimed || c.Status == mention.Replied && !c.AnswerVerified {
		b.living[c.MentionID] = true
	}
	for id, a := range b.all {
		if a.MentionID == c.MentionID && (a.Kind == mention.Complaint || a.Kind == mention.Duplicate || a.Kind == mention.Escalation && a.ThreadOf == "") {
			b.wanted[id] = c.Version
			b.refreshOutdated(id)
		}
	}
}

func (b *bubble) refreshOutdated(id mention.AlertID) {
	delete(b.outdated, id)
	if a := b.all[id]; a.Status == mention.Posted && b.wanted[id] > a.RenderedVersion {
		b.outdated[id] = true
	}
}

func (b *bubble) insert(a mention.Alert, wanted int64) {
	if b.all[a.ID] != nil {
		return
	}
	b.all[a.ID] = &a
	b.pending[a.ID] = true
	if a.Kind == mention.Complaint || a.Kind == mention.Duplicate {
		b.own[a.MentionID] = a.ID
		b.wanted[a.ID] = wanted
	}
}

func (b *bubble) pick(ids map[mention.AlertID]bool, fits func(*mention.Alert) bool) (out []mention.Alert) {
	for id := range ids {
		if a := b.all[id]; fits(a) {
			out = append(out, *a)
		}
	}
	slices.SortFunc(out, func(x, y mention.Alert) int {
		if x.Severity != y.Severity {
			return int(y.Severity - x.Severity)
		}
		if d := x.CreatedAt.Compare(y.CreatedAt); d != 0 {
			return d
		}
		return strings.Compare(string(x.ID), string(y.ID))
	})
	return out
}

func (b *bubble) DueAlerts(_ context.Context, now time.Time, limit int) ([]mention.Alert, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.pick(b.pending, func(a *mention.Alert) bool {
		parent := b.all[a.ThreadOf]
		return !a.NotBefore.After(now) && (parent == nil || parent.Status == mention.Posted)
	})
	turn := func(a mention.Alert) int { // as in the store
		switch {
		case a.ThreadOf != "" && a.Kind == mention.Complaint:
			return 1
		case a.ThreadOf != "" && a.Kind == mention.Duplicate:
			return 2
		}
		return 0
	}
	slices.SortStableFunc(out, func(x, y mention.Alert) int { return turn(x) - turn(y) })
	return out[:min(limit, len(out))], nil
}

func (b *bubble) InDoubt(_ context.Context, before time.Time) ([]mention.Alert, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pick(b.posting, func(a *mention.Alert) bool { return a.PostingAt.Before(before) }), nil
}

func (b *bubble) Outdated(_ context.Context, limit int) ([]mention.Alert, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.pick(b.outdated, func(*mention.Alert) bool { return true })
	return out[:min(limit, len(out))], nil
}

func (b *bubble) Alert(_ context.Context, id mention.AlertID) (mention.Alert, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.all[id]; a != nil {
		return *a, true, nil
	}
	return mention.Alert{}, false, nil
}

// move is a compare-and-set on an alert's state.
func (b *bubble) move(id mention.AlertID, from mention.AlertStatus, do func(*mention.Alert) bool) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.all[id]
	if a == nil || a.Status != from || !do(a) {
		return false, nil
	}
	delete(b.pending, id)
	delete(b.posting, id)
	switch a.Status {
	case mention.Pending:
		b.pending[id] = true
	case mention.Posting:
		b.posting[id] = true
	}
	b.refreshOutdated(id)
	return true, nil
}

func (b *bubble) BeginPosting(_ context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	return b.move(id, mention.Pending, func(a *mention.Alert) bool {
		a.Status, a.PostingAt = mention.Posting, t0
		a.Attempts++
		return true
	})
}

// Detach has nothing to do: no message is refused here.
func (b *bubble) Detach(context.Context, mention.AlertID) error { return nil }

// Orphan has nothing to do: no message is deleted here.
func (b *bubble) Orphan(context.Context, mention.ID) (bool, error) { return false, nil }

func (b *bubble) MarkPosted(_ context.Context, id mention.AlertID, channel, ts string, rendered int64) (bool, error) {
	return b.move(id, mention.Posting, func(a *mention.Alert) bool {
		a.Status, a.Channel, a.TS, a.RenderedVersion = mention.Posted, channel, ts, rendered
		b.postedAt[id], a.PostedAt = time.Now(), time.Now()
		delete(b.due, a.MentionID)
		return true
	})
}

func (b *bubble) BackToPending(_ context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (bool, error) {
	return b.move(id, mention.Posting, func(a *mention.Alert) bool {
		if a.Attempts != attempts {
			return false
		}
		a.Status, a.NotBefore, a.LastError = mention.Pending, notBefore, why
		return true
	})
}

func (b *bubble) SetRendered(_ context.Context, id mention.AlertID, version int64) error {
	_, err := b.move(id, mention.Posted, func(a *mention.Alert) bool { a.RenderedVersion = max(a.RenderedVersion, version); return true })
	return err
}

func (b *bubble) Mention(_ context.Context, id mention.ID) (mention.Mention, mention.Case, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.mentions[id]
	if !ok {
		return m, mention.Case{}, mention.ErrNotFound
	}
	return m, b.cases[id], nil
}

func (b *bubble) UpdateCase(_ context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before, ok := b.cases[id]
	if !ok {
		return before, mention.ErrNotFound
	}
	after := before
	_, list, err := change(&after)
	if err != nil {
		return before, err
	}
	after.Version = max(after.Version, before.Version+1)
	b.setCase(after)
	for _, a := range list {
		b.insert(a, after.Version)
	}
	return after, nil
}

func (b *bubble) Storms(_ context.Context, since time.Time) (out []mention.Alert, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.all {
		if a.Kind == mention.Burst && !a.CreatedAt.Before(since) {
			out = append(out, *a)
		}
	}
	slices.SortFunc(out, func(x, y mention.Alert) int { return x.CreatedAt.Compare(y.CreatedAt) })
	return out, nil
}

func (b *bubble) StormCases(_ context.Context, watch string, from, gathered, to time.Time) (out []mention.StormCase, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, m := range b.mentions {
		own := b.all[b.own[id]]
		if own == nil || m.Watch != watch || m.HeardAt.Before(from) || !m.HeardAt.Before(to) || m.Severity >= mention.Critical || own.ThreadOf == "" && m.HeardAt.After(gathered) {
			continue
		}
		out = append(out, mention.StormCase{ID: id, Status: b.cases[id].Status, HeardAt: m.HeardAt})
	}
	slices.SortFunc(out, func(x, y mention.StormCase) int { return x.HeardAt.Compare(y.HeardAt) })
	return out, nil
}

func (b *bubble) Enqueue(_ context.Context, list ...mention.Alert) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range list {
		b.insert(a, 0)
	}
	return nil
}

func (b *bubble) DueCases(_ context.Context, now time.Time, limit int) (list []mention.MentionRecord, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id := range b.living {
		if len(list) < limit && !b.due[id].After(now) {
			list = append(list, mention.MentionRecord{Mention: b.mentions[id], Case: b.cases[id], Alert: b.own[id]})
		}
	}
	return list, nil
}

func (b *bubble) SetDue(_ context.Context, list []mention.Due) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range list {
		if b.cases[d.ID].Version != d.Version {
			continue
		}
		if b.due[d.ID] = d.At; d.At.IsZero() {
			b.due[d.ID] = time.Unix(1<<40, 0)
		}
	}
	return nil
}

func (b *bubble) ResetDue(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.due)
	return nil
}

func (b *bubble) AnswerUnseen(context.Context, mention.ID) (bool, time.Time, error) {
	return false, time.Time{}, nil
}

func (b *bubble) Alive(_ context.Context, id mention.AlertID) (bool, time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.all[id]
	return a != nil && (b.cases[a.MentionID].Status == mention.Open || b.cases[a.MentionID].Status == mention.Claimed), time.Time{}, nil
}

func (b *bubble) List(_ context.Context, q mention.Query) (mention.Page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	page := mention.Page{Entries: make([]mention.MentionRecord, 0, len(b.living))}
	for id := range b.living {
		c := b.cases[id]
		if q.Unanswered && c.Status == mention.Replied || q.Unverified && c.Status != mention.Replied {
			continue
		}
		m := b.mentions[id]
		if !m.HeardAt.Before(q.Since) && (q.Until.IsZero() || m.HeardAt.Before(q.Until)) {
			page.Entries = append(page.Entries, mention.MentionRecord{Mention: m, Case: c, Alert: b.own[id]})
		}
	}
	if q.Until.IsZero() {
		return page, nil // the clock asks often, and takes them in any order
	}
	slices.SortFunc(page.Entries, func(x, y mention.MentionRecord) int { return y.Mention.HeardAt.Compare(x.Mention.HeardAt) })
	return page, nil
}

func (b *bubble) Times(_ context.Context, since, until time.Time) (out []mention.Times, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range b.heard {
		m, c := b.mentions[id], b.cases[id]
		if m.Severity == 0 || m.HeardAt.Before(since) || !m.HeardAt.Before(until) {
			continue
		}
		out = append(out, mention.Times{MentionID: id, Watch: m.Watch, Source: m.Post.Source, Severity: m.Severity, Topics: m.Score.Topics, Status: c.Status, Owner: c.Owner,
			Published: m.Post.Published, Heard: m.HeardAt, Posted: b.postedAt[b.own[id]], Claimed: c.ClaimedAt, Replied: c.RepliedAt, AnswerVerified: c.AnswerVerified})
	}
	return out, nil
}

// The planner's view: no text in these tests resembles another.

func (b *bubble) Duplicates(context.Context, string, uint64, int, time.Time) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (b *bubble) OfficialInThread(context.Context, string, string, string, time.Time) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (b *bubble) ChangesTold(context.Context, mention.ID) ([]mention.Alert, error) {
	return nil, nil
}

func (b *bubble) AtURL(context.Context, string, string) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (b *bubble) InThread(context.Context, string, string, string) ([]mention.MentionRecord, error) {
	return nil, nil
}

func (b *bubble) Author(context.Context, string, string, time.Time) (mention.Author, error) {
	return mention.Author{}, nil
}

func (b *bubble) AlertOf(ctx context.Context, id mention.ID) (mention.Alert, bool, error) {
	b.mu.Lock()
	own := b.own[id]
	b.mu.Unlock()
	return b.Alert(ctx, own)
}

func (*bubble) RepliesOf(context.Context, mention.ID) ([]mention.SiteReply, error) { return nil, nil }

func (b *bubble) HeardRate(_ context.Context, watch string, from, to, _ time.Time) (n int, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mentions {
		if m.Watch == watch && m.Severity > 0 && !m.HeardAt.Before(from) && m.HeardAt.Before(to) {
			n++
		}
	}
	return n, nil
}
