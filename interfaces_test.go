package earshot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// mostMethods is how many methods an interface may have: who implements one for a test writes them all.
const mostMethods = 5

// largeInterfaces have more, each for a reason. None is to join them without one.
var largeInterfaces = map[string]string{
	"alerts/plan.View":      "all questions of one transaction: what is asked together must be answered by the same",
	"alerts/desk.OpenCases": "the desk's own cases with what their clocks ask, which change in one transaction",
	"alerts/outbox.Writer":  "each change of state of one alert, beside one another so that none is missing",
}

// TestInterfacesAreSmall: an interface of ours has one to five methods. One that it embeds counts as one.
func TestInterfacesAreSmall(t *testing.T) {
	known := map[string]bool{}
	for _, p := range packages(t) {
		found := map[string]int{}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if i, ok := spec.Type.(*ast.InterfaceType); ok {
						found[spec.Name.Name] = len(i.Methods.List)
					}
				}
				return true
			})
		}
		for name, n := range found {
			full := strings.TrimPrefix(p.ImportPath, module+"/") + "." + name
			_, large := largeInterfaces[full]
			switch known[full] = true; {
			case n > mostMethods && !large:
				t.Errorf("%s has %d methods: make it what its caller needs, or say in largeInterfaces why not", full, n)
			case n <= mostMethods && large:
				t.Errorf("%s has %d methods: it is large no more, delete its reason", full, n)
			}
		}
	}
	for name := range largeInterfaces {
		if !known[name] {
			t.Errorf("there is no interface %s any more", name)
		}
	}
}
