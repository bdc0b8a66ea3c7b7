package main

import "github.com/earshot/earshot/alerts/slack"

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the manifest of the Slack app, to paste at api.slack.com/apps."`
}

type manifestCmd struct {
	languageFlag
	Interactions string `help:"Public https address of this daemon, when clicks come as signed requests instead of Socket Mode." placeholder:"URL"`
}

// Run prints the manifest as YAML.
func (c manifestCmd) Run(term terminal) error {
	return slack.Manifest(term.out, c.speech(term.lookup).Lang, c.Interactions)
}
