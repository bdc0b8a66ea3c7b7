package desk

import "context"

// Step lets tests take the steps of one moment.
func (d *Deadlines) Step(ctx context.Context) error { return d.step(ctx) }
