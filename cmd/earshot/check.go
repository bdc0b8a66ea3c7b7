package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

type checkCmd struct {
	watchlistFlag
	languageFlag
	NoSecrets bool `help:"Tokens and passwords that are not set here are warnings, for a check where nobody has them."`
	Probe     bool `help:"Poll each source once and say what it sees; ask sites that are answered whether the keys may; ask everything else of the watchlist (Slack's tokens, channels and people, webhooks, database, disk, Redis) whether it would serve. Nothing is posted."`
	Live      bool `help:"Ask whether the daemon runs (for a container's health check), whatever is wrong with the watchlist."`
}

// Run checks the watchlist. Warnings are said and do not fail the check.
func (c *checkCmd) Run(ctx context.Context, term terminal) error {
	load := daemon.Load
	if c.NoSecrets {
		load = func(paths ...string) (daemon.Watchlist, error) { return loadForReading(paths, term) }
	}
	list, err := load(c.Config...)
	if c.Live {
		return checkLive(ctx, liveAddress(c.Config, list.Config, err))
	}
	s := c.speech(term.lookup)
	if err != nil {
		return s.tell(term, err)
	}
	cfg := list.Config
	term.learn(cfg)
	term.out = &screen{to: term.out, hidden: term.hidden, colour: term.colour(term.out)} // all of it is about the watchlist
	warnings := &config.Errors{List: cfg.Warnings}
	scorer, wrong := daemon.NewScorer(cfg.Sentiment.WordsFile, cfg.Sentiment.WeightsFile)
	if wrong == nil {
		warnings.List = append(warnings.List, scorerWarnings(cfg, scorer)...)
	}
	if err := s.render(term.err, warnings, term.colour(term.err)); err != nil {
		return err
	}
	if wrong != nil {
		return s.tell(term, wrong)
	}
	fmt.Fprintln(term.out, s.Text("check.good", "path", cfg.Path, "watches", s.Plural("check.watches", len(cfg.Watches)),
		"sources", s.Plural("check.sources", len(cfg.Sources)), "routes", s.Plural("check.routes", len(cfg.Routes))))
	thresholds(term.out, s, daemon.NewRules(cfg, scorer))
	byEar(term.out, s, list, time.Now())
	keysNeeded(term.out, s, cfg)
	answered(term.out, s, cfg)
	note := s.printed(cfg, c.NoSecrets)
	if note != "" && len(cfg.Routes) > 0 {
		fmt.Fprintf(term.out, "Slack: %s\n", note)
	}
	restingEntries(term.out, s, cfg, time.Now())
	if !c.Probe {
		return nil
	}
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
	bad += probeRest(ctx, cfg, s, term, note, bad == 0)
	if err := ctx.Err(); err != nil {
		return err
	}
	if bad > 0 {
		return errSaid
	}
	return nil
}

// nameDoors says which doors there are; none can be tried without a message.
func nameDoors(out io.Writer, s speech, cfg *config.Config) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Doors)) {
		fmt.Fprintln(out, s.Text("check.door", "name", text.OneLine(name), "service", door.Service(cfg.Doors[name].Reveal())))
	}
}

// printed says what goes to the terminal for want of a Slack; empty where nothing does, and where
// secrets are not looked for: a token that is not here may be where earshot runs.
func (s speech) printed(cfg *config.Config, noSecrets bool) string {
	channels := daemon.ChannelsOf(cfg)
	switch {
	case noSecrets, cfg.Slack.BotToken.Reveal() != "" || cfg.Slack.WebhookURL.Reveal() != "":
		return ""
	case len(cfg.Routes) == 0:
		return s.Text("check.no_slack")
	case len(channels) > 0:
		return s.Text("check.no_slack_channels", "channels", strings.Join(channels, ", "))
	}
	return ""
}

// thresholds says from when on a post of each kind raises an alert.
func thresholds(out io.Writer, s speech, rules alerts.Rules) {
	var verdicts, scores []string
	for _, kind := range mention.PostKinds {
		if below, ok := rules.Below(kind); ok {
			scores = append(scores, fmt.Sprintf("%s %.2f", kind, below))
		} else {
			verdicts = append(verdicts, fmt.Sprintf("%s %.2f", kind, rules.Above(kind)))
		}
	}
	if len(verdicts) > 0 {
		fmt.Fprintln(out, s.Text("check.verdicts", "kinds", strings.Join(verdicts, ", ")))
	}
	if len(scores) > 0 {
		fmt.Fprintln(out, s.Text("check.scores", "kinds", strings.Join(scores, ", ")))
	}
}

// keysNeeded says of sources that need a key of the user's which and where from.
func keysNeeded(out io.Writer, s speech, cfg *config.Config) {
	said := map[string]bool{}
	for _, src := range cfg.Sources {
		kind, ok := presets.Lookup(src.Kind)
		if ok && kind.Key != "" && !said[src.Kind] {
			said[src.Kind] = true
			fmt.Fprintf(out, "%s: %s\n", src.Kind, s.key(kind))
		}
	}
}

// answered says which sources are answered from earshot, and as whom.
func answered(out io.Writer, s speech, cfg *config.Config) {
	for _, src := range cfg.Sources {
		if src.Reply != nil {
			fmt.Fprintln(out, s.Text("check.answered", "source", text.OneLine(src.Name), "account", text.OneLine(src.Reply.As)))
		}
	}
}

// restingEntries says which entries are not used for now.
func restingEntries(out io.Writer, s speech, cfg *config.Config, now time.Time) {
	say := func(off, offUntil, name string, rest config.Rest) {
		switch until := rest.Until(); {
		case !rest.Off(now):
		case until.IsZero():
			fmt.Fprintln(out, s.Text(off, "name", text.OneLine(name)))
		default:
			fmt.Fprintln(out, s.Text(offUntil, "name", text.OneLine(name), "until", s.Time("time.date_time_zone", until.In(cfg.Zone()))))
		}
	}
	for _, w := range cfg.Watches {
		say("check.watch_off", "check.watch_off_until", w.Name, w.Rest)
	}
	for _, src := range cfg.Sources {
		say("check.source_off", "check.source_off_until", src.Name, src.Rest)
	}
}

// sourcesOn are the sources that are polled now.
func sourcesOn(cfg *config.Config, now time.Time) []config.Source {
	return slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool { return s.Off(now) })
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
			notes = append([]string{s.unread(p.err)}, notes...)
		} else {
			sees = s.observed(p.batch.Observed.What)
			if sees == "" {
				sees = s.Plural("source.posts", len(p.batch.Posts))
			}
			if t := p.batch.Observed.Newest; !t.IsZero() {
				newest = s.ago(time.Since(t))
			}
			if p.batch.Observed.Items == 0 && len(p.batch.Posts) == 0 {
				empty++
				if len(notes) == 0 {
					notes = []string{p.emptyAnswer(s)}
				}
			}
		}
		row(shownSource(p.src), text.OneLine(sees), newest, text.OneLine(strings.Join(notes, "; ")))
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	switch {
	case bad > 0:
		fmt.Fprintln(term.out, s.Text("check.cannot_be_read", "bad", bad, "n", len(sources)))
	case empty > 0:
		fmt.Fprintln(term.out, s.Text("check.some_empty", "n", len(sources), "empty", empty))
	default:
		fmt.Fprintln(term.out, s.Text("check.all_read", "n", len(sources)))
	}
	return bad, nil
}

// The least widths of what is not known before the sources have answered.
const (
	seesWidth   = 18
	newestWidth = 13
)

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
	return src.Kind + " " + text.OneLine(strings.TrimPrefix(strings.TrimPrefix(src.Name, "https://"), "http://"))
}

// probeAnswers asks the sites that are answered whether the keys may, prints a table of it, and
// returns how many may not. No answer is sent.
func probeAnswers(ctx context.Context, cfg *config.Config, s speech, term terminal) (bad int, err error) {
	log := newLog(term, slog.LevelInfo)
	client := daemon.NewFetch(cfg, version, log)
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
			state, notes = s.Text("check.fails"), []string{p.Why}
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
	said.What = strings.Replace(said.What, cause.Error(), s.said(s.faults, cause.Error()), 1)
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

// ago says how long ago in words.
func (s speech) ago(d time.Duration) string {
	if d < time.Minute {
		return s.Text("check.just_now")
	}
	return s.Ago(d)
}

// liveTimeout bounds how long the running daemon may take to answer.
const liveTimeout = 5 * time.Second

// listenLine is where a watchlist that cannot be parsed says web.listen; sources have a
// listen of another form.
var listenLine = regexp.MustCompile(`(?m)^[^#\n]*\blisten:\s*["']?([^\s"'{},#]*:\d+)\b`)

// liveAddress is web.listen of the watchlist. The daemon runs on with the
// watchlist it has when a wrong one is saved, and must not be ended for that: so the
// address is taken from what can be understood of the file. Empty when it says none.
func liveAddress(paths []string, cfg *config.Config, loadErr error) string {
	var many *config.Errors
	if cfg == nil && errors.As(loadErr, &many) {
		cfg = many.Partial
	}
	if cfg != nil && cfg.Web.Listen != "" {
		return cfg.Web.Listen
	}
	files, _ := config.ReadFiles(paths) // what cannot be read does not say it
	for _, file := range files {
		if found := listenLine.FindSubmatch(file.Text); found != nil {
			return string(found[1])
		}
	}
	return ""
}

// checkLive asks whether the running daemon, which listens at address, is alive.
func checkLive(ctx context.Context, address string) error {
	if address == "" {
		return errors.New("check --live asks the running daemon: set web.listen in the watchlist")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("web.listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	// Our own daemon on this machine: no manners needed, and its certificate is for another name.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	status, err := askLive(ctx, client, "http://"+net.JoinHostPort(host, port)+"/livez")
	if status == http.StatusBadRequest { // it wants TLS
		status, err = askLive(ctx, client, "https://"+net.JoinHostPort(host, port)+"/livez")
	}
	switch {
	case err != nil:
		return fmt.Errorf("the daemon does not answer: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("the daemon answers %d %s", status, http.StatusText(status))
	}
	return nil
}

func askLive(ctx context.Context, client *http.Client, address string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
