package tune

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/earshot/earshot/internal/text"
)

// Text writes the plan for people. The diff comes last and nothing before it looks
// like one, so the whole can be given to patch.
func (p Plan) Text(to io.Writer) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "what staff said: %s not negative, %s, %s not us\n",
		text.Count(p.Labels.NotNegative, "text"), text.Count(p.Labels.Confirmed, "real complaint"), text.Count(p.Labels.NotUs, "text"))
	for _, few := range p.TooFew {
		fmt.Fprintf(w, "too few labels for %s\n", few)
	}
	p.writeWords(w)
	p.writeIgnore(w)
	p.writeWeights(w)
	if len(p.Words)+len(p.Ignore) == 0 && len(p.TooFew) == 0 && p.Weights == nil && p.Kept == "" {
		fmt.Fprintln(w, "\nnothing to propose: no word and no phrase is common to what was wrong without costing a complaint")
	}
	p.writeDiff(w)
	return w.Flush()
}

func (p *Plan) writeWords(w io.Writer) {
	if len(p.Words) > 0 {
		fmt.Fprintf(w, "\nwords: %s\n  false alarms %d, after %d; complaints heard %d, after %d; heard only just, or not, %d, after %d\n",
			text.Count(len(p.Words), "change"), p.Before.FalseAlarms, p.After.FalseAlarms, p.Before.Complaints, p.After.Complaints, p.Before.Weak, p.After.Weak)
	}
	for i, c := range p.Words {
		fmt.Fprintf(w, "\n%d. «%s» (%s) %s\n", i+1, c.Phrase, c.Lang, kindWords[c.Kind])
		fmt.Fprintf(w, "   it counted in %s called not negative and in %s\n", text.Count(c.InFalse, "text"), text.Count(c.InTrue, "complaint"))
		fmt.Fprintf(w, "   removes %s, loses %s", text.Count(c.Removes, "false alarm"), text.Count(c.Loses, "complaint"))
		if c.Firms > 0 {
			fmt.Fprintf(w, ", makes %s clear", text.Count(c.Firms, "weak complaint"))
		}
		fmt.Fprintln(w)
		examples(w, c.Examples)
	}
	if len(p.Left) > 0 {
		fmt.Fprintln(w, "\nleft alone")
	}
	for _, l := range p.Left {
		why := "a line of yours would change too little"
		if l.Loses > 0 {
			why = "without it " + text.Count(l.Loses, "complaint") + " would be lost"
		}
		fmt.Fprintf(w, "  «%s» (%s), in %s called not negative: %s\n", l.Phrase, l.Lang, text.Count(l.InFalse, "text"), why)
	}
}

var kindWords = map[string]string{Neutral: "decides nothing", Lighter: "weighs less", Heavier: "weighs more"}

func examples(w io.Writer, list []string) {
	for _, e := range list {
		fmt.Fprintf(w, "   «%s»\n", e)
	}
}

func (p *Plan) writeIgnore(w io.Writer) {
	for i, g := range p.Ignore {
		if i == 0 || p.Ignore[i-1].Watch != g.Watch {
			fmt.Fprintf(w, "\nignore phrases for %s\n", text.OneLine(g.Watch))
		}
		fmt.Fprintf(w, "  %s removes %s that are not us, loses %d of %d that are\n", quoted(g.Phrase), text.Count(g.Removes, "post"), g.Loses, g.Of)
		examples(w, g.Examples)
		if i+1 < len(p.Ignore) && p.Ignore[i+1].Watch == g.Watch {
			continue
		}
		fmt.Fprintf(w, "  at %s write\n    ignore:\n", text.OneLine(g.Where))
		for _, phrase := range g.So {
			fmt.Fprintf(w, "      - %s\n", quoted(phrase))
		}
	}
}

func (p *Plan) writeDiff(w io.Writer) {
	if p.Diff == "" {
		return
	}
	if p.NewFile {
		fmt.Fprintf(w, "\nto take the words: save what follows as %s, and add to the watchlist\n  sentiment: {words: %s}\n\n", p.File, p.File)
	} else {
		fmt.Fprintf(w, "\nto take the words: change %s as follows\n\n", p.File)
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
