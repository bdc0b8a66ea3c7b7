package watchlist

import (
	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// NewRules turns the watchlist into what the planner decides by. The scorer says from
// which verdict a post is an alert where the watchlist says nothing.
func NewRules(cfg *config.Config, scorer *sentiment.Scorer) alerts.Rules {
	rules := alerts.Rules{
		AlertAbove: map[mention.PostKind]float64{"": scorer.AlertAt("")},
		AlertBelow: map[mention.PostKind]float64{},
		Official:   map[string][]string{},
		Profiles:   map[string][]alerts.Profile{},
		Weights:    map[string]float64{},
		Otherwise:  FallbackRoute(cfg),
		Quiet:      cfg.QuietHours.Hours,
		HasQuiet:   cfg.QuietHours.Set,
		Deadlines:  newDeadlines(cfg),
		Zone:       cfg.Zone(),
		NoDesk:     cfg.Slack.BotToken.Reveal() == "" && cfg.Slack.WebhookURL.Reveal() != "" && (cfg.Web.Listen == "" || !cfg.Web.Inbox),
		Digests:    alerts.Digests{To: cfg.Digest.To, Daily: cfg.Digest.Daily, Weekly: cfg.Digest.Weekly},
	}
	for _, src := range cfg.Sources {
		if src.Weight > 0 {
			rules.Weights[src.Name] = src.Weight
		}
	}
	rules.Fallback = alerts.Fallback{Route: cfg.Fallback.To, After: cfg.Fallback.Wait()}
	rules.Fallbacks = map[string]alerts.Fallback{}
	for _, r := range cfg.Routes { // of several routes to one place the first one's counts
		if _, has := rules.Fallbacks[r.To]; !has && r.Fallback.To != "" {
			rules.Fallbacks[r.To] = alerts.Fallback{Route: r.Fallback.To, After: r.Fallback.Wait()}
		}
	}
	for _, kind := range mention.PostKinds {
		rules.AlertAbove[kind] = scorer.AlertAt(kind)
	}
	for kind, above := range cfg.Sentiment.AlertAbove {
		rules.AlertAbove[mention.PostKind(kind)] = above
	}
	for kind, below := range cfg.Sentiment.AlertBelow {
		rules.AlertBelow[mention.PostKind(kind)] = below
	}
	for _, w := range cfg.Watches {
		rules.Watches = append(rules.Watches, w.Name)
		for _, author := range w.Official {
			rules.Official[w.Name] = append(rules.Official[w.Name], author.Name)
			if author.Profile != "" {
				rules.Profiles[w.Name] = append(rules.Profiles[w.Name], alerts.Profile{Name: author.Name, Address: author.Profile})
			}
		}
	}
	rules.Severity = severityRules(cfg)
	for _, r := range cfg.Routes {
		route := alerts.Route{Watches: r.Watch, Topics: r.Topic, Langs: r.Lang, Sources: r.Source, To: r.To, Notify: r.Notify}
		for _, word := range r.Severity {
			if s, ok := mention.ParseSeverity(word); ok { // config has checked the words
				route.Severities = append(route.Severities, s)
			}
		}
		route.Kinds = postKinds(r.Kind)
		rules.Routes = append(rules.Routes, route)
	}
	return rules
}

// severityRules are how loud people want complaints to be; config has checked the words.
func severityRules(cfg *config.Config) (out []alerts.SeverityRule) {
	for _, r := range cfg.Severity {
		least, _ := mention.ParseSeverity(r.AtLeast)
		most, _ := mention.ParseSeverity(r.AtMost)
		out = append(out, alerts.SeverityRule{Watches: r.Watch, Topics: r.Topic, Langs: r.Lang, Kinds: postKinds(r.Kind), Sources: r.Source, Stars: r.Stars, AtLeast: least, AtMost: most})
	}
	return out
}

func postKinds(words []string) (kinds []mention.PostKind) {
	for _, word := range words {
		kinds = append(kinds, mention.PostKind(word))
	}
	return kinds
}

// newDeadlines returns the clocks of each severity; none when the watchlist asks
// for none.
func newDeadlines(cfg *config.Config) map[mention.Severity]alerts.Deadline {
	out := map[mention.Severity]alerts.Deadline{}
	for s := mention.Low; s <= mention.Critical; s++ {
		d := cfg.Deadlines.For(s.String())
		if d.Claim == 0 && d.Reply == 0 {
			continue
		}
		out[s] = alerts.Deadline{Claim: d.Claim, Reply: d.Reply, Notify: d.Notify, EscalateTo: d.EscalateTo, Hours: d.Hours}
	}
	return out
}

// FallbackRoute is where alerts go that no route fits: the last place the user
// named, or the terminal.
func FallbackRoute(cfg *config.Config) string {
	if len(cfg.Routes) > 0 {
		return cfg.Routes[len(cfg.Routes)-1].To
	}
	return ConsoleRoute
}

// ConsoleRoute is the route of alerts on the terminal.
const ConsoleRoute = "console"
