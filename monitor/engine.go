package monitor

import "context"

// Engine decides which source is polled when, and by which process. All engines run the
// same polls: a source no more often than it asks for, one poll at a time in a group, and
// the group's gap between two.
type Engine interface {
	// Run polls the sources given by Apply until ctx ends, then waits for the polls under
	// way and returns. An error says why this process does not poll at all.
	Run(ctx context.Context) error
	// Apply replaces the sources. Polls under way finish; sources that are gone are
	// not polled again; new ones are polled at once. Where several processes share the work,
	// one that is given none leaves it to the others. It returns when the engine has taken
	// the list, or when ctx ends.
	Apply(ctx context.Context, sources []Source) error
	// PollNow makes a source due now (a WebSub ping, a person's wish). Unknown names
	// are ignored.
	PollNow(ctx context.Context, source string)
}
