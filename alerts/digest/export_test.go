package digest

import "context"

// Step lets tests look at one moment.
func (g *Digester) Step(ctx context.Context) error { return g.step(ctx) }
