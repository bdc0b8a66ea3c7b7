package match

func (b *builder) check() []Problem { return b.problems }
