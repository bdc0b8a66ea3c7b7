package slack

import (
	"cmp"
	"context"
	"errors"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/mention"
)

// The workspace as others ask for it: who signs in at the browser is the same person as
// the one who presses a button here.

// Team is the id of the workspace that the bot token is for; empty when what stands for
// Slack does not say.
func (n *Notifier) Team(ctx context.Context) (string, error) {
	ours, err := n.workspace(ctx)
	return ours.team, err
}

// PersonByEmail is who of the workspace has an e-mail address; mention.ErrNotFound when
// nobody has. It waits where Slack asks for silence, until ctx ends.
func (n *Notifier) PersonByEmail(ctx context.Context, address string) (mention.Person, error) {
	ours, err := n.workspace(ctx)
	if err != nil {
		return mention.Person{}, err
	}
	var found *api.User
	err = patient(ctx, func() (err error) {
		found, err = n.api.GetUserByEmailContext(ctx, address)
		return err
	})
	var said api.SlackErrorResponse
	switch {
	case errors.As(err, &said) && said.Err == "users_not_found":
		return mention.Person{}, mention.ErrNotFound
	case err != nil:
		return mention.Person{}, n.sort("users.lookupByEmail", "", err)
	case found.Deleted || found.IsBot || found.TeamID != "" && ours.team != "" && found.TeamID != ours.team:
		return mention.Person{}, mention.ErrNotFound
	}
	return n.Person(ctx, found.ID, cmp.Or(found.Profile.DisplayName, found.Name)), nil
}

// Person is the person of an id, under the name that colleagues know, or else the one given.
func (n *Notifier) Person(ctx context.Context, id, otherwise string) mention.Person {
	return mention.Person{ID: "slack:" + id, Name: n.people.name(ctx, id, otherwise)}
}
