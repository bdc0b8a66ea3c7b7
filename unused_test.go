package earshot_test

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onlyTestsCall are the exported functions and methods that no program reaches today,
// each with the reason why it stays. Keep it short: what nobody calls is better deleted.
var onlyTestsCall = map[string]string{
	"config.Secret.Equal":        "how tests compare options that hold secrets",
	"monitor.Monitor.Poll":       "one poll without the schedule, for the tests of a poll",
	"sentiment.Scorer.Identify":  "language identification alone, for its accuracy test",
	"sentiment.Scorer.Cues":      "the audit of cues takes each cue's place from it",
	"sentiment.Scorer.Languages": "the accuracy tests take the list of languages from it",
}

// forTests are packages that exist for tests alone.
var forTests = []string{"internal/testkit", "internal/testkit/chromium", "internal/fakeslack", "alerts/internal/rig", "crawlers/internal/rig", "cmd/earshot/internal/demosites"}

// TestExportedIsCalled finds exported functions and methods that only tests call. A
// method counts as called when its type implements an interface that has it, because a
// call through the interface names no type.
func TestExportedIsCalled(t *testing.T) {
	w := loadProgram(t)
	for _, pkg := range w.pkgs {
		local := strings.TrimPrefix(pkg.Path(), module+"/")
		if pkg.Name() == "main" || slices.Contains(forTests, local) {
			continue
		}
		for _, f := range exportedFuncs(pkg) {
			name := local + "." + strings.TrimPrefix(w.name(f), pkg.Path()+".")
			reason, allowed := onlyTestsCall[name]
			switch called := w.used[f] || w.throughInterface(f); {
			case !called && !allowed:
				t.Errorf("%s: only tests call %s: delete it, or test through what programs call", w.fset.Position(f.Pos()), name)
			case called && allowed:
				t.Errorf("%s is called now: take it from onlyTestsCall (%s)", name, reason)
			}
			delete(onlyTestsCall, name)
		}
	}
	for name := range onlyTestsCall {
		t.Errorf("onlyTestsCall names %s, which is not there", name)
	}
}

// program is all packages without their tests, read from source.
type program struct {
	fset       *token.FileSet
	pkgs       []*types.Package
	used       map[*types.Func]bool
	interfaces []*types.Interface
}

// loadProgram type-checks the packages in the order of their imports: ours from source,
// others from the compiler's export data.
func loadProgram(t *testing.T) *program {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{.Export}}\t{{range .GoFiles}}{{.}} {{end}}", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	w := &program{fset: token.NewFileSet(), used: map[*types.Func]bool{}}
	ours, export := map[string]*types.Package{}, map[string]string{}
	others := importer.ForCompiler(w.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	conf := types.Config{Importer: importFunc(func(path string) (*types.Package, error) {
		if p, ok := ours[path]; ok {
			return p, nil
		}
		return others.Import(path)
	})}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() { // dependencies come first
		f := strings.Split(lines.Text(), "\t")
		path, dir, files := f[0], f[1], strings.Fields(f[3])
		export[path] = f[2]
		if path != module && !strings.HasPrefix(path, module+"/") || len(files) == 0 {
			continue
		}
		var parsed []*ast.File
		for _, name := range files {
			file, err := parser.ParseFile(w.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, file)
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
		pkg, err := conf.Check(path, w.fset, parsed, info)
		if err != nil {
			t.Fatal(err)
		}
		ours[path] = pkg
		w.pkgs = append(w.pkgs, pkg)
		w.note(info)
	}
	if len(w.pkgs) == 0 {
		t.Fatal("no packages")
	}
	return w
}

type importFunc func(string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// note takes down which functions are named and which interfaces occur.
func (w *program) note(info *types.Info) {
	for _, o := range info.Uses {
		if f, ok := o.(*types.Func); ok {
			w.used[f.Origin()] = true
		}
	}
	seen := map[types.Type]bool{}
	var add func(types.Type)
	add = func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		if i, ok := t.Underlying().(*types.Interface); ok && i.NumMethods() > 0 && !slices.Contains(w.interfaces, i) {
			w.interfaces = append(w.interfaces, i)
		}
		if s, ok := t.(*types.Signature); ok { // what others take, as fmt.Fprint takes an io.Writer
			for _, tuple := range []*types.Tuple{s.Params(), s.Results()} {
				for v := range tuple.Variables() {
					add(v.Type())
				}
			}
		}
	}
	for _, tv := range info.Types {
		add(tv.Type)
	}
}

// usedByLibraries are methods that libraries look for at run time, behind any.
var usedByLibraries = []string{"String", "GoString", "Format", "Error", "Unwrap", "Is", "As", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalYAML", "UnmarshalYAML", "LogValue"}

func (w *program) throughInterface(f *types.Func) bool {
	recv := f.Signature().Recv()
	if recv == nil {
		return false
	}
	if slices.Contains(usedByLibraries, f.Name()) {
		return true
	}
	t := recv.Type()
	if _, ok := t.(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	for _, i := range w.interfaces {
		m, _, _ := types.LookupFieldOrMethod(i, false, f.Pkg(), f.Name())
		if m != nil && types.Implements(t, i) {
			return true
		}
	}
	return false
}

// exportedFuncs lists the exported functions of a package and the exported methods of
// all its types.
func exportedFuncs(pkg *types.Package) (out []*types.Func) {
	for _, name := range pkg.Scope().Names() {
		switch o := pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			if o.Exported() {
				out = append(out, o)
			}
		case *types.TypeName:
			named, ok := o.Type().(*types.Named)
			if !ok || o.IsAlias() {
				continue
			}
			for m := range named.Methods() {
				if m.Exported() {
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// name is the function's name with its package and type: "path.Type.Method".
func (w *program) name(f *types.Func) string {
	return strings.NewReplacer("(", "", ")", "", "*", "").Replace(f.FullName())
}
