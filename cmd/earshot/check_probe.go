package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/reply"
)

// The least widths of what is not known before the sources have answered.
const (
	seesWidth   = 28 // "phpBB, 25 threads, 312 posts"
	newestWidth = 13
)

// nameDoors says which doors there are; none can be tried without a message.
func nameDoors(out io.Writer, s speech, cfg *config.Config) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Doors)) {
		fmt.Fprintln(out, s.Text("check.door", "name", text.OneLine(name), "service", door.Service(cfg.Doors[name].Reveal())))
	}
}

// probe asks everything of the watchlist whether it would serve, prints tables of it, and fails when
// something would not. slack says what is printed for want of one.
func probe(ctx context.Context, cfg *config.Config, s speech, term terminal, slack string) error {
	fmt.Fprintln(term.out)
	bad, err := probeSources(ctx, cfg, s, term)
	if err != nil {
		return err
	}
	nameDoors(term.out, s, cfg)
	unanswered, err := probeAnswers(ctx, cfg, s, term)
	if err != nil {
		return err
	}
	bad += unanswered
	bad += probeRest(ctx, cfg, s, term, slack, bad == 0)
	if err := ctx.Err(); err != nil {
		return err
	}
	if bad > 0 {
		return errSaid
	}
	return nil
}

// probeSources polls each source once, prints what it sees, and returns how many
// cannot be read; the error is that of ctx.
func probeSources(ctx context.Context, cfg *config.Config, s speech, term terminal) (bad int, err error) {
	empty, sources := 0, sourcesOn(cfg, time.Now())
	row := sourceTable(term.out, sources)
	row(s.Text("check.columns_source"), s.Text("check.columns_sees"), s.Text("check.columns_newest"), s.Text("check.columns_note"))
	for p := range pollOnce(ctx, cfg, sources, term) {
		sees, newest := "–", "–"
		notes := s.places(p.batch.Observed.Notes)
		if p.err != nil {
			bad++
			notes = append([]string{s.unread(p.src.Name, p.err)}, notes...)
		} else {
			sees = s.observed(p.batch.Observed.What)
			if sees == "" {
				sees = s.Plural("source.posts", len(p.batch.Posts))
			}
			if t := p.batch.Observed.Newest; !t.IsZero() {
				newest = s.ago(time.Since(t))
			}
			if p.batch.Observed.Items == 0 && len(p.batch.Posts) == 0 && !p.batch.Unchanged { // unchanged at the first look: posts are handed in there
				empty++
				if len(notes) == 0 {
					notes = []string{p.emptyAnswer(s)}
				}
			}
		}
		if p.delay > 0 {
			notes = append(notes, s.Text("check.robots_delay", "span", s.Span((p.delay+time.Second-1).Truncate(time.Second)))) // no less than it asks
		}
		row(shownSource(p.src), text.OneLine(sees), newest, text.OneLine(strings.Join(notes, "; ")))
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	switch {
	case bad > 0:
		fmt.Fprintln(term.out, s.Text("check.cannot_be_read", "bad", bad, "n", len(sources)))
	case empty > 0 && empty == len(sources):
		fmt.Fprintln(term.out, s.Text("check.all_empty"))
	case empty > 0:
		fmt.Fprintln(term.out, s.Plural("check.some_empty", empty, "all", len(sources)))
	case len(sources) == 1:
		fmt.Fprintln(term.out, s.Text("check.one_read"))
	default:
		fmt.Fprintln(term.out, s.Text("check.all_read", "n", len(sources)))
	}
	return bad, nil
}

// sourceTable returns what writes one row, at once: sources of one site wait for one another,
// and a table that comes whole leaves people before an empty screen for minutes.
func sourceTable(out io.Writer, sources []config.Source) func(source, sees, newest, note string) {
	width := 0
	for _, src := range sources {
		width = max(width, utf8.RuneCountInString(shownSource(src)))
	}
	return func(source, sees, newest, note string) {
		row := fmt.Sprintf("%-*s  %-*s  %-*s  %s", width, source, seesWidth, sees, newestWidth, newest, note)
		fmt.Fprintln(out, strings.TrimRight(row, " "))
	}
}

// shownSource is a source as the table has it.
func shownSource(src config.Source) string {
	name := text.OneLine(strings.TrimPrefix(strings.TrimPrefix(src.Name, "https://"), "http://"))
	if strings.HasPrefix(name, src.Kind+" ") { // a preset that is called by itself
		return name
	}
	return src.Kind + " " + name
}

// probeAnswers asks the sites that are answered whether the keys may, prints a table of it, and
// returns how many may not. No answer is sent.
func probeAnswers(ctx context.Context, cfg *config.Config, s speech, term terminal) (bad int, err error) {
	log := newLog(term, slog.LevelInfo)
	client := watchlist.NewFetch(cfg, version, log)
	defer client.Close()
	all, err := daemon.ProbeAnswers(ctx, cfg, client, log)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	fmt.Fprintln(term.out)
	table := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join([]string{s.Text("check.columns_answers"), s.Text("check.columns_state"), s.Text("check.columns_note")}, "\t"))
	for _, p := range all {
		state, notes := "–", []string{s.Text("check.answer_unasked")}
		switch {
		case !p.Asked:
		case p.Right == reply.Granted:
			state, notes = s.Text("check.works"), []string{s.Text("check.answer_granted", "account", p.Source.Reply.As)}
		case p.Right == reply.Untold:
			notes = []string{s.Text("check.answer_untold")}
		case p.Why != "":
			bad++
			state, notes = s.Text("check.fails"), []string{alerts.AnswerReason(s.Lang, p.Why)}
		default:
			bad++
			state, notes = s.Text("check.fails"), []string{s.Text("check.answer_denied")}
		}
		if p.Account != "" && !strings.EqualFold(p.Account, p.Source.Reply.As) {
			notes = append(notes, s.Text("check.answer_known_as", "name", p.Account))
		}
		fmt.Fprintf(table, "%s %s\t%s\t%s\n", p.Source.Kind, text.OneLine(p.Source.Name), state, text.OneLine(strings.Join(notes, "; ")))
	}
	_ = table.Flush() // as good as a failed print
	fmt.Fprintln(term.out, s.Text("check.answers_none"))
	return bad, nil
}

// unserved says why a part would not serve, and what to do: also what the system and the database
// say of it, as far as the catalogue has words for that.
func (s speech) unserved(err error) string {
	var advice *alerts.Advice
	if s.english() || !errors.As(err, &advice) || advice.Err == nil {
		return alerts.Reason(s.Lang, err)
	}
	said := *advice
	cause := advice.Err
	plain := daemon.Bare(cause.Error())
	said.What = strings.Replace(said.What, plain, s.said(s.faults, plain), 1)
	var asked *url.Error // the address is not the cause
	if errors.As(cause, &asked) {
		cause = asked.Err
	}
	said.Pairs = slices.Clone(said.Pairs)
	for i, v := range said.Pairs {
		if why, ok := v.(error); ok {
			if said.Pairs[i], ok = alerts.OnTheWay(s.Lang, why); !ok {
				said.Pairs[i] = s.said(s.faults, cause.Error())
			}
		}
	}
	return alerts.Reason(s.Lang, &said)
}

// probeRest asks everything else that the watchlist names whether it would serve, prints a
// table of it, and returns how many would not. No message is sent. slack says what is printed for
// want of one, and good that nothing was wrong before it.
func probeRest(ctx context.Context, cfg *config.Config, s speech, term terminal, slack string, good bool) (bad int) {
	fmt.Fprintln(term.out)
	table := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join([]string{s.Text("check.columns_part"), s.Text("check.columns_state"), s.Text("check.columns_note")}, "\t"))
	if slack != "" {
		fmt.Fprintf(table, "Slack\t–\t%s\n", slack)
	}
	all := daemon.Probe(ctx, cfg)
	for _, p := range all {
		state, note := s.Text("check.works"), ""
		switch {
		case p.Err != nil:
			bad++
			state, note = s.Text("check.fails"), s.unserved(p.Err)
		case p.Part == "probe.hook":
			note = s.Text("check.hook_limits")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", strings.TrimSpace(s.Text(p.Part)+" "+text.OneLine(p.Name)), state, text.OneLine(note))
	}
	_ = table.Flush() // as good as a failed print
	if bad > 0 {
		fmt.Fprintln(term.out, s.Text("check.some_fail", "bad", bad, "n", len(all)))
	} else if good {
		fmt.Fprintln(term.out, s.Text("check.all_work"))
	} else { // it is the last line that people read
		fmt.Fprintln(term.out, s.Text("check.rest_works"))
	}
	return bad
}
