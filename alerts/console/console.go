// Package console shows alerts on a terminal, or as plain lines in a log.
//
// It keeps nothing and hears nothing: what a stranger wrote must not reach the
// terminal as a control sequence, and there are no buttons.
package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The colours of a terminal.
const (
	reset, strong, faint       = "\x1b[0m", "\x1b[1m", "\x1b[2m"
	red, yellow, green, redBar = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[97;41m"
)

const (
	indent = "      "
	// defaultWidth is the width of lines when nobody says how wide the terminal is.
	defaultWidth = 100
	maxQuote     = 2000
	maxName      = 80
)

// Options are how to write.
type Options struct {
	Out    io.Writer
	Colour bool // the caller knows whether Out is a terminal and NO_COLOR is unset
	Width  int  // 0 means 100
}

// Notifier writes alerts to one writer.
type Notifier struct {
	opt Options
	mu  sync.Mutex
}

// New returns a way out to a writer.
func New(opt Options) *Notifier {
	if opt.Width < 40 {
		opt.Width = defaultWidth
	}
	return &Notifier{opt: opt}
}

// Post writes the alert.
func (n *Notifier) Post(_ context.Context, m alerts.Message) (alerts.Place, error) {
	place := alerts.Place{Channel: "console", TS: string(m.Alert.ID)}
	var out string
	switch m.Alert.Kind {
	case mention.Complaint, mention.Duplicate:
		out = n.complaint(m)
	case mention.Changed:
		out = n.changed(m)
	case mention.Escalation:
		out = n.escalation(m)
	case mention.Digest:
		out = n.digest(m)
	default:
		kind := m.Lang.Text("console.notice")
		if m.Alert.Kind == mention.Burst {
			kind = m.Lang.Text("console.storm")
		}
		out = n.paint(strong, kind) + "  " + n.wrapped(text.Clean(m.Threadless()), "") + "\n"
	}
	return place, n.write(out)
}

// Update writes one line with the new state: a terminal cannot change what
// scrolled away.
func (n *Notifier) Update(_ context.Context, m alerts.Message) error {
	if m.Alert.Kind == mention.Escalation {
		return nil // the complaint's own line says it
	}
	return n.write(indent + n.paint(faint, "↳ "+n.about(m)+" ") + n.state(m) + "\n")
}

// Find cannot answer.
func (n *Notifier) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, alerts.NoHistory("a terminal")
}

func (n *Notifier) write(text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, err := io.WriteString(n.opt.Out, text); err != nil {
		return fmt.Errorf("console: write: %w", err)
	}
	return nil
}

// digest is the whole digest in words, its tables left as they are.
func (n *Notifier) digest(m alerts.Message) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(m.Details.Text, "\n"), "\n") {
		start := len(line) - len(strings.TrimLeft(line, " "))
		line = strings.Map(func(r rune) rune {
			if r != ' ' && !unicode.IsGraphic(r) {
				return -1
			}
			return r
		}, line[start:])
		if i == 0 {
			line = n.paint(strong, m.Lang.Text("console.digest")) + "  " + line
		} else if line != "" {
			line = indent + strings.Repeat(" ", start) + line
		}
		b.WriteString(line + "\n")
	}
	return b.String() + "\n"
}

// complaint lays the alert out: who and where, the words, why, the link.
func (n *Notifier) complaint(m alerts.Message) string {
	var b strings.Builder
	p, l := m.Mention.Post, m.Lang
	line := func(words string) {
		if words != "" {
			b.WriteString(indent + words + "\n")
		}
	}
	list := func(name string, words []string) {
		if len(words) > 0 {
			line(n.paint(faint, name+"  ") + text.Line(strings.Join(words, ", "), 300))
		}
	}
	b.WriteString(n.severity(l, m.Severity()) + "  ")
	parts := []string{n.paint(strong, text.Line(m.Mention.Watch, maxName)), alerts.Site(p)}
	for _, part := range []string{text.Line(p.Author, maxName), alerts.Stars(l, p.Rating),
		l.Ago(m.Now.Sub(alerts.Since(m.Mention, m.Case))), alerts.Verdict(l, m.Mention.Score)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	b.WriteString(strings.Join(parts, " · ") + "\n")
	line(m.Details.Record(l))
	if m.Alert.Kind == mention.Duplicate {
		line(l.Text("alert.same_words"))
	}
	if m.Repeat {
		line(l.Text("alert.may_repeat"))
	}
	line(m.ToldElsewhere())
	line(n.quote(m))
	list(l.Text("console.why"), alerts.Why(l, m.Mention.Score))
	list(l.Text("console.heard"), alerts.Told(l, m.Mention.Score))
	list(l.Word("severity", m.Severity().String()), m.Severe())
	line(n.paint(faint, text.Line(p.URL, 500)))
	if m.Case.Status != mention.Open {
		line(n.state(m))
	}
	return b.String() + "\n"
}

func (n *Notifier) changed(m alerts.Message) string {
	out := indent + n.paint(faint, "↳ "+n.about(m)+" ") + text.Line(m.NewsAbove(), 300) + "\n"
	switch m.Details.Change {
	case alerts.Edited, alerts.Worse, alerts.Better:
		out += indent + n.quote(m) + "\n"
	case alerts.Answered, alerts.NamesakeAnswered, alerts.SeemsAnswered:
		if words := text.Cut(text.Clean(m.Details.Text), maxQuote); words != "" {
			out += indent + n.wrapped(m.Lang.Quote(words), indent) + "\n"
		}
	}
	return out
}

// escalation is one line in the thread, or, where another channel is told, with
// the whole complaint.
func (n *Notifier) escalation(m alerts.Message) string {
	words := n.paint(red, text.Line(m.Details.Text, 300))
	if m.Alert.Notify != "" {
		words += " " + n.paint(strong, text.Line(m.Alert.Notify, maxName))
	}
	if m.Mention.ID == "" { // of a whole storm
		return words + "\n"
	}
	if m.Alert.ThreadOf == "" {
		return words + "\n" + n.complaint(m)
	}
	return indent + n.paint(faint, "↳ "+n.about(m)+" ") + words + "\n"
}

// about names a complaint in a few words.
func (n *Notifier) about(m alerts.Message) string {
	author := cmp.Or(text.Line(m.Mention.Post.Author, maxName), m.Lang.Text("alert.somebody"))
	return text.Line(m.Mention.Watch, maxName) + " · " + author + ":"
}

func (n *Notifier) state(m alerts.Message) string {
	words := text.Line(alerts.State(m.Lang, m.Zone, m.Mention, m.Case), 300)
	switch {
	case m.Case.Status == mention.Replied && m.Case.AnswerVerified:
		return n.paint(green, "✓ "+words)
	case alerts.Overdue(m.Case):
		return n.paint(red, words)
	}
	return words
}

func (n *Notifier) severity(l i18n.Lang, s mention.Severity) string {
	word := strings.ToUpper(l.Word("severity", s.String()))
	switch s {
	case mention.Critical:
		return n.paint(redBar, word)
	case mention.High:
		return n.paint(strong+red, word)
	case mention.Normal:
		return n.paint(yellow, word)
	}
	return n.paint(faint, word)
}

// quote is what the author wrote on wrapped lines, the decisive words painted.
func (n *Notifier) quote(m alerts.Message) string {
	switch {
	case m.Mention.Erased:
		return "(" + m.Lang.Text("console.erased") + ")"
	case m.Mention.Post.Deleted:
		return "(" + m.Lang.Text("console.gone") + ")"
	}
	pieces, cut := alerts.Quote(m.Mention, maxQuote)
	if len(pieces) == 0 {
		return ""
	}
	var b strings.Builder
	for _, p := range pieces {
		if !p.Strong || !n.opt.Colour {
			b.WriteString(p.Text)
			continue
		}
		// Every word is painted on its own, so that wrapping cannot cut a colour.
		for i, word := range strings.Split(p.Text, " ") {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(n.paint(strong+red, word))
		}
	}
	if cut > 0 {
		b.WriteString("…")
	}
	return n.wrapped(m.Lang.Quote(b.String()), indent)
}

// wrapped breaks text at spaces; lines after the first begin with before.
func (n *Notifier) wrapped(text, before string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("\n" + before)
		}
		width := utf8.RuneCountInString(before)
		for j, word := range strings.Split(line, " ") {
			w := visible(word)
			switch {
			case j > 0 && width+1+w > n.opt.Width:
				b.WriteString("\n" + before)
				width = utf8.RuneCountInString(before)
			case j > 0:
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += w
		}
	}
	return b.String()
}

// visible is the number of runes of a word without our own colours; a stranger's
// escape characters were taken out before.
func visible(word string) int {
	n, in := 0, false
	for _, r := range word {
		switch {
		case r == '\x1b':
			in = true
		case in && r == 'm':
			in = false
		case !in:
			n++
		}
	}
	return n
}

func (n *Notifier) paint(colour, text string) string {
	if !n.opt.Colour || text == "" {
		return text
	}
	return colour + text + reset
}
