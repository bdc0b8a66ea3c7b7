package monitor

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The limits of the alarm for sources. A source may be silent, fail or look
// empty for many harmless reasons; people are told when it is very unlikely to be
// one of them.
const (
	rhythmDays    = 28               // days of the source's own rhythm that are remembered
	rhythmMinDays = 7                // fewer days say nothing about a rhythm (one week has a weekend)
	rhythmMinSum  = 10               // fewer posts say nothing either
	quietExpected = 7.0              // posts missed: if they come independently, silence has a chance of e^-7, 1 in 1,100
	quietGaps     = 1.5              // times the longest silence seen before
	quietMin      = 6 * time.Hour    // no source is called quiet sooner
	emptyPolls    = 3                // polls in a row without one item
	failPolls     = 5                // polls in a row that failed,
	failFor       = 30 * time.Minute // for at least so long
	suspendFirst  = 24 * time.Hour   // a block is an answer: wait a day,
	suspendAgain  = 7 * 24 * time.Hour
	maxBackoff    = time.Hour       // longest wait after errors that are no block
	offline       = 5 * time.Minute // longest wait while this machine has no way to any site: it asks none
	maxStretch    = 4.0             // unchanging sources are polled at most so much less often
	stretchStep   = 1.2
	maxNotes      = 2 << 10 // bytes that are remembered of what was said of an answer
)

// State is how a source stands, in one word that is shown and stored.
type State string

// The states of a source. People are told of the first five, and of StateBack when one
// of them is over; of StateMissed, StateRebuilt and StateReread as well, which are over at once. The others are shown only.
const (
	StateBlocked   State = "blocked"   // the site refuses to be read
	StateFailing   State = "failing"   // polls fail
	StateQuiet     State = "quiet"     // silent for longer than it ever is
	StateEmpty     State = "empty"     // it answers, but nothing there looks like a post
	StatePartly    State = "partly"    // its posts lack what they had: the words, the names, the dates, the stars
	StateBack      State = "back"      // well again, after one of the above
	StateMissed    State = "missed"    // more new posts came than it shows at once
	StateRebuilt   State = "rebuilt"   // all its posts have other ids
	StateReread    State = "reread"    // all its posts have other words
	StateSuspended State = "suspended" // left alone for a while, because it refused
	StateNew       State = "new"       // never read
	StateOK        State = "ok"
)

// outcome is what one poll came to.
type outcome struct {
	batch    crawlers.Batch
	err      error
	newPosts int
	gap      bool // there may have been more
	rebuilt  bool // all of it has other ids: with gap, its site was built anew
	reread   bool // nearly all of it has other words
	first    bool // the baseline
	began    time.Time
}

// with adds what came of the same answer when it could not be stored in whole: its posts are known since.
func (o outcome) with(was outcome) outcome {
	o.newPosts += was.newPosts
	o.gap, o.rebuilt, o.reread = o.gap || was.gap, o.rebuilt || was.rebuilt, o.reread || was.reread
	return o
}

// memory is the monitor's knowledge of a source's rhythm, stored with the source.
type memory struct {
	Day           string        `json:"day,omitempty"`  // the day that PerDay[0] counts, UTC
	PerDay        []int         `json:"days,omitempty"` // new posts a day, today first
	LongestGap    time.Duration `json:"gap,omitempty"`
	UsualItems    int           `json:"items,omitempty"` // most items seen on the page
	EmptyPolls    int           `json:"empty,omitempty"`
	EmptyAfter    time.Time     `json:"after,omitzero"`  // the last poll before it was empty
	EmptyStart    time.Time     `json:"start,omitzero"`  // the first poll, where a list was read and held nothing
	Had           []string      `json:"had,omitempty"`   // what most posts had, by the names of parts
	Lacks         []string      `json:"lacks,omitempty"` // what of that no post had at the last poll
	LackPolls     int           `json:"lack,omitempty"`
	LackAfter     time.Time     `json:"lacked,omitzero"` // the last poll before they lacked it
	Once          onceTold      `json:"once,omitempty"`  // when people were told last of what is over at once
	Read          lastAnswer    `json:"read,omitzero"`
	FailingSince  time.Time     `json:"failing,omitzero"`
	Why           string        `json:"why,omitempty"`    // why the last poll failed, in the word of crawlers.Reason
	Answer        int           `json:"answer,omitempty"` // the status that the site answered then
	Blocks        int           `json:"blocks,omitempty"` // blocks in a row
	Stretch       float64       `json:"stretch,omitempty"`
	Reported      State         `json:"told,omitempty"` // the state people were told of; empty when all is well
	ReportedSince time.Time     `json:"since,omitzero"`
	Later         bool          `json:"later,omitempty"` // they were told of another one before, and not that it is over
	NewSince      int           `json:"new,omitempty"`   // posts that came since
	Place         string        `json:"place,omitempty"`
	Settings      string        `json:"settings,omitempty"`
}

// lastAnswer is what people are told of the last answer that was read. An unchanged one
// has nothing of it.
type lastAnswer struct {
	Items int      `json:"items,omitempty"`
	Bytes int      `json:"bytes,omitempty"`
	Notes []string `json:"noted,omitempty"` // in English: who reads them may change
}

// words say it; nothing where an earlier earshot read it, which did not write it down.
func (a lastAnswer) words(l staff) string {
	if a.Items == 0 && a.Bytes == 0 && len(a.Notes) == 0 {
		return ""
	}
	said := " " + l.Text("source.page", "posts", l.Plural("source.posts", a.Items), "size", size(l.Lang, a.Bytes))
	for _, note := range a.Notes {
		if l.said != nil {
			note = l.said(l.Lang, note)
		}
		said += " " + sentence(note)
	}
	return said
}

// sentence is what a crawler notes of a place, as it stands among sentences.
func sentence(note string) string { return text.Capital(note) + "." }

func remember(state mention.SourceState) memory {
	var m memory
	if len(state.Health) > 0 {
		// Damaged memory is no reason to stop: the rhythm is learned again.
		_ = json.Unmarshal(state.Health, &m)
	}
	if m.Stretch < 1 {
		m.Stretch = 1
	}
	return m
}

// settle makes the stored state of a name that of the source that has the name now. At
// another place nothing of the old one holds: neither its cursor nor that its baseline
// is done. Settings that changed, a new key perhaps, are worth another try.
func settle(state mention.SourceState, src Source) mention.SourceState {
	m := remember(state)
	if m.Place != "" && src.Place != "" && m.Place != src.Place && m.Place != src.Former {
		return mention.SourceState{Key: state.Key, Name: state.Name, Place: state.Place}
	}
	if m.Settings != "" && src.Settings != "" && m.Settings != src.Settings {
		state.SuspendedUntil = time.Time{}
	}
	return state
}

// staff are those who are told about sources: their language, and the zone of their clocks.
type staff struct {
	i18n.Lang
	zone *time.Location
	said func(l i18n.Lang, english string) string // nil: what crawlers say of a place stays as it is
}

// staff are those of now: the watchlist may have changed.
func (p *poller) staff() staff { return staff{p.Lang(), cmp.Or(p.Zone(), time.UTC), p.Said} }

// assessHealth updates the state by the outcome and returns what people must be told, in
// their language.
func assessHealth(l staff, state *mention.SourceState, src Source, out outcome, now time.Time) []Notice {
	m := remember(*state)
	if m.Settings != src.Settings { // other selectors, perhaps: what posts have is learned again
		m.Had, m.Lacks, m.LackPolls = nil, nil, 0
	}
	m.Place, m.Settings = src.Place, src.Settings
	m.turnDays(now)
	var notices []Notice
	if out.err != nil {
		notices = m.failed(l, state, src, out, now)
	} else {
		notices = m.succeeded(l, state, src, out, now)
	}
	state.Every = src.Every
	state.Health, _ = json.Marshal(m) // plain numbers and strings: cannot fail
	return notices
}

func (m *memory) failed(l staff, state *mention.SourceState, src Source, out outcome, now time.Time) []Notice {
	state.Failures++
	state.LastError = crawlers.Explain(out.err)
	m.Why, m.Answer = crawlers.Reason(out.err)
	if m.FailingSince.IsZero() {
		m.FailingSince = now
	}
	trouble := crawlers.ClassifyError(out.err)
	lasts := now.Sub(m.FailingSince) >= failFor
	believed := !trouble.Guessed || state.LastSuccess.IsZero() || m.Blocks > 0 || state.Failures >= emptyPolls && lasts
	if trouble.Blocked && believed {
		m.Blocks++
		wait := suspendFirst
		if m.Blocks > 1 {
			wait = suspendAgain
		}
		state.SuspendedUntil = now.Add(max(wait, trouble.RetryAfter))
		return m.notice(src, StateBlocked, out.began, l.Text("source.blocked", "source", src.Name, "why", reason(l.Lang, src.Name, out.err), "until", moment(l, state.SuspendedUntil)))
	}
	if state.Failures >= failPolls && lasts {
		return m.notice(src, StateFailing, out.began, l.Text("source.failing", "source", src.Name, "span", l.Span(now.Sub(m.FailingSince)), "why", reason(l.Lang, src.Name, out.err), "last", moment(l, state.LastSuccess)))
	}
	return nil
}

func (m *memory) succeeded(l staff, state *mention.SourceState, src Source, out outcome, now time.Time) []Notice {
	lastGood := state.LastSuccess
	state.Failures, state.LastError, state.LastSuccess = 0, "", now
	state.SuspendedUntil = time.Time{}
	m.FailingSince, m.Blocks, m.Why, m.Answer = time.Time{}, 0, "", 0
	missed := m.missed(l, src, out, lastGood, now)
	m.countNew(state, out.newPosts, now)
	m.stretch(out, now)
	m.countParts(out, lastGood)
	m.countEmpty(out, lastGood)
	if lastGood.IsZero() && m.UsualItems == 0 && out.batch.Observed.Bytes > 0 && !src.Stream {
		m.EmptyStart = now
	}
	if sees := out.batch.Observed; !out.batch.Unchanged {
		m.Read = lastAnswer{Items: sees.Items, Bytes: sees.Bytes, Notes: notes(out)}
	}

	return append(missed, m.changed(l, *state, src, out, now)...)
}

// changed is what people must be told of how a source stands that could be read.
func (m *memory) changed(l staff, state mention.SourceState, src Source, out outcome, now time.Time) []Notice {
	switch {
	case m.recovered(out):
		words := l.Plural("source.back", m.NewSince, "source", src.Name)
		if m.NewSince == 0 {
			words = l.Text("source.readable", "source", src.Name)
		}
		back := Notice{Source: src.Name, State: StateBack, Since: m.ReportedSince, Text: words, Over: m.Reported, OverSince: m.ReportedSince, First: !m.Later}
		m.Reported, m.ReportedSince, m.Later, m.NewSince = "", time.Time{}, false, 0
		return []Notice{back}
	case m.EmptyPolls >= emptyPolls:
		good := m.EmptyAfter
		if good.IsZero() { // an earlier earshot did not write it down
			good = state.LastNew
		}
		words := l.Text("source.empty", "source", src.Name, "posts", l.Plural("source.posts", m.UsualItems), "last", moment(l, good))
		return m.notice(src, StateEmpty, out.began, words+m.Read.words(l))
	case m.quiet(state, now):
		words := l.Text("source.quiet", "source", src.Name, "span", l.Span(now.Sub(state.LastNew)), "a_day", l.Plural("source.posts", int(m.perDay()+0.5)),
			"last", moment(l, state.LastNew))
		return m.notice(src, StateQuiet, out.began, words+m.Read.words(l))
	case m.LackPolls >= emptyPolls:
		return m.notice(src, StatePartly, out.began, m.lacking(l, src))
	}
	return nil
}

// countNew takes new posts into the source's rhythm; today must be turned to.
func (m *memory) countNew(state *mention.SourceState, n int, now time.Time) {
	if n == 0 {
		return
	}
	if !state.LastNew.IsZero() {
		m.LongestGap = max(m.LongestGap, now.Sub(state.LastNew))
	}
	state.LastNew = now
	m.PerDay[0] += n
	m.NewSince += n
}

// countNew takes posts that were found by following into the source's rhythm.
func countNew(state *mention.SourceState, n int, now time.Time) {
	m := remember(*state)
	m.turnDays(now)
	m.countNew(state, n, now)
	state.Health, _ = json.Marshal(m) // plain numbers and strings: cannot fail
}

// notice returns the notice when people were not told of this state yet. A block is
// louder than silence, so a change between bad states is told too.
func (m *memory) notice(src Source, state State, since time.Time, text string) []Notice {
	if m.Reported == state {
		return nil
	}
	n := Notice{Source: src.Name, State: state, Since: since, Text: text, Why: m.Why, Answer: m.Answer, Over: m.Reported, OverSince: m.ReportedSince}
	m.Later = m.Reported != ""
	m.Reported, m.ReportedSince, m.NewSince = state, since, 0
	return []Notice{n}
}

// recovered says whether the bad state that was told is over.
func (m *memory) recovered(out outcome) bool {
	switch m.Reported {
	case StateBlocked, StateFailing:
		return true
	case StateEmpty:
		return m.EmptyPolls == 0 && out.batch.Observed.Items > 0
	case StatePartly:
		return m.LackPolls == 0 && out.batch.Observed.Items > 0
	case StateQuiet:
		return out.newPosts > 0
	}
	return false
}

// quiet says whether the silence is too long for the source's own rhythm.
func (m *memory) quiet(state mention.SourceState, now time.Time) bool {
	if len(m.PerDay) <= rhythmMinDays || state.LastNew.IsZero() {
		return false
	}
	sum := 0
	for _, n := range m.PerDay {
		sum += n
	}
	silence := now.Sub(state.LastNew)
	return sum >= rhythmMinSum && silence >= quietMin &&
		silence.Hours()/24*m.perDay() >= quietExpected &&
		float64(silence) >= quietGaps*float64(m.LongestGap)
}

// perDay is the usual number of new posts a day, today and the first day (which
// holds the baseline) left out.
func (m *memory) perDay() float64 {
	if len(m.PerDay) < 3 {
		return 0
	}
	sum, days := 0, m.PerDay[1:len(m.PerDay)-1]
	for _, n := range days {
		sum += n
	}
	return float64(sum) / float64(len(days))
}

// turnDays moves the counts to today.
func (m *memory) turnDays(now time.Time) {
	today := now.UTC().Format(time.DateOnly)
	if m.Day == today && len(m.PerDay) > 0 {
		return
	}
	days := 1
	if last, err := time.Parse(time.DateOnly, m.Day); err == nil {
		days = int(now.UTC().Sub(last).Hours() / 24)
	}
	days = min(max(days, 1), rhythmDays)
	m.PerDay = append(make([]int, days, days+len(m.PerDay)), m.PerDay...)
	if len(m.PerDay) > rhythmDays {
		m.PerDay = m.PerDay[:rhythmDays]
	}
	m.Day = today
}

// stretch makes polls that find nothing rarer, but not where posts were missed of late.
func (m *memory) stretch(out outcome, now time.Time) {
	if out.newPosts > 0 || now.Sub(m.Once[StateMissed]) < missedAgain {
		m.Stretch = 1
		return
	}
	m.Stretch = min(m.Stretch*stretchStep, maxStretch)
}

// countEmpty counts polls whose body was read and held no item, for sources that
// have shown items before. An unchanged body says nothing new: one without an item is a
// page of consent, of a login or of repairs that is the same at every poll.
func (m *memory) countEmpty(out outcome, lastGood time.Time) {
	sees := out.batch.Observed
	switch {
	case out.batch.Unchanged:
		if m.EmptyPolls > 0 {
			m.EmptyPolls++
		}
	case sees.Items > 0:
		m.EmptyPolls = 0
		m.UsualItems = max(m.UsualItems, sees.Items)
	case m.UsualItems > 0 && sees.Bytes > 0:
		if m.EmptyPolls == 0 {
			m.EmptyAfter = lastGood
		}
		m.EmptyPolls++
	}
}

// noNetwork reports that this machine has no way to the site, which was asked for nothing.
func noNetwork(err error) bool {
	word, _ := crawlers.Reason(err)
	return word == "no_lookup" || word == "no_way"
}

// nextPoll says when the source is due again.
func nextPoll(src Source, state mention.SourceState, out outcome, now time.Time) time.Time {
	if state.SuspendedUntil.After(now) {
		return state.SuspendedUntil
	}
	if out.err != nil {
		longest := max(maxBackoff, src.Every)
		if noNetwork(out.err) {
			longest = offline // after a night without a network nobody waits an hour more
		}
		wait := min(src.Every<<min(state.Failures, 6), longest)
		return now.Add(max(jitter(wait), crawlers.ClassifyError(out.err).RetryAfter))
	}
	if src.Stream {
		return now
	}
	wait := src.Every
	if !src.Fixed {
		wait = time.Duration(float64(wait) * remember(state).Stretch)
	}
	return now.Add(jitter(wait))
}

func size(l i18n.Lang, bytes int) string {
	if bytes < 1024 {
		return l.Plural("size.bytes", bytes)
	}
	return l.Text("size.kilobytes", "n", (bytes+1023)/1024) // as crawlers count them
}

// reason says beside its name why a source cannot be read: in English the error itself, else as far
// as the catalogue has words for it, and the error behind words that say nothing.
func reason(l i18n.Lang, source string, err error) string {
	if l.Code() == (i18n.Lang{}).Code() {
		return crawlers.ExplainAt(source, err)
	}
	word, status := crawlers.Reason(err)
	if word == "" {
		return l.Text("trouble.other") + " (" + crawlers.ExplainAt(source, err) + ")"
	}
	return l.Text("trouble."+word, "status", status)
}

func moment(l staff, t time.Time) string {
	if t.IsZero() {
		return l.Text("source.never")
	}
	return l.Time("time.weekday_time_zone", t.In(l.zone))
}

// notes are what is remembered of what was said of an answer.
func notes(out outcome) (kept []string) {
	left := maxNotes
	for _, note := range out.batch.Observed.Notes {
		if note = text.Clip(note, left); note == "" {
			break
		}
		left -= len(note)
		kept = append(kept, note)
	}
	return kept
}
