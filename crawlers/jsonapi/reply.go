package jsonapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// Answer says how a network is answered: the block reply of a preset. Its programs are jq; .
// and $post are the post, $text the answer, $key the reply's id, $as the account, $secret the
// key of the watchlist, $site the address that the source's begins with, and each option of
// the preset its value.
type Answer struct {
	Site    string            `yaml:"site"`    // a pattern of the source's address; its first group is {site}
	Secret  string            `yaml:"secret"`  // what the key of the watchlist's reply: is; empty: the source's own right is enough
	Needs   []string          `yaml:"needs"`   // options of the source without which nothing can be sent: each a name, or "one or another"
	Right   string            `yaml:"right"`   // what they must be good for, in words
	Auth    map[string]string `yaml:"auth"`    // how the token is got, where the source is read with another right or none
	With    map[string]string `yaml:"with"`    // programs that give {name} in find and send
	Find    string            `yaml:"find"`    // what is read first, as $found; not when one of its {names} is empty
	Stands  string            `yaml:"stands"`  // on what was found: the id of the answer when it stands there already, in these words
	Send    string            `yaml:"send"`    // method and address
	Edits   string            `yaml:"edits"`   // on what was found: true when another answer stands there, which edit changes
	Edit    string            `yaml:"edit"`    // method and address, instead of send; empty: send does for it too
	Headers map[string]string `yaml:"headers"` // programs, beside the headers of the source
	Body    string            `yaml:"body"`    // gives what is sent as JSON
	Form    bool              `yaml:"form"`    // the body is an object of texts, sent as a form
	Max     map[string]int    `yaml:"max"`     // the limit by its unit
	Repeat  string            `yaml:"repeat"`
	Within  string            `yaml:"within"`  // repeat: key: how long the network knows a key
	Done    Done              `yaml:"done"`    // programs on the answer of a call that went well
	There   string            `yaml:"there"`   // repeat: refuses: says of an error that the answer stands there already
	Later   string            `yaml:"later"`   // says of an error that the site takes it later: true, or the seconds until then
	Look    Look              `yaml:"look"`    // how what stands under the post is read; without ask only polls find it
	Check   Check             `yaml:"check"`   // how the right to answer is asked after; without ask it cannot be
	Refused string            `yaml:"refused"` // gives the network's reason; of an error that comes with 200 too
}

// Done are programs on the network's answer.
type Done struct {
	ID   string `yaml:"id"` // its id of the answer: without one nothing is taken for done
	URL  string `yaml:"url"`
	Held string `yaml:"held"` // true: a moderator must let it
}

// Account is who answers, by the watchlist.
type Account struct {
	As     string
	Secret string
	Site   string // the source's address
}

// answerer sends answers to one network.
type answerer struct {
	block          Answer
	env            crawlers.Env
	grant          *grant
	head           http.Header // of the source
	method, target string
	values         poll.Values
	vars           []any // of the programs, but the last ones, which belong to the message
	with, headers  map[string]*gojq.Code
	body           *gojq.Code
	stands, edits  *gojq.Code
	id, url, held  *gojq.Code
	there, later   *gojq.Code
	refused        *gojq.Code

	askBody, may, known *gojq.Code
	lookBody, found     *gojq.Code
}

// fromMessage are the variables that each message brings.
var fromMessage = []string{"$post", "$text", "$key", "$at", "$found"}

// NewAnswer makes the way to answer what o reads, or posts of another engine when o is zero.
func NewAnswer(env crawlers.Env, a Answer, o Options, given poll.Values, who Account, s config.Section) (reply.Way, error) {
	env = env.WithDefaults()
	w := &answerer{block: a, env: env, values: given, with: map[string]*gojq.Code{}, headers: map[string]*gojq.Code{}}
	way := reply.Way{Account: who.As, Repeat: reply.Repeat(a.Repeat), Send: w.send}
	if a.Check.Ask != "" {
		way.Check = w.check
	}
	if a.Look.Ask != "" {
		way.Look = w.lookAt
	}
	var ok bool
	if w.method, w.target, ok = strings.Cut(a.Send, " "); !ok || !slices.Contains(reply.Repeats(), a.Repeat) || a.Done.ID == "" || len(a.Max) > 1 {
		return way, fmt.Errorf("send %q, repeat %q, done.id %q or max: a preset must say them", a.Send, a.Repeat, a.Done.ID)
	}
	for unit, n := range a.Max {
		way.Limit = reply.Limit{Unit: reply.Unit(unit), Max: n}
	}
	var err error
	if way.Repeat == reply.Key {
		if way.Within, err = time.ParseDuration(a.Within); err != nil {
			return way, fmt.Errorf("within: %w", err)
		}
	}
	if len(a.Auth) > 0 {
		o.Auth = authOf(a.Auth)
	}
	if w.grant, err = newGrant(env, o.Auth, given, s); err != nil {
		return way, err
	}
	w.head = Options{Headers: o.Headers, Body: a.Body}.headers(given)
	if a.Form {
		w.head.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return way, w.compile(who)
}

// authOf is what a block writes under auth, where it is not a source's.
func authOf(m map[string]string) Auth {
	secret := func(name string) config.Secret { return config.NewSecret(m[name], "") }
	return Auth{Kind: m["kind"], URL: m["url"], Token: secret("token"), Client: m["client"], Secret: secret("secret"), Refresh: secret("refresh"),
		Key: secret("key"), KeyID: m["key_id"], Issuer: m["issuer"], Scope: m["scope"], User: m["user"], Password: secret("password")}
}

// compile compiles the programs of a block.
func (w *answerer) compile(who Account) error {
	a := w.block
	fixed := map[string]string{}
	for name, value := range w.values.Text {
		fixed["$"+name] = value
	}
	for _, name := range fromMessage {
		delete(fixed, name)
	}
	fixed["$as"], fixed["$secret"], fixed["$site"] = who.As, who.Secret, who.Site
	names := slices.Sorted(maps.Keys(fixed))
	for _, name := range names {
		w.vars = append(w.vars, fixed[name])
	}
	names = append(names, fromMessage...)
	text := maps.Clone(w.values.Text)
	if text == nil {
		text = map[string]string{}
	}
	text["site"] = who.Site
	w.values = poll.Values{Text: text}
	var failed error
	compile := func(what, program string) *gojq.Code {
		if program == "" || failed != nil {
			return nil
		}
		code, err := compileJQ("", program, names)
		if err != nil {
			failed = fmt.Errorf("%s: %w", what, err)
		}
		return code
	}
	for name, program := range a.With {
		w.with[name] = compile("with", program)
	}
	for name, program := range a.Headers {
		w.headers[name] = compile("headers", program)
	}
	w.body = compile("body", a.Body)
	w.stands, w.edits = compile("stands", a.Stands), compile("edits", a.Edits)
	w.id, w.url, w.held = compile("done.id", a.Done.ID), compile("done.url", a.Done.URL), compile("done.held", a.Done.Held)
	w.lookBody, w.found = compile("look.body", a.Look.Body), compile("look.answers", a.Look.Answers)
	w.askBody, w.may, w.known = compile("check.body", a.Check.Body), compile("check.may", a.Check.May), compile("check.as", a.Check.As)
	w.there, w.later, w.refused = compile("there", a.There), compile("later", a.Later), compile("refused", a.Refused)
	return failed
}

// postOf is a post as programs see it.
func postOf(p mention.Post) map[string]any {
	return map[string]any{"id": p.ID, "url": p.URL, "thread_url": p.ThreadURL, "reply_to": p.ReplyTo, "author": p.Author, "author_url": p.AuthorURL,
		"title": p.Title, "text": p.Text, "lang": p.Lang}
}

// run runs a program; nothing and errors are told apart.
func (w *answerer) run(ctx context.Context, code *gojq.Code, on any, m reply.Message, found any) (any, error) {
	if code == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, maxJQ)
	defer cancel()
	v, ok := code.RunWithContext(ctx, on, append(slices.Clone(w.vars), postOf(m.Post), m.Text, m.Key, int(m.At.UnixMicro()), found)...).Next()
	if !ok {
		return nil, nil
	}
	if err, isErr := v.(error); isErr {
		var said gojq.ValueError
		if errors.As(err, &said) {
			if why, ok := said.Value().(string); ok {
				return nil, errors.New(why) // the preset's own words, without "error:"
			}
		}
		return nil, err
	}
	return v, nil
}

// say is a program's text; errors are none.
func (w *answerer) say(ctx context.Context, code *gojq.Code, on any, m reply.Message) string {
	v, err := w.run(ctx, code, on, m, nil)
	if err != nil {
		return ""
	}
	return htmltext.OneLine(text.Clip(scalar(v), 500))
}

// taken reads an answer of the site that came with a good status. One without a body is null.
func (w *answerer) taken(ctx context.Context, res *fetch.Response, m reply.Message) reply.Result {
	var body any
	if len(bytes.TrimSpace(res.Body)) > 0 {
		var err error
		if body, err = jsonBody(res); err != nil {
			return reply.Result{Reason: "the site's answer cannot be read"}
		}
	}
	if why := w.say(ctx, w.refused, body, m); why != "" {
		return w.unlike(ctx, body, m, why)
	}
	id := w.say(ctx, w.id, body, m)
	if id == "" {
		return reply.Result{Reason: "the site's answer does not say that it took it"}
	}
	return reply.Result{Outcome: reply.Sent, ID: id, URL: w.say(ctx, w.url, body, m), Held: w.say(ctx, w.held, body, m) == "true"}
}

// maxLater bounds the pause that a preset reads out of an error.
const maxLater = 24 * time.Hour

// unlike is what a refusal means, by the site's answer: some come only for now.
func (w *answerer) unlike(ctx context.Context, body any, m reply.Message, why string) reply.Result {
	later, err := w.run(ctx, w.later, body, m, nil)
	if err == nil && later == true {
		return reply.Result{Outcome: reply.NotSent, Reason: why}
	}
	if n, bad := strconv.ParseFloat(scalar(later), 64); err == nil && bad == nil && n > 0 {
		return reply.Result{Outcome: reply.NotSent, Reason: why, Wait: time.Duration(min(n, maxLater.Seconds()) * float64(time.Second))}
	}
	return reply.Result{Outcome: reply.Refused, Reason: why}
}

// send is reply.Way's Send.
func (w *answerer) send(ctx context.Context, m reply.Message) reply.Result {
	req, res := w.request(ctx, m)
	if req == nil {
		return res
	}
	answer, err := w.grant.do(ctx, w.env.Fetch, *req)
	if err != nil {
		return w.failed(ctx, err, m)
	}
	return w.taken(ctx, answer, m)
}

// request makes the call of a message; nil with the result when there can be none. What is
// read for it changes nothing on the site.
func (w *answerer) request(ctx context.Context, m reply.Message) (*fetch.Request, reply.Result) {
	values, err := w.names(ctx, m)
	if err != nil {
		return nil, reply.Result{Outcome: reply.Refused, Reason: "the post cannot be answered from here: " + err.Error()}
	}
	find := w.block.Find
	for name := range w.with {
		if values.Text[name] == "" && strings.Contains(find, "{"+name+"}") {
			find = ""
		}
	}
	head := w.head.Clone()
	for name, code := range w.headers {
		v, err := w.run(ctx, code, postOf(m.Post), m, nil)
		if err != nil {
			return nil, reply.Result{Outcome: reply.Refused, Reason: "the header " + name + " cannot be made"}
		}
		head.Set(name, scalar(v))
	}
	if w.grant != nil && holds(head) {
		if _, err := w.grant.token(ctx); err != nil { // before anything is sent; do finds it kept
			return nil, unsent(w.failed(ctx, err, m))
		}
	}
	var found any
	if find != "" {
		read := head.Clone()
		read.Del("Content-Type")
		found, err = w.read(ctx, fetch.Request{URL: poll.Rebase(values.Expand(find), w.env.Base), API: true, Accept: "application/json", Header: read})
		if err != nil {
			return nil, unsent(w.failed(ctx, err, m))
		}
	}
	if id := w.say(ctx, w.stands, found, m); id != "" {
		return nil, reply.Result{Outcome: reply.Sent, ID: id, URL: w.say(ctx, w.url, found, m)}
	}
	method, target := w.method, w.target
	if w.block.Edit != "" && w.say(ctx, w.edits, found, m) == "true" {
		method, target, _ = strings.Cut(w.block.Edit, " ")
	}
	v, err := w.run(ctx, w.body, postOf(m.Post), m, found)
	if err != nil {
		return nil, reply.Result{Outcome: reply.Refused, Reason: "the post cannot be answered from here: " + htmltext.OneLine(err.Error())}
	}
	body, err := w.encode(v)
	if err != nil {
		return nil, reply.Result{Outcome: reply.Refused, Reason: "the answer cannot be written as the site wants it"}
	}
	return &fetch.Request{URL: poll.Rebase(values.Expand(target), w.env.Base), Method: method, API: true, Accept: "application/json", Header: head, Body: body}, reply.Result{}
}

// encode writes what the program of the body gave, as JSON or as a form.
func (w *answerer) encode(v any) ([]byte, error) {
	if !w.block.Form {
		return json.Marshal(v)
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a form is made of an object, not of %T", v)
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, scalar(value))
	}
	return []byte(form.Encode()), nil
}

// names are the values of the {names} in addresses, those of the message too.
func (w *answerer) names(ctx context.Context, m reply.Message) (poll.Values, error) {
	values := poll.Values{Text: maps.Clone(w.values.Text)}
	for name, code := range w.with {
		v, err := w.run(ctx, code, postOf(m.Post), m, nil)
		if err != nil {
			return values, err
		}
		values.Text[name] = scalar(v)
	}
	return values, nil
}

// read makes a call that changes nothing on the site.
func (w *answerer) read(ctx context.Context, req fetch.Request) (any, error) {
	res, err := w.grant.do(ctx, w.env.Fetch, req)
	if err != nil {
		return nil, err
	}
	return jsonBody(res)
}

// unsent is what a failure means before anything was sent.
func unsent(r reply.Result) reply.Result {
	if r.Outcome != reply.Refused {
		r.Outcome = reply.NotSent
	}
	return r
}

// reasonOf says why a call failed in a sentence of the catalogue (its part reply_reason), with
// the status of the answer behind it; other errors say it themselves.
func reasonOf(err error) string {
	word, status := crawlers.Reason(err)
	why := ""
	switch trouble := fetch.Trouble(word); {
	case trouble == fetch.Blocked, trouble == fetch.Challenge, trouble == fetch.Robots, errors.Is(err, crawlers.ErrClosed):
		why = "the site does not let this account answer"
	case trouble == fetch.NotFound, trouble == fetch.Gone:
		why = "the post is not there any more"
	case trouble == fetch.Paused:
		why = "the site asks for a pause"
	case trouble == fetch.Answered && status >= http.StatusInternalServerError:
		why = "the site has trouble of its own"
	case trouble == fetch.Answered:
		why = "the site did not take it"
	case trouble == fetch.TimedOut:
		why = "the site took too long to answer"
	case trouble == fetch.Certificate, trouble == fetch.NoHTTPS:
		why = "the certificate of the site is not right"
	case trouble == fetch.Unreachable, trouble == fetch.Refused, trouble == fetch.NoWay, trouble == fetch.NoName, trouble == fetch.NoLookup, trouble == fetch.BrokenOff:
		why = "the connection to the site failed"
	case word == "changed", word == "garbled": // a page of a login or of repairs, or a part of an answer
		why = "the site's answer cannot be read: " + crawlers.Explain(err)
	default:
		return crawlers.Explain(err)
	}
	if status > 0 {
		why += fmt.Sprintf(" (%d)", status)
	}
	return why
}

// failed says what an error means: whether the answer may stand there.
func (w *answerer) failed(ctx context.Context, err error, m reply.Message) reply.Result {
	why := reasonOf(err)
	var (
		blocked *fetch.BlockedError
		retry   *fetch.RetryError
		status  *fetch.StatusError
	)
	switch {
	case errors.As(err, &retry) && retry.Status != http.StatusServiceUnavailable:
		return reply.Result{Outcome: reply.NotSent, Reason: why, Wait: retry.After}
	case errors.As(err, &blocked):
		return w.refuses(ctx, blocked.Body, m, why)
	case errors.Is(err, crawlers.ErrClosed), errors.Is(err, fetch.ErrAddress), errors.Is(err, fetch.ErrPrivate), errors.Is(err, fetch.ErrPort):
		return reply.Result{Outcome: reply.Refused, Reason: why}
	case errors.As(err, &status) && status.Status >= 400 && status.Status < 500 && status.Status != http.StatusRequestTimeout:
		return w.refuses(ctx, status.Body, m, why)
	case fetch.NeverSent(err):
		return reply.Result{Outcome: reply.NotSent, Reason: why}
	}
	return reply.Result{Reason: why}
}

// refuses reads why the site says no; some say that the answer is there, or that it comes too early.
func (w *answerer) refuses(ctx context.Context, said []byte, m reply.Message, why string) reply.Result {
	var body any
	if json.Unmarshal(said, &body) != nil {
		body = nil
	}
	if reply.Repeat(w.block.Repeat) == reply.Refuses && w.say(ctx, w.there, body, m) == "true" {
		return reply.Result{Outcome: reply.Sent}
	}
	if reason := w.say(ctx, w.refused, body, m); reason != "" {
		why = reason
	}
	return w.unlike(ctx, body, m, why)
}
