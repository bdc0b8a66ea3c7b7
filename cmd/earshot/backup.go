package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/store"
)

type backupCmd struct {
	watchlistFlag
	File string `arg:"" help:"The file to make; it must not exist yet. With - it goes to standard output."`
}

// Run copies the database as it stands. It may run beside the daemon, which goes on by the watchlist before while the
// saved one has a mistake: then nights must not be without a copy either.
func (c *backupCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForStore(c.Config, term)
	s := speechOf(term)
	var wrong *config.Errors
	var database string
	switch {
	case err == nil:
		database = cfg.Database()
	case errors.As(err, &wrong) && wrong.Database() != "":
		database = wrong.Database()
		_ = s.tell(term, err)
		fmt.Fprintln(term.err, s.Text("backup.mistaken"))
	default:
		return err
	}
	var made store.Copied
	said := term.out
	switch {
	case c.File != throughStream:
		made, err = store.Backup(ctx, database, c.File)
	case isTerminal(term.out):
		return usageError{s.Text("backup.terminal")}
	default:
		made, err = store.BackupTo(ctx, database, unseen(term.out))
		made.Path, said = c.File, term.err
	}
	if err != nil {
		return err
	}
	return s.printBackup(said, made)
}

// throughStream, in the place of a file, is standard output or input.
const throughStream = "-"

// unseen is where out writes to, for bytes that nobody reads from a screen.
func unseen(out io.Writer) io.Writer {
	if s, ok := out.(*screen); ok {
		return s.to
	}
	return out
}

func (s speech) printBackup(out io.Writer, made store.Copied) error {
	_, err := fmt.Fprintln(out, s.Text("backup.made", "file", text.OneLine(made.Path), "holds", s.copied(made))+"\n"+s.Text("backup.keep"))
	return err
}

// copied says what a copy holds.
func (s speech) copied(c store.Copied) string {
	return s.Text("backup.holds", "size", s.Decimal(float64(c.Bytes)/1e6, 1), "posts", s.Plural("seen.count.post", c.Posts), "mentions", s.Plural("backup.mentions", c.Mentions), "open", c.OpenCase)
}

type restoreCmd struct {
	watchlistFlag
	File string `arg:"" help:"A file that earshot backup made. With - it is read from standard input."`
}

// Run puts a backup in the place of the database that the watchlist names.
func (c *restoreCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s := speechOf(term)
	var done store.Restored
	if c.File == throughStream {
		done, err = store.RestoreFrom(ctx, cfg.Database(), term.in, time.Now())
	} else {
		done, err = store.Restore(ctx, cfg.Database(), c.File, time.Now())
	}
	if err != nil {
		return err
	}
	s.printRestored(term.out, done)
	return nil
}

func (s speech) printRestored(out io.Writer, done store.Restored) {
	fmt.Fprintf(out, "%s: %s.\n", text.OneLine(done.Path), s.copied(done.Copied))
	if done.Old != "" {
		fmt.Fprintln(out, s.Text("restore.old", "file", text.OneLine(done.Old)))
	}
	for _, key := range []string{"restore.redis", "restore.start", "restore.answers", "restore.again"} {
		fmt.Fprintln(out, s.Text(key))
	}
}

type moveCmd struct {
	watchlistFlag
	To string `required:"" env:"EARSHOT_MOVE_TO" help:"An empty PostgreSQL database: postgres://USER:PASSWORD@HOST/NAME; or, from PostgreSQL, a file that is not there yet: sqlite:PATH. Others may see it in the list of processes: better write it into EARSHOT_MOVE_TO." placeholder:"URL"`
}

// Run copies the database that the watchlist names into one of the other kind.
func (c *moveCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s := speechOf(term)
	if err := store.MayMove(cfg.Database(), c.To); err != nil {
		return err
	}
	from, err := openStore(ctx, store.Options{Database: cfg.Database()})
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := openStore(ctx, store.Options{Database: c.To})
	if err != nil {
		return err
	}
	defer to.Close()
	moved, err := store.Move(ctx, from, to, s.counting("move.going", newGoing(term.err, time.Now)))
	if err != nil {
		return err
	}
	return s.printMoved(term.out, moved, from.Shared())
}

// printMoved says what a move did. shared says that it was from PostgreSQL.
func (s speech) printMoved(out io.Writer, moved store.Moved, shared bool) error {
	here, there, old := "SQLite", "PostgreSQL", "move.old_file"
	if shared {
		here, there, old = there, here, "move.old_database"
	}
	fmt.Fprintf(out, "%-14s %10s %10s\n", "", here, there)
	for _, t := range moved.Tables {
		fmt.Fprintf(out, "%-14s %10d %10d\n", t.Table, t.Here, t.There)
	}
	if moved.Already {
		_, err := fmt.Fprintf(out, "\n%s\n", s.Text("move.already"))
		return err
	}
	_, err := fmt.Fprintf(out, "\n%s\n%s\n", s.Text("move.done"), s.Text(old))
	return err
}
