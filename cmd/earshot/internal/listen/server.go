// Package listen is what answers at web.listen and web.admin_listen: ports and TLS, the bounds of what
// anybody may send, who may see what, and the doors by which programs hand posts in. What is answered is
// made elsewhere and given to a Server; nothing of the watchlist is decided here but its key web.
package listen

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/web/auth"
)

// Server answers by HTTP. What comes from outside (people, Slack's signed requests, hubs,
// programs that hand posts in, one who asks whether earshot is well) comes to web.listen;
// what is the operator's alone (/metrics, the whole /healthz) stands on web.admin_listen,
// on web.listen only while nobody but this machine reaches that, or has web.admin_token.
type Server struct {
	Web          config.Web
	Asked        func(*http.Request) i18n.Lang // for what people may read who are refused before any page; nil: English
	Log          *slog.Logger
	Health       http.Handler
	Well         http.Handler // /healthz of those who may know no more
	Ready        http.Handler
	Metrics      http.Handler
	Interactions http.HandlerFunc
	Hubs         *websub.Subscriber // nil: no hub can reach this daemon
	Pushed       http.Handler
	Auth         *auth.Auth   // nil: no pages for people
	Inbox        http.Handler // nil: nobody may look
	Pair         *KeyPair     // nil: no TLS
	public       net.Listener // nil until listen, and without web.listen
	admin        net.Listener
}

// unopened says why a port cannot be opened that a key names, and what to do.
func unopened(key, address string, err error) error {
	host, port, _ := net.SplitHostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: %w (is another earshot running, or is the port taken?)", key, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s: this machine has no address %s: write one that it has, 0.0.0.0 for all of them or 127.0.0.1 for itself alone", key, host)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: the system does not let earshot open port %s: write one above 1023, and a proxy before it", key, port)
	}
	return fmt.Errorf("%s: %w", key, err)
}

// Listen opens the ports, so that a port in use stops the start and not a goroutine
// later. Only the admin port that nobody chose may be in use: another earshot has it.
func (w *Server) Listen() error {
	if w.Web.Listen != "" {
		l, err := net.Listen("tcp", w.Web.Listen)
		if err != nil {
			return unopened("web.listen", w.Web.Listen, err)
		}
		if !w.Web.Inside() {
			l = &sharedListener{Listener: l, proxies: w.Web.Proxy.From}
		}
		w.public = netutil.LimitListener(l, maxConns)
		w.Log.Info("web", "address", l.Addr().String(), "tls", w.Pair != nil)
	}
	address, chosen := w.Web.Admin()
	if address == "" {
		return nil
	}
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		w.admin = netutil.LimitListener(l, maxConns)
		w.Log.Info("web for the operator", "address", l.Addr().String(), "tls", w.adminTLS())
	case chosen:
		w.close()
		return unopened("web.admin_listen", address, err)
	default:
		w.Log.Warn("nobody can read /metrics and the whole /healthz: write web.admin_listen with another port", "err", err)
	}
	return nil
}

// close gives the ports back that no server has.
func (w *Server) close() {
	for _, l := range []net.Listener{w.public, w.admin} {
		if l != nil {
			_ = l.Close()
		}
	}
}

// Limits of a request from outside.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	writeTimeout  = 30 * time.Second // of a whole answer: one who does not read it is cut off
	idleTimeout   = 2 * time.Minute  // between two requests of a connection
	maxConns      = 256              // at once and listener; who comes later waits in the system's queue
	maxHeader     = 64 << 10
	webGrace      = 3 * time.Second // for requests under way when earshot stops,
	webCut        = 6 * time.Second // and for those to end that were told to: posts are stored in 5 s
)

// Serve answers until ctx ends.
func (w *Server) Serve(ctx context.Context) {
	var done sync.WaitGroup
	if w.public != nil {
		server := w.server(w.limited(w.Routes()))
		w.encrypt(server)
		done.Go(func() { w.answer(ctx, server, w.public) })
	}
	if w.admin != nil {
		server := w.server(w.adminRoutes())
		if w.adminTLS() {
			w.encrypt(server)
		}
		done.Go(func() { w.answer(ctx, server, w.admin) })
	}
	done.Wait()
}

// encrypt makes the server speak TLS where there is a certificate.
func (w *Server) encrypt(server *http.Server) {
	if w.Pair != nil {
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: w.Pair.certificate}
	}
}

// adminTLS: the token and the names of the sources cross no network in the clear. On this
// machine, where nobody would know the certificate's name, there is nothing to protect.
func (w *Server) adminTLS() bool {
	address, _ := w.Web.Admin()
	host, _, err := net.SplitHostPort(address)
	return w.Pair != nil && !(err == nil && config.Loopback(host))
}

// answer serves until ctx ends, and returns when no request is under way any more: what they
// work with is closed then.
func (w *Server) answer(ctx context.Context, server *http.Server, on net.Listener) {
	asked, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server.BaseContext = func(net.Listener) context.Context { return asked }
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		if within(webGrace, server.Shutdown) != nil {
			cut()
			if within(webCut, server.Shutdown) != nil {
				_ = server.Close()
			}
		}
	})
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(on, "", "")
	} else {
		err = server.Serve(on)
	}
	if !stop() { // Serve returns when Shutdown begins
		<-ended
	}
	if !errors.Is(err, http.ErrServerClosed) {
		w.Log.Error("web server ended", "err", err)
	}
}

func within(d time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return do(ctx)
}

// server is an HTTP server with its bounds. What it says of connections that break is not
// for the log: anybody can make it say so, as often as they like.
func (w *Server) server(handler http.Handler) *http.Server {
	return &http.Server{Handler: w.caught(w.named(handler)), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(w.Log.Handler(), slog.LevelDebug)}
}

// caught writes down what failed in a way nobody foresaw: the server would say it as it says that
// a connection broke. The address is told by its pattern, for people's own may hold a secret. Who
// asked is cut off: half of an answer may be out.
func (w *Server) caught(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if what != http.ErrAbortHandler {
				w.Log.Error("a request failed in a way nobody foresaw, which is earshot's own fault; please report it", "method", r.Method, "pattern", r.Pattern, "err", what, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(rw, r)
	})
}

// interactionsPath is where Slack's signed requests come.
const interactionsPath = "/slack/interactions"

// Routes is what web.listen answers. What is for programs stands apart from the pages: who errs
// there is told so, and not sent to sign in.
func (w *Server) Routes() http.Handler {
	programs := http.NewServeMux()
	programs.Handle("GET /healthz", w.operators(w.Health, w.Well))
	programs.HandleFunc("GET /livez", live)
	programs.Handle("GET /readyz", w.operators(w.Ready, w.Well))
	programs.Handle("GET /metrics", w.operators(w.Metrics, http.HandlerFunc(elsewhere)))
	programs.Handle("POST "+interactionsPath, make(turns, largeOfSlack).bounded(w.Interactions))
	programs.Handle("POST "+push.Path, w.Pushed)
	programs.HandleFunc("/api/", noDoor)
	if w.Hubs != nil {
		programs.Handle(websub.Path, w.Hubs)
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/livez", "/readyz", "/metrics", "/slack/", "/api/", websub.Path} {
		mux.Handle(path, programs)
	}
	w.login(mux)
	if w.Inbox != nil {
		mux.Handle("/", w.Inbox)
	}
	return mux
}

// adminRoutes is what web.admin_listen answers.
func (w *Server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", w.Health)
	mux.HandleFunc("GET /livez", live)
	mux.Handle("GET /readyz", w.Ready)
	mux.Handle("GET /metrics", w.Metrics)
	address, _ := w.Web.Admin()
	if alone := (config.Web{Listen: address}).Inside(); alone || !w.Web.AdminToken.IsSet() {
		return mux
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !w.operator(r) {
			rw.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(rw, "send Authorization: Bearer with web.admin_token", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(rw, r)
	})
}

func live(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "ok") }

// elsewhere answers who asks web.listen for what is the operator's.
func elsewhere(rw http.ResponseWriter, _ *http.Request) {
	http.Error(rw, "this is on web.admin_listen, or needs web.admin_token: docs/web.md", http.StatusNotFound)
}

// operators serves full to those who may see it, and brief to all others.
func (w *Server) operators(full, brief http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.here(r) || w.operator(r) {
			full.ServeHTTP(rw, r)
			return
		}
		brief.ServeHTTP(rw, r)
	})
}

// here reports whether a request is of somebody on this machine, who may see everything. One
// that a proxy hands on is not, also where the watchlist knows of no proxy.
func (w *Server) here(r *http.Request) bool { return w.Web.Inside() && !auth.HandedOn(r) }

// operator reports whether a request carries web.admin_token.
func (w *Server) operator(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !w.Web.AdminToken.IsSet() {
		return false
	}
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(w.Web.AdminToken.Reveal()))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// loginPath is where people sign in.
const loginPath = "/login"

// login adds the pages of signing in to what web.listen answers.
func (w *Server) login(mux *http.ServeMux) {
	if w.Auth == nil {
		return
	}
	handler := w.Auth.Handler()
	mux.Handle(loginPath, handler)
	mux.Handle(loginPath+"/", handler)
	mux.Handle("/logout", handler)
}
