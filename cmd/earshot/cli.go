package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/store"
)

// The exit statuses of every command.
const (
	exitDone   = 0
	exitFailed = 1 // something failed; it was said on stderr
	exitWrong  = 2 // wrong use, or a wrong watchlist
)

// terminal is what a command may touch of the process.
type terminal struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	lookup func(string) (string, bool) // environment
	hidden *config.Redactor            // what err does not show: learn adds to it; nil hides nothing
	log    *logFlags                   // how the log is written; nil: as by default
	speaks *string                     // the language of the watchlist, when learn has seen it; nil: nobody's
}

// learn keeps the secrets of a watchlist out of everything that is said from now on, and remembers its language.
func (t terminal) learn(cfg *config.Config) {
	if t.hidden != nil && cfg != nil {
		t.hidden.Take(cfg)
	}
	if t.speaks != nil && cfg != nil {
		*t.speaks = cfg.Language
	}
}

// learnWrong is learn of what was understood of a wrong watchlist: what is wrong is said in its language.
func (t terminal) learnWrong(err error) {
	var wrong *config.Errors
	if t.speaks != nil && errors.As(err, &wrong) && wrong.Partial != nil {
		*t.speaks = wrong.Partial.Language
	}
}

// colour says whether w is a terminal whose owner has not asked for plain text.
func (t terminal) colour(w io.Writer) bool {
	plain, _ := t.lookup("NO_COLOR") // set and not empty: no-color.org
	return plain == "" && isTerminal(w)
}

// interactive says whether a person answers: input and output are terminals.
func (t terminal) interactive() bool { return isTerminal(t.in) && isTerminal(t.out) }

func isTerminal(stream any) bool {
	for {
		switch s := stream.(type) {
		case *screen:
			stream = s.to
		case *stdin:
			stream = s.from
		case *os.File:
			return isatty.IsTerminal(s.Fd())
		default:
			return false
		}
	}
}

// commands is the command line. Each field's type has a Run method in the file
// of its name.
type commands struct {
	logFlags

	Run     runCmd     `cmd:"" help:"Listen: poll the sources, bring complaints to Slack, until stopped."`
	Demo    demoCmd    `cmd:"" help:"Listen to a small town of sample sites on this machine; alerts on the terminal."`
	Init    initCmd    `cmd:"" help:"Ask a few questions and write a watchlist."`
	Add     addCmd     `cmd:"" help:"Say what an address is and what it shows, and put it into the watchlist."`
	Check   checkCmd   `cmd:"" help:"Check the watchlist; with --probe poll each source once and say what it sees."`
	Crawl   crawlCmd   `cmd:"" help:"Poll sources once and print the posts; nothing is stored."`
	Match   matchCmd   `cmd:"" help:"Read posts on stdin as JSON lines, print the mentions in them."`
	Score   scoreCmd   `cmd:"" help:"Judge a text, given or on stdin: print its score and what decided it."`
	Report  reportCmd  `cmd:"" help:"Say how long people waited for an answer, and who still waits."`
	Cases   casesCmd   `cmd:"" help:"List what was heard and who has it, as in the inbox."`
	Login   loginCmd   `cmd:"" help:"Print a link into the running earshot, good once and for ten minutes, on this machine."`
	Mutes   mutesCmd   `cmd:"" help:"List whose complaints raise no alert, and until when; --lift ends one."`
	Export  exportCmd  `cmd:"" help:"Print everything that is kept of a person or a post."`
	Erase   eraseCmd   `cmd:"" help:"Erase everything that is kept of a person or a post."`
	Backup  backupCmd  `cmd:"" help:"Copy the database while earshot runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup in the database's place, while earshot does not run."`
	Move    moveCmd    `cmd:"" help:"Copy everything from SQLite into PostgreSQL, or back."`
	Tune    tuneCmd    `cmd:"" help:"Propose words and ignore phrases from what staff said of alerts; changes nothing."`
	Schema  schemaCmd  `cmd:"" help:"Print the JSON Schema of the watchlist, for editors."`
	Slack   slackCmd   `cmd:"" help:"Help with setting up Slack."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Completion completionCmd `cmd:"" help:"Print what a shell needs to complete earshot's commands: earshot completion bash."`
	Man        manCmd        `cmd:"" hidden:"" help:"Print the manual page."`
}

// watchlistFlag is shared by the commands that read a watchlist.
type watchlistFlag struct {
	Config []string `short:"c" default:"watchlist.yaml" env:"EARSHOT_CONFIG" help:"The watchlist: a file, or a folder of *.yaml files. May be given several times; EARSHOT_CONFIG names it too, several with commas between." placeholder:"FILE"`
}

// run is the whole program: it parses args, runs one command and returns the
// exit status.
func run(ctx context.Context, args []string, term terminal) (code int) {
	type exit int
	defer func() { // kong ends --help by calling exit
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	term.hidden = &config.Redactor{}
	term.err = &screen{to: term.err, hidden: term.hidden, colour: term.colour(term.err)}
	out := &screen{to: term.out, colour: term.colour(term.out)}
	term.out = out
	term.in = &stdin{ctx: ctx, from: term.in}
	term.speaks = new(string)
	cmds := &commands{}
	term.log = &cmds.logFlags
	parser, err := kong.New(cmds,
		kong.Name("earshot"),
		kong.Description("Hears complaints about your company in public and brings each one to exactly one person."),
		kong.Help(help(term)),
		kong.Writers(term.out, term.err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(term))
	if err != nil {
		fmt.Fprintln(term.err, "earshot:", err)
		return exitFailed
	}
	args = asCommands(args)
	command, err := parser.Parse(args)
	if lost := out.failed(); lost != nil { // of --help
		return exitStatus(term, lost)
	}
	if err != nil {
		says := speechOf(term)
		command, said := mistyped(err, args, parser.Model.Node)
		fmt.Fprintf(term.err, "earshot: %s\n%s\n", says.wrong(said), says.Text("cli.see", "what", command.FullPath()+" --help"))
		return exitWrong
	}
	if flag := unplain(args, command); flag != "" {
		says := speechOf(term)
		fmt.Fprintf(term.err, "earshot: %s\n%s\n", says.wrong(usageError{flag}), says.Text("cli.see", "what", command.Selected().FullPath()+" --help"))
		return exitWrong
	}
	err = command.Run(parser.Model)
	if lost := out.failed(); lost != nil && (err == nil || errors.Is(err, errSaid) || errors.Is(err, lost)) { // half an answer is none, to a person as to a script
		err = lost
	}
	return exitStatus(term, err)
}

// console is where the daemon prints alerts: one that cannot be printed is tried again, and
// /healthz tells of it.
func (t terminal) console() io.Writer {
	if s, ok := t.out.(*screen); ok {
		return &screen{to: s.to, colour: s.colour}
	}
	return t.out
}

// asCommands understands what people type at programs they do not know: nothing, help, help
// COMMAND and --version.
func asCommands(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && (args[0] == "--version" || args[0] == "-V"):
		return []string{"version"}
	}
	return args
}

// errSaid ends a command with exitFailed after it has said on stderr what failed.
var errSaid = errors.New("failed")

// usageError is a mistake in how a command was called.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// exitStatus prints the error of a command and picks the exit status.
func exitStatus(term terminal, err error) int {
	var wrong *config.Errors
	var usage usageError
	var unread *config.ReadError
	var words *watchlist.WordsError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.Is(err, errWrong):
		return exitWrong
	}
	says := speechOf(term)
	switch {
	case errors.Is(err, context.Canceled): // it did not do what was asked: what follows in a script must not begin
		fmt.Fprintf(term.err, "earshot: %s\n", says.Text("cli.interrupted"))
		return exitFailed
	case errors.As(err, &wrong):
		_ = says.tell(term, err)
		return exitWrong
	}
	fmt.Fprintf(term.err, "earshot: %s\n", says.wrong(err))
	if errors.As(err, &usage) || errors.As(err, &unread) || errors.As(err, &words) || errors.Is(err, store.ErrUsePgDump) {
		return exitWrong
	}
	return exitFailed
}

// loadForReading is watchlist.Load for commands that only read sources or match:
// secrets that are not set yet are empty, so a watchlist can be tried before
// Slack is set up.
func loadForReading(paths []string, term terminal) (watchlist.List, error) {
	cfg, err := config.LoadForReading(paths, term.lookup, watchlist.Kinds())
	list, err := watchlist.Check(cfg, err)
	term.learn(list.Config)
	term.learnWrong(err)
	return list, err
}

// loadForStore is loadForReading for commands that open the database: it must be the one
// that the watchlist names.
func loadForStore(paths []string, term terminal) (watchlist.List, error) {
	list, err := loadForReading(paths, term)
	if err == nil {
		err = list.NoDatabase()
	}
	return list, err
}

// openStore opens a database for one command, which says itself what went wrong: nothing
// is logged.
func openStore(ctx context.Context, how store.Options) (*store.Store, error) {
	how.Log, how.Now = slog.New(slog.DiscardHandler), time.Now
	return store.Open(ctx, how)
}

// fileExists says whether there is something at path.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// splitListen is where this machine reaches what listens at web.listen.
func splitListen(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", fmt.Errorf("web.listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return host, port, nil
}
