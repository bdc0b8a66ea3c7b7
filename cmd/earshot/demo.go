package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/web"
	"github.com/earshot/earshot/web/auth"
)

type demoCmd struct{}

// demoWatchlist is what a user would write for the town. It is the whole set-up
// of the demo: nothing behind it is special.
const demoWatchlist = `contact: demo@romashka.example
watch:
  - name: Ромашка Банк
    terms: ["Ромашка Банк", "Romashka Bank"]
    official: ["Romashka Support"]
sources:
  - forum: BASE/forum/viewtopic.php?t=7
    name: forum
    every: 1s
  - page: BASE/reviews/romashka-bank
    name: reviews
    every: 1s
  - feed: BASE/news.rss
    name: news
    every: 1s
  - telegram: gorod_online
    base: BASE
    name: Gorod online
    every: 1s
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
routes:
  - {to: console}
views:
  - {name: REVIEWS, query: "kind=review"}
replies:
  - {lang: en, text: "{{author}}, we are sorry. Please send us the date of the payment, and we will look into it today. {{me}}"}
  - {lang: uk, text: "{{author}}, вибачте, будь ласка. Напишіть нам дату платежу, і ми розберемося сьогодні ж. {{me}}"}
  - {lang: ru, text: "{{author}}, извините, пожалуйста. Напишите нам дату платежа, и мы разберёмся сегодня же. {{me}}"}
  - {lang: bg, text: "{{author}}, извинете. Напишете ни датата на плащането и ще проверим още днес. {{me}}"}
`

// demoTimeout bounds how long a request to the town may take to say what it wants.
const demoTimeout = 5 * time.Second

// inboxAddress is a port of this machine that was free a moment ago.
func inboxAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port for the inbox: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Run opens the town on a loopback port, listens to it with a real daemon in a
// temporary folder, and cleans up when it is stopped.
func (demoCmd) Run(ctx context.Context, term terminal) error {
	s := speechOf(term)
	dir, err := os.MkdirTemp("", "earshot-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the town: %w", err)
	}
	sites := demosites.New(time.Now, demosites.Script())
	server := &http.Server{Handler: sites, ReadHeaderTimeout: demoTimeout}
	defer server.Close()
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(term.err, "the town closed:", err)
		}
	}()
	base := "http://" + listener.Addr().String()
	text := s.demoList(base) + fmt.Sprintf("store: {database: \"sqlite:%s\"}\n", filepath.ToSlash(filepath.Join(dir, "demo.db")))
	inbox, err := inboxAddress()
	if err != nil {
		return err
	}
	text += fmt.Sprintf("web: {listen: \"%s\"}\nlanguage: %s\n", inbox, s.Code())
	cfg, err := config.Parse("demo", []byte(text), term.lookup, watchlist.Kinds())
	list, err := watchlist.Check(cfg, err)
	if err != nil {
		return err
	}
	afar, _ := term.lookup("SSH_CONNECTION") // the browser is where the person is
	s.printTown(term.out, "http://"+inbox, base, afar != "")
	log := newLog(term, slog.LevelWarn)
	you := web.Person{Person: mention.Person{ID: "web:you", Name: s.Text("demo.you")}, Sources: true, Reply: true}
	d, err := daemon.Open(ctx, daemon.Options{
		Watchlist: list, Out: term.console(), Colour: term.colour(term.out), Version: version, Log: log, Now: time.Now,
		Who: func(r *http.Request) (web.Person, bool) { return you, auth.Loopback(r) },
	})
	if err != nil {
		return unlessStopped(ctx, err)
	}
	endNotice := time.AfterFunc(sites.Length()+5*time.Second, func() {
		fmt.Fprintln(term.out, s.Text("demo.over"))
	})
	defer endNotice.Stop()
	return unlessStopped(ctx, d.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil }))
}

// demoList is the watchlist of the demo, as somebody writes it who reads this language.
func (s speech) demoList(base string) string {
	return strings.NewReplacer("BASE", base, "REVIEWS", s.Text("demo.reviews")).Replace(demoWatchlist)
}

// printTown says what is to be seen, and where.
func (s speech) printTown(out io.Writer, inbox, town string, afar bool) {
	fmt.Fprintln(out, s.Text("demo.inbox", "address", inbox+"/inbox"))
	if afar {
		fmt.Fprintln(out, s.fromAfar(inbox))
	}
	fmt.Fprintln(out)
	fmt.Fprintln(out, s.Text("demo.town", "address", town))
	for _, key := range []string{"demo.polls", "demo.minute", "demo.end"} {
		fmt.Fprintln(out, s.Text(key, "brand", "Ромашка Банк"))
	}
	fmt.Fprintln(out)
}
