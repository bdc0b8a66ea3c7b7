// Package reply sends what a person wrote to the site where the complaint stands: once,
// whatever fails on the way, and says how it ended.
//
// It knows the protocol: what is written down before a call, and what an answer, its
// absence, or the end of the process means. It must not know a network, its addresses or
// its keys (a Way is that), and must not decide about a case (the desk does), or write a
// text of its own.
package reply

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/earshot/earshot/mention"
)

// Repeat is what a network does with the same call once more.
type Repeat string

// The classes, from the harmless one on.
const (
	Replaces Repeat = "replaces" // the answer is there once, as sent last
	Key      Repeat = "key"      // for a while it knows the key, and gives the first answer again
	Refuses  Repeat = "refuses"  // it says that the answer is there
	Twice    Repeat = "twice"    // there are two answers: never repeated
)

// Repeats are all classes, as they are written.
func Repeats() []string {
	return []string{string(Replaces), string(Key), string(Refuses), string(Twice)}
}

// Unit is what a network counts the length of an answer in.
type Unit string

// The units.
const (
	Chars     Unit = "chars" // code points of Unicode
	Bytes     Unit = "bytes" // of UTF-8
	Graphemes Unit = "graphemes"
)

// Limit is the longest answer a network takes. The zero value is none.
type Limit struct {
	Unit Unit
	Max  int
}

// Count is the length of a text as the network counts it.
func (l Limit) Count(text string) int {
	switch l.Unit {
	case Bytes:
		return len(text)
	case Graphemes:
		return uniseg.GraphemeClusterCount(text)
	}
	return utf8.RuneCountInString(text)
}

// LengthError says that a text is empty, or longer than the site takes.
type LengthError struct {
	Have  int
	Limit Limit
}

func (e *LengthError) Error() string {
	if e.Have == 0 {
		return "an answer needs words"
	}
	return fmt.Sprintf("%d %s, the site takes %d", e.Have, e.Limit.Unit, e.Limit.Max)
}

// Check says whether the network may take the text; the error is a *LengthError.
func (l Limit) Check(text string) error {
	if strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) == "" {
		return &LengthError{Limit: l}
	}
	if have := l.Count(text); l.Max > 0 && have > l.Max {
		return &LengthError{Have: have, Limit: l}
	}
	if len(text) > mention.MaxReply {
		return &LengthError{Have: len(text), Limit: Limit{Bytes, mention.MaxReply}}
	}
	return nil
}

// Way is how the posts of one source are answered.
type Way struct {
	Account string // as whom
	Limit   Limit
	Repeat  Repeat
	Within  time.Duration // Key: how long the network knows a key
	Allow   []string      // who may send: e-mail addresses, Slack ids; nil: whom the roles let
	Approve bool          // another person must read it before it is sent
	// Send makes the call, once. It must not repeat it, and keep to the context's deadline.
	Send func(ctx context.Context, m Message) Result
	// Look reads what stands under the post by the site's own interface: each answer that may be
	// the account's; nil: only polls find it.
	Look func(ctx context.Context, p mention.Post) ([]Shown, error)
	// Check asks the site whether the account may answer, and changes nothing there; nil: the
	// site has no such question.
	Check func(ctx context.Context) Checked
}

// Shown is an answer as the site shows it. Of the post the id, the address and the text are known,
// and the time where the site says it.
type Shown struct {
	mention.Post
	Held bool // a moderator must let it
}

// Right is what a site says of the right to answer.
type Right int

// The rights. The zero value says that nobody was heard.
const (
	Unsure  Right = iota // the site did not say anything that can be understood
	Granted              // it may answer
	Denied               // it may not, or the key is no good
	Untold               // the key is good; whether it may answer the site does not tell
)

// Checked is how a question after the right ended.
type Checked struct {
	Right   Right
	Account string // by whose name the site knows the key; "" where it does not say
	Why     string // Unsure, Denied: in the site's words or ours; never a secret
}

// Message is one answer on its way.
type Message struct {
	Post mention.Post // that is answered
	Text string
	Key  string    // the same in every attempt
	At   time.Time // when it was let out: the same in every attempt, too
}

// Outcome is what is known after a call.
type Outcome int

// The outcomes. The zero value says that nothing is known.
const (
	Unknown Outcome = iota // it may have arrived
	Sent                   // it did
	Refused                // it did not, and will not
	NotSent                // it did not; later it may
)

// Result is how a call ended.
type Result struct {
	Outcome Outcome
	URL, ID string        // Sent: where it stands and as what; may be empty
	Held    bool          // Sent: a moderator must let it
	Reason  string        // otherwise: why, in the site's words or ours; never a secret
	Wait    time.Duration // NotSent: how long the site wants to be left alone; 0: not said
}
