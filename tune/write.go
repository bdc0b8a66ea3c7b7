package tune

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/earshot/earshot/internal/text"
)

// Text writes the plan for people, in the language of the input. The diff comes last and
// nothing before it looks like one, so the whole can be given to patch.
func (p Plan) Text(to io.Writer) error {
	w := bufio.NewWriter(to)
	l := p.says
	fmt.Fprintln(w, l.Text("tune.said", "wrong", l.Plural("tune.said_wrong", p.Labels.NotNegative),
		"right", l.Plural("tune.said_right", p.Labels.Confirmed), "other", l.Plural("tune.said_other", p.Labels.NotUs)))
	for _, few := range p.TooFew {
		fmt.Fprintln(w, l.Text("tune.few", "what", few))
	}
	p.writeWords(w)
	p.writeIgnore(w)
	p.writeWeights(w)
	if len(p.Words)+len(p.Ignore) == 0 && len(p.TooFew) == 0 && p.Weights == nil && p.Kept == "" {
		fmt.Fprintf(w, "\n%s\n", l.Text("tune.nothing"))
	}
	p.writeDiff(w)
	return w.Flush()
}

func (p *Plan) writeWords(w io.Writer) {
	l := p.says
	if len(p.Words) > 0 {
		fmt.Fprintf(w, "\n%s\n  %s\n", l.Plural("tune.words", len(p.Words)), l.Text("tune.words_effect",
			"alarms", p.Before.FalseAlarms, "alarms_after", p.After.FalseAlarms, "heard", p.Before.Complaints, "heard_after", p.After.Complaints,
			"weak", p.Before.Weak, "weak_after", p.After.Weak))
	}
	for i, c := range p.Words {
		fmt.Fprintf(w, "\n%d. %s (%s) %s\n", i+1, l.Quote(c.Phrase), c.Lang, l.Word("tune.kind", c.Kind))
		fmt.Fprintf(w, "   %s\n", l.Text("tune.counted", "wrong", l.Plural("tune.counted_wrong", c.InFalse), "right", l.Plural("tune.counted_right", c.InTrue)))
		fmt.Fprintf(w, "   %s, %s", l.Plural("tune.removes", c.Removes), l.Plural("tune.loses", c.Loses))
		if c.Firms > 0 {
			fmt.Fprintf(w, ", %s", l.Plural("tune.firms", c.Firms))
		}
		fmt.Fprintln(w)
		p.examples(w, c.Examples)
	}
	if len(p.Left) > 0 {
		fmt.Fprintf(w, "\n%s\n", l.Text("tune.left"))
	}
	for _, x := range p.Left {
		why := l.Text("tune.left_small")
		if x.Loses > 0 {
			why = l.Plural("tune.left_loses", x.Loses)
		}
		fmt.Fprintf(w, "  %s (%s), %s: %s\n", l.Quote(x.Phrase), x.Lang, l.Plural("tune.left_in", x.InFalse), why)
	}
}

func (p *Plan) examples(w io.Writer, list []string) {
	for _, e := range list {
		fmt.Fprintf(w, "   %s\n", p.says.Quote(e))
	}
}

func (p *Plan) writeIgnore(w io.Writer) {
	l := p.says
	for i, g := range p.Ignore {
		if i == 0 || p.Ignore[i-1].Watch != g.Watch {
			fmt.Fprintf(w, "\n%s\n", l.Text("tune.ignore", "watch", text.OneLine(g.Watch)))
		}
		fmt.Fprintf(w, "  %s\n", l.Plural("tune.ignore_does", g.Removes, "phrase", quoted(g.Phrase), "loses", g.Loses, "of", g.Of))
		p.examples(w, g.Examples)
		if i+1 < len(p.Ignore) && p.Ignore[i+1].Watch == g.Watch {
			continue
		}
		fmt.Fprintf(w, "  %s\n    ignore:\n", l.Text("tune.ignore_at", "place", text.OneLine(g.Where)))
		for _, phrase := range g.So {
			fmt.Fprintf(w, "      - %s\n", quoted(phrase))
		}
	}
}

// mostShown is how many changed weights are shown to people.
const mostShown = 10

func (p *Plan) writeWeights(w io.Writer) {
	l := p.says
	if p.Kept != "" {
		fmt.Fprintf(w, "\n%s\n  %s\n", l.Text("tune.weights_left"), p.Kept)
	}
	x := p.Weights
	if x == nil {
		return
	}
	fmt.Fprintf(w, "\n%s\n", l.Text("tune.weights",
		"alarms", x.Before.FalseAlarms, "alarms_after", x.After.FalseAlarms, "alarms_unseen", x.Unseen.FalseAlarms,
		"heard", x.Before.Complaints, "heard_after", x.After.Complaints, "heard_unseen", x.Unseen.Complaints))
	if x.Others > 0 {
		fmt.Fprintf(w, "  %s\n", l.Plural("tune.weights_others", x.Others, "comes", x.Comes, "goes", x.Goes))
	}
	for _, c := range x.Changes[:min(len(x.Changes), mostShown)] {
		sign := "+"
		if math.Signbit(c.By) {
			sign = "-"
		}
		fmt.Fprintf(w, "  %s%s  %s\n", sign, l.Decimal(math.Abs(c.By), 2), text.OneLine(c.Says))
	}
	if more := len(x.Changes) - mostShown; more > 0 {
		fmt.Fprintf(w, "  %s\n", l.Plural("tune.weights_more", more))
	}
	command := "earshot tune"
	if p.mayLose > 0 { // without it they would not be proposed
		command += fmt.Sprintf(" --may-lose %d", p.mayLose)
	}
	fmt.Fprintf(w, "  %s\n    sentiment: {weights: %s}\n", l.Text("tune.take_weights", "command", command+" --weights "+x.File), x.File)
}

func (p *Plan) writeDiff(w io.Writer) {
	if p.Diff == "" {
		return
	}
	if p.NewFile {
		fmt.Fprintf(w, "\n%s\n  sentiment: {words: %s}\n\n", p.says.Text("tune.take_new", "file", p.File), p.File)
	} else {
		fmt.Fprintf(w, "\n%s\n\n", p.says.Text("tune.take_words", "file", p.File))
	}
	fmt.Fprint(w, p.Diff)
}

// quoted writes a phrase as YAML in double quotes.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text.OneLine(s)) // a string always encodes
	return strings.TrimSpace(b.String())
}
